"""Out-of-sample answers for every product of a catalogue, by k folds."""


import dataclasses
from collections.abc import Callable, Sequence

import numpy as np

from fashion_models.catalogue.io import Catalogue
from fashion_models.data.store import ImageStore
from fashion_models.data.views import View
from fashion_models.experiments.kit import predictions
from fashion_models.training.evaluation import Evaluation

FOLDS = 5


@dataclasses.dataclass(frozen=True)
class HeldOut:
    """Out-of-sample answers on all products that have a picture.

    Attributes:
        ids (list of str): The products.
        groups (list of str): Their groups.
        vocabulary (~fashion_models.data.vocabulary.Vocabulary): The labels.
        evaluations (list of ~fashion_models.training.evaluation.Evaluation): One a seed.
    """

    ids: list
    groups: list
    vocabulary: object
    evaluations: list

    @property
    def t(self) -> np.ndarray:
        """(products, tasks) int32, the catalogue's labels, -1 where one is missing."""
        return self.evaluations[0].t

    def probabilities(self, task: str, seed: int | None = None) -> np.ndarray:
        """(products, classes): those of one seed, by its place, or the mean over all of them."""
        evaluations = self.evaluations if seed is None else self.evaluations[seed:seed + 1]
        return np.mean([np.exp(one.log_probabilities[task]) for one in evaluations], axis=0)


def held_out(
        catalogue: Catalogue, store: ImageStore, folds: int, run_of: Callable,
        seeds: Sequence[int]) -> HeldOut:
    """Classifies every fold by a network that is trained (or reused) without it.

    The held-out fold has no part in any choice: the network is that of the last epoch.

    Args:
        catalogue (~fashion_models.catalogue.io.Catalogue): Whose products.
        store (~fashion_models.data.store.ImageStore): Its images.
        folds (int): k; see :func:`~fashion_models.data.views.group_folds`.
        run_of (callable): Given a view and a seed, returns the trained
            :class:`~fashion_models.training.run.Run`.
        seeds (sequence of int): With which seeds.

    Returns:
        HeldOut: Products come fold by fold.
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
