"""Pairs and groups of listings, as rows of a table and as a CSV file."""

import csv
import io
import os
from collections.abc import Iterable, Sequence

from fashion_models.catalogue.cells import cell
from fashion_models.files import atomic_write, told_if_unwritable
from fashion_models.representation.duplicates.pairs import Pair
from fashion_models.representation.embeddings import Item


def pair_rows(pairs: Iterable[Pair]) -> list[dict]:
    """Pairs as rows; ``words`` is ``None`` if either listing has no text."""
    return [{
        'probability': round(pair.probability, 4), 'similarity': round(pair.similarity, 4),
        'words': None if pair.words is None else round(pair.words, 4), 'known': int(pair.known),
        'a': pair.a.id, 'b': pair.b.id, 'retailer_a': pair.a.retailer,
        'retailer_b': pair.b.retailer, 'title_a': pair.a.title, 'title_b': pair.b.title}
        for pair in pairs]


def group_rows(groups: Iterable[Sequence[Item]]) -> list[dict]:
    """Groups as rows, one for each listing."""
    return [{'group': number, 'id': item.id, 'product': item.product, 'retailer': item.retailer,
             'title': item.title} for number, group in enumerate(groups, 1) for item in group]


def write_csv(path: str | os.PathLike, rows: list[dict]) -> None:
    """Writes rows to a CSV file, with their names as the heading.

    Raises:
        UserError: If it cannot be written.
    """
    content = io.StringIO(newline='')
    names = list(rows[0]) if rows else ['a', 'b']
    writer = csv.DictWriter(content, names, lineterminator='\n')
    writer.writeheader()
    writer.writerows({name: cell(value) if isinstance(value, str) else value
                      for name, value in row.items()} for row in rows)
    with (told_if_unwritable(path),
          atomic_write(path, 'w', encoding='utf-8', newline='') as file):
        file.write(content.getvalue())
