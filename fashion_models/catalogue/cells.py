"""The CSV files that we write for people, safe to open in a spreadsheet.

Excel takes a CSV file for UTF-8 only if a byte-order mark says so. And a spreadsheet runs a cell
that begins with ``=``, ``+``, ``-`` or ``@`` as a formula, while titles and ids come from
strangers: such a text is written with an apostrophe before it, which our readers remove. So it is
behind semicolons and line breaks: where Excel takes semicolons for what separates the cells, a new
one begins there.
:class:`~fashion_models.catalogue.importers.tables.Table` reads the files, whatever a spreadsheet
has made of them.
"""

import csv
import io
import os
import re
from collections.abc import Iterable, Sequence

from fashion_models.files import atomic_write, told_if_unwritable

#: The byte-order mark.
MARK = '\ufeff'
_FORMULA = re.compile(r"'*[\s\0]*[=+\-@＝＋－＠]")
_INNER = re.compile(r"""(?<=[;\r\n])(?='*[ \t"]*[=+\-@＝＋－＠])""")
_INNER_CELL = re.compile(r"""(?<=[;\r\n])'(?='*[ \t"]*[=+\-@＝＋－＠])""")


def cell(text: str) -> str:
    """The text as a cell that no spreadsheet takes for a formula, or for several cells with one."""
    found = _FORMULA.match(text)
    end = found.end() if found else 0
    return "'" * bool(found) + text[:end] + _INNER.sub("'", text[end:])


def text_in(cell: str) -> str:
    """The text that :func:`cell` made a cell of."""
    found = _FORMULA.match(cell) if cell.startswith("'") else None
    end = found.end() if found else 0
    return cell[bool(found):end] + _INNER_CELL.sub('', cell[end:])


def begins(*columns: str) -> list[bytes]:
    """How tables begin whose first column is one of these, for :func:`.require_kind`."""
    return [f'{mark}{name}'.lower().encode() for name in columns for mark in ('', MARK)]


def write_table(path: str | os.PathLike, names: Sequence[str],
                rows: Iterable[Sequence[object]], replaces: Sequence[str] = ()) -> None:
    """Writes a CSV file.

    Args:
        path: The file.
        names: Of the columns.
        rows: Their values; ``None`` is an empty cell.
        replaces: The first columns of other tables that may be there instead.

    Raises:
        UserError: If it cannot be written, or is there and another table, or none.
    """
    with (told_if_unwritable(path),
          atomic_write(path, 'w', begins(names[0], *replaces), encoding='utf-8-sig',
                       newline='') as file):
        _write(file, names, rows)


def table(names: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """The content of the CSV file that :func:`write_table` would write."""
    content = io.StringIO(newline='')
    _write(content, names, rows)
    return content.getvalue().encode('utf-8-sig')


def _write(file, names, rows):
    writer = csv.writer(file)   # with another line break, a lone \r would not be quoted
    writer.writerow(names)
    writer.writerows([cell(value) if isinstance(value, str) else value for value in row]
                     for row in rows)
