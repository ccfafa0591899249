"""Out-of-sample answers for every product of a catalogue, by k-fold cross-validation."""

import dataclasses
from collections.abc import Callable, Sequence

import numpy as np

from fashion_models.catalogue.io import Catalogue
from fashion_models.data.store import ImageStore
from fashion_models.data.views import View
from fashion_models.data.vocabulary import Vocabulary
from fashion_models.experiments.kit import predictions
from fashion_models.training.evaluation import Evaluation
from fashion_models.training.run import Run

FOLDS = 5


@dataclasses.dataclass(frozen=True)
class HeldOut:
    """Out-of-sample answers for all products that have a picture.

    Attributes:
        ids: The products.
        groups: Their groups.
        vocabulary: The labels.
        evaluations: One a seed.
    """

    ids: list[str]
    groups: list[str]
    vocabulary: Vocabulary
    evaluations: list[Evaluation]

    @property
    def t(self) -> np.ndarray:
        """(products, tasks) int32, the catalogue's labels, -1 where one is missing."""
        return self.evaluations[0].t

    def probabilities(self, task: str, seed: int | None = None) -> np.ndarray:
        """(products, classes): those of one seed, by its position, or the mean over all seeds."""
        evaluations = self.evaluations if seed is None else self.evaluations[seed:seed + 1]
        return np.mean([np.exp(one.log_probabilities[task]) for one in evaluations], axis=0)


def held_out(
        catalogue: Catalogue, store: ImageStore, folds: int, run_of: Callable[[View, int], Run],
        seeds: Sequence[int]) -> HeldOut:
    """Classifies every fold by a network trained without it.

    The held-out fold has no part in any choice: the network is that of the last epoch.

    Args:
        catalogue: The products.
        store: Their images.
        folds: k; see :func:`~fashion_models.data.views.group_folds`.
        run_of: Returns the trained run of a view and a seed.
        seeds: The seeds to train with.

    Returns:
        The answers, fold by fold.
    """
    ids, groups, parts = [], [], []
    for fold in range(folds):
        view = View(folds, fold)
        runs = [run_of(view, seed) for seed in seeds]
        products = view.products(catalogue, store, runs[0].vocabulary)['validation']
        ids += products.ids
        groups += products.groups
        parts.append([predictions.evaluate_run(run, products, 'last') for run in runs])
    return HeldOut(ids, groups, runs[0].vocabulary, [
        Evaluation(
            {task: np.concatenate([one.log_probabilities[task] for one in of_seed])
             for task in runs[0].vocabulary.tasks},
            np.concatenate([one.t for one in of_seed]))
        for of_seed in zip(*parts)])
