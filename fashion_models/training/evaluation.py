"""Accuracy over products, every product once with all its images."""

import dataclasses
import itertools
import os
from collections.abc import Callable

import chainer
import numpy as np
import tqdm
from chainer import training

from fashion_models.arrays import require_finite
from fashion_models.data.batches import evaluation_batches
from fashion_models.data.products import FIRST, ProductSet
from fashion_models.data.vocabulary import MISSING
from fashion_models.links import MultiTaskClassifier, multi_task_loss
from fashion_models.processes import Processes


@dataclasses.dataclass(frozen=True)
class Evaluation:
    """What a model says of a set of products.

    Attributes:
        log_probabilities: From each task to (products, classes) float32.
        t: (products, tasks) int32, MISSING where there is no label and UNKNOWN where it is not in
            the vocabulary (see :mod:`~fashion_models.data.vocabulary`).
    """

    log_probabilities: dict[str, np.ndarray]
    t: np.ndarray

    def of_rows(self, rows: np.ndarray) -> 'Evaluation':
        """What it says of the products in these rows (n,)."""
        return Evaluation({task: y[rows] for task, y in self.log_probabilities.items()},
                          self.t[rows])

    @property
    def predicted(self) -> np.ndarray:
        """(products, tasks): the class ranked first."""
        return np.stack([y.argmax(axis=1) for y in self.log_probabilities.values()], axis=1)

    def right(self, others: np.ndarray | None = None) -> np.ndarray:
        """(products, tasks) bool: whether the class ranked first is the label, or one of others.

        Args:
            others: (products, tasks, k) int32, further labels that count as right, as in
                :class:`~fashion_models.data.products.ProductSet`; ``None`` for none.
        """
        right = self.predicted == self.t
        return right if others is None else (
            right | (self.predicted[..., None] == others).any(axis=2))

    @property
    def accuracies(self) -> dict[str, float]:
        """From each task to the share of its labelled products that are right; nan without any.

        A product whose label the vocabulary lacks is labelled, and always wrong.
        """
        return self.accuracies_with(None)

    def accuracies_with(self, others: np.ndarray | None) -> dict[str, float]:
        """As :attr:`accuracies`, with further labels counted as right; see :meth:`right`."""
        return {
            task: _mean(right, t != MISSING)
            for task, right, t in zip(self.log_probabilities, self.right(others).T, self.t.T)}

    @property
    def accuracy(self) -> float:
        """Global accuracy, the article's "Multi-task": the mean of the tasks' accuracies."""
        return float(np.nanmean(list(self.accuracies.values())))

    def loss(
            self, function: Callable = multi_task_loss,
            others: np.ndarray | None = None) -> float:
        """What training minimises, over all products at once.

        Args:
            function: As of :func:`~fashion_models.links.multi_task_loss`.
            others: As of :meth:`right`.
        """
        with chainer.no_backprop_mode():
            ys = [chainer.Variable(y) for y in self.log_probabilities.values()]
            # A label that no class stands for has no loss.
            t = np.maximum(self.t, MISSING)
            return float(function(ys, t, others=others).array)


def _mean(values, selected):
    return float(values[selected].mean()) if selected.any() else float('nan')


def evaluate(
        model: MultiTaskClassifier, products: ProductSet, mean: np.ndarray,
        device: chainer.backend.Device, progress: bool = False,
        processes: Processes | None = None,
        whose: str | os.PathLike = 'training') -> Evaluation:
    """Classifies every product of a set once, with all its images, cropped in the centre.

    Args:
        model: On ``device``.
        products: At least one.
        mean: (3, size, size) float32.
        device: Where to compute.
        progress: Whether to show a progress bar.
        processes: Those that share the products, all with the same model; each learns what the
            model says of all of them.
        whose: What an error names: the folder of the model's run.

    Returns:
        What the model says of each product; how products share batches changes rounding only.

    Raises:
        UserError: It says something that is not finite.
    """
    rows, scores = [], []
    processes = processes or Processes()
    device.use()
    bar = tqdm.tqdm(
        total=len(products), desc='evaluating', unit=' products', leave=False,
        disable=None if progress else True)
    part = processes.rank, processes.size
    with (bar, evaluation_batches(products, mean, part=part) as batches,
          chainer.using_config('train', False), chainer.no_backprop_mode()):
        for batch in batches:
            ys = [chainer.cuda.to_cpu(y.array) for y in model(device.send(batch.x))]
            scores.append([_log_softmax(require_finite(y, whose)) for y in ys])
            rows.append(batch.products)
            bar.update(len(batch.products))
    rows, scores = (itertools.chain(*parts) for parts in zip(*processes.gather((rows, scores))))
    order = np.argsort(np.concatenate(list(rows)))
    return Evaluation(
        {task: np.concatenate(parts)[order] for task, parts in zip(model.tasks, zip(*scores))},
        products.t)


def average_over_images(images: Evaluation, products: ProductSet) -> Evaluation:
    """What a single-image network says of products: the mean of what it says of their images.

    Args:
        images: Of the images, in the order of
            :func:`~fashion_models.data.views.flattened`.
        products: Not flattened.

    Returns:
        Of the products; each class has the mean of its probabilities.
    """
    counts = np.array([len(own) for own in products.images])
    first = np.cumsum(counts) - counts
    # Of the logarithms, since a probability may be too small for a number.
    averaged = {
        task: np.logaddexp.reduceat(y, first) - np.log(counts[:, None]).astype(y.dtype)
        for task, y in images.log_probabilities.items()}
    return Evaluation(averaged, products.t)


def _log_softmax(y):
    y = y - y.max(axis=1, keepdims=True)
    return y - np.log(np.exp(y).sum(axis=1, keepdims=True))


def majority_accuracies(train_t: np.ndarray, t: np.ndarray) -> list[float]:
    """Accuracy, for each task, of always answering the training split's commonest class."""
    accuracies = []
    for seen, wanted in zip(train_t.T, t.T):
        commonest = np.bincount(seen[seen >= 0]).argmax() if (seen >= 0).any() else -1
        accuracies.append(_mean(wanted == commonest, wanted != MISSING))
    return accuracies


class ValidationEvaluation(training.Extension):
    """Evaluates the master after each epoch and reports ``validation/loss``, ``…/<task>``, etc.

    Several processes share the products, all with the first one's master.

    The loss is what training minimises, which tells the best epoch: with ``accepted='all'`` any of
    a product's labels is right. Accuracies are those of the first label in any case.
    """

    trigger = 1, 'epoch'
    priority = training.PRIORITY_WRITER
    name = 'validation'

    def __init__(
            self, products: ProductSet, mean: np.ndarray, progress: bool = True,
            accepted: str = FIRST, loss: Callable = multi_task_loss):
        self._products = products
        self._others = products.others_to_learn(accepted)
        self._mean = mean
        self._progress = progress
        self._loss = loss

    def __call__(self, trainer: chainer.training.Trainer) -> None:
        """Reports loss, global accuracy and accuracy of each task."""
        updater = trainer.updater
        updater.share_master()
        evaluation = evaluate(
            updater.master, self._products, self._mean, updater.devices[0], self._progress,
            updater.processes)
        chainer.report({
            'validation/loss': evaluation.loss(self._loss, self._others),
            'validation/accuracy': evaluation.accuracy,
            **{f'validation/{task}': value for task, value in evaluation.accuracies.items()
               if not np.isnan(value)}})
