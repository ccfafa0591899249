"""A picture of first-layer filters, as RGB tiles."""

import colorsys
import pathlib

import numpy as np

from fashion_models.experiments.kit.results import Figures
from fashion_models.experiments.measuring.chromatic_shares import LEARNT, TRAINED, chromatic_shares
from fashion_models.files import atomic_write


def draw_filters(weights: dict[str, dict[str, np.ndarray]], figures: Figures,
                 path: pathlib.Path) -> None:
    """Draws the filters of all networks with the first seed, as trained and their learnt part.

    Args:
        weights: From each network and part to (seeds, filters, 3, k, k).
        figures: From each network to its figures.
        path: A PNG file.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 14 / 3 * len(weights)), layout='constrained')
    rows = figure.subplots(len(weights), 2, squeeze=False)
    for row, (name, of_name) in zip(rows, weights.items()):
        order = sorted(range(len(of_name[LEARNT][0])), key=lambda n: _place(of_name[LEARNT][0][n]))
        for axes, part in zip(row, (TRAINED, LEARNT)):
            share = figures[name][part]['chromatic_share'].value
            axes.imshow(tiles(of_name[part][0][order]), interpolation='nearest')
            axes.set_title(f'{name}: {part}\n{share:.0%} of a filter is colour')
            axes.set_axis_off()
    with atomic_write(path) as file:
        figure.savefig(file, format='png', dpi=100)


def tiles(W: np.ndarray, side: int = 14) -> np.ndarray:
    """Filters as an image of tiles in rows.

    Args:
        W: (filters, 3, k, k)
        side: Least width of a tile, in pixels.

    Returns:
        (height, width, 3) float, 0 to 1; white between the tiles.
    """
    scale = -(-side // W.shape[2])
    largest = np.abs(W).max(axis=(1, 2, 3), keepdims=True)
    shown = 0.5 + 0.5 * W / np.where(largest > 0, largest, 1)
    shown = shown.transpose(0, 2, 3, 1).repeat(scale, axis=1).repeat(scale, axis=2)
    columns = int(np.ceil(np.sqrt(len(W))))
    step = shown.shape[1] + 2
    image = np.ones((-(-len(W) // columns) * step, columns * step, 3))
    for number, tile in enumerate(shown):
        top, left = number // columns * step, number % columns * step
        image[top:top + step - 2, left:left + step - 2] = tile
    return image


def _place(W):
    """A filter's place in the picture: grey ones first, dark to bright, then the others by hue."""
    if chromatic_shares(W) < 0.5:
        return 0, float(W.mean())
    red, green, blue = W[:, *np.unravel_index(np.abs(W).sum(axis=0).argmax(), W.shape[1:])]
    low, high = min(red, green, blue), max(red, green, blue)
    return 1, colorsys.rgb_to_hsv(*((v - low) / (high - low or 1) for v in (red, green, blue)))[0]
