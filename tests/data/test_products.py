import pytest

from fashion_models.catalogue.split import split_of
from fashion_models.data.products import ProductSet, require_products
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
    empty = ProductSet(toy_store, [], [], None, [])
    with pytest.raises(UserError, match='no product falls into the test split'):
        require_products(empty, 'test', toy)
