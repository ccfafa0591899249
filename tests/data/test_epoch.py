import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fashion_models.data.epoch import Meetings, plan_epoch
from fashion_models.errors import UserError

counts = st.lists(st.integers(1, 9), min_size=8, max_size=120)


@given(counts=counts, b=st.integers(1, 8), seed=st.integers(0, 9), epoch=st.integers(0, 9))
def test_rules_of_an_epoch(counts, b, seed, epoch):
    plan = plan_epoch(counts, b, seed, epoch)
    seen = np.concatenate([batch.products for batch in plan])
    assert len(set(seen)) == len(seen), 'a product is met once'
    assert 0 <= len(counts) - len(seen) < b, 'fewer than b products sit out'
    for batch in plan:
        assert batch.choice.shape[0] == len(batch.products) == b
        assert 1 <= batch.choice.shape[1] <= 5
        for product, choice in zip(batch.products, batch.choice):
            assert len(set(choice)) == len(choice), 'an image is used once'
            assert 0 <= min(choice) <= max(choice) < counts[product]


@given(counts=counts, b=st.integers(1, 8))
def test_products_lose_images_only_to_fill_a_batch(counts, b):
    # At most b - 1 products come down from each bucket, one image less at each step.
    used = {}
    for batch in plan_epoch(counts, b, 0, 0):
        used.update(dict.fromkeys(batch.products.tolist(), batch.choice.shape[1]))
    for n in range(2, 6):
        able = [product for product in used if min(counts[product], 5) >= n]
        assert sum(used[product] < n for product in able) < b


def test_same_seed_and_epoch_same_plan():
    first, again = (plan_epoch([1, 2, 3, 7] * 10, 4, seed=3, epoch=5) for _ in range(2))
    for one, other in zip(first, again, strict=True):
        np.testing.assert_array_equal(one.products, other.products)
        np.testing.assert_array_equal(one.choice, other.choice)


def test_epochs_and_seeds_differ():
    def order(seed, epoch):
        plan = plan_epoch([2] * 40, 4, seed, epoch)
        return np.concatenate([batch.products for batch in plan]).tolist()
    assert order(0, 0) != order(0, 1) != order(1, 1)


def test_of_many_images_others_are_drawn_each_epoch():
    drawn = {tuple(plan_epoch([9] * 4, 4, 0, epoch)[0].choice[0]) for epoch in range(20)}
    assert len(drawn) > 10


def test_every_product_is_drawn_sooner_or_later():
    seen = set()
    for epoch in range(30):
        for batch in plan_epoch([1] * 11, 4, 0, epoch):
            seen.update(batch.products.tolist())
    assert seen == set(range(11))


def test_too_few_products_for_a_batch():
    with pytest.raises(UserError, match='3 products, fewer than the 4 of one batch'):
        plan_epoch([1, 2, 3], 4, 0, 0)


@given(counts=counts, b=st.integers(1, 8), seed=st.integers(0, 9),
       examples=st.sampled_from(['groups', 'single']))
def test_every_image_is_seen_once(counts, b, seed, examples):
    seen = []
    for batch in plan_epoch(counts, b, seed, 0, examples=examples):
        assert batch.choice.shape[0] == len(batch.products) == b
        assert 1 <= batch.choice.shape[1] <= (1 if examples == 'single' else 5)
        for product, choice in zip(batch.products, batch.choice):
            seen += [(product, image) for image in choice]
            assert max(choice) < counts[product]
    assert len(set(seen)) == len(seen), 'no image comes twice'
    # Each of the five buckets hands fewer than b examples down, at the cost of an image each.
    assert sum(counts) - len(seen) < (b if examples == 'single' else 5 * b)


def test_groups_are_of_every_size_and_drawn_anew():
    sizes, plans = np.zeros(5, int), set()
    for epoch in range(600):
        own = [
            tuple(choice) for batch in plan_epoch([4], 1, 0, epoch, examples='groups')
            for choice in batch.choice]
        assert sorted(image for group in own for image in group) == [0, 1, 2, 3]
        sizes[[len(group) for group in own]] += 1
        plans.add(tuple(sorted(own)))
    assert (sizes[1:] > 0).all()
    assert len(plans) == 15, 'the ways to divide four images into groups (a Bell number)'
    # One to four groups are equally likely: 600 draws come within 5 deviations.
    numbers = np.bincount([
        sum(len(batch.products) for batch in plan_epoch([4], 1, 0, epoch, examples='groups'))
        for epoch in range(600)])[1:]
    assert abs(numbers - 150).max() < 5 * np.sqrt(600 * 0.25 * 0.75)


def meetings(counts, kinds=None):
    groups = np.arange(len(counts)) // 3
    return Meetings(np.arange(len(counts)), kinds, groups)


@given(counts=counts, b=st.integers(2, 8), seed=st.integers(0, 9),
       examples=st.sampled_from(['together', 'groups', 'single']))
def test_with_meetings_only_single_images_come_twice(counts, b, seed, examples):
    kinds = np.arange(len(counts)) % 4
    for its in meetings(counts), meetings(counts, kinds):
        times = {}
        for batch in plan_epoch(counts, b, seed, 0, examples=examples, meetings=its):
            assert len(batch.products) == b
            for product, choice in zip(batch.products, batch.choice):
                for image in choice:
                    times[product, image] = times.get((product, image), 0) + 1
        assert all(number <= (2 if counts[product] == 1 else 1)
                   for (product, _), number in times.items())


def test_examples_of_one_product_meet():
    met = 0
    for epoch in range(20):
        plan = plan_epoch(
            [1, 4] * 32, 8, 0, epoch, examples='single', meetings=meetings([1, 4] * 32))
        for batch in plan:
            alone = np.flatnonzero(np.bincount(batch.products) == 1)
            met += len(batch.products) - len(alone)
            # Only at the borders of a batch is a product cut off from itself.
            assert len(alone) <= 2
    assert met > 20 * 32 * 5 * 0.8


def test_rows_of_one_product_meet():
    its = Meetings(np.repeat(np.arange(40), 2))     # each image is a row
    for batch in plan_epoch([1] * 80, 8, 0, 0, meetings=its):
        assert (np.bincount(its.products[batch.products]) != 1).all(), 'and none comes twice'


def test_alike_products_and_those_of_one_group_meet():
    rng = np.random.default_rng(0)
    kinds, groups = rng.integers(0, 40, 400), np.arange(400) // 4

    def shares(its):
        """How many pairs within a batch are of one kind, and of one group."""
        found = np.zeros(2)
        for epoch in range(5):
            for batch in plan_epoch([2] * 400, 16, 0, epoch, meetings=its):
                for row, numbers in enumerate((kinds[batch.products], groups[batch.products])):
                    found[row] += ((numbers[:, None] == numbers).sum() - 16) / 2
        return found
    alike = shares(Meetings(np.arange(400), kinds, groups))
    by_chance = shares(Meetings(np.arange(400)))
    assert (alike > 3 * by_chance).all()
