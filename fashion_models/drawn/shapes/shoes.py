"""Shoes in profile: length 3, the toe to the right, ground at y = 0, up is negative."""

import dataclasses

import numpy as np

from fashion_models.drawn.geometry import between, curve, outline
from fashion_models.drawn.paint import Paint
from fashion_models.drawn.shapes.cloth import Cloth, Look
from fashion_models.drawn.shapes.shoe_back import draw_pair_from_behind
from fashion_models.drawn.shapes.shoe_sole import add_sole
from fashion_models.drawn.shapes.shoe_straps import add_far_straps, add_straps
from fashion_models.drawn.shapes.shoe_upper import decorate
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


def draw_shoe(f, cloth: Cloth, look: Look) -> Sketch:
    """Draws a shoe in profile, or from behind."""
    if look.back:
        return draw_pair_from_behind(f, cloth, look)
    sketch, last = Sketch(), _Last(f, look)
    if f.shaft < 1.4 and 'sandal' not in f.features:
        _opening(sketch, f, last, cloth)
    add_far_straps(sketch, f, last, cloth)
    if 'sandal' in f.features:
        _footbed(sketch, f, last, cloth)
    else:
        _upper(sketch, f, last, cloth)
    add_straps(sketch, f, last, cloth)
    add_sole(sketch, f, last, cloth)
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
    decorate(sketch, part, f, last, cloth, top)


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
