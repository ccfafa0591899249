"""Fashion Product Images (Kaggle; photographs of the shop Myntra), the small or the full edition.

The table ``styles.csv`` is no CSV by the book: names hold unescaped commas and bare quotes, so a
row is split at its first nine commas and never unquoted; ``NA`` and nothing both mean "not known".
"""

import argparse
import codecs
import contextlib
import os
from collections.abc import Iterator

from fashion_models.catalogue.importers.source import Source, clean
from fashion_models.catalogue.importers.tree import open_tree
from fashion_models.catalogue.records import Header, Listing, Product
from fashion_models.errors import UserError
from fashion_models.parsing import lines

SUMMARY = 'Fashion Product Images (Kaggle), small or full: about 44,000 products, one image each'

DESCRIPTION = """\
SOURCE  the zip archive as downloaded, or the folder it unpacks to: styles.csv and
        images/ID.jpg (extra folders around them are fine)
labels  gender, baseColour → colour, masterCategory → type, subCategory → category,
        articleType → subcategory; season, year and usage are kept as extra texts
images  one a product: 60×80 pixels in the small edition, up to 1800×2400 in the full one
groups  products with the same picture, byte for byte, are one group
left    Free Items, Home, Personal Care and Sporting Goods are left out (cosmetics,
out     perfumes, gifts, balls and a cushion: nothing one wears), unless --all-categories
from    kaggle.com/datasets/paramaggarwal/fashion-product-images-small (or -dataset);
        its page states the licence"""

FIELDS = ('id', 'gender', 'masterCategory', 'subCategory', 'articleType', 'baseColour', 'season',
          'year', 'usage', 'productDisplayName')
LABELS = {'gender': 'gender', 'colour': 'baseColour', 'type': 'masterCategory',
          'category': 'subCategory', 'subcategory': 'articleType'}
NON_FASHION = ('Free Items', 'Home', 'Personal Care', 'Sporting Goods')


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options that only this format has."""
    parser.add_argument('--all-categories', action='store_true',
                        help=f'keep {", ".join(NON_FASHION)} too')


@contextlib.contextmanager
def open_source(source: str | os.PathLike, arguments: argparse.Namespace) -> Iterator[Source]:
    """Opens the data set (a folder or a zip archive) as a :class:`Source`."""
    with open_tree(source) as tree:
        tables = tree.find('styles.csv')
        if not tables:
            raise UserError(f'{source}: expected the Kaggle layout, styles.csv and images/, '
                            'and found no styles.csv')
        yield _FashionProductImages(tree, tables[0], arguments.all_categories)


class _FashionProductImages(Source):
    header = Header(
        'fashion-product-images', source='Fashion Product Images, '
        'kaggle.com/datasets/paramaggarwal/fashion-product-images-dataset',
        licence='as its Kaggle page states; the photographs are the retailer\'s')
    # Different ids with the very same file are sizes or re-listings of one product: 1,210 of the
    # 39,729 with an image in the copy this was measured on, and up to four at a time.
    same_image_same_group = True

    def __init__(self, tree, table, all_categories):
        super().__init__(tree)
        self.table = table
        self._left_out = () if all_categories else NON_FASHION
        self._images = table.removesuffix('styles.csv') + 'images/'
        self.strip = self._images

    def products(self, report):
        rows = self._lines()
        _, header = next(rows, (1, ''))
        # Some programs save it with other separators.
        separator = max(',;\t', key=header.count)
        if header.split(separator) != list(FIELDS):
            raise UserError(f'{self.table}:1: expected the columns {",".join(FIELDS)}, '
                            f'found {header[:200]}')
        for number, line in rows:
            if line:
                yield from self._product(line.split(separator, len(FIELDS) - 1),
                                         f'{self.table}:{number}', report)

    def _lines(self):
        """Yields the number and the text of each line of the table."""
        number = 0
        try:
            with self.tree.open(self.table) as file:
                for number, line in enumerate(lines(file), 1):
                    if number == 1:
                        line = line.removeprefix(codecs.BOM_UTF8)
                    yield number, line.decode('utf-8').rstrip('\r\n')
        except OSError as error:
            raise UserError(f'{self.table}: {error.strerror or error}') from error
        except UnicodeDecodeError as error:
            raise UserError(f'{self.table}:{number}: not UTF-8: {error}') from error
        except ValueError as error:
            raise UserError(f'{self.table}: {error}') from error

    def _product(self, values, where, report):
        report.read()
        if len(values) < len(FIELDS) or not values[0].strip().isdecimal():
            report.drop('not a row of ten fields that begins with a number', where)
            return
        row = {name: _known(value) for name, value in zip(FIELDS, values)}
        if row['masterCategory'] in self._left_out:
            report.drop(f'not fashion: {row["masterCategory"]}', f'{where} (id {row["id"]})',
                        missed=False)
            return
        labels = {task: row[field] for task, field in LABELS.items()}
        listing = Listing('Myntra', row['productDisplayName'],
                          images=[f'{self._images}{row["id"]}.jpg'])
        extra = {name: row[name] for name in ('season', 'year', 'usage') if row[name]}
        yield where, Product(row['id'], row['id'], labels, [listing], extra)


def _known(value):
    value = clean(value)
    return '' if value == 'NA' else value
