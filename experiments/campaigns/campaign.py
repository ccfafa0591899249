"""What every campaign of this folder has: arguments, a scratch folder, a record, an exit status.

A campaign is a script ``NAME.py`` here, which ``make campaign`` runs. It calls :func:`run` with a
function ``(arguments, folder, outcome)`` that adds rows and faults to the :class:`Outcome`.
"""

import argparse
import contextlib
import json
import os
import pathlib
import signal
import sys
import tempfile
import time

# The networks are so small that threads only cost; set before NumPy is imported.
for _variable in 'OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS':
    os.environ[_variable] = '1'

from fashion_models.experiments.kit.results import (
    RESULTS,
    Table,
    portable_provenance,
    write_record,
)
from fashion_models.provenance import provenance

HERE = pathlib.Path(__file__).resolve().parent


class Outcome:
    """What a campaign has found so far, recorded after each row.

    With ``--only``, the rows of a record that is there are kept, but for those that are tried anew:
    a long campaign can be run in parts. The record says which part was run when, and on what.

    Args:
        name: The campaign's.
        title: Of its table, a line.
        header: Headings of the table's columns.
        arguments: The command's.

    Attributes:
        faults (list): A line for each fault, with all that is needed to see it again.
    """

    def __init__(self, name, title, header, arguments):
        self.faults = []
        self._name, self._title, self._header = name, title, header
        self._arguments = arguments
        self._rows = []
        self._provenance = portable_provenance(provenance())
        self._started = time.monotonic()
        self._folder = arguments.output or (
            None if arguments.quick else HERE / 'results' / name)
        self._earlier = {'runs': [], 'tables': [{'rows': []}]}
        if self._folder and getattr(arguments, 'part', None):
            with contextlib.suppress(FileNotFoundError):
                self._earlier = json.loads((self._folder / RESULTS).read_text(encoding='utf-8'))

    def fault(self, text):
        """Notes a fault, and prints it."""
        self.faults.append(text)
        print(f'FAULT {text}', flush=True)

    def row(self, *cells):
        """Adds a row, prints it, and writes all there is to the record."""
        self._rows.append(cells)
        print(*cells, sep='  ', flush=True)
        if self._folder:
            run = {**self._provenance, 'seed': self._arguments.seed, 'seconds': self.seconds(),
                   'rows': [row[0] for row in self._rows], 'faults': self.faults}
            write_record(self._folder, {
                'campaign': self._name, 'runs': [*self._earlier['runs'], run]}, [self.table()])

    def seconds(self):
        """How long the campaign has taken."""
        return round(time.monotonic() - self._started)

    def table(self):
        """The rows so far as a table."""
        tried = {row[0] for row in self._rows}
        kept = [row for row in self._earlier['tables'][0]['rows'] if row[0] not in tried]
        return Table(self._title, self._header, [*kept, *self._rows])


def run(name, docstring, campaign, title, header, add_arguments=lambda parser: None):
    """Runs a campaign and writes its record.

    Args:
        name (str): The script's name.
        docstring (str): Its docstring.
        campaign: A function ``(arguments, folder, outcome)``.
        title (str): Of its table, a line.
        header: Headings of the table's columns.
        add_arguments: Declares arguments besides ``--quick``, ``--seed`` and ``-o``.

    Returns:
        int: The exit status: 0 without a fault, 1 with any.
    """
    parser = argparse.ArgumentParser(
        description=docstring, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--quick', action='store_true',
                        help='some of all points, in seconds; records nothing unless -o is given')
    parser.add_argument('--seed', type=int, default=0, metavar='N',
                        help='of what is drawn at random (default: 0)')
    parser.add_argument('-o', '--output', type=pathlib.Path, metavar='DIR',
                        help='where to write results.json (default: results/NAME beside this '
                             'script)')
    add_arguments(parser)
    arguments = parser.parse_args()
    outcome = Outcome(name, title, header, arguments)
    # Ended by it, too, a campaign clears up: servers, mounted file systems.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with tempfile.TemporaryDirectory(prefix='campaign-') as folder:
        try:
            campaign(arguments, pathlib.Path(folder), outcome)
        except _Skipped as reason:
            print(f'{name}: skipped: {reason}', file=sys.stderr)
            return 0
    print(f'\n{outcome.table().text()}\n{name}: {len(outcome.faults)} faults, '
          f'{outcome.seconds()} s')
    return 1 if outcome.faults else 0


class _Skipped(Exception):
    """This machine cannot run the campaign."""


def skip(reason):
    """Ends a campaign that this machine cannot run, saying why."""
    raise _Skipped(reason)
