"""WooCommerce's own product export: parents and their variations, pictures by their addresses.

What is relied on, from WooCommerce's source (``includes/export/class-wc-product-csv-exporter.php``
and ``abstract-wc-csv-exporter.php``, version 3.1 of the format, as of 10.x):

- The first line names the columns, ``ID, Type, SKU, Name, …, Categories, Tags, …, Images, …,
  Parent, …``, then ``Attribute 1 name, Attribute 1 value(s), Attribute 1 visible, …`` for as many
  attributes as any product has. It is in the language of the shop. The file is written in batches:
  rows of the first may have fewer fields than the first line.
- Several values are joined by ``, ``; a comma inside a value is ``\\,``. A category is its path,
  ``Clothing > Dresses``.
- ``Type`` is ``simple``, ``variable``, ``variation``, ``grouped``, ``external``, followed by
  ``virtual`` and ``downloadable`` where that is so.
- ``Images`` are addresses. A variation has one at most, its own; the parent has the main one and
  the gallery.
- ``Parent`` is the parent's SKU, or ``id:44`` if that has none.
- ``Published`` is 1, 0 for a private product and -1 for a draft.
- A field that begins with ``=``, ``+``, ``-`` or ``@`` has an apostrophe before it; a line break in
  a description is ``\\n``.
"""

import argparse
import contextlib
import os
import re
from collections.abc import Iterator

from fashion_models.catalogue.importers import colourways, scratch, shops
from fashion_models.catalogue.importers.pictures import open_pictures, with_whole_addresses
from fashion_models.catalogue.importers.source import ROUNDED, Source, clean, is_nothing, rounded
from fashion_models.catalogue.importers.tables import Table
from fashion_models.catalogue.importers.woocommerce_columns import in_english
from fashion_models.catalogue.importers.wording import plain_text, unescaped
from fashion_models.catalogue.records import Listing, Product

SUMMARY = "WooCommerce's product export: products and their variations, pictures by address"

DESCRIPTION = """\
SOURCE  the CSV file of Products > Export; the pictures in the folder --images, found by their
        addresses ("catalogue fetch woocommerce" loads them). The first line is in the shop's
        language: where that is none of sixteen that are known, name the columns, as in
        --column Images=Képek
rows    a simple product is a product; the variations of one colour are one, whatever their
        sizes; a variable product whose variations have no colour is one
labels  colour and gender from the attributes called that, in more than twenty languages
        (else --attribute); type, category and subcategory from the longest category path (see
        --levels); gender also from a category called Men, Women's and so on, or a tag;
        other attributes and tags are kept as extra texts, as is that it is a draft or private
images  those of the variations, unless several colours name them; those of the parent where
        they are of one colour
groups  the colours of one parent
from    your own shop; licence: yours (--licence)"""

#: Kinds of rows that have no photograph of their own goods.
_OTHERS = ('grouped', 'virtual', 'downloadable')
_ATTRIBUTE = re.compile(r'Attribute \d+ name')
#: What ``Published`` says, other than 1.
_NOT_ON_SALE = {'0': 'private', '-1': 'draft', "'-1": 'draft'}
_WHAT = 'a WooCommerce product export'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options that only this format has."""
    shops.add_arguments(parser)


def add_table_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options that say how the table is to be read."""
    shops.add_table_arguments(parser)


def addresses(source: str | os.PathLike, arguments: argparse.Namespace) -> Iterator[str]:
    """Yields the addresses of all pictures."""
    for _, row in _table(source, arguments).rows():
        yield from _addresses(row['Images'])


def _table(source, arguments):
    path = shops.only_file(source, 'the CSV file of a product export')
    columns = shops.pairs('column', arguments.column)
    table = Table(path, arguments.encoding, columns, mixed=True, fill=True)
    table.names = in_english(table.names)
    table.require('Type', 'Name', 'Images', what=_WHAT, example='Images=Bilder')
    table.require('ID' if 'ID' in table.names else 'SKU', what=_WHAT, example='SKU=Artikelnummer')
    table.names = [_attribute(name, columns) for name in table.names]
    return table


def _attribute(name, columns):
    """The name of a column, that of an attribute as WooCommerce writes it.

    What ``columns`` calls a column of the first attribute, those of the others are called, too.
    """
    for part in ('name', 'value(s)'):
        called = columns.get(f'Attribute 1 {part}', f'Attribute 1 {part}')
        pattern = re.escape(clean(called)).replace('1', r'(\d+)', 1)
        if match := re.fullmatch(pattern, name, re.IGNORECASE):
            return f'Attribute {match[1]} {part}'
    return name


@contextlib.contextmanager
def open_source(source: str | os.PathLike, arguments: argparse.Namespace) -> Iterator[Source]:
    """Opens a product export as a :class:`Source`."""
    table = _table(source, arguments)
    labelling = shops.Labelling.of(arguments)
    with open_pictures(arguments.images or table.path.parent, arguments.manifest) as pictures:
        yield _Export(table, pictures, labelling, shops.header(source, arguments))


class _Export(Source):
    def __init__(self, table, pictures, labelling, header):
        super().__init__(pictures.tree, table.path)
        self.header = header
        self._table = table
        self._pictures = pictures
        self._labelling = labelling
        self._attributes = [
            (name, f'{name[:-len("name")]}value(s)') for name in table.names
            if _ATTRIBUTE.fullmatch(name) and f'{name[:-len("name")]}value(s)' in table.names]

    def products(self, report):
        for _, family in scratch.grouped(self._families(report)):
            # There is none where the export leaves it out.
            parent = next((member for member in family if not member['variation']), None)
            variations = [member for member in family if member['variation']]
            yield from self._of_parent(parent, variations, report)
        self._labelling.require_seen()

    def _families(self, report):
        """Yields (key, row) so that variations come with their parents, in the parents' order."""
        places = {}
        for number, (_, row) in enumerate(self._table.rows()):
            if not _is_variation(row):
                for reference in _references(row):
                    places.setdefault(reference, number)
        for number, (where, row) in enumerate(self._table.rows(report)):
            kinds = _values(row['Type'].lower())
            other = next((kind for kind in kinds if kind in _OTHERS), None)
            problem = f'product type {other}' if other else ROUNDED if any(
                rounded(clean(row.get(name, ''))) for name in ('SKU', 'Parent')) else None
            if problem:
                report.read()
                report.drop(problem, f'{where} ({_text(row["Name"])})', missed=not other)
                continue
            member = self._member(where, row)
            if member['variation']:
                # Without them, the colours of a parent would be one product.
                self._table.require('Parent', 'Attribute 1 name', 'Attribute 1 value(s)',
                                    what=f'{_WHAT} with variations',
                                    example='Attribute 1 name=Attribut 1 Name')
                if not member['parent']:
                    report.note('variations that name no parent, each a product', where)
            place = number
            if member['variation'] and member['parent']:
                place = places.setdefault(member['parent'], number)
            yield f'{place:09}', member

    def _member(self, where, row):
        attributes = {}
        for name, values in self._attributes:
            if clean(row.get(name, '')):
                attributes[_text(row[name])] = _values(row.get(values, ''))
        sku = _code(row, 'SKU')
        return {
            'where': where, 'variation': _is_variation(row),
            'variable': 'variable' in row['Type'].lower(), 'parent': _code(row, 'Parent'),
            'id': sku or clean(row.get('ID', '')), 'title': _text(row['Name']),
            'description': _text(row.get('Description', '')) or _text(
                row.get('Short description', '')),
            'attributes': attributes, 'images': _addresses(row['Images']),
            'paths': [path.split(' > ') for path in _values(row.get('Categories', ''))],
            'tags': _values(row.get('Tags', '')), 'brand': '|'.join(_values(row.get('Brands', ''))),
            'status': _NOT_ON_SALE.get(clean(row.get('Published', '')), '')}

    def _of_parent(self, parent, variations, report):
        """Yields (where, product) of each colour of a parent and its variations."""
        first = parent or variations[0]
        group = first['id'] if parent else re.sub('^id:', '', first['parent']) or first['id']
        if not group:
            report.read()
            report.drop('neither SKU nor ID', first['where'])
            return
        if not parent and first['parent']:
            report.note('variations whose parent is not in the export',
                        f'{first["parent"]} of {first["where"]}')
        colours = self._by_colour(parent, variations)
        own = colourways.of_one_colour({
            colour: [image for member in members for image in member['images']]
            for colour, members in colours.items()})
        if len(colours) < 2 or not any(own.values()):
            pictured = [first] * (parent is not None) + variations
            yield self._product(group, group, [first, *variations], [
                image for member in pictured for image in member['images']], report)
            return
        named = (image for member in variations for image in member['images'])
        for image, why in colourways.unused(
                own, named, parent['images'] if parent else (),
                'pictures of a parent that comes in several colours, not used'):
            report.note(why, f'{image} of {first["where"]} ({group})')
        for colour, members in colours.items():
            identity = f'{group}-{colour}' if colour else group
            yield self._product(identity, group, [first, *members], own[colour], report)

    def _by_colour(self, parent, variations):
        """The variations of each colour; those of any colour are of the parent's, if it has one."""
        only = self._labelling.colours(parent['attributes']) if parent else ()
        only = only[0] if len(only) == 1 else ''
        said = ['/'.join(self._labelling.colours(one['attributes'])) or only for one in variations]
        spelled = {colour.casefold(): colour for colour in reversed(said)}
        said = [spelled[colour.casefold()] for colour in said]
        found = dict.fromkeys(said)
        # Beside a single colour, the parent's pictures may show others.
        if len(found) > 2 and not any(one['images'] for one, colour in zip(variations, said)
                                      if not colour):
            found.pop('', None)     # without a picture of its own, it is each of the others
        return {colour: [one for one, own in zip(variations, said)
                         if own == colour or not own and '' not in found] for colour in found}

    def _product(self, identity, group, told, images, report):
        """A product; ``told`` are the rows that tell of it, the more general first."""
        report.read()
        general = told[0]
        where = f'{general["where"]} ({identity})'
        # Of what varies, the parent lists all that there is; a variation without has any of it.
        attributes = dict(general['attributes'])
        varying = dict.fromkeys(name for member in told[1:] for name in member['attributes'])
        for name in varying:
            own = [value for member in told[1:] for value in member['attributes'].get(name, ())]
            attributes[name] = own or attributes.get(name, ())
        # What varies goes before what is said of the whole, as of all its colours.
        given = {self._labelling.task_of(name) for name in varying} - {None}
        attributes = {name: values for name, values in attributes.items()
                      if name in varying or self._labelling.task_of(name) not in given}
        labels = self._labelling.labels(attributes, general['paths'], general['tags'])
        # Where an export leaves the variations out, the parent lists their colours, too.
        if len(labels['colour']) > 1 and (general['variable'] and len(told) == 1 or any(
                self._labelling.task_of(name) == 'colour' for name in varying)):
            report.note(colourways.WHICH_COLOUR, where)
            labels['colour'] = ()
        elif not labels['colour']:
            self._labelling.note_unused(
                ((member['attributes'], member['images']) for member in told[1:]), where, report)
        extra = self._labelling.extra(attributes)
        extra |= {name: text for name, text in (
            ('categories', '|'.join(' > '.join(path) for path in general['paths'])),
            ('tags', '|'.join(general['tags'])), ('brand', general['brand']),
            ('status', general['status'])) if text}
        title = general['title'] or told[-1]['title']
        description = next((member['description'] for member in told if member['description']), '')
        listing = Listing(title=title, description=description,
                          images=self._pictures.find(images, where, report))
        return where, Product(identity, group, labels, [listing], extra)


def _is_variation(row):
    return any(kind.endswith('variation') for kind in _values(row['Type'].lower()))


def _references(row):
    """What the variations of a row may call it."""
    return [name for name in (_code(row, 'SKU'), f'id:{clean(row.get("ID", ""))}')
            if name and name != 'id:']


def _code(row, name):
    """The SKU in a column, if there is one."""
    text = _text(row.get(name, ''))
    return '' if is_nothing(text) else text


def _values(text):
    """The values that a field joins by commas."""
    return [value for value in map(clean, map(unescaped, _parts(text))) if value]


def _addresses(text):
    """The addresses that a field joins by commas."""
    # Of a query such as ?w=400&reg=eu, nothing else is an entity.
    addresses = (clean(part).replace('&amp;', '&').replace('&#038;', '&')
                 for part in with_whole_addresses(_parts(text), ','))
    return [address for address in addresses if address]


def _parts(text):
    return (part.replace('\\,', ',') for part in re.split(r'(?<!\\),', _unquoted(text)))


def _text(text):
    return plain_text(_unquoted(text).replace('\\n', '\n'))


def _unquoted(text):
    return text[1:] if re.match("'[=+@-]", text) else text
