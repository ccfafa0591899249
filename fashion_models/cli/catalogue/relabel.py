"""Apply the answers of a review of labels.

Writes a new catalogue with the labels that a person corrected: in the file that "audit" wrote, or
in the browser, in the journal of "serve".
"""

import argparse
import sys

from fashion_models.cli import options
from fashion_models.errors import UserError
from fashion_models.plural import counted
from fashion_models.terminal import visible

NAME = 'relabel'
EXAMPLES = '''\
fashion-models audit shop -o shop-review
fashion-models catalogue relabel shop shop-review/review.csv shop-2
fashion-models catalogue relabel shop shop-review/review.csv shop-2 --link --overwrite
fashion-models catalogue relabel shop journal.jsonl shop-2'''


def add_arguments(parser: argparse.ArgumentParser) -> None:
    options.catalogue(parser)
    parser.add_argument('review', metavar='REVIEW', type=options.path,
                        help='the CSV file that "audit" wrote, with answers: y where the '
                             'suggestion is right, ? where nobody can tell, or the right label; '
                             'or a journal (.jsonl)')
    options.new_catalogue(parser)
    options.encoding(parser, 'the CSV file')
    options.link(parser, 'CATALOGUE')


def run(arguments: argparse.Namespace) -> None:
    from fashion_models.catalogue.io import open_catalogue
    from fashion_models.catalogue.journal import journal_at
    from fashion_models.catalogue.label_answers import decided, read_review
    from fashion_models.catalogue.relabel import relabel, summary
    from fashion_models.cli.disagreements import tell_disagreements
    from fashion_models.files import require_outside

    require_outside(arguments.folder, arguments.catalogue)
    catalogue = open_catalogue(arguments.catalogue)
    if state := journal_at(arguments.review, arguments.encoding):
        found = decided(arguments.review, state, catalogue)
        corrections = found.corrections
        tell_disagreements(state, 'label')
        for count, what in ((found.applied, 'in the catalogue already'),
                            (found.absent, 'on products that the catalogue does not have')):
            if count:
                print(f'{arguments.review}: {counted(count, "decision")} on labels {what}',
                      file=sys.stderr)
    else:
        corrections = read_review(arguments.review, catalogue.tasks, arguments.encoding)
    if not corrections:
        raise UserError(f'{arguments.review}: no answer in it changes a label')
    report, changes = relabel(
        catalogue, corrections, arguments.folder, arguments.overwrite, arguments.link)
    print(visible(report.text()))
    print(summary(changes))
