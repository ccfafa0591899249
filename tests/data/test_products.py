import numpy as np
import pytest

from fashion_models.catalogue.split import split_of
from fashion_models.catalogue.tasks import TASKS
from fashion_models.data.products import ProductSet, require_products
from fashion_models.data.vocabulary import Vocabulary
from fashion_models.errors import UserError


def test_every_product_is_in_the_split_of_its_group(toy, toy_splits):
    placed = {
        id_: split for split, products in toy_splits.items() for id_ in products.ids}
    assert placed == {product.id: split_of(product.group) for product in toy.products}


def test_images_are_the_products_own(toy, toy_splits):
    for products in toy_splits.values():
        counts = {product.id: len(product.images) for product in toy.products}
        assert [len(images) for images in products.images] == [
            counts[id_] for id_ in products.ids]
    numbers = sorted(
        int(image) for products in toy_splits.values() for images in products.images
        for image in images)
    assert numbers == list(range(sum(len(product.images) for product in toy.products)))


def test_empty_split_is_named(toy, toy_store):
    empty = ProductSet(toy_store, [], [], None, None, [])
    with pytest.raises(UserError, match='no product falls into the test split'):
        require_products(empty, 'test', toy)


def test_other_colours_go_with_the_products(two_coloured, two_coloured_splits, toy_splits):
    vocabulary = Vocabulary.of(two_coloured.products, TASKS)
    colours = {product.id: product.colours for product in two_coloured.products}
    column = TASKS.index('colour')
    for split, products in two_coloured_splits.items():
        assert products.others.shape == (len(products), 5, 1)
        np.testing.assert_array_equal(products.t, toy_splits[split].t)
        assert toy_splits[split].others.shape == (len(products), 5, 0)
        for id_, other in zip(products.ids, products.others[:, column, 0]):
            _, *more = colours[id_]
            assert ([vocabulary.labels['colour'][other]] if other >= 0 else []) == more
        assert (np.delete(products.others, column, axis=1) == -1).all()
    assert (two_coloured_splits['train'].others >= 0).any()
