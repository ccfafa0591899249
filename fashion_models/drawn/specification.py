"""Turns a seed into products: designs, their colourways and their labels."""

import dataclasses
from collections.abc import Iterator

from fashion_models.drawn import palette
from fashion_models.drawn.assortment import KINDS, PLACES, SHARES, TAXONOMY, siblings
from fashion_models.drawn.dice import Dice
from fashion_models.drawn.difficulty import RIVAL_LABEL, Difficulty
from fashion_models.drawn.paint import Paint, mixed, toned
from fashion_models.drawn.shapes.cloth import Cloth
from fashion_models.drawn.shapes.trimmings import CLEAR
from fashion_models.drawn.subcategory import Kind, decided

#: Factors by which colours are more or less frequent for men and women than in the whole shop.
GENDER_COLOURS = {'male': {'Pink': 0.25, 'Purple': 0.45, 'Gold': 0.35, 'Red': 0.8, 'Navy': 1.8,
    'Grey': 1.5, 'Brown': 1.2, 'Green': 1.2, 'Blue': 1.3}, 'female': {'Pink': 1.35, 'Navy': 0.7,
    'Grey': 0.8, 'Red': 1.1}}
#: Patterns that show two or three colours in about equal parts.
BOLD = ('wide_stripes', 'zigzag', 'floral', 'argyle', 'tartan')
PATTERNED = BOLD + ('stripes', 'vertical_stripes', 'diagonal_stripes', 'gingham', 'dots',
    'windowpane', 'pinstripe', 'camouflage', 'leopard', 'fair_isle', 'snake')
_RED, _BLUE, _YELLOW, _GREEN, _ORANGE, _PURPLE, _PINK, _TURQUOISE = (
    (214, 52, 62), (44, 96, 184), (246, 198, 52), (52, 148, 90), (236, 128, 44), (126, 66, 160),
    (238, 110, 160), (60, 176, 190))
#: Triples of colours that nobody confuses.
VIVID = (
    (_RED, _YELLOW, _BLUE), (_BLUE, _YELLOW, _PINK), (_YELLOW, _PURPLE, _TURQUOISE),
    (_GREEN, _PINK, _YELLOW), (_ORANGE, _BLUE, _GREEN), (_PURPLE, _YELLOW, _GREEN),
    (_PINK, _GREEN, _BLUE), (_TURQUOISE, _RED, _YELLOW), (_GREEN, _RED, _BLUE),
    (_TURQUOISE, _ORANGE, _PURPLE), (_RED, _TURQUOISE, _YELLOW), (_BLUE, _ORANGE, _PURPLE))
STEEL, BRASS = Paint((194, 198, 204), 'metal'), Paint((210, 170, 82), 'metal')


@dataclasses.dataclass(frozen=True)
class ProductSpec:
    """All that is needed to draw a product, and its truth.

    Attributes:
        number (int): Its index in the catalogue.
        group (int): Its design, of which it is one colourway.
        kind (str): Its true subcategory.
        gender (str): ``'female'`` or ``'male'``.
        features: A dataclass of :mod:`shapes`, without ranges or choices.
        shade (palette.Shade): Its main colour.
        seconds (tuple of palette.Shade): Other prominent colours.
        cloth (Cloth): Its paints.
        twin (bool): Whether it is cut like its look-alike in another category.
        labels (dict): The moderator's labels.
        seed (tuple): Name of its stream of random numbers.
    """

    number: int
    group: int
    kind: str
    gender: str
    features: object
    shade: palette.Shade
    seconds: tuple
    cloth: Cloth
    twin: bool
    labels: dict
    seed: tuple

    @property
    def id(self) -> str:
        return f'p{self.number:06d}'

    @property
    def type(self) -> str:
        return PLACES[self.kind][0]

    @property
    def category(self) -> str:
        return PLACES[self.kind][1]

    @property
    def true_labels(self) -> dict[str, str | tuple[str, ...]]:
        """The labels without the moderator's errors."""
        colours = dict.fromkeys([self.shade.colour, *(shade.colour for shade in self.seconds)])
        return {'gender': self.gender, 'colour': tuple(colours), 'type': self.type,
            'category': self.category, 'subcategory': self.kind}

    def dice(self, *name: object) -> Dice:
        """This product's own random numbers, for one purpose."""
        return Dice(*self.seed, *name)


def specifications(products: int, seed: int, difficulty: Difficulty) -> Iterator[ProductSpec]:
    """Yields the :class:`ProductSpec` of every product, design by design."""
    number = group = 0
    while number < products:
        dice = Dice('design', seed, group)
        kind = KINDS[dice.weighted(SHARES)]
        for way in colourways(kind, dice):
            if number == products:
                return
            yield specify(number, group, kind.name, way, seed, difficulty)
            number += 1
        group += 1


def colourways(kind: Kind, dice: Dice) -> range:
    """The numbers of a design's colourways: one to four, mostly one."""
    return range(dice.weighted({1: 60, 2: 24, 3: 11, 4: 5}))


def specify(
        number: int, group: int, name: str, way: int, seed: int, difficulty: Difficulty,
        gender: str | None = None, colour: str | None = None) -> ProductSpec:
    """Decides everything about one product.

    Args:
        number, group, way (int): Indices of the product, its design, and its colourway of that.
        name (str): Subcategory.
        seed (int): The catalogue's seed.
        difficulty (Difficulty): The causes of error.
        gender, colour (str): Random if None.

    Returns: ProductSpec.
    """
    kind = KINDS[name]
    design, dice = Dice('cut', seed, group), Dice('product', seed, number)
    if gender is None:
        gender = {'f': 'female', 'm': 'male'}.get(kind.genders) or design.weighted({'female': 56,
            'male': 44})
    twin = bool(kind.twin) and design.chance(difficulty.near_twins)
    features = dataclasses.replace(kind.features, **kind.twin) if twin else kind.features
    features = decided(features, design)
    fabric = design.weighted(kind.twin_fabrics if twin and kind.twin_fabrics else kind.fabrics)
    bold = design.chance(difficulty.several_colours) and fabric not in ('denim', 'gem', 'metal',
        'pearl')
    taken = []
    for earlier in range(way + 1):
        # A design comes only once in each colour.
        taken.append(_colour(kind, gender, Dice('colour', seed, group, earlier), taken))
    shade = _shade(colour or taken[way], dice, difficulty)
    seconds = _seconds(shade, bold, dice)
    cloth = _cloth(kind, fabric, shade, seconds, bold, design, dice)
    spec = ProductSpec(number, group, name, gender, features, shade, seconds, cloth, twin, {},
        ('product', seed, number))
    return dataclasses.replace(spec, labels=moderated(spec, difficulty))


def _colour(kind, gender, dice, taken):
    weights = dict(kind.colours or palette.FREQUENCIES)
    for colour, factor in GENDER_COLOURS[gender].items():
        if colour in weights and (kind.colours is None or colour != 'Gold'):
            weights[colour] *= factor
    for colour in taken:
        if len(weights) > 1:
            weights.pop(colour, None)
    return dice.weighted(weights)


def _shade(colour, dice, difficulty):
    between = [shade for shade in palette.BY_COLOUR[colour] if shade.rival]
    clear = [shade for shade in palette.BY_COLOUR[colour] if not shade.rival]
    if between and dice.chance(difficulty.shades_between):
        return dice.choice(between)
    # The plainest name is the most frequent.
    return clear[0] if dice.chance(0.4) else dice.choice(clear)


def _seconds(shade, bold, dice):
    if shade.colour == 'Multicolour' or not bold:
        return ()
    names = dice.shuffled(palette.PARTNERS[shade.colour])
    return tuple(palette.BY_COLOUR[name][0] for name in names[: dice.weighted({1: 3, 2: 1})])


def _cloth(kind, fabric, shade, seconds, bold, design, dice):
    """The paints of a product. Choices made by ``design`` are shared by all its colourways."""
    type_, category = PLACES[kind.name]
    rgb = _varied(shade.rgb, dice)
    scale = design.uniform(0.75, 1.35)
    seed = design.below(40)
    metal = STEEL if design.chance(0.5) else BRASS
    contrast_trim = design.chance(0.2)
    if fabric == 'denim':
        rgb = mixed(rgb, (84, 112, 160), 0.6) if shade.colour == 'Blue' else rgb
    if shade.colour in ('Gold', 'Silver') and fabric not in ('metal', 'gem', 'pearl', 'sequin'):
        # Silver has to mirror; on matt cloth the same colour would be grey.
        soft = type_ == 'clothing' or category in ('hats', 'scarves', 'gloves', 'ties')
        fabric = design.choice(('sequin', 'lame')) if soft else 'metal'
    if shade.colour == 'Multicolour':
        first, second, third = design.choice(VIVID)
        main = Paint(_varied(first, dice), fabric if fabric in BOLD + ('gem', 'pearl')
            else design.choice(BOLD[:3]), second, third, scale * 1.1, seed)
    else:
        if bold and fabric not in PATTERNED:
            fabric = design.choice(('wide_stripes', 'zigzag', 'floral'))
        second, third = _pattern_colours(rgb, shade, seconds, fabric)
        main = Paint(rgb, fabric, second, third, scale * (1.3 if bold else 1), seed)
    trim = Paint(seconds[0].rgb if seconds else rgb if not contrast_trim else toned(rgb,
        -0.35 if main.luma > 90 else 0.3), 'plain')
    if type_ == 'shoes':
        trim = (trim if contrast_trim or seconds else Paint(toned(rgb, 0.82) if main.luma < 190
            else toned(rgb, -0.18), 'plain'))
        sole = Paint(kind.sole or toned(rgb, -0.25), 'woven' if kind.sole == (206, 166, 116)
            else 'rubber')
        return Cloth(main, trim, metal, sole)
    if type_ == 'bags' and not seconds:
        trim = (Paint(toned(rgb, -0.3), 'leather') if design.chance(0.7) else Paint((134, 84, 50),
            'leather'))
        if shade.colour in ('Brown', 'Beige', 'Multicolour') or not contrast_trim:
            trim = Paint(toned(rgb, -0.32), 'leather')
        return Cloth(main, trim, metal)
    if type_ == 'jewellery':
        return _jewellery(main, shade, seconds, metal)
    if category == 'watches':
        dial = design.choice(((244, 243, 238), (36, 36, 40), (244, 243, 238), (30, 42, 84)))
        return Cloth(main, Paint(dial, 'plain'), main if fabric == 'metal' else metal)
    if category == 'sunglasses':
        lens = design.choice(((52, 50, 54), (74, 60, 50), (60, 72, 64)))
        return Cloth(main, Paint(lens, 'glass'), main if fabric == 'metal' else metal)
    if category == 'scarves' and not seconds:
        trim = Paint(toned(rgb, -0.35 if main.luma > 110 else 0.45), 'plain')
    buttons = design.choice((metal, Paint(toned(rgb, -0.4 if main.luma > 90 else 0.25), 'patent'),
        Paint(toned(rgb, -0.3), 'patent')))
    if category in ('shirts', 'tops', 'nightwear'):
        buttons = Paint((238, 236, 230) if main.luma < 215 else (196, 192, 184), 'pearl')
    if category in ('jeans', 'jackets'):
        buttons = metal
    return Cloth(main, trim, buttons)


def _varied(rgb, dice):
    """The shade with small random variations, as between dye baths."""
    amount = dice.bell(5)
    return tuple(int(min(255, max(0, c + amount + dice.bell(2)))) for c in rgb)


def _pattern_colours(rgb, shade, seconds, fabric):
    """Second and third colour of a pattern: other shades if it is bold, else tones of the first."""
    if seconds:
        return seconds[0].rgb, seconds[-1].rgb if len(seconds) > 1 else toned(seconds[0].rgb, -0.3)
    luma = Paint(rgb).luma
    if fabric in ('dots', 'floral', 'pinstripe'):  # they cover little, so they may stand out
        quiet = toned(rgb, 0.75) if luma < 190 else toned(rgb, -0.3)
    else:
        quiet = toned(rgb, 0.42) if luma < 110 else toned(rgb, -0.3)
    return quiet, toned(quiet, -0.2)


def _jewellery(main, shade, seconds, metal):
    if shade.colour == 'White':
        metal = BRASS  # set in silver, white stones would be silver jewellery
    if shade.colour in ('Gold', 'Silver'):
        precious = Paint(main.rgb, 'metal')
        # The stones take the colour of the metal: clear ones set in gold would be sold as white.
        return Cloth(main.of(main.fabric, second=CLEAR), precious, precious)
    second = (seconds[0].rgb if seconds else main.second if shade.colour == 'Multicolour'
        else (238, 240, 244))
    if main.fabric == 'metal':
        return Cloth(main.of('metal', second=second), main, main)
    return Cloth(main.of(main.fabric, second=second), metal, metal)


def moderated(spec: ProductSpec, difficulty: Difficulty) -> dict[str, str | tuple[str, ...]]:
    """The labels that a moderator gives, errors included."""
    dice = spec.dice('moderator')
    labels = dict(spec.true_labels)
    colours = list(labels['colour'])
    if spec.shade.rival and dice.chance(RIVAL_LABEL):
        colours[0] = spec.shade.rival
    if dice.chance(difficulty.wrong_labels):
        colours[0] = _mistaken(colours[0], spec, dice)
    labels['colour'] = tuple(dict.fromkeys(colours))
    seldom = difficulty.wrong_labels / 4
    if dice.chance(seldom):
        labels['subcategory'] = dice.choice(siblings(spec.kind))
    if dice.chance(seldom):
        place = dice.choice([(type_, category) for type_, categories in TAXONOMY.items()
            if type_ == spec.type for category in categories])
        labels['type'], labels['category'] = place
        labels['subcategory'] = dice.choice(TAXONOMY[place[0]][place[1]][1]).name
    if dice.chance(seldom):
        labels['gender'] = 'male' if spec.gender == 'female' else 'female'
    return labels


def _mistaken(colour, spec, dice):
    """A wrong colour: another one of the product, black, or any other."""
    if spec.seconds and dice.chance(0.5):
        return spec.seconds[0].colour
    if colour != 'Black' and dice.chance(0.3):
        return 'Black'
    return dice.choice([name for name in palette.COLOURS if name not in (colour, 'Multicolour')])
