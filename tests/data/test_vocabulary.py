import numpy as np
import pytest

from fashion_models.catalogue.records import Listing, Product
from fashion_models.data.vocabulary import Vocabulary
from fashion_models.errors import UserError


def product(**labels):
    return Product('p', 'p', labels, [Listing('', '', '', ['images/p.jpg'])], {})


PRODUCTS = [
    product(gender='male', colour=('red', 'blue')), product(colour=('blue',)),
    product(gender='female')]


def test_labels_of_all_products_in_alphabetical_order():
    vocabulary = Vocabulary.of(PRODUCTS, ('gender', 'colour'))
    assert vocabulary.labels == {'gender': ('female', 'male'), 'colour': ('blue', 'red')}
    assert vocabulary.classes == {'gender': 2, 'colour': 2}


def test_encodes_the_first_colour_and_missing_labels():
    vocabulary = Vocabulary.of(PRODUCTS, ('gender', 'colour'))
    encoded = [vocabulary.encode(product) for product in PRODUCTS]
    np.testing.assert_array_equal(encoded, [[1, 1], [-1, 0], [0, -1]])


def test_other_colours_are_numbered_once_if_they_are_known():
    vocabulary = Vocabulary({'gender': ['female', 'male'], 'colour': ['blue', 'green', 'red']})
    assert [vocabulary.others(product) for product in PRODUCTS] == [[[], [0]], [[], []], [[], []]]
    several = product(colour=('red', 'teal', 'green', 'red', 'blue', 'green'))
    assert vocabulary.others(several) == [[], [1, 0]]


def test_survives_a_file(tmp_path):
    vocabulary = Vocabulary({'colour': ['bleu', 'żółty', 'синий']})
    vocabulary.save(tmp_path / 'labels.json')
    assert Vocabulary.load(tmp_path / 'labels.json') == vocabulary


def test_unknown_label():
    vocabulary = Vocabulary({'gender': ['female', 'male'], 'colour': ['red'], 'type': ['shoes']})
    one = product(gender='unisex', colour=('teal', 'red'))
    np.testing.assert_array_equal(vocabulary.encode(one), [-2, -2, -1])
    assert vocabulary.unknown(one) == {'gender': 'unisex', 'colour': 'teal'}
    assert vocabulary.unknown(product(gender='male', colour=('red', 'teal'))) == {}


def test_task_without_any_label():
    assert Vocabulary.of(PRODUCTS, ('category', 'gender')).tasks == ('gender',)
    with pytest.raises(UserError, match='no product of the catalogue has a label of category, typ'):
        Vocabulary.of(PRODUCTS, ('category', 'type'))
