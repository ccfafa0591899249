"""Scarves and ties, about three units tall."""

import dataclasses
import math

import numpy as np

from fashion_models.drawn.geometry import (
    between,
    box,
    closed_curve,
    cosine,
    curve,
    mirrored,
    outline,
    ribbon,
    sine,
)
from fashion_models.drawn.shapes.cloth import Cloth, Look
from fashion_models.drawn.sketch import Part, Sketch


@dataclasses.dataclass(frozen=True)
class Scarf:
    """``kind``: long square snood shawl skinny."""

    kind: str = 'long'
    fringe: bool = True


def draw_scarf(f: Scarf, cloth: Cloth, look: Look) -> Sketch:
    """Draws a scarf, knotted or laid."""
    sketch = Sketch()
    SCARVES[f.kind](sketch, f, cloth, look)
    if not sketch.details:
        sketch.detail(0.1, 1.0)
    return sketch


def _fringe(sketch, left, right, y, paint):
    n = 9
    threads = [ribbon([(between(left, right, (i + 0.5) / n), y),
        (between(left, right, (i + 0.5) / n) + 0.02, y + 0.28)], 0.06, 0.03, smooth=False)
        for i in range(n)]
    sketch.part(threads, paint, volume=0.3, depth=0.03)


def _long_scarf(sketch, f, cloth, look, wide=0.44):
    for left, low, lean in ((0.08, 3.0, 0.08), (-0.62 if wide > 0.3 else -0.42, 2.6, -0.12)):
        end = np.array([(left, 0.7), (left + wide + 0.1, 0.7), (left + wide + 0.12 + lean, low),
            (left - 0.02 + lean, low)])
        if f.fringe:
            _fringe(sketch, left + lean, left + wide + 0.1 + lean, low - 0.02,
                cloth.main.toned(-0.05))
        part = sketch.part(end, cloth.main, volume=0.5, depth=0.14)
        part.fold([(left + 0.18, 0.8), (left + 0.2 + lean, low)], 0.12,
            -0.25).fold([(left + 0.36, 0.9), (left + 0.4 + lean, low)], 0.1, 0.18)
        part.line([(left - 0.1, low - 0.14), (left + 1, low - 0.14)], 0.05, -0.25)
    loop = closed_curve([(0, -0.1), (0.66, 0.05), (0.78, 0.42), (0.4, 0.84), (0, 0.95),
        (-0.4, 0.84), (-0.78, 0.42), (-0.66, 0.05)])
    part = sketch.part(loop, cloth.main,
        holes=[closed_curve([(0, 0.12), (0.36, 0.18), (0.34, 0.4), (0, 0.5), (-0.34, 0.4),
        (-0.36, 0.18)])], volume=0.7, depth=0.18, grain=1.2)
    for a in range(8):
        c, s = cosine(a * math.pi / 4 + 0.2), sine(a * math.pi / 4 + 0.2)
        part.fold([(c * 0.36, 0.34 + s * 0.2), (c * 0.56 + 0.05, 0.4 + s * 0.36),
            (c * 0.72, 0.42 + s * 0.5)], 0.1, -0.3)
    sketch.part(closed_curve([(-0.3, 0.62), (0.1, 0.56), (0.34, 0.8), (0.28, 1.12), (-0.1, 1.2),
        (-0.34, 0.96)]), cloth.main, volume=0.7, depth=0.16, grain=0.6)
    sketch.detail(0, 0.8)


def _skinny_scarf(sketch, f, cloth, look):
    _long_scarf(sketch, f, cloth, look, 0.24)


def _square_scarf(sketch, f, cloth, look):
    square = np.array([(0, -1.45), (1.45, 0), (0, 1.45), (-1.45, 0)])
    part = sketch.part(square, cloth.main, volume=0.3, depth=0.2)
    for shrink, width in ((0.95, 0.1), (0.84, 0.03)):
        inner = square * shrink
        part.line(np.concatenate([inner, inner[:1]]), width, cloth.trim.rgb)
    if cloth.main.fabric in ('plain', 'silk', 'satin'):
        part.line(closed_curve([(0, -0.7), (0.7, 0), (0, 0.7), (-0.7, 0)]), 0.05, cloth.trim.rgb)
    part.fold([(-1.2, 0.1), (-0.4, -0.1), (0.6, 0.5)], 0.14, -0.22).fold([(-0.3, -1.0), (0.1, -0.3),
        (0.9, 0.1)], 0.12, 0.2)
    sketch.detail(0, 0.9)


def _snood(sketch, f, cloth, look):
    ring = closed_curve([(0, -0.9), (0.95, -0.65), (1.3, 0.1), (1.05, 0.85), (0, 1.25),
        (-1.05, 0.85), (-1.3, 0.1), (-0.95, -0.65)])
    hole = closed_curve([(0, -0.5), (0.6, -0.35), (0.68, -0.02), (0.4, 0.24), (0, 0.32),
        (-0.4, 0.24), (-0.68, -0.02), (-0.6, -0.35)])
    sketch.part(hole * (1.06, 1.06), cloth.lining, volume=0.3)
    part = sketch.part(ring, cloth.main, holes=[hole], volume=0.8, depth=0.26)
    for low in (0.5, 0.8, 1.05):
        part.fold([(-1.2, 0.1 + low * 0.3), (0, low), (1.2, 0.1 + low * 0.3)], 0.12, -0.34)
        part.fold([(-1.2, 0.2 + low * 0.3), (0, low + 0.1), (1.2, 0.2 + low * 0.3)], 0.1, 0.24)


def _shawl(sketch, f, cloth, look):
    shape = outline([(-1.6, -0.5), (0, -0.75), (1.6, -0.5)], [(0.9, 0.5), (0, 1.6)],
        [(-0.9, 0.5), (-1.6, -0.5)])
    if f.fringe:
        line = curve([(-1.55, -0.4), (-0.9, 0.5), (0, 1.55), (0.9, 0.5), (1.55, -0.4)])
        sketch.part([ribbon([tuple(p), (p[0], p[1] + 0.32)], 0.06, 0.03, smooth=False)
            for p in line[::1]], cloth.main.toned(-0.08), volume=0.3, depth=0.03)
    part = sketch.part(shape, cloth.main, volume=0.5, depth=0.25)
    for x in (-0.8, -0.3, 0.3, 0.8):
        part.fold([(x * 0.7, -0.7), (x * 0.8, 0.1), (x * 0.5, 0.9)], 0.14, -0.28)
        part.fold([(x * 0.7 + 0.14, -0.7), (x * 0.8 + 0.15, 0.1), (x * 0.5 + 0.1, 0.8)], 0.12, 0.2)
    sketch.detail(0.1, 0.2)

SCARVES = {'long': _long_scarf, 'skinny': _skinny_scarf, 'square': _square_scarf, 'snood': _snood,
    'shawl': _shawl}


@dataclasses.dataclass(frozen=True)
class Tie:
    """``kind``: neck skinny bow pocket."""

    kind: str = 'neck'


def draw_tie(f: Tie, cloth: Cloth, look: Look) -> Sketch:
    """Draws a tie, a bow tie or a pocket square."""
    sketch = Sketch()
    if f.kind == 'bow':
        sketch.part(ribbon([(-1.5, -0.12), (0, -0.2), (1.5, -0.12)], 0.2), cloth.main.toned(-0.25),
            volume=0.5, depth=0.06)
        for side in (1, -1):
            wing = outline([(0.1, -0.1), (0.5, -0.42), (1.15, -0.62)], [(1.24, 0), (1.15, 0.62)],
                [(0.5, 0.42), (0.1, 0.1)], [(0.1, -0.1)])
            part = sketch.part(wing * (side, 1), cloth.main, volume=0.6, depth=0.16)
            part.fold(np.array([(0.1, -0.02), (0.5, -0.1), (0.9, -0.16)]) * (side, 1), 0.16, -0.4)
            part.fold(np.array([(0.1, 0.08), (0.5, 0.14), (0.8, 0.2)]) * (side, 1), 0.12, -0.3)
        sketch.part(box(-0.2, -0.24, 0.2, 0.24, 0.08), cloth.main, volume=0.7, depth=0.1)
        sketch.detail(0, 0)
        return sketch
    if f.kind == 'pocket':
        base = np.array([(-0.9, -0.2), (0.9, -0.2), (0.95, 1.5), (-0.95, 1.5)])
        for shape, tone in ((np.array([(-0.85, -0.1), (-0.5, -1.1), (-0.05, -0.1)]), -0.12),
                (np.array([(-0.4, -0.1), (0.1, -1.35), (0.5, -0.1)]), 0),
                (np.array([(0.1, -0.1), (0.62, -1.05), (0.85, -0.1)]), -0.06)):
            part = sketch.part(shape, cloth.main.toned(tone), volume=0.4, depth=0.12)
            part.line(np.concatenate([shape, shape[:1]]), 0.08, cloth.trim.rgb)
        sketch.part(base, cloth.main, volume=0.4, depth=0.12).line(base + (0, -0.1), 0.06,
            cloth.trim.rgb)
        sketch.detail(0, -0.4)
        return sketch
    wide = 0.42 if f.kind == 'neck' else 0.25
    tail = outline([(-0.1, 0.1), (0.12, 0.1)], [(wide * 0.8 + 0.1, 2.3)], [(wide * 0.45, 2.62)],
        [(-0.05, 2.3)], [(-0.1, 0.1)])
    sketch.part(tail, cloth.main.toned(-0.22), volume=0.4, depth=0.1, grain=0.1)
    blade = mirrored(outline([(0, 0.1), (0.12, 0.1)], [(wide * 0.85, 1.6), (wide, 2.62)],
        [(0, 3.0)]))
    part = sketch.part(blade, cloth.main, volume=0.5, depth=0.12, grain=0.5
        if cloth.main.fabric != 'dots' else 0)
    part.fold([(0.02, 0.2), (-0.08, 0.7), (0, 1.1)], 0.1, -0.3)
    if cloth.main.fabric == 'knit':
        part.line([(-1, 2.7), (1, 2.7)], 0.05, -0.3)
    sketch.part(mirrored(outline([(0, -0.3), (0.24, -0.28)], [(0.14, 0.16)], [(0, 0.18)])),
        cloth.main, volume=0.6, depth=0.1, grain=-0.4)
    loop = [(-0.14, -0.2), (-0.5, -0.62), (-0.3, -1.0), (0, -1.08), (0.3, -1.0), (0.5, -0.62),
        (0.14, -0.2)]
    sketch.parts.insert(0, _part(ribbon(loop, 0.2), cloth.main.toned(-0.2)))
    sketch.detail(0, 0)
    return sketch


def _part(polygon, paint):
    return Part([polygon], paint, volume=0.5, depth=0.08)
