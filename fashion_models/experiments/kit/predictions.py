"""Answers of trained networks for held-out products, in the form that comparisons need."""


from collections.abc import Callable, Sequence

import chainer
import numpy as np

from fashion_models.data.batches import evaluation_batches
from fashion_models.data.products import ProductSet
from fashion_models.data.views import flattened
from fashion_models.devices import resolve
from fashion_models.experiments.kit import statistics
from fashion_models.training.evaluation import Evaluation, evaluate
from fashion_models.training.run import Run

#: The mean over the tasks, the article's "Multi-task".
ALL = 'all'


def evaluate_run(run: Run, products: ProductSet, which: str = 'best') -> Evaluation:
    """Evaluates the network of a run on products.

    Args:
        run (~fashion_models.training.run.Run): Whose.
        products (~fashion_models.data.products.ProductSet): On what.
        which (str): ``'best'`` or, for a fold that is held out, ``'last'`` snapshot.

    Returns:
        ~fashion_models.training.evaluation.Evaluation
    """
    model, device = _load(run, which)
    return evaluate(model, products, run.mean, device, progress=True)


def evaluate_images(
        run: Run, products: ProductSet, poolings: Sequence[Callable] = (np.mean, np.max),
        which: str = 'best') -> tuple:
    """Evaluates the network of a run as a single-image network.

    Args:
        run (~fashion_models.training.run.Run): Whose.
        products (~fashion_models.data.products.ProductSet): p products.
        poolings (sequence of callable): What makes one representation of those of a product's
            images, (n, d) and axis=0 -> (d,).
        which (str): ``'best'`` or ``'last'`` snapshot.

    Returns:
        tuple: The :class:`~fashion_models.training.evaluation.Evaluation` of the images, each by
        itself, in the order of :func:`~fashion_models.data.views.flattened`; and a list with that
        of the products for each pooling.
    """
    model, device = _load(run, which)
    images = flattened(products)
    vectors = _represent(model, images, run.mean, device)
    starts = np.cumsum([0, *map(len, products.images)])
    pooled = [
        np.stack([pooling(vectors[start:end], axis=0) for start, end in zip(starts, starts[1:])])
        for pooling in poolings]
    return (
        _classify(model, vectors, images.t, device),
        [_classify(model, vectors, products.t, device) for vectors in pooled])


def _load(run, which):
    device = resolve(run.recipe.training.devices)[0]
    model = run.load_model(which)
    model.to_device(device)
    return model, device


def _represent(model, products, mean, device):
    vectors = np.empty((len(products), model.encoder.out_size), np.float32)
    device.use()
    with (evaluation_batches(products, mean) as batches,
          chainer.using_config('train', False), chainer.no_backprop_mode()):
        for batch in batches:
            vectors[batch.products] = chainer.cuda.to_cpu(
                model.encoder(device.send(batch.x)).array)
    return vectors


def _classify(model, vectors, t, device):
    with chainer.using_config('train', False), chainer.no_backprop_mode():
        ys = model.classify(device.send(np.ascontiguousarray(vectors)))
        scores = [chainer.cuda.to_cpu(chainer.functions.log_softmax(y).array) for y in ys]
    return Evaluation(dict(zip(model.tasks, scores)), t)


def correct(evaluations: list[Evaluation], others: np.ndarray | None = None) -> np.ndarray:
    """Whether each answer is right, 1 or 0, and nan without a label: (seeds, products, tasks).

    Args:
        evaluations (list of ~fashion_models.training.evaluation.Evaluation): One a seed, on the
            same products.
        others (numpy.ndarray): (products, tasks, k) int32, further labels to take for right.
    """
    return np.stack([
        np.where(evaluation.t >= 0, evaluation.right(others), np.nan)
        for evaluation in evaluations])


def in_top(evaluations: list[Evaluation], k: int) -> np.ndarray:
    """As :func:`correct`, whether the label is among the k that are ranked first."""
    results = []
    for evaluation in evaluations:
        columns = []
        for y, t in zip(evaluation.log_probabilities.values(), evaluation.t.T):
            own = y[np.arange(len(t)), t]
            columns.append(np.where(t >= 0, (y > own[:, None]).sum(axis=1) < k, np.nan))
        results.append(np.stack(columns, axis=1))
    return np.stack(results)


def over_images(image_correct: np.ndarray, products) -> np.ndarray:
    """The mean over each product's images: (seeds, images, tasks) -> (seeds, products, tasks)."""
    counts = np.array([len(images) for images in products.images])
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    return np.add.reduceat(image_correct, starts, axis=1) / counts[:, None]


def accuracies(values: np.ndarray, tasks: Sequence[str], groups: Sequence[str]) -> dict:
    """The intervals of :func:`.statistics.accuracy` for all tasks together and for each.

    Args:
        values: (seeds, products, tasks), as :func:`correct` gives them.
        tasks (sequence of str): The tasks' names.
        groups (sequence of str): (products,).

    Returns:
        dict: From :data:`ALL` and each task to :class:`~.statistics.Interval`; a task without
        labels among the products is absent.
    """
    return _by_task(lambda a: statistics.accuracy(a, groups), tasks, values)


def differences(a: np.ndarray, b: np.ndarray, tasks: Sequence[str], groups: Sequence[str]) -> dict:
    """As :func:`accuracies`, those of :func:`.statistics.difference`."""
    return _by_task(lambda a, b: statistics.difference(a, b, groups), tasks, a, b)


def _by_task(function, tasks, *values):
    known = np.flatnonzero(~np.isnan(values[0]).all(axis=(0, 1)))
    found = {ALL: function(*(part[..., known] for part in values))}
    for column in known:
        found[tasks[column]] = function(*(part[..., column] for part in values))
    return found
