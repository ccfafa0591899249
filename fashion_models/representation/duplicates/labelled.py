"""Learns a calibration from pairs of embedded listings that are known to be one product or two."""

import os
import pathlib
from collections.abc import Sequence

import numpy as np

from fashion_models.catalogue.journal import SAME, journal_at
from fashion_models.catalogue.pair_answers import read_pair_answers
from fashion_models.catalogue.split import split_of
from fashion_models.errors import UserError
from fashion_models.representation.duplicates.calibration import Calibration, calibrate
from fashion_models.representation.duplicates.pairs import gather
from fashion_models.representation.duplicates.placeholders import placeholders, without
from fashion_models.representation.embeddings import Embeddings
from fashion_models.representation.requirements import holds_trained


def calibrate_on(embeddings: Embeddings, labelled: str | os.PathLike | None = None,
                 texts: bool = True, encoding: str | None = None) -> Calibration:
    """Learns a calibration from the listings of a file.

    Args:
        embeddings: Of listings whose products the network was not trained on: those it was trained
            on look more alike to it than they should.
        labelled: A person's answers: a CSV file or a journal; see :func:`read_pairs`. By default,
            all neighbours, which are the same if the catalogue has them as one product.
        texts: Whether to look at the texts, too.
        encoding: Of the CSV file.

    Raises:
        UserError: If the pairs cannot be read, are too few, or are of training products.
    """
    header = embeddings.header
    origin = {name: header.get(name) for name in ('catalogue_name', 'catalogue_hash', 'recipe',
                                                 'split', 'per', 'versions')}
    origin |= {'listings': len(embeddings)}
    if labelled is not None:
        rows, same = read_pairs(labelled, embeddings, encoding)
        origin['pairs'] = {'file': pathlib.Path(labelled).name, 'same': int(same.sum()),
                           'different': int((~same).sum())}
        return calibrate(gather(embeddings, texts, rows), same, origin=origin)
    if holds_trained(embeddings):
        raise UserError(
            f'{embeddings.file}: holds the products that its run was trained on, which look more '
            'alike to it than others do; calibrate on embeddings of the validation split')
    products = [item.product for item in embeddings.items]
    total = pairs_of_one(products)
    if not total:
        raise UserError(
            f'{embeddings.file}: no product has two {header["per"]}s, so no pair is known to be '
            'one product; name a CSV file of labelled pairs')
    evidence = gather(embeddings, texts)
    evidence = without(evidence, placeholders(evidence, embeddings.items))
    same = same_product(evidence.rows, products)
    origin['pairs'] = {'neighbours': len(same), 'same': int(same.sum()), 'same_in_all': total}
    return calibrate(evidence, same, total, origin)


def same_product(rows: np.ndarray, products: Sequence[str]) -> np.ndarray:
    """Whether each of the pairs (m, 2) is one product in the catalogue: (m,) bool."""
    _, numbers = np.unique(products, return_inverse=True)
    return numbers[rows[:, 0]] == numbers[rows[:, 1]]


def pairs_of_one(products: Sequence[str]) -> int:
    """How many pairs of listings are one product, given the product of each."""
    _, counts = np.unique(products, return_counts=True)
    return int((counts * (counts - 1) // 2).sum())


def read_pairs(file: str | os.PathLike, embeddings: Embeddings,
               encoding: str | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Reads labelled pairs: a person's answers (:mod:`fashion_models.catalogue.pair_answers`).

    Colourways are different products. Of a journal, which holds what was answered on the whole
    catalogue, the pairs count that are in the embeddings and not of products that the run was
    trained on; of a CSV file, all must be so.

    Args:
        file: A CSV file or a journal.
        embeddings: Those of the pairs' listings, or products.
        encoding: Of the CSV file.

    Returns:
        Rows (m, 2) int64, the lower first, and whether each pair is one product, (m,) bool.

    Raises:
        UserError: If the file cannot be read, or its pairs cannot be used.
    """
    answers = read_pair_answers(file, encoding)
    if journal_at(file, encoding):
        ids = set(embeddings.ids)
        answers = [one for one in answers if {one.a, one.b} <= ids]
    rows = [sorted(embeddings.row(id) for id in (one.a, one.b)) for one in answers]
    same = [one.answer == SAME for one in answers]
    if holds_trained(embeddings):
        used = {row for pair in rows for row in pair}
        learnt = {row for row in used if split_of(embeddings.items[row].group) == 'train'}
        if learnt and not journal_at(file, encoding):
            per = embeddings.header['per']
            raise UserError(
                f'{len(learnt)} of the {len(used)} {per}s in the pairs, such as '
                f'{embeddings.ids[min(learnt)]}, are of products that the run was trained on, '
                'which look more alike to it than others do; name pairs of the validation and '
                'test splits')
        kept = [number for number, pair in enumerate(rows) if learnt.isdisjoint(pair)]
        rows, same = [rows[number] for number in kept], [same[number] for number in kept]
    return np.array(rows, np.int64).reshape(-1, 2), np.array(same, bool)
