"""The numbers by which feeds name categories of Google's taxonomy."""

import functools
import importlib.resources

#: Lines such as ``2271 - Apparel & Accessories > Clothing > Dresses``, as Google publishes them;
#: the first lines name the version and the address.
_FILE = importlib.resources.files(__package__) / 'google_categories.txt'


def path_of(number: str) -> str:
    """The path of a category, from ``Apparel & Accessories`` or ``Luggage & Bags`` on.

    Returns:
        ``''`` for a number of none of these: of furniture, say, or one that Google has withdrawn.
    """
    return _paths().get(number, '')


@functools.cache
def _paths():
    lines = _FILE.read_text(encoding='utf-8').splitlines()
    return dict(line.split(' - ', 1) for line in lines if not line.startswith('#'))
