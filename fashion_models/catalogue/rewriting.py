"""A catalogue as the source of another one, in which some products are changed."""

import os
from collections.abc import Iterator

from fashion_models.catalogue.importers.source import Source
from fashion_models.catalogue.importers.tree import FolderTree
from fashion_models.catalogue.io import IMAGES_FOLDER, Catalogue
from fashion_models.catalogue.records import Product
from fashion_models.errors import UserError


class Rewriting(Source):
    """A catalogue, open to be written anew; what changes is up to the subclass.

    Args:
        catalogue: The catalogue. Its header stays as it is, and so do the paths of its images if
            all lie below ``images/``; else all come there (:meth:`placed`).

    Attributes:
        catalogue (Catalogue): The same.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        super().__init__(FolderTree(catalogue.folder, anywhere=True))
        self.catalogue = catalogue
        self._stamp = _stamp(catalogue)
        self.header = catalogue.header
        below = f'{IMAGES_FOLDER}/'
        if all(image.startswith(below) for product in catalogue.products
               for image in product.images):
            self.strip = below

    def placed(self, record: dict) -> dict:
        """A product's record, with the paths that its images get in the new catalogue."""
        return record | {'listings': [
            listing | {'images': [f'{IMAGES_FOLDER}/{image.removeprefix(self.strip)}'
                                  for image in listing.get('images', ())]}
            for listing in record['listings']]}

    def own_products(self) -> Iterator[Product]:
        """Yields the products of the catalogue, which is read several times.

        Raises:
            UserError: It has been changed since it was opened here.
        """
        yield from self.catalogue.products
        if _stamp(self.catalogue) != self._stamp:
            raise UserError(f'{self.catalogue.folder}: was changed while it was read; do it again')


def _stamp(catalogue):
    """What changes whenever the list of products is replaced."""
    status = os.stat(catalogue.products.path)
    return status.st_ino, status.st_size, status.st_mtime_ns
