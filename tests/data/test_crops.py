import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fashion_models.data.crops import assemble, crop, crop_offsets, mean_image


def numbered(height, width):
    """An image in which each pixel says where it is."""
    image = np.zeros((height, width, 3), np.uint8)
    image[..., 0] = np.arange(height)[:, None]
    image[..., 1] = np.arange(width)
    return image


def test_centre_crop():
    part = crop(numbered(10, 7), 5)
    assert part.shape == (5, 5, 3)
    assert part[0, 0].tolist() == [2, 1, 0]


@given(height=st.integers(5, 30), width=st.integers(5, 30), seed=st.integers(0, 99))
def test_random_crops_lie_inside(height, width, seed):
    offsets = crop_offsets(height, width, 5, np.random.default_rng(seed))
    part = crop(numbered(height, width), 5, offsets)
    top, left, _ = part[0, 0].tolist()
    np.testing.assert_array_equal(part, numbered(height, width)[top:top + 5, left:left + 5])


def test_random_crops_reach_every_place():
    rng = np.random.default_rng(0)
    places = {crop_offsets(7, 6, 5, rng) for _ in range(200)}
    assert places == {(top, left) for top in range(3) for left in range(2)}


def test_layout_mean_and_mirror_by_hand():
    images = [[numbered(6, 6), numbered(6, 6) + 1], [numbered(6, 6) + 2, numbered(6, 6) + 3]]
    mean = np.full((3, 4, 4), 10, np.float32)
    mean[2] = 20
    x = assemble(images, mean, np.array([False, True]))
    assert x.shape == (2, 6, 4, 4)
    assert x.dtype == np.float32
    rows, columns = np.arange(1, 5)[:, None], np.arange(1, 5)
    np.testing.assert_array_equal(x[0, 0], np.broadcast_to(rows - 10, (4, 4)))
    np.testing.assert_array_equal(x[0, 4], np.broadcast_to(columns + 1 - 10, (4, 4)))
    np.testing.assert_array_equal(x[1, 1], np.broadcast_to(columns[::-1] + 2 - 10, (4, 4)))
    np.testing.assert_array_equal(x[1, 5], np.full((4, 4), 3 - 20))


class Store:
    def __init__(self, images):
        self._images = images

    def image(self, number):
        return self._images[number]


def test_mean_image():
    store = Store([np.full((6, 4, 3), 10, np.uint8), np.full((4, 5, 3), 20, np.uint8),
                   np.full((4, 4, 3), 250, np.uint8)])
    mean = mean_image(store, iter([0, 1]), 4, progress=False)
    np.testing.assert_array_equal(mean, np.full((3, 4, 4), 15, np.float32))


@pytest.mark.parametrize('mirrored', [False, True])
def test_all_images_of_a_product_are_mirrored_together(mirrored):
    image = numbered(4, 4)
    x = assemble([[image, image]], np.zeros((3, 4, 4), np.float32), np.array([mirrored]))
    np.testing.assert_array_equal(x[0, :3], x[0, 3:])
    assert (x[0, 1, 0, 0] == 3) == mirrored
