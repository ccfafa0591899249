"""Rasterises outlines: how much of each pixel a set of polygons covers.

Drawing libraries change their fill rules between versions (Pillow did in 11.1), which would change
the catalogue. This module uses only additions, multiplications, divisions and floors of float64 in
a fixed order, so that the result is the same on every machine.
"""

import functools
from collections.abc import Sequence

import numpy as np

#: (left, top, right, bottom), whole pixels.
Box = tuple[int, int, int, int]

#: Scan lines per pixel; along each, coverage is exact.
LINES = 5
#: Points are first rounded to this fraction of a pixel, which hides what C libraries' sines
#: differ by.
GRID = 64


def coverage(polygons: list[np.ndarray], box: Box) -> np.ndarray:
    """Coverage of a pixel box by the union of polygons.

    Args:
        polygons (list of arrays (points, 2)): Closed outlines in pixels, in either direction.
        box (tuple): (left, top, right, bottom), whole pixels.

    Returns: float64 array (bottom - top, right - left), 0 to 1.
    """
    return coverages([(polygons, box)])[0]


def coverages(layers: list[tuple[list[np.ndarray], Box]]) -> list[np.ndarray]:
    """The :func:`coverage` of several boxes at once, each by its own polygons.

    A picture has dozens of small layers: one by one, NumPy's overhead would exceed the work.

    Args:
        layers (list): Of (polygons, box).

    Returns: list of float64 arrays (height, width), 0 to 1.
    """
    if not layers:
        return []
    left, top, right, bottom = np.array([box for _, box in layers]).T
    width, height = right - left, bottom - top
    # A column is kept for crossings at the right border, and one for what lies right of them.
    stops = np.cumsum(height * (width + 2))
    starts = stops - height * (width + 2)
    layer = np.repeat(np.arange(len(layers)), [len(polygons) for polygons, _ in layers])
    x0, y0, x1, y1, sign, layer = _edges(
        [polygon for polygons, _ in layers for polygon in polygons], layer, left, top)
    # The scan lines, at half-integer heights, that each edge crosses.
    first = np.ceil(np.minimum(y0, y1) - 0.5)
    last = np.ceil(np.maximum(y0, y1) - 0.5)
    first, last = np.maximum(first, 0), np.minimum(last, height[layer] * LINES)
    count = np.maximum(last - first, 0).astype(np.int64)
    slope = (x1 - x0) / np.where(y1 == y0, 1.0, y1 - y0)
    turn = np.arange(count.sum())
    # Both sums are exact: lines are whole, heights are on the grid.
    line = turn + np.repeat(first - (np.cumsum(count) - count), count)
    x = line + np.repeat(0.5 - y0, count)
    x *= np.repeat(slope, count)
    x += np.repeat(x0, count)
    np.maximum(x, 0.0, out=x)
    limit = np.repeat(width[layer].astype(np.float64), count)
    np.minimum(x, limit, out=x)
    # A crossing changes what lies to its right: part of its own pixel, all of the others.
    column = np.floor(x)
    part = np.subtract(x, column, out=x)
    weight = np.repeat(sign, count)
    line /= LINES
    row = np.floor(line, out=line)
    limit += 2
    row *= limit
    row += column
    row += np.repeat(starts[layer].astype(np.float64), count)
    n = len(turn)
    cell = np.empty(2 * n, np.int64)
    cell[:n] = row
    np.add(cell[:n], 1, out=cell[n:])
    share = np.empty(2 * n)
    np.multiply(weight, 1 - part, out=share[:n])
    np.multiply(weight, part, out=share[n:])
    change = np.bincount(cell, share, stops[-1])
    places = list(zip(starts.tolist(), stops.tolist(), height.tolist(), width.tolist()))
    for start, stop, h, w in places:
        own = change[start:stop].reshape(h, w + 2)
        np.cumsum(own, axis=1, out=own)
    covers = np.minimum(np.abs(change) / LINES, 1.0)
    return [covers[start:stop].reshape(h, w + 2)[:, :w] for start, stop, h, w in places]


def _edges(polygons, layer, left, top):
    """The edges of all polygons, y in scan lines, the sign of their crossings, and their layers."""
    lengths = np.array([len(polygon) for polygon in polygons])
    ends = np.cumsum(lengths)
    starts = ends - lengths
    layer = np.repeat(layer, lengths)
    x, y = np.concatenate(polygons).T
    x0 = np.floor((x - left[layer]) * GRID + 0.5) / GRID
    y0 = np.floor((y - top[layer]) * GRID + 0.5) / GRID
    following = np.arange(1, len(x0) + 1)
    following[ends - 1] = starts
    x1, y1 = x0[following], y0[following]
    areas = np.add.reduceat(x0 * y1 - x1 * y0, starts)
    # A polygon adds to the union whichever way it goes round.
    sign = np.where(y1 > y0, 1.0, -1.0) * np.repeat(np.where(areas < 0, 1.0, -1.0), lengths)
    return x0, y0 * LINES, x1, y1 * LINES, sign, layer


def strokes(lines: Sequence[np.ndarray], widths: Sequence[float]) -> list[np.ndarray]:
    """The outlines of lines of constant width.

    Args:
        lines (list of arrays (points, 2)): With two points or more each.
        widths (list of float): One per line.

    Returns: list of arrays (2 * points, 2).
    """
    lengths = [len(line) for line in lines]
    return _sides(lines, lengths, np.repeat(np.array(widths, np.float64) / 2, lengths)[:, None])


def brushes(lines: Sequence[np.ndarray], widths: Sequence[float]) -> list[np.ndarray]:
    """The outlines of strokes that are thin at both ends, like :func:`strokes`."""
    lengths = [len(line) for line in lines]
    half = np.repeat(np.array(widths, np.float64), lengths) * np.concatenate(
        [_swelling(length) for length in lengths])
    return _sides(lines, lengths, half[:, None])


@functools.cache
def _swelling(length):
    """Half the width of a brush stroke at each of its points, as a share of its width."""
    t = np.linspace(0, 1, length)
    return 0.12 + 2 * t * (1 - t)


def dashes(line: np.ndarray, length: float) -> np.ndarray:
    """Cuts a line into stitches with gaps of the same length: an array (stitches, 2, 2)."""
    step = line[1:] - line[:-1]
    at = np.concatenate([[0.0], np.cumsum(np.sqrt(step[:, 0] ** 2 + step[:, 1] ** 2))])
    starts = np.arange(0, at[-1], 2 * length)
    ends = np.minimum(starts + length, at[-1])
    return np.stack([np.stack([np.interp(where, at, line[:, axis]) for axis in (0, 1)], axis=1)
                     for where in (starts, ends)], axis=1)


def _sides(lines, lengths, half):
    """The outlines of all lines at once: along one side and back along the other."""
    points = np.concatenate(lines)
    lengths = np.array(lengths)
    ends = np.cumsum(lengths)
    starts = ends - lengths
    d = np.empty_like(points)
    d[1:-1] = points[2:] - points[:-2]
    d[starts] = points[starts + 1] - points[starts]
    d[ends - 1] = points[ends - 1] - points[ends - 2]
    length = np.sqrt(d[:, 0] ** 2 + d[:, 1] ** 2)[:, None] + 1e-9
    offset = np.stack([-d[:, 1], d[:, 0]], axis=1) / length * half
    outlines = np.empty((2 * len(points), 2))
    place = np.arange(len(points))
    outlines[place + np.repeat(starts, lengths)] = points + offset
    outlines[np.repeat(2 * ends + starts, lengths) - 1 - place] = points - offset
    return [outlines[2 * start: 2 * end] for start, end in zip(starts.tolist(), ends.tolist())]
