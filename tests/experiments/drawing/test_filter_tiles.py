import numpy as np

from fashion_models.experiments.drawing.filter_tiles import tiles


def test_tiles():
    W = np.zeros((5, 3, 1, 1))
    W[0, 0] = 3     # red
    image = tiles(W, side=4)
    assert image.shape == (2 * 6, 3 * 6, 3)
    colours = {tuple(image[6 * row + 1, 6 * column + 1]) for row in range(2) for column in range(3)}
    assert colours == {(1, 0.5, 0.5), (0.5, 0.5, 0.5), (1, 1, 1)}
