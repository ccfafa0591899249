import numpy as np
from PIL import Image

from fashion_models.experiments.drawing.maps import draw_colours, draw_types


def test_points_are_drawn_in_the_products_colour(tmp_path):
    rng = np.random.default_rng(0)
    names = ['Red', 'Gold', 'Multicolour', 'Heather grey', 'of no colour', None]
    draw_colours(rng.normal(size=(600, 2)), names * 100, tmp_path / 'map.png')
    image = np.asarray(Image.open(tmp_path / 'map.png').convert('RGB'))
    for colour in (198, 30, 40), (138, 140, 144), (255, 255, 255):
        assert (image == colour).all(axis=2).sum() > 100, colour


def test_a_map_without_types_and_categories(tmp_path):
    draw_types(np.random.default_rng(0).normal(size=(50, 2)), None, None, tmp_path / 'map.png')
    assert Image.open(tmp_path / 'map.png').width == 1080
