"""Wrist watches, laid out with the strap up and down."""

import dataclasses
import math

import numpy as np

from fashion_models.drawn.geometry import arc, box, cosine, disc, outline, sine
from fashion_models.drawn.paint import Paint
from fashion_models.drawn.shapes.cloth import Cloth, Look
from fashion_models.drawn.sketch import Sketch

#: The strokes of a seven-segment digit.
SEGMENTS = {'a': ((-1, -1), (1, -1)), 'b': ((1, -1), (1, 0)), 'c': ((1, 0), (1, 1)),
    'd': ((-1, 1), (1, 1)), 'e': ((-1, 0), (-1, 1)), 'f': ((-1, -1), (-1, 0)),
    'g': ((-1, 0), (1, 0))}


@dataclasses.dataclass(frozen=True)
class Watch:
    """``strap``: leather links mesh rubber; ``face``: round square chrono digital."""

    strap: str = 'leather'
    face: str = 'round'
    size: float = 0.62


def draw_watch(f: Watch, cloth: Cloth, look: Look) -> Sketch:
    """Draws a watch, laid out with the strap up and down."""
    sketch = Sketch()
    strap, metal, r = cloth.main, cloth.hardware, f.size
    wide = r * 0.62
    if f.strap in ('links', 'mesh'):
        strap = strap if strap.fabric == 'metal' else metal
    for sign in (1, -1):
        band = np.array([(-wide, 0), (wide, 0), (wide * 0.82, sign * 2.0),
            (-wide * 0.82, sign * 2.0)])
        if f.strap == 'leather' and sign == 1:
            band = outline([(-wide, 0), (wide, 0)], [(wide * 0.8, 1.9)],
                [(0, 2.12), (-wide * 0.8, 1.9)], [(-wide, 0)])
        part = sketch.part(band, strap, volume=0.6, depth=0.14, edge=0.7)
        if f.strap == 'links':
            for y in np.arange(0.5, 2.1, 0.2):
                part.line([(-1, sign * y), (1, sign * y)], 0.035, -0.6)
            part.line([(-wide * 0.4, 0), (-wide * 0.34, sign * 2)], 0.03,
                -0.5).line([(wide * 0.4, 0), (wide * 0.34, sign * 2)], 0.03, -0.5)
        elif f.strap == 'mesh':
            for y in np.arange(0.5, 2.1, 0.09):
                part.line([(-1, sign * y), (1, sign * y)], 0.02, -0.4)
        elif f.strap == 'leather':
            part.line([(-wide * 0.78, sign * 0.6), (-wide * 0.66, sign * 1.9)], 0.022, 0.45,
                dash=0.07)
            part.line([(wide * 0.78, sign * 0.6), (wide * 0.66, sign * 1.9)], 0.022, 0.45,
                dash=0.07)
            if sign == 1:
                sketch.part([disc((0, y), 0.045, 8) for y in (1.2, 1.45, 1.7)], strap.toned(-0.6),
                    volume=0, edge=0)
            else:
                sketch.part(box(-wide - 0.04, -2.14, wide + 0.04, -1.88, 0.05), metal,
                    holes=[box(-wide + 0.08, -2.06, wide - 0.08, -1.96)], volume=0.7, depth=0.05)
        else:
            for y in (0.75, 1.05, 1.35):
                part.line([(-wide * 0.5, sign * y), (wide * 0.5, sign * y)], 0.06, -0.4)
    if look.back:
        sketch.part(disc((0, 0), r), metal, volume=0.6, depth=0.1, edge=0.8).line(arc((0, 0),
            r * 0.75), 0.03, -0.4)
        sketch.detail(0, 0)
        return sketch
    square = f.face in ('square', 'digital')

    def plate(size):
        return (box(-size, -size * 1.08, size, size * 1.08, size * 0.22) if square else disc((0, 0),
            size))

    if f.face == 'chrono':
        sketch.part([box(r - 0.02, y - 0.07, r + 0.16, y + 0.07, 0.03) for y in (-0.3, 0, 0.3)],
            metal, volume=0.7, depth=0.04)
    else:
        sketch.part(box(r - 0.02, -0.08, r + 0.13, 0.08, 0.03), metal, volume=0.7, depth=0.04)
    case = metal if f.strap != 'rubber' else strap.toned(-0.1)
    sketch.part(plate(r), case, volume=0.9, depth=0.1, edge=0.8)
    dial = Paint(cloth.trim.rgb, 'plain')
    face = sketch.part(plate(r * 0.82), dial if f.face != 'digital' else Paint((150, 166, 150),
        'plain'), volume=0.15, depth=0.1, edge=0.6)
    ink = (30, 30, 34) if dial.luma > 110 else (236, 236, 238)
    if f.face == 'digital':
        for x, segments in ((-0.3, 'bc'), (-0.13, 'abged'), (0.13, 'fgbc'), (0.3, 'afgcd')):
            for segment in segments:
                face.line(np.array(SEGMENTS[segment]) * (0.055, 0.13) + (x, 0), 0.04, (30, 34, 30))
        face.line([(0, -0.07), (0, -0.03)], 0.04, (30, 34, 30))
        face.line([(0, 0.03), (0, 0.07)], 0.04, (30, 34, 30))
        sketch.detail(0, 0)
        return sketch
    for k in range(12):
        c, s = cosine(k * math.pi / 6), sine(k * math.pi / 6)
        face.line([(c * r * 0.66, s * r * 0.66), (c * r * 0.76, s * r * 0.76)], 0.05 if k % 3
            else 0.07, ink)
    if f.face == 'chrono':
        for x, y in ((-0.24, 0), (0.24, 0), (0, 0.26)):
            face.line(arc((x, y), 0.13), 0.025, ink)
    face.line([(0, 0), (-r * 0.32, -r * 0.3)], 0.06, ink).line([(0, 0), (r * 0.34, -r * 0.42)],
        0.045, ink)
    sketch.detail(0, 0)
    return sketch
