"""Exact nearest neighbours among unit vectors, read block by block from memory or disk."""

import numpy as np

#: Rows read and compared at once: 32 MB of 1024 float32.
BLOCK = 8192


def exact_search(vectors: np.ndarray, queries: np.ndarray, k: int,
                 allowed: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Finds the vectors most similar to each query, without missing any.

    Memory does not grow with the number of vectors. A matrix product in float32 finds the rows that
    may be among the nearest, with a margin for its rounding; these are compared again in float64,
    each by itself, so that equal vectors are equally similar wherever they stand.

    Args:
        vectors: (n, d) float32 or float16, rows of unit length; may be memory-mapped.
        queries: (q, d), rows of unit length.
        k: How many to find, 1 or more.
        allowed: (n,) bool, the rows to choose from; by default all.

    Returns:
        Rows (q, m) int64 and their similarities, the scalar products, (q, m) float64. The most
        similar come first, and ties in the order of their rows. m is k, or the number of allowed
        rows if that is less.
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
    """The k of the given rows that are most similar to a query.

    Args:
        vectors: (n, d) float32 or float16.
        query: (d,)
        rows: (c,) int64, distinct.
        k: How many to keep.

    Returns:
        Rows (m,) int64 and similarities (m,) float64, sorted as in :func:`exact_search`.
    """
    rows = np.sort(rows)    # read in the order of the file
    query = np.asarray(query, np.float64)
    similarities = np.empty(len(rows))
    for start in range(0, len(rows), BLOCK):
        block = vectors[rows[start:start + BLOCK]]
        # Not a matrix product: its rounding depends on a row's place.
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
