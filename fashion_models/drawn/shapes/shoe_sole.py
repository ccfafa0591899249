"""Soles and heels of shoes in profile."""

import numpy as np

from fashion_models.drawn.geometry import between, curve, outline
from fashion_models.drawn.shapes.cloth import Cloth
from fashion_models.drawn.shapes.shoe_cut import Last, Shoe
from fashion_models.drawn.sketch import Sketch


def add_sole(sketch: Sketch, f: Shoe, last: Last, cloth: Cloth) -> None:
    """Adds the sole and the heel."""
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
