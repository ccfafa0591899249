"""``fashion-models audit``: lists the labels of a catalogue that are probably wrong."""

import argparse
import pathlib

from fashion_models.errors import UserError

MOST = 100


def add_parser(subparsers):
    """Adds the command to those of ``fashion-models``."""
    parser = subparsers.add_parser(
        'audit', help='list the labels of a catalogue that are probably wrong, for a person to see',
        description='Trains networks by cross-validation, so that each product is judged by one '
                    'that never saw it, and lists the labels that contradict their pictures: in '
                    'review.html with the pictures, and in review.csv, where a person answers.',
        epilog='''\
example:
  fashion-models audit shop -o shop-review        Ctrl-C: the same command goes on
  (look at shop-review/review.html, answer in shop-review/review.csv)
  fashion-models catalogue relabel shop shop-review/review.csv shop-2
  make train CATALOGUE=shop-2''',
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('catalogue', metavar='CATALOGUE', help='a catalogue folder')
    parser.add_argument('-o', '--output', metavar='DIR', required=True, type=pathlib.Path,
                        help='where to write review.html and review.csv')
    parser.add_argument('--recipe', metavar='FILE', help='how networks are trained (default: '
                                                         'small)')
    parser.add_argument('--devices', help="instead of the recipe's")
    parser.add_argument('--init', metavar='RUN', help='begin with what another run has learnt; it '
                                                      'must not have seen these products')
    parser.add_argument('--folds', metavar='K', type=int, choices=range(2, 101),
                        help='networks to train, each without one part of the products (default: '
                             '5)')
    parser.add_argument('--runs', metavar='DIR', help='keeps the networks (default: runs)')
    parser.add_argument('--most', metavar='N', type=int, default=MOST,
                        help=f'list so many labels of a task at most (default: {MOST})')
    parser.add_argument('--overwrite', action='store_true',
                        help='replace a review that DIR holds, with its answers')
    parser.set_defaults(func=_audit)


def _audit(arguments):
    from fashion_models.catalogue.io import open_catalogue
    from fashion_models.data.prepare import prepare
    from fashion_models.experiments.kit.held_out import FOLDS, held_out
    from fashion_models.experiments.kit.runs import Interrupted, trained_run
    from fashion_models.experiments.kit.settings import RECIPE, RUNS
    from fashion_models.representation.audit.judge import require_cleanlab
    from fashion_models.representation.audit.review import ANSWERS_FILE, PAGE_FILE, write_review
    from fashion_models.training.recipe import Recipe

    require_cleanlab()
    if arguments.most < 1:
        raise UserError(f'--most {arguments.most}: expected 1 or more')
    if (arguments.output / ANSWERS_FILE).exists() and not arguments.overwrite:
        raise UserError(f'{arguments.output / ANSWERS_FILE}: there is a review already; choose '
                        'another folder or give --overwrite')
    recipe = Recipe.load(arguments.recipe or RECIPE).replace(training__devices=arguments.devices)
    catalogue = open_catalogue(arguments.catalogue)
    name = catalogue.header.name

    def run_of(view, seed):
        return trained_run(
            catalogue, recipe, seed, arguments.runs or RUNS, f'{name}-multi-image-fold-{view.fold}-'
            f'{seed}', view, arguments.init)

    try:
        answers = held_out(
            catalogue, prepare(catalogue, recipe.data.shorter_side), arguments.folds or FOLDS,
            run_of, [recipe.training.seed])
    except Interrupted:
        raise KeyboardInterrupt from None
    sections = review_sections(catalogue, answers, arguments.most)
    write_review(arguments.output, f'Labels of {name} to look at', sections, catalogue)
    print('\n'.join(heading for heading, _ in sections))
    print(f'look at {arguments.output / PAGE_FILE} and answer in '
          f'{arguments.output / ANSWERS_FILE}; then\n  fashion-models catalogue relabel '
          f'{arguments.catalogue} {arguments.output / ANSWERS_FILE} DIR')


def review_sections(catalogue, answers, most):
    """The suspected labels, as :func:`~fashion_models.representation.audit.review.write_review`
    takes it.

    Args:
        catalogue (~fashion_models.catalogue.io.Catalogue): Whose labels.
        answers (~fashion_models.experiments.kit.held_out.HeldOut): On its products.
        most (int): So many of a task at most.

    Returns:
        list: For each task a heading, and its suspects, the most suspicious first.
    """
    from fashion_models.representation.audit.judge import judge
    from fashion_models.representation.audit.review import Suspect

    listed = []
    for column, task in enumerate(answers.vocabulary.tasks):
        t, probabilities = answers.t[:, column], answers.probabilities(task)
        judged = judge(probabilities, t)
        rows = judged.order[judged.suspected[judged.order]]
        listed.append((
            f'{task}: {min(len(rows), most)} of {len(rows)} suspected labels, of '
            f'{len(judged.order)} in all',
            [(answers.ids[row], task, answers.vocabulary.labels[task][judged.suggested[row]],
              float(probabilities[row, t[row]]),
              float(probabilities[row, judged.suggested[row]])) for row in rows[:most]]))
    wanted = {id for _, suspects in listed for id, *_ in suspects}
    products = {product.id: product for product in catalogue.products if product.id in wanted}
    return [(heading, [Suspect(products[id], *more) for id, *more in suspects])
            for heading, suspects in listed]
