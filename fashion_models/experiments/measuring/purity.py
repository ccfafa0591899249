"""Nearest-neighbour purity: how many of a vector's neighbours share its label."""

from collections.abc import Sequence

import numpy as np

from fashion_models.data.products import ProductSet
from fashion_models.experiments.kit import predictions
from fashion_models.experiments.kit.predictions import ALL
from fashion_models.experiments.kit.results import Figures

MULTI, COLOUR = 'multi-task', 'colour only'
NEIGHBOURS = 1, 10
_QUERIES = 256      # at once: bounds the memory


def purity(
        vectors: np.ndarray, t: np.ndarray, groups: Sequence[str],
        k: int | None = None) -> np.ndarray:
    """The share of each vector's nearest neighbours that are of its class.

    Args:
        vectors: (n, d); nearest by Euclidean distance, which for vectors of unit length means the
            greatest cosine.
        t: (n,) classes; a vector with -1 is nobody's neighbour.
        groups: (n,); members of a group are not neighbours.
        k: How many neighbours; ``None`` takes all, which gives the purity of neighbours drawn at
            random.

    Returns:
        (n,) from 0 to 1; nan without a class, any neighbour or k of them.
    """
    known = np.flatnonzero(np.asarray(t) >= 0)
    found = np.full(len(vectors), np.nan)
    own_vectors, classes = vectors[known], np.asarray(t)[known]
    groups = np.unique(groups, return_inverse=True)[1][known]
    half_norms = (own_vectors ** 2).sum(axis=1) / 2
    for start in range(0, len(known), _QUERIES):
        part = slice(start, start + _QUERIES)
        barred = groups[part, None] == groups
        same = (classes[part, None] == classes) & ~barred
        counts = (~barred).sum(axis=1)
        if k is not None:
            if k < len(known):
                nearness = own_vectors[part] @ own_vectors.T - half_norms
                nearness[barred] = -np.inf
                nearest = np.argpartition(-nearness, k - 1, axis=1)[:, :k]
                same = np.take_along_axis(same, nearest, axis=1)
            counts = np.where(counts < k, 0, k)
        found[known[part]] = np.where(
            counts > 0, same.sum(axis=1) / np.maximum(counts, 1), np.nan)
    return found


def usable_neighbours(products: ProductSet) -> list[int]:
    """Those of :data:`NEIGHBOURS` that some product has, in some task."""
    groups = np.unique(products.groups, return_inverse=True)[1]
    most = 0
    for known in (products.t >= 0).T:
        of_groups = np.bincount(groups[known])
        # The members of the smallest group have most neighbours.
        most = max(most, known.sum() - of_groups[of_groups > 0].min(initial=known.sum()))
    return [k for k in NEIGHBOURS if k <= most]


def purity_figures(vectors: dict[str, list[np.ndarray]], maps: dict[str, np.ndarray],
                   rows: np.ndarray, products: ProductSet, tasks: Sequence[str],
                   neighbours: Sequence[int] = NEIGHBOURS) -> Figures:
    """Purities of all networks, of their maps, and of chance.

    Args:
        vectors: From each network to its (products, d) vectors, one array a seed.
        maps: From each network to the places (m, 2) of some products on its map.
        rows: (m,) rows of these products.
        products: The products.
        tasks: Tasks of the columns of ``products.t``.
        neighbours: The numbers k of neighbours; see :func:`usable_neighbours`.

    Returns:
        For each network, and for ``multi-task minus colour only``: from k and task to an
        :class:`~.statistics.Interval`; for ``map`` and ``chance``, to means.
    """
    groups = np.array(products.groups)
    t = products.t

    def all_tasks(own, t, groups, k):
        return np.stack([purity(own, column, groups, k) for column in t.T], axis=1)

    found = {name: {k: np.stack([all_tasks(own, t, groups, k) for own in of_seeds])
                    for k in neighbours} for name, of_seeds in vectors.items()}
    figures = {name: {k: predictions.accuracies(values, tasks, groups)
                      for k, values in of_name.items()} for name, of_name in found.items()}
    figures[f'{MULTI} minus {COLOUR}'] = {
        k: predictions.differences(found[MULTI][k], found[COLOUR][k], tasks, groups)
        for k in neighbours}
    figures['map'] = {name: {k: _means(all_tasks(own, t[rows], groups[rows], k), tasks)
                             for k in neighbours} for name, own in maps.items()}
    figures['chance'] = _means(all_tasks(vectors[MULTI][0], t, groups, None), tasks)
    return figures


def _means(values, tasks):
    known = [column for column in range(len(tasks)) if not np.isnan(values[:, column]).all()]
    means = {tasks[column]: float(np.nanmean(values[:, column])) for column in known}
    return {ALL: float(np.mean(list(means.values()))), **means}
