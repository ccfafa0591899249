"""What the commands that show products share."""

import pathlib
import types

import pytest

from fashion_models.cli.showing import catalogue_folder, drawable, ranked_table
from fashion_models.errors import UserError
from fashion_models.representation.embeddings import Item


def test_a_table_of_ranked_products():
    items = [Item('a', 'a', 'a', {'type': 'shoes', 'colour': 'Red|Blue'}, title='x' * 80),
             Item('long id', 'b', 'b')]
    lines = ranked_table([(9, 0.5, items[0]), (10, -0.25, items[1])], 'relevance').split('\n')
    assert lines[0] == 'rank  relevance  id       labels            title'
    assert lines[1] == f'   9      0.500  a        Red|Blue · shoes  {"x" * 59}…'
    assert lines[2] == '  10     -0.250  long id'


def test_columns_without_content_are_left_out():
    lines = ranked_table([(1, 0.5, Item('a', 'a', 'a')), (2, 0.25, Item('b', 'b', 'b'))], 'x')
    assert lines.split('\n') == ['rank      x  id', '   1  0.500  a', '   2  0.250  b']


def test_the_folder_of_the_pictures(tmp_path):
    embeddings = types.SimpleNamespace(
        file=pathlib.Path('shop.embeddings'), header={'catalogue': str(tmp_path)})
    assert catalogue_folder(embeddings) == tmp_path
    embeddings.header['catalogue'] = '/nowhere/at/all'
    assert catalogue_folder(embeddings, tmp_path) == tmp_path
    with pytest.raises(UserError, match='shop.embeddings: its catalogue is not in /nowhere/at/all'):
        catalogue_folder(embeddings)
    with pytest.raises(UserError, match='--catalogue .*missing: there is no such folder'):
        catalogue_folder(embeddings, tmp_path / 'missing')


def test_an_item_to_be_drawn():
    product = drawable(Item('a', 'a', 'g', {'colour': 'Red|Blue'}, images=('x.png',)), 'query')
    assert product.colours == ('Red', 'Blue')
    assert product.title == 'query · a'
    assert product.images == ('x.png',)
    assert drawable(Item('a', 'a', 'g', title='Bag'), '').title == 'Bag'
