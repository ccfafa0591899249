"""A delimited table (CSV) with one product a row."""

import codecs
import contextlib
import csv
import os.path
import pathlib

from fashion_models.catalogue.importers.source import Source, clean
from fashion_models.catalogue.importers.tree import FolderTree
from fashion_models.catalogue.records import Header, Listing, Product, path_problem
from fashion_models.catalogue.tasks import DEFAULT_TASKS, TASKS, parts
from fashion_models.errors import UserError

SUMMARY = 'a CSV file of your own (or of a shop), one product a row, one or more images each'

DESCRIPTION = """\
SOURCE  the CSV file, or a folder with a products.csv; the first line names the columns,
        in any order; separated by comma, semicolon or tab; UTF-8 (else --encoding)
columns product_id, images; group_id (where absent, the product's id); title or name,
        description, retailer; any other column is kept as an extra text
labels  gender, colour, type, category, subcategory, at least one of them (or a column that
        --task names); a field may be empty; several colours are joined by |, the one to
        train on first
images  paths joined by |, relative to the CSV's folder (or to --images)
groups  the products of one group_id, as the colourways of a design, never straddle a split"""

REQUIRED = ('product_id', 'images')
ALIASES = {'name': 'title', 'color': 'colour'}
_TEXTS = ('retailer', 'title', 'description')
_OURS = {'product_id', 'group_id', 'images', *TASKS, *_TEXTS}


def add_arguments(parser):
    """Adds the options that only this format has."""
    parser.add_argument('--images', metavar='ROOT',
                        help="folder that image paths are relative to (default: the CSV's)")
    parser.add_argument('--encoding', default='utf-8-sig', metavar='NAME',
                        help='of the CSV file, such as cp1252 or utf-16 (default: UTF-8)')
    parser.add_argument('--name', help="the catalogue's name (default: the folder's)")
    parser.add_argument('--licence', default='', help="the images' licence, for the header")


@contextlib.contextmanager
def open_source(source, arguments):
    """Opens a CSV file, or the products.csv of a folder, as a :class:`Source`."""
    table = pathlib.Path(source)
    if table.is_dir():
        table /= 'products.csv'
    if not table.is_file():
        raise UserError(f'{table}: there is no such file; expected a CSV file, '
                        'or a folder with a products.csv')
    root = pathlib.Path(arguments.images) if arguments.images else table.parent
    if not root.is_dir():
        raise UserError(f'{root}: there is no such folder; expected that of the images')
    try:
        codecs.lookup(arguments.encoding)
    except LookupError as error:
        raise UserError(f'encoding {arguments.encoding}: {error}') from error
    name = arguments.name or table.resolve().parent.name
    header = Header(name, source=table.name, licence=arguments.licence)
    yield _Table(FolderTree(root), table, arguments.encoding, header, bool(arguments.task))


class _Table(Source):
    def __init__(self, tree, table, encoding, header, labels_elsewhere):
        super().__init__(tree)
        self._labels_elsewhere = labels_elsewhere
        self.table = table
        self.encoding = encoding
        self.header = header
        self.strip = self._common_folder()

    def _common_folder(self):
        """The folder that all images share, with a final ``/``; ``''`` if there is none."""
        common = None
        for _, row in self._rows():
            for path in parts(row['images']):
                folder = os.path.dirname(path)
                common = folder if common is None else os.path.commonpath([common, folder])
                if not common:
                    return ''
        return common + '/' if common else ''

    def products(self, report):
        for where, row in self._rows(report):
            report.read()
            identity = clean(row['product_id'])
            if not identity:
                report.drop('no product_id', where)
                continue
            labels = {
                name: tuple(dict.fromkeys(map(clean, parts(row.get(name, ''))))) if task.several
                else clean(row.get(name, '')) for name, task in DEFAULT_TASKS.items()}
            texts = {name: clean(row.get(name, '')) for name in _TEXTS}
            images = dict.fromkeys(parts(row['images']))
            extra = {name: text.strip() for name, text in row.items()
                     if name not in _OURS and text.strip()}
            group = clean(row.get('group_id', '')) or identity
            yield f'{where} ({identity})', Product(
                identity, group, labels, [Listing(**texts, images=images)], extra)

    def _rows(self, report=None):
        """Yields (where, {column: text}) of every row; ``report`` is told of malformed ones."""
        try:
            with open(self.table, encoding=self.encoding, newline='') as file:
                yield from self._parsed(file, report)
        except UnicodeError as error:
            raise UserError(
                f'{self.table}: not {self.encoding.removesuffix("-sig").upper()} ({error}); '
                'name its encoding, such as cp1252') from error

    def _parsed(self, file, report):
        first = file.readline()
        delimiter = max(',;\t', key=first.count)
        file.seek(0)
        reader = csv.reader(file, delimiter=delimiter, strict=True)
        # Descriptions with pictures inside exceed the default of 128 KiB a field.
        csv.field_size_limit(1 << 30)
        try:
            columns = self._columns(next(reader, []))
            for values in reader:
                where = f'{self.table.name}:{reader.line_num}'
                if not any(values):
                    continue
                if len(values) != len(columns):
                    if report:
                        report.read()
                        report.drop("another number of fields than the first line's",
                                    f'{where} ({len(values)} fields, not {len(columns)})')
                    continue
                row = dict(zip(columns, values))
                self._check_paths(row, where)
                yield where, row
        except csv.Error as error:
            raise UserError(f'{self.table}:{reader.line_num}: no CSV: {error}') from error

    def _columns(self, names):
        """Turns the first line's names into ours; the rest keep theirs."""
        names = [clean(name) for name in names]
        columns = []
        for name in names:
            ours = name.casefold()
            alias = ALIASES.get(ours)
            if alias and alias not in map(str.casefold, names):
                ours = alias
            columns.append(ours if ours in _OURS else name)
        missing = [name for name in REQUIRED if name not in columns]
        if missing or not (self._labels_elsewhere or set(TASKS) & set(columns)):
            missing = missing or [f'any of {", ".join(TASKS)}']
            raise UserError(f'{self.table}:1: missing column {", ".join(missing)}; '
                            f'found {", ".join(names) or "nothing"}')
        if len(set(columns)) < len(columns):
            twice = next(name for name in columns if columns.count(name) > 1)
            raise UserError(f'{self.table}:1: column {twice} is there twice')
        return columns

    def _check_paths(self, row, where):
        for path in parts(row['images']):
            if problem := path_problem(path):
                raise UserError(f'{where}: image path {path!r} {problem}')
