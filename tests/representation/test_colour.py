import types

import numpy as np
import pytest
from PIL import Image, ImageDraw

from fashion_models.errors import UserError
from fashion_models.representation.colour import colours, divide, k_means, lab, merge
from fashion_models.representation.encoder import load

PAINTS = {'blue': (40, 60, 200), 'green': (40, 170, 60), 'red': (210, 40, 40)}


@pytest.mark.parametrize(('rgb', 'expected'), [     # from Bruce Lindbloom's calculator
    ((255, 255, 255), (100, 0, 0)), ((0, 0, 0), (0, 0, 0)),
    ((255, 0, 0), (53.24, 80.09, 67.20)), ((0, 128, 128), (48.25, -28.85, -8.48)),
    ((10, 10, 10), (2.74, 0, 0))])
def test_lab(rgb, expected):
    np.testing.assert_allclose(lab(np.array(rgb)), expected, atol=0.03)


def draw(*boxes, size=64):
    image = Image.new('RGB', (size, size), 'white')
    for colour, *box in boxes:
        ImageDraw.Draw(image).rectangle(box, PAINTS[colour])
    return image


def test_two_colours_are_two_parts():
    image = np.array(draw(('red', 20, 12, 43, 31), ('blue', 20, 32, 43, 51)), float)
    parts = {tuple(part.image[20, 30].round()): part for part in divide(image)}
    assert set(parts) == {PAINTS['red'], PAINTS['blue']}
    for colour, part in parts.items():
        assert part.share == pytest.approx(0.5, abs=0.05)
        # The whole product has the part's colour, and the background is as it was.
        np.testing.assert_allclose(part.image[12:52, 20:44], np.full((40, 24, 3), colour))
        np.testing.assert_array_equal(part.image[:12], image[:12])


def test_the_middle_counts_more_than_the_edges():
    image = np.array(draw(('blue', 2, 40, 61, 61), ('red', 22, 22, 41, 39)), float)
    shares = {tuple(part.image[30, 30].round()): part.share for part in divide(image)}
    pixels = 18 * 20 / (18 * 20 + 22 * 60)
    assert shares[PAINTS['red']] > 1.5 * pixels


def test_what_is_background_all_over_is_one_part():
    image = np.full((64, 64, 3), 250.0)
    part, = divide(image)
    np.testing.assert_array_equal(part.image, image)


def test_shades_are_merged_and_colours_are_not():
    def part(*colour):
        return types.SimpleNamespace(share=0.25, colour=np.array(colour, float))

    groups = merge([part(20, 60, 40), part(24, 58, 42), part(30, -30, 0), part(22, 62, 38)])
    assert sorted(map(sorted, groups)) == [[0, 1, 3], [2]]


def test_clusters_of_points():
    rng = np.random.default_rng(1)
    centres = np.array([[0, 0, 0], [50, 0, 0], [0, 50, 0]])
    points = np.repeat(centres, 40, axis=0) + rng.normal(size=(120, 3))
    numbers = k_means(points, np.ones(120), 3)
    assert [len(set(numbers[start:start + 40])) for start in (0, 40, 80)] == [1, 1, 1]
    assert len(set(numbers)) == 3
    np.testing.assert_array_equal(numbers, k_means(points, np.ones(120), 3))


def test_fewer_points_than_clusters():
    assert set(k_means(np.ones((5, 3)), np.ones(5), 4)) == {0}


class Namer:
    """A network that gives products on white the name of their mean colour."""

    def __init__(self):
        self.run = types.SimpleNamespace(
            folder='a run', mean=np.full((3, 64, 64), 100, np.float32),
            vocabulary=types.SimpleNamespace(
                tasks=('type', 'colour'), labels={'colour': tuple(PAINTS)}))

    def read(self, paths):
        images = np.stack([np.array(path, np.float32).transpose(2, 0, 1) for path in paths])
        return (images - self.run.mean).reshape(1, -1, 64, 64)

    def probabilities(self, x):
        images = x.reshape(len(x), -1, 3, 64, 64) + self.run.mean
        seen = images.min(axis=2, keepdims=True) < 240
        mean = (images * seen).sum(axis=(1, 3, 4)) / seen.sum(axis=(1, 3, 4))
        distances = np.linalg.norm(mean[:, np.newaxis] - list(PAINTS.values()), axis=2)
        odds = np.exp(-distances / 10)
        return {'colour': odds / odds.sum(axis=1, keepdims=True)}


TWO = draw(('red', 20, 12, 43, 31), ('blue', 20, 32, 43, 51))
RED = draw(('red', 20, 12, 43, 51))


def test_one_colour():
    found = colours(Namer(), [RED])
    assert found.prominent == ('red',)
    assert found.shares == {'red': 1}
    assert next(iter(found.probabilities)) == 'red'
    assert sum(found.probabilities.values()) == pytest.approx(1)


def test_two_prominent_colours():
    found = colours(Namer(), [TWO])
    assert set(found.prominent) == {'red', 'blue'}
    assert found.shares == pytest.approx({'red': 0.5, 'blue': 0.5}, abs=0.05)


def test_a_little_of_a_colour_is_not_prominent():
    found = colours(Namer(), [draw(('red', 20, 12, 43, 51), ('blue', 20, 46, 43, 51))])
    assert found.prominent == ('red',)
    assert 0 < found.shares['blue'] < 0.25


def test_another_thing_in_one_of_three_images_does_not_count():
    worn = draw(('green', 10, 5, 53, 60), ('red', 20, 12, 43, 51))
    assert 'green' in colours(Namer(), [worn]).prominent
    found = colours(Namer(), [RED, worn, RED])
    assert found.prominent == ('red',)
    assert 'green' not in found.shares


def test_images_that_agree_on_nothing():
    found = colours(Namer(), [draw((name, 20, 12, 43, 51)) for name in PAINTS])
    assert found.shares == pytest.approx(dict.fromkeys(PAINTS, 1 / 3))
    assert set(found.prominent) == set(PAINTS)


def test_a_run_without_colours_is_told():
    namer = Namer()
    namer.run.vocabulary.tasks = ('type', 'gender')
    with pytest.raises(UserError, match='a run: was trained on type, gender, not on colour'):
        colours(namer, [RED])


@pytest.fixture
def images(tiny_run):
    return [str(tiny_run[1] / 'images' / name) for name in ('4-0.png', '4-1.png')]


def test_probabilities_are_those_of_predict(tiny_run, images):
    encoder = load(tiny_run[0])
    found = colours(encoder, images)
    assert found.probabilities == pytest.approx(encoder.predict(images)['colour'], abs=1e-6)
