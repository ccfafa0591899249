"""A page of products with their pictures."""

import os
import pathlib
from collections.abc import Iterable

from fashion_models import pages
from fashion_models.catalogue.paths import inside
from fashion_models.catalogue.tasks import SEPARATOR, ordered
from fashion_models.representation.embeddings import Item

#: The longer side of a picture in pixels; it is shown at half the size, for sharp screens.
SIDE = 320


def write_page(file: str | os.PathLike, title: str,
               sections: Iterable[tuple[str, Iterable[tuple[Item, str]]]],
               folder: pathlib.Path) -> None:
    """Writes a page of products with their pictures.

    Args:
        file: The HTML file.
        title: The page's title.
        sections: Pairs of a heading and its products, each with a note.
        folder: The catalogue's folder, with the images.

    Raises:
        UserError: If the file cannot be written.
    """
    pages.write_page(file, 'products', title=title, sections=(
        (heading, (_product(item, note, folder) for item, note in products))
        for heading, products in sections))


def _product(item, note, folder):
    images = inside(item.images)
    return {
        'id': item.id,
        'name': item.title or item.id,
        'labels': ' · '.join(
            item.labels[task].replace(SEPARATOR, '/') for task in ordered(item.labels)),
        'note': note,
        'picture': pages.picture(folder / images[0], SIDE) if images else None}
