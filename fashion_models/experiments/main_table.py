"""The article's first table: accuracy of each task, and their mean ("The Results").

    python -m fashion_models.experiments.main_table [--catalogue DIR] [--seeds 3]

trains the recipe's network with every seed and reports, for the validation and the test products:
the accuracies with 95 % intervals over products and seeds, how often the label is among the first
three, and what always answering the commonest label, or guessing, would reach. ``results.json``
also has the accuracy of every class.

Time: one training a seed (shared with ``single_vs_multi`` and others) and a minute for the rest.
On 10,000 drawn products a training of ``compact`` takes about four minutes of one CPU core.
"""


import pathlib
import sys
from collections.abc import Sequence

import numpy as np

from fashion_models import article
from fashion_models.catalogue.tasks import title_of
from fashion_models.data.products import ProductSet
from fashion_models.data.vocabulary import Vocabulary
from fashion_models.experiments.kit import predictions, statistics
from fashion_models.experiments.kit.command import command
from fashion_models.experiments.kit.predictions import ALL
from fashion_models.experiments.kit.results import Figures, Table
from fashion_models.experiments.kit.settings import Settings
from fashion_models.training.evaluation import Evaluation, majority_accuracies
from fashion_models.training.results import per_class

SPLITS = 'validation', 'test'
TOP = 3


def main_table(settings: Settings, folder: pathlib.Path) -> tuple[Figures, list[Table]]:
    """Runs the experiment; see :func:`~fashion_models.experiments.kit.command.command`."""
    settings.networks = len(settings.seeds)
    runs = settings.seeds_of('multi-task')
    vocabulary = runs[0].vocabulary
    products = settings.products(runs[0].recipe)
    figures = {'tasks': vocabulary.tasks, 'article': {
        ALL: article.mean(article.MULTI_TASK, vocabulary.tasks), **article.MULTI_TASK}}
    for split in SPLITS:
        evaluations = [predictions.evaluate_run(run, products[split]) for run in runs]
        figures[split] = split_figures(evaluations, products['train'], products[split], vocabulary)
    return figures, [table(figures, len(runs))]


def split_figures(
        evaluations: list[Evaluation], train: ProductSet, products: ProductSet,
        vocabulary: Vocabulary) -> Figures:
    """The figures of one split.

    Args:
        evaluations (list of ~fashion_models.training.evaluation.Evaluation): One a seed.
        train (~fashion_models.data.products.ProductSet): The training products.
        products (~fashion_models.data.products.ProductSet): Those evaluated.
        vocabulary (~fashion_models.data.vocabulary.Vocabulary): The labels.
    """
    tasks = vocabulary.tasks
    right = predictions.correct(evaluations)
    with_top = predictions.in_top(evaluations, TOP)
    chance = {task: 1 / classes for task, classes in vocabulary.classes.items()}
    majority = dict(zip(tasks, majority_accuracies(train.t, products.t)))
    return {
        'products': len(products),
        'images': sum(map(len, products.images)),
        'labelled': dict(zip(tasks, (products.t >= 0).sum(axis=0))),
        'classes': vocabulary.classes,
        'accuracy': predictions.accuracies(right, tasks, products.groups),
        'by_seed': [{ALL: evaluation.accuracy, **evaluation.accuracies}
                    for evaluation in evaluations],
        'top': {'k': TOP, **predictions.accuracies(with_top, tasks, products.groups)},
        'type_minus_category': _between(right, tasks, products.groups, 'type', 'category'),
        'majority': {ALL: np.nanmean(list(majority.values())), **majority},
        'chance': {ALL: np.mean(list(chance.values())), **chance},
        'per_class': _mean_per_class([per_class(e, vocabulary) for e in evaluations]),
    }


def _between(right, tasks, groups, task, other):
    """How much easier one task is than another, on the products that have both labels."""
    if task not in tasks or other not in tasks:
        return None
    a, b = right[..., tasks.index(task)], right[..., tasks.index(other)]
    both = ~np.isnan(a[0]) & ~np.isnan(b[0])
    if not both.any():
        return None
    return statistics.difference(
        a[:, both], b[:, both], [groups[row] for row in np.flatnonzero(both)])


def _mean_per_class(of_seeds):
    return {
        task: {label: {
            'products': entry['products'],
            'accuracy': np.mean([of_seed[task][label]['accuracy'] for of_seed in of_seeds])}
            for label, entry in labels.items()}
        for task, labels in of_seeds[0].items()}


def table(figures: Figures, seeds: int) -> Table:
    """The table of the figures, ours beside the article's."""
    columns = [ALL, *figures['tasks']]
    rows = [('the article, validation', *(figures['article'].get(task) for task in columns))]
    for split in SPLITS:
        own = figures[split]
        accuracy = [own['accuracy'].get(task) for task in columns]
        of_seeds = f', {seeds} seeds' if seeds > 1 else ''
        rows += [
            (f'{split}, {own["products"]} products{of_seeds}',
             *(interval and interval.value for interval in accuracy)),
            ('  95 % interval', *(interval and interval.range() for interval in accuracy)),
            (f'  among the first {TOP}', *(
                own['top'][task].value if task in own['top'] else None for task in columns)),
            ('  always the commonest label', *(own['majority'][task] for task in columns)),
            ('  guessing', *(own['chance'][task] for task in columns))]
    return Table(
        'Accuracy over products; Multi-task is the mean over the tasks',
        ('', 'Multi-task', *(title_of(task) for task in figures['tasks'])), rows)


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit status."""
    return command('main_table', __doc__, main_table, argv)


if __name__ == '__main__':
    sys.exit(main())
