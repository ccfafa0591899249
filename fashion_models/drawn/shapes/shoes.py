"""Shoes in profile: length 3, the toe to the right, ground at y = 0, up is negative."""

import dataclasses

import numpy as np

from fashion_models.drawn.geometry import (
    between,
    box,
    curve,
    disc,
    mirrored,
    outline,
    ribbon,
)
from fashion_models.drawn.paint import Paint
from fashion_models.drawn.shapes import uppers
from fashion_models.drawn.sketch import Sketch


@dataclasses.dataclass(frozen=True)
class Shoe:
    """The make of a shoe or boot; heights in units of a third of its length."""

    heel: float = 0.16  # height under the heel
    platform: float = 0.1  # thickness of the sole under the ball
    heel_kind: str = 'flat'  # flat block stiletto kitten cone wedge trainer rubber
    toe: str = 'round'  # round pointed square almond chunky peep open
    shaft: float = 0.75  # height of the back above the foot bed
    vamp: float = 0.5  # how far the opening reaches to the toe: 0 ankle, 1 toes
    front: float = 0.6  # height of the upper's front edge (tongue, shaft)
    shaft_width: float = 0.0  # wider at its top by
    lace: str = 'none'  # none trainer oxford boot
    straps: tuple = ()  # places: toe instep ankle tbar sling cross
    features: tuple = ()  # brogue cap tassel penny monk elastic zip stripe swoosh panels fringe
    #                             bow buckle collar pull mudguard fur stitch hole knit
    open_shank: bool = False  # no upper at the back: mules, slides


def draw(f, cloth, look):
    """Draws a shoe in profile, or from behind."""
    if look.back:
        return _from_behind(f, cloth, look)
    sketch, last = Sketch(), _Last(f, look)
    if f.shaft < 1.4 and 'sandal' not in f.features:
        _opening(sketch, f, last, cloth)
    _far_straps(sketch, f, last, cloth)
    if 'sandal' in f.features:
        _footbed(sketch, f, last, cloth)
    else:
        _upper(sketch, f, last, cloth)
    _straps(sketch, f, last, cloth)
    _sole(sketch, f, last, cloth)
    sketch.detail(2.3 if 'sandal' in f.features else 1.9, last.bed_y(2.1) - 0.3)
    sketch.detail(0.35, -f.heel - (0.3 if f.shaft > 0.5 and 'sandal' not in f.features else 0.05))
    return sketch


class _Last:
    """The foot that the shoe is made on: the bed under it and the line over it."""

    def __init__(self, f, look):
        self.f = f
        plump = 1.0 if not look.male else 1.1
        spring = 0.05 if f.heel < 0.6 else 0.02
        tip = {'pointed': 3.16, 'almond': 3.06, 'open': 2.92, 'peep': 2.9}.get(f.toe, 3.0)
        high = {'pointed': 0.13, 'almond': 0.19, 'square': 0.24, 'chunky': 0.4, 'peep': 0.22}.get(
            f.toe, 0.28) * plump
        h, p = f.heel, f.platform
        self.tip = (tip, -p - spring)
        bed = [(0.1, -h), (0.5, -h + 0.0), (1.15, between(-h, -p, 0.42)), (1.9, -p), (2.5, -p),
            self.tip]
        if h - p < 0.25:
            bed = [(0.08, -h), (0.7, -h + 0.01), (1.4, between(-h, -p, 0.5)), (2.1, -p), self.tip]
        self.bed = curve(bed)
        self.high = high
        self.plump = plump

    def bed_y(self, x):
        return float(np.interp(x, self.bed[:, 0], self.bed[:, 1]))

    def over(self, x):
        """Height of the foot's upper line above the bed at x: toes low, instep high."""
        up = (float(np.interp(x, [0.0, 0.3, 0.9, 1.5, 2.1, 2.6, 3.0], [0.95, 0.95, 1.0, 0.78, 0.52,
            0.36, 0.2])) * self.plump)
        return (x, self.bed_y(x) - up)


def _toe_run(f, last):
    """From the vamp's end over the toe to the sole."""
    tip, high = last.tip, last.high
    if f.toe in ('pointed', 'almond'):
        return [(2.45, last.bed_y(2.45) - high - 0.16), (2.85, tip[1] - high * 0.75), tip]
    if f.toe == 'square':
        return [(2.5, last.bed_y(2.5) - high - 0.12), (2.88, tip[1] - high),
            (2.98, tip[1] - high * 0.5), tip]
    return [(2.4, last.bed_y(2.4) - high - 0.2), (2.78, tip[1] - high), (2.97, tip[1] - high * 0.5),
        tip]


def _top_line(f, last):
    """The opening: from the top of the back to the front edge, down to the vamp."""
    back = (0.06 - f.shaft_width * 0.5, -f.heel - f.shaft)
    if f.shaft >= 1.0:
        front = (1.16 + f.shaft_width, -f.heel - f.front)
        return [back, (0.6, back[1] - 0.02), front]
    x = between(1.05, 2.35, f.vamp)
    front = (x, last.bed_y(x) - f.front)
    if f.front < 0.5:
        return [back, (0.3, -f.heel - f.shaft * 0.8),
            (between(0.5, x, 0.5), between(-f.heel - f.shaft * 0.72, front[1], 0.55) + 0.06),
            (x - 0.2, front[1] + 0.03), front]
    return [back, (0.35, -f.heel - f.shaft * 0.86),
        (between(0.4, x, 0.6), between(-f.heel - f.shaft, front[1], 0.35) + 0.04), front]


def _upper(sketch, f, last, cloth):
    top = _top_line(f, last)
    back = top[0]
    front = top[-1]
    runs = [top]
    instep = []
    if f.shaft >= 1.0:
        instep = [(1.18 + f.shaft_width * 0.6, between(front[1], -f.heel - 0.9, 0.5)),
            (1.22, -f.heel - 0.95), (1.5, last.over(1.5)[1] + 0.02),
            (1.95, last.over(1.95)[1] + 0.02)]
    else:
        instep = [p for p in (last.over(1.65), last.over(2.0)) if p[0] > front[0] + 0.12
            and p[1] > front[1] + 0.02]
    if f.open_shank:
        x = 0.95
        runs = [[(x, last.bed_y(x)), (x + 0.05, last.bed_y(x) - 0.35),
            (x + 0.35, last.bed_y(1.3) - 0.72), (1.6, last.over(1.6)[1])]]
        instep = [last.over(2.0)]
    runs.append([*instep, *_toe_run(f, last)])
    base = last.bed[::-1]
    if f.open_shank:
        base = base[base[:, 0] > 0.97]
        shape = np.concatenate([outline(*runs), base])
    else:
        heel_back = curve([(0.08, -f.heel), (0.0, -f.heel - min(0.5, f.shaft * 0.4)),
            (0.04, -f.heel - min(0.9, f.shaft * 0.7)), back])
        shape = np.concatenate([outline(*runs), base, heel_back])
    part = sketch.part(shape, cloth.main, volume=0.75, depth=0.3)
    if f.shaft >= 1.0:
        part.fold([(0.35, -f.heel - 0.75), (0.8, -f.heel - 0.62), (1.3, -f.heel - 0.85)], 0.1, -0.3)
        part.fold([(0.3, -f.heel - 0.95), (0.9, -f.heel - 0.82)], 0.09, -0.22)
        part.fold([(0.5, -f.heel - f.shaft), (0.45, -f.heel - 1.2)], 0.22, 0.2)
    part.fold([(2.0, last.over(2.0)[1] + 0.1), (2.4, last.bed_y(2.4) - 0.3),
        (2.75, last.bed_y(2.75) - 0.2)], 0.14, 0.35)
    part.fold([(0.4, -f.heel - 0.12), (1.3, last.bed_y(1.3) - 0.1), (2.2, -f.platform - 0.08)],
        0.12, -0.28)
    if f.front >= 0.5 or f.lace != 'none':
        part.fold([(1.9, last.over(1.9)[1] + 0.1), (2.1, last.over(2.1)[1] + 0.25)], 0.06, -0.25)
    uppers.draw(sketch, part, f, last, cloth, top)


def _opening(sketch, f, last, cloth):
    """The far side and the inside of the shoe, seen over the near edge."""
    if f.open_shank:
        bed = last.bed[last.bed[:, 0] < 1.7]
        insole = np.concatenate([bed, (bed + (0, -0.09))[::-1]])
        sketch.part(insole, Paint((214, 190, 158), 'leather'), volume=0.3, depth=0.05)
        return
    top = _top_line(f, last)
    far = [(x + 0.05, y - 0.09 if 0 < i < len(top) - 1 else y - 0.02) for i,
        (x, y) in enumerate(top)]
    shape = np.concatenate([curve(top), curve(far)[::-1]])
    sketch.part(shape, cloth.lining, volume=0.2, edge=0.4)


def _footbed(sketch, f, last, cloth):
    bed = last.bed
    sketch.part(np.concatenate([bed, (bed + (0, -0.075))[::-1]]), cloth.trim.of('leather'),
        volume=0.4, depth=0.05)


#: Where straps cross the foot, along the sole.
STRAP_AT = {'toe': 2.42, 'toe2': 2.12, 'mid': 1.85, 'instep': 1.55}


def _arch(place, f, last):
    """A strap's loop over the foot: near edge of the bed, top, far edge."""
    x = STRAP_AT[place]
    low, top = last.bed_y(x), last.over(x)[1]
    near = [(x + 0.02, low + 0.02), (x, between(low, top, 0.55)), (x - 0.12, top)]
    far = [(x - 0.12, top), (x + 0.08, top + 0.06), (x + 0.16, low - 0.04)]
    return near, far


def _far_straps(sketch, f, last, cloth):
    for place in f.straps if 'wide' not in f.features else ():
        if place in STRAP_AT:
            _, far = _arch(place, f, last)
            width = _strap_width(place, f) * 0.8
            sketch.part(ribbon(far, width), cloth.main.toned(-0.35), volume=0.4, depth=0.06)


def _strap_width(place, f):
    return {'toe': 0.26, 'toe2': 0.2, 'mid': 0.2, 'instep': 0.2, 'ankle': 0.13, 'thong': 0.13}.get(
        place, 0.11)


def _straps(sketch, f, last, cloth):
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
    """The one broad band of a slider."""
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


def _sole(sketch, f, last, cloth):
    h, p, kind = f.heel, f.platform, f.heel_kind
    bed = last.bed
    tip = last.tip
    sole = cloth.sole
    if kind in ('trainer', 'rubber', 'flat', 'wedge', 'espadrille'):
        ground = curve([(tip[0] + (0.04 if kind == 'trainer' else 0), tip[1] + 0.02),
            (tip[0] - 0.06, -0.06), (2.55, 0), (1.9, 0)])
        if kind == 'flat':
            instep = [(1.15, between(-h, 0, 0.55) if h > 0.2 else -0.02), (0.82, -0.01), (0.8, 0),
                (0.1, 0), (0.08, -h)]
        elif kind == 'wedge':
            instep = [(1.3, -0.01), (0.7, 0), (0.2, 0), (0.08, -h)]
        else:
            instep = [(1.3, -0.01), (0.5, 0), (0.12, -0.02), (-0.05, -h * 0.5), (0.04, -h)]
        rim = bed + (0, -0.05 if kind in ('trainer', 'rubber') else 0)
        shape = np.concatenate([rim, ground, np.array(instep)])
        part = sketch.part(shape, sole, volume=0.45, depth=0.1)
        if kind in ('trainer', 'rubber'):
            part.line(bed + (0, min(0.1, p * 0.5)), 0.03, -0.4)
            for x in np.linspace(0.2, 2.8, 14):
                part.line([(x, 0), (x + 0.05, -0.06)], 0.04, -0.45)
        if kind == 'wedge' and sole.fabric == 'woven':
            for t in np.linspace(0.15, 0.9, 5):
                part.line(bed * (1, 1 - t), 0.025, -0.35)
        if kind == 'espadrille':
            for t in np.linspace(0.2, 0.8, 3):
                part.line(bed * (1, 1 - t), 0.03, -0.45)
        return
    thin = 0.07
    front = bed[bed[:, 0] >= 0.0]
    plate = np.concatenate(
        [front, curve([(tip[0], tip[1] + 0.03), (2.6, -max(p - 0.09, 0) if p < 0.2 else 0),
        (1.9, 0 if p >= 0.2 else -max(p - 0.1, 0))]),
        [(1.55, last.bed_y(1.55) + thin + (p * 0.5 if p > 0.2 else 0))],
        np.array([(x, last.bed_y(x) + thin) for x in (1.3, 1.0, 0.7, 0.1)])])
    sketch.part(plate, sole if p < 0.2 else cloth.main.toned(-0.08), volume=0.4, depth=0.06)
    shapes = {'stiletto': [(0.06, -h - 0.04), (0.02, -h * 0.75), (0.2, -h * 0.4), (0.27, 0)],
        'kitten': [(0.06, -h - 0.03), (0.08, -h * 0.6), (0.26, 0)], 'cone': [(0.05, -h - 0.03),
        (0.08, -h * 0.5), (0.18, 0)], 'block': [(0.05, -h - 0.03), (0.04, -h * 0.5), (0.06, 0)],
        'stacked': [(0.05, -h - 0.03), (0.04, -h * 0.5), (0.06, 0)], 'cuban': [(0.04, -h - 0.03),
        (0.08, -h * 0.5), (0.18, 0)]}
    inner = {'stiletto': [(0.37, 0), (0.34, -h * 0.4), (0.44, -h * 0.72), (0.85, last.bed_y(0.85))],
        'kitten': [(0.4, 0), (0.42, -h * 0.5), (0.8, last.bed_y(0.8))],
        'cone': [(0.45, 0), (0.55, -h * 0.5), (0.85, last.bed_y(0.85))],
        'block': [(0.75, 0), (0.76, -h * 0.5), (0.86, last.bed_y(0.86))],
        'stacked': [(0.78, 0), (0.8, -h * 0.5), (0.86, last.bed_y(0.86))],
        'cuban': [(0.68, 0), (0.72, -h * 0.5), (0.88, last.bed_y(0.88))]}
    heel = outline(shapes[kind], inner[kind][:1], inner[kind][1:], [(0.06, -h - 0.04)])
    paint = sole if kind in ('stacked', 'cuban') else cloth.main.toned(-0.1)
    part = sketch.part(heel, paint, volume=0.6, depth=0.12)
    if kind in ('stacked', 'cuban'):
        for t in np.linspace(0.2, 0.8, 4):
            part.line([(0, -h * t), (1, -h * t)], 0.02, -0.35)
    if kind in ('block', 'stacked', 'cuban') or h < 0.5:
        part.line([(0, -0.03), (1, -0.03)], 0.05, -0.6)


def _from_behind(f, cloth, look):
    """The heel counter, the heel under it and the shaft over it."""
    sketch = Sketch()
    h, s = f.heel, f.shaft
    w = 0.5
    if f.heel_kind in ('trainer', 'rubber', 'flat', 'wedge', 'espadrille'):
        heel = mirrored(outline([(0, -h - 0.06), (w + 0.06, -h - 0.06)],
            [(w + 0.1, -h * 0.5), (w + 0.05, 0)], [(0, 0)]))
        sketch_sole = cloth.sole
    else:
        foot = {'stiletto': 0.09, 'kitten': 0.12, 'cone': 0.16}.get(f.heel_kind, 0.4)
        heel = mirrored(outline([(0, -h - 0.06), (w * 0.7, -h - 0.06)],
            [(between(foot, w, 0.3), -h * 0.8), (foot * 1.1, -h * 0.4), (foot, 0)], [(0, 0)]))
        sketch_sole = (cloth.main.toned(-0.1) if f.heel_kind not in ('stacked', 'cuban')
            else cloth.sole)
        toe = mirrored(outline([(0, -f.platform - 0.5), (w * 0.95, -f.platform - 0.2)],
            [(w, -f.platform)], [(w * 0.9, 0), (0, 0)]))
        sketch.part(toe, cloth.main.toned(-0.15), volume=0.5, depth=0.2)
    top = w * (0.62 if s < 1.0 else 0.72 + f.shaft_width)
    if 'sandal' in f.features or f.open_shank:
        toe = mirrored(outline([(0, -f.platform - 0.75), (0.4, -f.platform - 0.6)],
            [(w, -f.platform)], [(0, -f.platform)]))
        sketch.part(toe, cloth.main, volume=0.6, depth=0.2)
        sketch.part(mirrored(outline([(0, -h - 0.1), (w, -h - 0.1)], [(w, -h + 0.02)],
            [(0, -h + 0.02)])), cloth.trim, volume=0.4)
        if 'ankle' in f.straps:
            sketch.part(ribbon([(-w * 0.8, -h - 1.0), (0, -h - 0.9), (w * 0.8, -h - 1.0)], 0.14),
                cloth.main, volume=0.5, depth=0.06)
            sketch.part(mirrored(outline([(0, -h - 0.95), (0.14, -h - 0.9)], [(0.26, -h)],
                [(0, -h)])), cloth.main, volume=0.5)
    else:
        if s < 1.0:
            sketch.part(disc((0, -h - s), (top, 0.13)), cloth.lining, volume=0.3)
            front = mirrored(outline([(0, -h - max(f.front, s) - 0.1), (top * 0.8, -h - s)],
                [(0, -h - s + 0.1)]))
            sketch.part(front, cloth.main.toned(-0.2), volume=0.4)
        counter = mirrored(outline([(0, -h - s + (0.1 if s < 1 else -0.02)), (top, -h - s)],
            [(between(top, w, 0.5), -h - s * 0.6), (w + 0.02, -h - 0.3), (w * 0.95, -h)],
            [(0, -h)]))
        part = sketch.part(counter, cloth.main, volume=0.75, depth=0.25)
        part.line([(0, -h), (0, -h - s - 0.2)], 0.035, -0.45)
        if f.lace == 'trainer' or 'collar' in f.features:
            tab = mirrored(outline([(0, -h - s + 0.06), (0.18, -h - s + 0.02)],
                [(0.22, -h - s * 0.4)], [(0, -h - s * 0.3)]))
            sketch.part(tab, cloth.trim, volume=0.5, depth=0.08)
    sketch.part(heel, sketch_sole, volume=0.55, depth=0.15)
    pair = Sketch()
    pair.add(sketch, lambda p: p + (-0.68, 0.0))
    pair.add(sketch, lambda p: p + (0.68, 0.0))
    pair.detail(0.6, -h - 0.3)
    return pair






