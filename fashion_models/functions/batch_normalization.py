"""Batch normalization, with ReLU in the same pass where it follows."""

import chainer
import chainer.functions as F
from chainer.utils import type_check

from fashion_models.functions import chainers_own
from fashion_models.functions.backend import apply, use_onednn
from fashion_models.onednn import normalization


def batch_normalization(
        x, gamma, beta, running_mean, running_var, eps=2e-5, decay=0.9, relu=False, train=None):
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
        train (bool): ``chainer.config.train`` where it is ``None``.

    Returns:
        ~chainer.Variable: Of x's shape.
    """
    if train is None:
        train = chainer.config.train
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

    def check_type_forward(self, in_types):
        type_check.expect(in_types.size() == 3)
        x, gamma, beta = in_types
        type_check.expect(
            gamma.ndim == 1, gamma.shape == beta.shape, x.shape[1] == gamma.shape[0])
        ndim = type_check.eval(x.ndim)
        if ndim != 2:
            type_check.expect(x.ndim == 4)


class BatchNormalization(_Node):
    """The node of :func:`batch_normalization` in training, on oneDNN."""

    def __init__(self, eps, decay, running_mean, running_var, relu):
        self.eps, self.decay, self.relu = eps, decay, relu
        self.running_mean, self.running_var = running_mean, running_var

    def forward(self, inputs):
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

    def backward(self, indexes, gys):
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


class FixedBatchNormalization(_Node):
    """The node of :func:`batch_normalization` in evaluation, on oneDNN."""

    def __init__(self, eps, mean, variance, relu):
        self.eps, self.mean, self.variance, self.relu = eps, mean, variance, relu

    def forward(self, inputs):
        x, gamma, beta = inputs
        self.retain_inputs((0, 1, 2))
        return normalization.forward_fixed(
            x, gamma, beta, self.mean, self.variance, self.eps, self.relu),

    def backward(self, indexes, gys):
        # Nobody trains with fixed statistics: speed does not matter here.
        return chainers_own.gradients(
            lambda x, gamma, beta: self._rectified(F.fixed_batch_normalization(
                x, gamma, beta, self.mean, self.variance, eps=self.eps, axis=_axis(x))),
            self.get_retained_inputs(), gys, indexes)


def _axis(x):
    return (0,) if x.ndim == 2 else (0, 2, 3)
