import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fashion_models.catalogue.pair_answers import PairAnswer
from fashion_models.catalogue.same_products import components, sameness
from fashion_models.catalogue.split import SPLITS, split_of
from fashion_models.errors import UserError

sparse = pytest.importorskip('scipy.sparse')
csgraph = pytest.importorskip('scipy.sparse.csgraph')

PAIRS = st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=20)
ANSWERS = st.lists(st.tuples(
    st.integers(0, 9), st.integers(0, 9),
    st.sampled_from(['same', 'same', 'colourway', 'different'])).filter(
        lambda one: one[0] != one[1]), max_size=14)


def numbers(pairs, count):
    """The component of each of some numbers, by SciPy."""
    a, b = np.array(pairs, int).reshape(-1, 2).T
    graph = sparse.coo_array((np.ones(len(a)), (a, b)), (count, count))
    return csgraph.connected_components(graph, directed=False)[1]


def answer(a, b, word='same'):
    return PairAnswer(*sorted((str(a), str(b))), word, f'{a}-{b}')


def found(answers, groups):
    return sameness(answers, groups, lambda id: id)


@given(PAIRS)
def test_components_are_those_of_scipy(pairs):
    expected = {}
    for number, component in enumerate(numbers(pairs, 12)):
        expected.setdefault(component, set()).add(number)
    assert sorted(map(sorted, components(pairs))) == sorted(
        sorted(own) for own in expected.values() if len(own) > 1)


@given(ANSWERS, st.lists(st.integers(0, 6), min_size=10, max_size=10))
def test_sameness_is_the_closure_of_the_answers_and_contradictions_are_refused(steps, groups):
    groups = {str(id): f'g{group}' for id, group in enumerate(groups)}
    product = numbers([one[:2] for one in steps if one[2] == 'same'], 10)
    design = numbers([one[:2] for one in steps if one[2] != 'different'], 10)
    contradicts = any(product[a] == product[b] if word == 'colourway' else design[a] == design[b]
                      for a, b, word in steps if word != 'same')
    answers = [answer(*one) for one in steps]
    if contradicts:
        with pytest.raises(UserError, match='contradicts'):
            found(answers, groups)
        return
    same = found(answers, groups)
    assert same.into == {
        str(id): str(first) for id in range(10)
        if (first := int(np.flatnonzero(product == product[id])[0])) != id}
    # Groups that have products of one design have become one.
    names = sorted(set(groups.values()))
    joined = numbers([(names.index(groups[str(a)]), names.index(groups[str(b)]))
                      for a, b, word in steps if word != 'different'], len(names))
    for number, group in enumerate(names):
        members = [names[other] for other in np.flatnonzero(joined == joined[number])]
        assert {same.groups.get(member, member) for member in members} == {
            same.groups.get(group, group)}
        assert same.groups.get(group, group) in members
        assert SPLITS.index(split_of(same.groups.get(group, group))) == min(
            SPLITS.index(split_of(member)) for member in members)


def test_the_chain_that_contradicts_is_told():
    groups = {str(id): str(id) for id in range(6)}
    chain = [answer(1, 2), answer(2, 3), answer(3, 4), answer(1, 5), answer(5, 4)]
    with pytest.raises(UserError) as caught:
        found([*chain, answer(1, 4, 'different')], groups)
    assert str(caught.value) == '1-4: 1 ≠ 4 contradicts 1 = 5 (1-5), 5 = 4 (5-4)'
    with pytest.raises(UserError, match='1-4: 1 ~ 4 contradicts 1 = 5'):
        found([*chain, answer(1, 4, 'colourway')], groups)
    with pytest.raises(UserError, match=r'1-3: 1 ≠ 3 contradicts 1 ~ 2 \(1-2\), 2 = 3 \(2-3\)'):
        found([answer(1, 2, 'colourway'), answer(2, 3), answer(1, 3, 'different')], groups)
    with pytest.raises(UserError, match='and 1 more contradictions'):
        found([*chain, *(answer(a, b, 'different') for a, b in ((1, 2), (1, 3), (1, 4), (2, 3)))],
              groups)


def test_two_listings_of_one_product_cannot_be_told_apart():
    with pytest.raises(UserError, match='1-2: 1 ≠ 1: two listings of one product'):
        sameness([answer(1, 2, 'different')], {'1': 'g'}, lambda id: '1')
    assert not sameness([answer(1, 2)], {'1': 'g'}, lambda id: '1').into
