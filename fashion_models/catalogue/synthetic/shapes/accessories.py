"""Hats, scarves, gloves, belts, sunglasses and ties; about three units wide or tall."""

import dataclasses
import math

import numpy as np

from fashion_models.catalogue.synthetic.geometry import (
    between,
    box,
    closed_curve,
    cosine,
    curve,
    disc,
    mirrored,
    outline,
    ribbon,
    sine,
)
from fashion_models.catalogue.synthetic.paint import Paint
from fashion_models.catalogue.synthetic.shapes.fronts import bow
from fashion_models.catalogue.synthetic.sketch import Sketch


@dataclasses.dataclass(frozen=True)
class Hat:
    """``kind``: beanie cap brim bucket flat beret headband turban."""

    kind: str = 'beanie'
    brim: float = 0.5  # beyond the crown
    crown: float = 1.1  # its height
    pinch: bool = False
    pompom: bool = False
    band: bool = True
    droop: float = 0.0


@dataclasses.dataclass(frozen=True)
class Scarf:
    """``kind``: long square snood shawl skinny."""

    kind: str = 'long'
    fringe: bool = True


@dataclasses.dataclass(frozen=True)
class Glove:
    """``kind``: fingers mitten fingerless; ``cuff`` is its length."""

    kind: str = 'fingers'
    cuff: float = 0.6
    fur: bool = False
    lines: bool = True


@dataclasses.dataclass(frozen=True)
class Belt:
    """``kind``: buckle wide plaited chain obi."""

    kind: str = 'buckle'
    width: float = 0.26


@dataclasses.dataclass(frozen=True)
class Glasses:
    """``kind``: aviator square round cat oversized."""

    kind: str = 'aviator'
    frame: float = 0.08


@dataclasses.dataclass(frozen=True)
class Tie:
    """``kind``: neck skinny bow pocket."""

    kind: str = 'neck'


def draw_hat(f, cloth, look):
    """Draws a hat; the brow is at y = 0."""
    sketch = Sketch()
    HATS[f.kind](sketch, f, cloth, look)
    if not sketch.details:
        sketch.detail(0.3, -0.4)
    return sketch


def _beanie(sketch, f, cloth, look):
    h = f.crown + 0.35
    dome = mirrored(
        outline([(0, -h), (0.55, -h + 0.12), (0.95, -h * 0.55), (1.0, -0.1)], [(1.0, 0), (0, 0.08)])
    )
    part = sketch.part(dome, cloth.main, volume=0.7, depth=0.35)
    for x in (-0.5, -0.18, 0.18, 0.5):
        part.fold([(x * 0.3, -h), (x * 1.2, -h * 0.6), (x * 1.5, -0.3)], 0.1, -0.22)
    cuff = mirrored(outline([(0, -0.42), (1.03, -0.52)], [(1.04, 0.02)], [(0, 0.14)]))
    sketch.part(cuff, cloth.trim.of('rib'), volume=0.5, depth=0.14, edge=0.7)
    if f.pompom:
        sketch.part(
            disc((0, -h - 0.28), 0.42), cloth.trim.of('fur'), volume=0.8, depth=0.25, edge=0.2
        )


def _cap(sketch, f, cloth, look):
    h = f.crown
    if look.back:
        dome = sketch.part(
            mirrored(outline([(0, -h), (0.7, -h * 0.85), (1.02, -0.35), (1.02, 0.05)], [(0, 0.1)])),
            cloth.main,
            volume=0.7,
            depth=0.35,
        )
        dome.line([(0, -h), (0, 0)], 0.03, -0.4)
        sketch.part(
            mirrored(outline([(0, -0.45), (0.4, -0.3)], [(0.46, 0.06)], [(0, 0.06)])),
            cloth.lining,
            volume=0.2,
        )
        sketch.part(
            ribbon([(-0.5, 0.0), (0.5, 0.0)], 0.14, smooth=False),
            cloth.main.toned(-0.1),
            volume=0.4,
            depth=0.05,
        )
        return
    peak = outline(
        [(-0.35, -0.12), (0.5, -0.02), (1.3, 0.02), (1.85, 0.3)],
        [(1.6, 0.46), (0.9, 0.34), (0.1, 0.26), (-0.5, 0.1)],
        [(-0.35, -0.12)],
    )
    sketch.part(peak, cloth.trim.toned(-0.05), volume=0.6, depth=0.14, edge=0.7)
    dome = outline(
        [
            (-1.05, 0.06),
            (-1.1, -0.45),
            (-0.7, -h + 0.05),
            (0, -h),
            (0.65, -h * 0.86),
            (0.95, -0.35),
            (0.98, -0.02),
        ],
        [(0.2, 0.1), (-0.5, 0.14), (-1.05, 0.06)],
    )
    part = sketch.part(dome, cloth.main, volume=0.75, depth=0.35)
    part.line(curve([(0, -h), (0.3, -0.5), (0.36, 0.1)]), 0.028, -0.45).line(
        curve([(0, -h), (-0.45, -0.5), (-0.55, 0.1)]), 0.028, -0.45
    )
    sketch.part(
        disc((0, -h - 0.02), (0.1, 0.06), 12), cloth.main.toned(-0.1), volume=0.6, depth=0.04
    )
    sketch.part(box(0.5, -0.62, 0.86, -0.32, 0.08), cloth.trim.toned(0.1), volume=0.2, depth=0.04)
    sketch.detail(0.6, -0.4)


def _brim(sketch, f, cloth, look):
    h, b = f.crown, 1.0 + f.brim
    d = f.droop
    brim = closed_curve(
        [
            (0, -0.16 - f.brim * 0.14),
            (0.9, -0.14 - f.brim * 0.08),
            (b, 0.02 + d),
            (0.95, 0.24 + f.brim * 0.18 + d * 0.6),
            (0, 0.3 + f.brim * 0.24),
            (-0.95, 0.24 + f.brim * 0.18 + d * 0.6),
            (-b, 0.02 + d),
            (-0.9, -0.14 - f.brim * 0.08),
        ]
    )
    part = sketch.part(brim, cloth.main, volume=0.5, depth=0.16, edge=0.6)
    part.fold([(-b * 0.8, 0.1 + d), (0, 0.26), (b * 0.8, 0.1 + d)], 0.14, -0.3)
    if f.pinch:
        crown = outline(
            [
                (-0.92, 0.08),
                (-0.88, -h * 0.6),
                (-0.66, -h),
                (-0.3, -h - 0.06),
                (0, -h + 0.1),
                (0.3, -h - 0.06),
                (0.66, -h),
                (0.88, -h * 0.6),
                (0.92, 0.08),
            ],
            [(0.5, 0.2), (-0.5, 0.2), (-0.92, 0.08)],
        )
    else:
        crown = outline(
            [
                (-0.92, 0.08),
                (-0.9, -h * 0.6),
                (-0.6, -h * 0.95),
                (0, -h),
                (0.6, -h * 0.95),
                (0.9, -h * 0.6),
                (0.92, 0.08),
            ],
            [(0.5, 0.2), (-0.5, 0.2), (-0.92, 0.08)],
        )
    top = sketch.part(crown, cloth.main, volume=0.7, depth=0.3)
    if f.pinch:
        top.fold([(0, -h), (0.05, -h * 0.7), (0, -h * 0.5)], 0.22, -0.4)
        top.fold([(-0.55, -h * 0.95), (-0.4, -h * 0.7), (-0.42, -h * 0.45)], 0.12, -0.3).fold(
            [(0.55, -h * 0.95), (0.4, -h * 0.7), (0.42, -h * 0.45)], 0.12, -0.3
        )
    if f.band:
        ribbon_ = outline(
            [(-0.92, -0.24), (-0.4, -0.12), (0.4, -0.12), (0.92, -0.24)],
            [(0.92, 0.08), (0.5, 0.2), (-0.5, 0.2), (-0.92, 0.08)],
            [(-0.92, -0.24)],
        )
        sketch.part(ribbon_, cloth.trim, volume=0.4, depth=0.08)
        if not look.back:
            bow(sketch, (-0.72, -0.04), 0.17, cloth.trim.toned(-0.1))


def _bucket(sketch, f, cloth, look):
    h = f.crown
    brim = mirrored(
        outline([(0, -0.05), (0.9, -0.16)], [(1.3, 0.34), (1.36, 0.48)], [(0.7, 0.68), (0, 0.72)])
    )
    sketch.part(brim, cloth.main.toned(-0.03), volume=0.55, depth=0.2).line(
        curve([(-1.3, 0.36), (0, 0.6), (1.3, 0.36)]), 0.022, -0.35
    )
    crown = mirrored(
        outline(
            [(0, -h), (0.55, -h + 0.02), (0.7, -h + 0.12)], [(0.92, -0.1)], [(0.5, 0.04), (0, 0.08)]
        )
    )
    part = sketch.part(crown, cloth.main, volume=0.65, depth=0.3)
    part.line(curve([(-0.7, -h + 0.14), (0, -h + 0.22), (0.7, -h + 0.14)]), 0.028, -0.45)
    sketch.part(
        [disc((-0.5, -0.35), 0.05, 8), disc((-0.34, -0.32), 0.05, 8)],
        cloth.hardware,
        volume=0.6,
        depth=0.03,
    )


def _flat(sketch, f, cloth, look):
    peak = outline(
        [(0.1, 0.16), (0.9, 0.06), (1.45, 0.2)],
        [(1.5, 0.34), (0.9, 0.36), (0.2, 0.34)],
        [(0.1, 0.16)],
    )
    sketch.part(
        peak if not look.back else peak * (-1, 1), cloth.main.toned(-0.1), volume=0.6, depth=0.1
    )
    dome = outline(
        [
            (-1.25, 0.18),
            (-1.3, -0.2),
            (-0.8, -0.66),
            (0.1, -0.72),
            (0.9, -0.42),
            (1.38, 0.06),
            (1.3, 0.22),
        ],
        [(0.4, 0.3), (-0.6, 0.34), (-1.25, 0.18)],
    )
    part = sketch.part(dome, cloth.main, volume=0.75, depth=0.3)
    part.line(curve([(-0.1, -0.7), (0.1, -0.2), (-0.05, 0.3)]), 0.025, -0.35)
    part.fold([(0.2, 0.1), (0.9, -0.05), (1.3, 0.1)], 0.1, -0.35)


def _beret(sketch, f, cloth, look):
    dome = closed_curve(
        [
            (-1.3, -0.02),
            (-1.2, -0.5),
            (-0.3, -0.86),
            (0.7, -0.74),
            (1.35, -0.25),
            (1.15, 0.18),
            (0.3, 0.22),
            (-0.7, 0.22),
        ]
    )
    part = sketch.part(dome, cloth.main, volume=0.8, depth=0.35)
    part.fold([(-0.9, -0.05), (0.1, 0.06), (1.0, -0.1)], 0.14, -0.3)
    band = outline(
        [(-0.85, 0.14), (0, 0.2), (0.85, 0.14)],
        [(0.82, 0.36)],
        [(0, 0.44), (-0.82, 0.36)],
        [(-0.85, 0.14)],
    )
    sketch.part(band, cloth.trim.toned(-0.15), volume=0.4, depth=0.08)
    sketch.part(
        ribbon([(0.1, -0.84), (0.16, -1.05)], 0.07, smooth=False),
        cloth.main.toned(-0.1),
        volume=0.5,
        depth=0.03,
    )


def _headband(sketch, f, cloth, look):
    ring = outline(
        [
            (-1.1, 0.5),
            (-1.12, -0.3),
            (-0.6, -0.95),
            (0, -1.12),
            (0.6, -0.95),
            (1.12, -0.3),
            (1.1, 0.5),
        ],
        [(0.9, 0.5)],
        [(0.92, -0.2), (0.5, -0.72), (0, -0.84), (-0.5, -0.72), (-0.92, -0.2), (-0.9, 0.5)],
        [(-1.1, 0.5)],
    )
    sketch.part(ring, cloth.main, volume=0.8, depth=0.12)
    bow(sketch, (0.62, -0.86), 0.36, cloth.main.toned(0.04))


HATS = {
    'beanie': _beanie,
    'cap': _cap,
    'brim': _brim,
    'bucket': _bucket,
    'flat': _flat,
    'beret': _beret,
    'headband': _headband,
}


def draw_scarf(f, cloth, look):
    """Draws a scarf, knotted or laid."""
    sketch = Sketch()
    SCARVES[f.kind](sketch, f, cloth, look)
    if not sketch.details:
        sketch.detail(0.1, 1.0)
    return sketch


def _fringe(sketch, left, right, y, paint):
    n = 9
    threads = [
        ribbon(
            [
                (between(left, right, (i + 0.5) / n), y),
                (between(left, right, (i + 0.5) / n) + 0.02, y + 0.28),
            ],
            0.06,
            0.03,
            smooth=False,
        )
        for i in range(n)
    ]
    sketch.part(threads, paint, volume=0.3, depth=0.03)


def _long_scarf(sketch, f, cloth, look, wide=0.44):
    for left, low, lean in ((0.08, 3.0, 0.08), (-0.62 if wide > 0.3 else -0.42, 2.6, -0.12)):
        end = np.array(
            [
                (left, 0.7),
                (left + wide + 0.1, 0.7),
                (left + wide + 0.12 + lean, low),
                (left - 0.02 + lean, low),
            ]
        )
        if f.fringe:
            _fringe(
                sketch, left + lean, left + wide + 0.1 + lean, low - 0.02, cloth.main.toned(-0.05)
            )
        part = sketch.part(end, cloth.main, volume=0.5, depth=0.14)
        part.fold([(left + 0.18, 0.8), (left + 0.2 + lean, low)], 0.12, -0.25).fold(
            [(left + 0.36, 0.9), (left + 0.4 + lean, low)], 0.1, 0.18
        )
        part.line([(left - 0.1, low - 0.14), (left + 1, low - 0.14)], 0.05, -0.25)
    loop = closed_curve(
        [
            (0, -0.1),
            (0.66, 0.05),
            (0.78, 0.42),
            (0.4, 0.84),
            (0, 0.95),
            (-0.4, 0.84),
            (-0.78, 0.42),
            (-0.66, 0.05),
        ]
    )
    part = sketch.part(
        loop,
        cloth.main,
        holes=[
            closed_curve(
                [(0, 0.12), (0.36, 0.18), (0.34, 0.4), (0, 0.5), (-0.34, 0.4), (-0.36, 0.18)]
            )
        ],
        volume=0.7,
        depth=0.18,
        grain=1.2,
    )
    for a in range(8):
        c, s = cosine(a * math.pi / 4 + 0.2), sine(a * math.pi / 4 + 0.2)
        part.fold(
            [
                (c * 0.36, 0.34 + s * 0.2),
                (c * 0.56 + 0.05, 0.4 + s * 0.36),
                (c * 0.72, 0.42 + s * 0.5),
            ],
            0.1,
            -0.3,
        )
    sketch.part(
        closed_curve(
            [(-0.3, 0.62), (0.1, 0.56), (0.34, 0.8), (0.28, 1.12), (-0.1, 1.2), (-0.34, 0.96)]
        ),
        cloth.main,
        volume=0.7,
        depth=0.16,
        grain=0.6,
    )
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
    part.fold([(-1.2, 0.1), (-0.4, -0.1), (0.6, 0.5)], 0.14, -0.22).fold(
        [(-0.3, -1.0), (0.1, -0.3), (0.9, 0.1)], 0.12, 0.2
    )
    sketch.detail(0, 0.9)


def _snood(sketch, f, cloth, look):
    ring = closed_curve(
        [
            (0, -0.9),
            (0.95, -0.65),
            (1.3, 0.1),
            (1.05, 0.85),
            (0, 1.25),
            (-1.05, 0.85),
            (-1.3, 0.1),
            (-0.95, -0.65),
        ]
    )
    hole = closed_curve(
        [
            (0, -0.5),
            (0.6, -0.35),
            (0.68, -0.02),
            (0.4, 0.24),
            (0, 0.32),
            (-0.4, 0.24),
            (-0.68, -0.02),
            (-0.6, -0.35),
        ]
    )
    sketch.part(hole * (1.06, 1.06), cloth.lining, volume=0.3)
    part = sketch.part(ring, cloth.main, holes=[hole], volume=0.8, depth=0.26)
    for low in (0.5, 0.8, 1.05):
        part.fold([(-1.2, 0.1 + low * 0.3), (0, low), (1.2, 0.1 + low * 0.3)], 0.12, -0.34)
        part.fold([(-1.2, 0.2 + low * 0.3), (0, low + 0.1), (1.2, 0.2 + low * 0.3)], 0.1, 0.24)


def _shawl(sketch, f, cloth, look):
    shape = outline(
        [(-1.6, -0.5), (0, -0.75), (1.6, -0.5)], [(0.9, 0.5), (0, 1.6)], [(-0.9, 0.5), (-1.6, -0.5)]
    )
    if f.fringe:
        line = curve([(-1.55, -0.4), (-0.9, 0.5), (0, 1.55), (0.9, 0.5), (1.55, -0.4)])
        sketch.part(
            [ribbon([tuple(p), (p[0], p[1] + 0.32)], 0.06, 0.03, smooth=False) for p in line[::1]],
            cloth.main.toned(-0.08),
            volume=0.3,
            depth=0.03,
        )
    part = sketch.part(shape, cloth.main, volume=0.5, depth=0.25)
    for x in (-0.8, -0.3, 0.3, 0.8):
        part.fold([(x * 0.7, -0.7), (x * 0.8, 0.1), (x * 0.5, 0.9)], 0.14, -0.28)
        part.fold([(x * 0.7 + 0.14, -0.7), (x * 0.8 + 0.15, 0.1), (x * 0.5 + 0.1, 0.8)], 0.12, 0.2)
    sketch.detail(0.1, 0.2)


SCARVES = {
    'long': _long_scarf,
    'skinny': _skinny_scarf,
    'square': _square_scarf,
    'snood': _snood,
    'shawl': _shawl,
}


def draw_glove(f, cloth, look):
    """Draws a pair of gloves."""
    one = Sketch()
    fingers = [(-0.42, -1.0, 0.0), (-0.14, -1.22, 0.0), (0.14, -1.18, 0.02), (0.4, -0.95, 0.06)]
    if f.kind != 'mitten':
        tips = []
        for x, y, lean in fingers:
            y = y if f.kind == 'fingers' else -0.42
            if f.kind == 'fingerless':
                tips.append(ribbon([(x * 0.95, -0.1), (x + lean, y)], 0.27, smooth=False))
            else:
                tips.append(
                    np.concatenate(
                        [ribbon([(x * 0.95, -0.1), (x + lean, y)], 0.27, 0.22, smooth=False)]
                    )
                )
                one.part(disc((x + lean, y), 0.112, 14), cloth.main, volume=0.7, depth=0.1)
        for tip in tips:
            one.part(tip, cloth.main, volume=0.7, depth=0.1)
    thumb = outline(
        [(0.3, 0.55), (0.62, 0.2), (0.86, -0.32)],
        [(1.0, -0.36), (1.08, -0.2)],
        [(0.92, 0.3), (0.56, 0.95)],
        [(0.3, 0.55)],
    )
    one.part(thumb, cloth.main, volume=0.7, depth=0.12)
    top = (
        [(-0.5, -0.2), (0.52, -0.2)]
        if f.kind != 'mitten'
        else [(-0.56, -0.5), (-0.3, -1.1), (0.1, -1.18), (0.48, -0.8), (0.54, -0.2)]
    )
    palm = outline(top, [(0.56, 0.3), (0.46, 0.9)], [(-0.46, 0.9)], [(-0.58, 0.3), top[0]])
    part = one.part(palm, cloth.main, volume=0.6, depth=0.2)
    if f.lines and not look.back:
        for x in (-0.28, 0, 0.26):
            part.line([(x, -0.25), (x * 0.9, 0.35)], 0.045, -0.45)
    cuff = np.array([(-0.46, 0.85), (0.46, 0.85), (0.52, 0.95 + f.cuff), (-0.52, 0.95 + f.cuff)])
    paint = (
        cloth.trim.of('fur')
        if f.fur
        else cloth.main.of('rib')
        if cloth.main.fabric in ('knit', 'cable', 'rib', 'fair_isle')
        else cloth.main
    )
    edge = one.part(cuff, paint, volume=0.6, depth=0.16)
    if not f.fur and cloth.main.fabric == 'leather':
        edge.line([(-0.6, 0.98), (0.6, 0.98)], 0.03, -0.5)
        one.part(box(-0.1, 1.05, 0.1, 1.2, 0.04), cloth.hardware, volume=0.6, depth=0.03)
    pair = Sketch()
    pair.add(one, lambda p: p * (-1, 1) + (0.85, 0.1))
    pair.add(one, lambda p: p + (-0.75, 0.0))
    pair.detail(-0.7, 0.2)
    return pair


def draw_belt(f, cloth, look):
    """Draws a belt, rolled up or laid in a curve."""
    sketch = Sketch()
    from fashion_models.catalogue.synthetic.shapes.bags import chain

    if f.kind == 'chain':
        chain(
            sketch,
            [(-1.5, -0.5), (-0.9, 0.3), (0, 0.6), (0.9, 0.3), (1.5, -0.5)],
            0.26,
            cloth.hardware,
        )
        chain(sketch, [(0.95, 0.25), (1.0, 0.8), (1.05, 1.3)], 0.2, cloth.hardware)
        sketch.part(disc((1.06, 1.4), 0.16), cloth.hardware, volume=0.8, depth=0.08)
        sketch.detail(0, 0.5)
        return sketch
    if f.kind in ('wide', 'obi'):
        w = f.width
        line = outline(
            [(-1.5, -w), (0, -w + 0.16), (1.5, -w)],
            [(1.5, w)],
            [(0, w + 0.18), (-1.5, w)],
            [(-1.5, -w)],
        )
        inner = outline([(-1.5, -w), (0, -w - 0.28), (1.5, -w)], [(0, -w + 0.16), (-1.5, -w)])
        sketch.part(inner, cloth.lining, volume=0.3)
        part = sketch.part(line, cloth.main, volume=0.6, depth=0.2)
        part.line(
            curve([(-1.5, -w + 0.08), (0, -w + 0.24), (1.5, -w + 0.08)]), 0.02, -0.4, dash=0.06
        )
        part.line(curve([(-1.5, w - 0.08), (0, w + 0.1), (1.5, w - 0.08)]), 0.02, -0.4, dash=0.06)
        if f.kind == 'obi':
            bow(sketch, (0.1, 0.1), 0.62, cloth.main.toned(0.04))
        elif not look.back:
            sketch.part(
                box(-0.34, -w - 0.02, 0.34, w + 0.26, 0.1),
                cloth.hardware,
                holes=[box(-0.2, -w + 0.12, 0.2, w + 0.12, 0.06)],
                volume=0.85,
                depth=0.08,
            )
        sketch.detail(0, 0.1)
        return sketch
    w = f.width
    paint = cloth.main if f.kind != 'plaited' else cloth.main.of('woven')
    coil = [
        (1.5, 0.55),
        (0.4, 0.68),
        (-0.7, 0.5),
        (-1.25, -0.1),
        (-0.7, -0.72),
        (0.3, -0.85),
        (1.0, -0.4),
        (0.75, 0.12),
        (0.0, 0.22),
        (-0.5, -0.12),
        (-0.1, -0.38),
        (0.35, -0.3),
    ]
    line = curve(coil)
    for start, stop in ((56, len(line)), (28, 58), (0, 30)):
        part = sketch.part(
            ribbon(line[start:stop], w, smooth=False),
            paint.toned(-0.12 if start else 0),
            volume=0.7,
            depth=0.1,
            edge=0.8,
        )
        if f.kind == 'buckle':
            part.line(line[start:stop] + (0, w * 0.32), 0.018, 0.4, dash=0.06)
    if f.kind == 'buckle':
        sketch.part(
            [disc((x, 0.6 + 0.06 * (1 - x)), 0.04, 8) for x in (0.5, 0.72, 0.94)],
            paint.toned(-0.6),
            volume=0,
            edge=0,
        )
    x, y = 1.4, 0.56
    if not look.back:
        sketch.part(
            box(x - 0.2, y - w * 0.85, x + 0.3, y + w * 0.85, 0.06),
            cloth.hardware,
            holes=[box(x - 0.08, y - w * 0.5, x + 0.18, y + w * 0.5, 0.03)],
            volume=0.85,
            depth=0.05,
        )
        sketch.part(
            ribbon([(x - 0.15, y), (x + 0.28, y)], 0.06, smooth=False),
            cloth.hardware,
            volume=0.7,
            depth=0.03,
        )
        sketch.part(
            box(x - 0.5, y - w * 0.6, x - 0.36, y + w * 0.62, 0.03),
            paint.toned(-0.05),
            volume=0.5,
            depth=0.04,
        )
    sketch.detail(x - 0.1, y)
    return sketch


def draw_glasses(f, cloth, look):
    """Draws sunglasses from the front."""
    sketch = Sketch()
    lens = {
        'aviator': outline(
            [(0.16, -0.3), (0.6, -0.42), (1.18, -0.36)],
            [(1.36, -0.1), (1.16, 0.44), (0.72, 0.58), (0.34, 0.3), (0.16, -0.3)],
        ),
        'square': closed_curve(
            [
                (0.22, -0.34),
                (0.7, -0.4),
                (1.3, -0.36),
                (1.34, 0),
                (1.2, 0.38),
                (0.72, 0.44),
                (0.32, 0.36),
                (0.2, 0),
            ]
        ),
        'round': disc((0.76, 0), 0.52),
        'cat': outline(
            [(0.2, -0.18), (0.7, -0.36), (1.52, -0.62)],
            [(1.42, -0.1), (1.16, 0.32), (0.72, 0.42), (0.34, 0.3), (0.2, -0.18)],
        ),
        'oversized': closed_curve(
            [
                (0.16, -0.5),
                (0.76, -0.62),
                (1.42, -0.54),
                (1.54, -0.05),
                (1.34, 0.5),
                (0.8, 0.68),
                (0.3, 0.5),
                (0.12, 0),
            ]
        ),
        'sport': outline(
            [(0.1, -0.18), (0.8, -0.34), (1.5, -0.3)],
            [(1.56, -0.05), (1.2, 0.28), (0.6, 0.34), (0.18, 0.2), (0.1, -0.18)],
        ),
    }[f.kind]
    rim = cloth.main if f.kind != 'aviator' else cloth.hardware
    glass = Paint(cloth.trim.rgb, 'glass')
    centre = lens.mean(axis=0)
    grow = 1 + f.frame / 0.55
    for side in (1, -1):
        arm = np.array([(1.4, -0.34), (1.72, -0.3), (1.74, -0.2), (1.4, -0.22)]) + (
            0,
            0.1 if f.kind == 'round' else 0,
        )
        sketch.part(arm * (side, 1), rim.toned(-0.15), volume=0.5, depth=0.04)
    for side in (1, -1):
        outer = (lens - centre) * grow + centre
        sketch.part(outer * (side, 1), rim, volume=0.7, depth=0.06, edge=0.8)
        part = sketch.part(lens * (side, 1), glass, volume=0.35, depth=0.2, edge=0.7)
        part.fold(np.array([(0.4, 0.3), (0.8, -0.1), (1.1, -0.35)]) * (1, 1) * (side, 1), 0.2, 0.35)
    sketch.part(
        ribbon([(-0.24, -0.16), (0, -0.26), (0.24, -0.16)], 0.07 + f.frame * 0.5),
        rim,
        volume=0.7,
        depth=0.04,
    )
    if f.kind == 'aviator':
        sketch.part(
            ribbon([(-0.5, -0.46), (0, -0.5), (0.5, -0.46)], 0.06), rim, volume=0.7, depth=0.03
        )
    sketch.detail(0.8, 0)
    return sketch


def draw_tie(f, cloth, look):
    """Draws a tie, a bow tie or a pocket square."""
    sketch = Sketch()
    if f.kind == 'bow':
        sketch.part(
            ribbon([(-1.5, -0.12), (0, -0.2), (1.5, -0.12)], 0.2),
            cloth.main.toned(-0.25),
            volume=0.5,
            depth=0.06,
        )
        for side in (1, -1):
            wing = outline(
                [(0.1, -0.1), (0.5, -0.42), (1.15, -0.62)],
                [(1.24, 0), (1.15, 0.62)],
                [(0.5, 0.42), (0.1, 0.1)],
                [(0.1, -0.1)],
            )
            part = sketch.part(wing * (side, 1), cloth.main, volume=0.6, depth=0.16)
            part.fold(np.array([(0.1, -0.02), (0.5, -0.1), (0.9, -0.16)]) * (side, 1), 0.16, -0.4)
            part.fold(np.array([(0.1, 0.08), (0.5, 0.14), (0.8, 0.2)]) * (side, 1), 0.12, -0.3)
        sketch.part(box(-0.2, -0.24, 0.2, 0.24, 0.08), cloth.main, volume=0.7, depth=0.1)
        sketch.detail(0, 0)
        return sketch
    if f.kind == 'pocket':
        base = np.array([(-0.9, -0.2), (0.9, -0.2), (0.95, 1.5), (-0.95, 1.5)])
        for shape, tone in (
            (np.array([(-0.85, -0.1), (-0.5, -1.1), (-0.05, -0.1)]), -0.12),
            (np.array([(-0.4, -0.1), (0.1, -1.35), (0.5, -0.1)]), 0),
            (np.array([(0.1, -0.1), (0.62, -1.05), (0.85, -0.1)]), -0.06),
        ):
            part = sketch.part(shape, cloth.main.toned(tone), volume=0.4, depth=0.12)
            part.line(np.concatenate([shape, shape[:1]]), 0.08, cloth.trim.rgb)
        sketch.part(base, cloth.main, volume=0.4, depth=0.12).line(
            base + (0, -0.1), 0.06, cloth.trim.rgb
        )
        sketch.detail(0, -0.4)
        return sketch
    wide = 0.42 if f.kind == 'neck' else 0.25
    tail = outline(
        [(-0.1, 0.1), (0.12, 0.1)],
        [(wide * 0.8 + 0.1, 2.3)],
        [(wide * 0.45, 2.62)],
        [(-0.05, 2.3)],
        [(-0.1, 0.1)],
    )
    sketch.part(tail, cloth.main.toned(-0.22), volume=0.4, depth=0.1, grain=0.1)
    blade = mirrored(
        outline([(0, 0.1), (0.12, 0.1)], [(wide * 0.85, 1.6), (wide, 2.62)], [(0, 3.0)])
    )
    part = sketch.part(
        blade, cloth.main, volume=0.5, depth=0.12, grain=0.5 if cloth.main.fabric != 'dots' else 0
    )
    part.fold([(0.02, 0.2), (-0.08, 0.7), (0, 1.1)], 0.1, -0.3)
    if cloth.main.fabric == 'knit':
        part.line([(-1, 2.7), (1, 2.7)], 0.05, -0.3)
    sketch.part(
        mirrored(outline([(0, -0.3), (0.24, -0.28)], [(0.14, 0.16)], [(0, 0.18)])),
        cloth.main,
        volume=0.6,
        depth=0.1,
        grain=-0.4,
    )
    loop = [
        (-0.14, -0.2),
        (-0.5, -0.62),
        (-0.3, -1.0),
        (0, -1.08),
        (0.3, -1.0),
        (0.5, -0.62),
        (0.14, -0.2),
    ]
    sketch.parts.insert(0, _part(ribbon(loop, 0.2), cloth.main.toned(-0.2)))
    sketch.detail(0, 0)
    return sketch


def _part(polygon, paint):
    from fashion_models.catalogue.synthetic.sketch import Part

    return Part([polygon], paint, volume=0.5, depth=0.08)
