"""The product export of a Magento 2 shop (also Adobe Commerce): one CSV file and its media folder.

What is relied on: the export's own columns and the way Magento writes several values into a field.

``additional_attributes``
    ``code=value,code=value``, the values of a multiple select joined by ``|``. A piece without
    ``=`` belongs to the value before it, as in Magento. With the export's option "Fields
    enclosure" it is ``code="value",code="value"``; other tools enclose a whole pair that holds a
    comma, ``"code=value, value"``. A quote inside quotes is doubled in both.
``configurable_variations``
    ``sku=A-S-Red,size=S,color=Red|sku=…``: the simple rows that a configurable row is sold as,
    which may stand anywhere in the file.
``categories``
    Paths from the root, ``Default Category/Men/Tops/Tees``, joined by commas without a blank; a
    ``/`` in a name is written ``\\/``, a comma as it is.
``base_image``, ``additional_images``
    Paths below ``pub/media/catalog/product`` with a leading ``/``; the latter joined by commas.

A row with a ``store_view_code`` repeats another's ``sku`` with what that store view says otherwise
(a translation); it is not a product. Some shops' exports and other tools' files have no row but
that of a store view, mostly ``default``: then the first of a ``sku`` is the product.

Rows of other kinds (bundles, grouped, virtual, downloadable products) cannot be photographed by
themselves, or name others that can.
"""

import argparse
import contextlib
import functools
import itertools
import os
import pathlib
from collections.abc import Iterator

from fashion_models.catalogue.importers import colourways, scratch, shops
from fashion_models.catalogue.importers import magento_fields as fields
from fashion_models.catalogue.importers.pictures import open_pictures
from fashion_models.catalogue.importers.source import ROUNDED, Source, clean, is_nothing, rounded
from fashion_models.catalogue.importers.tables import Table
from fashion_models.catalogue.importers.wording import (
    gender_in_shop,
    genders_in_any_language,
    genders_of_paths,
    names_only_a_gender,
    plain_text,
    unescaped,
)
from fashion_models.catalogue.records import Listing, Product
from fashion_models.catalogue.tasks import LEVELS
from fashion_models.remote import local_path

SUMMARY = 'a Magento 2 product export: configurable and simple rows, one or more images each'

DESCRIPTION = """\
SOURCE  the CSV file of System > Data Transfer > Export > Products; the images are looked
        for in pub/media/catalog/product beside it or in a folder above it (else --images)
rows    a configurable row in one colour is a product: the simple rows that it names, of all
        sizes; a simple row that none names is a product too
labels  colour from the attribute color, or that word in another language (else --attribute
        colour=fashion_color); type, category and subcategory from the longest of the category
        paths, below its root (see --levels); gender from the attribute gender, else from a
        category called Men, Women's, Girls and so on, which is then no type; the other
        attributes are kept as extra texts, and those that vary between the simple rows of a
        product are reported
images  base_image, then additional_images of the product's simple rows, each once; those that
        several colours name are of none, and reported
groups  the colours of one configurable row, and configurable rows that share a simple row
from    your own shop; licence: yours (--licence)"""

REQUIRED = ('sku', 'product_type', 'base_image')
MEDIA_FOLDER = 'pub/media/catalog/product'

#: Columns that are kept of a simple row until its configurable row asks for it.
_KEPT = ('sku', 'name', 'description', 'short_description', 'categories', 'attribute_set_code',
         'base_image', 'additional_images', 'additional_attributes')
#: What ``product_online`` says of a product that is not on sale.
_DISABLED = '2'
#: Attributes that say how Magento handles a row and nothing of the goods.
_TECHNICAL = {'has_options', 'required_options', 'sku'}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options that only this format has."""
    parser.add_argument('--images', metavar='ROOT', type=local_path,
                        help=f'the media folder (default: the nearest {MEDIA_FOLDER} beside or '
                             "above the CSV file, else the file's own folder)")
    shops.add_label_arguments(parser)
    shops.add_table_arguments(parser, columns=False)
    shops.add_header_arguments(parser)


@contextlib.contextmanager
def open_source(source: str | os.PathLike, arguments: argparse.Namespace) -> Iterator[Source]:
    """Opens a product export as a :class:`Source`."""
    path = shops.only_file(source, 'the CSV file of a product export')
    labelling = shops.Labelling.of(arguments)
    codes = shops.ATTRIBUTES | {
        task: (code.lower(),) for task, code in shops.pairs(
            'attribute', arguments.attribute).items()}
    table = Table(path, arguments.encoding, mixed=True, fill=True)
    table.spell((*_KEPT, 'store_view_code', 'product_online', 'configurable_variations'))
    table.require(*REQUIRED, what='a Magento 2 product export')
    with open_pictures(arguments.images or _media_folder(path)) as pictures:
        yield _Export(table, pictures, labelling, codes, shops.header(path, arguments))


def _media_folder(table):
    folders = [folder / MEDIA_FOLDER for folder in pathlib.Path(os.path.realpath(table)).parents]
    return next(filter(pathlib.Path.is_dir, folders), table.parent)


class _Export(Source):
    def __init__(self, table, pictures, labelling, codes, header):
        super().__init__(pictures.tree, table.path)
        self.header = header
        self._table = table
        self._pictures = pictures
        self._labelling = labelling
        self._codes = codes
        self._kept = (*_KEPT, *(code for found in codes.values() for code in found))

    def products(self, report):
        groups = _Groups()
        with scratch.table(self._simple_rows(groups)) as simple:
            for where, row in self._rows(report):
                sku = clean(row['sku'])
                if row['product_type'] == 'configurable':
                    yield from self._of_configurable(where, row, groups, simple, report)
                elif sku not in groups.children:
                    yield self._product(where, sku, sku, self._said('colour', row),
                                        fields.images([row]), [row], report)
        self._labelling.require_seen()

    def _simple_rows(self, groups):
        """Yields (sku, row) of the simple rows, and tells ``groups`` of the configurable ones."""
        for _, row in self._rows():
            sku = clean(row['sku'])
            if row['product_type'] == 'configurable':
                groups.add(sku, [variation['sku'] for variation in fields.variations(row)])
            else:
                yield sku, {name: row[name] for name in self._kept if row.get(name)}

    def _of_configurable(self, where, row, groups, simple, report):
        """Yields (where, product) of each colour that a configurable row is sold in."""
        sku = clean(row['sku'])
        colours, spelled = {}, {}
        # What no simple row says is as the whole is, in one colour.
        only = self._said('colour', row)
        only = '' if '|' in only else only
        for variation in fields.variations(row):
            child = simple(variation['sku'])
            if child is None:
                report.note('simple rows that a configurable one names, not in the export',
                            f'{variation["sku"]} of {where} ({sku})')
                continue
            child['variation'] = variation
            if only and not self._said('colour', child):
                child['variation'] = variation | {self._codes['colour'][0]: only}
            colour = self._said('colour', child)
            colours.setdefault(spelled.setdefault(colour.casefold(), colour), []).append(child)
        children = [child for found in colours.values() for child in found]
        own = colourways.of_one_colour(
            {colour: fields.images(found) for colour, found in colours.items()})
        if not any(own.values()):
            # The shop has photographs of the whole only, in one colour or in all.
            if len(colours) > 1:
                report.note(colourways.WHICH_COLOUR, f'{where} ({sku})')
            colour = '' if len(colours) > 1 else next(iter(colours), self._said('colour', row))
            yield self._product(where, sku, groups.of(sku), colour,
                                fields.images([row, *children]), [row, *children], report)
            return
        for image, why in colourways.unused(
                own, fields.images(children), fields.images([row]),
                'pictures of a configurable row whose simple rows have their own, not used'):
            report.note(why, f'{image} of {where} ({sku})')
        for colour, found in colours.items():
            identity = f'{sku}-{colour}' if colour else sku
            yield self._product(where, identity, groups.of(sku), colour, own[colour],
                                [row, *found], report)

    def _product(self, where, identity, group, colour, images, rows, report):
        """Where a product stands, and the product.

        Args:
            where (str): Where its row stands.
            identity (str): Its id.
            group (str): Its group.
            colour (str): Its colour, or several, joined by ``|``.
            images (list of str): Those that show it.
            rows (list of dict): The rows that tell of it, the more general first.
        """
        report.read()
        where = f'{where} ({identity})'
        row = rows[0]
        attributes = [fields.attributes_of(row) for row in rows]
        self._labelling.saw(itertools.chain.from_iterable(attributes))
        path = fields.longest_path(row)
        labels = dict(zip(self._labelling.levels, [
            unescaped(name) for name in path if not names_only_a_gender(name)]))
        labels['gender'] = _gender(row, self._said('gender', row))
        labels['colour'] = tuple(filter(None, map(clean, colour.split('|'))))
        labels |= {task: said for task in LEVELS
                   if task in self._codes and (said := self._said(task, row))}
        used = {code for codes in self._codes.values() for code in codes}
        # Sizes, and whatever else the simple rows differ in, are listed.
        extra = {'categories': row.get('categories', ''),
                 'attribute_set': row.get('attribute_set_code', ''),
                 'status': 'disabled' if row.get('product_online') == _DISABLED else '',
                 'short_description': plain_text(row.get('short_description', ''))}
        for name in dict.fromkeys(name for found in attributes for name in found):
            if name not in _TECHNICAL and (name not in used or name in self._codes['gender']):
                values = dict.fromkeys(found[name] for found in attributes if name in found)
                if len(values) > 1 and name not in used:
                    report.note(_varying(name, rows[1:], not labels['colour']), where)
                extra[name] = '|'.join(clean(unescaped(value)) for value in values)
        listing = Listing(
            title=plain_text(row.get('name', '')),
            description=plain_text(row.get('description', '')),
            images=self._pictures.find(images, where, report))
        return where, Product(identity, group, labels, [listing],
                              {name: text for name, text in extra.items() if text})

    def _said(self, task, row):
        """What the variation, the attributes or a column of a row says of a task."""
        for found in (row.get('variation', {}),
                      fields.attributes(row.get('additional_attributes') or ''), row):
            for code in self._codes[task]:
                if value := clean(unescaped(found.get(code) or '')):
                    self._labelling.saw([code])
                    return value
        return ''

    @functools.cached_property
    def _of_all_views(self):
        """The SKUs that have a row of all store views."""
        if 'store_view_code' not in self._table.names:
            return set()
        return {clean(row.get('sku', '')) for _, row in self._table.rows()
                if not row.get('store_view_code')}

    def _rows(self, report=None):
        """Yields (where, {column: text}) of the simple and configurable rows."""
        seen = set()
        for where, row in self._table.rows(report):
            sku, kind = clean(row.get('sku', '')), row.get('product_type')
            problem, missed = None, True
            if row.get('store_view_code') and (sku in self._of_all_views or sku in seen):
                problem, missed = 'the words of a store view for another row', False
            elif kind not in ('simple', 'configurable'):
                # A bundle or a download is not meant to be kept.
                problem, missed = f'product type {kind or "missing"}', not kind
            elif not sku or is_nothing(sku):
                problem = 'no sku'
            elif rounded(sku):
                problem = ROUNDED
            elif sku in seen:
                problem = 'a sku that came before'
            if not problem:
                seen.add(sku)
                yield where, row
            elif report:
                report.read()
                report.drop(problem, f'{where} ({sku})', missed)


class _Groups:
    """Which configurable rows hang together, by the simple rows that they name.

    Attributes:
        children (dict): SKU of every simple row that a configurable one names → the latter's.
    """

    def __init__(self):
        self.children, self._joined = {}, {}

    def add(self, sku, children):
        """Takes in a configurable row."""
        for child in children:
            first, own = self.of(self.children.setdefault(child, sku)), self.of(sku)
            if first != own:
                self._joined[own] = first

    def of(self, sku):
        """Returns the group of a configurable row: its SKU, or that of the first one it joins."""
        while (parent := self._joined.get(sku, sku)) != sku:
            self._joined[sku] = self._joined.get(parent, parent)
            sku = parent
        return sku


def _varying(name, rows, ask):
    """What to note of an attribute that varies between the simple rows of a product.

    Whether it is the colour is asked only where nothing else is.
    """
    pictures = {}
    for row in rows:
        pictures.setdefault(fields.attributes_of(row).get(name), set()).update(fields.images([row]))
    if ask and any(shown != next(iter(pictures.values())) for shown in pictures.values()):
        return (f'attribute {name} varies between the simple rows of a product, and the pictures '
                'with it; it was not used. Is it the colour?')
    return f'attribute {name} varies between the simple rows of a product; it was not used'


def _gender(row, said):
    found = genders_in_any_language(said.replace('|', ' '))
    ages = [value for name, value in fields.attributes_of(row).items() if name in shops.AGE_GROUPS]
    return gender_in_shop(
        found or genders_of_paths(fields.category_paths(row), fields.longest_path(row)), ages)
