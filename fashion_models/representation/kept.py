"""What a file of embeddings has that need not be computed again."""

import numpy as np

from fashion_models.data.pictures import DIGESTS, positions
from fashion_models.files import checksum
from fashion_models.representation.embeddings import Embeddings


class Rows:
    """The rows of a file, to be copied as they are.

    Args:
        embeddings: The file.
    """

    def __init__(self, embeddings: Embeddings) -> None:
        self._embeddings = embeddings
        self._items, self._ids = embeddings.section('items'), embeddings.section('ids')
        self._index = embeddings.section('index').view('<i8')
        # An id holds no line break but that after it.
        self._id_index = np.concatenate([[0], np.flatnonzero(self._ids == ord('\n')) + 1])

    def __call__(self, start: int, end: int) -> dict[str, np.ndarray]:
        """What the parts of the file have of the rows from ``start`` to before ``end``.

        Raises:
            UserError: A vector or an item is not as it was written.
        """
        found = self._embeddings
        found.check(range(start, end))
        edges = self._index[start:end + 1]
        items = self._items[edges[0]:edges[-1]]
        for row, first, last in zip(range(start, end), edges - edges[0], edges[1:] - edges[0]):
            if checksum(items[first:last]) != found.checksums[row, 1]:
                found.refuse(f'item {row}')
        some = slice(start, end)
        parts = {
            'vectors': found.mapped[some], 'items': items, 'index': edges[:-1] - edges[0],
            'ids': self._ids[slice(*self._id_index[[start, end]])],
            'checksums': found.checksums[some], 'sources': found.sources, 'texts': found.texts}
        for name in 'sources', 'texts':
            if parts[name] is None:
                del parts[name]
            else:
                parts[name] = parts[name][some]
        return parts


class Kept:
    """Finds in a file what a new one may begin with.

    Args:
        embeddings: The file; None if there is none.

    Attributes:
        sources: (k,) strings of 16 bytes, sorted: what its vectors were computed from.
        used: (k,) bool, which of these were asked for.
        rows (Rows): Its rows.
    """

    def __init__(self, embeddings: Embeddings | None = None) -> None:
        self._embeddings = embeddings
        self.sources, self._rows_of_sources, self._places = np.empty(0, DIGESTS), None, None
        self._first, self._texts = np.empty(0, np.int64), np.empty(0, DIGESTS)
        if embeddings is not None:
            self.rows = Rows(embeddings)
            self.sources, self._rows_of_sources, self._places = np.unique(
                embeddings.sources, return_index=True, return_inverse=True)
            if embeddings.texts is not None:
                self._first = np.flatnonzero(embeddings.texts['place'] == 0)
                self._texts = embeddings.texts['digest'][self._first]
        self.used = np.zeros(len(self.sources), bool)

    def runs(self, texts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Where the rows of products are.

        Args:
            texts: (p,) :func:`~.units.text_digest` of each product.

        Returns:
            The first row of each, and the first after its rows, (p,) int64; -1 where there is none.
        """
        texts_known, first = np.unique(self._texts, return_index=True)
        places = positions(texts_known, texts)
        ends = np.append(self._first[1:], len(self._embeddings or ()))
        if not len(first):
            return places, places.copy()
        there = places >= 0
        return tuple(np.where(there, rows[first[places]], -1) for rows in (self._first, ends))

    def find(self, sources: np.ndarray) -> np.ndarray:
        """The places of some sources among those known, -1 for new ones."""
        places = positions(self.sources, sources)
        self.used[places[places >= 0]] = True
        return places

    def use(self, rows: range) -> None:
        """Says that these rows are kept."""
        self.used[self._places[rows.start:rows.stop]] = True

    def vectors(self, places: np.ndarray) -> np.ndarray:
        """The vectors of known sources.

        Raises:
            UserError: One is not as it was written.
        """
        rows = self._rows_of_sources[places]
        self._embeddings.check(rows)
        return self._embeddings.mapped[rows]
