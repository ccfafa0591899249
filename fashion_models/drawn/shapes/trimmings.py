"""Trimmings that several families share: bows, chains, tassels, cut stones, studs."""

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike

from fashion_models.drawn.geometry import (
    Point,
    along,
    box,
    cosine,
    curve,
    disc,
    outline,
    ribbon,
    sine,
)
from fashion_models.drawn.paint import Paint
from fashion_models.drawn.sketch import Part, Sketch


def bow(sketch: Sketch, at: Point, size: float, paint: Paint) -> None:
    """Adds a bow centred on ``at``, ``size`` wide on each side."""
    x, y = at
    for side in (1, -1):
        wing = (np.array(outline([(0, 0), (0.5, -0.38), (1, -0.42)], [(1.05, 0), (1, 0.4)],
            [(0.5, 0.34), (0, 0)])) * size)
        part = sketch.part(wing * (side, 1) + (x, y), paint, volume=0.5, depth=0.1)
        part.fold(np.array([(0.1, 0), (0.5, -0.05), (0.8, -0.1)]) * size * (side, 1) + (x, y),
            0.12 * size * 2, -0.4)
    sketch.part(disc((x, y), (0.17 * size, 0.2 * size), 12), paint, volume=0.5, depth=0.05)


def chain(sketch: Sketch, points: ArrayLike, link: float, paint: Paint) -> None:
    """Adds a chain of oval links along a line, every other one seen edge-on."""
    line = curve(points)
    step = line[1:] - line[:-1]
    length = float(np.cumsum(np.sqrt(step[:, 0] ** 2 + step[:, 1] ** 2))[-1])
    n = max(4, int(length / (link * 0.82)))
    places = along(line, (np.arange(n) + 0.5) / n)
    ahead = along(line, np.minimum((np.arange(n) + 0.9) / n, 1))
    rings, holes = [], []
    for i, (place, tip) in enumerate(zip(places, ahead)):
        d = (tip - place) / (np.sqrt(((tip - place) ** 2).sum()) + 1e-9)
        across = np.array([-d[1], d[0]])
        oval = disc((0, 0), 1.0, 10)
        wide, tall = link * 0.62, link * (0.34 if i % 2 == 0 else 0.12)
        rings.append(place + oval[:, :1] * d * wide + oval[:, 1:] * across * tall)
        if i % 2 == 0:
            holes.append(place + oval[:, :1] * d * wide * 0.55 + oval[:, 1:] * across * tall * 0.45)
    sketch.part(rings, paint, holes=holes, volume=0.8, depth=link * 0.2, edge=0.7)


def tassel(sketch: Sketch, at: Point, length: float, paint: Paint) -> None:
    """Adds a leather tassel that hangs from ``at``."""
    x, y = at
    threads = [ribbon([(x, y + length * 0.35), (x + d * 0.5, y + length * 0.7),
        (x + d, y + length)], 0.05) for d in (-0.13, -0.07, 0, 0.07, 0.13)]
    sketch.part(ribbon([(x, y), (x, y + length * 0.3)], 0.035, smooth=False), paint.toned(-0.1),
        volume=0.3, depth=0.03)
    sketch.part(threads, paint, volume=0.5, depth=0.05)
    sketch.part(box(x - 0.08, y + length * 0.26, x + 0.08, y + length * 0.42, 0.04), paint,
        volume=0.6, depth=0.05)

#: Colour of clear stones, in jewellery whose colour is that of its metal.
CLEAR = (236, 240, 246)


def gem(sketch: Sketch, at: Point, radius: float, paint: Paint, facets: bool = True) -> Part:
    """Adds a cut stone."""
    x, y = at
    stone = sketch.part(disc(at, radius, 14), paint, volume=0.7, depth=radius * 0.6, edge=0.8)
    if facets:
        table = disc(at, radius * 0.5, 8)
        stone.line(np.concatenate([table, table[:1]]), 0.02, 0.6)
        for a in range(8):
            c, s = cosine(a * math.pi / 4), sine(a * math.pi / 4)
            stone.line([(x + c * radius * 0.5, y + s * radius * 0.5),
                (x + c * radius, y + s * radius)], 0.015, 0.5 if a % 2 else -0.4)
    return stone


def studs(sketch: Sketch, places: Iterable[Point], paint: Paint, radius: float = 0.05) -> None:
    """Adds studs or buttons at places."""
    sketch.part([disc(place, radius, 10) for place in places], paint, volume=0.6, depth=0.03,
        edge=0.7)
