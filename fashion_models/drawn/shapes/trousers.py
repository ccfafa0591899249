"""Trousers, jeans, shorts and leggings."""

import dataclasses

import numpy as np

from fashion_models.drawn.geometry import between, curve, mirrored, outline
from fashion_models.drawn.shapes.body import ANKLE_Y, CROTCH_Y, HIP_Y, KNEE_Y, Figure
from fashion_models.drawn.shapes.cloth import Cloth, Look
from fashion_models.drawn.shapes.waistbands import STITCH, waist_width, waistband
from fashion_models.drawn.sketch import Part, Sketch


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


def draw_trousers(f: Trousers, cloth: Cloth, look: Look) -> Sketch:
    """Draws trousers in the units of :mod:`shapes.body`."""
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
    top = waist_width(body, f.rise) + (0.05 if f.waist in ('elastic', 'drawstring') else 0)
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
    top = waist_width(body, f.rise) + (0.05 if f.waist in ('elastic', 'drawstring') else 0)
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
    waistband(sketch, f.waist, f.rise, top, cloth, look)


def _inner_waist(f, top, cloth):
    return Part([mirrored(outline([(0, f.rise - 0.05), (top - 0.02, f.rise - 0.01)],
        [(top - 0.05, f.rise + 0.12)], [(0, f.rise + 0.14)]))], cloth.lining, volume=0.2, edge=0.3)
