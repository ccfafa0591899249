"""Google Merchant Center product feeds, as text separated by tabs or as XML (RSS 2.0, Atom 1.0).

What is relied on, from the product data specification and the pages on file formats in Google's
help (support.google.com/merchants, answers 7052112, 160589, 6324370, 6324507, 6324487):

- An item is one variant: a size of a colour. Items of one ``item_group_id`` are variants of one
  product, which differ in ``color``, ``pattern``, ``material``, ``gender``, ``age_group`` or
  ``size``.
- Text: the first line names the attributes, with ``_`` or blanks between words. Several
  ``additional_image_link`` are joined by commas, or have columns of their own; a comma inside an
  address is ``%2C``.
- XML: each ``item`` of an RSS ``channel`` (or ``entry`` of an Atom feed) has elements of the
  namespace ``http://base.google.com/ns/1.0``; ``title``, ``link`` and ``description`` may be RSS's
  own, and ``id``, ``title`` and ``summary``, for the description, Atom's (answer 14990811).
  ``additional_image_link`` is repeated.
- ``color`` joins up to three colours by ``/``, the main one first. ``gender`` is ``male``,
  ``female`` or ``unisex``.
- ``google_product_category`` is a path in Google's taxonomy, ``Apparel & Accessories > Clothing >
  Dresses``, or its number (answer 6324436); ``product_type`` a path in the shop's own words.
"""

import argparse
import collections
import contextlib
import os
import re
from collections.abc import Iterator

from fashion_models.catalogue.importers import colourways, google_categories, scratch, shops
from fashion_models.catalogue.importers.google_feed import open_feed
from fashion_models.catalogue.importers.pictures import apart, open_pictures
from fashion_models.catalogue.importers.source import ROUNDED, Source, is_nothing, rounded
from fashion_models.catalogue.importers.wording import plain_text
from fashion_models.catalogue.records import Listing, Product

SUMMARY = 'a Google Merchant Center feed, as text or XML: one item a variant'

DESCRIPTION = """\
SOURCE  the feed, as text separated by tabs (or commas), or as XML; the pictures in the folder
        --images, found by their addresses ("catalogue fetch google-merchant" loads them).
        Attributes of text may be named in another language: --column image_link=Bildlink
rows    the items of one item_group_id that differ in size alone are a product, with the id of
        the first; so are items without item_group_id that have one title and one image_link
labels  colour from color, joined by /; gender from gender, of children with age_group; type,
        category and subcategory from google_product_category, a path or its number, below
        Apparel & Accessories, or where that is missing, or a number of something else, from
        product_type (see --levels, --category-from); brand, age_group, pattern, material, size,
        size_system and both categories are kept as extra texts
images  image_link, then additional_image_link; one that several colours of a group name is of the
        colour whose image_link it is, else of none, and reported
groups  the items of one item_group_id; without it, those of one image_link
from    your own shop; licence: yours (--licence)"""

_GOOGLES = 'google_product_category'
_CATEGORIES = (_GOOGLES, 'product_type')
_EXTRA = ('brand', 'age_group', 'pattern', 'material', 'size', 'size_type', 'size_system',
          *_CATEGORIES)
_KEPT = ('id', 'title', 'description', 'image_link', 'additional_image_link', 'item_group_id',
         'color', 'gender', *_EXTRA)
#: Items of a group that differ in these are products of their own.
_TOLD_APART = ('color', 'pattern', 'material', 'gender', 'age_group')


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options that only this format has."""
    shops.add_arguments(parser)
    parser.add_argument('--category-from', choices=_CATEGORIES, metavar='ATTRIBUTE',
                        help='what type, category and subcategory are read from: '
                             'google_product_category or product_type (default: the first where '
                             'it tells them, else the second)')


def add_table_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options that say how a feed as text is to be read."""
    shops.add_table_arguments(parser)


def addresses(source: str | os.PathLike, arguments: argparse.Namespace) -> Iterator[str]:
    """Yields the addresses of all pictures."""
    for _, item in open_feed(source, arguments, _KEPT).items():
        yield from _addresses(item)


@contextlib.contextmanager
def open_source(source: str | os.PathLike, arguments: argparse.Namespace) -> Iterator[Source]:
    """Opens a feed as a :class:`Source`."""
    feed = open_feed(source, arguments, _KEPT)
    labelling = shops.Labelling.of(arguments)
    with open_pictures(arguments.images or source.parent, arguments.manifest) as pictures:
        yield _Feed(feed, pictures, labelling, arguments.category_from,
                    shops.header(source, arguments))


class _Feed(Source):
    def __init__(self, feed, pictures, labelling, category_from, header):
        super().__init__(pictures.tree, feed.path)
        self.header = header
        self._feed = feed
        self._pictures = pictures
        self._labelling = labelling
        self._categories = (category_from,) if category_from else _CATEGORIES

    def products(self, report):
        for _, items in scratch.grouped(self._variants(report)):
            yield self._product(items, report)
        self._labelling.require_seen()

    def _variants(self, report):
        """Yields (key, item) so that the sizes of a product come together, in the feed's order."""
        for _, items in scratch.grouped(self._by_group(report)):
            pictures = _of_colours(items)
            if pictures is None:
                report.note(colourways.WHICH_COLOUR, f'{items[0]["where"]} ({items[0]["id"]})')
            places = {}
            for item in items:
                shown = _addresses(item)
                if pictures is None:
                    item.pop('color', None)
                else:
                    own = pictures[_key(item, 'color')]
                    for image in shown:
                        if image not in own:
                            report.note(colourways.SHARED,
                                        f'{image} of {item["where"]} ({item["id"]})')
                    shown = [image for image in shown if image in own]
                title = '' if 'item_group_id' in item else item.get('title')
                place = places.setdefault(
                    (title, *(_key(item, name) for name in _TOLD_APART)), item['number'])
                if place != item['number'] and 'item_group_id' not in item:
                    report.note('items without item_group_id that have one title and picture, '
                                'taken for sizes of one product', f'{item["where"]} ({item["id"]})')
                yield f'{place:09}', item | {'pictures': shown}

    def _by_group(self, report):
        """Yields (key, item) so that the items of a group come together."""
        places, pictured = {}, {}
        for number, (where, item) in enumerate(self._feed.items(report)):
            if not item.get('id') or is_nothing(item['id']):
                report.read()
                report.drop('no id', where)
                continue
            if rounded(item['id']) or rounded(item.get('item_group_id', '')):
                report.read()
                report.drop(ROUNDED, f'{where} ({item["id"]})')
                continue
            if is_nothing(group := item.get('item_group_id', '')):
                report.note(f'item_group_id {group}, taken for none', where)
                del item['item_group_id']
            # Many feeds name no groups: what has one picture must not be parted.
            group = item.get('item_group_id') or pictured.setdefault(
                item.get('image_link', item['id']), item['id'])
            if is_nothing(item.get('color', '')):
                del item['color']   # N/A is not two colours
            key = group, 'item_group_id' in item
            yield (f'{places.setdefault(key, number):09}',
                   item | {'where': where, 'group': group, 'number': number})

    def _product(self, items, report):
        report.read()
        # What the first does not say, another size may.
        first = {name: text for item in reversed(items) for name, text in item.items()}
        where = f'{first["where"]} ({first["id"]})'
        path = self._path(first, where, report)
        attributes = {'color': re.split('[/|]', first.get('color', '')),
                      'gender': [first.get('gender', '')],
                      'age_group': [first.get('age_group', '')]}
        extra = {name: '|'.join(dict.fromkeys(item[name] for item in items if name in item))
                 for name in _EXTRA}
        attributes |= {name: [text] for name, text in extra.items()
                       if text and self._labelling.task_of(name)}
        labels = self._labelling.labels(attributes, [path], [
            first.get('product_type', ''), first.get('title', '')])
        if not labels['colour'] and len({item.get('image_link') for item in items}) > 1:
            report.note('items of one item_group_id without a color that have different pictures, '
                        'taken for sizes of one product', where)
        images = self._pictures.find(
            [image for item in items for image in item['pictures']], where, report)
        listing = Listing(title=plain_text(first.get('title', '')),
                          description=plain_text(first.get('description', '')), images=images)
        return where, Product(
            first['id'], first['group'], labels, [listing],
            {name: text for name, text in extra.items() if text})

    def _path(self, item, where, report):
        """The levels of the first of an item's categories that tells some."""
        for name in self._categories:
            text = item.get(name, '')
            if name == _GOOGLES:
                path = google_categories.levels_of(text, name, where, report)
            else:   # in the shop's own words a number is of no use
                text = google_categories.without_number(text)
                path = [] if text.isdecimal() else shops.category_path(text)
            if path:
                return path
        return []


def _key(item, name):
    """What an attribute of items has in common that is written in several ways."""
    return item.get(name, '').casefold().replace(' ', '')


def _of_colours(items):
    """The pictures of each colour of a group; None if they do not tell its colours apart.

    Many feeds give each colour the pictures of all: the main picture of one is no other's.
    """
    main, named = collections.defaultdict(list), collections.defaultdict(list)
    for item in items:
        colour = _key(item, 'color')
        main[colour] += apart(item.get('image_link', ''))
        named[colour] += _addresses(item)
    owner = {image: colour for colour, images in colourways.of_one_colour(main).items()
             for image in images if colour}
    own = colourways.of_one_colour({
        colour: [image for image in images if not colour or owner.get(image, colour) == colour]
        for colour, images in named.items()})
    several = len([colour for colour in named if colour]) > 1
    shared = several and any(named.values()) and not any(own[colour] for colour in named if colour)
    return None if shared else own


def _addresses(item):
    """The addresses of an item's pictures."""
    return [address for name in ('image_link', 'additional_image_link')
            for address in apart(item.get(name, '')) if address]
