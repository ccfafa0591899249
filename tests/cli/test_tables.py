"""Tables for a terminal."""

from fashion_models.cli.tables import ranked_table
from fashion_models.representation.embeddings import Item


def test_a_table_of_ranked_products():
    labels = {'season': 'summer', 'type': 'shoes', 'colour': 'Red|Blue'}
    items = [Item('a', 'a', 'a', labels, title='x' * 80),
             Item('long id', 'b', 'b')]
    lines = ranked_table([(9, 0.5, items[0]), (10, -0.25, items[1])], 'relevance').split('\n')
    assert lines[0] == 'rank  relevance  id       labels                     title'
    assert lines[1] == f'   9      0.500  a        Red|Blue · shoes · summer  {"x" * 59}…'
    assert lines[2] == '  10     -0.250  long id'


def test_columns_without_content_are_left_out():
    lines = ranked_table([(1, 0.5, Item('a', 'a', 'a')), (2, 0.25, Item('b', 'b', 'b'))], 'x')
    assert lines.split('\n') == ['rank      x  id', '   1  0.500  a', '   2  0.250  b']
