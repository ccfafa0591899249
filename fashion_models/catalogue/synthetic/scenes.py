"""How a product is put before the camera: alone, in detail, or on a model."""

import dataclasses

import numpy as np

from fashion_models.catalogue.synthetic import palette, shapes
from fashion_models.catalogue.synthetic.geometry import Affine, between, outline, ribbon
from fashion_models.catalogue.synthetic.outfits import outfit
from fashion_models.catalogue.synthetic.paint import Paint
from fashion_models.catalogue.synthetic.shapes import body, figures
from fashion_models.catalogue.synthetic.shapes.features import Look
from fashion_models.catalogue.synthetic.sketch import Sketch

VIEWS = ('front', 'angled', 'back', 'detail', 'model')

#: Nobody photographs a necklace from behind.
NO_BACK = ('jewellery',)


#: Cloth laid flat is wider than on legs, which are round.
FLAT_WIDTH = {'trousers': 1.32, 'jeans': 1.32, 'shorts': 1.12, 'skirts': 1.1, 'jumpsuits': 1.15,
    'suits': 1.12, 'nightwear': 1.12}


@dataclasses.dataclass
class Scene:
    """Sketches in one system of coordinates and the part of it that the picture shows.

    Attributes:
        sketches (list of Sketch): Back to front.
        frame (tuple): (left, top, right, bottom), to fill the picture but for the margin.
        others (list of Worn): Garments in the picture that are not sold there.
        tight (bool): Things run out of the picture, so it has no margin.
        skin (tuple or None): The model's, if one is in the picture.
    """

    sketches: list
    frame: tuple
    others: list = dataclasses.field(default_factory=list)
    tight: bool = False
    skin: tuple | None = None


def scene(spec, view, dice, dummy=False, head=True, other_garments=True):
    """Puts a product before the camera.

    Args:
        spec (ProductSpec): What.
        view (str): One of :data:`VIEWS`.
        dice (Dice): For all that is left open.
        dummy, head, other_garments (bool): Of the view ``'model'``: on a dummy, with its head in
            the picture, with other garments worn.

    Returns: Scene.
    """
    if view == 'model':
        return ON_MODEL.get(spec.category, _on_figure)(spec, dice, dummy, head, other_garments)
    look = Look(spec.gender, back=view == 'back' and spec.type not in NO_BACK)
    sketch = shapes.draw(spec.features, spec.cloth, look)
    if spec.category in FLAT_WIDTH:
        sketch = sketch.mapped(Affine.placing(squeeze=FLAT_WIDTH[spec.category]))
    if view == 'angled':
        sketch = _angled(sketch, spec, dice)
    if view == 'detail':
        return _detail(sketch, dice)
    return Scene([sketch], sketch.bounds())


def _angled(sketch, spec, dice):
    if spec.type == 'shoes' and dice.chance(0.6):
        pair = Sketch()
        far = sketch.mapped(Affine.placing(0.94, 0.42, -0.34))
        far.parts = [_shaded(part) for part in far.parts]
        pair.add(far).add(sketch)
        pair.details = sketch.details
        return pair
    return sketch.turned(dice.choice((-1, 1)) * dice.uniform(0.6, 1.0))


def _shaded(part):
    part.paint = part.paint.toned(-0.14)
    return part


def _detail(sketch, dice):
    left, top, right, bottom = sketch.bounds()
    x, y = dice.choice(sketch.details)
    half = max(right - left, bottom - top) * dice.uniform(0.15, 0.21)
    x += dice.uniform(-0.2, 0.2) * half
    y += dice.uniform(-0.2, 0.2) * half
    return Scene([sketch], (x - half, y - half, x + half, y + half), tight=True)


#: What can be worn with nothing else.
ALONE = ('dresses', 'jumpsuits', 'nightwear', 'swimwear', 'suits', 'necklaces', 'earrings', 'hats',
    'sunglasses', 'ties')


# On a model ---------------------------------------------------------------------------------------


def _person(spec, dice, dummy, head=True, back=False):
    """A model or a dummy: (sketch, skin)."""
    male = spec.gender == 'male'
    if dummy:
        tones = (232, 230, 226), (206, 206, 208), (240, 236, 230)
        skin = Paint(dice.choice(tones), 'skin')
        return body.bare(male, skin, None, head, face=False), skin
    skin = Paint(dice.choice(palette.SKINS), 'skin')
    hair = Paint(dice.choice(palette.HAIRS), 'hair')
    return body.bare(male, skin, hair, head, face=not back), skin


def _dressed(spec, dice, dummy, head, others, product=None, back=False):
    """The figure with the other garments and, where it is worn on the body, the product."""
    # Nobody is photographed half dressed.
    dummy = dummy or (not others and spec.category not in ALONE)
    figure, skin = _person(spec, dice, dummy, head, back=back)
    look = Look(spec.gender, back=back, worn=True)
    worn = outfit(spec.category, spec.gender, dice, others and not dummy)
    if 'outer' in worn or product == 'outer':
        _slim(worn)
    layers = {layer: shapes.draw(item.features, item.cloth, look) for layer, item in worn.items()}
    if product is not None:
        layers[product] = shapes.draw(spec.features, spec.cloth, look)
    order = ['bottom', 'top', 'outer'] if dice.chance(0.7) else ['top', 'bottom', 'outer']
    if 'outer' in worn and not back:
        layers['outer'] = _opened(layers['outer'])
    sketches = [figure]
    shoe = Paint(dice.choice(((36, 36, 40), (240, 240, 238), (120, 74, 46))), 'leather')
    if others and not dummy:
        sketches.append(figures.feet(shoe))
    sketches += [layers[name] for name in order if name in layers]
    return sketches, list(worn.values()), skin


def _slim(worn):
    """Makes what is worn under a jacket fit under it."""
    top = worn.get('top')
    if top is not None:
        features = dataclasses.replace(top.features, ease=0.02, sleeve_width=0.12, sleeve_puff=0.0)
        worn['top'] = dataclasses.replace(top, features=features)


def _opened(sketch):
    """An outer garment worn open: only its sides."""
    opened = sketch.mapped(lambda points: points)
    for part in opened.parts:
        points = np.concatenate(part.polygons)
        if points[:, 0].min() < -0.2 and points[:, 0].max() > 0.2:
            top, low = points[:, 1].min(), points[:, 1].max()
            part.holes = [*part.holes, outline([(-0.12, top - 0.2), (-0.26, between(top, low, 0.4)),
                (-0.36, low + 0.4)], [(0.36, low + 0.4)], [(0.26, between(top, low, 0.4)),
                (0.12, top - 0.2)], [(-0.12, top - 0.2)])]
    opened.parts = [part for part in opened.parts if part.holes
        or abs(np.concatenate(part.polygons)[:, 0]).min() > 0.1]
    return opened


CROPS = {'tops': (0.2, 4.3), 'shirts': (0.2, 4.4), 'knitwear': (0.2, 4.4), 'jackets': (0.1, 4.6),
    'trousers': (2.2, 7.95), 'jeans': (2.2, 7.95), 'shorts': (2.0, 6.2), 'skirts': (2.0, 6.6),
    'swimwear': (0, 5.4)}
LAYERS = {'tops': 'top', 'shirts': 'top', 'knitwear': 'top', 'jackets': 'outer', 'coats': 'outer',
    'trousers': 'bottom', 'jeans': 'bottom', 'shorts': 'bottom', 'skirts': 'bottom'}


def _on_figure(spec, dice, dummy, head, others):
    """Clothes, on the whole figure or as much of it as matters."""
    sketches, worn, skin = _dressed(spec, dice, dummy, head and not (dummy and dice.chance(0.7)),
        others, LAYERS.get(spec.category, 'top'))
    top, bottom = CROPS.get(spec.category, (0, 7.95))
    if dice.chance(0.25):
        top, bottom = 0, 7.95
    bottom = max(bottom, min(sketches[-1].bounds()[3] + 0.2, 7.95))
    if not head:
        top = max(top, 0.85)
    half = (bottom - top) / 2
    middle = dice.bell(0.06)
    return Scene(sketches, (middle - half, top - 0.08, middle + half, bottom), worn, True, skin.rgb)


def _window(x, y, half, dice):
    x, y = x + dice.bell(0.05) * half, y + dice.bell(0.05) * half
    return (x - half, y - half, x + half, y + half)


def _with_shoes(spec, dice, dummy, head, others):
    male = spec.gender == 'male'
    skin = Paint((228, 226, 222) if dummy else dice.choice(palette.SKINS), 'skin')
    shoe = shapes.draw(spec.features, spec.cloth, Look(spec.gender, worn=True))
    worn = outfit('tops', spec.gender, dice, others and not dummy)
    worn.pop('outer', None)
    leg = figures.leg(spec.features, skin, male, [item.cloth.main for item in worn.values()
        if 'skirt' not in item.kind])
    near = Sketch().add(leg).add(shoe)
    far = near.mapped(Affine.placing(0.97, dice.uniform(-1.0, -0.5), -0.22))
    sketches = [far, near]
    left, top, right, bottom = shoe.bounds()
    half = max(1.75, (bottom - top) * 0.62)
    return Scene(sketches, _window((left + right) / 2 - 0.25, (top + bottom) / 2 - 0.25 * half,
        half, dice), list(worn.values()), True, skin.rgb)


def _with_bag(spec, dice, dummy, head, others):
    sketches, worn, skin = _dressed(spec, dice, dummy, head, others)
    bag = shapes.draw(spec.features, spec.cloth, Look(spec.gender, worn=True))
    handles = spec.features.handles
    scale = 0.52 if spec.category != 'luggage' else 0.72
    left, top, right, bottom = bag.bounds()
    hand = body.arm_point(body.Figure.of(spec.gender == 'male'), 1.2)
    if handles in ('strap', 'chain'):
        scale = 0.5
        place = Affine.placing(scale, 0.62, 3.75 - bottom * scale + bottom * scale * 0.3)
        strap = Sketch()
        strap.part(_strap(-0.45, 1.5, 0.55, 3.7), spec.cloth.main.toned(-0.1).plain('leather'),
            volume=0.5, depth=0.04)
        sketches += [strap, bag.mapped(place)]
    elif handles == 'telescope':
        sketches.append(bag.mapped(Affine.placing(1.0, hand[0] + 0.25, 7.75 - bottom)))
        return Scene(sketches, (-2.9, -0.1, 5.2, 8.0), worn, True, skin.rgb)
    elif handles == 'back':
        sketches, worn, skin = _dressed(spec, dice, dummy, head, others, back=True)
        bag = shapes.draw(spec.features, spec.cloth, Look(spec.gender))
        sketches.append(bag.mapped(Affine.placing(0.62, 0, 1.75)))
    else:
        place = Affine.placing(scale, hand[0] - 0.02, hand[1] - max(top, -0.9) * scale - 0.1
            if handles != 'none' else hand[1] - 0.3)
        sketches.append(bag.mapped(place))
    left, top, right, bottom = sketches[-1].bounds()
    if dice.chance(0.4):
        return Scene(sketches, (-3.4, 0, 4.6, 8.0), worn, True, skin.rgb)
    half = max(1.9, (bottom - top) * 0.9)
    return Scene(sketches, _window((left + right) / 2 * 0.75, (top + bottom) / 2 - 0.3, half, dice),
        worn, True, skin.rgb)


def _strap(x0, y0, x1, y1):
    return ribbon([(x0, y0), (between(x0, x1, 0.45), between(y0, y1, 0.5)), (x1, y1)], 0.07)


def _on_bust(place, half, centre):
    """A view of head and shoulders with the product put on by ``place(sketch, figure)``."""

    def build(spec, dice, dummy, head, others):
        sketches, worn, skin = _dressed(spec, dice, dummy, True, others)
        product = shapes.draw(spec.features, spec.cloth, Look(spec.gender, worn=True))
        sketches += place(product, spec, sketches[0])
        return Scene(sketches, _window(*centre, half, dice), [item for item in worn if item.kind],
            True, skin.rgb)

    return build


def _necklace(product, spec, figure):
    return [product.mapped(Affine.placing(0.42, 0, 1.24))]


def _earrings(product, spec, figure):
    left, top, right, bottom = product.bounds()
    scale = min(0.3, 0.5 / (bottom - top))
    half = (right - left) / 2
    near = product.mapped(lambda p: p * (1, 1))
    return [near.mapped(
        lambda p: np.stack([np.where(p[:, 0] > 0, 0.43 + (p[:, 0] - half * 0.55) * scale,
        -0.43 + (p[:, 0] + half * 0.55) * scale), 0.72 + (p[:, 1] - top) * scale], axis=1))]


def _hat(product, spec, figure):
    return [product.mapped(Affine.placing(0.5, 0, 0.28 if spec.features.kind == 'flat' else 0.36))]


def _glasses(product, spec, figure):
    return [product.mapped(Affine.placing(0.235, 0, 0.52))]


def _scarf(product, spec, figure):
    return [product.mapped(Affine.placing(0.82, 0, 1.06) if spec.features.kind in ('long', 'skinny')
        else Affine.placing(0.52, 0, 1.5))]


def _tie(product, spec, figure):
    scale, y = {'bow': (0.26, 1.5), 'pocket': (0.26, 2.2)}.get(spec.features.kind, (0.62, 1.54))
    x = 0.42 if spec.features.kind == 'pocket' else 0
    product = product.mapped(lambda p: p)
    if spec.features.kind in ('neck', 'skinny'):
        product.parts = product.parts[1:]  # not the loop, which is under the collar
    elif spec.features.kind == 'pocket':
        product.parts = product.parts[:-1]  # not what is in the pocket
    return [product.mapped(Affine.placing(scale, x, y))]


def _belt(spec, dice, dummy, head, others):
    sketches, worn, skin = _dressed(spec, dice, dummy, head, others)
    band = figures.belt(spec, body.Figure.of(spec.gender == 'male'))
    return Scene([*sketches, band], _window(0, 2.95, 1.3, dice), worn, True, skin.rgb)


def _on_hand(spec, dice, dummy, head, others):
    """Rings, bracelets, watches and gloves, on a hand and a forearm."""
    skin = Paint((228, 226, 222) if dummy else dice.choice(palette.SKINS), 'skin')
    worn = outfit('trousers', spec.gender, dice, others and not dummy)
    worn.pop('outer', None)
    sleeve = worn['top'].cloth.main if 'top' in worn and dice.chance(0.6) else None
    sketch = figures.hand(spec, skin, sleeve)
    return Scene([sketch], _window(0.05, 0.9, 2.1, dice), list(worn.values()) if sleeve else [],
        True, skin.rgb)


ON_MODEL = {
    **dict.fromkeys(('trainers', 'boots', 'heels', 'flats', 'sandals'), _with_shoes),
    **dict.fromkeys(('handbags', 'clutches', 'backpacks', 'luggage', 'wallets'), _with_bag),
    **dict.fromkeys(('rings', 'bracelets', 'watches', 'gloves'), _on_hand),
    'necklaces': _on_bust(_necklace, 1.25, (0, 1.35)),
    'earrings': _on_bust(_earrings, 0.85, (0, 0.75)), 'hats': _on_bust(_hat, 1.25, (0, 0.62)),
    'sunglasses': _on_bust(_glasses, 0.8, (0, 0.62)), 'scarves': _on_bust(_scarf, 1.9, (0, 1.75)),
    'ties': _on_bust(_tie, 1.3, (0, 1.9)), 'belts': _belt,
}
