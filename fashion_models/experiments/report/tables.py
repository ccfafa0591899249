"""Inserts the tables of recorded results in the documentation.

    python -m fashion_models.experiments.report.tables README.rst docs/*.rst

In a page, a comment names the results and the number of their table, from 1. What stands between it
and the closing comment is replaced by that table of ``results.json``::

    .. table 1 of experiments/results/small/fashion-product-images

    (the table, whose caption is the command that makes it)

    .. end of table

A comment ``.. claims of experiments/results`` is followed by the table of the article's claims
(:mod:`.claims`) in the same way, and ``.. summary of experiments/results`` by a short one. ``make
docs`` does this for all pages. ``--check`` changes nothing and fails where a page and its results
disagree.
"""

import argparse
import os
import pathlib
import re
import sys
import textwrap
from collections.abc import Sequence

from fashion_models.errors import UserError, system_text
from fashion_models.experiments.kit.results import RESULTS, Table, load_record
from fashion_models.experiments.report.claims import claims_summary, claims_table
from fashion_models.experiments.report.recorded import command_of
from fashion_models.files import atomic_write

_OPENING = r'^\.\. (?:table (?P<number>\d+)|(?P<claims>claims|summary)) of (?P<folder>\S+)\n'
_PLACE = re.compile(
    rf'(?P<opening>{_OPENING}).*?^(?P<closing>\.\. end of table)$', re.MULTILINE | re.DOTALL)


def updated(text: str, root: str | os.PathLike = '.') -> str:
    """A page with its tables as the results have them.

    Args:
        text (str): The page.
        root: The folder that paths of results start from.

    Returns:
        str

    Raises:
        UserError: If results or table are missing, or a table's end.
    """
    if len(_PLACE.findall(text)) != len(re.findall(_OPENING, text, re.MULTILINE)):
        raise UserError('a line ".. table N of FOLDER" has no ".. end of table"')

    def table(match):
        folder = pathlib.Path(root, match['folder'])
        if match['number']:
            found = _captioned(folder, int(match['number']))
        else:
            found = (claims_summary if match['claims'] == 'summary' else claims_table)(folder)
        return f'{match["opening"]}\n{found}\n{match["closing"]}'

    return _PLACE.sub(table, text)


def _captioned(folder, number):
    """The table of this number, from 1, among the results in a folder, and the command for it."""
    path = folder / RESULTS
    record = load_record(path)
    tables = record.get('tables', [])
    if not 1 <= number <= len(tables):
        raise UserError(f'{path}: has no table {number}, only {len(tables)}')
    table, command = Table.from_record(tables[number - 1]).rst(), command_of(record)
    if command is None:
        return table
    return f'.. table:: ``{command}``\n\n{textwrap.indent(table, "   ")}'


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit status."""
    parser = argparse.ArgumentParser(
        prog='python -m fashion_models.experiments.report.tables', description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('pages', metavar='PAGE', nargs='+', type=pathlib.Path, help=(
        'a reStructuredText file'))
    parser.add_argument('--check', action='store_true', help=(
        'change no page; fail if one is out of date'))
    arguments = parser.parse_args(argv)
    outdated = []
    for page in arguments.pages:
        try:
            text = page.read_text(encoding='utf-8')
            new = updated(text)
        except OSError as error:
            print(f'tables: error: {system_text(error)}', file=sys.stderr)
            return 2
        except UserError as error:
            print(f'tables: error: {page}: {error}', file=sys.stderr)
            return 2
        if new != text:
            outdated.append(page)
            if not arguments.check:
                with atomic_write(page, 'w', encoding='utf-8') as file:
                    file.write(new)
    for page in outdated:
        print(f'{page}: ' + ('a table is not that of its results' if arguments.check
                             else 'brought up to date'))
    return 1 if arguments.check and outdated else 0


if __name__ == '__main__':
    sys.exit(main())
