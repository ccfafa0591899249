"""Titles and descriptions in the style of each shop.

They say what the product is, and often name its colour in the shop's own word; sometimes they name
no colour, sometimes a wrong one: text "disambiguate[s] images containing multiple products" (the
article).
"""

import dataclasses

from fashion_models.drawn import palette
from fashion_models.drawn.dice import Dice
from fashion_models.drawn.difficulty import Difficulty
from fashion_models.drawn.retailers import Retailer
from fashion_models.drawn.specification import ProductSpec
from fashion_models.drawn.subcategory import Kind

MATERIALS = {
    'denim': 'denim', 'leather': 'leather', 'suede': 'suede', 'patent': 'patent leather',
    'satin': 'satin', 'silk': 'silk', 'knit': 'chunky-knit', 'fine_knit': 'fine-knit',
    'cable': 'cable-knit', 'fair_isle': 'Fair Isle', 'argyle': 'argyle', 'rib': 'ribbed',
    'cotton': 'cotton', 'fleece': 'wool-blend', 'tweed': 'tweed', 'nylon': 'shell',
    'stripes': 'striped', 'wide_stripes': 'block-stripe', 'vertical_stripes': 'striped',
    'diagonal_stripes': 'striped', 'pinstripe': 'pinstripe', 'gingham': 'gingham',
    'tartan': 'tartan', 'windowpane': 'checked', 'dots': 'polka-dot', 'floral': 'floral-print',
    'leopard': 'leopard-print', 'snake': 'snake-effect', 'camouflage': 'camouflage',
    'zigzag': 'zigzag', 'velvet': 'velvet', 'sequin': 'sequinned', 'lace': 'lace',
    'crocodile': 'croc-effect', 'woven': 'woven', 'fur': 'faux-fur', 'rubber': 'rubber',
    'metal': 'metallic', 'lame': 'lamé', 'gem': 'stone-set', 'pearl': 'beaded',
}
NAMES = ('Alma', 'Briar', 'Cleo', 'Dara', 'Elin', 'Fenn', 'Greta', 'Hollis', 'Ines', 'Juno', 'Kit',
    'Lark', 'Mara', 'Nell', 'Orla', 'Penn', 'Quinn', 'Rue', 'Sol', 'Tess', 'Vale', 'Wren', 'Yara',
    'Zia')
MOODS = ('an easy piece for every day', 'made for long evenings', 'a modern classic',
    'cut for comfort', 'the season in one piece', 'quietly confident')
CARE = ('Do not tumble dry.', 'Specialist clean only.', 'Wipe with a soft cloth.',
    'Machine wash at 30 degrees.', 'Store away from light.')


@dataclasses.dataclass(frozen=True)
class Text:
    """A listing's text, and whether it is true.

    Attributes:
        title, description (str): The text.
        colour_word (str or None): The colour that it names.
        wrong (bool): Whether that colour is wrong.
    """

    title: str
    description: str
    colour_word: str | None
    wrong: bool


def write(
        spec: ProductSpec, retailer: Retailer, dice: Dice, kind: Kind,
        difficulty: Difficulty) -> Text:
    """Writes a listing's text.

    Args:
        spec (ProductSpec): The product.
        retailer (Retailer): The shop, for its style.
        dice (Dice): Chooses the words.
        kind (Kind): The product's subcategory.
        difficulty (Difficulty): Says how often the colour is wrong.

    Returns: Text.
    """
    thing = dice.choice(kind.words or (kind.name,))
    if dice.chance(0.06):
        thing = 'piece' if spec.type == 'clothing' else 'style'
    wrong = dice.chance(difficulty.text_errors)
    colour = spec.shade.name
    if wrong:
        colour = palette.BY_COLOUR[
            dice.choice([c for c in palette.COLOURS if c not in spec.true_labels['colour']])][
            0].name
    elif dice.chance(0.25):
        colour = spec.shade.colour.lower()
    material = MATERIALS.get(spec.cloth.main.fabric, '') if dice.chance(0.65) else ''
    title, description, named = STYLES[retailer.style](spec, thing, colour, material, dice)
    # A text without a colour cannot have a wrong one.
    return Text(title, description, colour if named else None, wrong and named)


def _joined(*words):
    return ' '.join(word for word in words if word)


def _for(spec):
    return "women's" if spec.gender == 'female' else "men's"


def _plain(spec, thing, colour, material, dice):
    named = dice.chance(0.8)
    title = _joined(colour.title() if named else '', material, thing)
    others = [shade.name for shade in spec.seconds]
    extra = f' with {others[0]}' if others and dice.chance(0.5) else ''
    return (title[:1].upper() + title[1:],
        f'{_for(spec).capitalize()} {_joined(material, thing)}{extra}. {dice.choice(CARE)}', named)


def _luxury(spec, thing, colour, material, dice):
    named = dice.chance(0.7)
    description = f'{dice.choice(MOODS).capitalize()}: {_joined(material, thing)}' + (
        f' in {colour}.' if named else '.')
    return (f'{dice.choice(NAMES)} {_joined(material, thing)}',
        f'{description} {dice.choice(CARE)}', named)


def _heritage(spec, thing, colour, material, dice):
    named = dice.chance(0.75)
    title = f'The {dice.choice(NAMES)} {thing.title()}' + (f', {colour}' if named else '')
    return (title,
        f'Our {_joined(material, thing)} for {"her" if spec.gender == "female" else "him"}. '
        f'{dice.choice(CARE)}', named)


def _terse(spec, thing, colour, material, dice):
    named = dice.chance(0.6)
    return (_joined(_for(spec)[:-2].upper(), thing.upper(), colour.upper() if named else ''), '',
        named)


def _young(spec, thing, colour, material, dice):
    named = dice.chance(0.65)
    return (f'{dice.choice(NAMES)} {thing}' + (f' in {colour}' if named else ''),
        f'Meet your new favourite {thing}. {dice.choice(MOODS).capitalize()}.', named)


def _poetic(spec, thing, colour, material, dice):
    named = dice.chance(0.45)
    description = f'{dice.choice(MOODS).capitalize()}. {_joined(material, thing).capitalize()}' + (
        f' the colour of {colour}.' if named else '.')
    return f'{dice.choice(NAMES)}', description, named


STYLES = {'plain': _plain, 'luxury': _luxury, 'heritage': _heritage, 'terse': _terse,
    'young': _young, 'poetic': _poetic}
