"""The fields of Magento's product export that hold several values.

Their forms are described in :mod:`fashion_models.catalogue.importers.magento`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from fashion_models.catalogue.importers.no_labels import is_uncategorized
from fashion_models.catalogue.importers.source import clean

_PIECE = re.compile(
    r'"(?P<pair>(?:[^"]|"")*+)"(?=,|$)'
    r'|(?P<code>[^=,"]+)="(?P<value>(?:[^"]|"")*+)"(?=,|$)'
    r'|(?P<plain>[^,]*)')


def variations(row: Mapping) -> list[dict[str, str]]:
    """The attributes (dict, ``sku`` among them) of each simple row that a configurable names."""
    found = map(attributes, (row.get('configurable_variations') or '').split('|'))
    return [{**variation, 'sku': clean(variation['sku'])}
            for variation in found if variation.get('sku')]


def attributes(text: str) -> dict[str, str]:
    """Takes ``code=value,code=value`` apart; the codes in lower case, as Magento has them."""
    found = {}
    pieces, position = [], 0
    while position <= len(text):
        piece = _PIECE.match(text, position)
        position = piece.end() + 1
        if piece['code'] is not None:
            found[piece['code'].strip().lower()] = pieces = [piece['value'].replace('""', '"')]
            continue
        pair = piece['plain'] if piece['pair'] is None else piece['pair'].replace('""', '"')
        name, equals, value = pair.partition('=')
        if equals:
            found[name.strip().lower()] = pieces = [value]
        else:   # a comma inside a value, if one has begun
            pieces.append(pair)
    return {code: ','.join(value) for code, value in found.items()}


def attributes_of(row: Mapping) -> dict[str, str]:
    """The attributes of a row, and of the variation that it is."""
    found = attributes(row.get('additional_attributes') or '')
    return {name: value for name, value in (found | row.get('variation', {})).items() if value}


def images(rows: Iterable[Mapping]) -> list[str]:
    """The images of rows, relative to the media folder, each once."""
    found = {}
    for row in rows:
        for image in [row.get('base_image', ''), *(row.get('additional_images') or '').split(',')]:
            image = image.strip().lstrip('/')
            if image and image != 'no_selection':
                found[image] = None
    return list(found)


def category_paths(row: Mapping) -> list[list[str]]:
    """The category paths of a row, each the list of its names below the root."""
    return [[name for text in re.split(r'(?<!\\)/', path)[1:]
             if (name := clean(text.replace('\\/', '/'))) and not is_uncategorized(name)]
            for path in _paths(row.get('categories') or '')]


def _paths(text):
    """The paths that commas join; what begins with a blank is of a name such as *Shirts, Tops*."""
    first, *others = text.split(',')
    root = first.partition('/')[0]
    paths = [first]
    for path in others:
        if path.startswith(' ') and path.strip().partition('/')[0] != root.strip():
            paths[-1] += f',{path}'
        else:
            paths.append(path)
    return paths


def longest_path(row: Mapping) -> list[str]:
    """The category path that tells most."""
    # Sales and collections are filed under short paths; of equals the first is the main one.
    return max(category_paths(row), key=len)
