"""How good a ranking is: recall@k, average precision, NDCG, precision and recall of thresholds."""

import numpy as np


def ranking(similarities: np.ndarray, excluded: np.ndarray | None = None) -> np.ndarray:
    """The order in which a search returns its results.

    Args:
        similarities: (q, n), of each query to each item of the gallery.
        excluded: (q, n) bool, items to leave out of a query's gallery, such as the query itself.

    Returns:
        (q, n) columns, the most similar first and ties in their original order; excluded items
        come last.
    """
    if excluded is not None:
        similarities = np.where(excluded, -np.inf, similarities)
    return np.argsort(-similarities, axis=1, kind='stable')


def ranked_relevance(similarities: np.ndarray, relevant: np.ndarray,
                     excluded: np.ndarray | None = None) -> np.ndarray:
    """Whether each result is relevant, in the order in which a search returns them.

    Args:
        similarities: (q, n), of each query with each item of the gallery.
        relevant: (q, n) bool, what the query should find.
        excluded: (q, n) bool, what is no part of a query's gallery, as itself.

    Returns:
        (q, n) bool, in the order of :func:`ranking`; excluded items are never relevant.
    """
    if excluded is not None:
        relevant = relevant & ~excluded
    return np.take_along_axis(relevant, ranking(similarities, excluded), axis=1)


def recall_at_k(ranked: np.ndarray, k: int) -> np.ndarray:
    """Recall@k as embedding retrieval defines it: is any of the first k results relevant?

    (Jégou, Douze & Schmid, 2011, "Product quantization for nearest neighbor search"; with many
    relevant items, this is not the share of them that is found.)

    Args:
        ranked: (q, n) bool, from :func:`ranked_relevance`.
        k: At least 1.

    Returns:
        (q,) 1 or 0; nan for a query with no relevant item.
    """
    return _where_possible(ranked, ranked[:, :k].any(axis=1))


def average_precision(ranked: np.ndarray) -> np.ndarray:
    """The mean, over a query's relevant items, of the precision down to each one's place.

    Args:
        ranked: (q, n) bool, from :func:`ranked_relevance`, for the whole gallery.

    Returns:
        (q,) float64; nan for a query with no relevant item. Its mean over
        queries is the mean average precision.
    """
    precision = np.cumsum(ranked, axis=1) / np.arange(1, ranked.shape[1] + 1)
    found = ranked.sum(axis=1)
    return _where_possible(ranked, (precision * ranked).sum(axis=1) / np.maximum(found, 1))


def ndcg(ranked_gains: np.ndarray, k: int) -> np.ndarray:
    """Normalised discounted cumulative gain of the first k places.

    The gain at place i (from 1) is divided by log2(i + 1), and the sum by that of the best order
    (Järvelin & Kekäläinen, 2002, "Cumulated gain-based evaluation of IR techniques").

    Args:
        ranked_gains: (q, n) what each item is worth, 0 or more, in the order to be judged. All n
            are needed, since the best order is made of them.
        k: At least 1.

    Returns:
        (q,) float64, 1 for the best order; nan where every gain is 0.
    """
    ranked_gains = np.asarray(ranked_gains, np.float64)
    k = min(k, ranked_gains.shape[1])
    discounts = 1 / np.log2(np.arange(2, k + 2))
    best = -np.sort(-ranked_gains, axis=1)[:, :k] @ discounts
    with np.errstate(invalid='ignore'):
        return np.where(best > 0, ranked_gains[:, :k] @ discounts / best, np.nan)


def _where_possible(ranked, values):
    return np.where(ranked.any(axis=1), values, np.nan)


def precision_recall(scores: np.ndarray, positive: np.ndarray, total: float | None = None,
                     weights: np.ndarray | None = None,
                     ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Precision and recall of answering yes at or above each score.

    Args:
        scores: (m,) the higher the score, the likelier a yes.
        positive: (m,) bool, whether yes is the right answer.
        total: How many positives there are in all, if some were never scored; by default those in
            ``positive``. Recall is a share of this.
        weights: (m,) how much each one counts; by default 1.

    Returns:
        Thresholds, precision and recall, (t,) each: the distinct scores, highest first, and what
        answering yes at or above each of them gives.
    """
    weights = np.ones(len(scores)) if weights is None else np.asarray(weights, np.float64)
    order = np.argsort(-np.asarray(scores), kind='stable')
    scores, positive, weights = (
        np.asarray(values)[order] for values in (scores, positive, weights))
    last = np.flatnonzero(np.append(np.diff(scores) != 0, True)) if len(scores) else []
    right = np.cumsum(weights * positive)[last]
    answered = np.cumsum(weights)[last]
    total = (weights * positive).sum() if total is None else total
    with np.errstate(invalid='ignore', divide='ignore'):
        return scores[last], right / answered, right / total


def pair_average_precision(precision: np.ndarray, recall: np.ndarray) -> float:
    """The area under a curve of :func:`precision_recall`, as a sum of steps."""
    return float(np.nansum(np.diff(recall, prepend=0.0) * precision))


def recall_at_precision(precision: np.ndarray, recall: np.ndarray, wanted: float) -> float:
    """The highest recall at which precision is at least ``wanted``; 0 if it never is."""
    return float(np.max(recall[precision >= wanted], initial=0.0))
