import pathlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fashion_models.catalogue.colours import LYST16, fold

# All values of baseColour in Fashion Product Images, and where each goes.
BASE_COLOURS = {
    'Black': 'Black', 'White': 'White', 'Off White': 'White', 'Cream': 'White', 'Grey': 'Grey',
    'Grey Melange': 'Grey', 'Charcoal': 'Grey', 'Silver': 'Silver', 'Steel': 'Silver',
    'Metallic': 'Silver', 'Gold': 'Gold', 'Beige': 'Beige', 'Khaki': 'Beige', 'Nude': 'Beige',
    'Skin': 'Beige', 'Taupe': 'Beige', 'Brown': 'Brown', 'Bronze': 'Brown', 'Copper': 'Brown',
    'Coffee Brown': 'Brown', 'Mushroom Brown': 'Brown', 'Tan': 'Brown', 'Red': 'Red',
    'Burgundy': 'Red', 'Maroon': 'Red', 'Rust': 'Red', 'Pink': 'Pink', 'Magenta': 'Pink',
    'Peach': 'Pink', 'Rose': 'Pink', 'Orange': 'Orange', 'Yellow': 'Yellow', 'Mustard': 'Yellow',
    'Green': 'Green', 'Fluorescent Green': 'Green', 'Lime Green': 'Green', 'Olive': 'Green',
    'Sea Green': 'Green', 'Blue': 'Blue', 'Teal': 'Blue', 'Turquoise Blue': 'Blue',
    'Navy Blue': 'Navy', 'Purple': 'Purple', 'Lavender': 'Purple', 'Mauve': 'Purple',
    'Multi': 'Multicolour'}


def test_there_are_sixteen():
    assert len(LYST16) == 16


@pytest.mark.parametrize('name', BASE_COLOURS)
def test_every_colour_of_fashion_product_images_folds(name):
    assert fold(name) == (BASE_COLOURS[name],)


def test_no_shade_folds_into_two():
    shades = [shade for base, shades in LYST16.items() for shade in (base.lower(), *shades)]
    assert len(shades) == len(set(shades))
    assert all(shade == shade.lower() for shade in shades)


@pytest.mark.parametrize(('text', 'colours'), [
    ('Black-blush', ('Black', 'Pink')),
    ('Heather grey', ('Grey',)),
    ('Light GRAY', ('Grey',)),
    ('Navy/white', ('Navy', 'White')),
    ('dark_navy_blue', ('Navy',)),
    ('royal blue & navy blue', ('Blue', 'Navy')),
    ('Off-White', ('White',)),
    ('rose gold', ('Gold',)),
    ('Rose, Gold', ('Pink', 'Gold')),
    ('light brown / brown', ('Brown',)),
    ('Multi-Coloured', ('Multicolour',)),
    ('blue blue', ('Blue',)),
    ('ecru', ('Beige',)),
    ('Bluebell', ()),
    ('NA', ()),
    ('123', ()),
    ('', ()),
])
def test_free_text(text, colours):
    assert fold(text) == colours


@given(st.text())
def test_any_text_folds_into_base_colours_each_once(text):
    found = fold(text)
    assert set(found) <= set(LYST16)
    assert len(found) == len(set(found))


@given(st.lists(st.sampled_from(sorted(LYST16)), max_size=6))
def test_base_colours_fold_into_themselves(colours):
    assert fold(' / '.join(colours)) == tuple(dict.fromkeys(colours))


def test_the_documentation_shows_the_table():
    page = pathlib.Path(__file__).resolve().parents[2] / 'docs' / 'catalogue.rst'
    rows = re.findall(r'^   (\w+), "(.+)"$', page.read_text(encoding='utf-8'), re.MULTILINE)
    assert {base: tuple(shades.split(', ')) for base, shades in rows} == LYST16
