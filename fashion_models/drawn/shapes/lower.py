"""Trousers, jeans, shorts, leggings, and skirts."""

import dataclasses

import numpy as np

from fashion_models.drawn.geometry import (
    between,
    box,
    curve,
    disc,
    mirrored,
    outline,
    ribbon,
)
from fashion_models.drawn.shapes.body import (
    ANKLE_Y,
    CROTCH_Y,
    HIP_Y,
    KNEE_Y,
    WAIST_Y,
    Figure,
)
from fashion_models.drawn.sketch import Part, Sketch

STITCH = (206, 150, 78)


@dataclasses.dataclass(frozen=True)
class Trousers:
    """The cut of trousers; widths are of one leg, in units of a head."""

    length: float = 7.4
    rise: float = 2.85  # height of the waist
    thigh: float = 0.68
    knee: float = 0.46
    hem: float = 0.4
    waist: str = 'band'  # band jeans elastic drawstring
    pockets: str = 'slant'  # none slant jeans cargo
    crease: bool = False
    cuff: str = 'none'  # none rib turned
    side_stripe: bool = False
    worn_out: bool = False  # holes and whiskers
    pleats: bool = False


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


def _waist_width(body, rise):
    return float(np.interp(rise, [2.5, WAIST_Y, HIP_Y], [body.waist + 0.02, body.waist + 0.03,
        body.hip + 0.02]))


def draw_trousers(f, cloth, look):
    """Draws trousers, in units of :mod:`shapes.body`."""
    body, sketch = Figure.of(look.male), Sketch()
    legs = []
    for side in (1, -1):
        legs.append(sketch.part(_leg(f, body) * (side, 1), cloth.main, volume=0.62, depth=0.24))
        _leg_details(sketch, legs[-1], f, body, cloth, look, side)
    _seat(sketch, legs, f, body, cloth, look)
    sketch.detail(0.2, f.rise + 0.25)
    sketch.detail(0.4, f.length - 0.5)
    return sketch


def _axis(f, y):
    """The middle of the right leg at height y."""
    return float(np.interp(y, [3.4, 4.2, ANKLE_Y], [0.36, 0.37, 0.44]))


def _leg(f, body):
    hip = max(body.hip + 0.03, f.thigh * 0.5 + 0.36)
    top = _waist_width(body, f.rise) + (0.05 if f.waist in ('elastic', 'drawstring') else 0)
    knee_y = min(KNEE_Y, between(CROTCH_Y, f.length, 0.6))
    mid = between(f.thigh, f.knee, 0.5)
    end = f.hem if f.length > 5 else between(f.thigh, f.hem, 0.0) if f.length < 4.5 else f.hem

    def outer(y, w):
        return (_axis(f, y) + w / 2, y)

    def inner(y, w):
        return (_axis(f, y) - w / 2, y)

    right = [(top, f.rise), (between(top, hip, 0.75), 3.15), (hip, HIP_Y),
        outer(CROTCH_Y + 0.2, f.thigh)]
    left = [(0.02, CROTCH_Y)]
    if f.length > 4.9:
        right += [outer(between(CROTCH_Y, knee_y, 0.6), mid), outer(knee_y, f.knee),
            outer(between(knee_y, f.length, 0.5), between(f.knee, end, 0.5))]
        left = [inner(between(knee_y, f.length, 0.5), between(f.knee, end, 0.5)),
            inner(knee_y, f.knee), inner(between(CROTCH_Y, knee_y, 0.5), mid), *left]
    right.append(outer(f.length, end))
    return outline([(0, f.rise + 0.06), (top, f.rise)], right[1:],
        [(_axis(f, f.length) - end / 2, f.length + 0.03)], left, [(0, f.rise + 0.06)])


def _leg_details(sketch, leg, f, body, cloth, look, side):
    jeans = f.pockets == 'jeans'
    hip = body.hip + 0.03
    x = _axis(f, 5) * side
    if f.length > 5:
        for y, strength in ((KNEE_Y - 0.12, -0.3), (KNEE_Y + 0.14, -0.25)):
            leg.fold([(x - 0.26, y), (x, y + 0.07), (x + 0.24, y - 0.06)], 0.08, strength)
        leg.fold([(x + 0.05 * side, 4.4), (x + 0.04 * side, 5.4), (x + 0.05 * side, f.length)],
            0.16, 0.16)
        if f.hem > 0.44:
            leg.fold([(x + 0.16 * side, 5.0), (x + 0.2 * side, f.length + 0.1)], 0.14, -0.25)
        for y in (f.length - 0.22, f.length - 0.4):
            leg.fold([(x - 0.2, y - 0.04), (x + 0.25, y + 0.03)], 0.06, -0.25)
    leg.fold([(0.03 * side, CROTCH_Y - 0.1), (0.28 * side, CROTCH_Y - 0.14),
        (0.5 * side, CROTCH_Y - 0.32)], 0.1, -0.36)
    leg.fold([(0.03 * side, CROTCH_Y), (0.25 * side, CROTCH_Y + 0.12)], 0.08, -0.3)
    thread = ({'tone': STITCH, 'dash': 0.05, 'width': 0.022} if jeans else {'tone': -0.3,
        'width': 0.02})
    leg.line(curve([((hip + 0.01) * side, 3.3), (x + f.knee / 2 * side, KNEE_Y)]), 0.03, -0.3)
    if f.crease:
        leg.line([(x, f.rise + 0.3), (x + 0.05 * side, f.length)], 0.026, -0.4)
        leg.fold([(x + 0.06 * side, f.rise + 0.3), (x + 0.11 * side, f.length)], 0.08, 0.3)
    if f.side_stripe:
        w = [(_axis(f, y) + np.interp(y, [3.5, 4.2, KNEE_Y, f.length],
            [body.hip - 0.33, f.thigh / 2, f.knee / 2, f.hem / 2]) - 0.07) for y in np.linspace(3.2,
            f.length, 9)]
        for shift in (0, -0.09):
            leg.line(np.array([((a + shift) * side, y) for a,
                y in zip(w, np.linspace(3.2, f.length, 9))]), 0.055, cloth.trim.rgb)
    if f.worn_out:
        for y, size in ((5.5, 0.14), (4.8, 0.1)):
            leg.line([(x - size, y), (x + size, y + 0.02)], 0.09, (226, 232, 240))
            leg.line([(x - size, y + 0.05), (x + size, y + 0.06)], 0.02, (250, 250, 250))
        leg.fold([(x, 4.3), (x, 5.2)], 0.3, 0.3)
    if f.pockets == 'cargo':
        pocket = np.array([(x + 0.06 * side, 4.75), (x + 0.36 * side, 4.72), (x + 0.36 * side, 5.3),
            (x + 0.06 * side, 5.3)])
        sketch.part(pocket, cloth.main.toned(0.03), volume=0.4, depth=0.06, edge=0.8)
        sketch.part(np.array([(x + 0.04 * side, 4.7), (x + 0.38 * side, 4.67),
            (x + 0.38 * side, 4.86), (x + 0.04 * side, 4.88)]), cloth.main.toned(0.06), volume=0.4,
            depth=0.05, edge=0.8)
    axis = _axis(f, f.length) * side
    if f.cuff == 'none':
        leg.line([(axis - 1 * f.hem, f.length - 0.07), (axis + f.hem, f.length - 0.09)], **thread)
    else:
        tall = 0.2 if f.cuff == 'rib' else 0.17
        w = f.hem / 2 * (0.86 if f.cuff == 'rib' else 1.06)
        w = w if f.length > 4.9 else f.thigh / 2 + 0.02
        paint = cloth.trim.of('rib') if f.cuff == 'rib' else cloth.main.toned(0.22)
        sketch.part(np.array([(axis - w, f.length - tall + 0.1), (axis + w, f.length - tall + 0.1),
            (axis + w, f.length + 0.1), (axis - w, f.length + 0.1)]), paint, volume=0.4, depth=0.09)


def _seat(sketch, legs, f, body, cloth, look):
    top = _waist_width(body, f.rise) + (0.05 if f.waist in ('elastic', 'drawstring') else 0)
    jeans = f.pockets == 'jeans'
    if not look.worn and not look.back:
        sketch.parts.insert(0, _inner_waist(f, top, cloth))
    right, left = legs[0], legs[1]
    thread = ({'tone': STITCH, 'dash': 0.05, 'width': 0.022} if jeans else {'tone': -0.4,
        'width': 0.024})
    if look.back:
        for leg, side in ((right, 1), (left, -1)):
            if jeans or f.pockets == 'cargo':
                leg.line(curve([(0, f.rise + 0.5), (top * side, f.rise + 0.34)]), **thread)
                pocket = np.array([(0.14, 3.32), (0.5, 3.28), (0.5, 3.66), (0.33, 3.78),
                    (0.16, 3.7)]) * (side, 1)
                part = sketch.part(pocket, cloth.main.toned(0.04), volume=0.2, depth=0.04, edge=0.8)
                part.line(np.concatenate([pocket, pocket[:1]]), **thread)
            elif f.pockets == 'slant':
                leg.line(np.array([(0.16, 3.38), (0.48, 3.36)]) * (side, 1), 0.035, -0.5)
    else:
        for leg, side in ((right, 1), (left, -1)):
            if jeans:
                leg.line(
                    curve(np.array([(0.26, f.rise), (0.34, f.rise + 0.3), (0.74, f.rise + 0.4)]) * (
                    side, 1)), 0.03, -0.5)
                leg.line(
                    curve(np.array([(0.22, f.rise), (0.3, f.rise + 0.33),
                    (0.74, f.rise + 0.44)]) * (side, 1)), **thread)
            elif f.pockets != 'none':
                leg.line(np.array([(top - 0.14, f.rise + 0.1),
                    (body.hip - 0.03, f.rise + 0.65)]) * (side, 1), 0.03, -0.5)
            if f.pleats:
                leg.line(np.array([(0.3, f.rise + 0.1), (0.34, f.rise + 0.6)]) * (side, 1), 0.03,
                    -0.4)
        if f.waist in ('band', 'jeans'):
            right.line(curve([(0.14, f.rise + 0.1), (0.14, CROTCH_Y - 0.4), (0, CROTCH_Y - 0.18)]),
                **thread)
    for leg in legs:
        leg.line([(0, f.rise), (0, CROTCH_Y)], 0.03, -0.5)
    _waistband(sketch, f, top, cloth, look)


def _inner_waist(f, top, cloth):
    return Part([mirrored(outline([(0, f.rise - 0.05), (top - 0.02, f.rise - 0.01)],
        [(top - 0.05, f.rise + 0.12)], [(0, f.rise + 0.14)]))], cloth.lining, volume=0.2, edge=0.3)


def _waistband(sketch, f, top, cloth, look):
    tall = 0.2 if f.waist in ('elastic', 'drawstring') else 0.16
    dip = 0.06 if not look.back else -0.02
    band = mirrored(outline([(0, f.rise + dip), (top, f.rise - 0.01)],
        [(top + 0.02, f.rise + tall - 0.01)], [(0, f.rise + dip + tall)]))
    part = sketch.part(band, cloth.main if f.waist != 'elastic' else cloth.main.toned(-0.04),
        volume=0.35, depth=0.08, edge=0.7)
    if f.waist in ('elastic', 'drawstring'):
        for x in np.linspace(-0.9, 0.9, 13):
            part.fold([(x * top, f.rise - 0.05), (x * top, f.rise + tall + 0.1)], 0.05, -0.4)
        if f.waist == 'drawstring' and not look.back:
            for side in (1, -1):
                sketch.part(ribbon([(side * 0.04, f.rise + 0.16), (side * 0.12, f.rise + 0.4),
                    (side * 0.07, f.rise + 0.62)], 0.04), cloth.trim, volume=0.3, depth=0.03)
        return
    loops = [box(x - 0.025, f.rise - 0.02, x + 0.025, f.rise + tall + 0.04) for x in (-top * 0.62,
        top * 0.62)]
    sketch.part(loops, cloth.main.toned(-0.08), volume=0.3, depth=0.03, edge=0.8)
    if not look.back:
        sketch.part(disc((0, f.rise + dip + tall / 2), 0.05, 12), cloth.hardware, volume=0.6,
            depth=0.04, edge=0.7)
    elif f.waist == 'jeans':
        sketch.part(box(0.18, f.rise, 0.44, f.rise + 0.16), cloth.trim.of('leather',
            rgb=(150, 94, 52)), volume=0.2, depth=0.03)


def draw_skirt(f, cloth, look):
    """Draws a skirt, in units of :mod:`shapes.body`."""
    body, sketch = Figure.of(look.male), Sketch()
    top = _waist_width(body, f.rise)
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
    band = Trousers(rise=f.rise, waist='jeans' if f.waist == 'jeans' else f.waist)
    if f.waist == 'jeans':
        _waistband(sketch, band, top, cloth, look)
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
