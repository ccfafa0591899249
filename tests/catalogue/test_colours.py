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
    # As DeepFashion In-shop writes them.
    ('Cream', ('White',)),
    ('Black-blush', ('Black', 'Pink')),
    ('Heather grey', ('Grey',)),
    ('Light heather grey', ('Grey',)),
    ('Heather grey-black', ('Grey', 'Black')),
    ('Charcoal healther', ('Grey',)),
    ('Light denim', ('Blue',)),
    ('Denim washed-white', ('Blue', 'White')),
    ('Dark navy-cream', ('Navy', 'White')),
    ('Cream-multi', ('White', 'Multicolour')),
    ('Cream-pink', ('White', 'Pink')),
    ('Pink-neon yellow', ('Pink', 'Yellow')),
    ('Bright cobalt-red', ('Blue', 'Red')),
    ('Georgia peach', ('Pink',)),
    ('Hunter green', ('Green',)),
    ('Bubble gum', ('Pink',)),
    ('Black-tomato', ('Black', 'Red')),
    ('Periwinkle', ('Blue',)),
    # As shops do.
    ('Taupe/Ivory', ('Beige', 'White')),
    ('Light GRAY', ('Grey',)),
    ('Navy/white', ('Navy', 'White')),
    ('dark_navy_blue', ('Navy',)),
    ('royal blue & navy blue', ('Blue', 'Navy')),
    ('Off-White', ('White',)),
    ('Multi-Coloured', ('Multicolour',)),
    ('001BLACK', ('Black',)),
    ('Écru', ('Beige',)),
    ('light brown / brown', ('Brown',)),
    ('blue blue', ('Blue',)),
    ('ecru', ('Beige',)),
    # Of two words for one colour the second says which.
    ('stone grey', ('Grey',)),
    ('Steel Blue', ('Blue',)),
    ('wine red', ('Red',)),
    ('cream white, mint green', ('White', 'Green')),
    ('peach, pink', ('Pink',)),
    ('stone / grey', ('Beige', 'Grey')),
    ('stone washed grey', ('Beige', 'Grey')),
    ('silver grey', ('Silver', 'Grey')),
    ('black white', ('Black', 'White')),
    # Metals.
    ('rose gold', ('Gold',)),
    ('Rose, Gold', ('Pink', 'Gold')),
    ('white gold', ('Silver',)),
    # Denim is a cloth, too.
    ('Black denim', ('Black',)),
    ('Olive Denim', ('Green',)),
    ('Cream-denim', ('White', 'Blue')),
    # No colour, or none that is told.
    ('Berry', ()),
    ('Leopard', ()),
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


SHADES = {shade: base for base, shades in LYST16.items() for shade in (base.lower(), *shades)}


@given(st.sampled_from(sorted(SHADES)))
def test_every_shade_folds_into_its_base_colour_however_it_is_written(shade):
    for text in (shade, shade.upper(), f' {shade} ', shade.replace(' ', '-'),
                 shade.replace(' ', '_'), f'Light {shade}', f'{shade} heather', f'7 {shade} (12)'):
        assert fold(text) == (SHADES[shade],)


@given(st.lists(st.sampled_from(sorted(SHADES)), max_size=5), st.sampled_from([*'/,;|&+']))
def test_signs_part_colours(shades, sign):
    assert fold(sign.join(shades)) == tuple(dict.fromkeys(SHADES[shade] for shade in shades))


@given(st.text(), st.text())
def test_what_stands_before_a_sign_does_not_change_what_stands_behind_it(one, two):
    assert fold(f'{one}/{two}') == tuple(dict.fromkeys(fold(one) + fold(two)))


@given(st.sampled_from(sorted(SHADES)), st.sampled_from(sorted(LYST16)))
def test_a_base_colour_s_name_right_after_a_shade_decides(shade, base):
    if f'{shade} {base.lower()}' in SHADES or shade.title() in LYST16 or shade == 'gray':
        return
    assert fold(f'{shade} {base}') == (base,)


def test_the_documentation_shows_the_table():
    page = pathlib.Path(__file__).resolve().parents[2] / 'docs' / 'catalogue.rst'
    rows = re.findall(r'^   (\w+), "(.+)"$', page.read_text(encoding='utf-8'), re.MULTILINE)
    assert {base: tuple(shades.split(', ')) for base, shades in rows} == LYST16
