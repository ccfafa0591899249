"""Answers of trained networks for held-out products, in the form that comparisons need."""

from collections.abc import Callable, Sequence

import numpy as np
import tqdm
from chainer.functions import log_softmax

from fashion_models.data.products import ProductSet
from fashion_models.data.views import flattened
from fashion_models.experiments.kit import statistics
from fashion_models.experiments.kit.statistics import Interval
from fashion_models.representation.encoder import Encoder
from fashion_models.training.evaluation import Evaluation
from fashion_models.training.run import Run

#: The mean over the tasks, the article's "Multi-task".
ALL = 'all'


def evaluate_run(run: Run, products: ProductSet, which: str = 'best',
                 precision: str = 'float32') -> Evaluation:
    """Evaluates the network of a run on products.

    Args:
        run: The run.
        products: The products, each with all its images.
        which: ``'best'`` or, for a fold that is held out, ``'last'`` snapshot.
        precision: Of the network's products.
    """
    encoder = _encoder(run, which, precision)
    return _classify(encoder, _activations(encoder, products), products.t)


def evaluate_images(
        run: Run, products: ProductSet,
        poolings: Sequence[Callable[..., np.ndarray]] = (np.mean, np.max),
        which: str = 'best') -> tuple[Evaluation, list[Evaluation]]:
    """Evaluates the network of a run as a single-image network.

    Args:
        run: The run.
        products: p products.
        poolings: Functions that pool the representations of a product's images:
            (n, d) and ``axis=0`` -> (d,).
        which: ``'best'`` or ``'last'`` snapshot.

    Returns:
        The evaluation of the images, each by itself, in the order of
        :func:`~fashion_models.data.views.flattened`; and, for each pooling, that of the products.
    """
    encoder = _encoder(run, which)
    images = flattened(products)
    vectors = _activations(encoder, images)
    starts = np.cumsum([0, *map(len, products.images)])
    pooled = [
        np.stack([pooling(vectors[start:end], axis=0) for start, end in zip(starts, starts[1:])])
        for pooling in poolings]
    return (
        _classify(encoder, vectors, images.t),
        [_classify(encoder, vectors, products.t) for vectors in pooled])


def _encoder(run: Run, which: str, precision: str = 'float32') -> Encoder:
    return Encoder(run, which, run.devices, precision=precision)


def _activations(encoder: Encoder, products: ProductSet) -> np.ndarray:
    """The network's last layer for each product, with a progress bar: (products, d)."""
    with tqdm.tqdm(total=sum(map(len, products.images)), desc='evaluating', unit=' images',
                   leave=False, disable=None) as bar:
        return encoder.embed_set(products, unit=False, done=bar.update)


def _classify(encoder: Encoder, vectors: np.ndarray, t: np.ndarray) -> Evaluation:
    scores = [log_softmax(y).array for y in encoder.scores(vectors)]
    return Evaluation(dict(zip(encoder.model.tasks, scores)), t)


def correct(evaluations: list[Evaluation], others: np.ndarray | None = None) -> np.ndarray:
    """Whether each answer is right, 1 or 0, and nan without a label: (seeds, products, tasks).

    Args:
        evaluations: One a seed, on the same products.
        others: (products, tasks, k) int32, further labels to accept as right.
    """
    return np.stack([
        np.where(evaluation.t >= 0, evaluation.right(others), np.nan)
        for evaluation in evaluations])


def in_top(evaluations: list[Evaluation], k: int) -> np.ndarray:
    """Like :func:`correct`: whether the label is among the first k."""
    results = []
    for evaluation in evaluations:
        columns = []
        for y, t in zip(evaluation.log_probabilities.values(), evaluation.t.T):
            own = y[np.arange(len(t)), t]
            columns.append(np.where(t >= 0, (y > own[:, None]).sum(axis=1) < k, np.nan))
        results.append(np.stack(columns, axis=1))
    return np.stack(results)


def over_images(image_correct: np.ndarray, products: ProductSet) -> np.ndarray:
    """The mean over each product's images: (seeds, images, tasks) -> (seeds, products, tasks)."""
    counts = np.array([len(images) for images in products.images])
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    return np.add.reduceat(image_correct, starts, axis=1) / counts[:, None]


def accuracies(
        values: np.ndarray, tasks: Sequence[str], groups: Sequence[str]) -> dict[str, Interval]:
    """The intervals of :func:`.statistics.accuracy`, for all tasks together and for each.

    Args:
        values: (seeds, products, tasks), as :func:`correct` returns them.
        tasks: Names of the tasks.
        groups: (products,)

    Returns:
        From :data:`ALL` and each task to its interval; a task without labels among the products is
        left out.
    """
    return _by_task(lambda a: statistics.accuracy(a, groups), tasks, values)


def differences(a: np.ndarray, b: np.ndarray, tasks: Sequence[str],
                groups: Sequence[str]) -> dict[str, Interval]:
    """Like :func:`accuracies`: the intervals of :func:`.statistics.difference`."""
    return _by_task(lambda a, b: statistics.difference(a, b, groups), tasks, a, b)


def _by_task(function: Callable[..., Interval], tasks: Sequence[str],
             *values: np.ndarray) -> dict[str, Interval]:
    known = np.flatnonzero(~np.isnan(values[0]).all(axis=(0, 1)))
    found = {ALL: function(*(part[..., known] for part in values))}
    for column in known:
        found[tasks[column]] = function(*(part[..., column] for part in values))
    return found
