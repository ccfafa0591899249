"""How much of the energy of first-layer filters is colour."""

import numpy as np

from fashion_models.experiments.kit import statistics
from fashion_models.experiments.kit.results import Figures
from fashion_models.experiments.kit.statistics import Interval

TRAINED, LEARNT, STARTED = 'trained', 'learnt part', 'start'


def minus_images(W: np.ndarray, share: float) -> Interval:
    """The chromatic share of the energy of filters (seeds, filters, 3, k, k) minus the images'."""
    energy = (W ** 2).sum(axis=(-3, -2, -1))
    return statistics.weighted_mean(chromatic_shares(W) - share, energy)


def learnt(trained: np.ndarray, started: np.ndarray) -> np.ndarray:
    """What training has added to each filter: the filter without its projection on the start.

    Args:
        trained: (…, 3, height, width)
        started: Of the same shape.
    """
    axes = (-3, -2, -1)
    trained, started = (np.asarray(W, np.float64) for W in (trained, started))
    along = (trained * started).sum(axes, keepdims=True) / (started ** 2).sum(axes, keepdims=True)
    return trained - along * started


def chromatic_shares(W: np.ndarray) -> np.ndarray:
    """The share of each filter's energy that is colour.

    Args:
        W: (…, 3, height, width)

    Returns:
        (…) from 0 to 1; 0 for a filter without any energy.
    """
    W = np.asarray(W, np.float64)
    chromatic = ((W - W.mean(axis=-3, keepdims=True)) ** 2).sum(axis=(-3, -2, -1))
    energy = (W ** 2).sum(axis=(-3, -2, -1))
    return np.divide(chromatic, energy, out=np.zeros_like(energy), where=energy > 0)


def shares(W: np.ndarray) -> Figures:
    """The figures of the filters of several seeds, (seeds, filters, 3, k, k)."""
    found = chromatic_shares(W)
    return {
        'chromatic_share': statistics.accuracy(found, range(found.shape[1])),
        'of_all_energy': np.average(found, weights=(W ** 2).sum(axis=(-3, -2, -1))),
        'mostly_colour': np.mean(found > 0.5), 'by_filter': found}
