"""Pockets of upper garments."""

import numpy as np

from fashion_models.drawn.geometry import ribbon
from fashion_models.drawn.shapes.trimmings import studs


def _none(*_):
    pass


def _patch_pocket(sketch, cloth, left, top, width, height, flap=False):
    pocket = np.array([(left, top), (left + width, top), (left + width, top + height * 0.8),
        (left + width / 2, top + height), (left, top + height * 0.8)])
    part = sketch.part(pocket, cloth.main.toned(0.03), volume=0.25, depth=0.05, edge=0.75)
    part.line([(left, top + 0.06), (left + width, top + 0.06)], 0.018, -0.35)
    if flap:
        lid = np.array([(left - 0.03, top - 0.03), (left + width + 0.03, top - 0.03),
            (left + width + 0.03, top + 0.12), (left + width / 2, top + 0.2),
            (left - 0.03, top + 0.12)])
        sketch.part(lid, cloth.main.toned(0.06), volume=0.4, depth=0.05, edge=0.75)
        studs(sketch, [(left + width / 2, top + 0.12)], cloth.hardware, 0.035)


def _chest(sketch, front, m, cloth):
    _patch_pocket(sketch, cloth, 0.22, 2.02, 0.32, 0.38)


def _chest_pair(sketch, front, m, cloth):
    for left in (0.2, -0.54):
        _patch_pocket(sketch, cloth, left, 2.0, 0.34, 0.4, flap=True)


def _patch(sketch, front, m, cloth):
    y = min(3.15, m.length - 0.75) if m.length < 4.4 else 3.3
    for left in (0.18, -0.6):
        _patch_pocket(sketch, cloth, left, y, 0.42, 0.52)


def _flap(sketch, front, m, cloth):
    y = min(3.1, m.length - 0.55) if m.length < 4.3 else 3.35
    for side in (1, -1):
        lid = np.array([(0.2, y), (0.58, y - 0.03), (0.6, y + 0.14), (0.22, y + 0.17)]) * (side, 1)
        sketch.part(lid, cloth.main.toned(0.04), volume=0.4, depth=0.05, edge=0.8)
    front.line([(0.24, 2.2), (0.5, 2.15)], 0.045, -0.45)


def _welt(sketch, front, m, cloth):
    y = min(3.05, m.length - 0.55) if m.length < 4.3 else 3.3
    for side in (1, -1):
        slot = np.array([(0.36, y - 0.12), (0.46, y - 0.14), (0.58, y + 0.3), (0.48, y + 0.33)]) * (
            side, 1)
        sketch.part(slot, cloth.main.toned(-0.08), volume=0.4, depth=0.04, edge=0.8)


def _kangaroo(sketch, front, m, cloth):
    top, low = m.length - 0.95, m.length - 0.26
    pocket = np.array([(-0.3, top), (0.3, top), (0.52, low - 0.22), (0.52, low), (-0.52, low),
        (-0.52, low - 0.22)])
    sketch.part(pocket, cloth.main, volume=0.35, depth=0.08, edge=0.8)


def _zip_pockets(sketch, front, m, cloth):
    y = min(3.0, m.length - 0.55) if m.length < 4.3 else 3.3
    for side in (1, -1):
        sketch.part(ribbon(np.array([(0.5, y - 0.2), (0.38, y + 0.25)]) * (side, 1), 0.055,
            smooth=False), cloth.hardware, volume=0.4, depth=0.03)

POCKETS = {'none': _none, 'chest': _chest, 'chest2': _chest_pair, 'patch': _patch, 'flap': _flap,
    'welt': _welt, 'kangaroo': _kangaroo, 'zip': _zip_pockets}
