"""Add products to a catalogue.

SOURCE holds products that DIR does not have yet, or has otherwise: those of the same id are
replaced, all others stay. FORMAT is one of those described below; "add FORMAT --help" shows its
options. The catalogue is whole at every moment; after an interruption, call it again.
"""

import argparse

from fashion_models.cli import options
from fashion_models.cli.catalogue import import_
from fashion_models.plural import counted
from fashion_models.terminal import visible

NAME = 'add'
EXAMPLES = '''\
fashion-models catalogue add csv arrivals.csv shop
fashion-models catalogue add folder photographs shop --link'''


def add_arguments(parser: argparse.ArgumentParser) -> None:
    for of_format in import_.add_formats(parser, 'add'):
        of_format.add_argument('folder', metavar='DIR', type=options.path,
                               help='the folder of the catalogue to add to')


def run(arguments: argparse.Namespace) -> None:
    changes, report = import_.updated(arguments, keep=True)
    print(f'{arguments.folder}: {counted(report.products_read, "product")} read, '
          f'{changes.new:,} added, {changes.changed:,} replaced; it has {report.kept:,} now')
    print(visible(report.incidents()))
