"""How the generator describes a subcategory: features, genders, fabrics and colours."""

import dataclasses
from typing import TypeVar

from fashion_models.drawn.dice import Dice

T = TypeVar('T')

#: How frequent fabrics are, for groups of subcategories.
JERSEY = {'plain': 6, 'stripes': 2, 'wide_stripes': 0.6, 'dots': 0.5, 'floral': 0.5,
    'camouflage': 0.2, 'zigzag': 0.2}
BLOUSE = {'silk': 3, 'plain': 2, 'floral': 2, 'dots': 1, 'stripes': 0.7, 'leopard': 0.5,
    'satin': 0.7, 'zigzag': 0.3}
SHIRTING = {'cotton': 5, 'vertical_stripes': 2, 'gingham': 1.5, 'windowpane': 0.8, 'tartan': 0.7,
    'dots': 0.4, 'floral': 0.4}
DRESS = {'plain': 4, 'floral': 2.4, 'dots': 1, 'silk': 1.4, 'stripes': 0.8, 'lace': 0.6,
    'leopard': 0.5, 'zigzag': 0.3, 'velvet': 0.3, 'sequin': 0.2, 'wide_stripes': 0.4}
KNITWEAR = {'knit': 4, 'fine_knit': 3, 'cable': 1.6, 'stripes': 1.2, 'fair_isle': 0.8,
    'argyle': 0.5, 'rib': 1, 'wide_stripes': 0.5}
SWEAT = {'fleece': 6, 'plain': 2, 'camouflage': 0.4, 'wide_stripes': 0.4}
WOOLLEN = {'plain': 4, 'tweed': 2.5, 'windowpane': 1.2, 'fleece': 1, 'tartan': 0.6}
TAILORING = {'plain': 5, 'pinstripe': 1.6, 'windowpane': 1, 'tweed': 1.4, 'velvet': 0.3,
    'tartan': 0.3}
NYLON = {'nylon': 6, 'cotton': 1, 'camouflage': 0.5}
LEATHERS = {'leather': 6, 'suede': 2.4, 'patent': 1, 'snake': 0.4, 'crocodile': 0.4}
DENIMS = {'denim': 1}
CANVAS = {'cotton': 3, 'leather': 3, 'suede': 1.4}
SILKS = {'silk': 3, 'satin': 1.4, 'floral': 1.4, 'dots': 1, 'diagonal_stripes': 0.8, 'leopard': 0.4}
METALS = {'metal': 1}

#: How frequent colours are; None: as in the whole shop.
SHOP = None
LEATHER_COLOURS = {'Black': 34, 'Brown': 22, 'Beige': 10, 'Navy': 5, 'Red': 6, 'White': 6,
    'Grey': 5, 'Pink': 4, 'Blue': 4, 'Green': 2.5, 'Silver': 3, 'Gold': 3, 'Purple': 1.5,
    'Yellow': 1.5, 'Orange': 1.5}
DENIM_COLOURS = {'Blue': 44, 'Navy': 24, 'Black': 18, 'Grey': 9, 'White': 5}
METAL_COLOURS = {'Gold': 48, 'Silver': 46, 'Black': 3, 'Pink': 3}
STONE_COLOURS = {'Gold': 18, 'Silver': 18, 'White': 13, 'Black': 10, 'Blue': 10, 'Green': 8,
    'Red': 7, 'Pink': 6, 'Purple': 6, 'Yellow': 2, 'Orange': 2}
SUIT_COLOURS = {'Black': 30, 'Navy': 26, 'Grey': 24, 'Blue': 8, 'Brown': 5, 'Beige': 4, 'White': 1,
    'Green': 1}
BRIGHT = {'Black': 18, 'Blue': 14, 'Red': 11, 'Pink': 11, 'White': 8, 'Navy': 8, 'Green': 7,
    'Multicolour': 7, 'Yellow': 5, 'Orange': 6, 'Purple': 4, 'Beige': 1.5}


@dataclasses.dataclass(frozen=True)
class Range:
    """A feature that is random for each design, uniform between two numbers."""

    low: float
    high: float


@dataclasses.dataclass(frozen=True)
class OneOf:
    """A feature that is one of several values, chosen at random for each design."""

    values: tuple

    def __init__(self, *values: object):
        object.__setattr__(self, 'values', values)


@dataclasses.dataclass(frozen=True)
class Kind:
    """One subcategory.

    Attributes:
        name (str): The label.
        features: A dataclass of :mod:`shapes` whose fields may be :class:`Range` or :class:`OneOf`.
        genders (str): ``'f'``, ``'m'`` or ``'fm'``.
        fabrics (dict): Weights of fabrics.
        colours (dict or None): Weights of colours; None: as in the whole shop.
        sole (tuple): Colour of a shoe's sole; None: that of the upper.
        twin (dict): Features of near twins, which the switch ``near_twins`` turns on: a nightdress
            cut like a slip dress.
        twin_of (str or None): The subcategory that near twins look like.
        twin_fabrics (dict or None): Weights of their fabrics; None: as ``fabrics``.
        words (tuple of str): What shops call it.
    """

    name: str
    features: object
    genders: str = 'f'
    fabrics: dict = dataclasses.field(default_factory=lambda: JERSEY)
    colours: dict | None = SHOP
    sole: tuple | None = None
    twin: dict = dataclasses.field(default_factory=dict)
    twin_of: str | None = None
    twin_fabrics: dict | None = None
    words: tuple = ()


def decided(features: T, dice: Dice) -> T:
    """The features with every :class:`Range` and :class:`OneOf` replaced by a random value."""
    if not dataclasses.is_dataclass(features):
        return features
    if isinstance(features, Range):
        return dice.uniform(features.low, features.high)
    if isinstance(features, OneOf):
        return decided(dice.choice(features.values), dice)
    return dataclasses.replace(features, **{field.name: decided(getattr(features, field.name), dice)
        for field in dataclasses.fields(features)})
