"""Print the article's table of accuracies for a trained network.

Accuracies are over products: each product counts once, with all its images. Confusion counts and
the accuracy of each class go to evaluation-SPLIT.json in the run folder, or, of another catalogue
than that of the training, to evaluation-SPLIT-elsewhere.json.
"""

from __future__ import annotations

import argparse
import typing
from collections.abc import Collection

from fashion_models.catalogue.split import SPLITS
from fashion_models.cli import options
from fashion_models.cli.writing import beside

if typing.TYPE_CHECKING:    # Chainer, which --help does without
    from fashion_models.training.run import Run

NAME = 'evaluate'
EXAMPLES = '''\
fashion-models evaluate runs/shop
fashion-models evaluate runs/shop --split all
fashion-models evaluate runs/shop --split test --snapshot last --devices 0
fashion-models evaluate runs/shop --catalogue other-shop --known-only'''


def add_arguments(parser: argparse.ArgumentParser) -> None:
    options.run(parser)
    parser.add_argument('--split', choices=(*SPLITS, 'all'), default='validation',
                        help='which products to evaluate on (default: validation)')
    options.snapshot(parser)
    parser.add_argument('--catalogue', metavar='DIR', type=options.path,
                        help='evaluate on this catalogue instead of the one trained on; labels '
                             'that the run does not know count as wrong, and are listed')
    parser.add_argument('--known-only', action='store_true',
                        help='leave out labels that the run does not know')
    options.devices(parser)
    options.precision(parser)
    options.store(parser)


def run(arguments: argparse.Namespace) -> None:
    from fashion_models.training.run import Run

    run = Run.open(arguments.run)
    print_results(
        run, SPLITS if arguments.split == 'all' else [arguments.split], arguments.snapshot,
        arguments.devices or run.recipe.training.devices, arguments.catalogue, arguments.store,
        arguments.known_only, arguments.precision or 'float32')


def print_results(run: Run, splits: Collection[str], which: str, devices: str,
                  catalogue: str | None, store: str | None, known_only: bool = False,
                  precision: str = 'float32') -> None:
    """Prints the table of a run, then writes its records; arguments as of ``evaluate_run``."""
    from fashion_models.devices import resolve
    from fashion_models.training.results import (
        evaluate_run,
        results_table,
        unknown_text,
        write_records,
    )

    records = evaluate_run(run, splits, resolve(devices)[0], which, catalogue, store,
                           known_only, precision)
    files = []
    # A run folder that cannot be written to costs the files, not the table.
    with beside(lambda: files.extend(write_records(run, records))):
        print()
        print(results_table(records, run.vocabulary.tasks))
        for record in records.values():
            if text := unknown_text(record):
                print(text)
    epoch = run.best_epoch() if which == 'best' else None
    of = f' of epoch {epoch}, which had the lowest validation loss' if epoch else ''
    print(f'\naccuracy over products{of}; details in {run.folder}: '
          f'{", ".join(path.name for path in files)}')
