"""A contact sheet: a sample of a catalogue's products, with their images and labels."""

import bisect
import heapq
import pathlib
import random
from collections.abc import Iterable, Sequence

import matplotlib
from PIL import Image, ImageDraw, ImageFont

from fashion_models.catalogue.decode import ImageError, load_image
from fashion_models.catalogue.records import Product
from fashion_models.catalogue.tasks import LEVELS, TASKS
from fashion_models.errors import UserError
from fashion_models.files import atomic_write, told_if_unwritable
from fashion_models.plural import counted

SHEET_WIDTH = 1476
TILE = 144  # side of the square that an image fits into, in pixels
GAP = 12
MOST_IMAGES = 5
TITLE_LINES, LABEL_LINES = 2, 3
LINE = 16

_INK, _GREY, _PAPER, _FRAME = '#222222', '#666666', '#ffffff', '#dddddd'
#: How files of Pillow's formats begin, in lower case, those that hardly anyone writes left out.
_BEGINS = {'PNG': [b'\x89png'], 'JPEG': [b'\xff\xd8'], 'WEBP': [b'riff'], 'GIF': [b'gif8'],
           'TIFF': [b'ii', b'mm'], 'BMP': [b'bm'], 'PDF': [b'%pdf']}


def picture_kind(path: pathlib.Path) -> str:
    """The format, as Pillow calls it, that the ending of a picture's name asks for.

    Raises:
        UserError: If it is none that can be written.
    """
    kind = Image.registered_extensions().get(path.suffix.lower())
    if kind not in Image.SAVE:
        raise UserError(f"{path}: expected a picture's ending, such as .png")
    return kind


def save_picture(path: pathlib.Path, picture: Image.Image) -> None:
    """Writes a picture in the format of its :func:`picture_kind`.

    Raises:
        UserError: If it cannot be written, is too large for the format, or is there and a file of
            another kind.
    """
    kind = picture_kind(path)
    with told_if_unwritable(path), atomic_write(path, replaces=_BEGINS.get(kind, ())) as file:
        try:
            picture.save(file, kind)
        except ValueError as error:     # such as 16,383 pixels, the most that WebP can hold
            width, height = picture.size
            raise UserError(f'{path}: a picture of {width} × {height} pixels cannot be written as '
                            f'{kind} ({error}); choose another ending, such as .png') from error


def sample(products: Iterable[Product], count: int, seed: int = 0) -> list[Product]:
    """Draws products at random from a stream of them, each as likely as any other.

    Args:
        products: Read once; memory holds ``count`` of them.
        count: How many to draw.
        seed: The same seed gives the same draw.

    Returns:
        list of Product: In the stream's order; all of them if there are no more than ``count``.
    """
    draw = random.Random(seed)
    keyed = ((draw.random(), index, product) for index, product in enumerate(products))
    return [product for _, _, product in
            sorted(heapq.nsmallest(count, keyed, key=lambda item: item[:2]),
                   key=lambda item: item[1])]


def contact_sheet(folder: pathlib.Path, products: Sequence[Product]) -> Image.Image:
    """Draws products side by side: up to five images each, below them title and labels.

    Args:
        folder: The catalogue's folder.
        products: What to draw, from left to right and from top to bottom.

    Returns:
        PIL.Image.Image: RGB, ``SHEET_WIDTH`` wide, as high as it takes.
    """
    # DejaVu, which comes with Matplotlib, has Latin, Greek and Cyrillic letters with all their
    # accents; Pillow's own font has few of them.
    fonts = pathlib.Path(matplotlib.get_data_path()) / 'fonts' / 'ttf'
    bold = ImageFont.truetype(fonts / 'DejaVuSans-Bold.ttf', 12)
    plain = ImageFont.truetype(fonts / 'DejaVuSans.ttf', 12)
    texts = [_lines(product, bold, plain) for product in products]
    cell_height = TILE + max(map(len, texts), default=0) * LINE + 2 * GAP
    places = list(_places(products, cell_height))
    height = max((top for _, _, top in places), default=0) + cell_height + GAP
    sheet = Image.new('RGB', (SHEET_WIDTH, height), _PAPER)
    draw = ImageDraw.Draw(sheet)
    for (product, left, top), lines in zip(places, texts):
        for index, image in enumerate(product.images[:MOST_IMAGES]):
            _draw_image(sheet, draw, folder / image, left + index * TILE, top, plain)
        for index, (line, font, ink) in enumerate(lines):
            draw.text((left, top + TILE + 4 + index * LINE), line, ink, font)
    return sheet


def _lines(product, bold, plain):
    """What stands below a product: (text, font, ink) of each line."""
    width = _width(product) - 4
    title = wrapped(product.title or product.id, bold, width, TITLE_LINES)
    caption = wrapped(_caption(product), plain, width, LABEL_LINES)
    return [*((line, bold, _INK) for line in title), *((line, plain, _GREY) for line in caption)]


def _places(products, cell_height):
    """Yields (product, left, top): rows filled from the left, as text is."""
    left = top = GAP
    for product in products:
        if left > GAP and left + _width(product) > SHEET_WIDTH - GAP:
            left, top = GAP, top + cell_height
        yield product, left, top
        left += _width(product) + GAP


def _width(product):
    return TILE * min(len(product.images), MOST_IMAGES)


def _draw_image(sheet, draw, file, left, top, font):
    try:
        image = Image.fromarray(load_image(file))
    except ImageError as error:
        draw.rectangle((left, top, left + TILE - 4, top + TILE - 4), outline=_FRAME)
        for index, line in enumerate(wrapped(str(error), font, TILE - 16, 6)):
            draw.text((left + 6, top + 6 + index * LINE), line, 'darkred', font)
        return
    scale = (TILE - 4) / max(image.size)
    image = image.resize([max(1, round(side * scale)) for side in image.size],
                         Image.Resampling.LANCZOS)
    # At the foot of the tile, so that the text below belongs to it at a glance.
    sheet.paste(image, (left + (TILE - 4 - image.width) // 2, top + TILE - 4 - image.height))


def _caption(product):
    """All labels, with ? where one is not known; of a product without any only its other images."""
    parts = []
    if product.labels:
        parts = [product.label('gender') or '?', '/'.join(product.colours) or '?',
                 ' › '.join(product.label(task) or '?' for task in LEVELS),
                 *('/'.join(product.accepted(task)) for task in product.labels
                   if task not in TASKS)]
    if (more := len(product.images) - MOST_IMAGES) > 0:
        parts.append(counted(more, 'more image'))
    return ' · '.join(parts)


def wrapped(text: str, font: ImageFont.FreeTypeFont, width: int, most: int) -> list[str]:
    """Breaks a text into at most ``most`` lines of ``width`` pixels; what is left out shows as ….

    Args:
        text: Broken at spaces, and inside a word only where it is wider than a line.
        font: The font it will be drawn in.
        width: In pixels.
        most: The largest number of lines.

    Returns:
        list of str: The lines.
    """
    # No letter is narrower than a pixel: what is beyond is never drawn, so is not measured.
    lines, words = [], ' '.join(text.split())[:int(most * width) + 1].split()
    while words and len(lines) < most:
        line = words.pop(0)
        while words and font.getlength(f'{line} {words[0]}') <= width:
            line += f' {words.pop(0)}'
        fitting = line[:_fitting(line, font, width)]
        if len(fitting) < len(line):
            words.insert(0, line[len(fitting):])
        lines.append(fitting)
    if words:
        last = lines[-1]
        if font.getlength(last + '…') > width:
            last = last[:_fitting(last, font, width - font.getlength('…'))]
        lines[-1] = last.rstrip() + '…'
    return lines


def _fitting(line, font, width):
    """How many letters of a line, from the first on, fit into ``width`` pixels; one at least."""
    if font.getlength(line) <= width:
        return len(line)
    return max(1, bisect.bisect_right(
        range(1, len(line)), width, key=lambda count: font.getlength(line[:count])))
