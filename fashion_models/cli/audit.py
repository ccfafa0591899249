"""List the labels of a catalogue that are probably wrong, for a person to check.

Trains networks by cross-validation, so that each product is judged by one that never saw it. Labels
that contradict their pictures go to review.html, with the pictures, and to review.csv, where a
person answers. Ctrl-C stops; call it again to resume. With --embeddings, in seconds: regressions on
the vectors of another network take the networks' place.
"""

import argparse

from fashion_models.cli import options
from fashion_models.cli.writing import beside
from fashion_models.errors import UserError

NAME = 'audit'
EXAMPLES = '''\
fashion-models audit shop -o shop-review
fashion-models audit shop -o shop-review --recipe my-recipe.toml --devices 0
fashion-models audit shop -o shop-review --embeddings fashionclip.embeddings
(look at shop-review/review.html, answer in shop-review/review.csv)
fashion-models catalogue relabel shop shop-review/review.csv shop-2'''

_RECIPE, _MOST = 'small', 100
#: What is said of networks that the audit trains.
_OF_TRAINING = 'recipe', 'devices', 'init', 'runs'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    options.catalogue(parser)
    options.output(parser, 'DIR', 'the folder to write review.html and review.csv to')
    parser.add_argument('--embeddings', metavar='FILE', type=options.path,
                        help='train no networks; judge by these vectors of the products, written '
                             'by "embed" with a network that was not trained on their labels')
    options.recipe(parser, _RECIPE)
    parser.set_defaults(recipe=None)    # whether it was given must be known
    options.devices(parser, several=True)
    options.init(parser, '; it must not have been trained on these products')
    parser.add_argument('--folds', metavar='K', type=options.whole(2, 100),
                        help='into how many parts to divide the products, 2 to 100 (default: 5): '
                             'each is judged by what the others teach')
    parser.add_argument('--runs', metavar='DIR', type=options.path,
                        help='the folder that keeps the networks (default: runs)')
    parser.add_argument('--most', metavar='N', type=options.positive, default=_MOST,
                        help=f'list at most N labels of a task (default: {_MOST})')
    options.overwrite(parser, 'a review that DIR holds, with its answers')


def run(arguments: argparse.Namespace) -> None:
    from fashion_models.catalogue.io import open_catalogue
    from fashion_models.representation.audit.judge import require_cleanlab
    from fashion_models.representation.audit.review import ANSWERS_FILE, PAGE_FILE, write_review
    from fashion_models.representation.audit.sections import review_sections

    def refuse():
        if (arguments.output / ANSWERS_FILE).exists() and not arguments.overwrite:
            raise UserError(f'{arguments.output / ANSWERS_FILE}: there is a review already; choose '
                            'another folder, or give --overwrite')

    def write():
        refuse()    # again: judging took hours, and somebody may have answered another review
        write_review(arguments.output, f'Suspected labels of {catalogue.header.name}', sections,
                     catalogue)

    require_cleanlab()
    refuse()
    catalogue = open_catalogue(arguments.catalogue)
    answers = (_by_vectors if arguments.embeddings else _by_networks)(arguments, catalogue)
    sections = review_sections(catalogue, answers, arguments.most)
    with beside(write):
        print('\n'.join(heading for heading, _ in sections))
    print(f'look at {arguments.output / PAGE_FILE} and answer in '
          f'{arguments.output / ANSWERS_FILE}; then\n  fashion-models catalogue relabel '
          f'{arguments.catalogue} {arguments.output / ANSWERS_FILE} DIR')


def _by_vectors(arguments, catalogue):
    from fashion_models.experiments.kit.held_out import FOLDS
    from fashion_models.representation.audit.from_vectors import answers_of_vectors
    from fashion_models.representation.embeddings import open_embeddings

    for option in _OF_TRAINING:
        if getattr(arguments, option):
            raise UserError(f'--{option}: is of networks that the audit trains; with --embeddings '
                            'it trains none')
    return answers_of_vectors(
        open_embeddings(arguments.embeddings), catalogue, arguments.folds or FOLDS)


def _by_networks(arguments, catalogue):
    from fashion_models.data.prepare import prepare
    from fashion_models.experiments.kit.command import RUNS
    from fashion_models.experiments.kit.held_out import FOLDS, held_out
    from fashion_models.experiments.kit.runs import Interrupted, progress, trained_run
    from fashion_models.training.recipe import Recipe

    recipe = Recipe.load(arguments.recipe or _RECIPE).replace(
        training__devices=arguments.devices)
    folds = arguments.folds or FOLDS
    runs = []

    def run_of(view, seed):
        runs.append(trained_run(
            catalogue, recipe, seed, arguments.runs or RUNS,
            f'{catalogue.header.name}-multi-image-fold-{view.fold}-{seed}', view, arguments.init,
            place=progress(folds, runs)))
        return runs[-1]

    try:
        return held_out(
            catalogue, prepare(catalogue, recipe.data.shorter_side), folds, run_of,
            [recipe.training.seed])
    except Interrupted:
        raise KeyboardInterrupt from None
