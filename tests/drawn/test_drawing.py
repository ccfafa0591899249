"""Every subcategory, for every gender, from every side."""

import numpy as np
import pytest

from fashion_models.drawn import draw, product
from fashion_models.drawn.assortment import KINDS, SHARES
from fashion_models.drawn.dice import Dice
from fashion_models.drawn.difficulty import EASY, Difficulty
from fashion_models.drawn.photograph import framing, shot
from fashion_models.drawn.render import Canvas
from fashion_models.drawn.retailers import RETAILERS
from fashion_models.drawn.scenes import VIEWS, scene

GENDERS = {'f': ('female',), 'm': ('male',), 'fm': ('female', 'male')}
PRODUCTS = [(name, gender) for name in KINDS for gender in GENDERS[KINDS[name].genders]]


def some_product(name, gender, difficulty=EASY):
    return product(name, gender, seed=len(name) + len(gender), difficulty=difficulty)


@pytest.mark.parametrize(('name', 'gender'), PRODUCTS)
def test_nothing_is_empty_and_nothing_leaves_the_frame(name, gender):
    spec = some_product(name, gender, Difficulty())
    for number, view in enumerate(VIEWS):
        retailer = RETAILERS[(len(name) + number) % len(RETAILERS)]
        dice = Dice('test', name, gender, view)
        staged, _, _ = shot(spec, view, retailer, dice, Difficulty())
        place = framing(staged, retailer, dice)
        canvas = Canvas(48)
        filled = np.maximum.reduce([canvas.silhouette(s, place) for s in staged.sketches])
        assert filled.mean() > 0.02, f'{view} is empty'
        if not staged.tight:
            points = np.concatenate([place(p) for part in staged.sketches[0].parts
                                     for p in part.polygons])
            assert points.min() >= 0, f'{view} leaves the frame'
            assert points.max() <= 1, f'{view} leaves the frame'


@pytest.mark.parametrize('name', KINDS)
def test_a_packshot_is_a_thing_on_a_white_wall(name):
    pixels = np.asarray(draw(some_product(name, GENDERS[KINDS[name].genders][0]), size=64))
    assert pixels.shape == (64, 64, 3)
    assert pixels.dtype == np.uint8
    border = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    assert border.min() > 215
    assert pixels.min() < 200 or pixels.std() > 4
    assert len(np.unique(pixels.reshape(-1, 3), axis=0)) > 60  # shading, not a flat cut-out


def test_a_picture_has_the_size_asked_for():
    spec = some_product('gowns', 'female')
    for size in (64, 100, 512):
        assert draw(spec, size=size).size == (size, size)


def test_sizes_show_the_same_drawing():
    spec = some_product('hi-top trainers', 'male')
    small = np.asarray(draw(spec, size=64), float)
    large = np.asarray(draw(spec, size=256).reduce(4), float)
    assert np.abs(small - large).mean() < 4


def test_the_product_is_in_the_model_shot():
    # The same scene with the product in another colour differs where the product is.
    for name in ('t-shirts', 'skinny jeans', 'court shoes', 'tote bags', 'pendants', 'beanies',
                 'ties', 'aviator sunglasses', 'leather belts', 'leather gloves', 'gowns'):
        red, blue = (product(name, colour=colour, seed=3) for colour in ('Red', 'Blue'))
        a, b = (np.asarray(draw(spec, 'model', 64, difficulty=Difficulty()), int)
                for spec in (red, blue))
        assert (np.abs(a - b).max(axis=2) > 40).mean() > 0.002, name


def test_a_model_wears_other_garments_only_if_asked():
    worn = {}
    for others in (True, False):
        staged = [scene(some_product(name, 'female'), 'model', Dice(name), other_garments=others)
                  for name in ('t-shirts', 'mini skirts', 'overcoats', 'tote bags')]
        worn[others] = [bool(each.others) for each in staged]
    assert worn == {True: [True] * 4, False: [False] * 4}


def test_the_back_of_a_blouse_has_no_buttons():
    # From behind fewer parts are seen than from the front.
    spec = some_product('casual shirts', 'male')
    front, back = (scene(spec, view, Dice('x')).sketches[0] for view in ('front', 'back'))
    assert len(back.parts) < len(front.parts)


def test_a_detail_is_a_part_of_the_whole():
    spec = some_product('trench coats', 'female')
    whole, part = (scene(spec, view, Dice('x')).frame for view in ('front', 'detail'))
    assert part[2] - part[0] < 0.5 * max(whole[2] - whole[0], whole[3] - whole[1])


def test_frequencies_name_every_kind():
    assert set(SHARES) == set(KINDS)
