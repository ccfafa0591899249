import pytest
from hypothesis import given
from hypothesis import strategies as st

from fashion_models.catalogue.tasks import TASKS
from fashion_models.errors import UserError
from fashion_models.representation.embeddings import Item
from fashion_models.representation.labels import Labels, parse_where

ITEMS = [
    Item('a', 'a', 'g1', {'gender': 'female', 'colour': 'red|blue', 'type': 'shoes'}),
    Item('b', 'b', 'g1', {'gender': 'male', 'colour': 'blue', 'type': 'shoes'}),
    Item('c', 'c', 'g2', {'colour': 'red', 'type': 'bags', 'category': 'totes, large'}),
    Item('d', 'd', 'g3', {}),
]


def test_conditions():
    assert parse_where(['gender=female,type=shoes']) == {'gender': 'female', 'type': 'shoes'}
    assert parse_where(['gender=female', 'type = shoes']) == {'gender': 'female', 'type': 'shoes'}
    assert parse_where(['category=totes, large,type=bags']) == {
        'category': 'totes, large', 'type': 'bags'}
    assert parse_where([]) == {}


@pytest.mark.parametrize(('text', 'message'), [
    ('color=red', "where color=red: there is no task 'color', only gender, colour, type, "
                  'category, subcategory'),
    ('red', 'where red: expected TASK=LABEL, as in type=shoes'),
    ('colour=', 'where colour=: expected TASK=LABEL, as in type=shoes'),
    ('type=shoes,type=bags', 'where type=shoes,type=bags: type may be given once'),
])
def test_conditions_that_make_no_sense(text, message):
    with pytest.raises(UserError) as caught:
        parse_where([text])
    assert str(caught.value) == message


@pytest.mark.parametrize(('where', 'expected'), [
    ({}, 'abcd'),
    ({'type': 'shoes'}, 'ab'),
    ({'colour': 'red'}, 'ac'),
    ({'colour': 'blue', 'gender': 'male'}, 'b'),
    ({'category': 'totes, large'}, 'c'),
    ({'type': 'bags', 'gender': 'male'}, ''),
])
def test_allowed(where, expected):
    allowed = Labels.of(ITEMS).allowed(where)
    assert ''.join(item.id for item, good in zip(ITEMS, allowed) if good) == expected


def test_groups():
    assert Labels.of(ITEMS).groups.tolist() == [0, 0, 1, 2]


@given(st.lists(st.dictionaries(st.sampled_from(TASKS), st.sampled_from(['x', 'y', 'x|y']))),
       st.dictionaries(st.sampled_from(TASKS), st.sampled_from(['x', 'y'])))
def test_allowed_like_a_loop_over_items(labels, where):
    items = [Item(str(row), str(row), 'g', some) for row, some in enumerate(labels)]

    def fits(item):
        return all(label in (item.labels.get(task, '').split('|') if task == 'colour'
                             else [item.labels.get(task)]) for task, label in where.items())

    known = all(any(fits_one(item, task, label) for item in items)
                for task, label in where.items())
    if known:
        assert Labels.of(items).allowed(where).tolist() == [fits(item) for item in items]
    else:
        with pytest.raises(UserError):
            Labels.of(items).allowed(where)


def fits_one(item, task, label):
    value = item.labels.get(task)
    return value is not None and (
        label in value.split('|') if task == 'colour' else label == value)


@pytest.mark.parametrize(('where', 'message'), [
    ({'colour': 'teal'}, 'where colour=teal: no item has this colour; there are blue, red'),
    ({'subcategory': 'gowns'}, 'where subcategory=gowns: no item has a subcategory'),
    ({'kind': 'a'}, "where: there is no task 'kind', only gender, colour, type, category, "
                    'subcategory'),
])
def test_a_label_that_there_is_not(where, message):
    with pytest.raises(UserError) as caught:
        Labels.of(ITEMS).allowed(where)
    assert str(caught.value) == message


def test_of_many_labels_the_closest_are_named():
    names = [f'Sort {number}' for number in range(60)] + ['Ankle boots']
    items = [Item(name, name, name, {'subcategory': name}) for name in names]
    with pytest.raises(UserError, match='there are Ankle boots and 60 others$'):
        Labels.of(items).allowed({'subcategory': 'ankle boot'})
