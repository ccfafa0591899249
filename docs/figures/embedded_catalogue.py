"""Draws docs/images/embedded-*.png: python docs/figures/embedded_catalogue.py"""

import io
import pathlib
import textwrap

from PIL import Image, ImageDraw, ImageFont

from fashion_models.drawn import draw, product
from fashion_models.drawn.assortment import KINDS
from fashion_models.drawn.difficulty import Difficulty
from fashion_models.drawn.palette import COLOURS
from fashion_models.drawn.photograph import encoded, photograph, shot
from fashion_models.drawn.selling import listed, pictures
from fashion_models.drawn.specification import specifications

IMAGES = pathlib.Path(__file__).resolve().parents[1] / 'images'
INK = (70, 70, 74)
#: Light or strange colours, so that not every other thing on the sheet is black.
SHEET_COLOURS = ('Blue', 'Red', 'Green', 'Pink', 'Beige', 'Purple', 'Brown', 'Grey', 'Navy',
                 'Orange', 'White', 'Yellow', 'Black')


def subcategories(size=78, columns=16):
    """One product of each subcategory, in a colour that it often has."""
    names = list(KINDS)
    tall = size + 20
    sheet = Sheet(columns * size, -(-len(names) // columns) * tall)
    for number, name in enumerate(names):
        colour = None
        if KINDS[name].colours is None or 'Blue' in KINDS[name].colours and number % 3 == 0:
            usual = KINDS[name].colours or dict.fromkeys(SHEET_COLOURS)
            colour = next(c for c in SHEET_COLOURS[number % 13:] + SHEET_COLOURS if c in usual)
        x, y = number % columns * size, number // columns * tall
        sheet.paste(draw(product(name, colour=colour, seed=number), size=size), x, y)
        sheet.write(x + size / 2, y + size - 2, '\n'.join(textwrap.wrap(name, 15)), centred=True)
    return sheet


def colours(size=84):
    """Things of all sixteen colours."""
    seeds = {'t-shirts': 2, 'gowns': 3, 'hi-top trainers': 3, 'tote bags': 3, 'beanies': 0}
    sheet = Sheet(8 * size, 2 * (len(seeds) * size + 18))
    for number, colour in enumerate(COLOURS):
        x, y = number % 8 * size, number // 8 * (len(seeds) * size + 18)
        sheet.write(x + size / 2, y + 3, colour, centred=True)
        for row, (name, seed) in enumerate(seeds.items()):
            thing = product(name, colour=colour, seed=seed)
            sheet.paste(draw(thing, size=size), x, y + 16 + row * size)
    return sheet


def products(size=96, count=10):
    """Products with all their pictures, labels and titles, as ``synthesise`` makes them."""
    chosen = []
    for spec in specifications(400, 0, Difficulty()):
        taken = pictures(spec)
        if len(taken) > 2 and spec.category not in {other.category for other, _ in chosen}:
            chosen.append((spec, taken))
        if len(chosen) == count:
            break
    sheet = Sheet(5 * size + 330, count * (size + 2))
    for row, (spec, taken) in enumerate(chosen):
        told = []
        for column, picture in enumerate(taken):
            dice = spec.dice('picture', picture.number)
            scene, wall, true = shot(spec, picture.view, picture.retailer, dice, Difficulty())
            told.append(true)
            image = photograph(scene, picture.retailer, size, dice, wall)
            file = io.BytesIO(encoded(image, picture.retailer))
            sheet.paste(Image.open(file), column * size, row * (size + 2))
        item, truth = listed(spec, Difficulty(), taken, told)
        lines = [f'{item.label("gender")}, {", ".join(item.colours)}',
                 ' / '.join(item.label(task) for task in ('type', 'category', 'subcategory'))]
        lines += [f'    wrong {task}: truly {_text(truth.labels[task])}'
                  for task in truth.wrong_labels]
        lines += ['', *(f'{each.retailer}: “{each.title}”' for each in item.listings)]
        sheet.write(5 * size + 12, row * (size + 2) + 12, '\n'.join(lines))
    return sheet


def _text(label):
    return label if isinstance(label, str) else ', '.join(label)


class Sheet:
    """A white sheet to paste pictures on and to write on."""

    def __init__(self, width, height):
        self.image = Image.new('RGB', (int(width), int(height)), 'white')
        self.pen = ImageDraw.Draw(self.image)
        self.font = ImageFont.load_default(10)

    def paste(self, image, x, y):
        self.image.paste(image, (int(x), int(y)))

    def write(self, x, y, text, centred=False):
        self.pen.multiline_text((x, y), text, INK, self.font, anchor='ma' if centred else 'la',
                                align='center' if centred else 'left', spacing=1)

    def save(self, path):
        # A palette of 256 colours makes the file a third.
        self.image.quantize(256, kmeans=4).save(path, optimize=True)
        print(f'{path}: {path.stat().st_size // 1024} KB')


if __name__ == '__main__':
    IMAGES.mkdir(exist_ok=True)
    for make in (subcategories, colours, products):
        make().save(IMAGES / f'embedded-{make.__name__}.png')
