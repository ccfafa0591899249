"""What texts add on products whose pictures show other garments as well."""

from collections.abc import Sequence

import numpy as np

from fashion_models.data.products import ProductSet
from fashion_models.data.vocabulary import MISSING, Vocabulary
from fashion_models.drawn.truth import ProductTruth
from fashion_models.experiments.kit import predictions, statistics
from fashion_models.experiments.kit.results import Figures
from fashion_models.training.evaluation import Evaluation

SPLITS = 'validation', 'test'
IMAGES, CONTROL = 'images alone', 'images alone, trained on'
TEXT, BOTH = 'text alone', 'images and text'
#: From each way of answering with the joining layers to the branches that it has.
BRANCHES = {CONTROL: ('image',), TEXT: ('text',), BOTH: ('image', 'text')}
WAYS = IMAGES, *BRANCHES
AMBIGUOUS, OTHERS = 'ambiguous', 'others'
#: Fewer products than these, and their figures would say nothing.
FEWEST_PRODUCTS = 10


def compare(answers: dict[str, list[Evaluation]], tasks: Sequence[str],
            groups: Sequence[str]) -> Figures:
    """Accuracy of each way, and what images and text together gain over it, with intervals.

    Args:
        answers: From each way to its evaluations, one a seed.
        tasks: Names of the tasks.
        groups: (products,)
    """
    right = {way: predictions.correct(of_seeds) for way, of_seeds in answers.items()}
    return {
        'products': len(groups),
        'accuracy': {
            way: predictions.accuracies(own, tasks, groups) for way, own in right.items()},
        'difference': {
            way: predictions.differences(right[BOTH], own, tasks, groups)
            for way, own in right.items() if way != BOTH}}


def is_ambiguous(record: ProductTruth) -> bool:
    """Whether, by a product's truth, most of its pictures show a model with other garments."""
    return 2 * sum(bool(picture.others) for picture in record.pictures) > len(record.pictures)


def by_pictures(answers: dict[str, dict[str, list[Evaluation]]], products: dict[str, ProductSet],
                records: dict[str, ProductTruth], vocabulary: Vocabulary,
                taxonomy: dict[str, dict[str, list[str]]]) -> Figures:
    """The figures of ambiguous products and of the others, by the true labels.

    Args:
        answers: From each split and way to its evaluations, one a seed.
        products: From each split to its products.
        records: From each product's id to its truth.
        vocabulary: The labels.
        taxonomy: The catalogue's.

    Returns:
        From :data:`AMBIGUOUS` and :data:`OTHERS` to the figures of :func:`compare`, or only to the
        number of products if there are too few of either; :func:`other_garment` of the ambiguous;
        and ``extra_gain``: how much more the text gains on them than on the others.
    """
    held_out = [records[id] for split in SPLITS for id in products[split].ids]
    groups = [group for split in SPLITS for group in products[split].groups]
    t = np.array([true_labels(record, vocabulary) for record in held_out], np.int32)
    together = {
        way: [Evaluation({task: np.concatenate([of_split.log_probabilities[task]
                                                for of_split in of_seed])
                          for task in vocabulary.tasks}, t)
              for of_seed in zip(*(answers[split][way] for split in SPLITS))]
        for way in WAYS}
    ambiguous = np.array([is_ambiguous(record) for record in held_out])
    parts = {AMBIGUOUS: np.flatnonzero(ambiguous), OTHERS: np.flatnonzero(~ambiguous)}
    figures = {name: {'products': len(rows)} for name, rows in parts.items()}
    if min(map(len, parts.values())) < FEWEST_PRODUCTS:
        return figures
    for name, rows in parts.items():
        own = {way: [one.of_rows(rows) for one in of_seeds] for way, of_seeds in together.items()}
        of_groups = [groups[row] for row in rows]
        figures[name] = compare(own, vocabulary.tasks, of_groups)
        if name == AMBIGUOUS:
            figures['other_garment'] = other_garment(
                own, [held_out[row] for row in rows], of_groups, vocabulary, taxonomy)
    # This follows if texts tell which of several products is meant, but it may have another cause:
    # where pictures tell less, there is more to gain.
    figures['extra_gain'] = statistics.contrast(
        *(predictions.correct(together[way]) for way in (BOTH, CONTROL)), ambiguous, groups)
    return figures


def true_labels(record: ProductTruth, vocabulary: Vocabulary) -> list[int]:
    """Class numbers of the true labels: (tasks,), -1 for a label that no product has."""
    return [names.index(label) if (label := record.label(task)) in names else MISSING
            for task, names in vocabulary.labels.items()]


def other_garment(answers: dict[str, list[Evaluation]], records: list[ProductTruth],
                  groups: Sequence[str], vocabulary: Vocabulary,
                  taxonomy: dict[str, dict[str, list[str]]]) -> Figures:
    """How often the answer names another garment in the pictures instead of the one for sale.

    Args:
        answers: From each way to its evaluations, one a seed.
        records: The products' truth.
        groups: (products,)
        vocabulary: The labels.
        taxonomy: The catalogue's.

    Returns:
        For each task that tells garments in a picture apart: ``share`` of each way,
        ``difference``, images and text minus each, and ``fewer``, the reduction by text.
    """
    figures = {}
    for task in ('colour', 'category', 'subcategory'):
        if task not in vocabulary.tasks:
            continue
        names = vocabulary.labels[task]
        worn = np.array([[name in _worn(record, task, taxonomy) for name in names]
                         for record in records])
        shares = {way: np.stack([
            worn[np.arange(len(records)), e.log_probabilities[task].argmax(axis=1)]
            for e in of_seeds]).astype(float) for way, of_seeds in answers.items()}
        figures[task] = {
            'share': {way: statistics.accuracy(own, groups) for way, own in shares.items()},
            'difference': {way: statistics.difference(shares[BOTH], own, groups)
                           for way, own in shares.items() if way != BOTH},
            'fewer': statistics.difference(shares[CONTROL], shares[BOTH], groups)}
    return figures


def _worn(record, task, taxonomy):
    """Labels in a task that other garments in a product's pictures have and the product lacks."""
    if task == 'colour':
        return {other.colour for other in record.others} - set(record.colours)
    found = {other.subcategory for other in record.others}
    if task == 'category':
        found = {category for of_type in taxonomy.values()
                 for category, subcategories in of_type.items() if found & set(subcategories)}
    return found - {record.label(task)}
