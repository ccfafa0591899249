"""Where do five tasks help each other? One task against five, by the number of training products.

    python -m fashion_models.experiments.training_sizes [--sizes 1000 3000] [--seeds 3]

The article found five tasks together to be as good as each alone in colour and category. Here the
network of all tasks and one for each task are trained on ``--sizes`` products of the training
split, and on all of it. Smaller sets are parts of larger ones; all networks answer for the same
validation and test products. The loss of several tasks is the mean of theirs, so each has a fifth
of the step that it has alone; another network of all tasks learns from the sum, in which each has
all of it. Two schedules, the same for all networks:

* as many epochs as the recipe has;
* as many updates as these make on the whole training split, but at most four times the epochs.

Differences are paired, with 95 % intervals over groups of products and over seeds
(:mod:`~fashion_models.experiments.kit.statistics`). Nothing is chosen.

Time: in units of one training of the recipe, for each seed: for the whole training split one for
each task and two for all of them, some of which other experiments share; for a smaller set of a
share s of it, 7 s with as many epochs and up to 7 with as many updates.
"""

import argparse
import pathlib
import sys
from collections.abc import Sequence

from fashion_models.catalogue.tasks import title_of
from fashion_models.data.views import View, first_groups
from fashion_models.errors import UnsuitableCatalogue, UserError
from fashion_models.experiments.kit.command import command
from fashion_models.experiments.kit.predictions import ALL
from fashion_models.experiments.kit.results import Figures, Table
from fashion_models.experiments.kit.settings import Settings, with_epochs
from fashion_models.experiments.measuring.requirements import (
    require_labels_in_splits,
    require_several_tasks,
)
from fashion_models.experiments.measuring.tasks_and_images import SPLITS, beside, correct_of
from fashion_models.plural import counted, in_words

SIZES = 1000, 3000
#: The network of all tasks whose losses are added up.
ADDED = 'added up'
TOGETHER = {ALL: '{} tasks', ADDED: '{} tasks, losses added up'}
EPOCHS, UPDATES, LONGEST = 'as many epochs', 'as many updates', 'four times the epochs'
#: As many updates on a small set would be so many epochs that nothing new is learnt.
MOST_EPOCHS = 4


def training_sizes(
        settings: Settings, folder: pathlib.Path,
        arguments: argparse.Namespace) -> tuple[Figures, list[Table]]:
    """Runs the experiment; see :func:`~fashion_models.experiments.kit.command.command`."""
    tasks, products = settings.tasks, settings.products(settings.recipe)
    require_several_tasks(settings.catalogue, tasks)
    require_labels_in_splits(settings.catalogue, tasks)
    whole = len(products['train'])
    kinds = [(0, EPOCHS, 1)]
    for size in _sizes(arguments.sizes, settings, products['train']):
        longer = (UPDATES, whole / size) if whole / size <= MOST_EPOCHS else (LONGEST, MOST_EPOCHS)
        kinds += [(size, EPOCHS, 1), (size, *longer)]
    networks = {
        (size, schedule): _networks(settings.recipe, tasks, size, share)
        for size, schedule, share in kinds}
    settings.networks = sum(map(len, networks.values())) * len(settings.seeds)
    settings.train([kind for own in networks.values() for kind in own.values()])
    compared = []
    for (size, schedule), own in networks.items():
        runs = {task: settings.seeds_of(*kind) for task, kind in own.items()}
        compared.append({
            'products': len(first_groups(products['train'], size)) if size else whole,
            'schedule': schedule, 'epochs': own[ALL][1].training.epochs,
            **{split: _compare(runs, tasks, settings, products[split], split)
               for split in SPLITS}})
    figures = {'tasks': tasks, 'compared': compared}
    return figures, tables(figures)


def _sizes(asked, settings, products):
    """The smaller sizes, the largest first."""
    if asked == []:
        return []
    smallest, whole = settings.recipe.training.batch_size, len(products)
    if whole <= smallest:
        raise UnsuitableCatalogue(
            f'{settings.catalogue.folder}: {counted(whole, "product")} in the training split, '
            f'expected more than {smallest}, one batch')
    # Groups stay whole, so that a size may stand for some products fewer.
    sizes = {size for size in asked or SIZES
             if size < whole and len(first_groups(products, size)) >= smallest}
    for size in set(asked or ()) - sizes:
        raise UserError(
            f'sizes: found {size}, expected enough for {smallest} products in whole groups, one '
                f'batch, and fewer than the '
            f'{whole} products of the training split')
    if not sizes:
        raise UnsuitableCatalogue(
            f'{settings.catalogue.folder}: {counted(whole, "product")} in the training split, '
            f'expected more than {min(SIZES)}, or other sizes')
    return sorted(sizes, reverse=True)


def _networks(recipe, tasks, size, share):
    """From all tasks and each of them to the name, recipe and view of its network."""
    recipe = with_epochs(recipe, round(share * recipe.training.epochs))
    view = View(training_products=size) if size else None
    suffix = f'-of-{size}' if size else ''
    return {
        ALL: (f'multi-task{suffix}', recipe, view),
        ADDED: (f'multi-task-added{suffix}', recipe.replace(training__combine_losses='sum'), view),
        **{task: (f'{task}-only{suffix}', recipe.for_tasks((task,)), view)
           for task in tasks}}


def _compare(runs, tasks, settings, products, split):
    """Accuracy of all tasks together, either way, and of each alone, and the differences."""
    together = {name: correct_of(runs[name], products) for name in TOGETHER}
    compared = {name: {} for name in TOGETHER}
    for column, task in enumerate(tasks):
        alone = correct_of(runs[task], settings.products(runs[task][0].recipe)[split])
        for name, right in together.items():
            compared[name][task] = beside(right[..., [column]], alone, task, products.groups)
    return compared


def tables(figures: Figures) -> list[Table]:
    """By split: the accuracy of all tasks together and of each, and the differences."""
    found, number = [], in_words(len(figures['tasks']))
    for split in SPLITS:
        rows = []
        for one in figures['compared']:
            what = (f'{counted(one["products"], "product")}, {one["schedule"]} '
                    f'({counted(one["epochs"], "epoch")})')
            alone = one[split][ALL].values()
            rows.append((f'{what}: one task', *(of_task['single'].value for of_task in alone)))
            for network, title in TOGETHER.items():
                own, name = one[split][network].values(), title.format(number)
                rows += [(name, *(of_task['multi'].value for of_task in own)),
                         (f'{name}, minus one task', *(of_task['difference'] for of_task in own))]
        found.append(Table(
            f'Accuracy of {number} tasks together and of each alone, {split} split; differences '
            'with 95 % intervals', ('', *(title_of(task) for task in figures['tasks'])), rows))
    return found


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit status."""
    return command('training_sizes', __doc__, training_sizes, argv, add)


def add(parser: argparse.ArgumentParser) -> None:
    """Adds the experiment's own arguments."""
    parser.add_argument('--sizes', metavar='N', type=int, nargs='*', help=(
        'numbers of training products, besides all of them (default: '
        f'{" and ".join(map(str, SIZES))}, as far as there are more); without a number, all of '
        'them alone'))


if __name__ == '__main__':
    sys.exit(main())
