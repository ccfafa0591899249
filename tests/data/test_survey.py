import json
import os

import numpy as np
import pytest

from fashion_models.catalogue.io import CatalogueWriter, open_catalogue
from fashion_models.catalogue.records import Header, Listing, Product
from fashion_models.data.survey import Survey
from fashion_models.errors import UserError


@pytest.fixture
def catalogue(tmp_path):
    (tmp_path / 'images').mkdir()
    for number in range(5):
        (tmp_path / f'images/{number}.jpg').write_bytes(b'picture'[:number + 1])
    with CatalogueWriter(tmp_path, Header('shop')) as writer:
        writer.add(Product('shoe', 'g', {'type': 'Shoes'}, [
            Listing('a', 'Shoe', images=['images/0.jpg', 'images/1.jpg']),
            Listing('b', images=['images/2.jpg'])]))
        writer.add(Product('gone', 'g', {}, [Listing(images=['images/9.jpg'])]))
        writer.add(Product('hat', 'h', {}, [Listing(images=['images/3.jpg', 'images/4.jpg'])]))
    with open(tmp_path / 'products.jsonl', 'a') as file:
        file.write('\n  \n')
        file.write(json.dumps({
            'id': 'bare', 'group': 'b', 'listings': [{'images': ['images/0.jpg']}]}) + '\n')
    return open_catalogue(tmp_path)


def test_what_it_remembers(catalogue):
    survey = Survey(catalogue)
    assert survey.hash == catalogue.hash()
    assert survey.ids == ['shoe', 'gone', 'hat', 'bare']
    np.testing.assert_array_equal(survey.first_image, [0, 3, 4, 6, 7])
    np.testing.assert_array_equal(survey.stamps[:, 1], [1, 2, 3, 0, 4, 5, 1])
    assert len(set(survey.lines)) == len(survey) == 4


def test_single_products_and_images_are_read_again(catalogue):
    survey, products = Survey(catalogue), list(catalogue.products)
    assert list(survey.products()) == products
    assert list(survey.products(np.array([3, 0, 2]))) == [products[3], products[0], products[2]]
    assert products[3].labels == {}
    names = [os.path.basename(file) for file in survey.images(np.array([0, 2, 3, 5, 6]))]
    assert names == ['0.jpg', '2.jpg', '9.jpg', '4.jpg', '0.jpg']
    assert list(survey.images(np.array([], int))) == []


def test_a_line_that_is_none_is_named(catalogue):
    with open(catalogue.folder / 'products.jsonl', 'a') as file:
        file.write('{"id": 1}\n')
    with pytest.raises(UserError, match=r"products.jsonl:7: 'id' must be a text"):
        Survey(catalogue)


def test_another_list_of_products_is_refused(catalogue):
    survey = Survey(catalogue)
    survey.require_unchanged()
    path = catalogue.folder / 'products.jsonl'
    path.write_bytes(path.read_bytes().replace(b'shoe', b'boot'))
    with pytest.raises(UserError, match='the catalogue changed while'):
        list(survey.products([0]))
    assert next(survey.products([1])).id == 'gone'
    with pytest.raises(UserError, match='the catalogue changed while'):
        survey.require_unchanged()


def test_images_that_changed_are_refused_where_they_matter(catalogue):
    survey = Survey(catalogue)
    (catalogue.folder / 'images/2.jpg').write_bytes(b'pix')    # as many bytes
    (catalogue.folder / 'images/9.jpg').write_bytes(b'here')
    survey.require_unchanged(np.array([0, 1, 4]))
    for number in 2, 3:
        with pytest.raises(UserError, match='the catalogue changed while'):
            survey.require_unchanged(np.array([0, number]))
