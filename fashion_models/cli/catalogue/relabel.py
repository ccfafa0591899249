"""Apply the answers of a review of labels.

Writes a new catalogue with the labels that a person corrected in the file that "audit" wrote.
"""

import argparse
import pathlib

from fashion_models.cli import options
from fashion_models.cli.terminal import visible
from fashion_models.errors import UserError

NAME = 'relabel'
EXAMPLES = '''\
fashion-models audit shop -o shop-review
fashion-models catalogue relabel shop shop-review/review.csv shop-2
fashion-models catalogue relabel shop shop-review/review.csv shop-2 --link --overwrite'''


def add_arguments(parser: argparse.ArgumentParser) -> None:
    options.catalogue(parser)
    parser.add_argument('review', metavar='REVIEW.csv', type=pathlib.Path,
                        help='the file that "audit" wrote, with answers: y where the suggestion is '
                             'right, ? where nobody can tell, or the right label')
    options.new_catalogue(parser)
    options.link(parser, 'CATALOGUE')


def run(arguments: argparse.Namespace) -> None:
    from fashion_models.catalogue.io import open_catalogue
    from fashion_models.catalogue.relabel import read_review, relabel, summary
    from fashion_models.files import require_outside

    require_outside(arguments.folder, arguments.catalogue)
    catalogue = open_catalogue(arguments.catalogue)
    corrections = read_review(arguments.review, catalogue.tasks)
    if not corrections:
        raise UserError(f'{arguments.review}: no row has an answer that changes a label')
    report, changes = relabel(
        catalogue, corrections, arguments.folder, arguments.overwrite, arguments.link)
    print(visible(report.text()))
    print(summary(changes))
