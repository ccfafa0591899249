import colorsys

import pytest

from fashion_models.catalogue.colours import LYST16, fold
from fashion_models.drawn import palette

SHADES = [shade for shades in palette.BY_COLOUR.values() for shade in shades]


def test_colours_are_the_projects_sixteen():
    assert set(palette.COLOURS) == set(LYST16)
    assert len(palette.COLOURS) == 16
    assert all(palette.BY_COLOUR[colour] for colour in palette.COLOURS)


@pytest.mark.parametrize('shade', SHADES, ids=lambda shade: shade.name)
def test_shades_are_named_as_shops_name_them(shade):
    # The table that folds shops' words into the sixteen was made without this palette.
    found = fold(shade.name)
    assert not found or found[0] in (shade.colour, shade.rival)


def test_shade_names_are_unique():
    assert len({shade.name for shade in SHADES}) == len(SHADES)


@pytest.mark.parametrize(('name', 'low', 'high'), [
    ('Red', 340, 15), ('Orange', 15, 42), ('Yellow', 42, 75), ('Green', 75, 170),
    ('Blue', 180, 250), ('Purple', 255, 325), ('Pink', 315, 20)])
def test_clear_shades_have_the_hue_that_their_label_says(name, low, high):
    for shade in palette.BY_COLOUR[name]:
        if shade.rival:
            continue
        hue = 360 * colorsys.rgb_to_hsv(*(c / 255 for c in shade.rgb))[0]
        inside = low <= hue <= high if low < high else hue >= low or hue <= high
        assert inside, f'{shade.name} has hue {hue:.0f}'


def test_partners_are_other_colours():
    for colour in palette.COLOURS:
        partners = palette.PARTNERS[colour]
        assert colour not in partners
        assert set(partners) < set(palette.COLOURS)
