"""The lines of a delimited text, and what separates its columns."""

import contextlib
import csv
import itertools
import re
from collections.abc import Iterator
from typing import TextIO

from fashion_models.parsing import LONGEST

_DELIMITERS = ',;\t'
#: An editor that has saved the file may have filled it up with empty columns.
_SEPARATOR_LINE = re.compile(r'"?sep=([^\w\s"]|\t)"?\1*+\s*', re.IGNORECASE)
#: Lines that are read again because of quotes that are never closed; beyond, no row has several.
_PATIENCE = 2_000_000
#: Lines by which the delimiter is told.
_LOOKED_AT = 30
_MARK = '\ufeff'


class Lines(Iterator):
    """The lines of a file; those of a row that was none can be read again.

    Args:
        file: An open file; it is not closed.

    Attributes:
        number (int): Of the first line of the row that is being read.
    """

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._again = []   # reversed
        self._row = []
        self._length = 0
        self._next = 1
        self._read_again = 0
        self.number = 1

    def begin(self) -> None:
        """A row begins."""
        self._row, self._length = [], 0

    @property
    def first(self) -> str:
        """The first line of the row, without its end."""
        return self._row[0].rstrip('\r\n')

    def end_after(self, count: int) -> None:
        """The row that was begun ends after some of the lines that were read for it."""
        again = self._row[count:]
        self._again += reversed(again)
        self._next -= len(again)
        self._read_again += len(again)

    def are_rows(self, width: int) -> bool:
        """Says whether the row has several lines, each of which has so many fields by its tabs."""
        return len(self._row) > 1 and all(line.count('\t') == width - 1 for line in self._row)

    def __next__(self) -> str:
        if self._row and self._read_again > _PATIENCE:
            raise StopIteration
        if self._length > LONGEST:
            raise csv.Error(f'more than {LONGEST:,} characters')
        line = self._again.pop() if self._again else self._file.readline(LONGEST + 1)
        if not line:
            raise StopIteration
        line = line.lstrip(_MARK)
        if not self._row:
            self.number = self._next
        self._row.append(line)
        self._length += len(line)
        self._next += 1
        return line


def delimiter_of(lines: Lines) -> str:
    """What separates the columns; a line ``sep=;`` is passed.

    It is what divides the first lines into as many fields as the first of them: a name of a column
    such as ``Size (S, M, L)`` has more commas than there are semicolons.
    """
    lines.begin()
    first = next(lines, '')
    if match := _SEPARATOR_LINE.fullmatch(first):
        return match[1]
    head = [first]
    with contextlib.suppress(csv.Error):    # lines that are too long
        head += itertools.islice(lines, _LOOKED_AT)
    lines.end_after(0)
    names, *rows = [line for line in head if line.strip()] or ['']

    def fit(delimiter):
        count = _fields(names, delimiter)
        return count > 1 and sum(_fields(row, delimiter) == count for row in rows), count

    return max(_DELIMITERS, key=fit)


def _fields(line, delimiter):
    """How many fields a line has; a line break inside quotes ends it."""
    try:
        return len(next(csv.reader([line], delimiter=delimiter)))
    except (csv.Error, StopIteration):
        return 0
