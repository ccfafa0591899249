"""One task or five, one image or all of them: the article's "Multi-task & multi-image".

    python -m fashion_models.experiments.single_vs_multi [--catalogue DIR] [--seeds 3]

**Tasks.** For colour and for category, as in the article, as far as products have labels of them,
or for the tasks that ``--tasks`` names, a network is trained on that task alone. Only the number of
epochs differs, for which each task chooses: the multi-task network's or half as many again,
whichever has the lower validation loss with the first seed.
:mod:`~fashion_models.experiments.training_sizes` compares both at the same number of epochs.

**Images.** The same images are flattened, each a product of its own, and the same network is
trained on them in the same way, for as many epochs, as in the article; it then makes more updates.
It answers for each image by itself and, as one would use a single-image network, for the product:
by the heads on the mean, and on the maximum, of its images' representations. A catalogue whose
products have one image each gets the first part only; one with labels of a single task, the second.
:mod:`~fashion_models.experiments.pooling` compares ways to pool inside the network, and a
single-image network of as many updates.

Accuracies are over products: where each image is answered by itself, a product counts as the share
of its images that are right. Differences have 95 % intervals over products and seeds, in
pairs (:mod:`~fashion_models.experiments.kit.statistics`). The test split has no part in any choice.

Time: in units of one training of the recipe, 1 a seed for the multi-task network (shared with
``main_table`` and others); up to 1.5 a seed for each task, and 1 once to choose its epochs; 1.2 a
seed for the images. On 10,000 drawn products a training of ``compact`` takes about four minutes of
one CPU core.
"""

import argparse
import pathlib
import sys
from collections.abc import Sequence

from fashion_models.catalogue.split import split_of
from fashion_models.errors import UnsuitableCatalogue, UserError
from fashion_models.experiments.drawing.images_per_product import draw_images
from fashion_models.experiments.kit.command import command
from fashion_models.experiments.kit.results import Figures, Table
from fashion_models.experiments.kit.settings import Settings
from fashion_models.experiments.measuring.requirements import (
    require_labels_in_splits,
    require_several_tasks,
)
from fashion_models.experiments.measuring.tasks_and_images import (
    ARTICLES_TASKS,
    SCHEDULES,
    compare_images,
    compare_tasks,
    single_image_kind,
    single_task_kinds,
)
from fashion_models.experiments.tabulating.tasks_and_images import image_tables, task_table


def single_vs_multi(
        settings: Settings, folder: pathlib.Path,
        arguments: argparse.Namespace) -> tuple[Figures, list[Table]]:
    """Runs the experiment; see :func:`~fashion_models.experiments.kit.command.command`."""
    tasks = _tasks(settings, arguments.tasks)
    require_labels_in_splits(settings.catalogue, tasks)
    seeds = len(settings.seeds)
    several = any(len(product.images) > 1 for product in settings.catalogue.products
                  if split_of(product.group) == 'train')
    if not tasks and not several:
        what = ' or '.join(ARTICLES_TASKS)
        found = (f'no product has a label of {what}' if len(settings.tasks) > 1 else
                 f'products have labels of {settings.tasks[0]} only')
        raise UnsuitableCatalogue(
            f'{settings.catalogue.folder}: {found}, and no training product several images; '
            f'expected either several images or labels of several tasks, {what} among them')
    settings.networks = (1 + several) * seeds + len(tasks) * (len(SCHEDULES) + seeds - 1)
    settings.train(
        [('multi-task', None, None), *([single_image_kind(settings.recipe)] * several)],
        [kind for task in tasks for kind in single_task_kinds(settings.recipe, task).values()])
    multi = settings.seeds_of('multi-task')
    products = settings.products(multi[0].recipe)
    figures = {
        'tasks': multi[0].vocabulary.tasks,
        'single_task': compare_tasks(settings, tasks, multi, products)}
    tables = [task_table(figures['single_task'])] if tasks else []
    if several:
        figures['images'] = compare_images(settings, multi, products)
        tables += image_tables(figures)
        draw_images(figures['images'], folder / 'images.png')
    return figures, tables


def _tasks(settings, asked):
    """The tasks to train by themselves: those that are asked for, or the article's."""
    known = settings.recipe.model.tasks
    for task in asked or ():
        if task not in known:
            raise UserError(f'tasks: found {task!r}, expected some of the recipe\'s: '
                            f'{", ".join(known)}')
    labelled = settings.tasks   # which reads the catalogue
    if asked:
        require_several_tasks(settings.catalogue, labelled)
    elif len(labelled) < 2:
        return []
    for task in asked or ():
        if task not in labelled:
            raise UserError(
                f'tasks: found {task!r}, of which no product of {settings.catalogue.folder} has a '
                f'label, expected some of {", ".join(labelled)}')
    return [task for task in dict.fromkeys(asked or ARTICLES_TASKS) if task in labelled]


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit status."""
    return command('single_vs_multi', __doc__, single_vs_multi, argv, add)


def add(parser: argparse.ArgumentParser) -> None:
    """Adds the experiment's own arguments."""
    parser.add_argument('--tasks', metavar='TASK', nargs='+', help=(
        'train a network on each of these tasks alone (default: '
        f'{" and ".join(ARTICLES_TASKS)}, as in the article)'))


if __name__ == '__main__':
    sys.exit(main())
