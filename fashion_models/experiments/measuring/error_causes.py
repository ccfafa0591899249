"""How many answers are wrong, and which cause explains each."""

from collections.abc import Sequence

import numpy as np

from fashion_models.catalogue.io import Catalogue
from fashion_models.catalogue.records import Product
from fashion_models.catalogue.taxonomy import Places
from fashion_models.data.vocabulary import Vocabulary
from fashion_models.drawn.assortment import KINDS
from fashion_models.drawn.truth import ProductTruth, read_truth
from fashion_models.experiments.kit import statistics
from fashion_models.experiments.kit.results import Figures
from fashion_models.experiments.kit.statistics import Interval
from fashion_models.training.evaluation import Evaluation

#: A wrong answer is ambiguous if its probability exceeds the label's by less than this.
MARGIN = 0.1
#: Figures over fewer products than this would mean nothing.
FEWEST_PRODUCTS = 10
WRONG = 'the label is wrong, the answer right'
SEVERAL = "another of the product's colours"
BETWEEN = 'the other name of a shade between two'
GARMENTS = 'of another garment in the picture'
TWIN = 'the look-alike that it is cut like'
CATEGORY = 'another of the same category'
TYPE = 'another of the same type'
NONE = 'none of these'


class Answers:
    """The answers of the networks of all seeds in one task.

    Attributes:
        names (list of str): The labels, by class number.
        t (numpy.ndarray): (products,) class numbers, -1 without a label.
        probabilities (numpy.ndarray): (seeds, products, classes)
        predicted (numpy.ndarray): (seeds, products) class numbers.
        wrong (numpy.ndarray): (seeds, products) bool; False without a label.
        groups (sequence of str): (products,)
    """

    def __init__(self, names: Sequence[str], t: np.ndarray, probabilities: Sequence[np.ndarray],
                 groups: Sequence[str]) -> None:
        self.names, self.t, self.groups = list(names), np.asarray(t), groups
        self.probabilities = np.asarray(probabilities)
        self.predicted = self.probabilities.argmax(axis=2)
        self.wrong = (self.predicted != self.t) & (self.t >= 0)

    @classmethod
    def of(
            cls, task: str, column: int, vocabulary: Vocabulary, evaluations: list[Evaluation],
            groups: Sequence[str]) -> 'Answers':
        """The answers in a task, one evaluation a seed."""
        return cls(vocabulary.labels[task], evaluations[0].t[:, column],
                   [np.exp(evaluation.log_probabilities[task]) for evaluation in evaluations],
                   groups)

    @property
    def margins(self) -> np.ndarray:
        """(seeds, products): how much likelier the answer is than the label."""
        own = np.take_along_axis(self.probabilities, self.t[None, :, None], axis=2)[..., 0]
        return self.probabilities.max(axis=2) - own

    @property
    def ranks(self) -> np.ndarray:
        """(seeds, products): how many labels are likelier than the product's."""
        own = np.take_along_axis(self.probabilities, self.t[None, :, None], axis=2)
        return (self.probabilities > own).sum(axis=2)

    def confusion(self) -> np.ndarray:
        """Counts (classes, classes) over all seeds: rows are labels, columns predictions."""
        matrix = np.zeros((len(self.names),) * 2, int)
        known = self.t >= 0
        for predicted in self.predicted:
            np.add.at(matrix, (self.t[known], predicted[known]), 1)
        return matrix


def records_of(catalogue: Catalogue,
               ids: Sequence[str]) -> list[tuple[Product, ProductTruth | None]]:
    """The products of these ids with their truth, ``None`` where it is not known."""
    wanted = set(ids)
    products = {product.id: product for product in catalogue.products if product.id in wanted}
    truth = read_truth(catalogue.folder)
    return [(products[id_], truth.get(id_)) for id_ in ids]


def colour_causes(product: Product, truth: ProductTruth | None) -> dict[str, set[str]]:
    """Which answers other than its label a product's colour invites, and why.

    Args:
        product: The product.
        truth: What is true of it, or ``None``.

    Returns:
        From each cause to its labels; no label has two causes.
    """
    if truth is None:
        return _apart(product.label('colour'), {SEVERAL: product.colours[1:]})
    first, *others = truth.colours
    names = [first] + [truth.rival_colour] * (truth.rival_colour is not None)
    wrong = 'colour' in truth.wrong_labels
    return _apart(product.label('colour'), {
        WRONG: [*names, *others] if wrong else (), SEVERAL: others, BETWEEN: names,
        GARMENTS: _garments(truth, 'colour')})


def subcategory_causes(product: Product, truth: ProductTruth | None,
                       siblings: 'Siblings') -> dict[str, set[str]]:
    """Like :func:`colour_causes`, for a product's subcategory.

    Args:
        product, truth: As in :func:`colour_causes`.
        siblings: Those of the catalogue's taxonomy.
    """
    label = product.label('subcategory')
    causes = {}
    if truth is not None:
        wrong = 'subcategory' in truth.wrong_labels
        kind = KINDS.get(truth.label('subcategory'))
        causes = {WRONG: [truth.label('subcategory')] if wrong else (),
                  GARMENTS: _garments(truth, 'subcategory'),
                  TWIN: [kind.twin_of] if truth.near_twin and kind else ()}
    return _apart(label, {
        **causes, CATEGORY: siblings.in_category(label), TYPE: siblings.in_type(label)})


def _garments(truth, task):
    return [getattr(other, task) for other in truth.others]


def _apart(label, causes):
    """The causes' labels as sets, without the product's own and those of an earlier cause."""
    seen, found = {label}, {}
    for cause, labels in causes.items():
        found[cause] = set(labels) - seen
        seen |= found[cause]
    return found


class Siblings:
    """The subcategories of the same category, and of the same type.

    Args:
        taxonomy (dict): ``{type: {category: [subcategory, ...]}}``.
    """

    def __init__(self, taxonomy: dict[str, dict[str, list[str]]]) -> None:
        self._places = dict(Places(taxonomy).subcategories)

    def in_category(self, name: str) -> set[str]:
        """The other subcategories of a subcategory's categories."""
        return self._of(name, lambda place: place[1])

    def in_type(self, name: str) -> set[str]:
        """The other subcategories of a subcategory's types."""
        return self._of(name, lambda place: place[0])

    def _of(self, name, part):
        own = {part(place) for place in self._places.get(name, ())} - {''}
        return {other for other, places in self._places.items()
                if own.intersection(map(part, places))}


def count(answers: Answers, causes: list[dict[str, set[str]]]) -> Figures | None:
    """How many errors there are, and where they come from.

    Args:
        answers: The answers in one task.
        causes: Those of each product, from :func:`colour_causes` or :func:`subcategory_causes`.

    Returns:
        The figures, without causes that no product has; ``None`` if a network makes no error.
    """
    groups, wrong, known = answers.groups, answers.wrong, answers.t >= 0
    if not wrong.any(axis=1).all():
        return None
    kinds = [kind for kind in dict.fromkeys(kind for own in causes for kind in own)
             if any(own.get(kind) for own in causes)]
    causes = [{kind: own.get(kind, set()) for kind in kinds} for own in causes]
    of_error = np.full(wrong.shape, -1)     # number of the cause
    for seed, row in zip(*np.nonzero(wrong)):
        answer = answers.names[answers.predicted[seed, row]]
        of_error[seed, row] = next((
            number for number, kind in enumerate(kinds) if answer in causes[row][kind]), len(kinds))

    def rate(values, where):
        where = np.broadcast_to(where, values.shape)
        if not where.any(axis=1).all():
            return None
        return statistics.accuracy(np.where(where, values, np.nan), groups)

    found = {
        'products': int(known.sum()), 'errors': wrong.sum(axis=1),
        'error_rate': rate(wrong, known),
        'label_is_second': rate(answers.ranks == 1, wrong),
        'small_margin': rate(answers.margins < MARGIN, wrong), 'causes': {}}
    for number, kind in enumerate([*kinds, NONE]):
        own = {'share_of_errors': rate(of_error == number, wrong)}
        if kind != NONE:
            has = np.array([bool(labels[kind]) for labels in causes]) & known
            own |= {
                'products': int(has.sum()), 'error_rate': rate(wrong, has),
                'by_chance': by_chance(answers, [labels[kind] for labels in causes])}
        found['causes'][kind] = own
    return found


def extra_error(answers: Answers, some: np.ndarray, sound: np.ndarray) -> Interval | None:
    """How much more often answers are wrong for some products (n,) bool than for the others.

    Only products whose label is ``sound`` (n,) count: nearly every answer to a wrong one is an
    error, whatever the picture shows. ``None`` if there are too few of either.
    """
    known = (answers.t >= 0) & sound
    if min((known & some).sum(), (known & ~some).sum()) < FEWEST_PRODUCTS:
        return None
    wrong = np.where(known, answers.wrong, np.nan)
    return statistics.contrast(
        wrong, np.where(known, np.zeros_like(wrong), np.nan), some, answers.groups)


def by_chance(answers: Answers, labels: list[set[str]]) -> float:
    """The share of errors that would fall under a cause if wrong answers were dealt out anew.

    Args:
        answers: The answers in one task.
        labels: The cause's labels for each product, without the product's own.

    Returns:
        The mean over the seeds. Each error is dealt one of its seed's wrong answers, except those
        that would be right for it.
    """
    number = {name: place for place, name in enumerate(answers.names)}
    shares = []
    for wrong, predicted in zip(answers.wrong, answers.predicted):
        dealt = np.bincount(predicted[wrong], minlength=len(number))
        shares.append(np.mean([
            sum(dealt[number[name]] for name in labels[row] if name in number)
            / (dealt.sum() - dealt[answers.t[row]]) for row in np.flatnonzero(wrong)]))
    return float(np.mean(shares))


def sparse(matrix: np.ndarray, names: Sequence[str]) -> dict[str, dict[str, int]]:
    """The non-zero counts of a confusion matrix: {label: {predicted: count}}."""
    return {name: {names[column]: row[column] for column in np.flatnonzero(row)}
            for name, row in zip(names, matrix) if row.any()}
