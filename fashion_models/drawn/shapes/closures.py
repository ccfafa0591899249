"""Front closures of upper garments: buttons, zips, toggles, wraps."""

import numpy as np

from fashion_models.drawn.geometry import between, box, curve, mirrored, outline, ribbon
from fashion_models.drawn.paint import Paint
from fashion_models.drawn.shapes.body import WAIST_Y
from fashion_models.drawn.shapes.trimmings import bow, studs

KNITS = ('knit', 'cable', 'fine_knit', 'rib', 'fair_isle', 'argyle')


def _none(*_):
    pass


def _buttons(sketch, front, m, cloth, stop=None, spacing=0.42):
    start, stop = m.low + 0.06, stop or min(m.length - 0.12, 5.6)
    front.line([(-0.09, start - 0.1), (-0.09, m.length + 0.4)], 0.02, -0.35)
    front.line([(0.09, start - 0.1), (0.09, m.length + 0.4)], 0.028, -0.5)
    n = max(3, int((stop - start) / spacing + 1.5))
    studs(sketch, [(0, between(start + 0.06, stop - 0.14, i / (n - 1))) for i in range(n)],
        cloth.hardware, 0.045 if m.f.collar in ('shirt', 'round', 'none') else 0.065)


def _zip(sketch, front, m, cloth, stop=None):
    start, stop = m.low + 0.02, stop or m.length + 0.04
    track = sketch.part(np.array([(-0.045, start), (0.045, start), (0.045, stop), (-0.045, stop)]),
        cloth.hardware, volume=0.3, depth=0.03)
    track.line([(0, start), (0, stop)], 0.05, -0.6, dash=0.05)
    sketch.part(box(-0.04, start + 0.05, 0.04, start + 0.26, 0.03), cloth.hardware.toned(-0.15),
        volume=0.5, depth=0.03)
    front.line([(-0.12, start), (-0.12, stop)], 0.018, -0.35)
    front.line([(0.12, start), (0.12, stop)], 0.018, -0.35)


def _double(sketch, front, m, cloth):
    start = m.low + 0.2
    front.line(curve([(0, m.low), (0.3, m.low + 0.3), (0.3, m.length + 0.3)]), 0.032, -0.5)
    stop = min(m.length - 0.2, max(WAIST_Y + 0.7, start + 0.9))
    n = 3
    places = [(side * 0.26, between(start, stop, i / (n - 1))) for i in range(n) for side in (1,
        -1)]
    studs(sketch, places, cloth.hardware, 0.065)


def _single(sketch, front, m, cloth):
    """One to three buttons below lapels."""
    start = m.low + 0.14
    front.line(curve([(0, m.low), (0.03, start + 0.6), (0.1, m.length - 0.2),
        (0.24, m.length + 0.1)]), 0.03, -0.5)
    n = 2 if m.length < 4.2 else 3
    studs(sketch, [(-0.02, start + i * 0.42) for i in range(n)], cloth.hardware, 0.06)


def _toggles(sketch, front, m, cloth):
    front.line([(0, m.low), (0, m.length + 0.1)], 0.03, -0.5)
    for i in range(4):
        y = m.low + 0.3 + i * 0.55
        cord = np.array([(-0.34, y - 0.05), (0.34, y - 0.05), (0.34, y + 0.05), (-0.34, y + 0.05)])
        sketch.part(cord, cloth.trim.toned(-0.2), volume=0.3, depth=0.04)
        sketch.part(box(-0.16, y - 0.05, 0.14, y + 0.05, 0.05), Paint((196, 150, 92), 'plain'),
            volume=0.6, depth=0.05)


def _biker(sketch, front, m, cloth):
    start, stop = (-0.12, m.low + 0.1), (0.42, m.length)
    flap = outline([(0, m.low), (-0.42, 1.72)], [(-0.55, 2.0)], [(-0.1, 2.4)], [(0, m.low + 0.1)])
    sketch.part(flap, cloth.main.toned(0.05), volume=0.5, depth=0.08)
    flap2 = outline([(0, m.low), (0.4, 1.7)], [(0.58, 1.96)], [(0.2, 2.3)], [(0, m.low + 0.1)])
    sketch.part(flap2, cloth.main.toned(0.05), volume=0.5, depth=0.08)
    sketch.part(ribbon([start, (0.24, 2.55), stop], 0.075), cloth.hardware, volume=0.4, depth=0.03)
    for line in ([(-0.62, 2.6), (-0.22, 2.45)], [(-0.6, 3.05), (-0.2, 2.95)],
            [(0.46, 2.75), (0.7, 2.6)]):
        sketch.part(ribbon(line, 0.06, smooth=False), cloth.hardware, volume=0.3, depth=0.03)
    studs(sketch, [(-0.45, 1.9), (0.48, 1.9)], cloth.hardware, 0.045)


def _wrap(sketch, front, m, cloth):
    x = m.x
    line = curve([(x, m.y), (0.1, m.low - 0.1), (-0.25, 2.5), (-m.waist + 0.02, WAIST_Y)])
    front.line(line, 0.035, -0.55)
    front.fold([(x - 0.05, m.y + 0.1), (-0.05, m.low), (-m.waist, WAIST_Y - 0.05)], 0.12, -0.3)
    front.fold([(0.4, 2.3), (0, 2.5), (-m.waist, WAIST_Y)], 0.1, -0.3)
    if m.length > 3.8:
        front.line(curve([(-m.waist + 0.05, WAIST_Y), (-0.05, 4.2), (0.18, m.length + 0.1)]), 0.035,
            -0.5)
        front.fold([(-m.waist + 0.1, WAIST_Y), (0.05, 4.2), (0.28, m.length)], 0.12, -0.35)
    bow(sketch, (-m.waist + 0.1, WAIST_Y), 0.17, cloth.main.toned(-0.06))
    sketch.part(ribbon([(-m.waist + 0.1, WAIST_Y), (-m.waist + 0.04, 3.2), (-m.waist + 0.1, 3.6)],
        0.06, 0.09), cloth.main.toned(-0.06), volume=0.3, depth=0.04)


def _open(sketch, front, m, cloth):
    """Hangs open, with the inside of the back between the edges."""
    gap = outline([(0, m.low - 0.3), (0.05, m.low)], [(0.1, 2.6), (0.15, m.length + 0.1)],
        [(0, m.length + 0.14)])
    sketch.part(mirrored(gap), cloth.lining, volume=0.2, edge=0.5)
    for side in (1, -1):
        band = ribbon([(side * m.x, m.y), (side * 0.1, m.low), (side * 0.15, 2.6),
            (side * 0.2, m.length + 0.05)], 0.12)
        sketch.part(band, cloth.trim.of('rib') if cloth.main.fabric in KNITS
            else cloth.main.toned(-0.06), volume=0.4, depth=0.06)


def _placket(sketch, front, m, cloth):
    """The short buttoned opening of a polo shirt."""
    stop = m.low + 0.62
    sketch.part(np.array([(-0.1, m.low), (0.1, m.low), (0.1, stop), (-0.1, stop)]),
        cloth.main.toned(-0.04), volume=0.2, depth=0.05, edge=0.6)
    studs(sketch, [(0, m.low + 0.14), (0, m.low + 0.36)], cloth.hardware, 0.04)


def _button_band(sketch, front, m, cloth):
    """Buttons from neck to hem on a band, as on a cardigan."""
    band = np.array([(-0.12, m.low - 0.04), (0.12, m.low - 0.04), (0.12, m.length + 0.06),
        (-0.12, m.length + 0.06)])
    sketch.part(band, cloth.trim.of('rib'), volume=0.3, depth=0.06)
    n = max(4, int((m.length - m.low) / 0.36))
    studs(sketch, [(0, between(m.low + 0.1, m.length - 0.08, i / (n - 1))) for i in range(n)],
        cloth.hardware, 0.055)

CLOSURES = {'none': _none, 'buttons': _buttons, 'zip': _zip, 'double': _double, 'single': _single,
    'toggles': _toggles, 'biker': _biker, 'wrap': _wrap, 'open': _open, 'placket': _placket,
    'band': _button_band}
