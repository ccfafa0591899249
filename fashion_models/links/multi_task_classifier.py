"""Five labels from one representation: the article's multi-task network and its loss."""

import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

from fashion_models import functions


class MultiTaskClassifier(chainer.Chain):
    """An encoder with one linear classifier (head) a task.

    Args:
        encoder (~chainer.Chain): Turns x into representations (b, encoder.out_size).
        classes (dict): From each task's name to its number of classes, in the order of the columns
            of t. One task makes the single-task network.
    """

    def __init__(self, encoder, classes):
        super().__init__()
        self.tasks = tuple(classes)
        with self.init_scope():
            self.encoder = encoder
            self.heads = chainer.Chain(**{
                task: L.Linear(encoder.out_size, number) for task, number in classes.items()})

    def forward(self, x):
        """Scores of all classes of all tasks.

        Args:
            x: (b, 3 * n, h, w) float32.

        Returns:
            list of ~chainer.Variable: For each task, (b, classes) unnormalised log probabilities.
        """
        return self.classify(self.encoder(x))

    def classify(self, representation):
        """Scores as of :meth:`forward`, from representations (b, encoder.out_size)."""
        return [
            functions.linear(representation, self.heads[task].W, self.heads[task].b)
            for task in self.tasks]

    def layers(self, x):
        """Yields the name and the values of each layer, the encoder's first."""
        for name, h in self.encoder.layers(x):
            yield f'encoder/{name}', h
        for task, y in zip(self.tasks, self.classify(h)):
            yield f'heads/{task}', y


def multi_task_loss(ys, t, labelled=None, others=None):
    """Mean over the tasks of each task's mean cross entropy over its labelled products.

    The article averages the five losses. A product without a label for a task takes no part in that
    task's loss; a task without any label in the batch contributes 0.

    Args:
        ys (list): For each task, (b, classes) unnormalised log probabilities.
        t: (b, tasks) int32, -1 where a label is missing.
        labelled: (tasks,) how many labelled products each task has in the whole batch, when ``t``
            is one device's share of it. The losses of all shares then sum to the loss of the batch,
            however unevenly the missing labels fall.
        others: (b, tasks, k) int32, further labels that are right, -1 where there are fewer than k;
            ``None`` for none. See :func:`~fashion_models.functions.softmax_cross_entropy`.

    Returns:
        ~chainer.Variable: Scalar.
    """
    here = count_labelled(t)
    whole = here if labelled is None else labelled
    losses = [
        functions.softmax_cross_entropy(
            y, t[:, task], None if others is None else others[:, task])
        * float(here[task] / whole[task])
        for task, y in enumerate(ys) if here[task]]
    if not losses:
        # Zero, but connected to the parameters, so that backward works and gives zeros.
        return F.sum(ys[0]) * 0.0
    return sum(losses) / float(len(ys))


def count_labelled(t):
    """How many products of t (b, tasks) have a label, for each task: (tasks,) on the CPU."""
    return np.asarray(chainer.cuda.to_cpu((t >= 0).sum(axis=0)))


def count_correct(ys, t):
    """For each task, how many labelled products have their label ranked first: (tasks,) int."""
    return np.array([
        int(((y.array.argmax(axis=1) == t[:, task]) & (t[:, task] >= 0)).sum())
        for task, y in enumerate(ys)])
