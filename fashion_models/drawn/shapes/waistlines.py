"""Belts, ties and seams at the waist of upper garments."""

from fashion_models.drawn.geometry import box, curve, disc, mirrored, outline, ribbon
from fashion_models.drawn.shapes.body import WAIST_Y


def _none(*_):
    pass


def _belt(sketch, front, m, cloth, look, paint=None):
    w = m.waist + 0.03
    band = mirrored(outline([(0, WAIST_Y - 0.04), (w, WAIST_Y - 0.1)], [(w, WAIST_Y + 0.08)],
        [(0, WAIST_Y + 0.14)]))
    sketch.part(band, paint or cloth.main.toned(-0.1), volume=0.4, depth=0.08, edge=0.7)
    if not look.back:
        buckle = cloth.hardware if cloth.hardware.fabric == 'metal' else cloth.main.toned(-0.3)
        sketch.part(box(-0.13, WAIST_Y - 0.07, 0.13, WAIST_Y + 0.17, 0.04), buckle,
            holes=[box(-0.07, WAIST_Y - 0.01, 0.07, WAIST_Y + 0.11, 0.02)], volume=0.5, depth=0.03)


def _tie(sketch, front, m, cloth, look):
    w = m.waist + 0.03
    sketch.part(mirrored(outline([(0, WAIST_Y), (w, WAIST_Y - 0.07)], [(w, WAIST_Y + 0.09)],
        [(0, WAIST_Y + 0.16)])), cloth.trim.toned(-0.06), volume=0.4, depth=0.08, edge=0.7)
    if not look.back:
        for end in ((0.12, 3.7), (0.28, 3.6)):
            sketch.part(ribbon([(0.08, WAIST_Y + 0.1), (0.13, 3.2), end], 0.1, 0.13),
                cloth.trim.toned(-0.06), volume=0.4, depth=0.06)
        sketch.part(disc((0.08, WAIST_Y + 0.08), (0.1, 0.12), 12), cloth.trim.toned(-0.06),
            volume=0.5, depth=0.06)


def _seam(sketch, front, m, cloth, look):
    front.line(curve([(-m.waist - 0.1, WAIST_Y), (0, WAIST_Y + 0.07), (m.waist + 0.1, WAIST_Y)]),
        0.03, -0.5)
    for x in (-0.3, -0.1, 0.1, 0.3):
        front.fold([(x, WAIST_Y + 0.05), (x * 1.4, WAIST_Y + 0.5)], 0.08, -0.24)
        front.fold([(x, WAIST_Y + 0.02), (x * 1.2, WAIST_Y - 0.4)], 0.07, -0.18)


def _elastic(sketch, front, m, cloth, look):
    _seam(sketch, front, m, cloth, look)
    for i in range(9):
        x = (i - 4) / 4.5 * m.waist
        front.fold([(x, WAIST_Y - 0.14), (x, WAIST_Y + 0.22)], 0.06, -0.4)


def _drawstring(sketch, front, m, cloth, look):
    y = WAIST_Y + 0.15
    front.line(curve([(-m.waist - 0.2, y - 0.05), (0, y), (m.waist + 0.2, y - 0.05)]), 0.035, -0.5)
    if not look.back:
        for side in (1, -1):
            sketch.part(ribbon([(side * 0.05, y), (side * 0.12, y + 0.3), (side * 0.08, y + 0.5)],
                0.035), cloth.trim, volume=0.3, depth=0.03)

WAISTLINES = {'none': _none, 'belt': _belt, 'tie': _tie, 'seam': _seam, 'elastic': _elastic,
    'drawstring': _drawstring}
