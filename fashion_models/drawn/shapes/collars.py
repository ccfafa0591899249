"""Collars, hoods and neckbands."""

import numpy as np

from fashion_models.drawn.geometry import between, curve, mirrored, outline, ribbon
from fashion_models.drawn.shapes.cloth import Cloth, Look
from fashion_models.drawn.shapes.trimmings import bow
from fashion_models.drawn.sketch import Sketch


def _no_collar(sketch, front, m, cloth, look):
    if m.f.neck in ('crew', 'v', 'scoop', 'boat', 'wide', 'tank', 'square') and not look.back:
        for side in (1, -1):
            front.line(_edge(m, 0.05) * (side, 1), 0.02, -0.35)


def _edge(m, away):
    """The right half of the neckline, moved outwards by ``away``."""
    x, y, low = m.x, m.y, m.low
    if m.f.neck in ('v', 'low'):
        return curve([(0, low + away * 1.6), (x * 0.45 + away, between(low, y, 0.42) + away * 0.6),
            (x + away, y)])
    if m.f.neck == 'square':
        return np.array([(0, low + away), (x * 0.9, low + away), (x + away, y)])
    return curve([(0, low + away), (x * 0.55 + away * 0.5, between(low, y, 0.16) + away),
        (x * 0.93 + away, between(low, y, 0.62) + away * 0.5), (x + away, y)])


def _band_collar(sketch, front, m, cloth, look):
    if look.back:
        inner = curve([(0, m.y + 0.07), (m.x, m.y - 0.02)])
        outer = curve([(m.x + 0.06, m.y + 0.03), (0, m.y + 0.2)])
    else:
        inner, outer = _edge(m, -0.01), _edge(m, 0.13)[::-1]
    paint = cloth.trim.of('rib') if m.f.neck != 'cami' else cloth.trim
    sketch.part(mirrored(np.concatenate([inner, outer])), paint, volume=0.4, depth=0.06)


def _shirt_collar(sketch, front, m, cloth, look, size=1.0, paint=None):
    paint = paint or cloth.trim
    y, x = m.y, m.x
    if look.back:
        leaf = mirrored(outline([(0, y - 0.16), (x, y - 0.08)], [(x + 0.14, y + 0.12)],
            [(x * 0.5, y + 0.2), (0, y + 0.22)]))
        sketch.part(leaf, paint, volume=0.4, depth=0.08)
        return
    if not look.worn:
        sketch.part(mirrored(outline([(0, y - 0.14), (x * 0.6, y - 0.16), (x * 0.95, y - 0.12)],
            [(x, y + 0.05)], [(0, y + 0.2)])), paint.toned(-0.25), volume=0.3, depth=0.08)
    for side in (1, -1):
        leaf = outline([(0, m.low - 0.02), (x * 0.55, y + 0.08), (x * 0.92, y - 0.15)],
            [(x + 0.1, y - 0.02), (x + 0.17, y + 0.12)], [(x * 0.62 + 0.12, m.low + 0.2 * size)],
            [(0, m.low - 0.02)])
        part = sketch.part(leaf * (side, 1), paint, volume=0.45, depth=0.07)
        part.line(leaf[8:] * (side * 0.96, 1), 0.015, -0.2)


def _polo_collar(sketch, front, m, cloth, look):
    _shirt_collar(sketch, front, m, cloth, look, 1.0, cloth.trim.of('rib') if m.f.collar == 'polo'
        else None)


def _round_collar(sketch, front, m, cloth, look):
    if look.back:
        return _shirt_collar(sketch, front, m, cloth, look)
    for side in (1, -1):
        leaf = outline([(0, m.low - 0.02), (m.x * 0.6, m.y + 0.14), (m.x, m.y - 0.03)],
            [(m.x + 0.16, m.y + 0.12), (m.x + 0.06, m.low + 0.12), (0.2, m.low + 0.22),
            (0, m.low - 0.02)])
        sketch.part(leaf * (side, 1), cloth.trim, volume=0.45, depth=0.08)


def _lapels(sketch, front, m, cloth, look, notch='notch'):
    paint = cloth.trim if notch == 'shawl_satin' else cloth.main.toned(0.05)
    if look.back:
        return _shirt_collar(sketch, front, m, cloth, look, paint=cloth.main)
    low, x, y = m.low + 0.1, m.x, m.y
    for side in (1, -1):
        if notch in ('notch', 'peak'):
            up = -0.16 if notch == 'peak' else 0.05
            lapel = outline([(0, low), (x * 0.5, between(low, y, 0.55)), (x - 0.02, y - 0.02)],
                [(x + 0.12, y + 0.16)], [(x + 0.05, y + 0.3)], [(x + 0.36, y + 0.34 + up)],
                [(x + 0.22, between(y, low, 0.62)), (0, low)])
        else:
            lapel = outline([(0, low), (x * 0.5, between(low, y, 0.55)), (x - 0.02, y - 0.06)],
                [(x + 0.16, y + 0.1), (x + 0.26, between(y, low, 0.4)),
                (x * 0.6, between(y, low, 0.82)), (0, low)])
        part = sketch.part(lapel * (side, 1), paint, volume=0.5, depth=0.08, edge=0.7)
        if notch in ('notch', 'peak'):
            part.line(np.array([(x - 0.1, y + 0.36), (x + 0.06, y + 0.3), (x + 0.3, y + 0.34)]) * (
                side, 1), 0.025, -0.5)
    collar = outline([(0, y - 0.1), (x * 0.9, y - 0.12)], [(x + 0.15, y + 0.13)],
        [(x + 0.02, y + 0.3)], [(x - 0.06, y + 0.1), (x * 0.5, y + 0.02), (0, y + 0.04)])
    if notch != 'shawl':
        sketch.part(mirrored(collar), cloth.main, volume=0.4, depth=0.08)
    sketch.detail(0.3, m.y + 0.5)


def _peak_lapels(sketch, front, m, cloth, look):
    _lapels(sketch, front, m, cloth, look, 'peak')


def _shawl(sketch, front, m, cloth, look):
    _lapels(sketch, front, m, cloth, look, 'shawl_satin')


def hood_behind(sketch: Sketch, cloth: Cloth, look: Look) -> None:
    """Adds the hood of a garment that lies open, behind the neck."""
    if look.back or look.worn:
        return
    hood = mirrored(outline([(0, 0.62), (0.34, 0.68), (0.56, 1.0), (0.5, 1.42)], [(0, 1.5)]))
    part = sketch.part(hood, cloth.main, volume=0.6, depth=0.2)
    part.fold([(-0.2, 0.7), (-0.36, 1.0), (-0.34, 1.4)], 0.1, -0.3)
    opening = mirrored(outline([(0, 0.8), (0.26, 0.86), (0.4, 1.12), (0.36, 1.4)], [(0, 1.62)]))
    sketch.part(opening, cloth.lining, volume=0.3, edge=0.3)


def _hood(sketch, front, m, cloth, look):
    if look.back:
        hood = mirrored(outline([(0, 0.72), (0.36, 0.8), (0.58, 1.2), (0.5, 1.6)],
            [(0.2, 1.92), (0, 1.98)]))
        part = sketch.part(hood, cloth.main, volume=0.7, depth=0.25)
        part.line([(0, 0.7), (0, 2)], 0.025, -0.4)
        return
    # Around a neck the hood lies lower.
    up = 1.16 if look.worn else 0.95
    for side in (1, -1):
        edge = outline([(0, m.low + 0.02), (0.2, m.low - 0.12), (0.42, up + 0.25), (0.46, up)],
            [(0.58, up + 0.15), (0.56, 1.46), (0.3, m.low + 0.14), (0, m.low + 0.12)])
        sketch.part(edge * (side, 1), cloth.main, volume=0.6, depth=0.1)
        if m.f.collar == 'hood' and m.f.quilted == 0 and m.f.closure != 'toggles':
            cord = [(side * 0.13, m.low + 0.06), (side * 0.15, m.low + 0.35),
                (side * 0.13, m.low + 0.55)]
            sketch.part(ribbon(cord, 0.04), cloth.trim, volume=0.3, depth=0.03)
    sketch.detail(0, m.low + 0.1)


def _stand(sketch, front, m, cloth, look, height=0.26, paint=None):
    x, y = m.x, m.y
    collar = outline([(0, y - height + (0.02 if look.back else 0.1)), (x * 0.7, y - height),
        (x, y - height + 0.04)], [(x + 0.1, y + 0.02)],
        [(x * 0.5, m.low + 0.06 if not look.back else y + 0.1),
        (0, m.low + 0.1 if not look.back else y + 0.12)])
    part = sketch.part(mirrored(collar), paint or cloth.main, volume=0.55, depth=0.12)
    return part


def _roll(sketch, front, m, cloth, look):
    paint = cloth.main
    part = _stand(sketch, front, m, cloth, look, 0.52, paint)
    x, y = m.x, m.y
    for up in (0.1, 0.34):
        part.fold([(-x, y - up), (0, y - up + 0.1), (x, y - up)], 0.1, -0.34)
    part.line(curve([(-x, y - 0.22), (0, y - 0.12), (x, y - 0.22)]), 0.03, -0.5)


def _fur_collar(sketch, front, m, cloth, look):
    x, y = m.x, m.y
    paint = cloth.trim.of('fur')
    low = y + 0.2 if look.back else m.low + 0.5
    collar = outline([(0, y - 0.2), (x, y - 0.26), (x + 0.3, y - 0.02)],
        [(x + 0.36, y + 0.3), (x + 0.1, low - 0.1), (0, low)], [(0, low - 0.25)])
    if look.back:
        sketch.part(mirrored(collar), paint, volume=0.7, depth=0.14, edge=0.3)
        return
    for side in (1, -1):
        shape = outline([(0, low), (0.1, low - 0.35), (x * 0.8, y + 0.1), (x * 0.8, y - 0.22)],
            [(x + 0.2, y - 0.16)], [(x + 0.34, y + 0.2), (x + 0.16, low - 0.2), (0, low)])
        sketch.part(shape * (side, 1), paint, volume=0.7, depth=0.14, edge=0.3)


def _neck_tie(sketch, front, m, cloth, look):
    """A pussy bow."""
    _band_collar(sketch, front, m, cloth, look)
    if look.back:
        return
    bow(sketch, (0, m.low + 0.1), 0.34, cloth.trim)
    for side in (1, -1):
        tail = [(side * 0.03, m.low + 0.1), (side * 0.14, m.low + 0.5), (side * 0.12, m.low + 1.0)]
        sketch.part(ribbon(tail, 0.1, 0.2), cloth.trim, volume=0.4, depth=0.08)

COLLARS = {
    'none': _no_collar, 'band': _band_collar, 'shirt': _shirt_collar, 'polo': _polo_collar,
    'lapel': _lapels, 'peak': _peak_lapels, 'shawl': _shawl, 'hood': _hood, 'stand': _stand,
    'roll': _roll, 'fur': _fur_collar, 'tie': _neck_tie, 'round': _round_collar,
}
