"""How a product is staged: by itself, in detail, or on a model."""

import dataclasses

from fashion_models.drawn import shapes
from fashion_models.drawn.dice import Dice
from fashion_models.drawn.geometry import Affine
from fashion_models.drawn.shapes.cloth import Look
from fashion_models.drawn.sketch import Sketch
from fashion_models.drawn.specification import ProductSpec
from fashion_models.drawn.worn import on_model

VIEWS = ('front', 'angled', 'back', 'detail', 'model')

#: Nobody photographs a necklace from behind.
NO_BACK = ('jewellery',)

#: Clothes laid flat are wider than on a body, which is round.
FLAT_WIDTH = {
    'trousers': 1.32, 'jeans': 1.32, 'shorts': 1.12, 'skirts': 1.1, 'jumpsuits': 1.15,
    'suits': 1.12, 'nightwear': 1.12}


@dataclasses.dataclass
class Scene:
    """Sketches in common coordinates, and the frame that the picture shows.

    Attributes:
        sketches (list of Sketch): Back to front.
        frame (tuple): (left, top, right, bottom), which fills the picture except for the margin.
        others (list of Worn): Other garments in the picture.
        tight (bool): Whether the sketches run out of the picture, so that it has no margin.
    """

    sketches: list
    frame: tuple
    others: list = dataclasses.field(default_factory=list)
    tight: bool = False


def scene(
        spec: ProductSpec, view: str, dice: Dice, dummy: bool = False, head: bool = True,
        other_garments: bool = True) -> Scene:
    """Stages a product.

    Args:
        spec (ProductSpec): The product.
        view (str): One of :data:`VIEWS`.
        dice (Dice): Makes the random choices.
        dummy, head, other_garments (bool): For the view ``'model'``: whether it is on a dummy,
            whether the head is in the picture, and whether other garments are worn.

    Returns: Scene.
    """
    if view == 'model':
        sketches, frame, others = on_model(spec, dice, dummy, head, other_garments)
        return Scene(sketches, frame, others, tight=True)
    look = Look(spec.gender, back=view == 'back' and spec.type not in NO_BACK)
    sketch = shapes.draw(spec.features, spec.cloth, look)
    if spec.category in FLAT_WIDTH:
        sketch = sketch.mapped(Affine.placing(squeeze=FLAT_WIDTH[spec.category]))
    if view == 'angled':
        sketch = _angled(sketch, spec, dice)
    frame = _detail(sketch, dice) if view == 'detail' else sketch.bounds()
    return Scene([sketch], frame, tight=view == 'detail')


def _angled(sketch, spec, dice):
    """From an angle; shoes often as a pair, one behind the other."""
    if spec.type != 'shoes' or dice.chance(0.4):
        return sketch.turned(dice.choice((-1, 1)) * dice.uniform(0.6, 1.0))
    far = sketch.mapped(Affine.placing(0.94, 0.42, -0.34))
    for part in far.parts:
        part.paint = part.paint.toned(-0.14)
    pair = Sketch().add(far).add(sketch)
    pair.details = sketch.details
    return pair


def _detail(sketch, dice):
    """A small frame around one of the points worth a close-up."""
    left, top, right, bottom = sketch.bounds()
    x, y = dice.choice(sketch.details)
    half = max(right - left, bottom - top) * dice.uniform(0.15, 0.21)
    x += dice.uniform(-0.2, 0.2) * half
    y += dice.uniform(-0.2, 0.2) * half
    return (x - half, y - half, x + half, y + half)
