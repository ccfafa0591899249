"""Join listings that a person found to be one product, or take that back.

Writes a new catalogue. Products that are one become the first of them, with the listings of all;
colourways come into one group. What was joined, and where labels differed, is in merged.csv there.
Answers that contradict each other are refused.
"""

import argparse

from fashion_models.cli import options
from fashion_models.plural import counted
from fashion_models.terminal import visible

NAME = 'merge-duplicates'
EXAMPLES = '''\
fashion-models duplicates listings.embeddings --new -o pairs.csv
(look at the pairs, and enter same, colourway or different in the column answer)
fashion-models catalogue merge-duplicates shop shop-2 --answers pairs.csv
fashion-models catalogue merge-duplicates shop shop-2 --answers journal.jsonl --link
fashion-models catalogue merge-duplicates shop-2 shop-3 --undo'''


def add_arguments(parser: argparse.ArgumentParser) -> None:
    options.catalogue(parser)
    options.new_catalogue(parser)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument('--answers', metavar='FILE', type=options.path,
                      help='the file that "duplicates -o" wrote, with answers, or any CSV file '
                           'with the columns a, b (ids of listings or products) and answer (same, '
                           'colourway, different, or their first letters); or a journal (.jsonl)')
    what.add_argument('--undo', action='store_true',
                      help='take back the last merge that CATALOGUE has been through')
    options.encoding(parser, 'the CSV file')
    options.link(parser, 'CATALOGUE')


def run(arguments: argparse.Namespace) -> None:
    from fashion_models.catalogue.io import open_catalogue
    from fashion_models.catalogue.journal import journal_at
    from fashion_models.catalogue.merge_duplicates import merge_duplicates, summary, take_back
    from fashion_models.catalogue.pair_answers import read_pair_answers
    from fashion_models.cli.disagreements import tell_disagreements
    from fashion_models.errors import UserError
    from fashion_models.files import require_outside

    require_outside(arguments.folder, arguments.catalogue)
    catalogue = open_catalogue(arguments.catalogue)
    how = arguments.folder, arguments.overwrite, arguments.link
    if arguments.undo:
        if arguments.encoding:
            raise UserError('--encoding: is that of --answers; leave it out')
        report, changed = take_back(catalogue, *how)
        print(visible(report.text()))
        if changed:
            print(f'{counted(changed, "product")} had changed since the merge: again as before it')
        return
    answers = read_pair_answers(arguments.answers, arguments.encoding)
    if state := journal_at(arguments.answers):
        tell_disagreements(state, 'pair')
    report, changes = merge_duplicates(catalogue, answers, *how)
    print(visible(report.text()))
    print(summary(changes))
