"""The loss that a network is trained with, and by which its best epoch is chosen."""

from collections.abc import Sequence

import chainer
import chainer.functions as F
import numpy as np

from fashion_models import functions

#: From its name in a recipe to the loss of one task: (scores, t, others, smoothing) -> scalar, the
#: mean over the labelled products.
LOSSES = {'cross_entropy': functions.softmax_cross_entropy}
#: How the losses of the tasks become one.
MEAN, SUM = COMBINATIONS = 'mean', 'sum'


def multi_task_loss(
        ys: Sequence, t, labelled=None, others=None, *, loss: str = 'cross_entropy',
        combine: str = MEAN, weights: Sequence[float] | None = None,
        smoothing: float = 0.0) -> chainer.Variable:
    """The tasks' losses, each a mean over its labelled products, averaged or summed.

    The article averages the five losses. A product without a label for a task takes no part in that
    task's loss; a task without any label in the batch contributes 0.

    Args:
        ys (list): For each task, (b, classes) unnormalised log probabilities.
        t: (b, tasks) int32, negative where a label is missing.
        labelled: (tasks,) how many labelled products each task has in the whole batch, when ``t``
            is one device's share of it. The losses of all shares then sum to the loss of the batch,
            however unevenly the missing labels fall.
        others: (b, tasks, k) int32, further labels that are right, -1 where there are fewer than k;
            ``None`` for none. See :func:`~fashion_models.functions.softmax_cross_entropy`.
        loss: Which loss each task has, of ``LOSSES``.
        combine: ``'mean'`` or ``'sum'`` over the tasks.
        weights: (tasks,) of the tasks; all 1 if ``None``. A mean is divided by their sum.
        smoothing: Share of each target that is spread evenly over the task's classes.

    Returns:
        ~chainer.Variable: Scalar.
    """
    of_task = LOSSES[loss]
    weights = [1.0] * len(ys) if weights is None else weights
    t = chainer.backend.get_array_module(t).maximum(t, -1)
    here = count_labelled(t)
    whole = here if labelled is None else labelled
    losses = [
        of_task(y, t[:, task], None if others is None else others[:, task], smoothing)
        * (weights[task] * float(here[task] / whole[task]))
        for task, y in enumerate(ys) if here[task]]
    if not losses:
        # Zero, but connected to the parameters, so that backward works and gives zeros.
        return F.sum(ys[0]) * 0.0
    return sum(losses) / float(sum(weights) if combine == MEAN else 1)


def count_labelled(t) -> np.ndarray:
    """How many products of t (b, tasks) have a label, for each task: (tasks,) on the CPU."""
    return np.asarray(chainer.cuda.to_cpu((t >= 0).sum(axis=0)))


def count_correct(ys: Sequence, t) -> np.ndarray:
    """For each task, how many labelled products have their label ranked first: (tasks,) int."""
    return np.array([
        int(((y.array.argmax(axis=1) == t[:, task]) & (t[:, task] >= 0)).sum())
        for task, y in enumerate(ys)])
