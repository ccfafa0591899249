"""What a model wears besides the product."""

import dataclasses
from collections.abc import Sequence

from fashion_models.drawn import palette
from fashion_models.drawn.assortment import KINDS
from fashion_models.drawn.dice import Dice
from fashion_models.drawn.paint import Paint, mixed
from fashion_models.drawn.shapes.cloth import Cloth
from fashion_models.drawn.subcategory import decided

#: What goes with what.
TOPS = ('t-shirts', 'formal shirts', 'casual shirts', 'crew neck jumpers', 'long sleeve tops')
WOMENS_TOPS = TOPS + ('blouses', 'camisoles', 'vest tops')
BOTTOMS = ('skinny jeans', 'straight jeans', 'chinos', 'tailored trousers')
WOMENS_BOTTOMS = BOTTOMS + ('mini skirts', 'pencil skirts', 'leggings', 'wide-leg trousers')
OUTER = ('blazers', 'denim jackets', 'biker jackets', 'overcoats')

#: Categories by the part of the body that they cover.
LOWER_HALF = ('trousers', 'jeans', 'shorts', 'skirts')
UPPER_HALF = ('tops', 'shirts', 'knitwear')
WHOLE = ('dresses', 'jumpsuits', 'nightwear', 'swimwear')
#: What is worn under these, and nothing else.
UNDER = {'suits': ('formal shirts',), 'dungarees': ('t-shirts', 'long sleeve tops')}
UNDER_A_JACKET = (*LOWER_HALF, 'tops', 'shirts', 'belts', 'handbags')


@dataclasses.dataclass(frozen=True)
class Worn:
    """A garment in the picture besides the product."""

    kind: str
    features: object
    cloth: Cloth
    shade: palette.Shade


def garment(names: Sequence[str], dice: Dice) -> Worn:
    """A random garment of the subcategories ``names``, in a random colour."""
    name = dice.choice(names)
    kind = KINDS[name]
    colour = dice.weighted(kind.colours or palette.FREQUENCIES)
    shade = palette.BY_COLOUR[colour if colour != 'Multicolour' else 'Blue'][0]
    fabric = dice.weighted(kind.fabrics)
    rgb = (mixed(shade.rgb, (84, 112, 160), 0.6) if fabric == 'denim' and shade.colour == 'Blue'
        else shade.rgb)
    main = Paint(rgb, fabric, (236, 236, 238) if Paint(rgb).luma < 190 else (60, 62, 70),
        (120, 60, 60))
    return Worn(name, decided(kind.features, dice), Cloth(main, main.plain()), shade)


def outfit(category: str, gender: str, dice: Dice, wanted: bool) -> dict[str, Worn]:
    """The other garments, by layer (``bottom``, ``top``, ``outer``).

    ``category`` may also be a subcategory that :data:`UNDER` names; none if not ``wanted``.
    """
    if not wanted or category in WHOLE:
        return {}
    if category in UNDER:
        return {'top': garment(UNDER[category], dice)}
    tops, bottoms = (WOMENS_TOPS, WOMENS_BOTTOMS) if gender == 'female' else (TOPS, BOTTOMS)
    worn = {}
    if category not in LOWER_HALF:
        worn['bottom'] = garment(bottoms, dice)
    if category not in UPPER_HALF:
        worn['top'] = garment(('formal shirts',) if category == 'ties' else tops, dice)
    if category in UNDER_A_JACKET and dice.chance(0.3):
        worn['outer'] = garment(OUTER, dice)
    return worn


def slim(worn: Worn) -> Worn:
    """The same garment, slim enough to go under a jacket."""
    features = dataclasses.replace(worn.features, ease=0.02, sleeve_width=0.12, sleeve_puff=0.0)
    return dataclasses.replace(worn, features=features)
