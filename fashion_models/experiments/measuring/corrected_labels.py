"""What correcting labels is worth: accuracy before and after a review."""

import dataclasses
from collections.abc import Sequence

import numpy as np

from fashion_models.catalogue.io import Catalogue
from fashion_models.catalogue.records import Product
from fashion_models.experiments.kit import predictions, statistics
from fashion_models.experiments.kit.results import Figures
from fashion_models.experiments.kit.settings import Settings
from fashion_models.experiments.measuring.label_truth import LabelTruth

AS_THEY_ARE, REVIEWED, RIGHT = 'as they are', 'reviewed', 'all right'
SPLITS = 'validation', 'test'


def before_and_after(settings: Settings, catalogues: dict[str, Catalogue], truth: LabelTruth,
                     tasks: Sequence[str]) -> Figures:
    """Accuracy of networks trained on each version of the labels, judged by each version.

    Args:
        settings: Those of the experiment.
        catalogues: From each version of the labels to its catalogue.
        truth: Which labels are wrong, and which further colours are right.
        tasks: Names of the tasks.
    """
    products = {}
    right, colours = {}, {}
    labels = {judge: {product.id: product for product in catalogue.products}
              for judge, catalogue in catalogues.items()}
    for trained, catalogue in catalogues.items():
        own = dataclasses.replace(settings, catalogue=catalogue, _products={})
        runs = own.seeds_of('multi-task')
        if not products:
            products = settings.products(runs[0].recipe)
        for split in SPLITS:
            part = products[split]
            answered = [_predicted(run, part, tasks) for run in runs]
            for judge, by_id in labels.items():
                judged_by = [by_id[id_] for id_ in part.ids]
                right[split, trained, judge] = np.stack(
                    [correct_names(names, judged_by, tasks) for names in answered])
                if 'colour' in tasks:
                    accepted = [set(product.colours) for product in judged_by]
                    if judge == RIGHT:
                        accepted = [own | truth.accepted.get(id_, set())
                                    for own, id_ in zip(accepted, part.ids)]
                    colours[split, trained, judge] = np.stack([
                        accepted_colours(names[:, tasks.index('colour')], accepted)
                        for names in answered])

    def nested(function):
        return {split: {trained: {judge: function(split, trained, judge) for judge in labels}
                        for trained in labels} for split in SPLITS}

    def groups(split):
        return products[split].groups

    figures = {
        'accuracy': nested(lambda split, *key: predictions.accuracies(
            right[split, *key], tasks, groups(split))),
        'minus_as_they_are': nested(lambda split, trained, judge: predictions.differences(
            right[split, trained, judge], right[split, AS_THEY_ARE, judge], tasks, groups(split)))}
    if colours:
        reviewed = [title for title in labels if title.startswith(REVIEWED)]
        if reviewed:
            # The article's step: other labels both to learn from and to be judged by.
            figures['colour_before_to_after'] = {
                split: statistics.difference(*(
                    right[split, title, title][..., tasks.index('colour')]
                    for title in (reviewed[-1], AS_THEY_ARE)), groups(split)) for split in SPLITS}
        figures['any_accepted_colour'] = nested(lambda split, *key: statistics.accuracy(
            colours[split, *key], groups(split)))
    return figures


def _predicted(run, products, tasks):
    """A run's answers, as labels: (products, tasks) str."""
    predicted = predictions.evaluate_run(run, products).predicted
    return np.stack([np.array(run.vocabulary.labels[task], object)[predicted[:, column]]
                     for column, task in enumerate(tasks)], axis=1)


def correct_names(names: np.ndarray, products: list[Product], tasks: Sequence[str]) -> np.ndarray:
    """Which answers are right by products' labels, even labels unknown to the network.

    Args:
        names: (products, tasks) the answers.
        products: The products, with the labels to judge by.
        tasks: Tasks of the columns.

    Returns:
        (products, tasks) 1, 0, or nan where there is no label.
    """
    return np.array([
        [np.nan if (label := product.label(task)) is None else float(name == label)
         for name, task in zip(own, tasks)] for own, product in zip(names, products)])


def accepted_colours(names: Sequence[str], accepted: list[set[str]]) -> np.ndarray:
    """1 where the colour answered is one of a product's colours, nan where it has none."""
    return np.array([float(name in own) if own else np.nan for name, own in zip(names, accepted)])
