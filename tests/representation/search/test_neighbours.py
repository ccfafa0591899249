import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fashion_models.representation.search import neighbours
from fashion_models.representation.search.neighbours import exact_search


def unit(rows, size, seed, distinct=None):
    """Random unit vectors; only so many distinct ones, to make ties."""
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(distinct or rows, size))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors[rng.integers(0, len(vectors), rows)] if distinct else vectors


def brute_force(vectors, query, k, allowed):
    """Sorted by similarity, of equals the first row, as Python's sort does it."""
    scored = [(-float(np.dot(vector.astype(np.float64), query.astype(np.float64))), row)
              for row, vector in enumerate(vectors) if allowed[row]]
    return sorted(scored)[:k]


@settings(max_examples=60)
@given(st.data())
def test_like_brute_force(data):
    n = data.draw(st.integers(1, 300), 'n')
    size = data.draw(st.integers(1, 40), 'size')
    k = data.draw(st.integers(1, 20), 'k')
    dtype = data.draw(st.sampled_from([np.float32, np.float16]), 'dtype')
    seed = data.draw(st.integers(0, 1000), 'seed')
    vectors = unit(n, size, seed).astype(dtype)
    queries = unit(3, size, seed + 1).astype(np.float32)
    allowed = np.random.default_rng(seed).random(n) < data.draw(st.floats(0, 1), 'share')
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(neighbours, 'BLOCK', data.draw(st.integers(1, 100), 'block'))
        rows, similarities = exact_search(vectors, queries, k, allowed)
    assert rows.shape == similarities.shape == (3, min(k, allowed.sum()))
    for query, found, values in zip(queries, rows, similarities):
        expected = brute_force(vectors, query, k, allowed)
        # Sums in another order may differ in the last bits, and so swap what is that close.
        np.testing.assert_allclose(values, [-score for score, _ in expected], atol=1e-12)
        own = (vectors[found].astype(np.float64) * query.astype(np.float64)).sum(axis=1)
        np.testing.assert_allclose(own, values, atol=1e-12)
        assert len(set(found)) == len(found)
        assert allowed[found].all()


@pytest.mark.parametrize('dtype', [np.float32, np.float16])
@pytest.mark.parametrize('block', [1, 7, 64, 8192])
def test_of_equal_vectors_the_first_comes_first(monkeypatch, dtype, block):
    monkeypatch.setattr(neighbours, 'BLOCK', block)
    vectors = unit(500, 64, 0, distinct=5).astype(dtype)
    query = unit(1, 64, 1).astype(np.float32)
    rows, similarities = exact_search(vectors, query, 300)
    for one, other, s, t in zip(rows[0], rows[0][1:], similarities[0], similarities[0][1:]):
        assert s > t or (s == t and one < other)
        assert (vectors[one] == vectors[other]).all() == (s == t)


def test_vectors_closer_than_float32_can_tell_are_told_apart():
    vectors = np.array([[1, 1e-6], [1, -1e-6], [1, 2e-6]], np.float32)
    query = np.array([[1, 1e-3]], np.float32)
    assert len(set((vectors @ query[0]).tolist())) == 1
    rows, similarities = exact_search(vectors, query, 2)
    assert rows.tolist() == [[2, 0]]
    assert similarities[0, 0] > similarities[0, 1]


def test_memory_does_not_grow_with_the_vectors(monkeypatch):
    monkeypatch.setattr(neighbours, 'BLOCK', 256)

    def peak(n):
        vectors = unit(n, 64, 0).astype(np.float16)
        query = vectors[:1].astype(np.float32)
        tracemalloc.start()
        try:
            exact_search(vectors, query, 10)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert peak(20_000) < 1.5 * peak(2_000)


def test_no_row_may_be_allowed():
    rows, similarities = exact_search(
        np.eye(3, dtype=np.float32), np.eye(3, dtype=np.float32)[:2], 5, np.zeros(3, bool))
    assert rows.shape == similarities.shape == (2, 0)
