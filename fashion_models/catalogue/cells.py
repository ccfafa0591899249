"""The CSV files that we write for people, safe to open in a spreadsheet.

Excel takes a CSV file for UTF-8 only if a byte-order mark says so. And a spreadsheet runs a cell
that begins with ``=``, ``+``, ``-`` or ``@`` as a formula, while titles and ids come from
strangers: such a text is written with an apostrophe before it, which our readers remove.
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
_FORMULA = re.compile(r"'*\s*[=+\-@]")


def cell(text: str) -> str:
    """The text as a cell that no spreadsheet takes for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def text_in(cell: str) -> str:
    """The text that :func:`cell` made a cell of."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def write_table(path: str | os.PathLike, names: Sequence[str],
                rows: Iterable[Sequence[object]]) -> None:
    """Writes a CSV file.

    Args:
        path: The file.
        names: Of the columns.
        rows: Their values; ``None`` is an empty cell.

    Raises:
        UserError: If it cannot be written.
    """
    with (told_if_unwritable(path),
          atomic_write(path, 'w', encoding='utf-8-sig', newline='') as file):
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
