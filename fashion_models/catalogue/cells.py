"""Texts as cells of the CSV files that we write, safe to open in a spreadsheet.

A spreadsheet runs a cell that begins with ``=``, ``+``, ``-`` or ``@`` as a formula, and titles and
ids come from strangers. Such a text is written with an apostrophe before it; our readers remove it.
"""

import re

_FORMULA = re.compile(r"'*\s*[=+\-@]")


def cell(text: str) -> str:
    """The text as a cell that no spreadsheet takes for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def text_in(cell: str) -> str:
    """The text that :func:`cell` made a cell of."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell
