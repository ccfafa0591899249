import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fashion_models.experiments.kit import statistics
from fashion_models.experiments.kit.statistics import (
    accuracy,
    contrast,
    difference,
    weighted_mean,
)

NAN = float('nan')


def test_by_hand():
    """Two of four products differ in one direction, in every seed."""
    a = [[1, 1, 1, 0]] * 2
    b = [[0, 0, 1, 0]] * 2
    found = difference(a, b, 'abcd')
    assert found.value == 0.5
    assert found.products == (0.0, 1.0), '2.5 % of the draws hold none, or nothing else'
    assert found.both == found.products, 'seeds that agree add nothing'


def test_missing_labels_are_left_out():
    assert accuracy([[1, 0, NAN, 1]], 'abcd').value == pytest.approx(2 / 3)


def test_contrast_by_hand():
    # Two seeds, two products of the one kind and three others, of which one lacks the first task's
    # label.
    a = np.array([[[1, 1], [1, 0], [1, 1], [1, 1], [np.nan, 1]]] * 2)
    b = np.array([[[0, 1], [0, 0], [1, 1], [0, 1], [np.nan, 0]]] * 2)
    found = contrast(a, b, np.array([True, True, False, False, False]), 'abcde')
    # 1 and 0 on the one kind, 1/2 and 1/3 on the others.
    assert found.value == pytest.approx((1 + 0) / 2 - (1 / 2 + 1 / 3) / 2)
    assert found.products[0] <= found.value <= found.products[1]


def test_contrast_is_over_the_tasks_that_both_have_labels_of():
    a = np.array([[[1, 1], [1, 1], [1, np.nan], [0, np.nan]]])
    b = np.array([[[0, 0], [0, 0], [0, np.nan], [0, np.nan]]])
    found = contrast(a, b, np.array([True, True, False, False]), 'abcd')
    assert found.value == pytest.approx(1 - 1 / 2)


def test_a_contrast_of_few_groups_is_not_that_of_the_others_alone():
    """Of draws without any of the three groups nothing can be said, least of all the contrary."""
    a = np.ones((1, 200))
    some = np.arange(200) < 3
    found = contrast(a, np.where(some, 0.5, 0.6)[np.newaxis], some, range(200))
    assert found.value == pytest.approx(0.1)
    assert found.products == pytest.approx((0.1, 0.1)), 'all products of a kind are alike'


def test_a_weighted_mean_is_drawn_with_its_weights():
    rng = np.random.default_rng(0)
    values, weights = rng.uniform(-1, 1, (1, 40)), rng.exponential(size=(1, 40)) ** 3
    found = weighted_mean(values, weights)
    assert found.value == pytest.approx(np.average(values, weights=weights))
    rows = rng.integers(0, 40, (20_000, 40))
    drawn = np.average(values[0][rows], weights=weights[0][rows], axis=1)
    np.testing.assert_allclose(found.products, np.quantile(drawn, [0.025, 0.975]), atol=0.02)


def test_of_several_tasks_the_mean_of_the_accuracies():
    found = accuracy([[[1, 1], [1, NAN], [0, 0]]], 'abc')
    assert found.value == pytest.approx((2 / 3 + 1 / 2) / 2)


def test_one_seed_tells_nothing_of_others():
    found = accuracy([[1, 0, 1]], 'abc')
    assert found.both is None
    assert found.widest == found.products


def test_an_interval_stays_within_what_is_possible():
    found = accuracy([[1, 1, 1, 1], [1, 0, 0, 0]], 'abcd')
    assert found.both[0] == 0
    assert found.both[1] == 1
    found = difference([[1, 1, 1, 1], [1, 0, 0, 0]], [[0, 0, 0, 0], [0, 0, 0, 0]], 'abcd')
    assert found.both[0] >= -1
    assert found.both[1] == 1


def test_what_is_counted_may_be_more_than_one():
    counts = np.random.default_rng(0).integers(3, 8, (3, 200))
    found = accuracy(counts, range(200), highest=10)
    low, high = found.both
    assert found.value == pytest.approx(counts.mean())
    assert low < found.value < high < 10


def test_nothing_to_tell_apart():
    values = np.random.default_rng(0).integers(0, 2, (3, 50))
    found = difference(values, values, range(50))
    assert found.widest == (0, 0)


def test_a_group_counts_as_one_draw():
    """Ten copies of a product in one group tell no more than one of them."""
    values = np.random.default_rng(0).integers(0, 2, (1, 60))
    single = accuracy(values, range(60))
    copies = accuracy(np.repeat(values, 10, axis=1), np.repeat(np.arange(60), 10))
    apart = accuracy(np.repeat(values, 10, axis=1), range(600))
    assert copies.products == pytest.approx(single.products)
    assert width(apart.products) < 0.5 * width(copies.products)


def test_pairs_take_out_what_is_common():
    """A product's own difficulty is in both, hence not in their difference."""
    rng = np.random.default_rng(0)
    base = rng.integers(0, 2, (1, 500)).astype(float)
    better = base.copy()
    better[0, np.flatnonzero(base[0] == 0)[:20]] = 1
    found = difference(better, base, range(500))
    assert found.widest[0] > 0
    assert width(found.products) < width(accuracy(base, range(500)).products) / 2


@settings(max_examples=30)
@given(seeds=st.integers(1, 4), products=st.integers(2, 30), number=st.integers(0, 1000))
def test_properties(seeds, products, number):
    rng = np.random.default_rng(number)
    a, b = rng.integers(0, 2, (2, seeds, products)).astype(float)
    a[:, 0] = b[:, 0] = NAN
    groups = rng.integers(0, products, products)
    groups[0] = groups[1]   # or a group without any label
    found, other = difference(a, b, groups, draws=200), difference(b, a, groups, draws=200)
    assert found.value == pytest.approx(-other.value)
    low, high = found.products
    assert -1 <= low <= high <= 1
    assert found == difference(a, b, groups, draws=200), 'the same seed, the same interval'
    order = rng.permutation(products)
    assert difference(a[:, order], b[:, order], groups[order], draws=200).products == pytest.approx(
        found.products)
    json.dumps(found.record())


@pytest.mark.parametrize(
    ('name', 'of_product', 'of_seed', 'of_both', 'expected'), [
        ('products alone differ', 0.5, 0.0, 0.0, (0.91, 0.99)),
        ('seeds alone differ', 0.0, 0.02, 0.0, (0.91, 0.99)),
        ('each pair by itself', 0.0, 0.0, 0.5, (0.93, 1.0)),
        ('all of it', 0.3, 0.01, 0.3, (0.91, 1.0)),
    ])
def test_covers_the_truth_as_often_as_promised(name, of_product, of_seed, of_both, expected):
    """Simulated differences whose true mean, 0.03, is known, for three seeds and 200 products."""
    rng = np.random.default_rng(1)
    covered, trials = 0, 200
    for trial in range(trials):
        values = (
            0.03 + of_product * rng.normal(size=(1, 200)) + of_seed * rng.normal(size=(3, 1))
            + of_both * rng.normal(size=(3, 200)))
        low, high = difference(
            values / 10, np.zeros_like(values), range(200), draws=400, seed=trial).both
        covered += low <= 0.003 <= high
    assert expected[0] <= covered / trials <= expected[1]


def test_three_seeds_are_too_few_to_draw_from():
    """What the module's head says of the plain bootstrap over three seeds."""
    rng = np.random.default_rng(0)
    seeds = rng.normal(size=(2000, 3))
    drawn = rng.integers(0, 3, (500, 3))
    means = seeds[:, drawn].mean(axis=2)
    low, high = np.quantile(means, [0.025, 0.975], axis=1)
    assert 0.70 < np.mean((low <= 0) & (high >= 0)) < 0.80


@pytest.mark.parametrize(('a', 'b', 'groups', 'message'), [
    ([[1, 0]], [[1, 0, 1]], 'ab', 'in pairs'),
    ([[1, NAN]], [[1, 0]], 'ab', 'one side only'),
    ([[1, 0]], [[1, 0]], 'abc', '3 groups for 2 products'),
    ([1, 0], [1, 0], 'ab', '1 dimensions'),
    ([[NAN, NAN]], [[NAN, NAN]], 'ab', 'no labelled product'),
])
def test_what_cannot_be_compared(a, b, groups, message):
    with pytest.raises(ValueError, match=message):
        difference(a, b, groups)


def width(interval):
    return interval[1] - interval[0]


@pytest.mark.parametrize('groups', [1, 30, 300])
def test_draws_that_are_kept_are_those_that_are_drawn_anew(groups, monkeypatch):
    rng = np.random.default_rng(0)
    correct, of = rng.random((3, 400, 2)) < 0.7, rng.integers(0, groups, 400)
    kept = [statistics.accuracy(correct, of) for _ in range(2)]
    monkeypatch.setattr(statistics, '_KEPT', 0)
    assert kept == [statistics.accuracy(correct, of)] * 2
