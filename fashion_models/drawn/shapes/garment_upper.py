"""Upper garments and dresses, from a crop top to an overcoat and a gown."""

import numpy as np

from fashion_models.drawn.geometry import between, curve, disc, mirrored, outline, ribbon
from fashion_models.drawn.shapes import collars
from fashion_models.drawn.shapes.body import (
    ARM_ANGLE,
    ARMPIT_Y,
    SHOULDER_Y,
    WAIST_Y,
    Figure,
    arm_point,
)
from fashion_models.drawn.shapes.closures import CLOSURES
from fashion_models.drawn.shapes.cloth import Cloth, Look
from fashion_models.drawn.shapes.collars import COLLARS
from fashion_models.drawn.shapes.garment_cut import Measures, Upper
from fashion_models.drawn.shapes.pockets import POCKETS
from fashion_models.drawn.shapes.waistlines import WAISTLINES
from fashion_models.drawn.sketch import Sketch


def draw_upper(f: Upper, cloth: Cloth, look: Look) -> Sketch:
    """Draws a garment.

    Args:
        f (Upper): Its cut.
        cloth (Cloth): Its paints.
        look (Look): The side that is seen.

    Returns: Sketch in the units of :mod:`shapes.body`.
    """
    m, sketch = Measures(f, Figure.of(look.male)), Sketch()
    if f.collar == 'hood':
        collars.hood_behind(sketch, cloth, look)
    if not look.worn and not look.back:
        _inside(sketch, f, m, cloth)
    if f.sleeve > 0:
        for side in (1, -1):
            _sleeve(sketch, f, m, cloth, side)
    if f.hem == 'peplum':
        _peplum(sketch, f, m, cloth)
    front = sketch.part(mirrored(_half(f, m, look.back)), cloth.main, volume=0.55, depth=0.24)
    if f.neck == 'cami':
        _straps(sketch, f, m, cloth)
    if f.neck == 'halter':
        sketch.part(mirrored(outline([(0, 1.28), (0.22, 1.27)], [(0.24, 1.38)], [(0, 1.42)])),
            cloth.main, volume=0.3)
    _hang(front, f, m)
    _trims(sketch, front, f, m, cloth, look)
    if look.back:
        _back(front, f, m)
    else:
        CLOSURES[f.closure](sketch, front, m, cloth)
        POCKETS[f.pockets](sketch, front, m, cloth)
    WAISTLINES[f.waistline](sketch, front, m, cloth, look)
    COLLARS[f.collar](sketch, front, m, cloth, look)
    sketch.detail(0, m.y + 0.4)
    sketch.detail(0.35, between(WAIST_Y, f.length, 0.6))
    return sketch


def _neckline(f, m, back):
    """Points from the centre to the shoulder, as a run for :func:`outline`."""
    x, y, low = m.x, m.y, m.low
    if back and f.neck not in ('cami', 'strapless', 'off'):
        low = y + 0.08
        return [(0, low), (x * 0.6, low - 0.01), (x, y)]
    if back:
        low += 0.1
    if f.neck in ('v', 'low'):
        return [(0, low), (x * 0.45, between(low, y, 0.42)), (x, y)]
    if f.neck == 'strapless':
        return [(0, low + 0.05), (x * 0.5, low - 0.1), (x, y)]
    if f.neck == 'cami':
        return [(0, low), (x * 0.55, low - 0.02), (x, y)]
    return [(0, low), (x * 0.55, between(low, y, 0.16)), (x * 0.93, between(low, y, 0.62)), (x, y)]


def _half(f, m, back):
    """The right half of the outline, from the centre of the neck to the centre of the hem."""
    neckline = _neckline(f, m, back)
    x = m.shoulder
    armpit = (m.width(ARMPIT_Y), ARMPIT_Y + (0.06 if f.sleeve else 0.02))
    runs = [neckline]
    if f.neck in ('strapless', 'cami'):
        runs.append([(between(neckline[-1][0], armpit[0], 0.6), 1.97), armpit])
    elif f.neck == 'off':
        runs += [[(x + 0.08, 1.88)], [(x + 0.02, 2.02), armpit]]
    elif f.neck == 'halter':
        runs.append([(0.38, 1.75), (0.5, 2.02), armpit])
    else:
        runs += [[(x, SHOULDER_Y + (0.02 if f.sleeve else -0.02))],
            [(x - 0.1, 1.8), (x - 0.08, 1.98), armpit]]
    stops = [y for y in (2.42, WAIST_Y, 3.05, 3.5, 4.2, 5.0, 6.0) if y < f.length - 0.2]
    side = [(m.width(y), y) for y in stops]
    hem_x = m.width(f.length)
    if f.hem == 'rib':
        hem_x -= 0.06
        side += [(hem_x + 0.12, f.length - 0.14)]
    runs.append([*side, (hem_x, f.length)])
    if f.hem == 'tail':
        runs.append([(hem_x * 0.86, f.length + 0.1), (hem_x * 0.45, f.length + 0.26),
            (0, f.length + 0.28)])
    elif f.hem == 'points':
        runs += [[(hem_x * 0.75, f.length + 0.3)], [(hem_x * 0.3, f.length - 0.02)],
            [(0, f.length - 0.02)]]
    else:
        sag = 0.06 + 0.03 * (f.length - 3.4) + 0.05 * f.flare
        runs.append([(hem_x * 0.6, f.length + sag * 0.8), (0, f.length + sag)])
    return outline(*runs)


def _inside(sketch, f, m, cloth):
    """The inside of the back, which shows in the neckline of a garment that nobody wears."""
    if f.neck in ('strapless', 'off', 'cami'):
        x, y = m.x, m.y
        low = 2.08 + max(0, f.depth)
        sketch.part(mirrored(outline([(0, y + 0.1), (x, y + 0.07)], [(x, low)], [(0, low + 0.1)])),
            cloth.lining, volume=0.2, edge=0.3)
        return
    x, y, low = m.x, m.y, m.low
    back = sketch.part(mirrored(outline([(0, y + 0.07), (x * 0.6, y + 0.06), (x, y - 0.005)],
        [(x + 0.06, y + 0.06)], [(x * 0.5, low + 0.1), (0, low + 0.1)])), cloth.lining, volume=0.35,
        depth=0.12, edge=0.3)
    back.line(curve([(-x, y + 0.06), (0, y + 0.16), (x, y + 0.06)]), 0.03, -0.4)
    label = np.array([(-0.09, y + 0.13), (0.09, y + 0.13), (0.09, y + 0.22), (-0.09, y + 0.22)])
    if low - y > 0.14:
        sketch.part(label, cloth.lining.toned(0.55), volume=0, edge=0.2)


def _straps(sketch, f, m, cloth):
    x, y = m.x, m.y
    for side in (1, -1):
        sketch.part(ribbon([(side * x, y + 0.04), (side * (x - 0.03), 1.6),
            (side * (x - 0.06), 1.42)], 0.06), cloth.main, volume=0.3, depth=0.04)


def _sleeve(sketch, f, m, cloth, side):
    reach, w = f.sleeve, f.sleeve_width
    top = m.shoulder
    start = [(top - 0.1, 1.76)] if f.neck == 'off' else [(top - 0.16, SHOULDER_Y - 0.04)]
    shift = top - m.body.shoulder

    def at(fraction, across):
        x, y = arm_point(m.body, fraction, across)
        return x + shift * (1 - 0.5 * fraction), y

    puff = f.sleeve_puff
    upper = between(m.body.arm + 0.1 + f.ease * 0.5, w, 0.35)
    outer = [at(0.04, upper - 0.02 + puff * 0.3), at(reach * 0.5, between(upper, w, 0.5) + puff),
        at(reach * 0.85, w + puff * 0.8), at(reach, w)]
    if reach < 0.2:
        outer = [at(reach * 0.6, upper + puff * 0.5), at(reach, w)]
    armpit = (m.width(ARMPIT_Y) - 0.1, ARMPIT_Y + 0.22)
    inner = [at(reach, -w)] if reach > 0.15 else []
    back = [at(reach * 0.85, -w - puff * 0.6), at(reach * 0.5, -between(upper, w, 0.5)
        - puff * 0.5), armpit]
    if reach < 0.3:
        back = [armpit]
    shape = outline([start[0], *outer], inner or [(armpit[0] + 0.05, armpit[1] - 0.1)], back,
        [(top - 0.3, 1.7)])
    arm = sketch.part(shape * (side, 1), cloth.main, volume=0.62, depth=0.2,
        grain=-ARM_ANGLE * side)
    _sleeve_details(sketch, arm, f, cloth, at, w, reach, side)


def _sleeve_details(sketch, arm, f, cloth, at, w, reach, side):
    def points(*places):
        return np.array([at(*place) for place in places]) * (side, 1)

    if reach > 0.6 and not f.quilted:
        arm.fold(points((0.42, -w), (0.5, -0.02), (0.54, w * 0.6)), 0.1, -0.3)
        arm.fold(points((0.5, -w), (0.58, 0), (0.6, w * 0.5)), 0.08, 0.16)
        arm.fold(points((0.2, -0.05), (0.5, 0.06), (0.86, 0.02)), 0.1, -0.2)
    if f.quilted:
        t = f.quilted / 2.5
        while t < reach - 0.03:
            arm.line(points((t, -0.6), (t + 0.02, 0), (t, 0.6)), 0.03, -0.5)
            arm.fold(points((t + 0.03, -0.45), (t + 0.04, 0.45)), 0.12, 0.22)
            arm.fold(points((t - 0.025, -0.45), (t - 0.02, 0.45)), 0.1, -0.3)
            t += f.quilted / 2.5
    if f.cuff == 'none':
        arm.line(points((reach - 0.035, -w - 0.2), (reach - 0.035, w + 0.2)), 0.02, -0.35)
        return
    width = w * (0.86 if f.cuff == 'rib' else 1.06)
    start = reach - (0.12 if f.cuff in ('rib', 'button', 'turned') else 0.09)
    band = np.array([at(start, -width), at(start, width), at(reach + 0.01, width),
        at(reach + 0.01, -width)])
    paint = cloth.trim.of('rib') if f.cuff == 'rib' else cloth.main.toned(0.04)
    if f.cuff in ('turned', 'button') and cloth.trim.rgb != cloth.main.rgb and f.cuff == 'turned':
        paint = cloth.trim
    cuff = sketch.part(band * (side, 1), paint, volume=0.4, depth=0.1, grain=-0.27 * side)
    if f.cuff in ('button', 'strap'):
        x, y = at((start + reach) / 2, width * 0.55)
        sketch.part(disc((x * side, y), 0.035), cloth.hardware, volume=0.4, depth=0.02)
        cuff.line(points((start + 0.02, -width), (start + 0.02, width)), 0.02, -0.3)


def _peplum(sketch, f, m, cloth):
    w = m.width(WAIST_Y)
    skirt = mirrored(outline([(0, WAIST_Y - 0.05), (w, WAIST_Y - 0.05)],
        [(w + 0.25, 3.1), (w + 0.42, f.length + 0.12)], [(0, f.length + 0.3)]))
    part = sketch.part(skirt, cloth.main, volume=0.5, depth=0.2)
    for x in (-0.6, -0.25, 0.15, 0.5):
        part.fold([(x * w, WAIST_Y), (x * (w + 0.5), f.length + 0.2)], 0.12, -0.35)


def _hang(front, f, m):
    """Folds: drags from the armpits, gathers at the waist, and the fall of a skirt."""
    w = m.width(WAIST_Y)
    if f.quilted:
        _quilting(front, f, m)
        return
    for side in (1, -1):
        front.fold([(side * (m.body.chest + f.ease), 2.1), (side * 0.48, 2.35), (side * 0.3, 2.75)],
            0.12, -0.22)
        front.fold([(side * w, WAIST_Y - 0.1), (side * w * 0.6, WAIST_Y + 0.1),
            (side * w * 0.35, WAIST_Y + 0.3)], 0.1, -0.22)
        front.fold([(side * 0.2, 1.9), (side * 0.34, 2.4), (side * 0.26, 3.0)], 0.14, 0.12)
    if f.length > 4.0 and f.folds:
        for i in range(f.folds):
            t = (i + 0.5) / f.folds * 2 - 1
            bottom = t * m.width(f.length) * 0.94
            top = t * m.width(f.flare_from) * 0.7
            start = f.flare_from + 0.25 + 0.25 * (i % 2)
            line = [(top, start), (between(top, bottom, 0.4), between(start, f.length, 0.5)),
                (bottom, f.length + 0.1)]
            strength = 0.26 + 0.2 * min(f.flare, 1)
            front.fold(line, 0.12 + 0.12 * f.flare, -strength)
            front.fold([(x + 0.13, y) for x, y in line], 0.1 + 0.1 * f.flare, strength * 0.55)


def _quilting(front, f, m):
    y = 1.75
    while y < f.length - 0.1:
        w = m.width(max(y, ARMPIT_Y)) + 0.1
        front.line([(-w, y), (0, y + 0.05), (w, y)], 0.03, -0.5)
        front.fold([(-w, y + 0.1), (0, y + 0.14), (w, y + 0.1)], 0.16, 0.22)
        front.fold([(-w, y - 0.07), (0, y - 0.02), (w, y - 0.07)], 0.14, -0.3)
        y += f.quilted


def _trims(sketch, front, f, m, cloth, look):
    w = m.width(f.length)
    if f.hem == 'rib':
        top = f.length - 0.24
        sketch.part(np.array([(-w - 0.02, top), (w + 0.02, top), (w - 0.06, f.length + 0.06),
            (-w + 0.06, f.length + 0.06)]), cloth.trim.of('rib'), volume=0.35, depth=0.12)
    elif f.hem == 'ruffle':
        ruffle = mirrored(outline([(0, f.length - 0.2), (w, f.length - 0.24)],
            [(w + 0.14, f.length + 0.16)], [(w * 0.5, f.length + 0.2), (0, f.length + 0.24)]))
        part = sketch.part(ruffle, cloth.main, volume=0.4)
        for t in np.linspace(-0.9, 0.9, 8):
            part.fold([(t * w, f.length - 0.2), (t * (w + 0.1), f.length + 0.25)], 0.08, -0.35)
    elif f.hem == 'straight' and not f.quilted:
        front.line(curve([(-w - 0.1, f.length - 0.09), (0, f.length - 0.02),
            (w + 0.1, f.length - 0.09)]), 0.02, -0.3 if not f.stitched else (214, 160, 84),
            dash=0.06 if f.stitched else None)
    if f.lace and not look.back:
        _lace(sketch, f, m, cloth, w)
    if f.yoke:
        front.line(curve([(-1.1, 1.86), (0, 1.9), (1.1, 1.86)]), 0.028, -0.45)
    if f.sleeve > 0 and f.neck not in ('off', 'strapless', 'cami', 'halter'):
        x = m.shoulder
        seam = curve([(x - 0.02, SHOULDER_Y), (x - 0.11, 1.8), (x - 0.09, 1.98),
            (m.body.chest + f.ease, 2.15)])
        for side in (1, -1):
            front.line(seam * (side, 1), 0.035, -0.4)


def _lace(sketch, f, m, cloth, w):
    paint = cloth.trim.of('lace', second=cloth.main.toned(-0.2).rgb)
    x, y, low = m.x, m.y, m.low
    top = outline([(0, low), (x * 0.55, low - 0.02), (x, y)], [(x + 0.04, y + 0.16)],
        [(x * 0.5, low + 0.16), (0, low + 0.2)])
    sketch.part(mirrored(top), paint, volume=0.2, edge=0.3)
    hem = outline([(0, f.length - 0.18), (w - 0.01, f.length - 0.26)], [(w + 0.01, f.length)],
        [(w * 0.5, f.length + 0.1), (0, f.length + 0.12)])
    sketch.part(mirrored(hem), paint, volume=0.2, edge=0.3)


def _back(front, f, m):
    """Seams and folds of the back."""
    if f.closure in ('buttons', 'double', 'toggles', 'zip', 'biker', 'open') or f.collar == 'lapel':
        front.line([(0, m.y + 0.5), (0, min(m.length, 6))], 0.022, -0.3)
    if f.closure == 'none' and f.length > 4 and f.neck != 'cami':
        front.line([(0, m.y + 0.1), (0, 3.2)], 0.02, -0.3)
    if f.collar in ('shirt', 'lapel') or f.yoke:
        front.line(curve([(-1.1, 1.88), (0, 1.8), (1.1, 1.88)]), 0.025, -0.35)
    front.fold([(-0.3, 1.7), (-0.12, 2.3), (-0.2, 3.0)], 0.14, -0.16)
    front.fold([(0.3, 1.7), (0.12, 2.3), (0.2, 3.0)], 0.14, -0.16)
