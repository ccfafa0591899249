"""Batch normalization, with ReLU in the same pass where it follows."""

import contextlib
from collections.abc import Callable, Iterator

import chainer
import chainer.functions as F
import numpy as np
from chainer.utils import type_check

from fashion_models.functions import chainers_own
from fashion_models.functions.backend import Array, apply, use_onednn
from fashion_models.onednn import normalization

chainer.global_config.shares = None     # or a function, and how many there are


@contextlib.contextmanager
def normalizing_over_shares(
        total: Callable[[np.ndarray], np.ndarray], shares: int) -> Iterator[None]:
    """Context in which a batch is normalized as a whole, although this process has only a share.

    All processes go through the same functions in the same order.

    Args:
        total: Returns the sum of the numbers that all processes give to it.
        shares: How many there are, all of the same size.
    """
    with chainer.using_config('shares', (total, shares) if shares > 1 else None):
        yield


def batch_normalization(
        x: Array, gamma: Array, beta: Array, running_mean: Array, running_var: Array,
        eps: float = 2e-5, decay: float = 0.9, relu: bool = False,
        train: bool | None = None) -> chainer.Variable:
    """Batch normalization (Ioffe & Szegedy, 2015), and ReLU if wanted.

    In training the batch's own statistics are used, and the running ones are moved towards them
    (the variance towards its unbiased estimate); in evaluation the running ones are used.

    Args:
        x: (N, C, H, W), normalized per channel, or (N, C), normalized per column.
        gamma, beta: (C,), scale and shift of the normalized values.
        running_mean, running_var: Arrays of shape (C,), changed in place in training.
        eps (float): Added to the variance.
        decay (float): Weight of the running statistics against the batch's.
        relu (bool): Whether ReLU follows; it costs less here than by itself.
        train (bool): Whether to train; ``None`` takes ``chainer.config.train``.

    Returns:
        ~chainer.Variable: Of x's shape.
    """
    if train is None:
        train = chainer.config.train
    if train and chainer.config.shares is not None:
        return apply(
            SharedBatchNormalization(
                eps, decay, running_mean, running_var, relu, *chainer.config.shares),
            x, gamma, beta)
    if use_onednn(x, gamma, beta, running_mean, running_var):
        if train:
            node = BatchNormalization(eps, decay, running_mean, running_var, relu)
        else:
            node = FixedBatchNormalization(eps, running_mean, running_var, relu)
        return apply(node, x, gamma, beta)
    axis = _axis(x)
    if train:
        y = F.batch_normalization(
            x, gamma, beta, eps=eps, running_mean=running_mean, running_var=running_var,
            decay=decay, axis=axis)
    else:
        y = F.fixed_batch_normalization(
            x, gamma, beta, running_mean, running_var, eps=eps, axis=axis)
    return F.relu(y) if relu else y


class _Node(chainer.FunctionNode):

    def _rectified(self, y):
        return F.relu(y) if self.relu else y

    def check_type_forward(self, in_types: type_check.TypeInfoTuple) -> None:
        type_check.expect(in_types.size() == 3)
        x, gamma, beta = in_types
        type_check.expect(
            gamma.ndim == 1, gamma.shape == beta.shape, x.shape[1] == gamma.shape[0])
        ndim = type_check.eval(x.ndim)
        if ndim != 2:
            type_check.expect(x.ndim == 4)


class BatchNormalization(_Node):
    """The node of :func:`batch_normalization` in training, on oneDNN."""

    def __init__(
            self, eps: float, decay: float, running_mean: Array, running_var: Array,
            relu: bool) -> None:
        self.eps, self.decay, self.relu = eps, decay, relu
        self.running_mean, self.running_var = running_mean, running_var

    def forward(self, inputs: tuple[Array, ...]) -> tuple[Array, ...]:
        x, gamma, beta = inputs
        self.retain_inputs((0, 1, 2))
        y, self.mean, self.variance, self.positive = normalization.forward(
            x, gamma, beta, self.eps, self.relu)
        m = x.size // gamma.size
        self.running_mean *= self.decay
        self.running_mean += (1 - self.decay) * self.mean
        self.running_var *= self.decay
        self.running_var += (1 - self.decay) * m / max(m - 1, 1) * self.variance
        return y,

    def backward(
            self, indexes: tuple[int, ...],
            gys: tuple[chainer.Variable, ...]) -> tuple[chainer.Variable, ...]:
        x, gamma, beta = self.get_retained_inputs()
        if chainers_own.differentiable_wanted():
            return chainers_own.gradients(
                lambda x, gamma, beta: self._rectified(F.batch_normalization(
                    x, gamma, beta, eps=self.eps, axis=_axis(x))),
                [x, gamma, beta], gys, indexes)
        gradients = normalization.backward(
            x.array, gys[0].array, gamma.array, self.mean, self.variance, self.positive, self.eps,
            self.relu)
        return tuple(chainer.as_variable(gradients[i]) for i in indexes)


class SharedBatchNormalization(_Node):
    """The node of :func:`batch_normalization` in training, of a share of a batch.

    The statistics are those of the whole batch, and so is what their gradients add to that of x.
    """

    def __init__(
            self, eps: float, decay: float, running_mean: Array, running_var: Array, relu: bool,
            total: Callable[[np.ndarray], np.ndarray], shares: int) -> None:
        self.eps, self.decay, self.relu = eps, decay, relu
        self.running_mean, self.running_var = running_mean, running_var
        self.total, self.shares = total, shares

    def forward(self, inputs: tuple[Array, ...]) -> tuple[Array, ...]:
        x, gamma, beta = inputs
        self.retain_inputs((0, 1))
        self.retain_outputs((0,))
        xp, axis = chainer.backend.get_array_module(x), _axis(x)
        # The mean of the shares' variances, and the variance of their means.
        mean, variance = (
            values.astype(np.float64) for values in (x.mean(axis=axis), x.var(axis=axis)))
        means, squares = self.total(xp.stack([mean, variance + mean ** 2])) / self.shares
        # Rounding may leave less than nothing of a variance that is much smaller than the mean.
        self.mean, variance = (values.astype(x.dtype) for values in (
            means, xp.maximum(squares - means ** 2, 0)))
        self.deviation = xp.sqrt(variance + x.dtype.type(self.eps))
        m = self.shares * (x.size // gamma.size)
        self.running_mean *= self.decay
        self.running_mean += (1 - self.decay) * self.mean
        self.running_var *= self.decay
        self.running_var += (1 - self.decay) * m / max(m - 1, 1) * variance
        with chainer.no_backprop_mode():
            return batch_normalization(
                x, gamma, beta, self.mean, variance, self.eps, relu=self.relu, train=False).array,

    def backward(
            self, indexes: tuple[int, ...],
            gys: tuple[chainer.Variable, ...]) -> tuple[chainer.Variable, ...]:
        (x, gamma), (y,) = (
            [kept.array for kept in retained]
            for retained in (self.get_retained_inputs(), self.get_retained_outputs()))
        xp, axis = chainer.backend.get_array_module(x), _axis(x)
        across = tuple(slice(None) if place == 1 else None for place in range(x.ndim))
        gy = gys[0].array
        if self.relu:
            gy = gy * (y > 0)
        normalized = (x - self.mean[across]) / self.deviation[across]
        gbeta, ggamma = gy.sum(axis=axis), (gy * normalized).sum(axis=axis)
        m = self.shares * (x.size // gamma.size)
        of_mean, of_deviation = self.total(xp.stack([gbeta, ggamma])) / x.dtype.type(m)
        gx = (gamma / self.deviation)[across] * (
            gy - of_mean[across] - normalized * of_deviation[across])
        return tuple(chainer.as_variable((gx, ggamma, gbeta)[i]) for i in indexes)


class FixedBatchNormalization(_Node):
    """The node of :func:`batch_normalization` in evaluation, on oneDNN."""

    def __init__(self, eps: float, mean: Array, variance: Array, relu: bool) -> None:
        self.eps, self.mean, self.variance, self.relu = eps, mean, variance, relu

    def forward(self, inputs: tuple[Array, ...]) -> tuple[Array, ...]:
        x, gamma, beta = inputs
        self.retain_inputs((0, 1, 2))
        return normalization.forward_fixed(
            x, gamma, beta, self.mean, self.variance, self.eps, self.relu),

    def backward(
            self, indexes: tuple[int, ...],
            gys: tuple[chainer.Variable, ...]) -> tuple[chainer.Variable, ...]:
        # Nobody trains with fixed statistics: speed does not matter here.
        return chainers_own.gradients(
            lambda x, gamma, beta: self._rectified(F.fixed_batch_normalization(
                x, gamma, beta, self.mean, self.variance, eps=self.eps, axis=_axis(x))),
            self.get_retained_inputs(), gys, indexes)


def _axis(x):
    return (0,) if x.ndim == 2 else (0, 2, 3)
