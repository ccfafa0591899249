"""Max pooling over image windows."""

import itertools

import chainer
import chainer.functions as F
import numpy as np
from chainer.utils import get_conv_outsize, type_check

from fashion_models.functions import chainers_own
from fashion_models.functions.backend import Array, apply, pair, use_onednn
from fashion_models.onednn import pooling


def max_pooling_2d(
        x: Array, ksize: int | tuple[int, int], stride: int | tuple[int, int] | None = None,
        pad: int | tuple[int, int] = 0) -> chainer.Variable:
    """Max pooling whose windows cover every input pixel (Chainer's ``cover_all=True``).

    Args:
        x: (N, C, H, W)
        ksize, stride, pad (int or pair of ints): For height and width; the stride is ksize where it
            is ``None``.

    Returns:
        ~chainer.Variable: (N, C, H', W'), where H' is
        ``(H + 2 * pad - ksize + stride - 1) // stride + 1``.
    """
    ksize, pad = pair(ksize), pair(pad)
    stride = ksize if stride is None else pair(stride)
    if x.ndim != 4 or not use_onednn(x) or not _windows_hold_pixels(x, ksize, stride, pad):
        return F.max_pooling_2d(x, ksize, stride=stride, pad=pad, cover_all=True)
    return apply(MaxPooling2D(ksize, stride, pad), x)


def _out_size(x_shape, ksize, stride, pad):
    return tuple(
        get_conv_outsize(size, k, s, p, cover_all=True)
        for size, k, s, p in zip(x_shape[2:], ksize, stride, pad))


def _windows_hold_pixels(x, ksize, stride, pad):
    """Whether no window lies in the padding alone, where oneDNN and Chainer differ."""
    return all(
        p < k and (out - 1) * s - p < size
        for size, out, k, s, p in zip(
            x.shape[2:], _out_size(x.shape, ksize, stride, pad), ksize, stride, pad))


class MaxPooling2D(chainer.FunctionNode):
    """The node of :func:`max_pooling_2d` on oneDNN."""

    def __init__(
            self, ksize: tuple[int, int], stride: tuple[int, int], pad: tuple[int, int]) -> None:
        self.geometry = ksize, stride, pad

    def check_type_forward(self, in_types: type_check.TypeInfoTuple) -> None:
        type_check.expect(in_types.size() == 1, in_types[0].ndim == 4)

    def forward(self, inputs: tuple[Array, ...]) -> tuple[Array, ...]:
        x, = inputs
        self.x_shape = x.shape
        y, self.chosen = pooling.forward(
            x, x.shape[:2] + _out_size(x.shape, *self.geometry), *self.geometry,
            training=chainer.config.enable_backprop)
        return y,

    def gradient(self, gy: np.ndarray) -> np.ndarray:
        """Each window's gy at the pixel that was its largest."""
        return pooling.backward(gy, self.chosen, self.x_shape, *self.geometry)

    def backward(
            self, indexes: tuple[int, ...],
            gys: tuple[chainer.Variable, ...]) -> tuple[chainer.Variable, ...]:
        if chainers_own.differentiable_wanted():
            return MaxPooling2DGradient(self).apply(gys)
        return chainer.as_variable(self.gradient(gys[0].array)),


class MaxPooling2DGradient(chainer.FunctionNode):
    """:meth:`MaxPooling2D.gradient`, which is linear, as a node with a gradient of its own."""

    def __init__(self, pooling_node: MaxPooling2D) -> None:
        self.pooling_node = pooling_node

    def forward(self, inputs: tuple[Array, ...]) -> tuple[Array, ...]:
        self.y_shape = inputs[0].shape
        return self.pooling_node.gradient(inputs[0]),

    def backward(
            self, indexes: tuple[int, ...],
            ggxs: tuple[chainer.Variable, ...]) -> tuple[chainer.Variable, ...]:
        # Which pixel a window chose is known to oneDNN alone. The gradient of ones tells, one set
        # of windows that do not overlap after the other.
        ksize, stride, pad = self.pooling_node.geometry
        steps = [-(-k // s) for k, s in zip(ksize, stride)]
        total = 0
        for first in itertools.product(*map(range, steps)):
            windows = np.zeros(self.y_shape, np.float32)
            windows[:, :, first[0]::steps[0], first[1]::steps[1]] = 1
            chosen = self.pooling_node.gradient(windows)
            pixels = F.im2col(ggxs[0] * chosen, ksize, stride, pad, cover_all=True)
            n, c, h, w = self.y_shape
            total += windows * F.sum(F.reshape(pixels, (n, c, -1, h, w)), axis=2)
        return total,
