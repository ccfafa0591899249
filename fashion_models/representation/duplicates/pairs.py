"""Listings that are the same product.

::

    found = find(open_embeddings('listings.embeddings'))
    for pair in found.pairs:
        print(pair.probability, pair.a.title, pair.b.title)

Candidates are listings one of which is among the nearest neighbours of the other. Their pictures,
and as a second witness their texts (:mod:`~fashion_models.representation.duplicates.evidence`),
give the probability that they are one product
(:mod:`~fashion_models.representation.duplicates.calibration`).
"""

import csv
import dataclasses
import pathlib

import numpy as np

from fashion_models.catalogue.split import split_of
from fashion_models.errors import UserError
from fashion_models.representation.duplicates.calibration import Calibration, calibrate, with_texts
from fashion_models.representation.duplicates.evidence import (
    Evidence,
    Pictures,
    Texts,
    same_pictures,
    text_of,
)
from fashion_models.representation.embeddings import Item

#: Of the probability, where neither a threshold nor a precision is asked for.
THRESHOLD = 0.5
#: The least probability of listings with the same pictures, whatever a calibration makes of them
#: that has hardly seen such pairs; unless their texts name different colours.
SAME = 0.99


@dataclasses.dataclass(frozen=True)
class Pair:
    """Two listings that are probably one product.

    Attributes:
        rows (tuple of int): Their rows in the file, the lower first.
        a, b (Item): The listings.
        probability (float): That they are one product, as the calibration has it.
        similarity (float): Of their pictures, the cosine of the whitened vectors.
        words (float): Of their texts, the cosine of the words' weights; None if one has no text.
    """

    rows: tuple
    a: Item
    b: Item
    probability: float
    similarity: float
    words: float | None

    @property
    def known(self):
        """Whether the catalogue already has them as one product."""
        return self.a.product == self.b.product


@dataclasses.dataclass(frozen=True)
class Found:
    """What :func:`find` found.

    Attributes:
        pairs (list of Pair): The likeliest first.
        calibration (Calibration): That gave the probabilities.
        thresholds (dict): From each of its models that was used to the threshold.
        listings (int): How many were looked through.
    """

    pairs: list
    calibration: Calibration
    thresholds: dict
    listings: int


def gather(embeddings, texts=True, rows=None):
    """Gathers the evidence about pairs of a file.

    Args:
        embeddings (~fashion_models.representation.embeddings.Embeddings): Of listings, or products.
        texts (bool): Whether to look at their texts, too. Where no listing has any, there are
            no features of texts.
        rows (numpy.ndarray): (m, 2) the pairs, the lower row first; by default all neighbours.

    Returns:
        Evidence

    Raises:
        UserError: If the file is one of images or holds fewer than two vectors, or scikit-learn,
            which compares texts, is not installed.
    """
    if embeddings.header['per'] == 'image':
        raise UserError(
            f'{embeddings.file}: holds a vector for each image; expected one for each listing '
            'or product')
    if len(embeddings) < 2:
        raise UserError(f'{embeddings.file}: holds one vector; expected two or more')
    pictures = Pictures(embeddings.vectors)
    rows = pictures.candidates() if rows is None else rows
    features = pictures.evidence(rows)
    words = [text_of(item) for item in embeddings.items] if texts else []
    if any(words):
        features |= Texts(words).evidence(rows)
    return Evidence(rows, features)


def judge(evidence, calibration):
    """The probability of each pair: by both witnesses where there are two texts, else by pictures.

    Where both show the very same pictures (:func:`~.evidence.same_pictures`) it is at least
    :data:`SAME`, unless their texts name different colours.

    Returns:
        tuple: (m,) float64 probabilities, and (m,) bool whether texts were looked at.
    """
    probabilities = calibration.models['images'].probability(evidence)
    told = with_texts(evidence)
    if 'images and text' not in calibration.models:
        told[:] = False
    if told.any():
        probabilities[told] = calibration.models['images and text'].probability(
            evidence.chosen(told))
    sure = same_pictures(evidence.features)
    if told.any():
        sure &= ~told | (evidence.features['colours'] >= 0)
    return np.where(sure, np.maximum(probabilities, SAME), probabilities), told


def find(embeddings, calibration=None, threshold=None, precision=None, texts=True,
         across=False):
    """Finds the pairs of listings that are probably one product.

    Args:
        embeddings (~fashion_models.representation.embeddings.Embeddings): Of listings, or products.
        calibration (Calibration): The default one if None.
        threshold (float): The least probability; 0.5 if neither it nor a precision is given.
        precision (float): Instead, the lowest threshold which had this precision on the pairs of
            the calibration.
        texts (bool): Whether to look at the texts.
        across (bool): Whether to leave out pairs of one retailer, where both name it.

    Returns:
        Found

    Raises:
        UserError: As of :func:`gather`, or if the calibration did not reach the precision.
    """
    calibration = calibration or Calibration.load()
    evidence = gather(embeddings, texts)
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
             None if np.isnan(words[number]) else float(words[number]))
        for number, (a, b) in zip(chosen.tolist(), evidence.rows[chosen].tolist())]
    return Found(pairs, calibration, thresholds, len(embeddings))


def _threshold(calibration, name, precision):
    threshold = calibration.models[name].threshold(precision)
    if threshold is None:
        best = calibration.models[name].best_precision
        raise UserError(
            f'precision {precision:g}: with {name}, no threshold of the calibration reaches it; '
            + ('it is based on too few pairs' if best is None else f'the best is {best:.2f}'))
    return threshold


def grouped(pairs):
    """Puts listings together that are probably all one product.

    The likeliest pairs are joined first. Two groups become one when at least half of the pairs
    between them were found, so that one wrong pair does not make a chain of many products.

    Args:
        pairs (list of Pair): The likeliest first.

    Returns:
        list of list of Item: Two or more each; groups and listings in the order of the file.
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


def calibrate_on(embeddings, labelled=None, texts=True):
    """Learns a calibration from pairs of a file.

    Args:
        embeddings (~fashion_models.representation.embeddings.Embeddings): Of listings, whose
            products the network was not trained on: those look more alike to it than they should.
        labelled: A CSV file with the columns ``a``, ``b`` (ids) and ``same`` (1 or 0), one pair a
            row. By default neighbours are the pairs, and those of one product are the same.
        texts (bool): Whether to look at the texts, too.

    Returns:
        Calibration

    Raises:
        UserError: If the labels cannot be read, are too few, or are of training products.
    """
    header = embeddings.header
    origin = {name: header.get(name) for name in ('catalogue_name', 'catalogue_hash', 'recipe',
                                                 'split', 'per', 'versions')}
    origin |= {'listings': len(embeddings)}
    if labelled is not None:
        rows, same = read_pairs(labelled, embeddings)
        _require_untrained(embeddings, np.unique(rows).tolist())
        origin['pairs'] = {'file': pathlib.Path(labelled).name, 'same': int(same.sum()),
                           'different': int((~same).sum())}
        return calibrate(gather(embeddings, texts, rows), same, origin=origin)
    _require_untrained(embeddings)
    products = [item.product for item in embeddings.items]
    total = pairs_of_one(products)
    if not total:
        raise UserError(
            f'{embeddings.file}: no product has two {header["per"]}s, so that it says of no pair '
            'that it is one product; name a CSV file of labelled pairs')
    evidence = gather(embeddings, texts)
    same = same_product(evidence.rows, products)
    origin['pairs'] = {'neighbours': len(same), 'same': int(same.sum()), 'same_in_all': total}
    return calibrate(evidence, same, total, origin)


def same_product(rows, products):
    """Whether the catalogue has both listings of pairs (m, 2) as one product: (m,) bool."""
    _, numbers = np.unique(products, return_inverse=True)
    return numbers[rows[:, 0]] == numbers[rows[:, 1]]


def of_two_retailers(rows, retailers):
    """Whether pairs (m, 2) are not known to be of one retailer: (m,) bool."""
    names, numbers = np.unique(retailers, return_inverse=True)
    a, b = numbers[rows].T
    return (a != b) | (names[a] == '')


def pairs_of_one(products):
    """How many pairs of listings are one product (int), from the product of each."""
    _, counts = np.unique(products, return_counts=True)
    return int((counts * (counts - 1) // 2).sum())


def _require_untrained(embeddings, rows=None):
    """Raises UserError if the file, or some of its rows, are products that its run has learnt."""
    from fashion_models.training.run import Run

    header = embeddings.header
    if header.get('split') in ('validation', 'test'):
        return
    try:
        trained = Run.open(header['run']).provenance['catalogue']['hash']
    except (UserError, KeyError):
        return  # the run is elsewhere now: nothing says that it was trained on these
    if trained != header.get('catalogue_hash'):
        return
    if rows is None:
        raise UserError(
            f'{embeddings.file}: holds the products that its run was trained on, which look more '
            'alike to it than others do; calibrate on embeddings of the '
            'validation split')
    learnt = [embeddings.ids[row] for row in rows
              if split_of(embeddings.items[row].group) == 'train']
    if learnt:
        raise UserError(
            f'{len(learnt)} of the {len(rows)} {header["per"]}s in the pairs, {learnt[0]} for one, '
            'are of products that the run was trained on, which look more alike to it than others '
            'do; name pairs of the validation and the test split')


def read_pairs(file, embeddings):
    """Reads labelled pairs: a CSV file with the columns ``a``, ``b`` and ``same``.

    Returns:
        tuple: (m, 2) int64 rows, the lower first, and (m,) bool.

    Raises:
        UserError: If the file is no such one, or an id is not among the embeddings.
    """
    rows, same = [], []
    try:
        with open(file, encoding='utf-8-sig', newline='') as content:
            reader = csv.DictReader(content)
            if not {'a', 'b', 'same'} <= set(reader.fieldnames or ()):
                raise UserError(
                    f'{file}: expected the columns a, b and same, found '
                    f'{", ".join(reader.fieldnames or ()) or "none"}')
            for record in reader:
                if record['same'] not in ('0', '1') or record['a'] == record['b']:
                    raise UserError(
                        f'{file}:{reader.line_num}: expected two ids and 1 (the same product) or '
                        f'0, found {record["a"]!r}, {record["b"]!r} and {record["same"]!r}')
                rows.append(sorted(embeddings.row(record[name]) for name in 'ab'))
                same.append(record['same'] == '1')
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UserError(f'{file}: cannot be read as CSV: {error}') from None
    return np.array(rows, np.int64).reshape(-1, 2), np.array(same, bool)
