"""Confidence intervals over products and over seeds: is a difference more than chance?

Two networks are compared on the same products and seed by seed, so that the difficulty of a product
and the luck of a seed cancel out. Two sources of chance remain:

* **Which products** the split holds. Groups of products (the colours of a design) are resampled
  with replacement, many times: the paired bootstrap (Efron & Tibshirani, 1993, chapter 16).
* **Which seeds** the networks were trained with. Three are too few to resample: the bootstrap's
  interval would contain the truth in 3 of 4 cases instead of 19 of 20 (see the tests). Instead,
  their mean is given the spread of Student's t, with one degree of freedom fewer than seeds.

For an interval over both, a draw of each is added.
"""

import dataclasses
import math
from collections.abc import Sequence

import numpy as np

DRAWS = 2000
_CHUNK = 100  # draws at once: bounds the memory


@dataclasses.dataclass(frozen=True)
class Interval:
    """An estimate with its confidence intervals.

    Attributes:
        value: The estimate.
        products: Its interval over products, for just these seeds.
        both: Its interval over products and seeds; ``None`` with one seed, which says nothing
            about others.
        level: How often such an interval contains the truth.
    """

    value: float
    products: tuple[float, float]
    both: tuple[float, float] | None
    level: float = 0.95

    @property
    def widest(self) -> tuple[float, float]:
        """:attr:`both`, or :attr:`products` with one seed."""
        return self.products if self.both is None else self.both

    def range(self) -> str:
        """The ends of :attr:`widest`, as text."""
        return '{:.3f} to {:.3f}'.format(*self.widest)

    def record(self) -> dict[str, float | list[float] | None]:
        """The interval as JSON-ready values."""
        return {
            'value': self.value, 'products': list(self.products),
            'both': None if self.both is None else list(self.both), 'level': self.level}

    def __str__(self):
        low, high = self.widest
        return f'{self.value:+.3f} [{low:+.3f}, {high:+.3f}]'


def accuracy(
        correct: np.ndarray, groups: Sequence[str], level: float = 0.95, draws: int = DRAWS,
        seed: int = 0, highest: float = 1) -> Interval:
    """An accuracy with its intervals.

    Args:
        correct: (seeds, products) or (seeds, products, tasks): how right the answer for each
            product is, from 0 to 1, and nan where it has no label. For several tasks, the mean of
            their accuracies is taken, the article's "Multi-task".
        groups: (products,) the group of each product: a group is drawn as a whole.
        level: How often the interval should contain the truth.
        draws: How often the groups are drawn.
        seed: The same seed gives the same interval.
        highest: What ``correct`` can be at most, if it counts something.

    Raises:
        ValueError: If the shapes do not fit, or a task has no labelled product.
    """
    return _interval(_as_array(correct), groups, level, draws, seed, 0, highest)


def difference(
        a: np.ndarray, b: np.ndarray, groups: Sequence[str], level: float = 0.95,
        draws: int = DRAWS, seed: int = 0) -> Interval:
    """How much more accurate ``a`` is than ``b``, on the same products and seed by seed.

    Args:
        a: As ``correct`` in :func:`accuracy`.
        b: Of the same shape, with the same labels missing.
        groups, level, draws, seed: As in :func:`accuracy`.
    """
    a, b = _as_array(a), _as_array(b)
    if a.shape != b.shape:
        raise ValueError(f'cannot compare {a.shape} with {b.shape} in pairs')
    if (np.isnan(a) != np.isnan(b)).any():
        raise ValueError('cannot compare in pairs: a label is missing on one side only')
    return _interval(a - b, groups, level, draws, seed, -1, 1)


def contrast(
        a: np.ndarray, b: np.ndarray, some: np.ndarray, groups: Sequence[str], level: float = 0.95,
        draws: int = DRAWS, seed: int = 0) -> Interval:
    """How much larger the difference of ``a`` and ``b`` is on some products than on the others.

    Args:
        a, b: (seeds, products) or (seeds, products, tasks), as in :func:`difference`. A task is
            left out if either set of products has no labels in it.
        some: (products,) bool.
        groups, level, draws, seed: As in :func:`accuracy`.
    """
    a, b = _as_array(a), _as_array(b)
    some = np.asarray(some)[:, None]

    def side_by_side(of_some, of_others):
        return np.concatenate(
            [np.where(some, of_some, np.nan), np.where(some, np.nan, of_others)], axis=2)

    # The mean over twice as many columns, with the others' negated, is half the contrast.
    a, b = side_by_side(a, b), side_by_side(b, a)
    known = ~np.isnan(a).all(axis=(0, 1))
    known = np.tile(known.reshape(2, -1).all(axis=0), 2)
    half = difference(a[..., known], b[..., known], groups, level, draws, seed)
    return dataclasses.replace(half, value=2 * half.value, **{
        name: ends and tuple(2 * end for end in ends)
        for name, ends in (('products', half.products), ('both', half.both))})


def _as_array(correct):
    correct = np.asarray(correct, np.float64)
    if correct.ndim == 2:
        correct = correct[..., None]
    if correct.ndim != 3:
        raise ValueError(
            f'found {correct.ndim} dimensions, expected (seeds, products) or (…, tasks)')
    return correct


def _interval(values, groups, level, draws, seed, lowest, highest):
    seeds, products, _ = values.shape
    if len(groups) != products:
        raise ValueError(f'{len(groups)} groups for {products} products')
    labelled = ~np.isnan(values)
    if not labelled.any(axis=1).all():
        raise ValueError('a task has no labelled product')
    _, rows = np.unique(list(groups), return_inverse=True)
    sums = _by_group(np.where(labelled, values, 0.0), rows)
    counts = _by_group(labelled.astype(np.float64), rows)
    rng = np.random.default_rng(seed)
    estimates = _means(np.ones((1, sums.shape[1])), sums, counts)[0]    # (seeds,)
    drawn = np.concatenate([
        _means(_weights(rng, size, sums.shape[1]), sums, counts)
        for size in _chunks(draws)]).mean(axis=1)
    both = None
    if seeds > 1:
        spread = estimates.std(ddof=1) / math.sqrt(seeds)
        # Student's t does not know the bounds of an accuracy.
        both = _quantiles(np.clip(
            drawn + spread * rng.standard_t(seeds - 1, draws), lowest, highest), level)
    return Interval(float(estimates.mean()), _quantiles(drawn, level), both, level)


def _by_group(values, rows):
    """Sums over the products of each group: (seeds, products, tasks) -> (seeds, groups, tasks)."""
    sums = np.zeros((len(values), rows.max() + 1, values.shape[2]))
    for own, of_seed in zip(sums, values):
        np.add.at(own, rows, of_seed)
    return sums


def _weights(rng, draws, groups):
    """How often each of the groups is drawn: (draws, groups)."""
    return rng.multinomial(groups, np.full(groups, 1 / groups), draws).astype(np.float64)


def _chunks(draws):
    return [min(_CHUNK, draws - start) for start in range(0, draws, _CHUNK)]


def _means(weights, sums, counts):
    """Mean over the tasks of the means over products, for each draw and seed: (draws, seeds)."""
    sums, counts = (np.tensordot(weights, values, (1, 1)) for values in (sums, counts))
    # A draw may leave a task without any label: the mean is then over the other tasks. A draw
    # without any label at all is nan.
    with np.errstate(invalid='ignore'):
        accuracies, known = sums / counts, counts > 0
        return np.where(known, accuracies, 0.0).sum(axis=2) / known.sum(axis=2)


def _quantiles(drawn, level):
    low, high = np.nanquantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
