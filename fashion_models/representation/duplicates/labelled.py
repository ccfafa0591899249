"""Learns a calibration from pairs of embedded listings that are known to be one product or two."""

import os
import pathlib
from collections.abc import Sequence

import numpy as np

from fashion_models.catalogue.cells import text_in
from fashion_models.catalogue.importers.tables import Table
from fashion_models.catalogue.split import split_of
from fashion_models.errors import UserError
from fashion_models.representation.duplicates.calibration import Calibration, calibrate
from fashion_models.representation.duplicates.pairs import gather
from fashion_models.representation.duplicates.placeholders import placeholders, without
from fashion_models.representation.embeddings import Embeddings


def calibrate_on(embeddings: Embeddings, labelled: str | os.PathLike | None = None,
                 texts: bool = True) -> Calibration:
    """Learns a calibration from the listings of a file.

    Args:
        embeddings: Of listings whose products the network was not trained on: those it was trained
            on look more alike to it than they should.
        labelled: A CSV file with the columns ``a``, ``b`` (ids) and ``same`` (1 or 0), one pair a
            row. By default, all neighbours, which are the same if the catalogue has them as one
            product.
        texts: Whether to look at the texts, too.

    Raises:
        UserError: If the pairs cannot be read, are too few, or are of training products.
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


def _require_untrained(embeddings, rows=None):
    """Raises UserError if the file, or any of its rows, holds products its run was trained on."""
    from fashion_models.training.run import Run

    header = embeddings.header
    if header.get('split') in ('validation', 'test'):
        return
    try:
        trained = Run.open(header['run']).provenance['catalogue']['hash']
    except (UserError, KeyError):
        return  # the run has moved: whether it was trained on these is unknown
    if trained != header.get('catalogue_hash'):
        return
    if rows is None:
        raise UserError(
            f'{embeddings.file}: holds the products that its run was trained on, which look more '
            'alike to it than others do; calibrate on embeddings of the validation split')
    learnt = [embeddings.ids[row] for row in rows
              if split_of(embeddings.items[row].group) == 'train']
    if learnt:
        raise UserError(
            f'{len(learnt)} of the {len(rows)} {header["per"]}s in the pairs, such as {learnt[0]}, '
            'are of products that the run was trained on, which look more alike to it than others '
            'do; name pairs of the validation and test splits')


def read_pairs(file: str | os.PathLike, embeddings: Embeddings) -> tuple[np.ndarray, np.ndarray]:
    """Reads labelled pairs: a CSV file with the columns ``a``, ``b`` and ``same``.

    Returns:
        Rows (m, 2) int64, the lower first, and whether each pair is one product, (m,) bool.

    Raises:
        UserError: If the file is not like that, or an id is not among the embeddings.
    """
    rows, same = [], []
    table = Table(file)
    if not {'a', 'b', 'same'} <= set(table.names):
        raise UserError(f'{file}: expected the columns a, b and same, found {table.found()}')
    for where, record in table.all_rows():
        if record['same'] not in ('0', '1') or record['a'] == record['b']:
            raise UserError(
                f'{where}: expected two ids and 1 (the same product) or '
                f'0, found {record["a"]!r}, {record["b"]!r} and {record["same"]!r}')
        rows.append(sorted(embeddings.row(text_in(record[name])) for name in 'ab'))
        same.append(record['same'] == '1')
    return np.array(rows, np.int64).reshape(-1, 2), np.array(same, bool)
