"""The label's colour is the colour that is seen."""

import colorsys
import dataclasses

import numpy as np
import pytest

from fashion_models.drawn import draw, product
from fashion_models.drawn.assortment import KINDS
from fashion_models.drawn.palette import COLOURS
from fashion_models.drawn.retailers import RETAILERS

THINGS = ('t-shirts', 'gowns', 'skinny jeans', 'tote bags', 'court shoes', 'leather belts')


#: Light without shadows, so that all that differs from the wall is the thing.
BOOTH = dataclasses.replace(RETAILERS[0], shadow='none')


def seen(spec):
    """Median colour of what stands before the wall, as hue in degrees, saturation, value."""
    pixels = np.asarray(draw(spec, size=96, retailer=BOOTH), float)
    thing = pixels[np.abs(pixels - pixels[0, 0]).max(axis=2) > 20]
    hue, saturation, value = colorsys.rgb_to_hsv(*np.median(thing, axis=0) / 255)
    return 360 * hue, saturation, value


def between(hue, low, high):
    return low <= hue <= high if low < high else hue >= low or hue <= high


#: What an eye calls by these names: hue from and to, saturation from and to, value from and to.
NAMES = {
    'Black': (0, 360, 0, 0.4, 0, 0.3), 'Grey': (0, 360, 0, 0.15, 0.25, 0.8),
    'Silver': (0, 360, 0, 0.15, 0.45, 0.95), 'Red': (340, 15, 0.6, 1, 0.3, 0.95),
    'Orange': (15, 42, 0.55, 1, 0.6, 1), 'Yellow': (40, 75, 0.4, 1, 0.6, 1),
    'Green': (75, 170, 0.25, 1, 0.2, 0.9), 'Blue': (180, 250, 0.2, 1, 0.35, 1),
    'Navy': (215, 250, 0.3, 1, 0.15, 0.5), 'Purple': (255, 325, 0.2, 1, 0.2, 0.9),
    'Pink': (315, 20, 0.25, 0.9, 0.6, 1), 'Brown': (5, 40, 0.35, 1, 0.15, 0.7),
    'Beige': (20, 50, 0.1, 0.45, 0.6, 0.95), 'Gold': (30, 55, 0.35, 1, 0.5, 1),
}


@pytest.mark.parametrize('colour', NAMES)
def test_easy_packshots_have_the_hue_of_their_label(colour):
    h0, h1, s0, s1, v0, v1 = NAMES[colour]
    for name in THINGS:
        for seed in range(3):
            hue, saturation, value = seen(product(name, colour=colour, seed=seed))
            found = f'{name} {seed}: hue {hue:.0f}, saturation {saturation:.2f}, value {value:.2f}'
            assert between(hue, h0, h1) or (h0, h1) == (0, 360), found
            assert s0 <= saturation <= s1, found
            assert v0 <= value <= v1, found


def test_white_things_are_bright_and_pale():
    for name in THINGS:
        pixels = np.asarray(draw(product(name, colour='White'), size=96), float)
        middle = pixels[24:72, 24:72].reshape(-1, 3)
        assert np.median(middle.max(axis=1)) > 205
        assert np.median(middle.max(axis=1) - middle.min(axis=1)) < 20


@pytest.mark.parametrize('name', [
    name for name, kind in KINDS.items() if kind.colours is None or 'Multicolour' in kind.colours])
def test_multicoloured_things_have_several_hues(name):
    pixels = np.asarray(draw(product(name, colour='Multicolour'), size=96)).reshape(-1, 3)
    hsv = np.array([colorsys.rgb_to_hsv(*(p / 255)) for p in pixels])
    hues = hsv[(hsv[:, 1] > 0.4) & (hsv[:, 2] > 0.3), 0]
    counts = np.histogram(hues, bins=12, range=(0, 1))[0]
    assert (counts > 0.06 * counts.sum()).sum() >= 2


@pytest.mark.parametrize('colour', ['Silver', 'Gold'])
def test_silver_and_gold_are_what_mirrors(colour):
    for name, kind in KINDS.items():
        if kind.colours is None or colour in kind.colours:
            for seed in range(5):
                fabric = product(name, colour=colour, seed=seed).cloth.main.fabric
                assert fabric in ('metal', 'sequin', 'lame', 'gem', 'pearl'), name


@pytest.mark.parametrize('name', [
    name for name, kind in KINDS.items() if kind.colours and {'Gold', 'White'} <= set(kind.colours)
    and 'gem' in kind.fabrics])
def test_gold_jewellery_has_no_white_stones(name):
    # They are what white jewellery has, set in gold, too.
    for seed in range(5):
        red, _, blue = product(name, colour='Gold', seed=seed).cloth.main.rgb
        assert red - blue > 60


def test_all_sixteen_are_tried():
    assert {*NAMES, 'White', 'Multicolour'} == set(COLOURS)
