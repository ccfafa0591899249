"""What every campaign of this folder has: arguments, a scratch folder, a record, an exit status.

A campaign is a script ``NAME.py`` here, which ``make campaign`` runs. It calls :func:`run` with a
function ``(arguments, folder)`` that returns an :class:`Outcome`.
"""

import argparse
import contextlib
import dataclasses
import os
import pathlib
import sys
import tempfile
import time

# The networks are so small that threads only cost; set before NumPy is imported.
for _variable in 'OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS':
    os.environ[_variable] = '1'

from fashion_models.experiments.kit.results import Table, portable_provenance, write_record
from fashion_models.provenance import provenance

HERE = pathlib.Path(__file__).resolve().parent


@dataclasses.dataclass
class Outcome:
    """What a campaign found.

    Attributes:
        title: Of the table, a line.
        header: Headings of its columns.
        rows: Its rows, one for each part of the campaign.
        faults: A line for each fault, with all that is needed to see it again.
        figures: Further figures, JSON-ready.
    """

    title: str
    header: tuple
    rows: list = dataclasses.field(default_factory=list)
    faults: list = dataclasses.field(default_factory=list)
    figures: dict = dataclasses.field(default_factory=dict)

    def fault(self, text):
        """Notes a fault, and prints it."""
        self.faults.append(text)
        print(f'FAULT {text}', flush=True)


def run(name, docstring, campaign, add_arguments=lambda parser: None):
    """Runs a campaign and writes its record.

    Args:
        name (str): The script's name.
        docstring (str): Its docstring.
        campaign: A function ``(arguments, folder)`` that returns an :class:`Outcome`.
        add_arguments: Declares arguments besides ``--quick`` and ``--seed``.

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
    output = arguments.output or (None if arguments.quick else HERE / 'results' / name)
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix='campaign-') as folder, contextlib.suppress(_Skipped):
        outcome = campaign(arguments, pathlib.Path(folder))
        table = Table(outcome.title, outcome.header, outcome.rows)
        print(table.text())
        if output:
            write_record(output, {
                'campaign': name, **portable_provenance(provenance()), 'seed': arguments.seed,
                'quick': arguments.quick, 'seconds': round(time.monotonic() - started),
                'faults': outcome.faults, 'figures': outcome.figures}, [table])
        print(f'{name}: {len(outcome.faults)} faults, {time.monotonic() - started:.0f} s')
        return 1 if outcome.faults else 0
    return 0


class _Skipped(Exception):
    """This machine cannot run the campaign."""


def skip(reason):
    """Ends a campaign that this machine cannot run, saying why."""
    print(f'skipped: {reason}', file=sys.stderr)
    raise _Skipped
