"""Does learning the pooling beat averaging afterwards, and with which network?

    python -m fashion_models.experiments.pooling [--catalogue DIR] [--seeds 3]

The article hoped that a network which pools a product's images inside is better than one that sees
each image by itself, whose results are averaged afterwards. Here are the ways to pool that a recipe
can ask for, each trained as the recipe says otherwise:

* by the maximum (the article's), the mean, the sum, maximum and mean side by side, or attention;
* the maximum and the mean with an auxiliary loss on each image by itself, so that every image
  teaches the layers below, not only those that win the maximum;
* the maximum, where each example is all images of a product, as in the article, instead of random
  groups of them;
* the maximum in smaller batches, so that it makes as many updates as a single-image network on the
  same images; alone, and with a loss on each image.

Each is held against the single-image network whose representations are averaged over a product's
images: once trained for as many epochs, on the same images, and once for as many updates. Each is
held against the maximum, too, and against itself, answering image by image and averaged, which
tells what the pooling does from what the training did. For products with 1, 2, … images separately,
too, since only with several is there anything to pool.

Differences are paired, with 95 % intervals over groups of products and over seeds
(:mod:`~fashion_models.experiments.kit.statistics`). Nothing is chosen.

Time: in units of one training of the recipe, about 11.5 a seed, 2.2 of which ``single_vs_multi``
has already trained.
"""

import pathlib
import sys
from collections.abc import Sequence

import numpy as np

from fashion_models.data.epoch import MAX_IMAGES, TOGETHER
from fashion_models.devices import count
from fashion_models.experiments.kit import predictions
from fashion_models.experiments.kit.command import command
from fashion_models.experiments.kit.predictions import ALL
from fashion_models.experiments.kit.results import Figures, Table
from fashion_models.experiments.kit.settings import Settings
from fashion_models.experiments.measuring.requirements import require_several_images
from fashion_models.experiments.measuring.tasks_and_images import (
    FEWEST_PRODUCTS,
    SINGLE,
    SPLITS,
    correct_of,
    single_image_kind,
    updates_of,
)
from fashion_models.training.recipe import Recipe

#: Weight of the auxiliary loss; another was tried in ``experiments/studies/compact.toml``.
IMAGE_LOSS = 0.3
#: From the way to pool to the name of its network, which experiments share, and what it changes.
WAYS = {
    'maximum': ('multi-task', {'model__pooling': 'max'}),
    'mean': ('mean-pooling', {'model__pooling': 'mean'}),
    'sum': ('sum-pooling', {'model__pooling': 'sum'}),
    'maximum and mean': ('max_mean-pooling', {'model__pooling': 'max_mean'}),
    'attention': ('attention-pooling', {'model__pooling': 'attention'}),
    'maximum, loss on each image': (
        'image-loss', {'model__pooling': 'max', 'training__image_loss': IMAGE_LOSS}),
    'mean, loss on each image': (
        'mean-image-loss', {'model__pooling': 'mean', 'training__image_loss': IMAGE_LOSS}),
    'maximum, all images together': (
        'all-together', {'model__pooling': 'max', 'data__examples': TOGETHER})}
#: In smaller batches: from each to its network, and the way whose recipe it takes otherwise.
SMALLER = {
    'maximum, smaller batches': ('smaller-batches', 'maximum'),
    'maximum, loss on each image, smaller batches': (
        'image-loss-smaller-batches', 'maximum, loss on each image')}
ALL_WAYS = *WAYS, *SMALLER
#: The article's way to pool, and the others, which are held against it.
MAXIMUM, *OTHERS = ALL_WAYS
UPDATES = 'single-image, as many updates'
#: What they are held against: single-image networks, averaged over the images of a product.
AVERAGED = {SINGLE: 'averaging', UPDATES: 'averaging, as many updates'}
#: From each row of the accuracies that others are held against to those.
COMPARED = {**dict.fromkeys(AVERAGED.values(), ALL_WAYS), MAXIMUM: OTHERS}


def pooling(settings: Settings, folder: pathlib.Path) -> tuple[Figures, list[Table]]:
    """Runs the experiment; see :func:`~fashion_models.experiments.kit.command.command`."""
    require_several_images(settings.catalogue)
    settings.networks = (len(ALL_WAYS) + len(AVERAGED)) * len(settings.seeds)
    kinds = {name: (network, settings.recipe.replace(**changes), None)
             for name, (network, changes) in WAYS.items()}
    settings.train(list(kinds.values()))
    runs = {name: settings.seeds_of(*kind) for name, kind in kinds.items()}
    updates = updates_of(runs[MAXIMUM])
    name, recipe, flat = single_image_kind(settings.recipe)
    batches = updates // recipe.training.epochs
    single = {
        SINGLE: (name, recipe, flat),
        UPDATES: (f'{name}-equal-updates', recipe.replace(training__epoch_batches=batches), flat)}
    settings.train(list(single.values()))
    averaged = {name: settings.seeds_of(*kind) for name, kind in single.items()}
    smaller = {name: (network, smaller_batches(
        kinds[like][1], updates, updates_of(averaged[SINGLE])), None)
        for name, (network, like) in SMALLER.items()}
    settings.train(list(smaller.values()))
    runs |= {name: settings.seeds_of(*kind) for name, kind in smaller.items()}
    products = settings.products(averaged[SINGLE][0].recipe)
    tasks = averaged[SINGLE][0].vocabulary.tasks
    figures = {
        'tasks': tasks, 'image_loss': IMAGE_LOSS,
        'updates': {name: updates_of(own) for name, own in {**runs, **averaged}.items()},
        **{split: _compare(runs, averaged, products[split], tasks) for split in SPLITS}}
    return figures, tables(figures)


def smaller_batches(recipe: Recipe, updates: int, wanted: int) -> Recipe:
    """The recipe with smaller batches, for more updates from the same images.

    Args:
        recipe: The recipe.
        updates: How many it makes.
        wanted: How many to make, about; the devices share each batch evenly.
    """
    g = count(recipe.training.devices)
    return recipe.replace(training__batch_size=g * max(
        1, round(recipe.training.batch_size * updates / wanted / g)))


def _compare(runs, averaged, products, tasks):
    """Accuracies of all ways, and how far each is ahead of averaging, by number of images."""
    right = {name: correct_of(of_seeds, products) for name, of_seeds in runs.items()}
    alone = {name: _averaged(of_seeds, products)
             for name, of_seeds in {**runs, **averaged}.items()}
    right |= {title: alone.pop(name) for name, title in AVERAGED.items()}
    counts = np.minimum([len(images) for images in products.images], MAX_IMAGES)
    parts = {'several': np.flatnonzero(counts > 1)}
    parts |= {str(n): np.flatnonzero(counts == n) for n in range(1, MAX_IMAGES + 1)}
    return {'all': _part(right, alone, np.arange(len(counts)), products, tasks, [ALL, *tasks]), **{
        part: _part(right, alone, rows, products, tasks, [ALL])
        for part, rows in parts.items() if len(rows) >= FEWEST_PRODUCTS}}


def _averaged(of_seeds, products):
    """Whether runs are right that answer for each image, averaged over a product's."""
    return predictions.correct([
        predictions.evaluate_images(run, products, (np.mean,))[1][0] for run in of_seeds])


def _part(right, alone, rows, products, tasks, kept):
    groups = [products.groups[row] for row in rows]
    own = {name: of_all[:, rows] for name, of_all in right.items()}

    def accuracy(values):
        of_tasks = predictions.accuracies(values, tasks, groups)
        # A part may lack labels of a task.
        return {task: of_tasks[task] for task in kept if task in of_tasks}

    def ahead(name, other):
        return {ALL: predictions.differences(own[name], other, tasks, groups)[ALL]}

    return {
        'products': len(rows),
        'accuracy': {name: accuracy(values) for name, values in own.items()},
        'ahead_of': {reference: {name: ahead(name, own[reference]) for name in ways}
                     for reference, ways in COMPARED.items()},
        'ahead_of_itself': {name: ahead(name, alone[name][:, rows]) for name in ALL_WAYS}}


def tables(figures: Figures) -> list[Table]:
    """By split: the accuracy of each way, and how far it is ahead of averaging, and of itself."""
    found = []
    for split in SPLITS:
        parts = figures[split]
        titles = {'all': 'all products', 'several': '2 or more images'}
        header = [titles.get(part, f'{part} or more' if part == str(MAX_IMAGES) else part)
                  for part in parts]
        found.append(Table(
            f'Accuracy over all tasks, by the number of images of a product, {split} split',
            ('', 'updates', *header), [
                ('products', None, *(own['products'] for own in parts.values())),
                *((title, figures['updates'][network],
                   *(own['accuracy'][title][ALL].value for own in parts.values()))
                  for network, title in {**{name: name for name in ALL_WAYS}, **AVERAGED}.items())
            ]))
        for reference, ways in COMPARED.items():
            found.append(Table(
                f'Each way minus {reference}, with 95 % intervals, {split} split',
                ('', *header), [
                    (name, *(own['ahead_of'][reference][name][ALL] for own in parts.values()))
                    for name in ways]))
        found.append(Table(
            f'Each way minus itself, image by image, averaged, with 95 % intervals, {split} split',
            ('', *header), [
                (name, *(own['ahead_of_itself'][name][ALL] for own in parts.values()))
                for name in ALL_WAYS]))
    return found


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit status."""
    return command('pooling', __doc__, pooling, argv)


if __name__ == '__main__':
    sys.exit(main())
