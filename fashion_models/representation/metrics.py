"""How good a ranking is: recall@k, average precision, NDCG, precision and recall of thresholds."""

import numpy as np


def ranking(similarities: np.ndarray, excluded: np.ndarray | None = None) -> np.ndarray:
    """The order in which a search gives its results.

    Args:
        similarities (numpy.ndarray): (q, n), of each query with each item of the gallery.
        excluded (numpy.ndarray): (q, n) bool, what is no part of a query's gallery, as itself.

    Returns:
        numpy.ndarray: (q, n) columns, the most similar first, equally similar ones as they come;
        what is excluded stands last.
    """
    if excluded is not None:
        similarities = np.where(excluded, -np.inf, similarities)
    return np.argsort(-similarities, axis=1, kind='stable')


def ranked_relevance(similarities: np.ndarray, relevant: np.ndarray,
                     excluded: np.ndarray | None = None) -> np.ndarray:
    """Whether each result is relevant, in the order in which a search gives them.

    Args:
        similarities (numpy.ndarray): (q, n), of each query with each item of the gallery.
        relevant (numpy.ndarray): (q, n) bool, what the query should find.
        excluded (numpy.ndarray): (q, n) bool, what is no part of a query's gallery, as itself.

    Returns:
        numpy.ndarray: (q, n) bool, in the order of :func:`ranking`; what is excluded is never
        relevant.
    """
    if excluded is not None:
        relevant = relevant & ~excluded
    return np.take_along_axis(relevant, ranking(similarities, excluded), axis=1)


def recall_at_k(ranked: np.ndarray, k: int) -> np.ndarray:
    """Recall@k as retrieval by embeddings has it: is one of the first k results relevant?

    (Jégou, Douze & Schmid, 2011, "Product quantization for nearest neighbor search"; with many
    relevant items it is not the share of them that is found.)

    Args:
        ranked (numpy.ndarray): (q, n) bool, as of :func:`ranked_relevance`.
        k (int): At least 1.

    Returns:
        numpy.ndarray: (q,) 1 or 0; nan for a query without anything relevant.
    """
    return _where_possible(ranked, ranked[:, :k].any(axis=1))


def average_precision(ranked: np.ndarray) -> np.ndarray:
    """Mean, over a query's relevant items, of the precision of the results down to that item.

    Args:
        ranked (numpy.ndarray): (q, n) bool, as of :func:`ranked_relevance`: the whole gallery.

    Returns:
        numpy.ndarray: (q,) float64; nan for a query without anything relevant. Its mean over
        queries is the mean average precision.
    """
    precision = np.cumsum(ranked, axis=1) / np.arange(1, ranked.shape[1] + 1)
    found = ranked.sum(axis=1)
    return _where_possible(ranked, (precision * ranked).sum(axis=1) / np.maximum(found, 1))


def ndcg(ranked_gains: np.ndarray, k: int) -> np.ndarray:
    """Normalised discounted cumulative gain of the first k places.

    The gain at place i, from 1, is divided by log2(i + 1); their sum, by that of the best order
    (Järvelin & Kekäläinen, 2002, "Cumulated gain-based evaluation of IR techniques").

    Args:
        ranked_gains (numpy.ndarray): (q, n) what each item is worth, 0 or more, in the order that
            is judged: all n of them, for the best order is made of these.
        k (int): At least 1.

    Returns:
        numpy.ndarray: (q,) float64, 1 for the best order; nan where nothing is worth anything.
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
    """Precision and recall of answering yes from each score upwards.

    Args:
        scores (numpy.ndarray): (m,) the higher, the likelier yes.
        positive (numpy.ndarray): (m,) bool, whether yes is right.
        total (float): How many positives there are, where some have no score because nobody
            looked at them; by default those of ``positive``. Recall is a share of these.
        weights (numpy.ndarray): (m,) how much each counts; by default 1.

    Returns:
        tuple: Thresholds, precision and recall, (t,) each: the distinct scores, highest first, and
        what answering yes to all from there upwards gives.
    """
    weights = np.ones(len(scores)) if weights is None else np.asarray(weights, np.float64)
    order = np.argsort(-np.asarray(scores), kind='stable')
    scores, positive, weights = (
        np.asarray(values)[order] for values in (scores, positive, weights))
    last = np.flatnonzero(np.append(np.diff(scores) != 0, True)) if len(scores) else []
    right = np.cumsum(weights * positive)[last]
    said = np.cumsum(weights)[last]
    total = (weights * positive).sum() if total is None else total
    with np.errstate(invalid='ignore', divide='ignore'):
        return scores[last], right / said, right / total


def pair_average_precision(precision: np.ndarray, recall: np.ndarray) -> float:
    """Area under a curve of :func:`precision_recall`, as a sum of steps (float)."""
    return float(np.nansum(np.diff(recall, prepend=0.0) * precision))


def recall_at_precision(precision: np.ndarray, recall: np.ndarray, wanted: float) -> float:
    """The highest recall at which precision is at least ``wanted`` (float); 0 where it never is."""
    return float(np.max(recall[precision >= wanted], initial=0.0))
