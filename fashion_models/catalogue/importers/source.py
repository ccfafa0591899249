"""What an importer gives: a data set's products and files."""

import unicodedata


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

    def __init__(self, tree):
        self.tree = tree

    def products(self, report):
        """Reads the products, from the first, each time it is called.

        Args:
            report (Report): Told of every product read, and of those that cannot be kept.

        Yields:
            tuple: Where the product stands, to be shown to the user (str), and the product; its
            image paths are those of :attr:`tree`.
        """
        raise NotImplementedError


def clean(text):
    """Returns a text in Unicode's composed form, with single spaces and none at its ends.

    So that ``koszula`` and ``koszula`` with a no-break space after it are one label.
    """
    return ' '.join(unicodedata.normalize('NFC', text).split())
