import types

import numpy as np
import pytest

from fashion_models.experiments.measuring.purity import purity, usable_neighbours


def test_purity_by_hand():
    vectors = np.array([[0.0], [1], [3], [10], [11], [100]])
    t = np.array([0, 0, 1, 1, 0, -1])
    groups = ['a', 'b', 'c', 'd', 'd', 'e']
    # The nearest: 1 → 0; 0 → 1; 3 → 1; 10 → 3, as 11 is of its own group; 11 → 3.
    np.testing.assert_array_equal(purity(vectors, t, groups, 1), [1, 1, 0, 1, 0, np.nan])
    np.testing.assert_array_equal(purity(vectors, t, groups, 2), [.5, .5, 0, .5, .5, np.nan])
    everybody = [2 / 4, 2 / 4, 1 / 4, 1 / 3, 2 / 3, np.nan]
    np.testing.assert_allclose(purity(vectors, t, groups), everybody)
    # Those of group d have three neighbours, the others four.
    np.testing.assert_allclose(
        purity(vectors, t, groups, 4), [2 / 4, 2 / 4, 1 / 4, np.nan, np.nan, np.nan])
    assert np.isnan(purity(vectors, t, groups, 5)).all()


@pytest.mark.parametrize(('groups', 'numbers'), [
    ('a' * 12, []), ('abcdef', [1]), ('a' * 10 + 'b', [1, 10]), ('abcdefghijk', [1, 10])])
def test_numbers_of_neighbours_that_products_have(groups, numbers):
    # Of a task without labels, nobody is a neighbour.
    t = np.stack([np.zeros(len(groups), int), np.full(len(groups), -1)], axis=1)
    assert usable_neighbours(types.SimpleNamespace(t=t, groups=list(groups))) == numbers


def test_purity_is_that_of_scikit_learn():
    oracle = pytest.importorskip('sklearn.neighbors')
    rng = np.random.default_rng(0)
    vectors, t = rng.normal(size=(600, 5)), rng.integers(0, 3, 600)
    nearest = oracle.NearestNeighbors(n_neighbors=10).fit(vectors).kneighbors(
        return_distance=False)     # without themselves
    np.testing.assert_allclose(
        purity(vectors, t, range(600), 10), (t[nearest] == t[:, None]).mean(axis=1))


def test_those_without_any_neighbour_have_no_purity():
    assert np.isnan(purity(np.eye(3), [0, 1, 1], ['a', 'a', 'a'], 1)).all()
    assert np.isnan(purity(np.eye(3), [-1, -1, 0], ['a', 'b', 'c'], 1)).all()
