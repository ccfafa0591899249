"""Tables for a terminal."""

from __future__ import annotations

import typing
from collections.abc import Iterable, Sequence

from fashion_models.catalogue.tasks import ordered
from fashion_models.terminal import visible_line

if typing.TYPE_CHECKING:    # NumPy, which --help does without
    from fashion_models.representation.embeddings import Item

_TITLE = 60  # letters of a title that a table shows


def ranked_table(entries: Iterable[tuple[int, float, Item]], heading: str) -> str:
    """A table of ranked products, for a terminal.

    Args:
        entries (list): (rank, number, item) each; the item is an
            :class:`~fashion_models.representation.embeddings.Item`.
        heading (str): What the number is.
    """
    rows = [('rank', heading, 'id', 'labels', 'title')]
    rows += [(str(rank), f'{number:.3f}', item.id,
              ' · '.join(item.labels[task] for task in ordered(item.labels)),
              item.title if len(item.title) <= _TITLE else item.title[:_TITLE - 1].rstrip() + '…')
             for rank, number, item in entries]
    return aligned(rows, right=2)


def aligned(rows: Iterable[Sequence[str]], right: int = 0) -> str:
    """Rows of cells, the heading first, in columns; an empty one is left out.

    Control characters in the cells are escaped.

    Args:
        rows (list): Tuples of str, all of one length.
        right (int): So many columns, from the left, are aligned to the right: numbers.

    Returns:
        str: The lines.
    """
    columns = []
    for index, column in enumerate(zip(*(map(visible_line, row) for row in rows))):
        if any(column[1:]):
            width = max(map(len, column))
            columns.append([cell.rjust(width) if index < right else cell.ljust(width)
                            for cell in column])
    return '\n'.join('  '.join(row).rstrip() for row in zip(*columns))
