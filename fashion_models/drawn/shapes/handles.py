"""Handles and straps of bags, each drawn in two passes: behind the body and in front of it."""

from fashion_models.drawn.geometry import box, disc, outline, ribbon
from fashion_models.drawn.paint import Paint
from fashion_models.drawn.shapes.trimmings import chain


def _pair(sketch, f, cloth, look, front, tall=1.05, width=0.12):
    paint = cloth.trim if f.panels else cloth.main.toned(-0.05)
    x = f.top * 0.5
    if not front:
        sketch.part(ribbon([(-x + 0.1, 0.1), (-x * 0.75, -tall * 0.75), (0, -tall - 0.06),
            (x * 0.75, -tall * 0.75), (x + 0.1, 0.1)], width), paint.toned(-0.28), volume=0.7,
            depth=0.06)
        return
    sketch.part(ribbon([(-x, 0.5), (-x, 0), (-x * 0.7, -tall * 0.72), (0, -tall),
        (x * 0.7, -tall * 0.72), (x, 0), (x, 0.5)], width), paint, volume=0.8, depth=0.06, edge=0.7)
    sketch.part([disc((s * x, 0.3), 0.07, 10) for s in (1, -1)], cloth.hardware, volume=0.7,
        depth=0.04)


def _tote(sketch, f, cloth, look, front):
    _pair(sketch, f, cloth, look, front, 1.35, 0.13)


def _top_handle(sketch, f, cloth, look, front):
    if front:
        return
    x = f.top * 0.38
    sketch.part(ribbon([(-x, 0.12), (-x * 0.95, -0.4), (0, -0.66), (x * 0.95, -0.4), (x, 0.12)],
        0.17), cloth.main.toned(-0.06), volume=0.8, depth=0.08, edge=0.7)
    sketch.part([disc((s * x, 0), 0.1, 12) for s in (1, -1)], cloth.hardware, volume=0.7,
        depth=0.04)


def _strap(sketch, f, cloth, look, front, width=0.1):
    if front:
        return
    x, tall = f.top, 1.7
    paint = cloth.trim if f.panels else cloth.main.toned(-0.06)
    sketch.part(ribbon([(-x + 0.06, 0.2), (-x * 0.85, -tall * 0.6), (-0.1, -tall),
        (x * 0.8, -tall * 0.62), (x - 0.06, 0.2)], width), paint, volume=0.6, depth=0.05, edge=0.7)
    sketch.part([disc((s * (x - 0.06), 0.12), 0.1, 12) for s in (1, -1)], cloth.hardware,
        holes=[disc((s * (x - 0.06), 0.12), 0.05, 10) for s in (1, -1)], volume=0.7, depth=0.03)


def _chain(sketch, f, cloth, look, front):
    if front:
        return
    x = f.top
    chain(sketch, [(-x + 0.1, 0.15), (-x * 0.8, -0.9), (-0.05, -1.35), (x * 0.75, -0.9),
        (x - 0.1, 0.15)], 0.17, cloth.hardware)


def _hobo(sketch, f, cloth, look, front):
    if front:
        return
    x = f.top
    arch = outline([(-x - 0.06, 0.3), (-x * 0.8, -0.8), (0, -1.35), (x * 0.8, -0.8),
        (x + 0.06, 0.3)], [(x - 0.4, 0.3)], [(x * 0.56, -0.55), (0, -1.06), (-x * 0.56, -0.55),
        (-x + 0.4, 0.3)])
    sketch.part(arch, cloth.main.toned(-0.04), volume=0.8, depth=0.14)


def _wrist(sketch, f, cloth, look, front):
    if front:
        x = f.top
        sketch.part(ribbon([(x - 0.05, 0.22), (x + 0.28, 0.5), (x + 0.22, 1.0), (x + 0.05, 0.62),
            (x - 0.02, 0.3)], 0.09), cloth.main.toned(-0.08), volume=0.5, depth=0.04)
        sketch.part(disc((x - 0.02, 0.22), 0.08, 10), cloth.hardware, volume=0.7, depth=0.03)


def _back_straps(sketch, f, cloth, look, front):
    paint = cloth.trim.toned(-0.05) if f.panels else cloth.main.toned(-0.1)
    if front and look.back:
        for side in (1, -1):
            line = [(side * 0.3, 0.15), (side * 0.75, 0.5), (side * 0.8, f.height * 0.6),
                (side * (f.bottom - 0.2), f.height - 0.1)]
            sketch.part(ribbon(line, 0.3, 0.16), paint, volume=0.7, depth=0.1, edge=0.8)
        return
    if front:
        return
    sketch.part(ribbon([(-0.26, 0.1), (-0.22, -0.26), (0, -0.34), (0.22, -0.26), (0.26, 0.1)], 0.1),
        paint, volume=0.7, depth=0.05)
    if not look.back:
        for side in (1, -1):
            line = [(side * f.top * 0.6, 0.1), (side * (f.top + 0.22), 0.5),
                (side * (f.bottom + 0.2), f.height * 0.7), (side * (f.bottom - 0.1),
                f.height - 0.1)]
            sketch.part(ribbon(line, 0.2), paint.toned(-0.1), volume=0.6, depth=0.07)


def _telescope(sketch, f, cloth, look, front):
    if not front:
        for side in (1, -1):
            sketch.part(box(side * 0.34 - 0.05, -0.95, side * 0.34 + 0.05, 0.1),
                Paint((176, 180, 186), 'metal'), volume=0.8, depth=0.04)
        sketch.part(box(-0.44, -1.06, 0.44, -0.9, 0.07), Paint((52, 52, 56), 'rubber'), volume=0.7,
            depth=0.06)
        sketch.part([box(s * (f.bottom - 0.3) - 0.12, f.height - 0.05, s * (f.bottom - 0.3) + 0.12,
            f.height + 0.2, 0.08) for s in (1, -1)], Paint((46, 46, 50), 'rubber'), volume=0.6,
            depth=0.06)
        return
    sketch.part(box(-0.3, -0.08, 0.3, 0.06, 0.06), cloth.main.toned(-0.3), volume=0.6, depth=0.05)


def _no_handle(*_):
    pass

HANDLES = {'none': _no_handle, 'pair': _pair, 'tote': _tote, 'top': _top_handle, 'strap': _strap,
    'chain': _chain, 'hobo': _hobo, 'wrist': _wrist, 'back': _back_straps, 'telescope': _telescope}
