"""Google Merchant Center product feeds, as text separated by tabs or as XML (RSS 2.0, Atom 1.0).

What is relied on, from the product data specification and the pages on file formats in Google's
help (support.google.com/merchants, answers 7052112, 160589, 6324370, 6324507, 6324487):

- An item is one variant: a size of a colour. Items of one ``item_group_id`` are variants of one
  product, which differ in ``color``, ``pattern``, ``material``, ``gender``, ``age_group`` or
  ``size``.
- Text: the first line names the attributes, with ``_`` or blanks between words. Several
  ``additional_image_link`` are joined by commas; a comma inside an address is ``%2C``.
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
import contextlib
import os
import re
from collections.abc import Iterator

from fashion_models.catalogue.importers import google_categories, scratch, shops
from fashion_models.catalogue.importers.pictures import apart, open_pictures
from fashion_models.catalogue.importers.source import ROUNDED, Source, clean, is_nothing, rounded
from fashion_models.catalogue.importers.tables import Table
from fashion_models.catalogue.importers.wording import plain_text
from fashion_models.catalogue.records import Listing, Product
from fashion_models.errors import UserError
from fashion_models.parsing import LONGEST

SUMMARY = 'a Google Merchant Center feed, as text or XML: one item a variant'

DESCRIPTION = """\
SOURCE  the feed, as text separated by tabs (or commas), or as XML; the pictures in the folder
        --images, found by their addresses ("catalogue fetch google-merchant" loads them).
        Attributes of text may be named in another language: --column image_link=Bildlink
rows    the items of one item_group_id that differ in size alone are a product, with the id of
        the first; so are items without item_group_id that have one title and one image_link
labels  colour from color, joined by /; gender from gender; type, category and subcategory from
        google_product_category, a path or its number, below Apparel & Accessories, or where that
        is missing, or a number of something else, from product_type (see --levels,
        --category-from); brand, age_group, pattern, material, size, size_system and both
        categories are kept as extra texts
images  image_link, then additional_image_link
groups  the items of one item_group_id; without it, those of one image_link
from    your own shop; licence: yours (--licence)"""

#: Bytes within which the XML starts.
_BLANKS = 4096
_GOOGLE = '{http://base.google.com/'
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
    for _, item in _feed(source, arguments).items():
        yield from _addresses(item)


def _feed(source, arguments):
    path = shops.only_file(source, 'a feed, as text or XML')
    columns = shops.pairs('column', arguments.column)
    if not _begins_like_xml(path):
        return _Text(path, arguments.encoding, columns)
    if columns:
        raise UserError(f'column: {path} is XML, which has no columns')
    return _Xml(path)


@contextlib.contextmanager
def open_source(source: str | os.PathLike, arguments: argparse.Namespace) -> Iterator[Source]:
    """Opens a feed as a :class:`Source`."""
    feed = _feed(source, arguments)
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
            same = group if 'item_group_id' in item else (group, item.get('title'))
            key = (same, *(
                item.get(name, '').casefold().replace(' ', '') for name in _TOLD_APART))
            place = places.setdefault(key, number)
            if place != number and 'item_group_id' not in item:
                report.note('items without item_group_id that have one title and picture, taken '
                            'for sizes of one product', f'{where} ({item["id"]})')
            yield f'{place:09}', item | {'where': where, 'group': group}

    def _product(self, items, report):
        report.read()
        # What the first does not say, another size may.
        first = {name: text for item in reversed(items) for name, text in item.items()}
        where = f'{first["where"]} ({first["id"]})'
        path = self._path(first, where, report)
        attributes = {'color': first.get('color', '').split('/'),
                      'gender': [first.get('gender', '')]}
        extra = {name: '|'.join(dict.fromkeys(item[name] for item in items if name in item))
                 for name in _EXTRA}
        attributes |= {name: [text] for name, text in extra.items()
                       if text and self._labelling.task_of(name)}
        labels = self._labelling.labels(attributes, [path], [
            first.get('product_type', ''), first.get('title', '')])
        images = self._pictures.find(
            [image for item in items for image in _addresses(item)], where, report)
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


class _Text:
    """The items of a feed as text."""

    def __init__(self, path, encoding, columns):
        self.path = path
        self._table = Table(path, encoding, columns, mixed=True, fill=True)
        self._table.names = [_attribute(name) for name in self._table.names]
        self._table.require('id', 'image_link', what='a Google Merchant Center feed',
                            example='image_link=Bildlink')

    def items(self, report=None):
        """Yields where each item stands, and its attributes by name."""
        for where, row in self._table.rows(report):
            yield where, {name: text for name in _KEPT if (text := clean(row.get(name, '')))}


class _Xml:
    """The items of a feed as XML; it is never in memory as a whole."""

    def __init__(self, path):
        self.path = path

    def items(self, report=None):
        """Yields where each item stands, and its attributes by name.

        Raises:
            UserError: If it is not XML, declares entities, or has no items.
        """
        from defusedxml import DefusedXmlException
        from defusedxml.ElementTree import ParseError, iterparse

        number = 0
        try:
            with open(self.path, 'rb') as binary:
                binary.seek(_start(binary))
                file = _Bounded(binary, self.path)
                open_elements = []
                for event, element in iterparse(file, ('start', 'end'), forbid_dtd=True):
                    if event == 'start':
                        open_elements.append(element)
                        continue
                    open_elements.pop()
                    if _attribute(element.tag) in ('item', 'entry'):
                        number += 1
                        file.begin()
                        yield f'{self.path.name}: item {number:,}', _item(element)
                    if not any(_attribute(above.tag) in ('item', 'entry')
                               for above in open_elements[:3]):
                        element.clear()
                        if open_elements:
                            open_elements[-1].remove(element)
        except DefusedXmlException as error:
            raise UserError(f'{self.path}: declares a document type or entities, which no feed '
                            f'needs ({type(error).__name__})') from error
        except (ParseError, ValueError, LookupError) as error:
            raise UserError(f'{self.path}: not XML: {error}') from error
        except OSError as error:
            raise UserError(f'{self.path}: {error.strerror or error}') from error
        if not number:
            raise UserError(f'{self.path}: expected a Google Merchant Center feed; found no item')


class _Bounded:
    """A file of which only so much is read for each item."""

    def __init__(self, file, path):
        self._file = file
        self._path = path
        self._left = LONGEST

    def begin(self):
        """The next item begins."""
        self._left = LONGEST

    def read(self, size):
        """Reads up to ``size`` bytes."""
        if self._left < 0:
            raise UserError(f'{self._path}: expected items of {LONGEST:,} bytes at most; found a '
                            'larger one')
        self._left -= size
        return self._file.read(size)


def _item(element):
    """The attributes of an item, by name; of those that are repeated all, joined by commas."""
    found, more = {}, []
    # Google's before those of RSS and Atom, whose id may be another.
    for child in sorted(element, key=lambda child: not child.tag.startswith(_GOOGLE)):
        name, text = _attribute(child.tag), clean(child.text or '')
        name = 'description' if name == 'summary' else name
        if name in _KEPT and text:
            if name == 'additional_image_link':
                more.append(text)
            else:
                found.setdefault(name, text)
    return found | ({'additional_image_link': ','.join(more)} if more else {})


def _attribute(name):
    """The name of an attribute, as Google's specification has it."""
    name = re.sub(r'^(\{.*\}|g:)', '', name)
    return clean(name).casefold().replace(' ', '_')


def _addresses(item):
    """The addresses of an item's pictures."""
    return [address for name in ('image_link', 'additional_image_link')
            for address in apart(item.get(name, '')) if address]


def _begins_like_xml(path):
    try:
        with open(path, 'rb') as file:
            file.seek(_start(file))
            head = file.read(4)
    except OSError as error:
        raise UserError(f'{path}: {error.strerror or error}') from error
    return head.lstrip(b'\xff\xfe\x00').startswith(b'<')


def _start(file):
    """Where XML in UTF-8 starts: programs of shops leave blanks before it, which XML forbids."""
    head = file.read(_BLANKS)
    return len(head) - len(head.lstrip(b'\xef\xbb\xbf \t\r\n'))
