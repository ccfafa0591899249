"""Tables as spreadsheets and shops write them: delimited text whose first line names the columns.

Read leniently: separated by comma, semicolon or tab (or what a first line ``sep=;`` says); UTF-8 or
UTF-16 with a byte order mark or without; empty columns at the end; several files that were put one
after the other, each with its first line. A row that cannot be read costs that row, never the rest,
and a stray quote does not swallow the rows after it. A cell of the form ``="0123"``, which shields
a text from Excel, is that text.
"""

from __future__ import annotations

import codecs
import csv
import functools
import io
import os
import pathlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import BinaryIO

from fashion_models.catalogue.import_report import Report
from fashion_models.catalogue.importers.lines import Lines, delimiter_of
from fashion_models.catalogue.importers.reading import BROKEN, as_mixed, is_broken
from fashion_models.catalogue.importers.source import clean
from fashion_models.errors import UserError
from fashion_models.parsing import LONGEST, require_plain
from fashion_models.plural import counted

#: What begins like this is no text.
_OTHERS = {
    b'PK\x03\x04': 'an Excel, Numbers or OpenDocument file (save it as CSV), or another zip '
                     'archive (unpack it)',
    b'\xd0\xcf\x11\xe0': 'an Excel file (save it as CSV)',
    b'\x1f\x8b': 'a gzip archive (unpack it)', b'%PDF': 'a PDF file'}
#: Rows that Excel writes at a time; of columns that are empty at their ends it writes nothing.
_BLOCK = 16
#: How a cell is kept from being taken for a number, as an id with zeros before it.
_AS_TEXT = re.compile(r'="((?:[^"]|"")*+)"')
_MARKS = {codecs.BOM_UTF32_LE: 'utf-32', codecs.BOM_UTF32_BE: 'utf-32',
          codecs.BOM_UTF8: 'utf-8-sig', codecs.BOM_UTF16_LE: 'utf-16',
          codecs.BOM_UTF16_BE: 'utf-16'}


class Table:
    """A delimited text file.

    Args:
        path: The file.
        encoding: Its encoding; by default UTF-8, or UTF-16 where its first bytes say so.
        columns: Other names for columns: from the name that rows are to have to that in the file.
        mixed: Whether bytes that are not UTF-8 are taken for Windows-1252, instead of costing
            their row.
        fill: Whether a row may be too short, as where an editor removed tabs at its end.
        opener: Opens the file, where it is not one on disk that holds plain text.

    Attributes:
        path (pathlib.Path): The file.
        names (list of str): Its columns, those of ``columns`` renamed; empty ones are ``''``.

    Raises:
        UserError: If it cannot be read, or a column of ``columns`` is not in it.
    """

    def __init__(self, path: str | os.PathLike, encoding: str | None = None,
                 columns: Mapping[str, str] | None = None, *, mixed: bool = False,
                 fill: bool = False, opener: Callable[[], BinaryIO] | None = None) -> None:
        self.path = pathlib.Path(path)
        self._open = opener or functools.partial(open, self.path, 'rb')
        if opener is None:
            require_plain(self.path)
        self._encoding = self._guess(encoding)
        self._mixed = mixed and not encoding and self._encoding.startswith('utf-8')
        self._fill = fill
        self._required = 0
        try:
            ''.encode(self._encoding)
        except (LookupError, ValueError) as error:
            raise UserError(f'encoding {encoding}: {error}') from error
        for _, values, problem in self._records():
            if not problem and not any(values):
                continue
            values = list(map(_unshielded, values))
            if self._mixed:
                values = list(map(as_mixed, values))
            if problem or any(map(is_broken, values)):
                raise UserError(f'{self.path}:1: {problem or self._not_decoded()}')
            self.names = self._renamed([clean(name) for name in values], columns or {})
            return
        self.names = []

    def rows(self, report: Report | None = None) -> Iterator[tuple[str, dict[str, str]]]:
        """Yields where each row stands, and its fields by column; empty rows are passed over.

        Args:
            report (Report): Told of rows that cannot be read.
        """
        yield from self._rows(report, 0 if self._fill else len(self.names))

    def _rows(self, report, least):
        first = None
        for place, (number, values, problem) in enumerate(self._records()):
            if not problem and not any(values):
                continue
            first = first or values
            if values == first:
                continue    # or of another file that was put after the first one
            values = list(map(_unshielded, values))
            where = f'{self.path.name}:{number}'
            if self._mixed and any(map(is_broken, values)):
                values = list(map(as_mixed, values))
                if report:
                    report.note('rows that are not UTF-8, taken for Windows-1252; if letters are '
                                'wrong, name the encoding of the file', where)
            short = not problem and len(values) < least
            if short and place // _BLOCK in self._cut:
                values = values + [''] * (least - len(values))
                if report:
                    report.note('rows without their last columns, which Excel leaves out where '
                                'they are empty', where)
            if not problem:
                values, problem = self._fitted(values, least)
            if problem == _NUMBER:
                where += f' ({counted(len(values), "field")}, not {len(self.names)})'
            if not problem:
                # Of columns of one name the first counts.
                yield where, dict(zip(reversed(self.names), reversed(values)))
            elif report:
                report.read()
                report.drop(problem, where)

    @functools.cached_property
    def _cut(self):
        """The blocks whose rows all have as many fields: Excel may have left out the last ones."""
        widths = {}
        for place, (_, values, _) in enumerate(self._records()):
            if values and widths.setdefault(place // _BLOCK, len(values)) != len(values):
                widths[place // _BLOCK] = 0
        return {block for block, width in widths.items() if width}

    def all_rows(self) -> Iterator[tuple[str, dict[str, str]]]:
        """As :meth:`rows`, for tables of which no row may be left out.

        Behind the columns that are required, Excel may have left out empty ones.

        Raises:
            UserError: If a row cannot be read.
        """
        yield from self._rows(_Refusal(self.path), self._required or len(self.names))

    def spell(self, names: Iterable[str]) -> None:
        """Gives columns that are called like these but for letter case these very names."""
        spelled = {name.casefold(): name for name in names if name not in self.names}
        self.names = [spelled.pop(name.casefold(), name) for name in self.names]

    def require(self, *names: str, what: str = 'a table', example: str = '') -> None:
        """Makes sure that there are columns, whatever the case of their letters.

        Args:
            names: Of the columns.
            what: What the table is taken for.
            example: How a column of another name can be named, where it can.

        Raises:
            UserError: If one is missing.
        """
        self.spell(names)
        if missing := [name for name in names if name not in self.names]:
            raise UserError(f'{self.path}:1: expected {what}; missing column '
                            f'{", ".join(missing)}; found {self.found()}'
                            + (f'; columns of other names can be named, as in {example}'
                               if example else ''))
        self._required = max(map(self.names.index, names)) + 1

    def found(self) -> str:
        """The columns that there are, to be shown."""
        found = ', '.join(filter(None, self.names)) or 'nothing'
        return found if len(found) <= 200 else found[:200] + ' …'

    def _fitted(self, values, least):
        """The values, one a column, and what is wrong with them, such as fewer than the least."""
        if any(map(is_broken, values)):
            return values, self._not_decoded()
        if not any(values[len(self.names):]):
            values = values[:len(self.names)]
        if len(values) >= least:
            values += [''] * (len(self.names) - len(values))
        return values, None if len(values) == len(self.names) else _NUMBER

    def _guess(self, encoding):
        try:
            with self._open() as file:
                head = file.read(4)
        except OSError as error:
            raise UserError(f'{self.path}: cannot be read: {error.strerror or error}') from error
        for beginning, kind in _OTHERS.items():
            if head.startswith(beginning):
                raise UserError(f'{self.path}: expected a table as text, found {kind}')
        if encoding:
            return encoding
        for mark, encoding in _MARKS.items():
            if head.startswith(mark):
                return encoding
        if len(head) == 4 and head[1] == head[3] == 0:
            return 'utf-16-le'
        return 'utf-16-be' if len(head) == 4 and head[0] == head[2] == 0 else 'utf-8'

    def _not_decoded(self):
        name = self._encoding.removesuffix('-sig').upper()
        return f'not {name}; name the encoding of the file, such as cp1252'

    def _renamed(self, names, columns):
        while names and not names[-1]:
            names.pop()
        folded = [name.casefold() for name in names]
        for ours, theirs in columns.items():
            key = clean(theirs).casefold()
            if key not in folded:
                raise UserError(f'{self.path}:1: no column {theirs!r}; found '
                                f'{", ".join(filter(None, names)) or "nothing"}')
            names = ['' if name == ours else name for name in names]
            names[folded.index(key)] = ours
        return names

    def _records(self):
        """Yields line number, values and problem (str or None) of each row, empty ones included."""
        try:
            with (self._open() as file, io.TextIOWrapper(
                    file, self._encoding, BROKEN, newline='') as text):
                lines, width = Lines(text), None
                delimiter = delimiter_of(lines)
                reader = csv.reader(lines, delimiter=delimiter, strict=True)
                csv.field_size_limit(LONGEST)
                while True:
                    lines.begin()
                    try:
                        values = next(reader)
                    except StopIteration:
                        return
                    except csv.Error as error:
                        lines.end_after(1)
                        # Between tabs, many programs write quotes as they are.
                        values = lines.first.split('\t') if delimiter == '\t' else []
                        yield lines.number, values, None if values else f'no CSV: {error}'
                        reader = csv.reader(lines, delimiter=delimiter, strict=True)
                        continue
                    if width and delimiter == '\t' and lines.are_rows(width):
                        # Quotes at the ends of two rows' fields, not around a line break.
                        lines.end_after(1)
                        values = lines.first.split('\t')
                        reader = csv.reader(lines, delimiter=delimiter, strict=True)
                    if not width and _is_comment(values):
                        continue
                    width = width or any(values) and len(values)
                    yield lines.number, values, None
        except UnicodeError as error:
            raise UserError(f'{self.path}: {self._not_decoded()} ({error})') from error
        except OSError as error:
            raise UserError(f'{self.path}: cannot be read: {error.strerror or error}') from error


def _unshielded(value):
    """A cell without the formula that only says that it is a text."""
    shielded = value.startswith('="') and _AS_TEXT.fullmatch(value)
    return shielded[1].replace('""', '"') if shielded else value


def _is_comment(values):
    """Says whether a row explains the columns, as the first of Meta's catalogues does."""
    return any(values) and all(value.lstrip().startswith('#') for value in values if value)


#: What is wrong with a row of too few or too many fields.
_NUMBER = "another number of fields than the first line's"


class _Refusal:
    """What is told of rows that cannot be read, and does not put up with them."""

    def __init__(self, path):
        self._path = path

    def read(self):
        """A row was read."""

    def note(self, what, where):
        """A row was read that a spreadsheet wrote in its own way; nothing of it is lost."""

    def drop(self, problem, where):
        """A row cannot be read."""
        raise UserError(f'{self._path.with_name(where)}: {problem}')
