"""One task or five, one image or all of them: the article's "Multi-task & multi-image".

    python -m fashion_models.experiments.single_vs_multi [--catalogue DIR] [--seeds 3]

**Tasks.** For colour and for category, as in the article, or for the tasks that ``--tasks`` names,
a network is trained on that task alone. Only the epochs and the learning-rate schedule differ. They
are chosen for each task: of those in ``SCHEDULES``, the one with the lowest validation loss with
the first seed.

**Images.** The same images are flattened, each a product of its own, and the same network is
trained on them in the same way: once for as many epochs, as in the article (it then makes several
times as many updates), and once, as a control, for as many updates. It answers for each image by
itself and, as one would use a single-image network, for the product: by the heads on the mean, and
on the maximum, of its images' representations. A catalogue whose products have one image each gets
the first part only. :mod:`~fashion_models.experiments.pooling` compares ways to pool inside the
network.

Accuracies are over products: where each image is answered by itself, a product counts as the share
of its images that are right. Differences have 95 % intervals over products and seeds, in
pairs (:mod:`~fashion_models.experiments.kit.statistics`). The test split has no part in any choice.

Time: in units of one training of the recipe, 1 a seed for the multi-task network (shared with
``main_table`` and others); about 1 a seed for each task, and 2 once to choose its schedule; 1.4 a
seed for the images. With ``small.toml`` on two CPU cores an epoch takes about a second for every
900 training images.
"""

import argparse
import pathlib
import sys
from collections.abc import Sequence

from fashion_models.errors import UserError
from fashion_models.experiments.drawing.images_per_product import draw_images
from fashion_models.experiments.kit.results import Figures, Table
from fashion_models.experiments.kit.settings import Settings, command
from fashion_models.experiments.measuring.tasks_and_images import (
    ARTICLES_TASKS,
    compare_images,
    compare_tasks,
    schedules,
)
from fashion_models.experiments.tabulating.tasks_and_images import image_tables, task_table


def single_vs_multi(
        settings: Settings, folder: pathlib.Path,
        arguments: argparse.Namespace) -> tuple[Figures, list[Table]]:
    """Runs the experiment; see :func:`~fashion_models.experiments.kit.settings.command`."""
    known = settings.recipe.model.tasks
    tasks = arguments.tasks or [task for task in ARTICLES_TASKS if task in known]
    for task in tasks:
        if task not in known:
            raise UserError(f'tasks: found {task!r}, expected some of the recipe\'s: '
                            f'{", ".join(known)}')
    seeds = len(settings.seeds)
    several = any(len(product.images) > 1 for product in settings.catalogue.products)
    settings.networks = (
        seeds + len(tasks) * (len(schedules(settings)) + seeds - 1) + 2 * seeds * several)
    multi = settings.seeds_of('multi-task')
    products = settings.products(multi[0])
    trained = multi[0].vocabulary.tasks     # those of which the catalogue has labels
    figures = {
        'tasks': trained,
        'single_task': compare_tasks(
            settings, [task for task in tasks if task in trained], multi, products)}
    tables = [task_table(figures['single_task'])] if figures['single_task'] else []
    if max(map(len, products['train'].images)) > 1:
        figures['images'] = compare_images(settings, multi, products)
        tables += image_tables(figures)
        draw_images(figures['images'], folder / 'images.png')
    return figures, tables


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
