"""Shoes in profile: three units long, toe to the right, ground at y = 0."""

import numpy as np

from fashion_models.drawn.geometry import between, curve, outline
from fashion_models.drawn.paint import Paint
from fashion_models.drawn.shapes.cloth import Cloth, Look
from fashion_models.drawn.shapes.shoe_back import draw_pair_from_behind
from fashion_models.drawn.shapes.shoe_cut import Last, Shoe
from fashion_models.drawn.shapes.shoe_sole import add_sole
from fashion_models.drawn.shapes.shoe_straps import add_far_straps, add_straps
from fashion_models.drawn.shapes.shoe_upper import decorate
from fashion_models.drawn.sketch import Sketch


def draw_shoe(f: Shoe, cloth: Cloth, look: Look) -> Sketch:
    """Draws a shoe in profile, or from behind."""
    if look.back:
        return draw_pair_from_behind(f, cloth, look)
    sketch, last = Sketch(), Last(f, look)
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


def _toe_run(f, last):
    """From the end of the vamp over the toe to the sole."""
    tip, high = last.tip, last.high
    if f.toe in ('pointed', 'almond'):
        return [(2.45, last.bed_y(2.45) - high - 0.16), (2.85, tip[1] - high * 0.75), tip]
    if f.toe == 'square':
        return [(2.5, last.bed_y(2.5) - high - 0.12), (2.88, tip[1] - high),
            (2.98, tip[1] - high * 0.5), tip]
    return [(2.4, last.bed_y(2.4) - high - 0.2), (2.78, tip[1] - high), (2.97, tip[1] - high * 0.5),
        tip]


def _top_line(f, last):
    """The opening, from the top of the back to the front edge."""
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
    """The far side and the inside of the shoe, which show above the near edge."""
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
