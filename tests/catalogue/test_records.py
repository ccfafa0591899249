import dataclasses
import os.path
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fashion_models.catalogue.records import (
    Listing,
    Product,
    path_problem,
    product_from_record,
    product_record,
    record_problems,
)

RECORD = {
    'id': '1', 'group': 'g', 'labels': {'gender': 'Men', 'colour': ['Blue', 'White']},
    'listings': [{'retailer': 'A', 'title': 'Shirt', 'images': ['images/1.jpg', 'images/2.jpg']},
                 {'retailer': 'B', 'images': ['images/3.jpg']}],
    'extra': {'season': 'Summer'},
}


def test_a_product_answers_for_all_its_listings():
    product = product_from_record(RECORD)
    assert product.images == ('images/1.jpg', 'images/2.jpg', 'images/3.jpg')
    assert product.title == 'Shirt'
    assert product.label('colour') == 'Blue'
    assert product.colours == ('Blue', 'White')
    assert product.label('gender') == 'Men'
    assert product.label('type') is None


def test_missing_labels_may_be_given_in_any_way():
    product = Product('1', '1', {'gender': None, 'colour': (), 'type': ''}, [])
    assert product.labels == {}
    assert product.label('colour') is None
    assert product.colours == ()


def test_a_product_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        product_from_record(RECORD).id = '2'


def test_record_leaves_out_what_is_not_known():
    product = Product('1', 'g', {'type': 'Shoes'}, [Listing(images=['a.jpg'])])
    assert product_record(product) == {
        'id': '1', 'group': 'g', 'labels': {'type': 'Shoes'}, 'listings': [{'images': ['a.jpg']}]}


def test_record_is_the_one_that_was_read():
    assert product_record(product_from_record(RECORD)) == RECORD


@pytest.mark.parametrize(('change', 'problem'), [
    ({'id': ''}, "'id' must be a text that is not empty, not ''"),
    ({'id': 7}, "'id' must be a text that is not empty, not 7"),
    ({'group': ' '}, "'group' must be a text that is not empty, not ' '"),
    ({'labels': ['Men']}, "'labels' must map tasks to labels, not ['Men']"),
    ({'labels': {'color': ['Blue']}}, "unknown task 'color'"),
    ({'labels': {'gender': ['Men']}}, "gender must be a text that is not empty, not ['Men']"),
    ({'labels': {'colour': 'Blue'}}, "colour must be a list of one or more texts, not 'Blue'"),
    ({'labels': {'colour': []}}, 'colour must be a list of one or more texts, not []'),
    ({'labels': {'colour': ['Blue', 3]}},
     "colour must be a list of one or more texts, not ['Blue', 3]"),
    ({'listings': None}, "'listings' must be a list, not None"),
    ({'listings': []}, 'has no image'),
    ({'listings': [{'title': 'Shirt'}]}, 'has no image'),
    ({'listings': ['images/1.jpg']}, 'a listing is a JSON object, not a str'),
    ({'listings': [{'images': ['a.jpg'], 'titel': 'x'}]}, "unknown listing key 'titel'"),
    ({'listings': [{'images': ['a.jpg'], 'title': 5}]}, 'title must be a text, not 5'),
    ({'listings': [{'images': 'a.jpg'}]}, "'images' must be a list of paths, not 'a.jpg'"),
    ({'listings': [{'images': [None]}]}, 'image path None is not a text'),
    ({'listings': [{'images': ['../a.jpg']}]}, "image path '../a.jpg' leaves the folder"),
    ({'extra': {'year': 2012}}, "'extra' must map names to texts, not {'year': 2012}"),
    ({'colour': 'Blue'}, "unknown product key 'colour'"),
])
def test_each_problem_of_a_record_is_named(change, problem):
    assert problem in list(record_problems(RECORD | change))
    with pytest.raises(ValueError, match=re.escape(next(record_problems(RECORD | change)))):
        product_from_record(RECORD | change)


def test_all_problems_of_a_record_are_listed():
    problems = list(record_problems({'labels': {'gender': 1, 'colour': 'x'}, 'listings': []}))
    assert len(problems) == 5  # id, group, gender, colour, no image


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
                    lambda inner: st.lists(inner, max_size=3)
                    | st.dictionaries(st.sampled_from([*RECORD, 'gender', 'colour', 'images']),
                                      inner, max_size=4), max_leaves=12)


@given(JSON)
def test_any_json_is_either_a_product_or_has_problems(record):
    if not list(record_problems(record)):
        assert product_record(product_from_record(record))['id'] == record['id']


@pytest.mark.parametrize('path', [
    'a.jpg', 'images/a.jpg', 'images/m/h/été 2.jpg', 'images/..a.jpg', 'images/a..jpg', '...',
    'C.jpg', 'c/d:e.jpg'])
def test_paths_inside_the_folder(path):
    assert path_problem(path) is None


@pytest.mark.parametrize('path', [
    '', '/etc/passwd', '../a.jpg', 'images/../../a.jpg', 'images/..', 'images\\a.jpg', '..\\a.jpg',
    'C:/a.jpg', 'c:a.jpg', '//host/a.jpg', './a.jpg', 'images//a.jpg', 'images/', '.', '..',
    'images/a\x00.jpg', 'images/a\n.jpg', 'images/\ud800.jpg'])
def test_paths_that_are_refused(path):
    assert path_problem(path)


@given(st.lists(st.sampled_from(['a', 'b', '.', '..', '', 'C:', '~']), min_size=1, max_size=6))
def test_no_accepted_path_leaves_the_folder(parts):
    path = '/'.join(parts)
    if path_problem(path) is None:
        inside = os.path.normpath(os.path.join('/catalogue', path))
        assert inside == f'/catalogue/{path}'


def test_all_that_is_accepted():
    listing = Listing(images=['images/a.jpg'])
    product = Product('1', '1', {'gender': 'male', 'colour': ('red', 'blue')}, [listing])
    assert product.accepted('colour') == ('red', 'blue')
    assert product.accepted('gender') == ('male',)
    assert product.accepted('type') == ()
    assert [product.label(task) for task in ('colour', 'gender', 'type')] == ['red', 'male', None]
