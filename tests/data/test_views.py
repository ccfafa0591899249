import collections
import hashlib
import types

import pytest

from fashion_models.catalogue.records import Listing, Product
from fashion_models.catalogue.tasks import TASKS
from fashion_models.data.views import View, flattened, group_folds
from fashion_models.data.vocabulary import Vocabulary
from fashion_models.errors import UserError


@pytest.fixture
def fold_views(toy, toy_store):
    vocabulary = Vocabulary.of(toy.products, TASKS)
    return [View(4, fold).products(toy, toy_store, vocabulary) for fold in range(4)]


def test_every_product_is_held_out_once_and_trained_on_otherwise(toy, fold_views):
    held_out = collections.Counter()
    for products in fold_views:
        held_out.update(products['validation'].ids)
        assert len(products['test']) == 0
        assert sorted(products['train'].ids + products['validation'].ids) == sorted(
            product.id for product in toy.products)
    assert set(held_out.values()) == {1}


def test_no_group_straddles_folds(fold_views):
    for products in fold_views:
        assert not set(products['train'].groups) & set(products['validation'].groups)


def catalogue_of(*groups):
    """A catalogue of one product a group, given as (group, source)."""
    return types.SimpleNamespace(folder='shop', products=[
        Product(str(number), group, {}, [Listing(images=['images/a.png'])],
                {'catalogue': source} if source else {})
        for number, (group, source) in enumerate(groups)])


def test_folds_are_of_equal_size_in_every_source():
    groups = [(f'{source}/{number}', source)
              for source, size in [('a', 23), ('b', 10), ('c', 40)] for number in range(size)]
    folds = group_folds(catalogue_of(*groups), 5)
    assert sorted(collections.Counter(folds.values()).values()) == [14, 14, 15, 15, 15]
    for source in 'abc':
        sizes = collections.Counter(folds[group] for group, of in groups if of == source).values()
        assert len(sizes) == 5
        assert max(sizes) - min(sizes) <= 1


def test_folds_do_not_depend_on_the_order():
    groups = [(str(number), '') for number in range(30)]
    assert group_folds(catalogue_of(*groups), 3) == group_folds(catalogue_of(*groups[::-1]), 3)


def test_too_few_groups():
    with pytest.raises(UserError, match='shop: has 2 groups of products, too few for 3 folds'):
        group_folds(catalogue_of(('x', ''), ('x', ''), ('y', '')), 3)


@pytest.mark.parametrize('values', [(1, 0), (3, 3), (3, -1), (0, 1)])
def test_no_such_fold(values):
    with pytest.raises(ValueError, match='expected a fold from 0'):
        View(*values)


def test_a_negative_number_of_products():
    with pytest.raises(ValueError, match='0 or more training products'):
        View(training_products=-1)


@pytest.mark.parametrize('count', [1, 10, 25, 10 ** 6])
def test_smaller_sets_are_whole_groups_of_larger_ones(toy, toy_store, toy_splits, count):
    vocabulary = Vocabulary.of(toy.products, TASKS)
    parts = View(training_products=count).products(toy, toy_store, vocabulary)
    own, whole = parts['train'], toy_splits['train']
    assert len(own) <= count
    sizes = collections.Counter(whole.groups)
    assert all(sizes[group] == found for group, found in collections.Counter(own.groups).items())
    left = sorted(set(whole.groups) - set(own.groups), key=lambda group: hashlib.sha256(
        group.encode()).digest())
    if left:     # the next one would have been too much
        assert len(own) + sizes[left[0]] > count
    larger = View(training_products=count + 5).products(toy, toy_store, vocabulary)['train']
    assert set(own.ids) <= set(larger.ids)
    assert parts['validation'].ids == toy_splits['validation'].ids
    for row, id_ in enumerate(own.ids):
        there = whole.ids.index(id_)
        assert own.t[row].tolist() == whole.t[there].tolist()
        assert own.images[row].tolist() == whole.images[there].tolist()


def test_flattened_images_keep_labels_and_groups(two_coloured_splits):
    products = two_coloured_splits['train']
    single = flattened(products)
    assert [len(images) for images in single.images] == [1] * sum(map(len, products.images))
    assert [images[0] for images in single.images] == [
        image for images in products.images for image in images]
    rows = {id_: row for row, id_ in enumerate(products.ids)}
    for number, name in enumerate(single.ids):
        row = rows[name.rsplit('/', 1)[0]]
        assert single.images[number][0] in products.images[row]
        assert single.t[number].tolist() == products.t[row].tolist()
        assert single.others[number].tolist() == products.others[row].tolist()
        assert single.groups[number] == products.groups[row]
    assert len(set(single.ids)) == len(single)


def test_flattened_view(toy, toy_store, toy_splits):
    parts = View(flattened=True).products(toy, toy_store, Vocabulary.of(toy.products, TASKS))
    for split, products in toy_splits.items():
        assert parts[split].ids == flattened(products).ids


def test_flattening_nothing(toy, toy_store):
    parts = View(4, 1, flattened=True).products(
        toy, toy_store, Vocabulary.of(toy.products, TASKS))
    assert len(parts['test']) == 0
    assert parts['test'].t.shape == (0, 5)
