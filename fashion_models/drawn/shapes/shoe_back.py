"""Pairs of shoes from behind."""

from fashion_models.drawn.geometry import between, disc, mirrored, outline, ribbon
from fashion_models.drawn.shapes.cloth import Cloth, Look
from fashion_models.drawn.shapes.shoe_cut import Shoe
from fashion_models.drawn.sketch import Sketch


def draw_pair_from_behind(f: Shoe, cloth: Cloth, look: Look) -> Sketch:
    """Draws both shoes: the counter, with the heel below and the shaft above it."""
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
