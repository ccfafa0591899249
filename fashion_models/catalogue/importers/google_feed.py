"""The items of a Google Merchant Center feed, read one by one, from text or XML."""

from __future__ import annotations

import argparse
import os
import pathlib
import re
from collections.abc import Collection, Iterator, Mapping

from fashion_models.catalogue.import_report import Report
from fashion_models.catalogue.importers import shops
from fashion_models.catalogue.importers.source import clean
from fashion_models.catalogue.importers.tables import Table
from fashion_models.errors import UserError
from fashion_models.parsing import LONGEST

#: Bytes within which the XML starts.
_BLANKS = 4096
_GOOGLE = re.compile(r'\{https?://base\.google\.com/')


def open_feed(source: str | os.PathLike, arguments: argparse.Namespace,
              kept: Collection[str]) -> TextFeed | XmlFeed:
    """The feed in a file.

    Args:
        source: The file.
        arguments: The options of :func:`.shops.add_table_arguments`.
        kept: The attributes that are wanted of items.

    Raises:
        UserError: If there is none, or the columns that the options name are not in it.
    """
    path = shops.only_file(source, 'a feed, as text or XML')
    columns = shops.pairs('column', arguments.column)
    if not _begins_like_xml(path):
        return TextFeed(path, arguments.encoding, columns, kept)
    if columns:
        raise UserError(f'column: {path} is XML, which has no columns')
    return XmlFeed(path, kept)


class TextFeed:
    """The items of a feed as text; of the attributes those that are kept."""

    def __init__(self, path: pathlib.Path, encoding: str | None, columns: Mapping[str, str],
                 kept: Collection[str]) -> None:
        self.path = path
        self._kept = kept
        self._table = Table(path, encoding, columns, mixed=True, fill=True)
        self._table.names = [_attribute(name) for name in self._table.names]
        self._more = _numbered(self._table.names, 'additional_image_link')
        self._table.require('id', 'image_link', what='a Google Merchant Center feed',
                            example='image_link=Bildlink')

    def items(self, report: Report | None = None) -> Iterator[tuple[str, dict[str, str]]]:
        """Yields where each item stands, and its attributes by name."""
        for where, row in self._table.rows(report):
            # Some enclose each address in quotes, which no address holds.
            row['additional_image_link'] = ','.join(filter(None, (
                clean(row[name].replace('"', '')) for name in self._more)))
            yield where, {name: text for name in self._kept if (text := clean(row.get(name, '')))}


class XmlFeed:
    """The items of a feed as XML, which is never in memory as a whole; otherwise as a TextFeed."""

    def __init__(self, path: pathlib.Path, kept: Collection[str]) -> None:
        self.path = path
        self._kept = kept

    def items(self, report: Report | None = None) -> Iterator[tuple[str, dict[str, str]]]:
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
                        yield f'{self.path.name}: item {number:,}', _item(element, self._kept)
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


def _item(element, kept):
    """The attributes of an item, by name; of those that are repeated all, joined by commas."""
    found, more = {}, []
    # Google's before those of RSS and Atom, whose id may be another.
    for child in sorted(element, key=lambda child: not _GOOGLE.match(child.tag)):
        name, text = _attribute(child.tag), clean(''.join(child.itertext()))
        name = 'description' if name == 'summary' else name
        if name in kept and text:
            if name == 'additional_image_link':
                more.append(text)
            else:
                found.setdefault(name, text)
    return found | ({'additional_image_link': ','.join(more)} if more else {})


def _attribute(name):
    """The name of an attribute, as Google's specification has it."""
    name = re.sub(r'^(\{.*\}|g:)', '', name)
    name = clean(name).casefold().replace(' ', '_')
    name = re.sub(r'^(additional_image_link)_?\d+$', r'\1', name)
    return 'color' if name == 'colour' else name


def _numbered(names, several):
    """Numbers the columns of one name that may be there several times, and returns their names."""
    places = [place for place, name in enumerate(names) if name == several]
    for number, place in enumerate(places, 1):
        names[place] = f'{several} {number}'
    return [names[place] for place in places]


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
