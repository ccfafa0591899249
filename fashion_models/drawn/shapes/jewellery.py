"""Necklaces, earrings, bracelets and rings; about three units tall."""

import dataclasses
import math

import numpy as np

from fashion_models.drawn.geometry import (
    along,
    arc,
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
from fashion_models.drawn.paint import Paint
from fashion_models.drawn.shapes.cloth import Cloth, Look
from fashion_models.drawn.shapes.trimmings import CLEAR, chain, gem
from fashion_models.drawn.sketch import Sketch


@dataclasses.dataclass(frozen=True)
class Necklace:
    """``kind``: pendant chain choker pearls statement locket."""

    kind: str = 'pendant'
    drop: float = 1.5
    link: float = 0.12
    stone: str = 'drop'  # drop round heart bar disc star


@dataclasses.dataclass(frozen=True)
class Earring:
    """``kind``: stud hoop drop chandelier cuff."""

    kind: str = 'stud'
    size: float = 0.5
    stone: str = 'round'


@dataclasses.dataclass(frozen=True)
class Bracelet:
    """``kind``: bangle cuff chain beads charm tennis leather."""

    kind: str = 'bangle'
    width: float = 0.2


@dataclasses.dataclass(frozen=True)
class Ring:
    """``kind``: band solitaire cocktail signet stacking."""

    kind: str = 'band'
    width: float = 0.3


def draw_necklace(f: Necklace, cloth: Cloth, look: Look) -> Sketch:
    """Draws a necklace that lies as on a neck, with its top at y = 0."""
    sketch = Sketch()
    metal = cloth.hardware
    stone = cloth.main
    wide = 1.0 if f.kind != 'choker' else 0.82
    loop = [(-0.25, -0.05), (-wide * 0.9, 0.45), (-wide * 0.8, 1.15), (0, f.drop + 0.15),
        (wide * 0.8, 1.15), (wide * 0.9, 0.45), (0.25, -0.05)]
    if f.kind == 'choker':
        ring = closed_curve([(0, 0), (wide, 0.2), (wide * 0.95, 0.55), (0, 0.95),
            (-wide * 0.95, 0.55), (-wide, 0.2)])
        hole = closed_curve([(0, 0.1), (wide * 0.86, 0.24), (wide * 0.82, 0.42), (0, 0.62),
            (-wide * 0.82, 0.42), (-wide * 0.86, 0.24)])
        sketch.part(ring, stone, holes=[hole], volume=0.7, depth=0.1)
        gem(sketch, (0, 0.92), 0.16, metal, False)
        sketch.detail(0, 0.8)
        return sketch
    if f.kind == 'pearls':
        line = along(curve(loop), np.linspace(0, 1, 27))
        sketch.part([disc(tuple(p), 0.105 + 0.035 * (1 - abs(i - 13) / 13), 14) for i,
            p in enumerate(line)], stone.of('pearl'), volume=0.9, depth=0.1, edge=0.6)
        sketch.detail(0, f.drop)
        return sketch
    if f.kind == 'statement':
        chain(sketch, loop, f.link, metal)
        for row, (n, r) in enumerate(((7, 0.2), (5, 0.24), (3, 0.28))):
            places = along(curve([(-0.75, 1.05 + row * 0.25), (0, f.drop + 0.1 + row * 0.34),
                (0.75, 1.05 + row * 0.25)]), np.linspace(0.04, 0.96, n))
            for i, p in enumerate(places):
                gem(sketch, tuple(p), r, stone.of('gem') if (i + row) % 2 == 0 else stone.of('gem',
                    rgb=stone.second))
        sketch.detail(0, f.drop)
        return sketch
    chain(sketch, loop, f.link, metal)
    if f.kind == 'chain':
        sketch.detail(0, f.drop)
        return sketch
    y = f.drop + 0.2
    sketch.part(disc((0, y), 0.07, 10), metal, holes=[disc((0, y), 0.035, 8)], volume=0.7,
        depth=0.03)
    _charm(sketch, (0, y + 0.06), 0.32, f.stone, stone, metal)
    sketch.detail(0, y + 0.3)
    return sketch


def _charm(sketch, top, size, kind, stone, metal):
    """Hangs a charm at ``top``: of metal, or enamelled if the product has a colour."""
    solid = metal if stone.rgb == CLEAR else stone.of('patent')
    x, y = top
    if kind == 'heart':
        heart = mirrored(outline([(0, 0.25), (0.2, 0.02), (0.55, 0.02), (0.85, 0.3), (0.72, 0.75),
            (0.3, 1.2)], [(0, 1.5)])) * size * 0.72 + (x, y)
        sketch.part(heart, solid, volume=0.9, depth=0.14)
    elif kind == 'bar':
        sketch.part(box(x - 0.07, y, x + 0.07, y + size * 2.2, 0.05), solid, volume=0.8, depth=0.06)
    elif kind == 'disc':
        sketch.part(disc((x, y + size), size), solid, volume=0.7, depth=0.1).line(arc((x, y + size),
            size * 0.75), 0.025, -0.5)
    elif kind == 'star':
        points = [(x + sine(k * math.pi / 5) * size * (1.2 if k % 2 == 0 else 0.5),
            y + size - cosine(k * math.pi / 5) * size * (1.2 if k % 2 == 0 else 0.5))
            for k in range(10)]
        sketch.part(np.array(points), solid, volume=0.8, depth=0.12)
    elif kind == 'drop':
        shape = mirrored(outline([(0, 0), (size * 0.35, size * 0.8), (size * 0.72, size * 1.5),
            (size * 0.4, size * 2.1), (0, size * 2.2)])) + (x, y)
        sketch.part(shape, metal, volume=0.8, depth=0.05)
        inner = (shape - (x, y + size * 1.3)) * 0.78 + (x, y + size * 1.36)
        sketch.part(inner, stone.of('gem'), volume=0.9, depth=0.16).line(
            curve([(x - 0.08, y + size), (x, y + size * 1.8)]), 0.03, 0.6)
    else:
        sketch.part(disc((x, y + size), size * 1.1), metal, volume=0.8, depth=0.05)
        gem(sketch, (x, y + size), size * 0.9, stone.of('gem'))


def draw_earring(f: Earring, cloth: Cloth, look: Look) -> Sketch:
    """Draws a pair of earrings side by side."""
    one = Sketch()
    metal, stone = cloth.hardware, cloth.main
    s = f.size
    if f.kind == 'stud':
        if f.stone == 'pearl':
            one.part(disc((0, 0), s * 0.8), stone.of('pearl'), volume=0.95, depth=0.3)
        elif f.stone == 'round':
            one.part(disc((0, 0), s * 0.86), metal, volume=0.7, depth=0.08)
            gem(one, (0, 0), s * 0.7, stone.of('gem'))
        else:
            _charm(one, (0, -s * 0.8), s * 0.8, f.stone, stone, metal)
    elif f.kind == 'hoop':
        ring = 0.8 + s
        one.part(disc((0, ring), (ring * 0.86, ring)), metal,
            holes=[disc((0.02, ring + 0.0), (ring * 0.86 - 0.17, ring - 0.17))], volume=0.95,
            depth=0.1)
        one.part(ribbon([(0, 0.08), (0.04, -0.12)], 0.05, smooth=False), metal, volume=0.5,
            depth=0.02)
    else:
        hook = [(0.16, 0.12), (0.2, -0.22), (0, -0.36), (-0.14, -0.16), (0, 0.12)]
        one.part(ribbon(hook, 0.06), metal, volume=0.6, depth=0.03)
        gem(one, (0, 0.22), 0.16, stone.of('gem'))
        if f.kind == 'drop':
            one.part(ribbon([(0, 0.36), (0, 0.36 + s)], 0.05, smooth=False), metal, volume=0.5,
                depth=0.02)
            _charm(one, (0, 0.3 + s), 0.42, f.stone if f.stone in ('drop', 'disc', 'bar')
                else 'drop', stone, metal)
        else:
            fan = mirrored(outline([(0, 0.4), (0.3, 0.5), (0.6, 0.95)], [(0.3, 1.12), (0, 1.18)]))
            one.part(fan, metal, volume=0.7, depth=0.08)
            for i, x in enumerate((-0.5, -0.25, 0, 0.25, 0.5)):
                low = 1.55 + 0.25 * (2 - abs(i - 2))
                one.part(ribbon([(x, 1.0), (x, low)], 0.035, smooth=False), metal, volume=0.4,
                    depth=0.02)
                gem(one, (x, low), 0.13, stone.of('gem'))
                gem(one, (x, 0.98), 0.09, stone.of('gem', rgb=stone.second), False)
    gap = max(0.5, one.bounds()[2] + 0.25)
    pair = Sketch()
    pair.add(one, lambda p: p * (-1, 1) - (gap, 0.0))
    pair.add(one, lambda p: p + (gap, 0.0))
    top, bottom = one.bounds()[1::2]
    pair.detail(gap, bottom - 0.1 if f.kind in ('hoop', 'drop') else (top + bottom) / 2)
    return pair


def draw_bracelet(f: Bracelet, cloth: Cloth, look: Look) -> Sketch:
    """Draws a bracelet lying on a table."""
    sketch = Sketch()
    metal, w = cloth.hardware, f.width
    if f.kind in ('bangle', 'cuff', 'leather'):
        paint = metal if f.kind != 'leather' else cloth.main.of('leather')
        if f.kind == 'cuff':
            paint = cloth.main if cloth.main.fabric in ('metal', 'gem') else metal
        w = {'cuff': 0.85, 'bangle': w, 'leather': 0.3}[f.kind]
        rx, ry = 1.4, 0.72
        far = np.concatenate([arc((0, 0), (rx, ry), math.pi, 2 * math.pi, 24),
            arc((0, w), (rx, ry), 2 * math.pi, math.pi, 24)])
        sketch.part(far, paint.toned(-0.42), volume=0.5, depth=0.1, edge=0.6)
        near = np.concatenate([arc((0, 0), (rx, ry), 0, math.pi, 24), arc((0, w), (rx, ry), math.pi,
            0, 24)])
        part = sketch.part(near, paint, volume=0.9, depth=0.14 + w * 0.15, edge=0.7)
        if f.kind == 'cuff':
            part.line(arc((0, 0.12), (rx, ry), 0.1, 3.04, 20), 0.03, -0.5)
            part.line(arc((0, w - 0.12), (rx, ry), 0.1, 3.04, 20), 0.03, -0.5)
            for a in (0.9, 1.57, 2.24):
                gem(sketch, (rx * cosine(a), ry * sine(a) + w / 2), 0.15, Paint(cloth.main.second,
                    'gem'))
        elif f.kind == 'leather':
            sketch.part(box(-0.22, ry - 0.05, 0.22, ry + w + 0.05, 0.05), metal, volume=0.8,
                depth=0.06)
            part.line(arc((0, 0.06), (rx, ry), 0.1, 3.04, 20), 0.02, -0.5, dash=0.06)
        sketch.detail(0, ry)
        return sketch
    ring = closed_curve([(0, -0.85), (1.15, -0.6), (1.45, 0), (1.1, 0.65), (0, 0.9), (-1.1, 0.65),
        (-1.45, 0), (-1.15, -0.6)])
    if f.kind == 'beads':
        places = along(np.concatenate([ring, ring[:1]]), np.linspace(0, 1, 21)[:-1])
        a = [disc(tuple(p), 0.21, 16) for i, p in enumerate(places) if i % 4]
        b = [disc(tuple(p), 0.17, 16) for i, p in enumerate(places) if i % 4 == 0]
        sketch.part(a, cloth.main.of('pearl'), volume=0.95, depth=0.14, edge=0.7)
        sketch.part(b, metal, volume=0.95, depth=0.12, edge=0.7)
    elif f.kind == 'tennis':
        for p in along(np.concatenate([ring, ring[:1]]), np.linspace(0, 1, 27)[:-1]):
            sketch.part(box(p[0] - 0.16, p[1] - 0.16, p[0] + 0.16, p[1] + 0.16, 0.03), metal,
                volume=0.5, depth=0.04)
            gem(sketch, tuple(p), 0.12, cloth.main.of('gem'), False)
    else:
        coloured = f.kind == 'chain' and cloth.main.rgb != CLEAR
        links = cloth.main.of('metal') if coloured else metal
        loop = np.concatenate([ring[::7], ring[:1]])
        chain(sketch, loop, 0.3 if f.kind == 'chain' else 0.2, links)
        if f.kind == 'charm':
            for i, kind in enumerate(('heart', 'disc', 'star', 'round')):
                a = 0.5 + i * 0.72
                _charm(sketch, (1.35 * cosine(a), 0.8 * sine(a) + 0.05), 0.22, kind, cloth.main,
                    metal)
    sketch.detail(0, 0.85)
    return sketch


def draw_ring(f: Ring, cloth: Cloth, look: Look) -> Sketch:
    """Draws an upright ring, with its stone at the top."""
    sketch = Sketch()
    metal, stone, w = cloth.hardware, cloth.main, f.width
    stack = [(0, 0)] if f.kind != 'stacking' else [(0, 0.34), (0.03, 0), (-0.02, -0.34)]
    for i, (dx, dy) in enumerate(stack):
        thick = w if f.kind not in ('stacking', 'solitaire') else 0.15
        rx, ry = 1.05, 1.15 if f.kind != 'stacking' else 0.62
        paint = metal if i != 1 else metal.toned(-0.08)
        if f.kind in ('band', 'stacking', 'signet'):
            far = np.concatenate([arc((dx, dy - thick * 0.5), (rx, ry), math.pi, 2 * math.pi, 24),
                arc((dx, dy + thick * 0.5), (rx, ry), 2 * math.pi, math.pi, 24)])
            near = np.concatenate([arc((dx, dy - thick * 0.5), (rx, ry), 0, math.pi, 24),
                arc((dx, dy + thick * 0.5), (rx, ry), math.pi, 0, 24)])
            sketch.part(far, paint.toned(-0.4), volume=0.5, depth=0.1)
            part = sketch.part(near, paint, volume=0.95, depth=0.16, edge=0.7)
            if f.kind == 'stacking' and i == 1:
                for a in np.linspace(0.3, 2.84, 7):
                    gem(sketch, (dx + rx * cosine(a), dy + ry * sine(a)), 0.07, stone.of('gem'),
                        False)
            elif f.kind == 'band':
                part.line(arc((dx, dy - thick * 0.3), (rx, ry), 0.05, 3.09, 20), 0.025, -0.4)
        else:
            sketch.part(disc((dx, dy), (rx, ry), 40), paint,
                holes=[disc((dx, dy), (rx - 0.16, ry - 0.16), 40)], volume=0.95, depth=0.1)
    if f.kind == 'solitaire':
        for d in (-0.2, 0.2):
            sketch.part(ribbon([(d * 0.6, -1.02), (d * 1.3, -1.3)], 0.07, smooth=False), metal,
                volume=0.6, depth=0.03)
        gem(sketch, (0, -1.42), 0.36, stone.of('gem'))
    elif f.kind == 'cocktail':
        for k in range(10):
            a = k * math.pi / 5
            gem(sketch, (0.62 * cosine(a), -1.3 + 0.5 * sine(a)), 0.17, Paint(stone.second, 'gem'),
                False)
        sketch.part(disc((0, -1.3), (0.56, 0.46)), stone.of('gem'), volume=0.9, depth=0.2,
            edge=0.8).line(arc((0, -1.3), (0.3, 0.24)), 0.03, 0.6)
    elif f.kind == 'signet':
        sketch.part(disc((0, 0.98), (0.62, 0.46)), metal.toned(0.06), volume=0.9, depth=0.12,
            edge=0.8).line(arc((0, 0.98), (0.5, 0.36)), 0.03, -0.5)
        sketch.part(outline([(-0.16, 1.12), (0, 0.76), (0.16, 1.12)], [(0.06, 1.0), (-0.06, 1.0)]),
            metal.toned(-0.45), volume=0.2)
    sketch.detail(0, -1.2 if f.kind in ('solitaire', 'cocktail') else 0.9)
    return sketch
