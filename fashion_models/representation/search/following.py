"""An index that follows a file of embeddings which has changed a little, without learning anew.

Vectors are known by their checksums: what the file still has keeps its place in the cells and gets
its new row number, what it has no more goes, and what is new is added. Components and cells remain
as they were learned, which fit as long as most vectors are those that they were learned from.
"""

import numpy as np

from fashion_models.optional import require
from fashion_models.representation.embeddings import Embeddings

#: Vectors added and removed since the index was learned, as a share of all: beyond it, anew.
MOST_DRIFT = 0.2


def matched(old: np.ndarray, new: np.ndarray) -> np.ndarray:
    """Where the vectors of an old file are in a new one.

    Args:
        old: (m,) checksums; equal ones are matched in their order, each once.
        new: (n,) checksums.

    Returns:
        (m,) int64 rows of the new file, -1 where it has no such vector.
    """
    old_order, new_order = np.argsort(old, kind='stable'), np.argsort(new, kind='stable')
    old, new = old[old_order], new[new_order]
    occurrence = np.arange(len(old)) - np.searchsorted(old, old)
    places = np.searchsorted(new, old) + occurrence
    found = places < len(new)
    found[found] = new[places[found]] == old[found]
    rows = np.full(len(old), -1, np.int64)
    rows[old_order[found]] = new_order[places[found]]
    return rows


def drift(rows: np.ndarray, count: int) -> int:
    """How many vectors come and go: from :func:`matched` rows to a file of ``count`` vectors."""
    kept = int(np.count_nonzero(rows >= 0))
    return len(rows) - kept + count - kept


def follow(index: object, rows: np.ndarray, embeddings: Embeddings) -> None:
    """Changes an index of faiss, in memory, to one of another file.

    Args:
        index: Of m vectors.
        rows: (m,) from :func:`matched`.
        embeddings: The other file.
    """
    faiss = require('faiss', extra='search', purpose='an index (exact search does without)')
    lists = faiss.extract_index_ivf(index).invlists
    for cell in range(lists.nlist):
        if size := lists.list_size(cell):
            ids = faiss.rev_swig_ptr(lists.get_ids(cell), size)
            ids[:] = rows[ids]
    index.remove_ids(faiss.IDSelectorRange(-1, 0))
    new = np.setdiff1d(np.arange(len(embeddings)), rows)
    if len(new):
        embeddings.check(new)
        index.add_with_ids(np.ascontiguousarray(embeddings.mapped[new], np.float32), new)
