"""Bags and purses from the front, about three units wide; y = 0 is the top of the body."""

import dataclasses

import numpy as np

from fashion_models.catalogue.synthetic.geometry import (
    between,
    box,
    curve,
    disc,
    mirrored,
    outline,
    ribbon,
)
from fashion_models.catalogue.synthetic.paint import Paint
from fashion_models.catalogue.synthetic.sketch import Sketch


@dataclasses.dataclass(frozen=True)
class Bag:
    """The make of a bag; half widths and heights in units."""

    top: float = 1.2  # half width at the top
    bottom: float = 1.35  # half width at the bottom
    height: float = 1.9
    corner: float = 0.2  # roundness of the lower corners
    slouch: float = 0.0  # how soft it hangs
    handles: str = 'pair'  # none pair top strap chain hobo wrist tote back telescope bucket
    flap: float = 0.0  # reaches down over this part of the front
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


def draw(f, cloth, look):
    """Draws a bag from the front or the back."""
    sketch = Sketch()
    HANDLES[f.handles](sketch, f, cloth, look, False)
    if (
        f.closure in ('none', 'magnet')
        and f.flap == 0
        and f.handles in ('pair', 'tote', 'hobo')
        and not look.worn
    ):
        lip = mirrored(
            outline([(0, -0.1), (f.top - 0.05, -0.07)], [(f.top, 0)], [(0, 0.1 + f.slouch * 0.3)])
        )
        sketch.part(lip, cloth.lining, volume=0.2, edge=0.4)
    if f.wings:
        for side in (1, -1):
            wing = np.array(
                [
                    (f.top, 0.02),
                    (f.top + 0.32, 0.12),
                    (f.bottom + 0.06, f.height * 0.7),
                    (f.bottom, f.height),
                ]
            )
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
        tassel(
            sketch,
            (f.top * 0.55, -0.05),
            0.9,
            cloth.trim if cloth.trim.rgb != cloth.main.rgb else cloth.main.toned(-0.15),
        )
    sketch.detail(0, f.height * 0.3)
    sketch.detail(f.bottom * 0.7, f.height * 0.8)
    return sketch


def _body(f):
    t, b, h, c = f.top, f.bottom, f.height, f.corner
    sag = f.slouch
    return mirrored(
        outline(
            [(0, sag * 0.35), (t * 0.6, sag * 0.12), (t, 0)],
            [
                (between(t, b, 0.5) + sag * 0.12, h * 0.5),
                (b, h - c),
                (b - c * 0.3, h - c * 0.3),
                (b - c, h),
            ],
            [(b * 0.5, h + 0.03), (0, h + 0.04)],
        )
    )


def _surface(sketch, body, f, cloth, look):
    h = f.height
    if f.quilted:
        for k in np.arange(-4.2, 4.2, 0.36):
            for tilt in (1, -1):
                body.line([(k, -0.2), (k + tilt * h, h)], 0.025, -0.45)
                body.fold([(k + 0.07, -0.2), (k + 0.07 + tilt * h, h)], 0.09, 0.16)
    elif f.slouch:
        for x, lean in ((-0.5, 0.12), (-0.1, -0.05), (0.35, 0.1), (0.75, -0.12)):
            body.fold(
                [(x * f.top, 0.1), (x * f.top + lean, h * 0.45), (x * f.bottom, h * 0.8)],
                0.16,
                -0.3 * min(1, f.slouch + 0.3),
            )
            body.fold(
                [
                    (x * f.top + 0.16, 0.15),
                    (x * f.top + lean + 0.16, h * 0.5),
                    (x * f.bottom + 0.1, h * 0.75),
                ],
                0.14,
                0.22,
            )
    else:
        body.fold(
            [(-f.top * 0.6, h * 0.2), (-f.top * 0.2, h * 0.35), (f.top * 0.6, h * 0.22)], 0.5, 0.14
        )
    seam = [(-f.top + 0.08, 0.08), (f.top - 0.08, 0.08)]
    body.line(seam, 0.022, -0.35, dash=0.07)
    if f.panels:
        top = h * 0.68
        base = mirrored(
            outline([(0, top), (f.bottom + 0.1, top)], [(f.bottom + 0.1, h + 0.1)], [(0, h + 0.1)])
        )
        clip = np.clip(base, (-f.bottom + 0.0, 0), (f.bottom, h + 0.03))
        body.line(
            [(-2, (top + h) / 2 + 0.03), (2, (top + h) / 2 + 0.03)], h - top + 0.06, cloth.trim.rgb
        )
        del clip
        body.line([(-2, top), (2, top)], 0.03, -0.5)
    if f.studs:
        sketch.part(
            [disc((x * (f.bottom - 0.12), h - 0.14), 0.05, 8) for x in np.linspace(-1, 1, 11)],
            cloth.hardware,
            volume=0.7,
            depth=0.03,
        )
    if f.slots and not look.back:
        for i in range(f.slots):
            y = h * (0.22 + 0.2 * i)
            body.line(
                curve([(-f.bottom + 0.1, y), (0, y + 0.08), (f.bottom - 0.1, y)]), 0.035, -0.6
            )
            body.fold(
                [(-f.bottom + 0.1, y + 0.07), (0, y + 0.14), (f.bottom - 0.1, y + 0.07)], 0.1, 0.25
            )
    if f.fold:
        body.line([(0, 0), (0, h)], 0.04, -0.5)
        body.fold([(0.1, 0), (0.1, h)], 0.14, 0.3)


def _flap(sketch, f, cloth, look):
    low = f.height * f.flap if not look.back else 0.16
    t = f.top + 0.04
    if f.flap_kind == 'envelope' and not look.back:
        shape = mirrored(
            outline([(0, -0.06), (t, -0.05)], [(t, 0.12)], [(0.08, low), (0, low + 0.03)])
        )
    elif f.flap_kind == 'square':
        shape = mirrored(
            outline(
                [(0, -0.08), (t, -0.05)],
                [(between(t, f.bottom, f.flap) + 0.03, low - 0.1)],
                [(t - 0.08, low)],
                [(0, low + 0.02)],
            )
        )
    else:
        shape = mirrored(
            outline(
                [(0, -0.08), (t - 0.1, -0.06), (t, 0.05)],
                [(t + 0.02, low * 0.6), (t * 0.75, low * 0.95), (0, low + 0.06)],
            )
        )
    part = sketch.part(shape, cloth.main.toned(0.03), volume=0.55, depth=0.14, edge=0.8)
    part.fold([(-t, low - 0.02), (0, low + 0.08), (t, low - 0.02)], 0.1, -0.15)
    inner = shape * (0.93, 0.94)
    part.line(np.concatenate([inner, inner[:1]]), 0.02, -0.3, dash=0.07)
    if f.quilted:
        for k in np.arange(-4.2, 4.2, 0.36):
            for tilt in (1, -1):
                part.line([(k, -0.2), (k + tilt * f.height, f.height)], 0.025, -0.45)


# Closures -----------------------------------------------------------------------------------------


def _none(*_):
    pass


def _zip(sketch, body, f, cloth, look):
    y = 0.16 + 0.1 * f.slouch
    strip = ribbon(
        [(-f.top + 0.1, y - 0.02), (0, y + 0.03 * f.slouch), (f.top - 0.1, y - 0.02)], 0.09
    )
    part = sketch.part(strip, cloth.hardware, volume=0.3, depth=0.03)
    part.line([(-f.top, y), (f.top, y)], 0.1, -0.55, dash=0.045)
    sketch.part(
        box(f.top - 0.3, y - 0.03, f.top - 0.18, y + 0.32, 0.04),
        cloth.hardware.toned(-0.1),
        volume=0.5,
        depth=0.04,
    )


def _clasp(sketch, body, f, cloth, look):
    if look.back:
        return
    y = f.height * f.flap - 0.1 if f.flap else 0.2
    sketch.part(box(-0.16, y - 0.13, 0.16, y + 0.13, 0.06), cloth.hardware, volume=0.8, depth=0.07)
    sketch.part(
        box(-0.06, y - 0.04, 0.06, y + 0.1, 0.03),
        cloth.hardware.toned(-0.25),
        volume=0.5,
        depth=0.03,
    )


def _turnlock(sketch, body, f, cloth, look):
    if look.back:
        return
    y = f.height * f.flap - 0.12 if f.flap else 0.25
    sketch.part(disc((0, y), (0.2, 0.14), 16), cloth.hardware, volume=0.8, depth=0.06)
    sketch.part(
        box(-0.03, y - 0.11, 0.03, y + 0.11, 0.03),
        cloth.hardware.toned(-0.35),
        volume=0.5,
        depth=0.03,
    )


def _buckles(sketch, body, f, cloth, look):
    if look.back:
        return
    start, stop = f.height * f.flap * 0.45, min(f.height * f.flap + 0.28, f.height - 0.05)
    for side in (1, -1):
        x = side * f.top * 0.55
        sketch.part(
            box(x - 0.1, start, x + 0.1, stop, 0.06),
            cloth.trim.toned(-0.08),
            volume=0.5,
            depth=0.05,
            edge=0.8,
        )
        y = between(start, stop, 0.7)
        sketch.part(
            box(x - 0.16, y - 0.12, x + 0.16, y + 0.12, 0.04),
            cloth.hardware,
            holes=[box(x - 0.08, y - 0.05, x + 0.08, y + 0.05)],
            volume=0.6,
            depth=0.04,
        )


def _frame(sketch, body, f, cloth, look):
    rail = ribbon(
        [
            (-f.top - 0.02, 0.25),
            (-f.top + 0.04, 0.02),
            (0, -0.08 + 0.0),
            (f.top - 0.04, 0.02),
            (f.top + 0.02, 0.25),
        ],
        0.13,
    )
    sketch.part(rail, cloth.hardware, volume=0.8, depth=0.05)
    sketch.part(
        [disc((-0.08, -0.18), 0.1, 12), disc((0.09, -0.18), 0.1, 12)],
        cloth.hardware,
        volume=0.9,
        depth=0.06,
    )


def _drawstring(sketch, body, f, cloth, look):
    y = 0.3
    for x in np.linspace(-0.85, 0.85, 9):
        body.fold([(x * f.top, 0), (x * f.top * 0.96, y), (x * f.top * 1.1, y + 0.6)], 0.1, -0.45)
        body.fold(
            [(x * f.top + 0.08, 0), (x * f.top + 0.07, y), (x * f.top * 1.1 + 0.12, y + 0.6)],
            0.08,
            0.25,
        )
    cord = ribbon([(-f.top, y), (0, y + 0.08), (f.top, y)], 0.06)
    sketch.part(cord, cloth.trim.toned(-0.1), volume=0.5, depth=0.03)
    if not look.back:
        for end in ((-0.22, 0.95), (0.2, 1.02)):
            sketch.part(
                ribbon([(0, y + 0.08), (end[0] * 0.6, 0.6), end], 0.055),
                cloth.trim.toned(-0.1),
                volume=0.5,
                depth=0.03,
            )
            sketch.part(disc(end, 0.09, 12), cloth.hardware, volume=0.8, depth=0.04)


def _padlock(sketch, body, f, cloth, look):
    body.line([(-f.top, 0.3), (f.top, 0.3)], 0.16, cloth.main.toned(-0.12).rgb)
    if look.back:
        return
    sketch.part(
        ribbon([(-0.11, 0.36), (-0.1, 0.2), (0, 0.12), (0.1, 0.2), (0.11, 0.36)], 0.06),
        cloth.hardware,
        volume=0.8,
        depth=0.03,
    )
    sketch.part(box(-0.17, 0.34, 0.17, 0.66, 0.05), cloth.hardware, volume=0.8, depth=0.06)


# Pockets ------------------------------------------------------------------------------------------


def _pocket_zip(sketch, body, f, cloth):
    y = f.height * 0.5
    sketch.part(
        ribbon([(-f.top * 0.6, y), (f.top * 0.6, y)], 0.07, smooth=False),
        cloth.hardware,
        volume=0.3,
        depth=0.03,
    )
    sketch.part(
        box(f.top * 0.6 - 0.06, y, f.top * 0.6 + 0.02, y + 0.22, 0.03),
        cloth.hardware,
        volume=0.5,
        depth=0.03,
    )


def _pocket_patch(sketch, body, f, cloth):
    h = f.height
    piece = sketch.part(
        box(-f.bottom * 0.68, h * 0.46, f.bottom * 0.68, h - 0.1, 0.12),
        cloth.main.toned(0.04),
        volume=0.5,
        depth=0.12,
        edge=0.85,
    )
    piece.line([(-f.bottom, h * 0.46 + 0.12), (f.bottom, h * 0.46 + 0.12)], 0.06, -0.45)


def _pocket_pair(sketch, body, f, cloth):
    h = f.height
    for side in (1, -1):
        x = side * f.bottom * 0.5
        sketch.part(
            box(x - 0.42, h * 0.5, x + 0.42, h - 0.12, 0.1),
            cloth.main.toned(0.03),
            volume=0.5,
            depth=0.1,
            edge=0.85,
        )
        sketch.part(
            box(x - 0.46, h * 0.46, x + 0.46, h * 0.46 + 0.28, 0.08),
            cloth.main.toned(0.07),
            volume=0.5,
            depth=0.06,
            edge=0.85,
        )
        sketch.part(disc((x, h * 0.46 + 0.2), 0.06, 10), cloth.hardware, volume=0.7, depth=0.03)


def _pocket_front(sketch, body, f, cloth):
    h = f.height
    piece = sketch.part(
        mirrored(
            outline(
                [(0, h * 0.5), (f.bottom * 0.72, h * 0.52)],
                [(f.bottom * 0.76, h * 0.8), (f.bottom * 0.64, h - 0.1)],
                [(0, h - 0.06)],
            )
        ),
        cloth.main.toned(0.04),
        volume=0.7,
        depth=0.16,
        edge=0.85,
    )
    piece.line(
        curve([(-f.bottom, h * 0.62), (0, h * 0.59), (f.bottom, h * 0.62)]),
        0.06,
        cloth.hardware.rgb,
    )


# Handles ------------------------------------------------------------------------------------------


def _pair(sketch, f, cloth, look, front, tall=1.05, width=0.12):
    paint = cloth.trim if f.panels else cloth.main.toned(-0.05)
    x = f.top * 0.5
    if not front:
        sketch.part(
            ribbon(
                [
                    (-x + 0.1, 0.1),
                    (-x * 0.75, -tall * 0.75),
                    (0, -tall - 0.06),
                    (x * 0.75, -tall * 0.75),
                    (x + 0.1, 0.1),
                ],
                width,
            ),
            paint.toned(-0.28),
            volume=0.7,
            depth=0.06,
        )
        return
    sketch.part(
        ribbon(
            [
                (-x, 0.5),
                (-x, 0),
                (-x * 0.7, -tall * 0.72),
                (0, -tall),
                (x * 0.7, -tall * 0.72),
                (x, 0),
                (x, 0.5),
            ],
            width,
        ),
        paint,
        volume=0.8,
        depth=0.06,
        edge=0.7,
    )
    sketch.part(
        [disc((s * x, 0.3), 0.07, 10) for s in (1, -1)], cloth.hardware, volume=0.7, depth=0.04
    )


def _tote(sketch, f, cloth, look, front):
    _pair(sketch, f, cloth, look, front, 1.35, 0.13)


def _top_handle(sketch, f, cloth, look, front):
    if front:
        return
    x = f.top * 0.38
    sketch.part(
        ribbon([(-x, 0.12), (-x * 0.95, -0.4), (0, -0.66), (x * 0.95, -0.4), (x, 0.12)], 0.17),
        cloth.main.toned(-0.06),
        volume=0.8,
        depth=0.08,
        edge=0.7,
    )
    sketch.part(
        [disc((s * x, 0), 0.1, 12) for s in (1, -1)], cloth.hardware, volume=0.7, depth=0.04
    )


def _strap(sketch, f, cloth, look, front, width=0.1):
    if front:
        return
    x, tall = f.top, 1.7
    paint = cloth.trim if f.panels else cloth.main.toned(-0.06)
    sketch.part(
        ribbon(
            [
                (-x + 0.06, 0.2),
                (-x * 0.85, -tall * 0.6),
                (-0.1, -tall),
                (x * 0.8, -tall * 0.62),
                (x - 0.06, 0.2),
            ],
            width,
        ),
        paint,
        volume=0.6,
        depth=0.05,
        edge=0.7,
    )
    sketch.part(
        [disc((s * (x - 0.06), 0.12), 0.1, 12) for s in (1, -1)],
        cloth.hardware,
        holes=[disc((s * (x - 0.06), 0.12), 0.05, 10) for s in (1, -1)],
        volume=0.7,
        depth=0.03,
    )


def _wide_strap(sketch, f, cloth, look, front):
    _strap(sketch, f, cloth, look, front, 0.2)


def chain(sketch, points, link, paint):
    """A chain of oval links along a line, every other one seen from its edge."""
    line = curve(points)
    step = line[1:] - line[:-1]
    length = float(np.cumsum(np.sqrt(step[:, 0] ** 2 + step[:, 1] ** 2))[-1])
    n = max(4, int(length / (link * 0.82)))
    from fashion_models.catalogue.synthetic.geometry import along

    places = along(line, (np.arange(n) + 0.5) / n)
    ahead = along(line, np.minimum((np.arange(n) + 0.9) / n, 1))
    rings, holes, edges = [], [], []
    for i, (place, tip) in enumerate(zip(places, ahead)):
        d = (tip - place) / (np.sqrt(((tip - place) ** 2).sum()) + 1e-9)
        across = np.array([-d[1], d[0]])
        oval = disc((0, 0), 1.0, 10)
        wide, tall = link * 0.62, link * (0.34 if i % 2 == 0 else 0.12)
        rings.append(place + oval[:, :1] * d * wide + oval[:, 1:] * across * tall)
        if i % 2 == 0:
            holes.append(place + oval[:, :1] * d * wide * 0.55 + oval[:, 1:] * across * tall * 0.45)
        del edges[:]
    sketch.part(rings, paint, holes=holes, volume=0.8, depth=link * 0.2, edge=0.7)


def _chain(sketch, f, cloth, look, front):
    if front:
        return
    x = f.top
    chain(
        sketch,
        [(-x + 0.1, 0.15), (-x * 0.8, -0.9), (-0.05, -1.35), (x * 0.75, -0.9), (x - 0.1, 0.15)],
        0.17,
        cloth.hardware,
    )


def _hobo(sketch, f, cloth, look, front):
    if front:
        return
    x = f.top
    arch = outline(
        [(-x - 0.06, 0.3), (-x * 0.8, -0.8), (0, -1.35), (x * 0.8, -0.8), (x + 0.06, 0.3)],
        [(x - 0.4, 0.3)],
        [(x * 0.56, -0.55), (0, -1.06), (-x * 0.56, -0.55), (-x + 0.4, 0.3)],
    )
    sketch.part(arch, cloth.main.toned(-0.04), volume=0.8, depth=0.14)


def _wrist(sketch, f, cloth, look, front):
    if front:
        x = f.top
        sketch.part(
            ribbon(
                [
                    (x - 0.05, 0.22),
                    (x + 0.28, 0.5),
                    (x + 0.22, 1.0),
                    (x + 0.05, 0.62),
                    (x - 0.02, 0.3),
                ],
                0.09,
            ),
            cloth.main.toned(-0.08),
            volume=0.5,
            depth=0.04,
        )
        sketch.part(disc((x - 0.02, 0.22), 0.08, 10), cloth.hardware, volume=0.7, depth=0.03)


def _back_straps(sketch, f, cloth, look, front):
    paint = cloth.trim.toned(-0.05) if f.panels else cloth.main.toned(-0.1)
    if front and look.back:
        for side in (1, -1):
            line = [
                (side * 0.3, 0.15),
                (side * 0.75, 0.5),
                (side * 0.8, f.height * 0.6),
                (side * (f.bottom - 0.2), f.height - 0.1),
            ]
            sketch.part(ribbon(line, 0.3, 0.16), paint, volume=0.7, depth=0.1, edge=0.8)
        return
    if front:
        return
    sketch.part(
        ribbon([(-0.26, 0.1), (-0.22, -0.26), (0, -0.34), (0.22, -0.26), (0.26, 0.1)], 0.1),
        paint,
        volume=0.7,
        depth=0.05,
    )
    if not look.back:
        for side in (1, -1):
            line = [
                (side * f.top * 0.6, 0.1),
                (side * (f.top + 0.22), 0.5),
                (side * (f.bottom + 0.2), f.height * 0.7),
                (side * (f.bottom - 0.1), f.height - 0.1),
            ]
            sketch.part(ribbon(line, 0.2), paint.toned(-0.1), volume=0.6, depth=0.07)


def _telescope(sketch, f, cloth, look, front):
    if not front:
        for side in (1, -1):
            sketch.part(
                box(side * 0.34 - 0.05, -0.95, side * 0.34 + 0.05, 0.1),
                Paint((176, 180, 186), 'metal'),
                volume=0.8,
                depth=0.04,
            )
        sketch.part(
            box(-0.44, -1.06, 0.44, -0.9, 0.07),
            Paint((52, 52, 56), 'rubber'),
            volume=0.7,
            depth=0.06,
        )
        sketch.part(
            [
                box(
                    s * (f.bottom - 0.3) - 0.12,
                    f.height - 0.05,
                    s * (f.bottom - 0.3) + 0.12,
                    f.height + 0.2,
                    0.08,
                )
                for s in (1, -1)
            ],
            Paint((46, 46, 50), 'rubber'),
            volume=0.6,
            depth=0.06,
        )
        return
    sketch.part(box(-0.3, -0.08, 0.3, 0.06, 0.06), cloth.main.toned(-0.3), volume=0.6, depth=0.05)


def _no_handle(*_):
    pass


def tassel(sketch, at, length, paint):
    """A leather tassel hanging from ``at``."""
    x, y = at
    threads = [
        ribbon([(x, y + length * 0.35), (x + d * 0.5, y + length * 0.7), (x + d, y + length)], 0.05)
        for d in (-0.13, -0.07, 0, 0.07, 0.13)
    ]
    sketch.part(
        ribbon([(x, y), (x, y + length * 0.3)], 0.035, smooth=False),
        paint.toned(-0.1),
        volume=0.3,
        depth=0.03,
    )
    sketch.part(threads, paint, volume=0.5, depth=0.05)
    sketch.part(
        box(x - 0.08, y + length * 0.26, x + 0.08, y + length * 0.42, 0.04),
        paint,
        volume=0.6,
        depth=0.05,
    )


def _ribs(body, f):
    """The ribs of a hard shell."""
    for x in np.linspace(-f.bottom + 0.2, f.bottom - 0.2, 7):
        body.line([(x, 0.1), (x, f.height - 0.1)], 0.03, -0.4)
        body.fold([(x + 0.08, 0.1), (x + 0.08, f.height - 0.1)], 0.1, 0.3)


CLOSURES = {
    'none': _none,
    'magnet': _none,
    'zip': _zip,
    'clasp': _clasp,
    'turnlock': _turnlock,
    'buckles': _buckles,
    'frame': _frame,
    'drawstring': _drawstring,
    'padlock': _padlock,
}
POCKETS = {
    'none': _none,
    'zip': _pocket_zip,
    'patch': _pocket_patch,
    'pair': _pocket_pair,
    'front': _pocket_front,
}
HANDLES = {
    'none': _no_handle,
    'pair': _pair,
    'tote': _tote,
    'top': _top_handle,
    'strap': _strap,
    'wide_strap': _wide_strap,
    'chain': _chain,
    'hobo': _hobo,
    'wrist': _wrist,
    'back': _back_straps,
    'telescope': _telescope,
}
