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

import copy
import dataclasses
import functools
import math
from collections.abc import Iterator, Sequence

import numpy as np

DRAWS = 2000
_CHUNK = 100  # draws at once: bounds the memory
#: Up to so many draws of a group are kept for the next intervals, mostly of the same groups.
_KEPT = 2 ** 23


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
    return _interval(_in_pairs(a, b), groups, level, draws, seed, -1, 1)


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
    values, some = _in_pairs(a, b), np.asarray(some)[:, None]
    of_some, of_others = np.where(some, values, np.nan), np.where(some, np.nan, values)
    known = ~(np.isnan(of_some).all(axis=(0, 1)) | np.isnan(of_others).all(axis=(0, 1)))
    return _interval(
        of_some[..., known], groups, level, draws, seed, -2, 2, of_others[..., known])


def weighted_mean(
        values: np.ndarray, weights: np.ndarray, level: float = 0.95, draws: int = DRAWS,
        seed: int = 0) -> Interval:
    """The weighted mean of what is drawn one by one, with its intervals.

    Args:
        values: (seeds, n), from -1 to 1.
        weights: (seeds, n), not negative; a value is drawn together with its weight.
        level, draws, seed: As in :func:`accuracy`.
    """
    return _interval(_as_array(values), range(np.shape(values)[1]), level, draws, seed, -1, 1,
                     weights=_as_array(weights))


def _in_pairs(a, b):
    """a - b, of the same shape and with the same labels missing."""
    a, b = _as_array(a), _as_array(b)
    if a.shape != b.shape:
        raise ValueError(f'cannot compare {a.shape} with {b.shape} in pairs')
    if (np.isnan(a) != np.isnan(b)).any():
        raise ValueError('cannot compare in pairs: a label is missing on one side only')
    return a - b


def _as_array(correct):
    correct = np.asarray(correct, np.float64)
    if correct.ndim == 2:
        correct = correct[..., None]
    if correct.ndim != 3:
        raise ValueError(
            f'found {correct.ndim} dimensions, expected (seeds, products) or (…, tasks)')
    return correct


def _interval(values, groups, level, draws, seed, lowest, highest, minus=None, weights=1.0):
    """The interval of the mean over the tasks of the (weighted) means over products.

    With ``minus``, the means of those are subtracted, task by task.
    """
    seeds, products, _ = values.shape
    if len(groups) != products:
        raise ValueError(f'{len(groups)} groups for {products} products')
    _, rows = np.unique(list(groups), return_inverse=True)
    sides = []
    for side in (values,) if minus is None else (values, minus):
        labelled = ~np.isnan(side)
        if not labelled.any(axis=1).all():
            raise ValueError('a task has no labelled product')
        sides.append((_by_group(np.where(labelled, side * weights, 0.0), rows),
                      _by_group(labelled * weights, rows)))
    number = int(rows.max()) + 1
    estimates = _means(np.ones((1, number)), sides)[0]    # (seeds,)
    times, rng = _times_drawn(seed, draws, number)
    drawn = np.concatenate([
        _means(some.astype(np.float64), sides) for some in times]).mean(axis=1)
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


def _times_drawn(seed, draws, groups):
    """How often each of the groups is drawn: parts of (draws, groups); and the generator behind."""
    if draws * groups > _KEPT:
        rng = np.random.default_rng(seed)
        return _drawn(rng, draws, groups), rng
    times, rng = _kept(seed, draws, groups)
    return times, copy.deepcopy(rng)    # each interval draws on from the same state


@functools.lru_cache(maxsize=8)
def _kept(seed, draws, groups):
    rng = np.random.default_rng(seed)
    # To draw them takes most of the time of an interval.
    return list(_drawn(rng, draws, groups)), rng


def _drawn(rng, draws, groups) -> Iterator[np.ndarray]:
    """In parts that bound the memory, and numbers as short as may be."""
    for start in range(0, draws, _CHUNK):
        size = min(_CHUNK, draws - start)
        yield rng.multinomial(groups, np.full(groups, 1 / groups), size).astype(
            np.min_scalar_type(groups))


def _means(weights, sides):
    """Mean over the tasks of the means over products, for each draw and seed: (draws, seeds).

    Of two sides, the second's means are subtracted.
    """
    means, known = 0.0, True
    # A draw may leave a task without any label, on either side: the mean is then over the other
    # tasks. A draw without any label at all is nan.
    with np.errstate(invalid='ignore'):
        for sign, side in zip((1, -1), sides):
            sums, counts = (np.tensordot(weights, values, (1, 1)) for values in side)
            means, known = means + sign * (sums / counts), known & (counts > 0)
        return np.where(known, means, 0.0).sum(axis=2) / known.sum(axis=2)


def _quantiles(drawn, level):
    low, high = np.nanquantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
