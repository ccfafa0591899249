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
from fashion_models.experiments.kit.settings import Settings, with_epochs
from fashion_models.training.recipe import Recipe
from fashion_models.training.run import Run

SPLITS = 'validation', 'test'
#: Those that the article compares.
ARTICLES_TASKS = 'colour', 'category'
#: Number of epochs in units of the recipe's; the learning rate drops at the same shares of them.
SCHEDULES = {"the multi-task network's": 1, 'half as long': 0.5, 'half as long again': 1.5}
#: A row by number of images over fewer products than this would mean nothing.
FEWEST_PRODUCTS = 10
MULTI = 'multi-image'
SINGLE = 'single-image'
UPDATES = 'single-image, as many updates'
#: Each way of answering, in the order of the tables.
WAYS = {
    MULTI: 'max pooling over the images inside the network',
    SINGLE: 'each image by itself, as many epochs',
    f'{SINGLE}, averaged': 'mean of the representations of the images',
    f'{SINGLE}, max-pooled': 'maximum of the representations of the images',
    UPDATES: 'each image by itself, as many updates',
    f'{UPDATES}, averaged': 'mean of the representations of the images',
    f'{UPDATES}, max-pooled': 'maximum of the representations of the images',
}


def schedules(settings: Settings) -> dict[str, float]:
    """The schedules to try; a first look leaves out the longest."""
    return dict(list(SCHEDULES.items())[:2 if settings.quick else None])


def compare_tasks(settings: Settings, tasks: Sequence[str], multi: list[Run],
                  products: dict[str, ProductSet]) -> dict[str, Figures]:
    """Single-task against multi-task, by task: schedules tried, accuracies and differences."""
    recipes = {task: _recipes(settings, task) for task in tasks}
    settings.train(
        [(f'{task}-only', recipe, None) for task in tasks for recipe in recipes[task].values()],
        settings.seeds[:1])
    tried = {task: {
        name: _schedule(settings.run(f'{task}-only', settings.seeds[0], recipe))
        for name, recipe in recipes[task].items()} for task in tasks}
    chosen = {
        task: min(tried[task], key=lambda name: tried[task][name]['validation_loss'])
        for task in tasks}
    settings.train([(f'{task}-only', recipes[task][chosen[task]], None) for task in tasks])
    together = {split: correct_of(multi, products[split]) for split in SPLITS}
    return {
        task: {'schedules': tried[task], 'chosen': chosen[task], **_compare_task(
            settings, task, recipes[task][chosen[task]], multi, together, products)}
        for task in tasks}


def _recipes(settings, task):
    """Recipes of a single task, one for each schedule."""
    recipes = {}
    for name, share in schedules(settings).items():
        epochs = max(1, round(share * settings.recipe.training.epochs))
        recipes[name] = with_epochs(settings.recipe, epochs).replace(model__tasks=(task,))
    return recipes


def _compare_task(settings, task, recipe, multi, together, products):
    single = settings.seeds_of(f'{task}-only', recipe)
    column = multi[0].vocabulary.tasks.index(task)
    return {
        split: beside(
            together[split][..., [column]],
            correct_of(single, settings.products(single[0])[split]), task, products[split].groups)
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


def single_image_kinds(recipe: Recipe, batches: int) -> dict[str, tuple[str, Recipe, View]]:
    """The single-image networks: of as many epochs, and of as many updates.

    Args:
        recipe: That of the multi-image network.
        batches: Which that network takes in an epoch.

    Returns:
        From :data:`SINGLE` and :data:`UPDATES` to name, recipe and view, as
        :meth:`.Settings.train` takes them.
    """
    flat = View(flattened=True)
    return {
        SINGLE: ('single-image', recipe, flat),
        UPDATES: ('single-image-equal-updates', recipe.replace(training__epoch_batches=batches),
                  flat)}


def compare_images(settings: Settings, multi: list[Run],
                   products: dict[str, ProductSet]) -> Figures:
    """Single-image against multi-image networks, for each of :data:`WAYS`, by split."""
    batches = updates_of(multi) // settings.recipe.training.epochs
    single = single_image_kinds(settings.recipe, batches)
    settings.train(list(single.values()))
    runs = {name: settings.seeds_of(*kind) for name, kind in single.items()}
    found = {'batches_per_epoch': batches, 'updates': {
        name: updates_of(own) for name, own in {MULTI: multi, **runs}.items()}}
    for split in SPLITS:
        own = products[split]
        answers = {MULTI: correct_of(multi, own)}
        over_images = {}
        for name, of_seeds in runs.items():
            images, averaged, pooled = [], [], []
            for run in of_seeds:
                alone, (mean, largest) = predictions.evaluate_images(run, own)
                images.append(alone)
                averaged.append(mean)
                pooled.append(largest)
            right = predictions.correct(images)
            over_images[name] = np.nanmean(right, axis=(0, 1))
            answers[name] = predictions.over_images(right, own)
            answers[f'{name}, averaged'] = predictions.correct(averaged)
            answers[f'{name}, max-pooled'] = predictions.correct(pooled)
        found[split] = _figures(answers, own, settings, multi, over_images)
    return found


def _figures(answers, products, settings, multi, over_images):
    tasks = multi[0].vocabulary.tasks
    return {
        'products': len(products), 'images': sum(map(len, products.images)),
        'accuracy': {
            name: predictions.accuracies(answers[name], tasks, products.groups) for name in WAYS},
        'over_images': {
            name: {ALL: np.nanmean(of_tasks), **dict(zip(tasks, of_tasks))}
            for name, of_tasks in over_images.items()},
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
