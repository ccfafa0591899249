"""Nearest neighbours, against brute force."""

import numpy as np
import pytest

from fashion_models.representation.duplicates import nearest as module
from fashion_models.representation.duplicates.nearest import nearest


def unit(vectors):
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture
def vectors():
    return unit(np.random.default_rng(0).normal(size=(90, 12)))


@pytest.fixture
def approximate(monkeypatch):
    """However few vectors there are, they are not all compared."""
    pytest.importorskip('faiss')
    monkeypatch.setattr(module, 'EXACT_LIMIT', 0)


def test_nearest_neighbours_are_those_of_brute_force(vectors):
    rows, similarities = nearest(vectors, 7)
    for row, vector in enumerate(vectors):
        cosines = vectors @ vector
        cosines[row] = -2
        expected = np.argsort(-cosines)[:7]
        assert rows[row].tolist() == expected.tolist()
        assert similarities[row] == pytest.approx(cosines[expected], abs=1e-6)


def test_a_vector_is_no_neighbour_of_itself_even_among_equals():
    rows, similarities = nearest(unit(np.ones((5, 3))), 20)
    assert rows.shape == (5, 4)
    assert all(row not in near for row, near in enumerate(rows.tolist()))
    assert similarities == pytest.approx(1)


def test_a_graph_finds_nearly_all(approximate):
    # Listings of products of kinds.
    rng = np.random.default_rng(1)
    products = rng.normal(size=(20, 32))[rng.integers(20, size=1500)] + rng.normal(size=(1500, 32))
    vectors = unit(np.repeat(products, 2, axis=0) + 0.5 * rng.normal(size=(3000, 32)))
    rows, similarities = nearest(vectors, 20)
    expected, cosines = nearest(vectors, 20, exact=True)
    found = [len(set(one) & set(other)) for one, other in zip(rows.tolist(), expected.tolist())]
    assert np.mean(found) / 20 > 0.995
    assert np.mean([set(near[:1]) <= set(one)
                    for one, near in zip(rows.tolist(), expected.tolist())]) > 0.999
    assert not (rows == np.arange(3000)[:, np.newaxis]).any()
    assert (np.diff(similarities) <= 1e-6).all()
    np.testing.assert_allclose(
        similarities, np.einsum('nd,nkd->nk', vectors, vectors[rows]), atol=1e-5)
    assert np.abs(similarities - cosines).mean() < 1e-3


def test_a_graph_of_many_equal_vectors(approximate):
    vectors = unit(np.random.default_rng(2).normal(size=(400, 8)))
    vectors[100:200] = vectors[0]
    rows, similarities = nearest(vectors, 5)
    equal = [0, *range(100, 200)]
    assert np.isin(rows[equal], equal).all()
    assert similarities[equal] == pytest.approx(1)
    assert not (rows == np.arange(400)[:, np.newaxis]).any()
    assert all(len(set(near)) == 5 for near in rows.tolist())


def test_what_the_graph_does_not_reach_is_compared(approximate, vectors, monkeypatch):
    real = module._from_graph

    def losing(vectors, k):
        rows, similarities = real(vectors, k)
        rows[7, 3:] = -1
        return rows, similarities

    monkeypatch.setattr(module, '_from_graph', losing)
    assert nearest(vectors, 7)[0][7].tolist() == nearest(vectors, 7, exact=True)[0][7].tolist()


def test_as_few_neighbours_as_there_are(approximate):
    rows, _ = nearest(unit(np.random.default_rng(3).normal(size=(4, 3))), 20)
    assert [sorted(near) for near in rows.tolist()] == [[1, 2, 3], [0, 2, 3], [0, 1, 3], [0, 1, 2]]
