"""The nearest neighbours of every vector among all others: exact, or of many, nearly so.

Comparing all pairs takes four times as long for twice as many vectors. Beyond
:data:`EXACT_LIMIT` a graph of neighbours is searched instead (Malkov & Yashunin, 2018, "Efficient
and robust approximate nearest neighbor search using hierarchical navigable small world graphs"),
which takes little more than twice as long. Whitened vectors vary in all directions alike, so that
cells, which the index of ``search`` has, would miss more of their neighbours.
"""

import numpy as np
from tqdm import tqdm

from fashion_models.optional import require

#: Up to this many vectors are all compared.
EXACT_LIMIT = 20_000
#: Links of a vector in the graph; how many candidates are kept while it is built and searched.
LINKS, BUILDING, SEARCHING = 32, 64, 64
#: Scores that are held at once.
BLOCK_BYTES = 64 << 20
_BLOCK = 4096


def nearest(vectors: np.ndarray, k: int, exact: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """The nearest neighbours of each vector, itself left out.

    Args:
        vectors: (n, d) float32, n at least 2, rows of unit length.
        k: How many; n - 1 if that is less.
        exact: Whether to compare all of them, however many there are.

    Returns:
        Rows (n, k) int64 and their similarities (n, k) float32, the most similar first.

    Raises:
        UserError: If there are more than :data:`EXACT_LIMIT` and faiss is not installed.
    """
    k = min(k, len(vectors) - 1)
    if exact or len(vectors) <= EXACT_LIMIT:
        return _compared(vectors, np.arange(len(vectors)), k)
    rows, similarities = _from_graph(vectors, k)
    # What no path of the graph leads to.
    if len(lost := np.flatnonzero((rows < 0).any(axis=1))):
        rows[lost], similarities[lost] = _compared(vectors, lost, k)
    return rows, similarities


def _compared(vectors, queries, k):
    """The nearest of some rows, by comparing them with all."""
    n = len(vectors)
    rows = np.empty((len(queries), k), np.int64)
    similarities = np.empty((len(queries), k), np.float32)
    step = max(1, BLOCK_BYTES // (4 * n))
    for start in tqdm(range(0, len(queries), step), 'comparing', delay=2, leave=False,
                      disable=None):
        part = slice(start, start + step)
        scores = vectors[queries[part]] @ vectors.T
        own = np.arange(len(scores))
        scores[own, queries[part]] = -np.inf
        near = largest(scores, k)
        rows[part] = near
        similarities[part] = np.take_along_axis(scores, near, axis=1)
    return rows, similarities


def _from_graph(vectors, k):
    """As :func:`nearest`; a row that is not found is -1."""
    faiss = require('faiss', extra='search', purpose='comparing so many vectors (comparing all of '
                    'them exactly does without, and takes long)')
    n, d = vectors.shape
    index = faiss.IndexHNSWFlat(d, LINKS, faiss.METRIC_INNER_PRODUCT)
    index.hnsw.efConstruction = BUILDING
    rows, similarities = np.empty((n, k), np.int64), np.empty((n, k), np.float32)
    with tqdm(total=2 * n, desc='comparing', unit=' vectors', delay=2, leave=False,
              disable=None) as bar:
        for start in range(0, n, _BLOCK):
            index.add(vectors[start:start + _BLOCK])
            bar.update(len(vectors[start:start + _BLOCK]))
        limits = faiss.SearchParametersHNSW(efSearch=max(SEARCHING, 2 * k))
        for start in range(0, n, _BLOCK):
            part = slice(start, start + _BLOCK)
            scores, found = index.search(vectors[part], k + 1, params=limits)
            own = found == np.arange(n)[part, np.newaxis]
            # Among equal vectors, another one may be found in its place.
            own[~own.any(axis=1), -1] = True
            rows[part], similarities[part] = (
                one[~own].reshape(-1, k) for one in (found, scores))
            bar.update(len(found))
    return rows, similarities


def largest(scores: np.ndarray, k: int) -> np.ndarray:
    """Columns (q, k) of the k largest of each row of scores (q, n), the largest first."""
    k = min(k, scores.shape[1])
    near = np.argpartition(-scores, k - 1, axis=1)[:, :k]
    order = np.argsort(-np.take_along_axis(scores, near, axis=1), axis=1, kind='stable')
    return np.take_along_axis(near, order, axis=1)
