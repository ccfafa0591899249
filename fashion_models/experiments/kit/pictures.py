"""Pictures of products in figures: which may be shown, and sheets and maps of them.

**The rule.** A recorded figure is published. So products are pictured only if the catalogue's
header names a licence of :data:`FREE`, as the embedded catalogue's does. For all other catalogues,
including merged ones, whose sources have their own licences, a figure has points instead of
pictures or is left out. ``--pictures`` is for those who have permission or keep the figures to
themselves.
"""

import dataclasses
import io
import pathlib
from collections.abc import Callable, Collection, Sequence

import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from fashion_models.catalogue.decode import load_image
from fashion_models.catalogue.io import Catalogue
from fashion_models.catalogue.show import wrapped
from fashion_models.data.store import ImageStore
from fashion_models.experiments.kit.settings import Settings
from fashion_models.files import atomic_write

#: Licences that allow passing pictures on, as headers name them: that of the embedded catalogue,
#: and those of a shop's sample data.
FREE = frozenset({'as the program that drew it', 'OSL 3.0', 'AFL 3.0', 'OSL 3.0 / AFL 3.0'})
#: Most bytes of a picture in the documentation.
LARGEST = 300_000
WIDTH = 1080    # pixels, as wide as a page

_TILE, _GAP, _LINE, _LEAST_WIDTH = 112, 12, 16, 250
_IMAGES = 3
_QUALITIES = range(90, 10, -5)


def may_show(settings: Settings) -> bool:
    """Whether figures may show products' pictures; see the rule above."""
    return settings.pictures or settings.catalogue.header.licence.strip() in FREE


@dataclasses.dataclass(frozen=True)
class Cell:
    """A product on a sheet.

    Attributes:
        files: Its image files, of which the first three are shown.
        lines: The text below, each cut to one line; the first in bold.
    """

    files: Sequence[pathlib.Path]
    lines: Sequence[str]


def sheet(cells: list[Cell]) -> Image.Image:
    """Draws products side by side, in rows: their images and the text below.

    Args:
        cells: At least one.

    Returns:
        RGB, as wide as a page or less.
    """
    # DejaVu, which comes with Matplotlib, has more letters than Pillow's own font.
    folder = pathlib.Path(matplotlib.get_data_path()) / 'fonts' / 'ttf'
    bold, plain = (ImageFont.truetype(folder / f'DejaVuSans{name}.ttf', 12)
                   for name in ('-Bold', ''))
    width = max(_LEAST_WIDTH, _TILE * max(min(len(cell.files), _IMAGES) for cell in cells)) + _GAP
    height = _TILE + _LINE * max(len(cell.lines) for cell in cells) + 2 * _GAP
    columns = min(len(cells), (WIDTH - _GAP) // width)
    image = Image.new('RGB', (columns * width + _GAP, -(-len(cells) // columns) * height), 'white')
    draw = ImageDraw.Draw(image)
    for number, cell in enumerate(cells):
        left, top = number % columns * width + _GAP, number // columns * height + _GAP
        for column, file in enumerate(cell.files[:_IMAGES]):
            thumbnail = fitted(Image.fromarray(load_image(file)), _TILE - 4)
            # At the bottom, so that it is seen to belong with the text below.
            image.paste(thumbnail, (left + column * _TILE, top + _TILE - 4 - thumbnail.height))
        for row, line in enumerate(cell.lines):
            font = plain if row else bold
            for text in wrapped(line, font, width - _GAP, 1):
                draw.text((left, top + _TILE + row * _LINE), text, '#222222', font)
    return image


def readable_files(catalogue: Catalogue, store: ImageStore,
                   wanted: Collection[str]) -> dict[str, list[pathlib.Path]]:
    """The image files of some products, without those that could not be read.

    Args:
        catalogue: The catalogue.
        store: Knows which of its images could be read.
        wanted: Ids of products.

    Returns:
        From each id to its files, one or more; products without any are left out.
    """
    places = {id_: place for place, id_ in enumerate(store.product_ids) if id_ in wanted}
    files = {}
    for product in catalogue.products:
        if product.id in places:
            own = store.image_index[store.product_images[places[product.id]]]
            files[product.id] = [catalogue.image_file(product.images[number]) for number in own]
    return files


def mosaic(places: np.ndarray, thumbnail: Callable[[int], Image.Image],
           side: int = 40) -> Image.Image:
    """Draws products on a map: in each square of a grid, the one nearest its middle.

    Args:
        places: (n, 2), at least one, on the same scale both ways.
        thumbnail: From a row of ``places`` to the product's image.
        side: Side of the squares, in pixels.

    Returns:
        RGB, as wide as a page.
    """
    low, extent = places.min(axis=0), np.ptp(places, axis=0)
    columns = WIDTH // side
    step = extent[0] / columns or 1     # all in one column
    places = (places - low) / step
    rows = int(extent[1] / step) + 1
    # A point on the far edge belongs to the last square.
    squares = np.minimum(places.astype(int), (columns - 1, rows - 1))
    distances = ((places - squares - 0.5) ** 2).sum(axis=1)
    image = Image.new('RGB', (columns * side, rows * side), 'white')
    shown = set()
    for row in np.argsort(distances, kind='stable'):
        square = tuple(squares[row].tolist())
        if square in shown:
            continue
        shown.add(square)
        picture = fitted(thumbnail(row), side - 2)
        # y points down in a picture, up on a map.
        left, top = square[0] * side, (rows - 1 - square[1]) * side
        image.paste(picture, (
            left + (side - picture.width) // 2, top + (side - picture.height) // 2))
    return image


def fitted(image: Image.Image, side: int) -> Image.Image:
    """An image scaled to just fit into a square of this side."""
    scale = side / max(image.size)
    return image.resize(
        [max(1, round(length * scale)) for length in image.size], Image.Resampling.LANCZOS)


def write_jpeg(image: Image.Image, path: pathlib.Path) -> None:
    """Writes an image as JPEG, at the best quality that keeps it below :data:`LARGEST`."""
    for quality in _QUALITIES:
        content = io.BytesIO()
        image.save(content, 'JPEG', quality=quality, optimize=True)
        if content.tell() < LARGEST:
            break
    with atomic_write(path) as file:
        file.write(content.getvalue())
