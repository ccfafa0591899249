"""UT Zappos50K: 50,025 shoes from the shop Zappos, one picture each.

What is relied on, from the set's own readme and from public code that reads it:

- ``ut-zap50k-data/meta-data.csv`` has a header line; its columns are found by name. CID is the
  shop's number of the shoe and that of the colour, as in ``100627-255``: the colours of one shoe
  share the first. Fields are empty or ``NA`` where nothing is known; several values are joined
  by ``;``.
- The picture of a CID is ``100627.255.jpg``, in ``Category/SubCategory/Brand/``. The list of paths
  that comes with the set (``image-path.mat``) disagrees with the folders of brands that end in a
  dot, hold an ``&#174;``, or were unpacked on Windows, so pictures are found by their name alone,
  wherever they lie below SOURCE.
"""

import argparse
import contextlib
import functools
import os
import urllib.parse
from collections.abc import Iterator

from fashion_models.catalogue.importers import scratch
from fashion_models.catalogue.importers.source import Source, clean
from fashion_models.catalogue.importers.tables import Table
from fashion_models.catalogue.importers.tree import open_tree
from fashion_models.catalogue.importers.wording import genders, one_gender, unescaped
from fashion_models.catalogue.records import Header, Listing, Product
from fashion_models.errors import UserError

SUMMARY = 'UT Zappos50K: 50,025 shoes of the shop Zappos, one image each'

DESCRIPTION = """\
SOURCE  a folder in which ut-zap50k-data.zip and ut-zap50k-images.zip (or -images-square.zip)
        were unpacked, or one zip archive of it: meta-data.csv, and CID.jpg in any folders
labels  Gender (Men;Women is Unisex), Category → category (4: Boots, Sandals, Shoes, Slippers),
        SubCategory → subcategory (21); no colour, no type; the other columns (HeelHeight,
        Insole, Closure, Material, ToeStyle) and the folder's brand are kept as extra texts
images  one a product, 136×102 pixels (136×136 in -square), white background
groups  the colours of a shoe (the first number of the CID) are one group
from    vision.cs.utexas.edu/projects/finegrained/utzap50k; for academic, non-commercial use"""

TABLE = 'meta-data.csv'
REQUIRED = ('CID', 'Category', 'SubCategory', 'Gender')


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options that only this format has: none."""


@contextlib.contextmanager
def open_source(source: str | os.PathLike, arguments: argparse.Namespace) -> Iterator[Source]:
    """Opens the data set (a folder or a zip archive) as a :class:`Source`."""
    with open_tree(source) as tree:
        tables = tree.find(TABLE)
        if not tables:
            raise UserError(f'{source}: expected ut-zap50k-data/{TABLE}, and found no {TABLE}; '
                            'unpack ut-zap50k-data.zip and ut-zap50k-images.zip there')
        with scratch.images_by_name(tree) as image_of:
            yield _Zappos(tree, tables[0], image_of)


class _Zappos(Source):
    header = Header('ut-zappos50k', source='UT Zappos50K, '
                    'vision.cs.utexas.edu/projects/finegrained/utzap50k',
                    licence='academic, non-commercial use only; the photographs are the shop\'s')

    def __init__(self, tree, table, image_of):
        super().__init__(tree)
        self.table = table
        self._image_of = image_of

    def products(self, report):
        table = Table(self.table, mixed=True, fill=True,
                      opener=functools.partial(self.tree.open, self.table))
        table.require(*REQUIRED, what="the set's table")
        for where, row in table.rows(report):
            yield from self._product(row, where, report)

    def _product(self, row, where, report):
        report.read()
        row = {name: _known(text) for name, text in row.items() if name}
        identity = row.pop('CID')
        if not identity:
            report.drop('no CID', where)
            return
        name = identity.replace('-', '.')
        image = self._image_of(name) or f'{name}.jpg'
        gender = one_gender(genders(row['Gender']))
        labels = {'gender': gender, 'category': row.pop('Category'),
                  'subcategory': row.pop('SubCategory')}
        if gender == row['Gender']:
            del row['Gender']  # nothing that the label does not say
        row['brand'] = _brand(image, labels['category'])
        extra = {name: text for name, text in row.items() if text}
        group = identity.split('-')[0] or identity
        yield f'{where} ({identity})', Product(
            identity, group, labels, [Listing('Zappos', images=[image])], extra)


def _known(text):
    text = clean(text)
    return '' if text in ('NA', 'nan') else text


def _brand(image, category):
    """The brand (str) in ``.../Category/SubCategory/Brand/name.jpg``, or ``''``."""
    folders = image.split('/')[:-1]
    if folders[-3:-2] != [category]:
        return ''
    return clean(unescaped(urllib.parse.unquote(folders[-1])))
