import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fashion_models.catalogue.split import SPLITS, split_of


@given(st.text())
def test_split_is_decided_by_the_hash_of_the_name(group):
    # An independent computation: the digest read as a fraction of one.
    fraction = int(hashlib.sha256(group.encode()).hexdigest(), 16) / 2 ** 256
    expected = 'train' if fraction < 0.8 else 'validation' if fraction < 0.9 else 'test'
    assert split_of(group) == expected


@pytest.mark.parametrize(('group', 'split'), [
    ('MH01', 'train'), ('MH02', 'test'), ('MH08', 'validation'), ('15970', 'train'),
    ('Größe', 'train'), ('', 'validation')])
def test_known_groups_never_change_sides(group, split):
    # Read off `printf %s GROUP | sha256sum`; a change here moves products of every catalogue.
    assert split_of(group) == split


def test_proportions():
    counts = dict.fromkeys(SPLITS, 0)
    for number in range(20_000):
        counts[split_of(f'group {number}')] += 1
    # Four standard deviations of a binomial draw.
    assert abs(counts['train'] / 20_000 - 0.8) < 4 * (0.8 * 0.2 / 20_000) ** 0.5
    for name in ('validation', 'test'):
        assert abs(counts[name] / 20_000 - 0.1) < 4 * (0.1 * 0.9 / 20_000) ** 0.5
