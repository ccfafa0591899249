"""Pairs and groups of listings, as rows of a table and as a CSV file."""

import os
from collections.abc import Iterable, Sequence

from fashion_models.catalogue.cells import write_table
from fashion_models.representation.duplicates.pairs import Pair
from fashion_models.representation.embeddings import Item

PAIR_COLUMNS = ('probability', 'similarity', 'words', 'photograph', 'known', 'a', 'b', 'answer',
                'retailer_a', 'retailer_b', 'title_a', 'title_b')
GROUP_COLUMNS = 'group', 'id', 'product', 'retailer', 'title'


def pair_rows(pairs: Iterable[Pair]) -> list[dict]:
    """Pairs as rows, with ``None`` for what is not known."""
    return [{
        'probability': round(pair.probability, 4), 'similarity': round(pair.similarity, 4),
        'words': None if pair.words is None else round(pair.words, 4),
        'photograph': None if pair.photograph is None else int(pair.photograph),
        'known': int(pair.known), 'a': pair.a.id, 'b': pair.b.id, 'retailer_a': pair.a.retailer,
        'retailer_b': pair.b.retailer, 'title_a': pair.a.title, 'title_b': pair.b.title}
        for pair in pairs]


def group_rows(groups: Iterable[Sequence[Item]]) -> list[dict]:
    """Groups as rows, one for each listing."""
    return [{'group': number, 'id': item.id, 'product': item.product, 'retailer': item.retailer,
             'title': item.title} for number, group in enumerate(groups, 1) for item in group]


def write_pairs(path: str | os.PathLike, rows: Iterable[dict]) -> None:
    """Writes the rows of :func:`pair_rows` to a CSV file, with an empty column for answers.

    :mod:`fashion_models.catalogue.pair_answers` says what may be answered.

    Raises:
        UserError: If it cannot be written.
    """
    _write(path, PAIR_COLUMNS, ({**row, 'answer': ''} for row in rows))


def write_groups(path: str | os.PathLike, rows: Iterable[dict]) -> None:
    """Writes the rows of :func:`group_rows` to a CSV file.

    Raises:
        UserError: If it cannot be written.
    """
    _write(path, GROUP_COLUMNS, rows)


def _write(path, columns, rows):
    write_table(path, columns, ([row[name] for name in columns] for row in rows),
                replaces=(PAIR_COLUMNS[0], GROUP_COLUMNS[0]))
