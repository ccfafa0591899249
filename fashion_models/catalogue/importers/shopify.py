"""Shopify's product export: several rows a product, one for each variant and each picture.

What is relied on, from Shopify's help ("Using CSV files to import and export products") and from
exports that are public:

- Rows of one ``Handle`` are one product. The first has its texts; each has a variant, a picture,
  or both. A later row of the product may leave everything else empty.
- ``Option1 Name`` (to ``Option3 Name``) stands in the first row alone or in all, ``Option1 Value``
  in the row of each variant. A product without options has the option ``Title`` with the value
  ``Default Title``.
- ``Image Src`` is the address of a picture of the product, ``Image Position`` its place, which
  need not be that of its row. ``Variant Image`` is the address of the one that shows the variant.
- ``Type`` is the shop's own word, ``Product Category`` a path in Shopify's taxonomy, ``Apparel &
  Accessories > Clothing > Dresses``. ``Tags`` are joined by commas. Before there was one, the
  category stood in ``Google Shopping / Google Product Category``, as a path or a number of
  Google's taxonomy.
- Metafields have columns such as ``Color (product.metafields.shopify.color-pattern)``, their values
  joined by semicolons; they are of the product, not of a variant.
- ``Status`` is ``active``, ``draft`` or ``archived``.

Since 2024 the columns have other names (``URL handle``, ``Product image URL``, ``Variant image
URL``, ``Option1 name`` …); both are read. An export of many products comes in several files.
"""

import argparse
import contextlib
import os
from collections.abc import Iterator

from fashion_models.catalogue.importers import colourways, google_categories, scratch, shops
from fashion_models.catalogue.importers.pictures import open_pictures
from fashion_models.catalogue.importers.source import ROUNDED, Source, clean, rounded
from fashion_models.catalogue.importers.tables import Table
from fashion_models.catalogue.importers.wording import plain_text
from fashion_models.catalogue.records import Listing, Product

SUMMARY = "Shopify's product export: several rows a product, options as colours"

DESCRIPTION = """\
SOURCE  the CSV file of Products > Export; the pictures in the folder --images, found by their
        addresses ("catalogue fetch shopify" loads them)
rows    the variants of one handle in one colour are a product, whatever their sizes; a handle
        without a colour option is one
labels  colour from the option called that, in more than twenty languages (else --attribute), or,
        without one, from a metafield; type, category and subcategory from Product Category,
        below its first level, else from the category of Google Shopping, a path or its number
        (see --levels); gender from an option, a metafield or Google Shopping, else from the
        category, Type, Tags or Title; other options, metafields, categories, Type, Tags, Vendor
        and a Status other than active are kept as extra texts
images  all of the product, in the order of Image Position, where it comes in one colour; of
        several colours each has those of its variants that no other colour names, and the rest
        are reported
groups  the colours of one handle
from    your own shop; licence: yours (--licence)"""

#: What columns are called since 2024, in lower case, to what they were called before.
_NEW = {
    'url handle': 'Handle', 'description': 'Body (HTML)', 'product category': 'Product Category',
    'product image url': 'Image Src', 'image position': 'Image Position',
    'variant image url': 'Variant Image', 'sku': 'Variant SKU', 'gift card': 'Gift Card'}
#: What they were called in 2021 and 2022.
_OLD = {'standard product type': 'Product Category', 'custom product type': 'Type',
        'standardized product type': 'Product Category'}
_OPTIONS = tuple((f'Option{number} Name', f'Option{number} Value') for number in (1, 2, 3))
_GENDER = 'Google Shopping / Gender'
_AGE_GROUP = 'Google Shopping / Age Group'
_GOOGLES = 'Google Shopping / Google Product Category'
_KEPT = ('Handle', 'Title', 'Body (HTML)', 'Vendor', 'Type', 'Tags', 'Product Category',
         'Image Src', 'Image Position', 'Variant Image', 'Gift Card', 'Status',
         _GENDER, _AGE_GROUP, _GOOGLES, *(name for pair in _OPTIONS for name in pair))
_METAFIELD = ' (product.metafields.'
_DEFAULT = 'default title'
#: What Excel makes of ``true``, in English, German, French, Spanish, Italian, Dutch, Portuguese
#: and Polish.
_TRUE = {'true', 'wahr', 'vrai', 'verdadero', 'vero', 'waar', 'verdadeiro', 'prawda'}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options that only this format has."""
    shops.add_arguments(parser, columns=False)


def add_table_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options that say how the table is to be read."""
    shops.add_table_arguments(parser, columns=False)


def addresses(source: str | os.PathLike, arguments: argparse.Namespace) -> Iterator[str]:
    """Yields the addresses of all pictures."""
    for _, row in _table(source, arguments).rows():
        yield row['Image Src'].strip()
        yield row.get('Variant Image', '').strip()


def _table(source, arguments):
    path = shops.only_file(source, 'the CSV file of a product export')
    table = Table(path, arguments.encoding, mixed=True, fill=True)
    table.names = _old(table.names)
    table.require('Handle', 'Title', 'Image Src', what='a Shopify product export')
    return table


@contextlib.contextmanager
def open_source(source: str | os.PathLike, arguments: argparse.Namespace) -> Iterator[Source]:
    """Opens a product export as a :class:`Source`."""
    table = _table(source, arguments)
    labelling = shops.Labelling.of(arguments)
    with open_pictures(arguments.images or table.path.parent, arguments.manifest) as pictures:
        yield _Export(table, pictures, labelling, shops.header(source, arguments))


def _old(names):
    """Names of columns as they were before 2024."""
    known = {name.casefold(): name for name in _KEPT} | _NEW
    names = [known.get(name.casefold(), name) for name in names]
    known = {name: ours for name, ours in _OLD.items() if ours not in names}
    return [known.get(name.casefold(), name) for name in names]


class _Export(Source):
    def __init__(self, table, pictures, labelling, header):
        super().__init__(pictures.tree, table.path)
        self.header = header
        self._table = table
        self._pictures = pictures
        self._labelling = labelling
        self._metafields = {name: title for name in table.names if name.endswith(')')
                            and (title := name.rpartition(_METAFIELD)[0])}

    def products(self, report):
        for _, rows in scratch.grouped(self._by_handle(report)):
            yield from self._of_handle(rows, report)
        self._labelling.require_seen()

    def _by_handle(self, report):
        """Yields (key, row) so that the rows of a handle come together, in the handles' order."""
        places = {}
        handle = ''
        for number, (where, row) in enumerate(self._table.rows(report)):
            handle = clean(row['Handle']) or ('' if clean(row['Title']) else handle)
            if not handle:
                report.read()
                report.drop('no handle', where)
                continue
            if rounded(handle):
                report.read()
                report.drop(ROUNDED, f'{where} ({handle})')
                continue
            kept = {name: row[name] for name in (*_KEPT, *self._metafields)
                    if row.get(name, '').strip()}
            # Shopify itself takes handles that differ in letter case for one.
            yield (f'{places.setdefault(handle.casefold(), number):09}',
                   kept | {'Handle': handle, 'where': where})

    def _of_handle(self, rows, report):
        """Yields (where, product) of each colour of a handle."""
        general = next((row for row in rows if 'Title' in row), rows[0])
        handle = general['Handle']
        if general.get('Gift Card', '').strip().lower() in _TRUE:
            report.read()
            report.drop('a gift card', f'{general["where"]} ({handle})', missed=False)
            return
        variants = _variants(rows)
        colours, spelled = {}, {}
        for options, images in variants:
            colour = self._labelling.colours(options)
            colour = spelled.setdefault(tuple(map(str.casefold, colour)), colour)
            colours.setdefault(colour, []).append((options, images))
        placed = _in_place(rows)
        named = _by_file(image for _, images in variants for image in images)
        own = colourways.of_one_colour({
            colour: _by_file(image for _, images in members for image in images)
            for colour, members in colours.items()})
        if len(colours) < 2 or not any(own.values()):
            yield self._product(handle, general, variants, (placed | named).values(), report)
            return
        for file, why in colourways.unused(
                own, named, placed,
                'pictures that no variant names, of products in several colours, not used'):
            report.note(why, f'{(placed | named)[file]} of {general["where"]} ({handle})')
        for colour, members in colours.items():
            first = [image for file, image in placed.items() if file in own[colour]]
            rest = [named[file] for file in own[colour] if file not in placed]
            yield self._product('-'.join((handle, *colour)), general, members,
                                [*first, *rest], report)

    def _product(self, identity, general, variants, images, report):
        report.read()
        where = f'{general["where"]} ({identity})'
        options = {}
        for found, _ in variants:
            for name, values in found.items():
                options[name] = list(dict.fromkeys((*options.get(name, ()), *values)))
        given = {self._labelling.task_of(name) for name in options} - {None}
        attributes = options | {name: values for name, values in self._attributes(general).items()
                                if self._labelling.task_of(name) not in given}
        kind = clean(general.get('Type', ''))
        tags = [tag for tag in map(clean, general.get('Tags', '').split(',')) if tag]
        # The first level is Apparel & Accessories, of everything.
        path = (general.get('Product Category', '').split(' > ')[1:]
                or google_categories.levels_of(general.get(_GOOGLES, ''), _GOOGLES, where, report)
                or kind.split(' > '))
        title = plain_text(general.get('Title', ''))
        labels = self._labelling.labels(attributes, [path], [kind, *tags, title])
        if 'colour' in given and len(labels['colour']) > 1:
            report.note(colourways.WHICH_COLOUR, where)
            labels['colour'] = ()
        elif not labels['colour']:
            self._labelling.note_unused(variants, where, report)
        extra = self._labelling.extra(attributes)
        extra |= {name: text for name, text in (
            ('product_type', kind), ('tags', '|'.join(tags)),
            ('product_category', clean(general.get('Product Category', ''))),
            ('google_product_category', clean(general.get(_GOOGLES, ''))),
            ('vendor', clean(general.get('Vendor', ''))),
            ('status', _not_on_sale(general.get('Status', '')))) if text}
        listing = Listing(
            title=title, description=plain_text(general.get('Body (HTML)', '')),
            images=self._pictures.find(images, where, report))
        return where, Product(identity, general['Handle'], labels, [listing], extra)

    def _attributes(self, general):
        """What the product as a whole is said to be."""
        found = {name: general[column].split('; ') for column, name in self._metafields.items()
                 if column in general}
        if _GENDER in general and not any(
                self._labelling.task_of(name) == 'gender' for name in found):
            found['gender'] = [general[_GENDER]]
        if _AGE_GROUP in general and not any(name.casefold() in shops.AGE_GROUPS for name in found):
            found['age_group'] = [general[_AGE_GROUP]]
        return found


def _variants(rows):
    """The options (name to values) and own pictures of each variant of a product."""
    names = {}
    for row in rows:
        for name, value in _OPTIONS:
            if name in row and value in row:
                names.setdefault(value, clean(row[name]))
    found = []
    for row in rows:
        options = {names[value]: [clean(row[value])] for _, value in _OPTIONS
                   if value in row and value in names
                   and clean(row[value]).casefold() != _DEFAULT}
        images = [row['Variant Image'].strip()] if 'Variant Image' in row else []
        if options or images:
            found.append((options, images))
    return found or [({}, [])]


def _not_on_sale(status):
    return '' if clean(status).lower() == 'active' else clean(status).lower()


def _by_file(addresses):
    """Addresses, each once, by what they are without the version in their query."""
    found = {}
    for address in addresses:
        found.setdefault(address.partition('?')[0], address)
    return found


def _in_place(rows):
    """The pictures of a product by file, in the order of their positions."""
    found = [(_position(row, number), row['Image Src'].strip())
             for number, row in enumerate(rows, 1) if 'Image Src' in row]
    return _by_file(image for _, image in sorted(found, key=lambda entry: entry[0]))


def _position(row, default):
    text = row.get('Image Position', '').strip()
    return int(text) if text.isdecimal() and len(text) < 9 else default
