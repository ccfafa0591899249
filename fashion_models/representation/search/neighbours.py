"""Exact nearest neighbours among unit vectors, read block by block from wherever they lie."""

import numpy as np

#: Rows that are read and compared at once: 32 MB of 1024 float32.
BLOCK = 8192


def exact_search(vectors: np.ndarray, queries: np.ndarray, k: int,
                 allowed: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Finds the vectors most similar to each query, and misses none.

    The memory in use does not grow with the number of vectors. A matrix product in float32 tells
    which rows may be among the nearest, with room for its rounding; these are compared again in
    float64, each by itself, so that equal vectors are equally similar wherever they stand.

    Args:
        vectors (numpy.ndarray): (n, d) float32 or float16, rows of unit length, perhaps
            memory-mapped.
        queries (numpy.ndarray): (q, d), rows of unit length.
        k (int): How many to find, 1 or more.
        allowed (numpy.ndarray): (n,) bool, the rows to choose from; by default all.

    Returns:
        tuple: Rows, (q, m) int64, and their similarities, the scalar products, (q, m) float64. The
        most similar come first, of equally similar ones the first row. m is k, or the number of
        allowed rows where that is less.
    """
    queries = np.asarray(queries, np.float32)
    # Twice a bound on the rounding of a product of two unit vectors, in any order of summation.
    slack = 2 * vectors.shape[1] * np.finfo(np.float32).eps
    shortlists = [_Shortlist(k, slack) for _ in queries]
    for rows, block in _blocks(vectors, allowed):
        for shortlist, scores in zip(shortlists, queries @ block.T):
            shortlist.add(rows, scores)
    ranked = [rank(vectors, query, shortlist.rows, k)
              for query, shortlist in zip(queries, shortlists)]
    m = min(k, len(vectors) if allowed is None else np.count_nonzero(allowed))
    rows, similarities = zip(*ranked) if ranked else ((), ())
    return (np.array(rows, np.int64).reshape(len(queries), m),
            np.array(similarities).reshape(len(queries), m))


def rank(vectors: np.ndarray, query: np.ndarray, rows: np.ndarray, k: int,
         ) -> tuple[np.ndarray, np.ndarray]:
    """Of some rows, the k most similar to a query.

    Args:
        vectors (numpy.ndarray): (n, d) float32 or float16.
        query (numpy.ndarray): (d,)
        rows (numpy.ndarray): (c,) int64, distinct.
        k (int): How many to keep.

    Returns:
        tuple: Rows (m,) int64 and similarities (m,) float64, sorted as by :func:`exact_search`.
    """
    rows = np.sort(rows)    # read in the order of the file
    query = np.asarray(query, np.float64)
    similarities = np.empty(len(rows))
    for start in range(0, len(rows), BLOCK):
        block = vectors[rows[start:start + BLOCK]]
        # Not a matrix product, whose rounding depends on a row's place.
        similarities[start:start + BLOCK] = (block * query).sum(axis=1)
    order = np.argsort(-similarities, kind='stable')[:k]
    return rows[order], similarities[order]


def _blocks(vectors, allowed):
    """Yields row numbers (b,) and their vectors (b, d) float32."""
    for start in range(0, len(vectors), BLOCK):
        block = vectors[start:start + BLOCK]
        rows = np.arange(start, start + len(block))
        if allowed is not None:
            chosen = allowed[start:start + BLOCK]
            if not chosen.any():
                continue
            if not chosen.all():
                block, rows = block[chosen], rows[chosen]
        yield rows, block.astype(np.float32, copy=False)


class _Shortlist:
    """The rows that may be among the k nearest, of those seen so far."""

    def __init__(self, k, slack):
        self._k = k
        self._slack = slack
        self._least = -np.inf
        self._scores = np.empty(0, np.float32)
        self.rows = np.empty(0, np.int64)

    def add(self, rows, scores):
        near = scores >= self._least
        if not near.any():
            return
        self.rows = np.concatenate([self.rows, rows[near]])
        self._scores = np.concatenate([self._scores, scores[near]])
        if len(self._scores) > self._k:
            self._least = np.partition(self._scores, -self._k)[-self._k] - self._slack
            near = self._scores >= self._least
            self.rows, self._scores = self.rows[near], self._scores[near]
