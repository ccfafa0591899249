"""Contact sheets of what was found among embeddings."""

import pathlib
from collections.abc import Iterable, Sequence

from PIL import Image, ImageChops, ImageDraw

from fashion_models.catalogue.paths import inside
from fashion_models.catalogue.records import Listing, Product
from fashion_models.catalogue.show import GAP, contact_sheet, save_picture
from fashion_models.catalogue.tasks import parts
from fashion_models.errors import UserError
from fashion_models.remote import is_address
from fashion_models.representation.embeddings import Embeddings, Item


def catalogue_folder(embeddings: Embeddings, given: pathlib.Path | None = None) -> pathlib.Path:
    """The folder with the images behind embeddings.

    Args:
        embeddings: An open file.
        given: The catalogue's folder, if it has moved since.

    Raises:
        UserError: If there is no such folder.
    """
    made_of = embeddings.header.get('catalogue', '')
    folder = given or pathlib.Path(made_of)
    if not folder.is_dir():
        raise UserError(
            f'{folder}: there is no such folder' if given else
            f'{embeddings.file}: its catalogue, {made_of}, is not on this machine: copy it here, '
            'and say where it is (catalogue)' if is_address(made_of) else
            f'{embeddings.file}: its catalogue is not in {folder}; say where it is now (catalogue)')
    return folder


def drawable(item: Item, text: str) -> Product:
    """An item as a product to draw, with ``text`` before its title."""
    labels = {task: parts(label) for task, label in item.labels.items()}
    title = ' · '.join(filter(None, (text, item.title or item.id)))
    return Product(item.id, item.group, labels, [
        Listing(title=title, images=inside(item.images))])


def of_files(files: Iterable[pathlib.Path], title: str) -> Product:
    """Image files outside any catalogue, as one product to draw."""
    images = [str(file.resolve()) for file in files]
    return Product(title, title, {}, [Listing(title=title, images=images)])


def draw(picture: pathlib.Path, folder: pathlib.Path, products: Sequence[Product]) -> None:
    """Draws products side by side, over as many lines as they need.

    Args:
        picture: The file to write; its ending names the format.
        folder: The catalogue's folder.
        products: What to draw.

    Raises:
        UserError: If an image is not in the folder, or the picture cannot be written.
    """
    save_picture(picture, _sheet(folder, products))


def draw_rows(picture: pathlib.Path, folder: pathlib.Path,
              rows: Iterable[Sequence[Product]]) -> None:
    """Draws each group of products on a row of its own (or several), with a line below.

    Args:
        picture: The file to write; its ending names the format.
        folder: The catalogue's folder.
        rows: The products of each group, one or more.

    Raises:
        UserError: If an image is not in the folder, or the picture cannot be written.
    """
    sheets = [_sheet(folder, row) for row in rows]
    # As wide as the widest row: a contact sheet has the width of many products.
    width = GAP + max(ImageChops.invert(sheet).getbbox()[2] for sheet in sheets)
    whole = Image.new('RGB', (width, sum(sheet.height for sheet in sheets)), 'white')
    top = 0
    for sheet in sheets:
        whole.paste(sheet, (0, top))
        top += sheet.height
        ImageDraw.Draw(whole).line((0, top - 1, width, top - 1), '#cccccc')
    save_picture(picture, whole)


def _sheet(folder, products):
    for product in products:
        for image in product.images:
            if not (folder / image).is_file():
                raise UserError(f'{folder}: has no {image} of product {product.id}; expected the '
                                'catalogue that the embeddings were made of')
    return contact_sheet(folder, products)
