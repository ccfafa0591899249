"""Straps of shoes: over the foot, around the ankle and behind the heel."""

from fashion_models.drawn.geometry import between, box, curve, disc, outline, ribbon
from fashion_models.drawn.shapes.cloth import Cloth
from fashion_models.drawn.shapes.shoe_cut import Last, Shoe
from fashion_models.drawn.sketch import Sketch

#: Positions along the sole where straps cross the foot.
STRAP_AT = {'toe': 2.42, 'toe2': 2.12, 'mid': 1.85, 'instep': 1.55}


def _arch(place, f, last):
    """A strap over the foot: from the near edge to the top, and on to the far edge."""
    x = STRAP_AT[place]
    low, top = last.bed_y(x), last.over(x)[1]
    near = [(x + 0.02, low + 0.02), (x, between(low, top, 0.55)), (x - 0.12, top)]
    far = [(x - 0.12, top), (x + 0.08, top + 0.06), (x + 0.16, low - 0.04)]
    return near, far


def add_far_straps(sketch: Sketch, f: Shoe, last: Last, cloth: Cloth) -> None:
    """Adds what shows of the straps on the far side of the foot."""
    for place in f.straps if 'wide' not in f.features else ():
        if place in STRAP_AT:
            _, far = _arch(place, f, last)
            width = _strap_width(place, f) * 0.8
            sketch.part(ribbon(far, width), cloth.main.toned(-0.35), volume=0.4, depth=0.06)


def _strap_width(place, f):
    return {'toe': 0.26, 'toe2': 0.2, 'mid': 0.2, 'instep': 0.2, 'ankle': 0.13, 'thong': 0.13}.get(
        place, 0.11)


def add_straps(sketch: Sketch, f: Shoe, last: Last, cloth: Cloth) -> None:
    """Adds the straps on the near side, with their buckles."""
    if 'wide' in f.features:
        _slide(sketch, last, cloth)
        return
    for place in f.straps:
        width = _strap_width(place, f)
        paint = cloth.main.toned(0.06)
        if place == 'ankle':
            y = -f.heel - 1.0
            strap = [(0.05, y + 0.04), (0.45, y + 0.1), (0.95, y + 0.06), (1.12, y - 0.02)]
            sketch.part(ribbon([(0.05, y + 0.04), (0.5, y - 0.12), (1.12, y - 0.02)], width * 0.8),
                paint.toned(-0.3), volume=0.3, depth=0.04)
            sketch.part(ribbon(strap, width), paint, volume=0.5, depth=0.05)
            sketch.part(box(0.72, y - 0.02, 0.9, y + 0.2, 0.03), cloth.hardware,
                holes=[box(0.77, y + 0.03, 0.85, y + 0.15)], volume=0.5, depth=0.03)
            if 'heelcup' in f.features or 'sandal' in f.features:
                cup = outline([(0.04, y), (0.0, -f.heel - 0.5), (0.08, -f.heel)], [(0.6, -f.heel)],
                    [(0.4, -f.heel - 0.3), (0.2, y + 0.1)], [(0.04, y)])
                sketch.part(cup, paint, volume=0.6, depth=0.1)
        elif place == 'sling':
            x = between(1.05, 2.3, f.vamp) - 0.25
            sketch.part(ribbon([(x, last.bed_y(x) - 0.3), (0.8, -f.heel - 0.52),
                (0.3, -f.heel - 0.62), (0.0, -f.heel - 0.55)], 0.1), paint, volume=0.5, depth=0.04)
            sketch.part(disc((0.72, -f.heel - 0.55), 0.07), cloth.hardware, volume=0.6, depth=0.03)
        elif place == 'tbar':
            sketch.part(ribbon([(1.9, last.over(1.9)[1] + 0.05), (1.45, last.over(1.45)[1] + 0.05),
                (1.1, -f.heel - 1.0)], 0.12), paint, volume=0.5, depth=0.04)
        elif place == 'thong':
            far = [(2.42, last.bed_y(2.42) - 0.05), (2.1, last.over(2.1)[1] + 0.0),
                (1.5, last.bed_y(1.5) - 0.06)]
            sketch.part(ribbon(far, width * 0.9), paint.toned(-0.25), volume=0.5, depth=0.05)
            near = [(2.42, last.bed_y(2.42) - 0.05), (2.2, last.over(2.2)[1] + 0.1),
                (1.6, last.bed_y(1.6) - 0.3), (1.2, last.bed_y(1.2) - 0.02)]
            sketch.part(ribbon(near, width), paint, volume=0.6, depth=0.06)
        elif place.startswith('high'):
            n = int(place[-1])
            y = -f.heel - 0.75 - 0.42 * n
            sketch.part(ribbon([(0.1, y), (0.6, y - 0.14), (1.14, y - 0.06)], 0.09),
                paint.toned(-0.35), volume=0.3, depth=0.04)
            sketch.part(ribbon([(0.1, y), (0.6, y + 0.08), (1.14, y - 0.06)], 0.12), paint,
                volume=0.5, depth=0.05)
        elif place == 'bar':
            y, low = last.over(1.1)[1] + 0.06, last.bed_y(1.0) - 0.34
            far = [(1.12, y), (1.34, y + 0.06), (1.42, low + 0.06)]
            sketch.part(ribbon(far, 0.12), paint.toned(-0.35), volume=0.4, depth=0.04)
            near = [(0.98, low), (1.0, between(low, y, 0.6)), (1.14, y)]
            sketch.part(ribbon(near, 0.14), paint, volume=0.5, depth=0.05)
            sketch.part(disc((0.99, low - 0.1), 0.065), cloth.hardware, volume=0.6, depth=0.03)
        elif place == 'cross':
            for a, b in (((2.5, 0), (1.75, 1)), ((1.75, 0), (2.3, 1))):
                line = [(a[0], last.bed_y(a[0])), (between(a[0], b[0], 0.5),
                    between(last.bed_y(a[0]), last.over(b[0])[1], 0.7)),
                    (b[0], last.over(b[0])[1] + 0.04)]
                sketch.part(ribbon(line, 0.24), paint, volume=0.6, depth=0.08)
        else:
            near, _ = _arch(place, f, last)
            sketch.part(ribbon(near, width, width * 0.85), paint, volume=0.6, depth=0.08)


def _slide(sketch, last, cloth):
    """The single broad band of a slider."""
    low = last.bed_y(2.0)
    far = outline([(1.75, low - 0.6), (2.2, low - 0.56), (2.52, low - 0.36)], [(2.6, low - 0.06)],
        [(2.3, low - 0.1), (1.75, low - 0.6)])
    sketch.part(far, cloth.main.toned(-0.4), volume=0.4, depth=0.06)
    band = outline([(1.4, low + 0.03), (1.42, low - 0.35), (1.66, low - 0.62)],
        [(1.95, low - 0.64), (2.22, low - 0.54)], [(2.42, low - 0.3), (2.46, low + 0.03)],
        [(1.4, low + 0.03)])
    part = sketch.part(band, cloth.main, volume=0.7, depth=0.2)
    part.line(curve([(1.5, low), (1.52, low - 0.33), (1.74, low - 0.58)]), 0.025, -0.35)
    if cloth.trim.rgb != cloth.main.rgb:
        part.line(curve([(1.9, low), (1.86, low - 0.35), (1.92, low - 0.7)]), 0.14, cloth.trim.rgb)
