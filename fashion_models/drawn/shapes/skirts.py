"""Skirts."""

import dataclasses

import numpy as np

from fashion_models.drawn.geometry import between, curve, disc, mirrored, outline
from fashion_models.drawn.shapes.body import HIP_Y, Figure
from fashion_models.drawn.shapes.cloth import Cloth, Look
from fashion_models.drawn.shapes.waistbands import STITCH, waist_width, waistband
from fashion_models.drawn.sketch import Sketch


@dataclasses.dataclass(frozen=True)
class Skirt:
    """The cut of a skirt."""

    length: float = 4.9
    rise: float = 2.78
    flare: float = 0.2
    pleats: int = 0
    folds: int = 3
    waist: str = 'band'  # band jeans elastic
    closure: str = 'none'  # none buttons zip wrap
    slit: bool = False
    tiers: int = 0
    pockets: bool = False


def draw_skirt(f: Skirt, cloth: Cloth, look: Look) -> Sketch:
    """Draws a skirt in the units of :mod:`shapes.body`."""
    body, sketch = Figure.of(look.male), Sketch()
    top = waist_width(body, f.rise)
    hip, hem = body.hip + 0.02, body.hip + 0.02 + f.flare

    def width(y):
        straight = float(np.interp(y, [f.rise, 3.15, HIP_Y, 9], [top, between(top, hip, 0.75), hip,
            hip]))
        return straight + f.flare * max(0, y - f.rise) / (f.length - f.rise)

    stops = [y for y in (3.1, HIP_Y, 4.2, 5, 6) if y < f.length - 0.2]
    sag = 0.05 + 0.1 * min(f.flare, 1) + 0.015 * f.length
    hem_run = [(hem * 0.6, f.length + sag * 0.8), (0, f.length + sag)]
    shape = mirrored(outline([(0, f.rise + 0.05), (top, f.rise)], [*[(width(y), y) for y in stops],
        (hem, f.length)], hem_run))
    if not look.worn and not look.back:
        sketch.part(mirrored(outline([(0, f.rise - 0.06), (top - 0.02, f.rise - 0.01)],
            [(top - 0.05, f.rise + 0.1)], [(0, f.rise + 0.12)])), cloth.lining, volume=0.2,
            edge=0.3)
    skirt = sketch.part(shape, cloth.main, volume=0.6, depth=0.26)
    _skirt_folds(skirt, f, width)
    if f.pockets:
        _denim_pockets(sketch, skirt, f, top, cloth, look)
    if not look.back:
        _skirt_closure(sketch, skirt, f, width, cloth)
    else:
        skirt.line([(0, f.rise), (0, f.rise + 0.7)], 0.03, -0.5)
        if f.slit:
            skirt.fold([(0, f.length - 0.5), (0.03, f.length + 0.2)], 0.08, -0.7)
    if f.waist == 'jeans':
        waistband(sketch, f.waist, f.rise, top, cloth, look)
    else:
        tall = 0.24 if f.waist == 'elastic' else 0.16
        strip = sketch.part(mirrored(outline([(0, f.rise + 0.04), (top, f.rise - 0.01)],
            [(top + 0.02, f.rise + tall - 0.02)], [(0, f.rise + tall + 0.03)])),
            cloth.main.toned(-0.05), volume=0.35, depth=0.08, edge=0.7)
        if f.waist == 'elastic':
            for x in np.linspace(-0.9, 0.9, 13):
                strip.fold([(x * top, f.rise - 0.05), (x * top, f.rise + 0.35)], 0.05, -0.4)
    sketch.detail(0.1, f.rise + 0.3)
    sketch.detail(0.2, f.length - 0.5)
    return sketch


def _skirt_folds(skirt, f, width):
    bottom_w = width(f.length)
    n = f.pleats or f.folds
    for i in range(n):
        t = (i + 0.5) / n * 2 - 1
        start = f.rise + (0.1 if f.pleats else 0.35 + 0.25 * (i % 2))
        top, low = t * width(start) * 0.95, t * bottom_w * 0.97
        line = [(top, start), (between(top, low, 0.45), between(start, f.length, 0.5)),
            (low, f.length + 0.3)]
        if f.pleats:
            skirt.line(curve(line), 0.028, -0.5)
            gap = 1.1 * bottom_w / n
            skirt.fold([(x + gap * 0.45 * (y - f.rise) / (f.length - f.rise) + 0.03, y) for x,
                y in line], gap * 0.5, 0.3)
            skirt.fold([(x - gap * 0.3, y) for x, y in line], gap * 0.4, -0.22)
        else:
            strength = 0.22 + 0.2 * min(f.flare, 1)
            skirt.fold(line, 0.12 + 0.12 * f.flare, -strength)
            skirt.fold([(x + 0.12, y) for x, y in line], 0.1 + 0.1 * f.flare, strength * 0.6)
    for i in range(f.tiers):
        y = between(f.rise, f.length, (i + 1) / (f.tiers + 1))
        w = width(y) + 0.2
        skirt.line(curve([(-w, y), (0, y + 0.1), (w, y)]), 0.035, -0.55)
        skirt.fold([(-w, y + 0.1), (0, y + 0.2), (w, y + 0.1)], 0.18, -0.3)
    w = bottom_w + 0.2
    skirt.line(curve([(-w, f.length - 0.1), (0, f.length), (w, f.length - 0.1)]), 0.02, -0.3)


def _denim_pockets(sketch, skirt, f, top, cloth, look):
    for side in (1, -1):
        if look.back:
            pocket = np.array([(0.14, 3.28), (0.48, 3.24), (0.48, 3.62), (0.31, 3.74),
                (0.16, 3.66)]) * (side, 1)
            sketch.part(pocket, cloth.main.toned(0.05), volume=0.2, depth=0.04).line(
                np.concatenate([pocket, pocket[:1]]), 0.022, STITCH, 0.05)
            continue
        skirt.line(curve(np.array([(0.26, f.rise), (0.34, f.rise + 0.3), (0.74, f.rise + 0.4)]) * (
            side, 1)), 0.03, -0.5)
        skirt.line(curve(np.array([(0.22, f.rise), (0.3, f.rise + 0.33), (0.74, f.rise + 0.44)]) * (
            side, 1)), 0.022, STITCH, 0.05)


def _skirt_closure(sketch, skirt, f, width, cloth):
    if f.closure == 'buttons':
        skirt.line([(0.1, f.rise), (0.1, f.length + 0.3)], 0.025, -0.45)
        n = max(3, int((f.length - f.rise) / 0.36))
        sketch.part([disc((0, between(f.rise + 0.3, f.length - 0.1, i / (n - 1))), 0.055, 10)
            for i in range(n)], cloth.hardware, volume=0.6, depth=0.03, edge=0.7)
    elif f.closure == 'zip':
        sketch.part(np.array([(-0.04, f.rise + 0.15), (0.04, f.rise + 0.15),
            (0.04, f.length + 0.02), (-0.04, f.length + 0.02)]), cloth.hardware, volume=0.3,
            depth=0.03).line([(0, f.rise), (0, f.length)], 0.05, -0.6, 0.05)
    elif f.closure == 'wrap':
        skirt.line(curve([(-0.3, f.rise), (0.1, between(f.rise, f.length, 0.5)),
            (0.34, f.length + 0.3)]), 0.035, -0.6)
        skirt.fold([(-0.22, f.rise), (0.2, between(f.rise, f.length, 0.5)), (0.44, f.length)], 0.12,
            -0.35)
    if f.slit:
        x = width(f.length) * 0.5
        skirt.line([(x, f.length - 0.9), (x, f.length + 0.3)], 0.04, -0.7)
        skirt.fold([(x, f.length - 0.9), (x - 0.05, f.length + 0.3)], 0.1, -0.6)
