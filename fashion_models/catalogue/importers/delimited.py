"""A delimited table (CSV) with one product a row."""

import argparse
import collections
import contextlib
import os.path
import pathlib
from collections.abc import Iterator

from fashion_models.catalogue.importers import scratch, shops
from fashion_models.catalogue.importers.pictures import (
    add_arguments as add_picture_arguments,
)
from fashion_models.catalogue.importers.pictures import is_address, normalised, open_pictures, split
from fashion_models.catalogue.importers.source import ROUNDED, Source, clean, is_nothing, rounded
from fashion_models.catalogue.importers.tables import Table
from fashion_models.catalogue.importers.tree import is_inside
from fashion_models.catalogue.records import Header, Listing, Product
from fashion_models.catalogue.tasks import DEFAULT_TASKS, LEVELS, TASKS, parts
from fashion_models.errors import UserError

SUMMARY = 'a CSV file of your own (or of a shop), one product a row, one or more images each'

DESCRIPTION = """\
SOURCE  the CSV file, or a folder with a products.csv; the first line (after one such as
        sep=;) names the columns, in any order; separated by comma, semicolon or tab; UTF-8
        or UTF-16 (else --encoding), where bytes that are not UTF-8 are taken for
        Windows-1252, as Excel writes it, and reported
columns product_id, images; group_id (where absent, the product's id); title or name,
        description, retailer; any other column is kept as an extra text. Columns of other
        names are named: --column product_id=SKU --column images=Photos; several columns of
        images, each by one --column images=..., in the order of the images
rows    those of one product_id are one product where they agree: it has the images of all,
        and the labels of those that have some
labels  gender, colour, type, category, subcategory, at least one of them (or a column that
        --task names); a field may be empty; several colours are joined by |, the one to
        train on first. A path in one of type, category and subcategory, the others empty,
        is all three, as Clothing > Dresses > Maxi (see --levels)
images  joined by |, by a comma or by ; (else --separator): paths relative to the CSV's folder
        (or to --images), or addresses, whose files are found by the last part; letter case,
        Unicode form, \\, // and %20 need not match exactly
groups  the products of one group_id, as the colourways of a design, never straddle a split"""

REQUIRED = ('product_id', 'images')
ALIASES = {'name': 'title', 'color': 'colour'}
#: What is noted of rows whose category path may stand for something else.
_PATH_BESIDE_OTHERS = (
    'rows with a category path (>) beside another type, category or subcategory, which was taken '
    'for one label; leave these empty but for the path, or give each level its own column')
_TEXTS = ('retailer', 'title', 'description')
_OURS = {'product_id', 'group_id', 'images', *TASKS, *_TEXTS}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options that only this format has."""
    add_picture_arguments(parser)
    add_table_arguments(parser)
    shops.add_levels_argument(parser)
    parser.add_argument(
        '--name', help="the catalogue's name (default: that of the CSV file's folder)")
    parser.add_argument('--licence', default='', help="the images' licence, for the header")


def add_table_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options that say how the table is to be read."""
    parser.add_argument('--column', action='append', default=[], metavar='NAME=COLUMN',
                        help='what the table calls a column, as in product_id=SKU; may be repeated')
    parser.add_argument('--separator', metavar='TEXT',
                        help='what stands between several images (default: guessed)')
    parser.add_argument('--encoding', metavar='NAME',
                        help='of the CSV file, such as cp1250 (default: UTF-8, or UTF-16 where it '
                             'begins like that; other bytes are taken for cp1252)')


def addresses(source: str | os.PathLike, arguments: argparse.Namespace) -> Iterator[str]:
    """Yields the addresses of all images."""
    table, images = _table(source, arguments)
    for _, row in table.rows():
        yield from _images(row, images, arguments.separator)


def _table(source, arguments):
    path = pathlib.Path(source)
    if path.is_dir():
        path /= 'products.csv'
        if not is_inside(source, path):
            raise UserError(f'{path}: is a link that leaves the folder')
    if not path.is_file():
        raise UserError(f'{path}: there is no such file; expected a CSV file, '
                        'or a folder with a products.csv')
    named = _named(arguments.column)
    table = Table(path, arguments.encoding, named, mixed=True)
    table.names = _ours(table, set(named))
    missing = [name for name in REQUIRED if name not in table.names]
    if missing:
        raise UserError(f'{path}:1: missing column {", ".join(missing)}; found '
                        f'{table.found()}; columns of other names can be named, as in '
                        'product_id=SKU')
    return table, ['images', *(name for name in named if name.startswith('images '))]


@contextlib.contextmanager
def open_source(source: str | os.PathLike, arguments: argparse.Namespace) -> Iterator[Source]:
    """Opens a CSV file, or the products.csv of a folder, as a :class:`Source`."""
    table, images = _table(source, arguments)
    if not arguments.task and not set(TASKS) & set(table.names):
        raise UserError(f'{table.path}:1: missing column any of {", ".join(TASKS)}; found '
                        f'{table.found()}')
    name = arguments.name or pathlib.Path(os.path.realpath(table.path)).parent.name
    header = Header(name, source=table.path.name, licence=arguments.licence)
    with open_pictures(arguments.images or table.path.parent, arguments.manifest) as pictures:
        yield _Products(table, images, pictures, arguments.separator,
                        shops.Labelling({}, arguments.levels), header)


def _named(columns):
    """What the table calls columns; of several of images, the second is ``images 2``."""
    count, numbered = 0, []
    for column in columns:
        name, equals, text = column.partition('=')
        if name.strip() == 'images' and equals:
            count += 1
            column = f'images {count}={text}' if count > 1 else column
        numbered.append(column)
    return shops.pairs('column', numbered)


def _images(row, names, separator):
    """The images that a row names, column by column."""
    return [image for name in names for image in split(row.get(name, ''), separator)]


def _ours(table, named):
    """The names of the columns, ours in our spelling."""
    columns = []
    folded = [name.casefold() for name in table.names]
    for name, ours in zip(table.names, folded):
        alias = ALIASES.get(ours)
        if alias and alias not in folded:
            ours = alias
        # A column that an option names is not renamed by its spelling.
        taken = ours in named and name != ours
        columns.append(ours if ours in _OURS and not taken else name)
    counts = collections.Counter()
    for place, name in enumerate(columns):
        counts[name] += 1
        if counts[name] > 1 and name in _OURS:
            raise UserError(f'{table.path}:1: column {name} is there twice; remove or rename one')
        if counts[name] > 1 and name:
            columns[place] = f'{name} {counts[name]}'
    return columns


class _Products(Source):
    def __init__(self, table, images, pictures, separator, labelling, header):
        super().__init__(pictures.tree, table.path)
        self.header = header
        self._table = table
        self._images = images
        self._pictures = pictures
        self._separator = separator
        self._labelling = labelling
        self.strip = self._common_folder()

    def _common_folder(self):
        """The folder that all images share, with a final ``/``; ``''`` if there is none."""
        common = None
        for _, row in self._table.rows():
            for name in _images(row, self._images, self._separator):
                folder = '' if is_address(name) else os.path.dirname(normalised(name))
                if folder.startswith('/'):
                    continue
                common = folder if common is None else os.path.commonpath([common, folder])
                if not common:
                    return ''
        return common + '/' if common else ''

    def products(self, report):
        for _, rows in scratch.grouped(self._by_id(report)):
            report.read()
            where = f'{rows[0]["where"]} ({rows[0]["product_id"]})'
            if problem := _disagreement(rows):
                report.drop(problem, where)
                continue
            if len(rows) > 1:
                report.note('rows of one product_id, joined', where)
            yield where, self._product(rows, where, report)

    def _by_id(self, report):
        """Yields (key, row) so that rows of one id come together, in the ids' order."""
        places = {}
        for number, (where, row) in enumerate(self._table.rows(report)):
            own, group = (clean(row.get(name, '')) for name in ('product_id', 'group_id'))
            if not own or is_nothing(own):
                report.read()
                report.drop('no product_id', f'{where} ({own})' if own else where)
                continue
            if rounded(own) or rounded(group):
                report.read()
                report.drop(ROUNDED, f'{where} ({own})')
                continue
            if is_nothing(group):
                report.note(f'group_id {group}, taken for none', where)
                row = row | {'group_id': ''}
            row = {name: text for name, text in row.items() if name and text.strip()}
            yield (f'{places.setdefault(own, number):09}',
                   row | {'product_id': own, 'where': where})

    def _product(self, rows, where, report):
        row = {name: text for row in reversed(rows) for name, text in row.items()}
        labels, path = self._labels(row, where, report)
        texts = {name: clean(row.get(name, '')) for name in _TEXTS}
        images = self._pictures.find(
            [image for row in rows for image in _images(row, self._images, self._separator)],
            where, report)
        extra = {name: text.strip() for name, text in row.items()
                 if name not in _OURS and name != 'where' and name not in self._images}
        if path:    # whole, as there may be more levels than labels
            extra = {'categories': path} | extra
        own = row['product_id']
        group = clean(row.get('group_id', '')) or own
        return Product(own, group, labels, [Listing(**texts, images=images)], extra)

    def _labels(self, row, where, report):
        """The labels of a row, and the category path that some of them are from, or ``''``."""
        labels = {
            name: tuple(dict.fromkeys(map(clean, parts(row.get(name, ''))))) if task.several
            else clean(row.get(name, '')) for name, task in DEFAULT_TASKS.items()}
        said = [labels[level] for level in LEVELS if labels[level]]
        if not any(map(shops.is_category_path, said)):
            return labels, ''
        if len(said) > 1:
            report.note(_PATH_BESIDE_OTHERS, where)
            return labels, ''
        found = self._labelling.labels({}, map(shops.category_path, parts(said[0])))
        levels = {level: found.get(level, '') for level in LEVELS}
        return labels | levels | {'gender': labels['gender'] or found['gender']}, said[0]


def _disagreement(rows):
    """Says in which label or group rows of one product contradict each other, or returns None."""
    for name in ('group_id', *TASKS):
        said = {clean(row[name]) for row in rows if name in row}
        if len(said) > 1:
            return f'rows of one product_id that disagree in {name}'
    return None
