"""Accuracy over products, every product once with all its images."""

import dataclasses

import chainer
import numpy as np
import tqdm
from chainer import training

from fashion_models.data.batches import evaluation_batches
from fashion_models.data.products import FIRST
from fashion_models.data.views import flattened
from fashion_models.links import multi_task_loss


@dataclasses.dataclass(frozen=True)
class Evaluation:
    """What a model says of a set of products.

    Attributes:
        log_probabilities (dict): From each task to (products, classes) float32.
        t (numpy.ndarray): (products, tasks) int32, -1 where a label is missing.
    """

    log_probabilities: dict
    t: np.ndarray

    @property
    def predicted(self):
        """(products, tasks): the class ranked first."""
        return np.stack([y.argmax(axis=1) for y in self.log_probabilities.values()], axis=1)

    def right(self, others=None):
        """(products, tasks) bool: whether the class ranked first is the label, or one of others.

        Args:
            others (numpy.ndarray): (products, tasks, k) int32, further labels to take for right, as
                of :class:`~fashion_models.data.products.ProductSet`; or ``None``.
        """
        right = self.predicted == self.t
        return right if others is None else (
            right | (self.predicted[..., None] == others).any(axis=2))

    @property
    def accuracies(self):
        """From each task to the share of its labelled products that are right; nan without any."""
        return self.accuracies_with(None)

    def accuracies_with(self, others):
        """As :attr:`accuracies`, others being right, too; see :meth:`right`."""
        return {
            task: _mean(right, t >= 0)
            for task, right, t in zip(self.log_probabilities, self.right(others).T, self.t.T)}

    @property
    def accuracy(self):
        """Global accuracy, the article's "Multi-task": the mean of the tasks' accuracies."""
        return float(np.nanmean(list(self.accuracies.values())))

    def loss(self, function=multi_task_loss, others=None) -> float:
        """What training minimises, over all products at once.

        Args:
            function (callable): As of :func:`~fashion_models.links.multi_task_loss`.
            others (numpy.ndarray): As of :meth:`right`.
        """
        with chainer.no_backprop_mode():
            ys = [chainer.Variable(y) for y in self.log_probabilities.values()]
            return float(function(ys, self.t, others=others).array)


def _mean(values, selected):
    return float(values[selected].mean()) if selected.any() else float('nan')


def evaluate(model, products, mean, device, progress=False):
    """Classifies every product of a set once, with all its images, cropped in the centre.

    Args:
        model (~fashion_models.links.MultiTaskClassifier): On ``device``.
        products (~fashion_models.data.products.ProductSet): At least one.
        mean (numpy.ndarray): (3, size, size) float32.
        device (~chainer.backend.Device): Where to compute.
        progress (bool): Whether to show a progress bar.

    Returns:
        Evaluation: Accuracies are over products (micro-averaged), whatever the batches were.
    """
    rows, scores = [], []
    device.use()
    bar = tqdm.tqdm(
        total=len(products), desc='evaluating', unit=' products', leave=False,
        disable=None if progress else True)
    with bar, chainer.using_config('train', False), chainer.no_backprop_mode():
        for batch in evaluation_batches(products, mean):
            ys = model(device.send(batch.x))
            scores.append([_log_softmax(chainer.cuda.to_cpu(y.array)) for y in ys])
            rows.append(batch.products)
            bar.update(len(batch.products))
    order = np.argsort(np.concatenate(rows))
    return Evaluation(
        {task: np.concatenate(parts)[order] for task, parts in zip(model.tasks, zip(*scores))},
        products.t)


def evaluate_images(model, products, mean, device, progress=False):
    """Classifies every image of a set by itself, as a single-image network is meant to.

    Args:
        model (~fashion_models.links.MultiTaskClassifier): On ``device``.
        products (~fashion_models.data.products.ProductSet): At least one, not flattened.
        mean (numpy.ndarray): (3, size, size) float32.
        device (~chainer.backend.Device): Where to compute.
        progress (bool): Whether to show a progress bar.

    Returns:
        tuple: Two :class:`Evaluation`: of the images, in the order of
        :func:`~fashion_models.data.views.flattened`; and of the products, each class having the
        mean of its probabilities over the product's images.
    """
    images = evaluate(model, flattened(products), mean, device, progress)
    return images, average_over_images(images, products)


def average_over_images(images, products):
    """What a single-image network says of products: the mean of what it says of their images.

    Args:
        images (Evaluation): Of the images, in the order of
            :func:`~fashion_models.data.views.flattened`.
        products (~fashion_models.data.products.ProductSet): Not flattened.

    Returns:
        Evaluation: Of the products; each class has the mean of its probabilities.
    """
    counts = np.array([len(own) for own in products.images])
    first = np.cumsum(counts) - counts
    averaged = {
        task: np.log(np.add.reduceat(np.exp(y), first) / counts[:, None].astype(y.dtype))
        for task, y in images.log_probabilities.items()}
    return Evaluation(averaged, products.t)


def _log_softmax(y):
    y = y - y.max(axis=1, keepdims=True)
    return y - np.log(np.exp(y).sum(axis=1, keepdims=True))


def majority_accuracies(train_t, t):
    """Accuracy, for each task, of always answering the training split's commonest class."""
    accuracies = []
    for seen, wanted in zip(train_t.T, t.T):
        commonest = np.bincount(seen[seen >= 0]).argmax() if (seen >= 0).any() else -1
        accuracies.append(_mean(wanted == commonest, wanted >= 0))
    return accuracies


class ValidationEvaluation(training.Extension):
    """Evaluates the master after each epoch and reports ``validation/loss``, ``…/<task>``, etc.

    The loss is what training minimises, which tells the best epoch: with ``accepted='all'`` any of
    a product's labels is right. Accuracies are those of the first label in any case.
    """

    trigger = 1, 'epoch'
    priority = training.PRIORITY_WRITER
    name = 'validation'

    def __init__(
            self, products, mean, progress=True, accepted=FIRST, loss=multi_task_loss):
        self._products = products
        self._others = products.others_to_learn(accepted)
        self._mean = mean
        self._progress = progress
        self._loss = loss

    def __call__(self, trainer):
        """Reports loss, global accuracy and accuracy of each task."""
        updater = trainer.updater
        evaluation = evaluate(
            updater.master, self._products, self._mean, updater.devices[0], self._progress)
        chainer.report({
            'validation/loss': evaluation.loss(self._loss, self._others),
            'validation/accuracy': evaluation.accuracy,
            **{f'validation/{task}': value for task, value in evaluation.accuracies.items()
               if not np.isnan(value)}})
