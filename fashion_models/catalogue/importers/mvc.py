"""MVC, multi-view clothing: garments of the shop Zappos, mostly in four or five views.

The set is three JSON lists with the same index, one entry an image; whoever wants the images loads
them from the shop by the addresses in it. What is relied on, from the authors' own annotation files
(their repository MVC-Datasets/MVC) and public code that reads the set:

- ``mvc_info.json`` has ``productId``, ``colourId``, ``viewId`` (0 to 5, and 7), ``productGender``,
  ``category``, ``subCategory2``, ``productName`` and more. Many texts are in quotes of their own,
  as in ``"\\"Shirts & Tops\\""``; any field may be missing. There is a number for the colour, and
  no name.
- ``image_links.json`` has the image's address, ``image_url_4x``, as does ``mvc_info.json``.
- ``attribute_labels.json`` has ``filename`` (``p<productId>_s<itemN>_v<view>``, without an ending),
  ``itemN`` and 264 attributes that are 0 or 1, some twenty colours among them.
- Addresses end in ``<itemN>-p-4x.jpg`` for view 0, in ``<itemN>-1-4x.jpg`` and so on for others.
- Images are called after the last part of their address or after ``filename``, with an ending or
  without; they are found by their name alone, wherever they lie below SOURCE.

The last two files may be absent.
"""

import argparse
import collections
import contextlib
import itertools
import math
import os
import posixpath
import re
from collections.abc import Iterator

from fashion_models.catalogue.importers import scratch
from fashion_models.catalogue.importers.reading import json_list
from fashion_models.catalogue.importers.source import Source, clean
from fashion_models.catalogue.importers.tree import open_tree
from fashion_models.catalogue.importers.wording import genders, one_gender, unescaped
from fashion_models.catalogue.records import Header, Listing, Product
from fashion_models.errors import UserError
from fashion_models.parsing import shown

SUMMARY = 'MVC, multi-view clothing: 161,260 images of the shop Zappos, four or five a garment'

DESCRIPTION = """\
SOURCE  a folder (or one zip archive of it) with mvc_info.json, image_links.json and
        attribute_labels.json, and the images loaded by their addresses, in any folders: each
        under the last part of its address, or under attribute_labels' filename
labels  productGender (Womens is Women), category → category, subCategory2 → subcategory; no
        type; colour is the attribute that is one; where several are, which is the main one is
        not said, and they are the extra text colours
texts   productName is the title; brandId, colourId, price, productTypeId and zetaCategory are
        extra texts, and attributes those of the 264 that the product has
images  one to seven views a product, mostly four or five
groups  a product is a productId in one colour; all colours of a productId are one group
from    mvc-datasets.github.io/MVC, which states the terms; the photographs are the shop's"""

INFO, LINKS, ATTRIBUTES = 'mvc_info.json', 'image_links.json', 'attribute_labels.json'
EXTRA = ('brandId', 'colourId', 'price', 'productTypeId', 'zetaCategory')
#: Fields of attribute_labels.json that are no attributes.
_NAMES = ('filename', 'itemN')
#: Attributes that are colours.
COLOURS = ('Beige', 'Black', 'Blue', 'Bronze', 'Brown', 'Burgundy', 'Coral', 'Gold', 'Gray',
           'Green', 'Mahogany', 'Olive', 'Orange', 'Pink', 'Purple', 'Red', 'Silver', 'Taupe',
           'White', 'Yellow')
_END = object()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options that only this format has: none."""


@contextlib.contextmanager
def open_source(source: str | os.PathLike, arguments: argparse.Namespace) -> Iterator[Source]:
    """Opens the data set (a folder or a zip archive) as a :class:`Source`."""
    with open_tree(source) as tree:
        lists = {name: next(iter(tree.find(name)), None) for name in (INFO, LINKS, ATTRIBUTES)}
        if not lists[INFO]:
            raise UserError(f'{source}: expected {INFO}, and found none')
        with scratch.images_by_name(tree) as image_of:
            yield _MultiView(tree, lists, image_of)


class _MultiView(Source):
    header = Header('mvc', source='MVC, multi-view clothing, mvc-datasets.github.io/MVC',
                    licence='as its page states; the photographs are the shop\'s')

    def __init__(self, tree, lists, image_of):
        super().__init__(tree)
        self._lists = lists
        self._image_of = image_of

    def products(self, report):
        for key, views in scratch.grouped(self._views(report)):
            report.read()
            views.sort(key=lambda view: (view['view'], view['number']))
            product, _, _ = key.rpartition('-')
            images = dict.fromkeys(view['image'] for view in views)
            texts = {name: _first(view[name] for view in views) for name in views[0]}
            labels = {
                'gender': one_gender(genders(texts['productGender'])) or texts['productGender'],
                'category': texts['category'], 'subcategory': texts['subCategory2'],
                'colour': texts['colours'] if '|' not in texts['colours'] else ()}
            extra = {name: texts[name] for name in (*EXTRA, 'attributes') if texts[name]}
            if '|' in texts['colours']:
                extra['colours'] = texts['colours']
            where = f'{self._lists[INFO]}: entry {views[0]["number"]:,} ({key})'
            listing = Listing('Zappos', texts['productName'], images=images)
            yield where, Product(key, product, labels, [listing], extra)

    def _views(self, report):
        """Yields (product and colour, what the lists say) of each image."""
        for number, entry in enumerate(self._entries(), 1):
            info, attributes = entry[INFO], entry[ATTRIBUTES]
            where = f'{self._lists[INFO]}: entry {number:,}'
            product = _text(info.get('productId'))
            colour = _text(info.get('colourId')) or _text(info.get('styleId'))
            if not product or not colour:
                report.drop_image('no productId, or neither colourId nor styleId', where)
                continue
            names = [name for name in map(_stem, (
                attributes.get('filename'), entry[LINKS].get('image_url_4x'),
                info.get('image_url_4x'))) if name]
            image = _first(map(self._image_of, names)) or f'{_first(names) or "unnamed"}.jpg'
            view = {name: _text(info.get(name)) for name in (
                'productGender', 'category', 'subCategory2', 'productName', *EXTRA)}
            said = [name for name, value in attributes.items()
                    if name not in _NAMES and _text(value) not in ('', '0', 'False')]
            view |= {
                'colours': '|'.join(name for name in COLOURS if name in said),
                'number': number, 'view': _text(info.get('viewId')),
                'image': image,
                'attributes': '|'.join(name for name in said if name not in COLOURS)}
            yield f'{product}-{colour}', view

    def _entries(self):
        """Yields the entries of the lists side by side, by list; ``{}`` for those not there."""
        paths = {name: path for name, path in self._lists.items() if path}
        lists = [json_list(self.tree, path) for path in paths.values()]
        for number, row in enumerate(itertools.zip_longest(*lists, fillvalue=_END), 1):
            for path, entry in zip(paths.values(), row):
                if entry is _END:
                    raise UserError(f'{path}: holds {number - 1:,} entries, and another of the '
                                    'lists, which go together, more; are all of one download?')
                if not isinstance(entry, dict):
                    raise UserError(f'{path}: entry {number:,}: expected a JSON object, '
                                    f'found {shown(entry)}')
            yield collections.defaultdict(dict, zip(paths, row))


def _text(value):
    """A field as text, without quotes of its own, entities, and what stands for nothing."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ''
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return clean(unescaped(str(value).strip().strip('"')))


def _stem(address):
    """The last part of an address or a path (str or None), without its ending."""
    name = posixpath.basename(re.split('[?#]', _text(address), maxsplit=1)[0])
    stem, ending = posixpath.splitext(name)
    return stem if ending.lower() in ('.jpg', '.jpeg', '.png') else name


def _first(texts):
    return next(filter(None, texts), '')
