"""Lists that merchandisers put in order by hand, from which an order can be learned.

They lie in a CSV file of the form that ``fashion-models order --like-merchandiser`` reads
(:mod:`fashion_models.representation.ordering.merchandiser`).
"""

import pathlib
from collections.abc import Sequence

from fashion_models.catalogue.cells import table, write_table
from fashion_models.errors import UserError
from fashion_models.files import locked, told_if_unwritable
from fashion_models.representation.ordering.merchandiser import (
    COLUMNS,
    RankedList,
    read_ranked_lists,
)


class Lists:
    """The lists in a file, which is made by the first of them.

    Args:
        path: The file; its folder exists.
    """

    def __init__(self, path: pathlib.Path) -> None:
        self.path = path

    def all(self) -> dict[str, RankedList]:
        """The lists by name, in the order of the file.

        Raises:
            UserError: If the file holds something else.
        """
        if not self.path.exists():
            return {}
        return {ranked.name: ranked for ranked in read_ranked_lists(self.path)}

    def save(self, name: str, products: Sequence[str]) -> None:
        """Keeps a list, in place of one of the same name; when it returns, it is on the disk.

        Args:
            name: Of the list.
            products: Their ids, two or more, the first to go first.

        Raises:
            UserError: If there is no name, or too few products, or the file cannot be written.
        """
        if not name:
            raise UserError('name: expected a text')
        if len(set(products)) < max(2, len(products)):
            raise UserError('products: expected two or more, each once')
        lock = self.path.with_name(f'{self.path.name}.lock')
        with told_if_unwritable(self.path), locked(lock, lambda: None):
            lists = self.all() | {name: RankedList(name, products, range(1, len(products) + 1))}
            write_table(self.path, COLUMNS, _rows(lists))

    def csv(self) -> bytes:
        """The lists as a CSV file."""
        return table(COLUMNS, _rows(self.all()))


def _rows(lists):
    # People may have written ranks such as 1.5 between two others.
    return [(ranked.name, product, int(rank) if rank == int(rank) else rank)
            for ranked in lists.values() for product, rank in zip(ranked.products, ranked.ranks)]
