"""Listings that are the same product.

::

    found = find(open_embeddings('listings.embeddings'))
    for pair in found.pairs:
        print(pair.probability, pair.a.title, pair.b.title)

Two listings are a candidate pair if one is among the nearest neighbours of the other. Their
pictures and, as a second witness, their texts
(:mod:`~fashion_models.representation.duplicates.evidence`) give the probability that they are one
product (:mod:`~fashion_models.representation.duplicates.calibration`).
"""

import dataclasses
from collections.abc import Sequence

import numpy as np

from fashion_models.errors import UserError
from fashion_models.parsing import shown
from fashion_models.representation.duplicates.calibration import Calibration, with_texts
from fashion_models.representation.duplicates.evidence import (
    Evidence,
    Pictures,
    Texts,
    same_pictures,
    text_of,
)
from fashion_models.representation.duplicates.photographs import Photographs
from fashion_models.representation.duplicates.placeholders import placeholders, without
from fashion_models.representation.embeddings import Embeddings, Item

#: The least probability, if neither a threshold nor a precision is given.
THRESHOLD = 0.5
#: The least probability of listings with the same pictures, unless their texts name different
#: colours. A calibration has hardly seen such pairs, so it is not asked.
SAME = 0.99


@dataclasses.dataclass(frozen=True)
class Pair:
    """Two listings that are probably one product.

    Attributes:
        rows (tuple of int): Their rows in the file, the lower first.
        a, b (Item): The listings.
        probability (float): That they are one product.
        similarity (float): Of their pictures: the cosine of the whitened vectors.
        words (float): Of their texts: the cosine of the words' weights; None if either has no text.
        photograph (bool): Whether they show the same photograph; None if files were not compared.
    """

    rows: tuple
    a: Item
    b: Item
    probability: float
    similarity: float
    words: float | None
    photograph: bool | None = None

    @property
    def known(self) -> bool:
        """Whether the catalogue already has them as one product."""
        return self.a.product == self.b.product


@dataclasses.dataclass(frozen=True)
class Found:
    """What :func:`find` found.

    Attributes:
        pairs (list of Pair): The likeliest first.
        calibration (Calibration): Where the probabilities come from.
        thresholds (dict): For each of its models that was used, the least probability.
        listings (int): How many were searched.
        placeholders (list of list of Item): Listings that show one picture but are unlike: see
            :mod:`~fashion_models.representation.duplicates.placeholders`. Their pairs are left out.
    """

    pairs: list
    calibration: Calibration
    thresholds: dict
    listings: int
    placeholders: list


def gather(embeddings: Embeddings, texts: bool = True, rows: np.ndarray | None = None,
           exact: bool = False, mutual: bool = False) -> Evidence:
    """Gathers the evidence about pairs of a file.

    Args:
        embeddings: Of listings, or products.
        texts: Whether to look at the texts, too. If no listing has any, there are no features of
            texts.
        rows: The pairs (m, 2), the lower row first; by default all neighbours.
        exact: Whether to compare all vectors, however many there are.
        mutual: Whether, of neighbours, each must be one of the other's.

    Raises:
        UserError: If the file holds vectors of images, or fewer than two; or scikit-learn, which
            compares texts, is not installed.
    """
    if embeddings.header['per'] == 'image':
        raise UserError(
            f'{embeddings.file}: holds a vector for each image; expected one for each listing '
            'or product')
    if len(embeddings) < 2:
        raise UserError(f'{embeddings.file}: holds one vector; expected two or more')
    pictures = Pictures(embeddings.vectors, exact)
    rows = pictures.candidates(mutual) if rows is None else rows
    features = pictures.evidence(rows)
    words = [text_of(item) for item in embeddings.items] if texts else []
    if any(words):
        features |= Texts(words).evidence(rows)
    return Evidence(rows, features)


def judge(evidence: Evidence, calibration: Calibration) -> tuple[np.ndarray, np.ndarray]:
    """The probability of each pair: by pictures and texts if both have a text, else by pictures.

    If the two show the very same pictures (:func:`~.evidence.same_pictures`), or the same
    photograph, it is at least :data:`SAME`, unless their texts name different colours.

    Returns:
        Probabilities (m,) float64, and (m,) bool, whether texts were used.
    """
    probabilities = calibration.models['images'].probability(evidence)
    sure, told = same_pictures(evidence.features) | evidence.photographs, with_texts(evidence)
    if told.any():      # else there may be no such feature
        sure &= ~told | (evidence.features['colours'] >= 0)
    if 'images and text' not in calibration.models:
        told[:] = False
    if told.any():
        probabilities[told] = calibration.models['images and text'].probability(
            evidence.chosen(told))
    return np.where(sure, np.maximum(probabilities, SAME), probabilities), told


def find(embeddings: Embeddings, calibration: Calibration | None = None,
         threshold: float | None = None, precision: float | None = None, texts: bool = True,
         across: bool = False, exact: bool = False, mutual: bool = False,
         photographs: Photographs | None = None) -> Found:
    """Finds the pairs of listings that are probably one product.

    Args:
        embeddings: Of listings, or products.
        calibration: By default, the one that comes with the package.
        threshold: The least probability; 0.5 if neither it nor a precision is given.
        precision: Takes the lowest threshold with this precision on the calibration's pairs
            instead.
        texts: Whether to look at the texts.
        across: Whether to leave out pairs within one retailer.
        exact: Whether to compare all vectors, however many there are.
        mutual: Whether each of a pair must be among the other's nearest neighbours.
        photographs: Those of the listings, to compare them, too.

    Raises:
        UserError: As :func:`gather` does, or if the threshold or the precision is none from 0 to 1,
            or the calibration did not reach the precision.
    """
    for name, value in ('threshold', threshold), ('precision', precision):
        if value is not None and not 0 <= value <= 1:
            raise UserError(f'{name}: found {shown(value)}, expected a number from 0 to 1')
    calibration = calibration or Calibration.load()
    if mutual:
        calibration = calibration.of_mutual_pairs()
    evidence = gather(embeddings, texts, exact=exact, mutual=mutual)
    if photographs:
        evidence.features['photograph'] = photographs.same(evidence.rows).astype(np.float64)
    fillers = placeholders(evidence, embeddings.items)
    evidence = without(evidence, fillers)
    if across:
        retailers = [item.retailer for item in embeddings.items]
        evidence = evidence.chosen(of_two_retailers(evidence.rows, retailers))
    probabilities, told = judge(evidence, calibration)
    thresholds = {}
    for name, judged in (('images', ~told), ('images and text', told)):
        if judged.any():
            thresholds[name] = (
                _threshold(calibration, name, precision) if precision is not None
                else THRESHOLD if threshold is None else threshold)
    least = np.where(
        told, thresholds.get('images and text', np.inf), thresholds.get('images', np.inf))
    chosen = np.flatnonzero(probabilities >= least)
    chosen = chosen[np.argsort(-probabilities[chosen], kind='stable')]
    words = evidence.features.get('words', np.full(len(evidence), np.nan))
    pairs = [
        Pair((a, b), embeddings.items[a], embeddings.items[b], float(probabilities[number]),
             float(evidence.features['similarity'][number]),
             None if np.isnan(words[number]) else float(words[number]),
             bool(evidence.photographs[number]) if photographs else None)
        for number, (a, b) in zip(chosen.tolist(), evidence.rows[chosen].tolist())]
    return Found(pairs, calibration, thresholds, len(embeddings),
                 [[embeddings.items[row] for row in rows] for rows in fillers])


def _threshold(calibration, name, precision):
    model = calibration.models[name]
    if not model.curve:
        raise UserError(f'precision {precision:g}: the calibration has no figures of mutual pairs '
                        'alone; learn one from pairs of your own, or give a threshold')
    threshold = model.threshold(precision)
    if threshold is None:
        best = model.best_precision
        raise UserError(
            f'precision {precision:g}: with {name}, no threshold of the calibration reaches it; '
            + ('it has too few pairs' if best is None else f'the best is {best:.2f}'))
    return threshold


def grouped(pairs: list[Pair]) -> list[list[Item]]:
    """Groups listings that are probably all one product.

    The likeliest pairs are joined first. Two groups become one when at least half of the pairs
    between them were found, so that one wrong pair does not chain many products together.

    Args:
        pairs: The likeliest first.

    Returns:
        Groups of two or more; groups and listings are in the order of the file.
    """
    items, links = {}, {}
    for pair in pairs:
        for row, other, item in zip(pair.rows, reversed(pair.rows), (pair.a, pair.b)):
            items[row] = item
            links.setdefault(row, {})[other] = 1
    group_of = {row: row for row in items}
    members = {row: [row] for row in items}
    for pair in pairs:
        one, other = (group_of[row] for row in pair.rows)
        if one == other or links[one][other] < len(members[one]) * len(members[other]) / 2:
            continue
        if len(members[one]) < len(members[other]):
            one, other = other, one
        for row in members[other]:
            group_of[row] = one
        members[one] += members.pop(other)
        for third, count in links.pop(other).items():
            del links[third][other]
            if third != one:
                links[one][third] = links[third][one] = links[one].get(third, 0) + count
    return [[items[row] for row in rows] for rows in sorted(map(sorted, members.values()))
            if len(rows) > 1]


def of_two_retailers(rows: np.ndarray, retailers: Sequence[str]) -> np.ndarray:
    """Whether pairs (m, 2) are across retailers, or of unknown ones: (m,) bool."""
    names, numbers = np.unique(retailers, return_inverse=True)
    a, b = numbers[rows].T
    return (a != b) | (names[a] == '')
