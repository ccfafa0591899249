"""Bags and purses, about three units wide; y = 0 is the top of the body."""

import dataclasses

import numpy as np

from fashion_models.drawn.geometry import between, box, curve, disc, mirrored, outline, ribbon
from fashion_models.drawn.shapes.cloth import Cloth, Look
from fashion_models.drawn.shapes.handles import HANDLES
from fashion_models.drawn.shapes.trimmings import tassel
from fashion_models.drawn.sketch import Sketch


@dataclasses.dataclass(frozen=True)
class Bag:
    """The cut of a bag; half widths and heights in units."""

    top: float = 1.2  # half width at the top
    bottom: float = 1.35  # half width at the bottom
    height: float = 1.9
    corner: float = 0.2  # roundness of the lower corners
    slouch: float = 0.0  # how much it sags
    handles: str = 'pair'  # none pair top strap chain hobo wrist tote back telescope bucket
    flap: float = 0.0  # share of the front that it covers
    flap_kind: str = 'round'  # round square envelope
    closure: str = 'none'  # none zip clasp turnlock buckles frame drawstring magnet padlock
    pocket: str = 'none'  # none zip patch pair front
    panels: bool = False  # trim-coloured base and tabs
    quilted: bool = False
    studs: bool = False
    tassel: bool = False
    wings: bool = False  # side gussets folded out
    ribs: bool = False  # of a suitcase's shell
    slots: int = 0  # a wallet's or card holder's
    fold: bool = False  # a wallet's middle fold


def draw_bag(f: Bag, cloth: Cloth, look: Look) -> Sketch:
    """Draws a bag from the front or the back."""
    sketch = Sketch()
    HANDLES[f.handles](sketch, f, cloth, look, False)
    if (f.closure == 'none' and f.flap == 0 and f.handles in ('pair', 'tote', 'hobo')
            and not look.worn):
        lip = mirrored(outline([(0, -0.1), (f.top - 0.05, -0.07)], [(f.top, 0)],
            [(0, 0.1 + f.slouch * 0.3)]))
        sketch.part(lip, cloth.lining, volume=0.2, edge=0.4)
    if f.wings:
        for side in (1, -1):
            wing = np.array([(f.top, 0.02), (f.top + 0.32, 0.12), (f.bottom + 0.06, f.height * 0.7),
                (f.bottom, f.height)])
            sketch.part(wing * (side, 1), cloth.main.toned(-0.18), volume=0.4, depth=0.12)
    body = sketch.part(_body(f), cloth.main, volume=0.6, depth=0.26)
    _surface(sketch, body, f, cloth, look)
    if f.ribs:
        _ribs(body, f)
    if not look.back:
        POCKETS[f.pocket](sketch, body, f, cloth)
    if f.flap:
        _flap(sketch, f, cloth, look)
    CLOSURES[f.closure](sketch, body, f, cloth, look)
    HANDLES[f.handles](sketch, f, cloth, look, True)
    if f.tassel and not look.back:
        tassel(sketch, (f.top * 0.55, -0.05), 0.9, cloth.trim if cloth.trim.rgb != cloth.main.rgb
            else cloth.main.toned(-0.15))
    sketch.detail(0, f.height * 0.3)
    sketch.detail(f.bottom * 0.7, f.height * 0.8)
    return sketch


def _body(f):
    t, b, h, c = f.top, f.bottom, f.height, f.corner
    sag = f.slouch
    return mirrored(outline([(0, sag * 0.35), (t * 0.6, sag * 0.12), (t, 0)],
        [(between(t, b, 0.5) + sag * 0.12, h * 0.5), (b, h - c), (b - c * 0.3, h - c * 0.3),
        (b - c, h)], [(b * 0.5, h + 0.03), (0, h + 0.04)]))


def _surface(sketch, body, f, cloth, look):
    h = f.height
    if f.quilted:
        for k in np.arange(-4.2, 4.2, 0.36):
            for tilt in (1, -1):
                body.line([(k, -0.2), (k + tilt * h, h)], 0.025, -0.45)
                body.fold([(k + 0.07, -0.2), (k + 0.07 + tilt * h, h)], 0.09, 0.16)
    elif f.slouch:
        for x, lean in ((-0.5, 0.12), (-0.1, -0.05), (0.35, 0.1), (0.75, -0.12)):
            body.fold([(x * f.top, 0.1), (x * f.top + lean, h * 0.45), (x * f.bottom, h * 0.8)],
                0.16, -0.3 * min(1, f.slouch + 0.3))
            body.fold([(x * f.top + 0.16, 0.15), (x * f.top + lean + 0.16, h * 0.5),
                (x * f.bottom + 0.1, h * 0.75)], 0.14, 0.22)
    else:
        body.fold([(-f.top * 0.6, h * 0.2), (-f.top * 0.2, h * 0.35), (f.top * 0.6, h * 0.22)], 0.5,
            0.14)
    seam = [(-f.top + 0.08, 0.08), (f.top - 0.08, 0.08)]
    body.line(seam, 0.022, -0.35, dash=0.07)
    if f.panels:
        top = h * 0.68
        body.line([(-2, (top + h) / 2 + 0.03), (2, (top + h) / 2 + 0.03)], h - top + 0.06,
            cloth.trim.rgb)
        body.line([(-2, top), (2, top)], 0.03, -0.5)
    if f.studs:
        sketch.part([disc((x * (f.bottom - 0.12), h - 0.14), 0.05, 8) for x in np.linspace(-1, 1,
            11)], cloth.hardware, volume=0.7, depth=0.03)
    if f.slots and not look.back:
        for i in range(f.slots):
            y = h * (0.22 + 0.2 * i)
            body.line(curve([(-f.bottom + 0.1, y), (0, y + 0.08), (f.bottom - 0.1, y)]), 0.035,
                -0.6)
            body.fold([(-f.bottom + 0.1, y + 0.07), (0, y + 0.14), (f.bottom - 0.1, y + 0.07)], 0.1,
                0.25)
    if f.fold:
        body.line([(0, 0), (0, h)], 0.04, -0.5)
        body.fold([(0.1, 0), (0.1, h)], 0.14, 0.3)


def _flap(sketch, f, cloth, look):
    low = f.height * f.flap if not look.back else 0.16
    t = f.top + 0.04
    if f.flap_kind == 'envelope' and not look.back:
        shape = mirrored(outline([(0, -0.06), (t, -0.05)], [(t, 0.12)],
            [(0.08, low), (0, low + 0.03)]))
    elif f.flap_kind == 'square':
        shape = mirrored(outline([(0, -0.08), (t, -0.05)],
            [(between(t, f.bottom, f.flap) + 0.03, low - 0.1)], [(t - 0.08, low)],
            [(0, low + 0.02)]))
    else:
        shape = mirrored(outline([(0, -0.08), (t - 0.1, -0.06), (t, 0.05)],
            [(t + 0.02, low * 0.6), (t * 0.75, low * 0.95), (0, low + 0.06)]))
    part = sketch.part(shape, cloth.main.toned(0.03), volume=0.55, depth=0.14, edge=0.8)
    part.fold([(-t, low - 0.02), (0, low + 0.08), (t, low - 0.02)], 0.1, -0.15)
    inner = shape * (0.93, 0.94)
    part.line(np.concatenate([inner, inner[:1]]), 0.02, -0.3, dash=0.07)
    if f.quilted:
        for k in np.arange(-4.2, 4.2, 0.36):
            for tilt in (1, -1):
                part.line([(k, -0.2), (k + tilt * f.height, f.height)], 0.025, -0.45)


def _none(*_):
    pass


def _zip(sketch, body, f, cloth, look):
    y = 0.16 + 0.1 * f.slouch
    strip = ribbon([(-f.top + 0.1, y - 0.02), (0, y + 0.03 * f.slouch), (f.top - 0.1, y - 0.02)],
        0.09)
    part = sketch.part(strip, cloth.hardware, volume=0.3, depth=0.03)
    part.line([(-f.top, y), (f.top, y)], 0.1, -0.55, dash=0.045)
    sketch.part(box(f.top - 0.3, y - 0.03, f.top - 0.18, y + 0.32, 0.04),
        cloth.hardware.toned(-0.1), volume=0.5, depth=0.04)


def _clasp(sketch, body, f, cloth, look):
    if look.back:
        return
    y = f.height * f.flap - 0.1 if f.flap else 0.2
    sketch.part(box(-0.16, y - 0.13, 0.16, y + 0.13, 0.06), cloth.hardware, volume=0.8, depth=0.07)
    sketch.part(box(-0.06, y - 0.04, 0.06, y + 0.1, 0.03), cloth.hardware.toned(-0.25), volume=0.5,
        depth=0.03)


def _turnlock(sketch, body, f, cloth, look):
    if look.back:
        return
    y = f.height * f.flap - 0.12 if f.flap else 0.25
    sketch.part(disc((0, y), (0.2, 0.14), 16), cloth.hardware, volume=0.8, depth=0.06)
    sketch.part(box(-0.03, y - 0.11, 0.03, y + 0.11, 0.03), cloth.hardware.toned(-0.35), volume=0.5,
        depth=0.03)


def _buckles(sketch, body, f, cloth, look):
    if look.back:
        return
    start, stop = f.height * f.flap * 0.45, min(f.height * f.flap + 0.28, f.height - 0.05)
    for side in (1, -1):
        x = side * f.top * 0.55
        sketch.part(box(x - 0.1, start, x + 0.1, stop, 0.06), cloth.trim.toned(-0.08), volume=0.5,
            depth=0.05, edge=0.8)
        y = between(start, stop, 0.7)
        sketch.part(box(x - 0.16, y - 0.12, x + 0.16, y + 0.12, 0.04), cloth.hardware,
            holes=[box(x - 0.08, y - 0.05, x + 0.08, y + 0.05)], volume=0.6, depth=0.04)


def _frame(sketch, body, f, cloth, look):
    rail = ribbon([(-f.top - 0.02, 0.25), (-f.top + 0.04, 0.02), (0, -0.08 + 0.0),
        (f.top - 0.04, 0.02), (f.top + 0.02, 0.25)], 0.13)
    sketch.part(rail, cloth.hardware, volume=0.8, depth=0.05)
    sketch.part([disc((-0.08, -0.18), 0.1, 12), disc((0.09, -0.18), 0.1, 12)], cloth.hardware,
        volume=0.9, depth=0.06)


def _drawstring(sketch, body, f, cloth, look):
    y = 0.3
    for x in np.linspace(-0.85, 0.85, 9):
        body.fold([(x * f.top, 0), (x * f.top * 0.96, y), (x * f.top * 1.1, y + 0.6)], 0.1, -0.45)
        body.fold([(x * f.top + 0.08, 0), (x * f.top + 0.07, y), (x * f.top * 1.1 + 0.12, y + 0.6)],
            0.08, 0.25)
    cord = ribbon([(-f.top, y), (0, y + 0.08), (f.top, y)], 0.06)
    sketch.part(cord, cloth.trim.toned(-0.1), volume=0.5, depth=0.03)
    if not look.back:
        for end in ((-0.22, 0.95), (0.2, 1.02)):
            sketch.part(ribbon([(0, y + 0.08), (end[0] * 0.6, 0.6), end], 0.055),
                cloth.trim.toned(-0.1), volume=0.5, depth=0.03)
            sketch.part(disc(end, 0.09, 12), cloth.hardware, volume=0.8, depth=0.04)


def _padlock(sketch, body, f, cloth, look):
    body.line([(-f.top, 0.3), (f.top, 0.3)], 0.16, cloth.main.toned(-0.12).rgb)
    if look.back:
        return
    sketch.part(ribbon([(-0.11, 0.36), (-0.1, 0.2), (0, 0.12), (0.1, 0.2), (0.11, 0.36)], 0.06),
        cloth.hardware, volume=0.8, depth=0.03)
    sketch.part(box(-0.17, 0.34, 0.17, 0.66, 0.05), cloth.hardware, volume=0.8, depth=0.06)


def _pocket_zip(sketch, body, f, cloth):
    y = f.height * 0.5
    sketch.part(ribbon([(-f.top * 0.6, y), (f.top * 0.6, y)], 0.07, smooth=False), cloth.hardware,
        volume=0.3, depth=0.03)
    sketch.part(box(f.top * 0.6 - 0.06, y, f.top * 0.6 + 0.02, y + 0.22, 0.03), cloth.hardware,
        volume=0.5, depth=0.03)


def _pocket_patch(sketch, body, f, cloth):
    h = f.height
    piece = sketch.part(box(-f.bottom * 0.68, h * 0.46, f.bottom * 0.68, h - 0.1, 0.12),
        cloth.main.toned(0.04), volume=0.5, depth=0.12, edge=0.85)
    piece.line([(-f.bottom, h * 0.46 + 0.12), (f.bottom, h * 0.46 + 0.12)], 0.06, -0.45)


def _pocket_pair(sketch, body, f, cloth):
    h = f.height
    for side in (1, -1):
        x = side * f.bottom * 0.5
        sketch.part(box(x - 0.42, h * 0.5, x + 0.42, h - 0.12, 0.1), cloth.main.toned(0.03),
            volume=0.5, depth=0.1, edge=0.85)
        sketch.part(box(x - 0.46, h * 0.46, x + 0.46, h * 0.46 + 0.28, 0.08),
            cloth.main.toned(0.07), volume=0.5, depth=0.06, edge=0.85)
        sketch.part(disc((x, h * 0.46 + 0.2), 0.06, 10), cloth.hardware, volume=0.7, depth=0.03)


def _pocket_front(sketch, body, f, cloth):
    h = f.height
    piece = sketch.part(mirrored(outline([(0, h * 0.5), (f.bottom * 0.72, h * 0.52)],
        [(f.bottom * 0.76, h * 0.8), (f.bottom * 0.64, h - 0.1)], [(0, h - 0.06)])),
        cloth.main.toned(0.04), volume=0.7, depth=0.16, edge=0.85)
    piece.line(curve([(-f.bottom, h * 0.62), (0, h * 0.59), (f.bottom, h * 0.62)]), 0.06,
        cloth.hardware.rgb)


def _ribs(body, f):
    """The ribs of a hard shell."""
    for x in np.linspace(-f.bottom + 0.2, f.bottom - 0.2, 7):
        body.line([(x, 0.1), (x, f.height - 0.1)], 0.03, -0.4)
        body.fold([(x + 0.08, 0.1), (x + 0.08, f.height - 0.1)], 0.1, 0.3)

CLOSURES = {'none': _none, 'zip': _zip, 'clasp': _clasp, 'turnlock': _turnlock,
    'buckles': _buckles, 'frame': _frame, 'drawstring': _drawstring, 'padlock': _padlock}
POCKETS = {'none': _none, 'zip': _pocket_zip, 'patch': _pocket_patch, 'pair': _pocket_pair,
    'front': _pocket_front}
