"""Products on a model or a dummy, with other garments: the view ``'model'``."""

import numpy as np

from fashion_models.drawn import palette, shapes
from fashion_models.drawn.dice import Dice
from fashion_models.drawn.geometry import Affine, between, outline, ribbon
from fashion_models.drawn.outfits import UNDER, Worn, outfit, slim
from fashion_models.drawn.paint import Paint
from fashion_models.drawn.shapes import body, limbs
from fashion_models.drawn.shapes.cloth import Look
from fashion_models.drawn.sketch import Sketch
from fashion_models.drawn.specification import ProductSpec

#: What can be worn by itself.
ALONE = (
    'dresses', 'jumpsuits', 'nightwear', 'swimwear', 'necklaces', 'earrings', 'hats',
    'sunglasses')
#: The layer of an outfit that a category is; others are whole outfits, or worn over one.
LAYERS = {
    'tops': 'top', 'shirts': 'top', 'knitwear': 'top', 'jackets': 'outer', 'coats': 'outer',
    'trousers': 'bottom', 'jeans': 'bottom', 'shorts': 'bottom', 'skirts': 'bottom',
    'suits': 'outer', 'dungarees': 'outer'}
#: Heights on the body between which a category is shown.
CROPS = {
    'tops': (0.2, 4.3), 'shirts': (0.2, 4.4), 'knitwear': (0.2, 4.4), 'jackets': (0.1, 4.6),
    'trousers': (2.2, 7.95), 'jeans': (2.2, 7.95), 'shorts': (2.0, 6.2), 'skirts': (2.0, 6.6),
    'swimwear': (0, 5.4)}
WHOLE_BODY = (0, 7.95)
DUMMIES = ((232, 230, 226), (206, 206, 208), (240, 236, 230))
SHOE_COLOURS = ((36, 36, 40), (240, 240, 238), (120, 74, 46))


def on_model(
        spec: ProductSpec, dice: Dice, dummy: bool, head: bool,
        others: bool) -> tuple[list[Sketch], tuple[float, ...], list[Worn]]:
    """Puts a product on a model or a dummy.

    Args:
        spec (ProductSpec): The product.
        dice (Dice): Makes the random choices.
        dummy, head, others (bool): Whether it is on a dummy, whether the head is in the picture,
            and whether other garments are worn.

    Returns: The sketches, back to front; the frame; and the other garments in it.
    """
    show = SHOWN.get(spec.category, _clothes)
    return show(spec, dice, dummy, head, others)


def _part(spec):
    """The part of an outfit that a product is: its category, or a subcategory of UNDER."""
    return spec.kind if spec.kind in UNDER else spec.category


def _skin(dice, dummy):
    return Paint(dice.choice(DUMMIES if dummy else palette.SKINS), 'skin')


def _dressed(spec, dice, dummy, head, others, product=None, back=False):
    """A figure in its clothes: sketches, and a list of (Worn, its Sketch).

    ``product`` is the layer that the product takes, if any.
    """
    # Nobody is photographed half dressed.
    dummy = dummy or (not others and _part(spec) not in ALONE)
    skin = _skin(dice, dummy)
    hair = None if dummy else Paint(dice.choice(palette.HAIRS), 'hair')
    figure = body.bare(spec.gender == 'male', skin, hair, head, face=not (dummy or back))
    look = Look(spec.gender, back=back, worn=True)
    worn = outfit(_part(spec), spec.gender, dice, others)
    if 'top' in worn and ('outer' in worn or product == 'outer'):
        worn['top'] = slim(worn['top'])
    layers = {name: shapes.draw(item.features, item.cloth, look) for name, item in worn.items()}
    if 'outer' in worn and not back:
        layers['outer'] = _opened(layers['outer'])
    if product is not None:
        layers[product] = shapes.draw(spec.features, spec.cloth, look)
    tucked_in = dice.chance(0.3)
    order = ('top', 'bottom', 'outer') if tucked_in else ('bottom', 'top', 'outer')
    sketches = [figure, *(layers[name] for name in order if name in layers)]
    if others:
        sketches.insert(1, limbs.feet(Paint(dice.choice(SHOE_COLOURS), 'leather')))
    return sketches, [(item, layers[name]) for name, item in worn.items()]


def _seen(worn, frame):
    """The garments, of pairs (Worn, Sketch), that are in the frame."""
    _, top, _, bottom = frame
    return [item for item, sketch in worn
            if sketch.bounds()[1] < bottom - 0.1 and sketch.bounds()[3] > top + 0.1]


def _opened(sketch):
    """A jacket worn open, reduced to its sides."""
    sides = Sketch()
    for part in sketch.mapped(lambda points: points).parts:
        x, y = np.concatenate(part.polygons).T
        if x.min() < -0.2 and x.max() > 0.2:
            top, middle, low = y.min() - 0.2, between(y.min(), y.max(), 0.4), y.max() + 0.4
            gap = outline([(-0.12, top), (-0.26, middle), (-0.36, low)], [(0.36, low)],
                [(0.26, middle), (0.12, top)], [(-0.12, top)])
            part.holes = [*part.holes, gap]
            sides.parts.append(part)
        elif abs(x).min() > 0.1:
            sides.parts.append(part)
    return sides


def _clothes(spec, dice, dummy, head, others):
    """Clothes, on the whole figure or the part that matters."""
    layer = LAYERS.get(_part(spec), 'top')
    with_head = head and not (dummy and dice.chance(0.7))
    sketches, worn = _dressed(spec, dice, dummy, with_head, others, layer)
    top, bottom = CROPS.get(spec.category, WHOLE_BODY)
    if dice.chance(0.25):
        top, bottom = WHOLE_BODY
    bottom = max(bottom, min(sketches[-1].bounds()[3] + 0.2, WHOLE_BODY[1]))
    if not head:
        top = max(top, 0.85)
    middle, half = dice.bell(0.06), (bottom - top) / 2
    frame = (middle - half, top - 0.08, middle + half, bottom)
    return sketches, frame, _seen(worn, frame)


def _window(x, y, half, dice):
    x, y = x + dice.bell(0.05) * half, y + dice.bell(0.05) * half
    return (x - half, y - half, x + half, y + half)


def _shoes(spec, dice, dummy, head, others):
    """Two legs in profile, one step apart, in trousers or bare."""
    skin = _skin(dice, dummy)
    shoe = shapes.draw(spec.features, spec.cloth, Look(spec.gender, worn=True))
    worn = [item for layer, item in outfit('tops', spec.gender, dice, others).items()
            if layer == 'bottom' and 'skirt' not in item.kind]
    trousers = worn[0].cloth.main if worn else None
    near = Sketch().add(limbs.leg(spec.features, skin, trousers)).add(shoe)
    far = near.mapped(Affine.placing(0.97, dice.uniform(-1.0, -0.5), -0.22))
    left, top, right, bottom = shoe.bounds()
    half = max(1.75, (bottom - top) * 0.62)
    frame = _window((left + right) / 2 - 0.25, (top + bottom) / 2 - 0.25 * half, half, dice)
    return [far, near], frame, worn


def _bag(spec, dice, dummy, head, others):
    """A bag in the hand, on the shoulder or on the back."""
    handles = spec.features.handles
    sketches, worn = _dressed(spec, dice, dummy, head, others, back=handles == 'back')
    bag = shapes.draw(spec.features, spec.cloth, Look(spec.gender, worn=handles != 'back'))
    _, top, _, bottom = bag.bounds()
    x, y = body.arm_point(body.Figure.of(spec.gender == 'male'), 1.2)
    if handles in ('strap', 'chain'):
        strap = Sketch()
        line = [(-0.45, 1.5), (0.0, 2.6), (0.55, 3.7)]
        strap.part(ribbon(line, 0.07), spec.cloth.main.toned(-0.1).plain('leather'), depth=0.04)
        sketches.append(strap)
        place = Affine.placing(0.5, 0.62, 3.75 - 0.35 * bottom)
    elif handles == 'telescope':
        place = Affine.placing(1.0, x + 0.25, 7.75 - bottom)
    elif handles == 'back':
        place = Affine.placing(0.62, 0, 1.75)
    else:
        scale = 0.72 if spec.category == 'luggage' else 0.52
        grip = 0.3 if handles == 'none' else max(top, -0.9) * scale + 0.1
        place = Affine.placing(scale, x - 0.02, y - grip)
    sketches.append(bag.mapped(place))
    left, top, right, bottom = sketches[-1].bounds()
    half = max(1.9, (bottom - top) * 0.9)
    frame = _window((left + right) / 2 * 0.75, (top + bottom) / 2 - 0.3, half, dice)
    if handles == 'telescope' or dice.chance(0.4):
        frame = (-3.4, 0.0, 4.6, 8.0)
    return sketches, frame, _seen(worn, frame)


def _on_bust(place, half, y):
    """Shows head and shoulders with the product put on by ``place(sketch, features)``."""
    def show(spec, dice, dummy, head, others):
        sketches, worn = _dressed(spec, dice, dummy, True, others)
        product = shapes.draw(spec.features, spec.cloth, Look(spec.gender, worn=True))
        frame = _window(0, y, half, dice)
        return [*sketches, place(product, spec.features)], frame, _seen(worn, frame)
    return show


def _necklace(product, features):
    return product.mapped(Affine.placing(0.42, 0, 1.24))


def _earrings(product, features):
    left, top, right, bottom = product.bounds()
    scale = min(0.3, 0.5 / (bottom - top))
    centre = (right - left) / 2 * 0.55  # of one earring

    def hang(points):
        x, y = points.T
        x = np.where(x > 0, 0.43 + (x - centre) * scale, -0.43 + (x + centre) * scale)
        return np.stack([x, 0.72 + (y - top) * scale], axis=1)
    return product.mapped(hang)


def _hat(product, features):
    return product.mapped(Affine.placing(0.5, 0, 0.28 if features.kind == 'flat' else 0.36))


def _glasses(product, features):
    return product.mapped(Affine.placing(0.235, 0, 0.52))


def _scarf(product, features):
    if features.kind in ('long', 'skinny'):
        return product.mapped(Affine.placing(0.82, 0, 1.06))
    return product.mapped(Affine.placing(0.52, 0, 1.5))


def _tie(product, features):
    product = product.mapped(lambda points: points)
    if features.kind == 'bow':
        return product.mapped(Affine.placing(0.26, 0, 1.5))
    if features.kind == 'pocket':
        product.parts = product.parts[:-1]  # not what is in the pocket
        return product.mapped(Affine.placing(0.26, 0.42, 2.2))
    product.parts = product.parts[1:]  # not the loop, which is under the collar
    return product.mapped(Affine.placing(0.62, 0, 1.54))


def _belt(spec, dice, dummy, head, others):
    sketches, worn = _dressed(spec, dice, dummy, head, others)
    sketches.append(limbs.belt(spec, body.Figure.of(spec.gender == 'male')))
    frame = _window(0, 2.95, 1.3, dice)
    return sketches, frame, _seen(worn, frame)


def _hand(spec, dice, dummy, head, others):
    """Rings, bracelets, watches and gloves, on a hand and a forearm."""
    skin = _skin(dice, dummy)
    worn = [item for layer, item in outfit('trousers', spec.gender, dice, others).items()
            if layer == 'top' and dice.chance(0.6)]
    sketch = limbs.hand(spec, skin, worn[0].cloth.main if worn else None)
    return [sketch], _window(0.05, 0.9, 2.1, dice), worn


SHOWN = {
    **dict.fromkeys(('trainers', 'boots', 'heels', 'flats', 'sandals'), _shoes),
    **dict.fromkeys(('handbags', 'clutches', 'backpacks', 'luggage', 'wallets'), _bag),
    **dict.fromkeys(('rings', 'bracelets', 'watches', 'gloves'), _hand),
    'necklaces': _on_bust(_necklace, 1.25, 1.35), 'earrings': _on_bust(_earrings, 0.85, 0.75),
    'hats': _on_bust(_hat, 1.25, 0.62), 'sunglasses': _on_bust(_glasses, 0.8, 0.62),
    'scarves': _on_bust(_scarf, 1.9, 1.75), 'ties': _on_bust(_tie, 1.3, 1.9), 'belts': _belt,
}
