"""Ranking metrics against cases computed by hand and against scikit-learn."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fashion_models.representation.metrics import (
    average_precision,
    ndcg,
    pair_average_precision,
    precision_recall,
    ranked_relevance,
    recall_at_k,
    recall_at_precision,
)


def test_ranking_puts_the_most_similar_first_and_the_excluded_last():
    similarities = np.array([[0.1, 0.9, 0.5, 0.9]])
    relevant = np.array([[True, False, True, True]])
    assert ranked_relevance(similarities, relevant).tolist() == [[False, True, True, True]]
    excluded = np.array([[False, False, False, True]])
    assert ranked_relevance(similarities, relevant, excluded).tolist() == [
        [False, True, True, False]]


def test_recall_at_k_by_hand():
    ranked = np.array([[0, 0, 1, 1], [1, 0, 0, 0], [0, 0, 0, 0]], bool)
    assert recall_at_k(ranked, 1)[:2].tolist() == [0, 1]
    assert recall_at_k(ranked, 2)[:2].tolist() == [0, 1]
    assert recall_at_k(ranked, 3)[:2].tolist() == [1, 1]
    assert recall_at_k(ranked, 9)[:2].tolist() == [1, 1]
    assert np.isnan(recall_at_k(ranked, 3)[2])


def test_average_precision_by_hand():
    ranked = np.array([[0, 1, 0, 1], [1, 1, 0, 0], [0, 0, 0, 1], [0, 0, 0, 0]], bool)
    found = average_precision(ranked)
    assert found[:3] == pytest.approx([(1 / 2 + 2 / 4) / 2, 1, 1 / 4])
    assert np.isnan(found[3])


def test_precision_and_recall_by_hand():
    # Two share a score, so that no threshold lies between them; two positives were never looked at.
    thresholds, precision, recall = precision_recall(
        np.array([0.2, 0.9, 0.7, 0.7, 0.1]), np.array([0, 1, 1, 0, 1], bool), total=5)
    assert thresholds.tolist() == [0.9, 0.7, 0.2, 0.1]
    assert precision == pytest.approx([1, 2 / 3, 2 / 4, 3 / 5])
    assert recall == pytest.approx([1 / 5, 2 / 5, 2 / 5, 3 / 5])
    assert recall_at_precision(precision, recall, 0.6) == pytest.approx(3 / 5)
    assert recall_at_precision(precision, recall, 0.9) == pytest.approx(1 / 5)
    assert recall_at_precision(precision[1:], recall[1:], 0.9) == 0


def test_a_weight_counts_like_as_many_pairs():
    scores, positive = np.array([0.9, 0.8, 0.3]), np.array([1, 0, 1], bool)
    weighted = precision_recall(scores, positive, weights=[2, 1, 3])
    repeated = precision_recall(scores.repeat([2, 1, 3]), positive.repeat([2, 1, 3]))
    for one, other in zip(weighted, repeated):
        assert one == pytest.approx(other)


scored = st.lists(
    st.tuples(st.integers(0, 6), st.booleans()), min_size=1, max_size=30).filter(
        lambda pairs: any(positive for _, positive in pairs))


@settings(max_examples=50)    # the first call imports scikit-learn
@given(scored)
def test_curve_and_its_area_are_those_of_scikit_learn(pairs):
    oracle = pytest.importorskip('sklearn.metrics')
    scores, positive = (np.array(column) for column in zip(*pairs))
    thresholds, precision, recall = precision_recall(scores, positive.astype(bool))
    assert pair_average_precision(precision, recall) == pytest.approx(
        oracle.average_precision_score(positive, scores))
    expected = oracle.precision_recall_curve(positive, scores)    # lowest threshold first
    assert thresholds[::-1] == pytest.approx(expected[2])
    assert precision[::-1] == pytest.approx(expected[0][:-1])
    assert recall[::-1] == pytest.approx(expected[1][:-1])


@settings(max_examples=50)    # the first call imports scikit-learn
@given(st.lists(st.booleans(), min_size=1, max_size=30).filter(any))
def test_average_precision_is_that_of_scikit_learn(relevant):
    oracle = pytest.importorskip('sklearn.metrics')
    similarities = np.random.default_rng(0).permutation(len(relevant))
    ranked = ranked_relevance(similarities[None], np.array([relevant]))
    assert average_precision(ranked)[0] == pytest.approx(
        oracle.average_precision_score(relevant, similarities))


def test_ndcg_by_hand():
    # 3 at place 1 and 1 at place 3; the best order has the 1 at place 2.
    found = ndcg([[3, 0, 1], [0, 3, 1], [0, 0, 0]], 3)
    best = 3 + 1 / np.log2(3)
    assert found[0] == pytest.approx((3 + 1 / 2) / best)
    assert found[1] == pytest.approx((3 / np.log2(3) + 1 / 2) / best)
    assert np.isnan(found[2])
    # Only the first place counts, and the best order's only place holds the 3.
    assert ndcg([[3, 0, 1], [1, 3, 0]], 1).tolist() == pytest.approx([1, 1 / 3])
    assert ndcg([[1, 2]], 99).tolist() == ndcg([[1, 2]], 2).tolist()


@settings(max_examples=30)
@given(st.lists(st.integers(0, 4), min_size=2, max_size=9).filter(any), st.integers(1, 9))
def test_ndcg_is_that_of_scikit_learn(gains, k):
    judge = pytest.importorskip('sklearn.metrics')
    scores = np.arange(len(gains))[::-1]
    assert ndcg([gains], k)[0] == pytest.approx(judge.ndcg_score([gains], [scores], k=k))
