"""What an importer gives: a data set's products and files."""

import unicodedata
from collections.abc import Iterator

from fashion_models.catalogue.import_report import Report
from fashion_models.catalogue.importers.tree import Tree
from fashion_models.catalogue.records import Product


class Source:
    """A data set that is open for import; each importer has its own.

    Attributes:
        tree: Its files (:mod:`~fashion_models.catalogue.importers.tree`).
        header (Header): What the catalogue will say of itself; the taxonomy comes by itself.
        strip (str): Folder that all image paths begin with; they lose it in the catalogue.
        same_image_same_group (bool): Whether products whose first images are the same, byte for
            byte, are put into one group.
    """

    header = None
    strip = ''
    same_image_same_group = False

    def __init__(self, tree: Tree) -> None:
        self.tree = tree

    def products(self, report: Report) -> Iterator[tuple[str, Product]]:
        """Reads the products, from the first, each time it is called.

        Args:
            report: Told of every product read, and of those that cannot be kept.

        Yields:
            Where the product stands, to be shown to the user, and the product; its image paths are
            those of :attr:`tree`.
        """
        raise NotImplementedError


def clean(text: str) -> str:
    """Returns a text in Unicode's composed form, with single spaces and none at its ends.

    So that ``koszula`` and ``koszula`` with a no-break space after it are one label.
    """
    return ' '.join(unicodedata.normalize('NFC', text).split())
