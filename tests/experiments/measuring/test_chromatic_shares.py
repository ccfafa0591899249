import numpy as np
import pytest

from fashion_models.experiments.measuring.chromatic_shares import (
    chromatic_shares,
    learnt,
    minus_images,
)


def test_chromatic_shares_by_hand():
    W = np.zeros((4, 3, 2, 2))
    W[0] = 0.7                                  # brightness
    W[1, :, 0, 1] = [2, -1, -1]                 # colour: red against cyan
    W[2, :, 1, 0] = [1, 0, 0]                   # red alone: 1/3 of it is brightness
    np.testing.assert_allclose(chromatic_shares(W), [0, 1, 2 / 3, 0], atol=1e-12)


def test_random_filters_are_two_thirds_colour():
    W = np.random.default_rng(0).normal(size=(5000, 3, 7, 7))
    assert chromatic_shares(W).mean() == pytest.approx(2 / 3, abs=0.002)


@pytest.mark.parametrize('scale', [0.01, 100])
def test_the_share_does_not_depend_on_the_strength(scale):
    W = np.random.default_rng(0).normal(size=(10, 3, 3, 3))
    np.testing.assert_allclose(chromatic_shares(W), chromatic_shares(scale * W))


def test_learnt_part_by_hand():
    start = np.zeros((2, 3, 1, 2))
    start[:, 0, 0] = [1, 1]
    trained = np.zeros((2, 3, 1, 2))
    trained[0, 0, 0] = [5, 1]       # 3 times the start, and [2, -2]
    trained[1] = -0.5 * start[1]    # the start alone
    expected = np.zeros((2, 3, 1, 2))
    expected[0, 0, 0] = [2, -2]
    np.testing.assert_allclose(learnt(trained, start), expected)


def test_strong_filters_count_more_beside_the_images():
    """As the images' own share is of all energy."""
    W = np.zeros((2, 2, 3, 1, 1))
    W[:, 0] = 3                                     # brightness: energy 27
    W[:, 1, :, 0, 0] = [1, -1, 0]                   # colour: energy 2
    found = minus_images(W, 0.5)
    assert found.value == pytest.approx(2 / 29 - 0.5)
    assert found.products[0] <= found.value <= found.products[1]
