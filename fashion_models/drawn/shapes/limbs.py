"""Parts of a body for close-ups: a leg in profile, feet, a hand; and belts as worn."""

import numpy as np

from fashion_models.drawn.geometry import Affine, box, curve, disc, mirrored, outline, ribbon
from fashion_models.drawn.paint import Paint
from fashion_models.drawn.shapes import jewellery
from fashion_models.drawn.shapes.accessories import draw_glove
from fashion_models.drawn.shapes.body import WAIST_Y, Figure
from fashion_models.drawn.shapes.cloth import Look
from fashion_models.drawn.shapes.shoe_cut import Shoe
from fashion_models.drawn.shapes.trimmings import bow, gem
from fashion_models.drawn.shapes.watches import draw_watch
from fashion_models.drawn.sketch import Sketch
from fashion_models.drawn.specification import ProductSpec


def leg(shoe: Shoe, skin: Paint, trousers: Paint | None) -> Sketch:
    """A lower leg in profile, in the units of :mod:`shapes.shoes`, bare or in trousers."""
    sketch, h = Sketch(), shoe.heel
    top = -h - max(shoe.shaft, 1.0)
    foot = outline([(0.16, -h - 0.1), (0.18, -h - 0.8), (0.0, -h - 2.2), (-0.1, -h - 3.4),
        (0.05, -h - 6)], [(1.45, -h - 6)], [(1.3, -h - 3.2), (1.1, -h - 1.6), (1.2, -h - 0.95),
        (1.75, -shoe.platform - 0.62), (2.7, -shoe.platform - 0.22), (2.8, -shoe.platform - 0.06)],
        [(2.0, -shoe.platform - 0.02), (0.9, -h * 0.6 - 0.02), (0.16, -h - 0.05)])
    sketch.part(foot, skin, volume=0.8, depth=0.35, edge=0.35)
    if trousers is not None:
        hem = min(top + 0.25, -h - 0.75) if shoe.shaft < 1.8 else -h - shoe.shaft - 0.1
        cloth = sketch.part(outline([(0.0, hem), (-0.18, hem - 1.5), (-0.2, hem - 5)],
            [(1.6, hem - 5)], [(1.42, hem - 1.5), (1.34, hem + 0.02)],
            [(0.6, hem + 0.1), (0.0, hem)]), trousers, volume=0.75, depth=0.35)
        cloth.fold([(0.0, hem - 0.3), (0.7, hem - 0.15), (1.3, hem - 0.35)], 0.12,
            -0.35).fold([(0.1, hem - 0.6), (0.8, hem - 0.5)], 0.1, -0.25)
        cloth.line([(-0.3, hem - 0.05), (2, hem - 0.02)], 0.03, -0.35)
    return sketch


def feet(paint: Paint) -> Sketch:
    """Plain shoes from the front, on a figure's feet."""
    sketch = Sketch()
    shoe = outline([(0.3, 7.36), (0.58, 7.36)], [(0.64, 7.7), (0.6, 7.9)],
        [(0.44, 7.95), (0.28, 7.9)], [(0.26, 7.7), (0.3, 7.36)])
    for side in (1, -1):
        part = sketch.part(shoe * (side, 1), paint, volume=0.7, depth=0.1)
        part.line(np.array([(0.26, 7.86), (0.64, 7.86)]) * (side, 1), 0.03, -0.5)
    return sketch


def belt(spec: ProductSpec, figure: Figure) -> Sketch:
    """A belt around the waist."""
    sketch, w = Sketch(), figure.waist + 0.09
    cloth, kind = spec.cloth, spec.features.kind
    half = spec.features.width * (0.34 if kind in ('buckle', 'plaited') else 0.48)
    y = 2.93 if kind in ('buckle', 'plaited') else WAIST_Y
    paint = cloth.main.of('woven') if kind == 'plaited' else cloth.main
    band = mirrored(outline([(0, y - half + 0.08), (w, y - half)], [(w + 0.02, y + half)],
        [(0, y + half + 0.08)]))
    part = sketch.part(band, paint, volume=0.6, depth=0.08, edge=0.8)
    part.line(curve([(-w, y - half + 0.03), (0, y - half + 0.11), (w, y - half + 0.03)]), 0.014,
        0.35, dash=0.05)
    if kind == 'obi':
        bow(sketch, (0.05, y + 0.06), 0.4, paint.toned(0.04))
        return sketch
    size = half * 1.25
    sketch.part(box(-size * 1.1, y + 0.08 - size, size * 1.1, y + 0.08 + size, 0.04),
        cloth.hardware, holes=[box(-size * 0.65, y + 0.08 - size * 0.6, size * 0.65,
        y + 0.08 + size * 0.6, 0.02)], volume=0.85, depth=0.04)
    sketch.part(ribbon([(0, y + 0.08), (size, y + 0.08)], 0.03, smooth=False), cloth.hardware,
        volume=0.6, depth=0.02)
    return sketch


def hand(spec: ProductSpec, skin: Paint, sleeve: Paint | None) -> Sketch:
    """A hand and forearm, fingers up, wearing the product."""
    sketch = Sketch()
    category = spec.category
    scale = 1.12 if spec.gender == 'male' else 1.0
    forearm = outline([(-0.4 * scale, 0.7), (-0.36 * scale, 1.3), (-0.46 * scale, 3.6)],
        [(0.46 * scale, 3.6)], [(0.36 * scale, 1.3), (0.42 * scale, 0.7)], [(-0.4 * scale, 0.7)])
    sketch.part(forearm, skin, volume=0.8, depth=0.3, edge=0.35)
    gloved = category == 'gloves'
    if gloved:
        pair = draw_glove(spec.features, spec.cloth, Look(spec.gender, worn=True))
        half = len(pair.parts) // 2
        one = Sketch()
        one.parts = pair.parts[half:]
        sketch.add(one.mapped(Affine.placing(1, 0.75, 0)))
    else:
        _fingers(sketch, skin)
    if sleeve is not None:
        edge = 1.75 if not gloved else 1.5
        cloth = sketch.part(outline([(-0.62, edge), (0.62, edge)], [(0.74, 3.9)],
            [(-0.74, 3.9), (-0.62, edge)]), sleeve, volume=0.7, depth=0.25)
        cloth.line([(-1, edge + 0.14), (1, edge + 0.14)], 0.03, -0.4)
        cloth.fold([(-0.5, edge + 0.5), (0.2, edge + 0.7), (0.6, edge + 0.5)], 0.14, -0.3)
    cloth = spec.cloth
    if category == 'rings':
        small = jewellery.draw_ring(spec.features, cloth, Look())
        left, top, right, bottom = small.bounds()
        band = spec.features.kind in ('band', 'stacking')
        sketch.part(ribbon([(-0.28, -0.22), (-0.14, -0.18), (0.0, -0.22)], 0.1 if not band
            else 0.13), cloth.hardware, volume=0.9, depth=0.05, edge=0.8)
        if spec.features.kind in ('solitaire', 'cocktail'):
            gem(sketch, (-0.14, -0.22), 0.15 if spec.features.kind == 'cocktail'
                else 0.11, cloth.main.of('gem'))
        elif spec.features.kind == 'signet':
            sketch.part(disc((-0.14, -0.22), (0.13, 0.16)), cloth.hardware.toned(0.06), volume=0.9,
                depth=0.06, edge=0.8)
        elif spec.features.kind == 'stacking':
            sketch.part(ribbon([(-0.28, -0.02), (-0.14, 0.02), (0.0, -0.02)], 0.08),
                cloth.hardware.toned(-0.1), volume=0.9, depth=0.04, edge=0.8)
    elif category == 'bracelets':
        product = jewellery.draw_bracelet(spec.features, cloth, Look(worn=True))
        sketch.add(_front_half(product.mapped(Affine.placing(0.31 * scale, 0, 1.22))))
    elif category == 'watches':
        product = draw_watch(spec.features, cloth, Look(spec.gender, worn=True))
        turned = product.mapped(Affine.placing(0.42 * scale, 0, 1.32, angle=1.5707963267948966))
        sketch.add(_within(turned, -0.46 * scale, 0.46 * scale))
    sketch.detail(0, 1.2)
    return sketch


def _fingers(sketch, skin):
    for x, y in ((-0.42, -1.0), (-0.14, -1.22), (0.14, -1.18), (0.4, -0.95)):
        finger = np.concatenate([curve([(x * 0.95 - 0.125, 0.1), (x - 0.12, -0.4), (x - 0.1, y),
            (x, y - 0.12), (x + 0.1, y), (x + 0.12, -0.4), (x * 0.95 + 0.125, 0.1)])])
        sketch.part(finger, skin, volume=0.8, depth=0.1, edge=0.4)
        sketch.part(disc((x, y + 0.06), (0.06, 0.09), 10), skin.toned(0.2), volume=0.3, depth=0.03,
            edge=0.3)
    thumb = outline([(0.3, 0.55), (0.62, 0.2), (0.86, -0.3)], [(1.0, -0.38), (1.08, -0.2)],
        [(0.9, 0.3), (0.42, 0.98)], [(0.3, 0.55)])
    sketch.part(thumb, skin, volume=0.8, depth=0.12, edge=0.4)
    palm = sketch.part(outline([(-0.55, -0.15), (0.53, -0.15)], [(0.56, 0.3), (0.42, 0.95)],
        [(-0.42, 0.95)], [(-0.58, 0.3), (-0.55, -0.15)]), skin, volume=0.4, depth=0.25, edge=0)
    palm.fold([(0.2, 0.2), (0.1, 0.55), (0.25, 0.85)], 0.1, -0.15)


def _front_half(sketch):
    """The near side of a bracelet, which is all that shows on an arm."""
    middle = 1.22
    front = Sketch()
    for part in sketch.parts:
        points = np.concatenate(part.polygons)
        keep = [p for p in part.polygons if p[:, 1].mean() > middle - 0.02]
        if keep and points[:, 1].max() > middle:
            part.polygons = keep
            part.holes = [hole for hole in part.holes if hole[:, 1].mean() > middle - 0.02]
            front.parts.append(part)
    return front


def _within(sketch, left, right):
    """The sketch cut off at two vertical lines, like a strap that goes around an arm."""

    def cut(points):
        return np.stack([np.clip(points[:, 0], left, right), points[:, 1]], axis=1)

    return sketch.mapped(cut)


