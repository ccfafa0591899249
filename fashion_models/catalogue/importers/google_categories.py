"""The numbers by which feeds name categories of Google's taxonomy."""

import functools
import importlib.resources
import re

from fashion_models.catalogue.import_report import Report
from fashion_models.catalogue.importers import shops

#: Lines such as ``2271 - Apparel & Accessories > Clothing > Dresses``, as Google publishes them;
#: the first lines name the version and the address.
_FILE = importlib.resources.files(__package__) / 'google_categories.txt'


def path_of(number: str) -> str:
    """The path of a category, from ``Apparel & Accessories`` or ``Luggage & Bags`` on.

    Returns:
        ``''`` for a number of none of these: of furniture, say, or one that Google has withdrawn.
    """
    return _paths().get(number, '')


def without_number(text: str) -> str:
    """A category without the number that may stand before it, as in ``2271 - Dresses``."""
    return re.sub(r'^\d+ - ', '', text)


def levels_of(text: str, column: str, where: str, report: Report) -> list[str]:
    """The levels of a category given by its path, by its number, or as ``2271 - Apparel & …``.

    Args:
        text: The category.
        column: Where it stands; of a number of no category that is known the report is told.
        where: The row.
        report: Of the import.
    """
    text = without_number(text.strip())
    if (number := text).isdecimal():
        text = path_of(number)
        if not text:
            report.note(f'{column} is a number of no category of Apparel & Accessories or '
                        'Luggage & Bags, and was kept as a text alone', f'{number} of {where}')
    return shops.category_path(text)


@functools.cache
def _paths():
    lines = _FILE.read_text(encoding='utf-8').splitlines()
    return dict(line.split(' - ', 1) for line in lines if not line.startswith('#'))
