"""Single-task against multi-task networks, and single-image against multi-image ones."""

import dataclasses
from collections.abc import Sequence

import numpy as np

from fashion_models.data.epoch import MAX_IMAGES
from fashion_models.data.products import ProductSet
from fashion_models.data.views import View
from fashion_models.experiments.kit import predictions
from fashion_models.experiments.kit.predictions import ALL
from fashion_models.experiments.kit.results import Figures, read_log
from fashion_models.experiments.kit.runs import Kind
from fashion_models.experiments.kit.settings import Settings, with_epochs
from fashion_models.training.recipe import Recipe
from fashion_models.training.run import Run

SPLITS = 'validation', 'test'
#: Those that the article compares.
ARTICLES_TASKS = 'colour', 'category'
#: Number of epochs in units of the recipe's; the learning rate drops at the same shares of them.
#: Half as long was tried, too, for colour and category: networks that train this briefly only learn
#: less.
SCHEDULES = {'half as long again': 1.5, "the multi-task network's": 1}
#: A row by number of images over fewer products than this would mean nothing.
FEWEST_PRODUCTS = 10
MULTI = 'multi-image'
SINGLE = 'single-image'
#: Each way of answering, in the order of the tables.
WAYS = {
    MULTI: 'max pooling over the images inside the network',
    SINGLE: 'each image by itself',
    f'{SINGLE}, averaged': 'mean of the representations of the images',
    f'{SINGLE}, max-pooled': 'maximum of the representations of the images',
}


def compare_tasks(settings: Settings, tasks: Sequence[str], multi: list[Run],
                  products: dict[str, ProductSet]) -> dict[str, Figures]:
    """Single-task against multi-task, by task: schedules tried, accuracies and differences."""
    kinds = {task: single_task_kinds(settings.recipe, task) for task in tasks}
    tried = {task: {
        name: _schedule(settings.run(kind[0], settings.seeds[0], *kind[1:]))
        for name, kind in kinds[task].items()} for task in tasks}
    chosen = {
        task: min(tried[task], key=lambda name: tried[task][name]['validation_loss'])
        for task in tasks}
    settings.train([kinds[task][chosen[task]] for task in tasks])
    together = {split: correct_of(multi, products[split]) for split in SPLITS}
    return {
        task: {'schedules': tried[task], 'chosen': chosen[task], **_compare_task(
            settings, task, kinds[task][chosen[task]], multi, together, products)}
        for task in tasks}


def single_task_kinds(recipe: Recipe, task: str) -> dict[str, Kind]:
    """The networks of one task: from each of :data:`SCHEDULES` to its kind.

    Args:
        recipe: That of the multi-task network.
        task: The task.
    """
    return {name: (
        f'{task}-only',
        with_epochs(recipe, round(share * recipe.training.epochs)).for_tasks((task,)),
        None) for name, share in SCHEDULES.items()}


def single_image_kind(recipe: Recipe) -> Kind:
    """The single-image network of the same recipe, which takes each image for a product."""
    return 'single-image', recipe, View(flattened=True)


def _compare_task(settings, task, kind, multi, together, products):
    single = settings.seeds_of(*kind)
    column = multi[0].vocabulary.tasks.index(task)
    return {
        split: beside(
            together[split][..., [column]],
            correct_of(single, settings.products(single[0].recipe)[split]), task,
            products[split].groups)
        for split in SPLITS}


def beside(of_multi: np.ndarray, of_single: np.ndarray, task: str,
           groups: Sequence[str]) -> Figures:
    """The accuracy of a task among others and alone, and the difference.

    Args:
        of_multi: (seeds, products, 1), as :func:`correct_of` returns it.
        of_single: Likewise, of the networks of the task alone.
        task: The task.
        groups: (products,)
    """
    return {
        'multi': predictions.accuracies(of_multi, [task], groups)[task],
        'single': predictions.accuracies(of_single, [task], groups)[task],
        'difference': predictions.differences(of_multi, of_single, [task], groups)[task]}


def _schedule(run):
    training, log = run.recipe.training, read_log(run)
    best = min(log, key=lambda record: record['validation/loss'])
    return {
        'epochs': training.epochs, 'drops': training.drops,
        'validation_loss': best['validation/loss'], 'best_epoch': best['epoch']}


def correct_of(runs: Sequence[Run], products: ProductSet) -> np.ndarray:
    """Whether runs, one a seed, are right about products: (seeds, products, tasks)."""
    return predictions.correct([predictions.evaluate_run(run, products) for run in runs])


def updates_of(runs: Sequence[Run]) -> int:
    """How many updates each of the runs made, which differ in their seeds only."""
    return read_log(runs[0])[-1]['iteration']


def compare_images(settings: Settings, multi: list[Run],
                   products: dict[str, ProductSet]) -> Figures:
    """Single-image against multi-image networks, for each of :data:`WAYS`, by split."""
    single = settings.seeds_of(*single_image_kind(settings.recipe))
    found = {'updates': {MULTI: updates_of(multi), SINGLE: updates_of(single)}}
    for split in SPLITS:
        own = products[split]
        images, averaged, pooled = [], [], []
        for run in single:
            alone, (mean, largest) = predictions.evaluate_images(run, own)
            images.append(alone)
            averaged.append(mean)
            pooled.append(largest)
        right = predictions.correct(images)
        answers = {
            MULTI: correct_of(multi, own),
            SINGLE: predictions.over_images(right, own),
            f'{SINGLE}, averaged': predictions.correct(averaged),
            f'{SINGLE}, max-pooled': predictions.correct(pooled)}
        found[split] = _figures(answers, own, multi, np.nanmean(right, axis=(0, 1)))
    return found


def _figures(answers, products, multi, over_images):
    tasks = multi[0].vocabulary.tasks
    return {
        'products': len(products), 'images': sum(map(len, products.images)),
        'accuracy': {
            name: predictions.accuracies(answers[name], tasks, products.groups) for name in WAYS},
        'over_images': {ALL: np.nanmean(over_images), **dict(zip(tasks, over_images))},
        'difference': {
            name: predictions.differences(answers[MULTI], answers[name], tasks, products.groups)
            for name in WAYS if name != MULTI},
        'by_images': _by_images(answers, products, tasks),
        'shown': _shown(multi, products, tasks)}


def _by_images(answers, products, tasks):
    """Accuracy on products with 1, 2, … images; the last row includes those with more."""
    counts = np.minimum([len(images) for images in products.images], MAX_IMAGES)
    found = {}
    for n in range(1, MAX_IMAGES + 1):
        rows = np.flatnonzero(counts == n)
        if len(rows) < FEWEST_PRODUCTS:
            continue
        groups = [products.groups[row] for row in rows]
        own = {name: right[:, rows] for name, right in answers.items()}
        found[n] = {
            'products': len(rows),
            'accuracy': {
                name: predictions.accuracies(own[name], tasks, groups)[ALL] for name in WAYS},
            'difference': {
                name: predictions.differences(own[MULTI], own[name], tasks, groups)[ALL]
                for name in WAYS if name != MULTI}}
    return found


def _shown(multi, products, tasks):
    """Accuracy of the multi-image network on the same products, shown their first 1, 2, … images.

    These are the products with five or more images, or with the most that enough products have.
    """
    counts = np.array([len(images) for images in products.images])
    most = max((n for n in range(2, MAX_IMAGES + 1) if (counts >= n).sum() >= FEWEST_PRODUCTS),
               default=None)
    if most is None:
        return None
    rows = np.flatnonzero(counts >= most)
    own = products.rows(rows)
    groups = own.groups

    def first(n):
        return correct_of(multi, dataclasses.replace(
            own, images=[images[:n] for images in own.images]))

    answers = {n: first(n) for n in range(1, most + 1)}
    return {
        'products': len(rows), 'images': most,
        'accuracy': {
            n: predictions.accuracies(right, tasks, groups) for n, right in answers.items()},
        'gain_over_one': {
            n: predictions.differences(right, answers[1], tasks, groups)
            for n, right in answers.items() if n > 1}}
