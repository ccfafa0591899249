"""What makes one garment's front another's: collars, closures, pockets, waistlines."""

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
from fashion_models.catalogue.synthetic.shapes.body import WAIST_Y


def draw(sketch, front, f, body, cloth, look):
    """Adds everything that is sewn on to the front (or back) of an upper garment."""
    from fashion_models.catalogue.synthetic.shapes import upper

    measure = _Measure(f, body, upper)
    if look.back:
        _back(sketch, front, f, measure, cloth)
    else:
        CLOSURES[f.closure](sketch, front, measure, cloth)
        POCKETS[f.pockets](sketch, front, measure, cloth)
    WAISTLINES[f.waistline](sketch, front, measure, cloth, look)
    collar = COLLARS[f.collar]
    collar(sketch, front, measure, cloth, look)


class _Measure:
    """The measures that fronts need, by name."""

    def __init__(self, f, body, upper):
        self.f, self.body = f, body
        self.centre, self.neck = upper.neck_of(f, body)
        self.low = self.centre[1]
        self.x, self.y = self.neck
        self.waist = upper.half_width(f, body, WAIST_Y)
        self.hem = upper.half_width(f, body, f.length)
        self.length = f.length
        self.shoulder = upper.shoulder_width(f, body)
        self.width_at = lambda y: upper.half_width(f, body, y)


def _back(sketch, front, f, m, cloth):
    if f.closure in ('buttons', 'double', 'toggles', 'zip', 'biker', 'open') or f.collar == 'lapel':
        front.line([(0, m.y + 0.5), (0, min(m.length, 6))], 0.022, -0.3)
    if f.closure == 'none' and f.length > 4 and f.neck != 'cami':
        front.line([(0, m.y + 0.1), (0, 3.2)], 0.02, -0.3)
    if f.collar in ('shirt', 'lapel') or f.yoke:
        front.line(curve([(-1.1, 1.88), (0, 1.8), (1.1, 1.88)]), 0.025, -0.35)
    front.fold([(-0.3, 1.7), (-0.12, 2.3), (-0.2, 3.0)], 0.14, -0.16)
    front.fold([(0.3, 1.7), (0.12, 2.3), (0.2, 3.0)], 0.14, -0.16)


# Collars ------------------------------------------------------------------------------------------


def _no_collar(sketch, front, m, cloth, look):
    if m.f.neck in ('crew', 'v', 'scoop', 'boat', 'wide', 'tank', 'square') and not look.back:
        (_, _low), (_x, _y) = (0, m.low), m.neck
        for side in (1, -1):
            front.line(_edge(m, 0.05) * (side, 1), 0.02, -0.35)


def _edge(m, away):
    """The neckline's right half, ``away`` further out."""
    x, y, low = m.x, m.y, m.low
    if m.f.neck in ('v', 'low'):
        return curve(
            [
                (0, low + away * 1.6),
                (x * 0.45 + away, between(low, y, 0.42) + away * 0.6),
                (x + away, y),
            ]
        )
    if m.f.neck == 'square':
        return np.array([(0, low + away), (x * 0.9, low + away), (x + away, y)])
    return curve(
        [
            (0, low + away),
            (x * 0.55 + away * 0.5, between(low, y, 0.16) + away),
            (x * 0.93 + away, between(low, y, 0.62) + away * 0.5),
            (x + away, y),
        ]
    )


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
        leaf = mirrored(
            outline(
                [(0, y - 0.16), (x, y - 0.08)],
                [(x + 0.14, y + 0.12)],
                [(x * 0.5, y + 0.2), (0, y + 0.22)],
            )
        )
        sketch.part(leaf, paint, volume=0.4, depth=0.08)
        return
    stand = mirrored(
        outline(
            [(0, y + 0.02), (x * 0.9, y - 0.14)],
            [(x + 0.02, y - 0.02)],
            [(x * 0.6, m.low - 0.02), (0, m.low + 0.06)],
        )
    )
    if not look.worn:
        sketch.part(
            mirrored(
                outline(
                    [(0, y - 0.14), (x * 0.6, y - 0.16), (x * 0.95, y - 0.12)],
                    [(x, y + 0.05)],
                    [(0, y + 0.2)],
                )
            ),
            paint.toned(-0.25),
            volume=0.3,
            depth=0.08,
        )
    del stand
    for side in (1, -1):
        leaf = outline(
            [(0, m.low - 0.02), (x * 0.55, y + 0.08), (x * 0.92, y - 0.15)],
            [(x + 0.1, y - 0.02), (x + 0.17, y + 0.12)],
            [(x * 0.62 + 0.12, m.low + 0.2 * size)],
            [(0, m.low - 0.02)],
        )
        part = sketch.part(leaf * (side, 1), paint, volume=0.45, depth=0.07)
        part.line(leaf[8:] * (side * 0.96, 1), 0.015, -0.2)


def _polo_collar(sketch, front, m, cloth, look):
    _shirt_collar(
        sketch, front, m, cloth, look, 1.0, cloth.trim.of('rib') if m.f.collar == 'polo' else None
    )


def _round_collar(sketch, front, m, cloth, look):
    if look.back:
        return _shirt_collar(sketch, front, m, cloth, look)
    for side in (1, -1):
        leaf = outline(
            [(0, m.low - 0.02), (m.x * 0.6, m.y + 0.14), (m.x, m.y - 0.03)],
            [
                (m.x + 0.16, m.y + 0.12),
                (m.x + 0.06, m.low + 0.12),
                (0.2, m.low + 0.22),
                (0, m.low - 0.02),
            ],
        )
        sketch.part(leaf * (side, 1), cloth.trim, volume=0.45, depth=0.08)


def _lapels(sketch, front, m, cloth, look, notch='notch'):
    paint = cloth.trim if notch == 'shawl_satin' else cloth.main.toned(0.05)
    if look.back:
        return _shirt_collar(sketch, front, m, cloth, look, paint=cloth.main)
    low, x, y = m.low + 0.1, m.x, m.y
    for side in (1, -1):
        if notch in ('notch', 'peak'):
            up = -0.16 if notch == 'peak' else 0.05
            lapel = outline(
                [(0, low), (x * 0.5, between(low, y, 0.55)), (x - 0.02, y - 0.02)],
                [(x + 0.12, y + 0.16)],
                [(x + 0.05, y + 0.3)],
                [(x + 0.36, y + 0.34 + up)],
                [(x + 0.22, between(y, low, 0.62)), (0, low)],
            )
        else:
            lapel = outline(
                [(0, low), (x * 0.5, between(low, y, 0.55)), (x - 0.02, y - 0.06)],
                [
                    (x + 0.16, y + 0.1),
                    (x + 0.26, between(y, low, 0.4)),
                    (x * 0.6, between(y, low, 0.82)),
                    (0, low),
                ],
            )
        part = sketch.part(lapel * (side, 1), paint, volume=0.5, depth=0.08, edge=0.7)
        if notch in ('notch', 'peak'):
            part.line(
                np.array([(x - 0.1, y + 0.36), (x + 0.06, y + 0.3), (x + 0.3, y + 0.34)])
                * (side, 1),
                0.025,
                -0.5,
            )
    collar = outline(
        [(0, y - 0.1), (x * 0.9, y - 0.12)],
        [(x + 0.15, y + 0.13)],
        [(x + 0.02, y + 0.3)],
        [(x - 0.06, y + 0.1), (x * 0.5, y + 0.02), (0, y + 0.04)],
    )
    if notch != 'shawl':
        sketch.part(mirrored(collar), cloth.main, volume=0.4, depth=0.08)
    sketch.detail(0.3, m.y + 0.5)


def _peak_lapels(sketch, front, m, cloth, look):
    _lapels(sketch, front, m, cloth, look, 'peak')


def _shawl(sketch, front, m, cloth, look):
    _lapels(sketch, front, m, cloth, look, 'shawl_satin')


def hood_behind(sketch, cloth, look):
    """The hood of a garment lying open, behind the neck."""
    if look.back or look.worn:
        return
    hood = mirrored(outline([(0, 0.62), (0.34, 0.68), (0.56, 1.0), (0.5, 1.42)], [(0, 1.5)]))
    part = sketch.part(hood, cloth.main, volume=0.6, depth=0.2)
    part.fold([(-0.2, 0.7), (-0.36, 1.0), (-0.34, 1.4)], 0.1, -0.3)
    opening = mirrored(outline([(0, 0.8), (0.26, 0.86), (0.4, 1.12), (0.36, 1.4)], [(0, 1.62)]))
    sketch.part(opening, cloth.lining, volume=0.3, edge=0.3)


def _hood(sketch, front, m, cloth, look):
    if look.back:
        hood = mirrored(
            outline([(0, 0.72), (0.36, 0.8), (0.58, 1.2), (0.5, 1.6)], [(0.2, 1.92), (0, 1.98)])
        )
        part = sketch.part(hood, cloth.main, volume=0.7, depth=0.25)
        part.line([(0, 0.7), (0, 2)], 0.025, -0.4)
        return
    # Round a neck the hood lies lower than in a picture of it alone.
    up = 1.16 if look.worn else 0.95
    for side in (1, -1):
        edge = outline(
            [(0, m.low + 0.02), (0.2, m.low - 0.12), (0.42, up + 0.25), (0.46, up)],
            [(0.58, up + 0.15), (0.56, 1.46), (0.3, m.low + 0.14), (0, m.low + 0.12)],
        )
        sketch.part(edge * (side, 1), cloth.main, volume=0.6, depth=0.1)
        if m.f.collar == 'hood' and m.f.quilted == 0 and m.f.closure != 'toggles':
            cord = [
                (side * 0.13, m.low + 0.06),
                (side * 0.15, m.low + 0.35),
                (side * 0.13, m.low + 0.55),
            ]
            sketch.part(ribbon(cord, 0.04), cloth.trim, volume=0.3, depth=0.03)
    sketch.detail(0, m.low + 0.1)


def _stand(sketch, front, m, cloth, look, height=0.26, paint=None):
    x, y = m.x, m.y
    collar = outline(
        [
            (0, y - height + (0.02 if look.back else 0.1)),
            (x * 0.7, y - height),
            (x, y - height + 0.04),
        ],
        [(x + 0.1, y + 0.02)],
        [
            (x * 0.5, m.low + 0.06 if not look.back else y + 0.1),
            (0, m.low + 0.1 if not look.back else y + 0.12),
        ],
    )
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
    collar = outline(
        [(0, y - 0.2), (x, y - 0.26), (x + 0.3, y - 0.02)],
        [(x + 0.36, y + 0.3), (x + 0.1, low - 0.1), (0, low)],
        [(0, low - 0.25)],
    )
    if look.back:
        sketch.part(mirrored(collar), paint, volume=0.7, depth=0.14, edge=0.3)
        return
    for side in (1, -1):
        shape = outline(
            [(0, low), (0.1, low - 0.35), (x * 0.8, y + 0.1), (x * 0.8, y - 0.22)],
            [(x + 0.2, y - 0.16)],
            [(x + 0.34, y + 0.2), (x + 0.16, low - 0.2), (0, low)],
        )
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


def bow(sketch, at, size, paint):
    """A tied bow centred on ``at``, ``size`` to each side."""
    x, y = at
    for side in (1, -1):
        wing = (
            np.array(
                outline(
                    [(0, 0), (0.5, -0.38), (1, -0.42)], [(1.05, 0), (1, 0.4)], [(0.5, 0.34), (0, 0)]
                )
            )
            * size
        )
        part = sketch.part(wing * (side, 1) + (x, y), paint, volume=0.5, depth=0.1)
        part.fold(
            np.array([(0.1, 0), (0.5, -0.05), (0.8, -0.1)]) * size * (side, 1) + (x, y),
            0.12 * size * 2,
            -0.4,
        )
    sketch.part(disc((x, y), (0.17 * size, 0.2 * size), 12), paint, volume=0.5, depth=0.05)


# Closures -----------------------------------------------------------------------------------------


def _none(*_):
    pass


def _studs(sketch, places, paint, radius=0.05):
    sketch.part(
        [disc(place, radius, 10) for place in places], paint, volume=0.6, depth=0.03, edge=0.7
    )


def _buttons(sketch, front, m, cloth, stop=None, spacing=0.42):
    start, stop = m.low + 0.06, stop or min(m.length - 0.12, 5.6)
    front.line([(-0.09, start - 0.1), (-0.09, m.length + 0.4)], 0.02, -0.35)
    front.line([(0.09, start - 0.1), (0.09, m.length + 0.4)], 0.028, -0.5)
    n = max(3, int((stop - start) / spacing + 1.5))
    _studs(
        sketch,
        [(0, between(start + 0.06, stop - 0.14, i / (n - 1))) for i in range(n)],
        cloth.hardware,
        0.045 if m.f.collar in ('shirt', 'round', 'none') else 0.065,
    )


def _zip(sketch, front, m, cloth, stop=None):
    start, stop = m.low + 0.02, stop or m.length + 0.04
    track = sketch.part(
        np.array([(-0.045, start), (0.045, start), (0.045, stop), (-0.045, stop)]),
        cloth.hardware,
        volume=0.3,
        depth=0.03,
    )
    track.line([(0, start), (0, stop)], 0.05, -0.6, dash=0.05)
    sketch.part(
        box(-0.04, start + 0.05, 0.04, start + 0.26, 0.03),
        cloth.hardware.toned(-0.15),
        volume=0.5,
        depth=0.03,
    )
    front.line([(-0.12, start), (-0.12, stop)], 0.018, -0.35)
    front.line([(0.12, start), (0.12, stop)], 0.018, -0.35)


def _half_zip(sketch, front, m, cloth):
    _zip(sketch, front, m, cloth, m.low + 0.75)


def _double(sketch, front, m, cloth):
    start = m.low + 0.2
    front.line(curve([(0, m.low), (0.3, m.low + 0.3), (0.3, m.length + 0.3)]), 0.032, -0.5)
    stop = min(m.length - 0.2, max(WAIST_Y + 0.7, start + 0.9))
    n = 3
    places = [
        (side * 0.26, between(start, stop, i / (n - 1))) for i in range(n) for side in (1, -1)
    ]
    _studs(sketch, places, cloth.hardware, 0.065)


def _single(sketch, front, m, cloth):
    """One to three buttons below lapels."""
    start = m.low + 0.14
    front.line(
        curve([(0, m.low), (0.03, start + 0.6), (0.1, m.length - 0.2), (0.24, m.length + 0.1)]),
        0.03,
        -0.5,
    )
    n = 2 if m.length < 4.2 else 3
    _studs(sketch, [(-0.02, start + i * 0.42) for i in range(n)], cloth.hardware, 0.06)


def _toggles(sketch, front, m, cloth):
    front.line([(0, m.low), (0, m.length + 0.1)], 0.03, -0.5)
    for i in range(4):
        y = m.low + 0.3 + i * 0.55
        cord = np.array([(-0.34, y - 0.05), (0.34, y - 0.05), (0.34, y + 0.05), (-0.34, y + 0.05)])
        sketch.part(cord, cloth.trim.toned(-0.2), volume=0.3, depth=0.04)
        sketch.part(
            box(-0.16, y - 0.05, 0.14, y + 0.05, 0.05),
            Paint((196, 150, 92), 'plain'),
            volume=0.6,
            depth=0.05,
        )


def _biker(sketch, front, m, cloth):
    start, stop = (-0.12, m.low + 0.1), (0.42, m.length)
    flap = outline([(0, m.low), (-0.42, 1.72)], [(-0.55, 2.0)], [(-0.1, 2.4)], [(0, m.low + 0.1)])
    sketch.part(flap, cloth.main.toned(0.05), volume=0.5, depth=0.08)
    flap2 = outline([(0, m.low), (0.4, 1.7)], [(0.58, 1.96)], [(0.2, 2.3)], [(0, m.low + 0.1)])
    sketch.part(flap2, cloth.main.toned(0.05), volume=0.5, depth=0.08)
    sketch.part(ribbon([start, (0.24, 2.55), stop], 0.075), cloth.hardware, volume=0.4, depth=0.03)
    for line in (
        [(-0.62, 2.6), (-0.22, 2.45)],
        [(-0.6, 3.05), (-0.2, 2.95)],
        [(0.46, 2.75), (0.7, 2.6)],
    ):
        sketch.part(ribbon(line, 0.06, smooth=False), cloth.hardware, volume=0.3, depth=0.03)
    _studs(sketch, [(-0.45, 1.9), (0.48, 1.9)], cloth.hardware, 0.045)


def _wrap(sketch, front, m, cloth):
    x = m.x
    line = curve([(x, m.y), (0.1, m.low - 0.1), (-0.25, 2.5), (-m.waist + 0.02, WAIST_Y)])
    front.line(line, 0.035, -0.55)
    front.fold([(x - 0.05, m.y + 0.1), (-0.05, m.low), (-m.waist, WAIST_Y - 0.05)], 0.12, -0.3)
    front.fold([(0.4, 2.3), (0, 2.5), (-m.waist, WAIST_Y)], 0.1, -0.3)
    if m.length > 3.8:
        front.line(
            curve([(-m.waist + 0.05, WAIST_Y), (-0.05, 4.2), (0.18, m.length + 0.1)]), 0.035, -0.5
        )
        front.fold([(-m.waist + 0.1, WAIST_Y), (0.05, 4.2), (0.28, m.length)], 0.12, -0.35)
    bow(sketch, (-m.waist + 0.1, WAIST_Y), 0.17, cloth.main.toned(-0.06))
    sketch.part(
        ribbon(
            [(-m.waist + 0.1, WAIST_Y), (-m.waist + 0.04, 3.2), (-m.waist + 0.1, 3.6)], 0.06, 0.09
        ),
        cloth.main.toned(-0.06),
        volume=0.3,
        depth=0.04,
    )


def _open(sketch, front, m, cloth):
    """Hangs open: what is between the edges is the inside of the back."""
    gap = outline(
        [(0, m.low - 0.3), (0.05, m.low)],
        [(0.1, 2.6), (0.15, m.length + 0.1)],
        [(0, m.length + 0.14)],
    )
    sketch.part(mirrored(gap), cloth.lining, volume=0.2, edge=0.5)
    for side in (1, -1):
        band = ribbon(
            [
                (side * m.x, m.y),
                (side * 0.1, m.low),
                (side * 0.15, 2.6),
                (side * 0.2, m.length + 0.05),
            ],
            0.12,
        )
        sketch.part(
            band,
            cloth.trim.of('rib') if cloth.main.fabric in KNITS else cloth.main.toned(-0.06),
            volume=0.4,
            depth=0.06,
        )


KNITS = ('knit', 'cable', 'fine_knit', 'rib', 'fair_isle', 'argyle')


def _placket(sketch, front, m, cloth):
    """The short buttoned opening of a polo shirt."""
    stop = m.low + 0.62
    sketch.part(
        np.array([(-0.1, m.low), (0.1, m.low), (0.1, stop), (-0.1, stop)]),
        cloth.main.toned(-0.04),
        volume=0.2,
        depth=0.05,
        edge=0.6,
    )
    _studs(sketch, [(0, m.low + 0.14), (0, m.low + 0.36)], cloth.hardware, 0.04)


def _frog(sketch, front, m, cloth):
    """Buttons from neck to hem in a band of their own, as on a cardigan."""
    band = np.array(
        [
            (-0.12, m.low - 0.04),
            (0.12, m.low - 0.04),
            (0.12, m.length + 0.06),
            (-0.12, m.length + 0.06),
        ]
    )
    sketch.part(band, cloth.trim.of('rib'), volume=0.3, depth=0.06)
    n = max(4, int((m.length - m.low) / 0.36))
    _studs(
        sketch,
        [(0, between(m.low + 0.1, m.length - 0.08, i / (n - 1))) for i in range(n)],
        cloth.hardware,
        0.055,
    )


# Pockets ------------------------------------------------------------------------------------------


def _patch_pocket(sketch, cloth, left, top, width, height, flap=False):
    pocket = np.array(
        [
            (left, top),
            (left + width, top),
            (left + width, top + height * 0.8),
            (left + width / 2, top + height),
            (left, top + height * 0.8),
        ]
    )
    part = sketch.part(pocket, cloth.main.toned(0.03), volume=0.25, depth=0.05, edge=0.75)
    part.line([(left, top + 0.06), (left + width, top + 0.06)], 0.018, -0.35)
    if flap:
        lid = np.array(
            [
                (left - 0.03, top - 0.03),
                (left + width + 0.03, top - 0.03),
                (left + width + 0.03, top + 0.12),
                (left + width / 2, top + 0.2),
                (left - 0.03, top + 0.12),
            ]
        )
        sketch.part(lid, cloth.main.toned(0.06), volume=0.4, depth=0.05, edge=0.75)
        _studs(sketch, [(left + width / 2, top + 0.12)], cloth.hardware, 0.035)


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
            side,
            1,
        )
        sketch.part(slot, cloth.main.toned(-0.08), volume=0.4, depth=0.04, edge=0.8)


def _kangaroo(sketch, front, m, cloth):
    top, low = m.length - 0.95, m.length - 0.26
    pocket = np.array(
        [
            (-0.3, top),
            (0.3, top),
            (0.52, low - 0.22),
            (0.52, low),
            (-0.52, low),
            (-0.52, low - 0.22),
        ]
    )
    sketch.part(pocket, cloth.main, volume=0.35, depth=0.08, edge=0.8)


def _zip_pockets(sketch, front, m, cloth):
    y = min(3.0, m.length - 0.55) if m.length < 4.3 else 3.3
    for side in (1, -1):
        sketch.part(
            ribbon(np.array([(0.5, y - 0.2), (0.38, y + 0.25)]) * (side, 1), 0.055, smooth=False),
            cloth.hardware,
            volume=0.4,
            depth=0.03,
        )


# Waistlines ---------------------------------------------------------------------------------------


def _belt(sketch, front, m, cloth, look, paint=None):
    w = m.waist + 0.03
    band = mirrored(
        outline(
            [(0, WAIST_Y - 0.04), (w, WAIST_Y - 0.1)], [(w, WAIST_Y + 0.08)], [(0, WAIST_Y + 0.14)]
        )
    )
    sketch.part(band, paint or cloth.main.toned(-0.1), volume=0.4, depth=0.08, edge=0.7)
    if not look.back:
        buckle = cloth.hardware if cloth.hardware.fabric == 'metal' else cloth.main.toned(-0.3)
        sketch.part(
            box(-0.13, WAIST_Y - 0.07, 0.13, WAIST_Y + 0.17, 0.04),
            buckle,
            holes=[box(-0.07, WAIST_Y - 0.01, 0.07, WAIST_Y + 0.11, 0.02)],
            volume=0.5,
            depth=0.03,
        )


def _tie(sketch, front, m, cloth, look):
    w = m.waist + 0.03
    sketch.part(
        mirrored(
            outline(
                [(0, WAIST_Y), (w, WAIST_Y - 0.07)], [(w, WAIST_Y + 0.09)], [(0, WAIST_Y + 0.16)]
            )
        ),
        cloth.trim.toned(-0.06),
        volume=0.4,
        depth=0.08,
        edge=0.7,
    )
    if not look.back:
        for end in ((0.12, 3.7), (0.28, 3.6)):
            sketch.part(
                ribbon([(0.08, WAIST_Y + 0.1), (0.13, 3.2), end], 0.1, 0.13),
                cloth.trim.toned(-0.06),
                volume=0.4,
                depth=0.06,
            )
        sketch.part(
            disc((0.08, WAIST_Y + 0.08), (0.1, 0.12), 12),
            cloth.trim.toned(-0.06),
            volume=0.5,
            depth=0.06,
        )


def _seam(sketch, front, m, cloth, look):
    front.line(
        curve([(-m.waist - 0.1, WAIST_Y), (0, WAIST_Y + 0.07), (m.waist + 0.1, WAIST_Y)]),
        0.03,
        -0.5,
    )
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
            sketch.part(
                ribbon([(side * 0.05, y), (side * 0.12, y + 0.3), (side * 0.08, y + 0.5)], 0.035),
                cloth.trim,
                volume=0.3,
                depth=0.03,
            )


COLLARS = {
    'none': _no_collar,
    'band': _band_collar,
    'shirt': _shirt_collar,
    'polo': _polo_collar,
    'lapel': _lapels,
    'peak': _peak_lapels,
    'shawl': _shawl,
    'hood': _hood,
    'stand': _stand,
    'roll': _roll,
    'fur': _fur_collar,
    'tie': _neck_tie,
    'round': _round_collar,
}
CLOSURES = {
    'none': _none,
    'buttons': _buttons,
    'zip': _zip,
    'half_zip': _half_zip,
    'double': _double,
    'single': _single,
    'toggles': _toggles,
    'biker': _biker,
    'wrap': _wrap,
    'open': _open,
    'placket': _placket,
    'band': _frog,
}
POCKETS = {
    'none': _none,
    'chest': _chest,
    'chest2': _chest_pair,
    'patch': _patch,
    'flap': _flap,
    'welt': _welt,
    'kangaroo': _kangaroo,
    'zip': _zip_pockets,
}
WAISTLINES = {
    'none': _none,
    'belt': _belt,
    'tie': _tie,
    'seam': _seam,
    'elastic': _elastic,
    'drawstring': _drawstring,
}
