"""Gloves, belts and sunglasses, about three units wide."""

import dataclasses

import numpy as np

from fashion_models.drawn.geometry import box, closed_curve, curve, disc, outline, ribbon
from fashion_models.drawn.paint import Paint
from fashion_models.drawn.shapes.cloth import Cloth, Look
from fashion_models.drawn.shapes.trimmings import bow, chain
from fashion_models.drawn.sketch import Sketch


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


def draw_glove(f: Glove, cloth: Cloth, look: Look) -> Sketch:
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
                tips.append(np.concatenate([ribbon([(x * 0.95, -0.1), (x + lean, y)], 0.27, 0.22,
                    smooth=False)]))
                one.part(disc((x + lean, y), 0.112, 14), cloth.main, volume=0.7, depth=0.1)
        for tip in tips:
            one.part(tip, cloth.main, volume=0.7, depth=0.1)
    thumb = outline([(0.3, 0.55), (0.62, 0.2), (0.86, -0.32)], [(1.0, -0.36), (1.08, -0.2)],
        [(0.92, 0.3), (0.56, 0.95)], [(0.3, 0.55)])
    one.part(thumb, cloth.main, volume=0.7, depth=0.12)
    top = ([(-0.5, -0.2), (0.52, -0.2)] if f.kind != 'mitten' else [(-0.56, -0.5), (-0.3, -1.1),
        (0.1, -1.18), (0.48, -0.8), (0.54, -0.2)])
    palm = outline(top, [(0.56, 0.3), (0.46, 0.9)], [(-0.46, 0.9)], [(-0.58, 0.3), top[0]])
    part = one.part(palm, cloth.main, volume=0.6, depth=0.2)
    if f.lines and not look.back:
        for x in (-0.28, 0, 0.26):
            part.line([(x, -0.25), (x * 0.9, 0.35)], 0.045, -0.45)
    cuff = np.array([(-0.46, 0.85), (0.46, 0.85), (0.52, 0.95 + f.cuff), (-0.52, 0.95 + f.cuff)])
    paint = (cloth.trim.of('fur') if f.fur else cloth.main.of('rib')
        if cloth.main.fabric in ('knit', 'cable', 'rib', 'fair_isle') else cloth.main)
    edge = one.part(cuff, paint, volume=0.6, depth=0.16)
    if not f.fur and cloth.main.fabric == 'leather':
        edge.line([(-0.6, 0.98), (0.6, 0.98)], 0.03, -0.5)
        one.part(box(-0.1, 1.05, 0.1, 1.2, 0.04), cloth.hardware, volume=0.6, depth=0.03)
    pair = Sketch()
    pair.add(one, lambda p: p * (-1, 1) + (0.85, 0.1))
    pair.add(one, lambda p: p + (-0.75, 0.0))
    pair.detail(-0.7, 0.2)
    return pair


def draw_belt(f: Belt, cloth: Cloth, look: Look) -> Sketch:
    """Draws a belt, coiled or laid in a curve."""
    sketch = Sketch()
    if f.kind == 'chain':
        chain(sketch, [(-1.5, -0.5), (-0.9, 0.3), (0, 0.6), (0.9, 0.3), (1.5, -0.5)], 0.26,
            cloth.hardware)
        chain(sketch, [(0.95, 0.25), (1.0, 0.8), (1.05, 1.3)], 0.2, cloth.hardware)
        sketch.part(disc((1.06, 1.4), 0.16), cloth.hardware, volume=0.8, depth=0.08)
        sketch.detail(0, 0.5)
        return sketch
    if f.kind in ('wide', 'obi'):
        w = f.width
        line = outline([(-1.5, -w), (0, -w + 0.16), (1.5, -w)], [(1.5, w)],
            [(0, w + 0.18), (-1.5, w)], [(-1.5, -w)])
        inner = outline([(-1.5, -w), (0, -w - 0.28), (1.5, -w)], [(0, -w + 0.16), (-1.5, -w)])
        sketch.part(inner, cloth.lining, volume=0.3)
        part = sketch.part(line, cloth.main, volume=0.6, depth=0.2)
        part.line(curve([(-1.5, -w + 0.08), (0, -w + 0.24), (1.5, -w + 0.08)]), 0.02, -0.4,
            dash=0.06)
        part.line(curve([(-1.5, w - 0.08), (0, w + 0.1), (1.5, w - 0.08)]), 0.02, -0.4, dash=0.06)
        if f.kind == 'obi':
            bow(sketch, (0.1, 0.1), 0.62, cloth.main.toned(0.04))
        elif not look.back:
            sketch.part(box(-0.34, -w - 0.02, 0.34, w + 0.26, 0.1), cloth.hardware,
                holes=[box(-0.2, -w + 0.12, 0.2, w + 0.12, 0.06)], volume=0.85, depth=0.08)
        sketch.detail(0, 0.1)
        return sketch
    w = f.width
    paint = cloth.main if f.kind != 'plaited' else cloth.main.of('woven')
    coil = [(1.5, 0.55), (0.4, 0.68), (-0.7, 0.5), (-1.25, -0.1), (-0.7, -0.72), (0.3, -0.85),
        (1.0, -0.4), (0.75, 0.12), (0.0, 0.22), (-0.5, -0.12), (-0.1, -0.38), (0.35, -0.3)]
    line = curve(coil)
    for start, stop in ((56, len(line)), (28, 58), (0, 30)):
        part = sketch.part(ribbon(line[start:stop], w, smooth=False),
            paint.toned(-0.12 if start else 0), volume=0.7, depth=0.1, edge=0.8)
        if f.kind == 'buckle':
            part.line(line[start:stop] + (0, w * 0.32), 0.018, 0.4, dash=0.06)
    if f.kind == 'buckle':
        sketch.part([disc((x, 0.6 + 0.06 * (1 - x)), 0.04, 8) for x in (0.5, 0.72, 0.94)],
            paint.toned(-0.6), volume=0, edge=0)
    x, y = 1.4, 0.56
    if not look.back:
        sketch.part(box(x - 0.2, y - w * 0.85, x + 0.3, y + w * 0.85, 0.06), cloth.hardware,
            holes=[box(x - 0.08, y - w * 0.5, x + 0.18, y + w * 0.5, 0.03)], volume=0.85,
            depth=0.05)
        sketch.part(ribbon([(x - 0.15, y), (x + 0.28, y)], 0.06, smooth=False), cloth.hardware,
            volume=0.7, depth=0.03)
        sketch.part(box(x - 0.5, y - w * 0.6, x - 0.36, y + w * 0.62, 0.03), paint.toned(-0.05),
            volume=0.5, depth=0.04)
    sketch.detail(x - 0.1, y)
    return sketch


def draw_glasses(f: Glasses, cloth: Cloth, look: Look) -> Sketch:
    """Draws sunglasses from the front."""
    sketch = Sketch()
    lens = {'aviator': outline([(0.16, -0.3), (0.6, -0.42), (1.18, -0.36)],
        [(1.36, -0.1), (1.16, 0.44), (0.72, 0.58), (0.34, 0.3), (0.16, -0.3)]),
        'square': closed_curve([(0.22, -0.34), (0.7, -0.4), (1.3, -0.36), (1.34, 0), (1.2, 0.38),
        (0.72, 0.44), (0.32, 0.36), (0.2, 0)]), 'round': disc((0.76, 0), 0.52),
        'cat': outline([(0.2, -0.18), (0.7, -0.36), (1.52, -0.62)], [(1.42, -0.1), (1.16, 0.32),
        (0.72, 0.42), (0.34, 0.3), (0.2, -0.18)]),
        'oversized': closed_curve([(0.16, -0.5), (0.76, -0.62), (1.42, -0.54), (1.54, -0.05),
        (1.34, 0.5), (0.8, 0.68), (0.3, 0.5), (0.12, 0)]),
        'sport': outline([(0.1, -0.18), (0.8, -0.34), (1.5, -0.3)], [(1.56, -0.05), (1.2, 0.28),
        (0.6, 0.34), (0.18, 0.2), (0.1, -0.18)])}[f.kind]
    rim = cloth.main if f.kind != 'aviator' else cloth.hardware
    glass = Paint(cloth.trim.rgb, 'glass')
    centre = lens.mean(axis=0)
    grow = 1 + f.frame / 0.55
    for side in (1, -1):
        arm = np.array([(1.4, -0.34), (1.72, -0.3), (1.74, -0.2), (1.4, -0.22)]) + (0,
            0.1 if f.kind == 'round' else 0)
        sketch.part(arm * (side, 1), rim.toned(-0.15), volume=0.5, depth=0.04)
    for side in (1, -1):
        outer = (lens - centre) * grow + centre
        sketch.part(outer * (side, 1), rim, volume=0.7, depth=0.06, edge=0.8)
        part = sketch.part(lens * (side, 1), glass, volume=0.35, depth=0.2, edge=0.7)
        part.fold(np.array([(0.4, 0.3), (0.8, -0.1), (1.1, -0.35)]) * (1, 1) * (side, 1), 0.2, 0.35)
    sketch.part(ribbon([(-0.24, -0.16), (0, -0.26), (0.24, -0.16)], 0.07 + f.frame * 0.5), rim,
        volume=0.7, depth=0.04)
    if f.kind == 'aviator':
        sketch.part(ribbon([(-0.5, -0.46), (0, -0.5), (0.5, -0.46)], 0.06), rim, volume=0.7,
            depth=0.03)
    sketch.detail(0.8, 0)
    return sketch
