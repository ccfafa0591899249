"""What an importer gives: a data set's products and files."""

import difflib
import os
import re
import unicodedata
from collections.abc import Iterable, Iterator

from fashion_models.catalogue.import_report import Report
from fashion_models.catalogue.importers.tree import Tree
from fashion_models.catalogue.records import Product
from fashion_models.parsing import normal


class Source:
    """A data set that is open for import; each importer has its own.

    Attributes:
        tree: Its files (:mod:`~fashion_models.catalogue.importers.tree`).
        place (pathlib.Path): What was imported, for messages: a table, or the place of the tree.
        header (Header): What the catalogue will say of itself; the taxonomy comes by itself.
        strip (str): Folder that all image paths begin with; they lose it in the catalogue.
        same_image_same_group (bool): Whether products whose first images are the same, byte for
            byte, are put into one group.
    """

    header = None
    strip = ''
    same_image_same_group = False

    def __init__(self, tree: Tree, place: str | os.PathLike | None = None) -> None:
        self.tree = tree
        self.place = tree.place if place is None else place

    def products(self, report: Report) -> Iterator[tuple[str, Product]]:
        """Reads the products, from the first, each time it is called.

        Args:
            report: Told of every product read, and of those that cannot be kept.

        Yields:
            Where the product stands, to be shown to the user, and the product; its image paths are
            those of :attr:`tree`.
        """
        raise NotImplementedError


#: What tables write where they know nothing, in lower case.
NOTHING = {'na', 'n/a', 'null', 'nan', 'none', 'nil', 'undefined', 'unknown', 'unspecified',
           'not specified', 'not available', 'not applicable',
           '#n/a', '#nv', '#name?', '#ref!', '#value!', '#div/0!', '#null!', '#num!'}
#: Blanks of no width, marks of direction and soft hyphens, which come with texts that are copied.
_UNSEEN = dict.fromkeys(map(ord, '\u200b\u200e\u200f\u2060\ufeff\xad'))
_SHOWN = 12
#: Why a row is left out whose id is none any more (:func:`rounded`).
ROUNDED = ('an id that a spreadsheet has rounded, so that others have become the same; import the '
           'file as it was exported, or save its ids as text')


def rounded(text: str) -> bool:
    """Says whether a spreadsheet has rounded an id: 4006381333931 to ``4.00638E+12``."""
    return bool(re.fullmatch(r'-?\d([.,]\d+)?E\+\d{2,3}', text, re.IGNORECASE))


def is_nothing(text: str) -> bool:
    """Says whether a text stands for nothing: ``null``, ``#N/A``, or only such signs as ``-``.

    As an id it is none: all products of the group ``null`` would be one group.
    """
    text = text.strip().lower()
    if not text:
        return False
    # As in (none), <NA> and n.a.
    return text.strip('()[]<>').replace('.', '') in NOTHING or all(
        unicodedata.category(sign)[0] in 'PZ' for sign in text)


def clean(text: str) -> str:
    """Returns a text in Unicode's composed form, with single spaces and none at its ends.

    So that ``koszula`` and ``koszula`` with a no-break space after it are one label, and so that
    nobody has to search for what cannot be seen (:data:`_UNSEEN`).
    """
    if not text.isascii():
        text = normal('NFC', text).translate(_UNSEEN)
    return ' '.join(text.split())


def closest(name: str, there: Iterable[str]) -> str:
    """The names that are there in place of one, for a message: those like it, or the first few."""
    there = sorted(filter(None, there))
    found = difflib.get_close_matches(name, there, 3) or there[:_SHOWN]
    return ', '.join(found) or 'none'
