"""Outlines to pixels: how much of each pixel a set of polygons covers.

Written here because drawing libraries change their fill rules from version to version (Pillow did
in 11.1), and a catalogue must not. Only additions, multiplications, divisions and floors of float64
are used, in an order that is fixed, so the result is the same on every machine.
"""

import numpy as np

#: Scan lines to a pixel; within one, coverage is exact.
LINES = 5
#: Points are put on a grid this fine first, which swallows what C libraries' sines differ by.
GRID = 64


def coverage(polygons, box):
    """Coverage of a pixel box by the union of polygons.

    Args:
        polygons (list of arrays (points, 2)): Closed outlines in pixels, of either direction.
        box (tuple): (left, top, right, bottom), whole pixels.

    Returns: float64 array (bottom - top, right - left), 0 to 1.
    """
    left, top, right, bottom = box
    width, height = right - left, bottom - top
    x0, y0, x1, y1, sign = _edges(polygons, left, top)
    # The scan lines, at half-integer heights, that each edge crosses.
    first = np.ceil(np.minimum(y0, y1) - 0.5)
    last = np.ceil(np.maximum(y0, y1) - 0.5)
    first, last = np.maximum(first, 0), np.minimum(last, height * LINES)
    count = np.maximum(last - first, 0).astype(np.int64)
    edge = np.repeat(np.arange(len(count)), count)
    turn = np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count)
    line = first[edge] + turn
    slope = (x1 - x0) / np.where(y1 == y0, 1.0, y1 - y0)
    x = x0[edge] + (line + 0.5 - y0[edge]) * slope[edge]
    x = np.minimum(np.maximum(x, 0.0), width)
    # A crossing changes what lies right of it: a part of its own pixel, the whole of the others.
    column = np.floor(x)
    part = x - column
    weight = sign[edge]
    cell = (np.floor(line / LINES) * (width + 2) + column).astype(np.int64)
    change = np.bincount(
        np.concatenate([cell, cell + 1]), np.concatenate([weight * (1 - part), weight * part]),
        height * (width + 2))
    winding = np.cumsum(change.reshape(height, width + 2), axis=1)[:, :width]
    return np.minimum(np.abs(winding) / LINES, 1.0)


def _edges(polygons, left, top):
    """The edges of all polygons, y in scan lines, and the sign of their crossings."""
    start = np.concatenate(polygons)
    end = np.concatenate([part for p in polygons for part in (p[1:], p[:1])])
    shift = np.array((left, top))
    x0, y0 = (np.floor((start - shift) * GRID + 0.5) / GRID).T
    x1, y1 = (np.floor((end - shift) * GRID + 0.5) / GRID).T
    lengths = np.array([len(p) for p in polygons])
    areas = np.add.reduceat(x0 * y1 - x1 * y0, np.cumsum(lengths) - lengths)
    # Whichever way a polygon goes round, it adds to the union.
    sign = np.where(y1 > y0, 1.0, -1.0) * np.repeat(np.where(areas < 0, 1.0, -1.0), lengths)
    return x0, y0 * LINES, x1, y1 * LINES, sign


def stroke(line, width):
    """The outline of a line of constant width."""
    return _sides(line, np.full((len(line), 1), width / 2))


def brush(line, width):
    """The outline of a stroke that is thin at both ends."""
    t = np.linspace(0, 1, len(line))[:, None]
    return _sides(line, width * (0.12 + 2 * t * (1 - t)))


def dashes(line, length):
    """The line cut into stitches of a length, with gaps as long: an array (stitches, 2, 2)."""
    step = line[1:] - line[:-1]
    at = np.concatenate([[0.0], np.cumsum(np.sqrt(step[:, 0] ** 2 + step[:, 1] ** 2))])
    starts = np.arange(0, at[-1], 2 * length)
    ends = np.minimum(starts + length, at[-1])
    return np.stack([np.stack([np.interp(where, at, line[:, axis]) for axis in (0, 1)], axis=1)
                     for where in (starts, ends)], axis=1)


def _sides(line, half):
    d = np.empty_like(line)
    d[1:-1] = line[2:] - line[:-2]
    d[0], d[-1] = line[1] - line[0], line[-1] - line[-2]
    length = np.sqrt(d[:, 0] ** 2 + d[:, 1] ** 2)[:, None] + 1e-9
    offset = np.stack([-d[:, 1], d[:, 0]], axis=1) / length * half
    return np.concatenate([line + offset, (line - offset)[::-1]])
