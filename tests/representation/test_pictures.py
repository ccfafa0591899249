"""What is drawn of the products of a file of embeddings."""

import pathlib
import types

import pytest

from fashion_models.errors import UserError
from fashion_models.representation.embeddings import Item
from fashion_models.representation.pictures import catalogue_folder, drawable


def test_the_folder_of_the_pictures(tmp_path):
    embeddings = types.SimpleNamespace(
        file=pathlib.Path('shop.embeddings'), header={'catalogue': str(tmp_path)})
    assert catalogue_folder(embeddings) == tmp_path
    embeddings.header['catalogue'] = '/nowhere/at/all'
    assert catalogue_folder(embeddings, tmp_path) == tmp_path
    with pytest.raises(UserError, match='shop.embeddings: its catalogue is not in /nowhere/at/all'):
        catalogue_folder(embeddings)
    with pytest.raises(UserError, match='missing: there is no such folder'):
        catalogue_folder(embeddings, tmp_path / 'missing')


def test_an_item_to_be_drawn():
    product = drawable(Item('a', 'a', 'g', {'colour': 'Red|Blue'}, images=('x.png',)), 'query')
    assert product.colours == ('Red', 'Blue')
    assert product.title == 'query · a'
    assert product.images == ('x.png',)
    assert drawable(Item('a', 'a', 'g', title='Bag'), '').title == 'Bag'
