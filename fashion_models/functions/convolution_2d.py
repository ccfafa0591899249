"""Two-dimensional convolution."""

import chainer
import chainer.functions as F
from chainer.utils import type_check

from fashion_models.functions import chainers_own
from fashion_models.functions.backend import pair, use_onednn
from fashion_models.onednn import convolution


def convolution_2d(x, W, b=None, stride=1, pad=0):
    """Two-dimensional convolution.

    Args:
        x: (N, C, H, W)
        W: (O, C, kh, kw)
        b: (O,), or ``None`` where normalization follows, which has its own.
        stride, pad (int or pair of ints): For height and width.

    Returns:
        ~chainer.Variable: (N, O, (H + 2 * pad - kh) // stride + 1, likewise the width)
    """
    stride, pad = pair(stride), pair(pad)
    if x.ndim != 4 or not use_onednn(x, W, b):
        return F.convolution_2d(x, W, b, stride=stride, pad=pad)
    return Convolution2D(stride, pad).apply((x, W) if b is None else (x, W, b))[0]


class Convolution2D(chainer.FunctionNode):
    """The node of :func:`convolution_2d` on oneDNN."""

    def __init__(self, stride, pad):
        self.stride, self.pad = stride, pad

    def check_type_forward(self, in_types):
        type_check.expect(in_types.size() >= 2, in_types.size() <= 3)
        x, W = in_types[:2]
        type_check.expect(x.ndim == 4, W.ndim == 4, x.shape[1] == W.shape[1])
        for axis in range(2):
            type_check.expect(x.shape[2 + axis] + 2 * self.pad[axis] >= W.shape[2 + axis])
        if type_check.eval(in_types.size()) == 3:
            type_check.expect(in_types[2].ndim == 1, in_types[2].shape[0] == W.shape[0])

    def forward(self, inputs):
        x, W, *b = inputs
        # The bias, too: it is small, and Chainer's own function wants it.
        self.retain_inputs(range(len(inputs)))
        return convolution.forward(x, W, b[0] if b else None, self.stride, self.pad),

    def backward(self, indexes, gys):
        inputs = self.get_retained_inputs()
        if chainers_own.differentiable_wanted():
            return chainers_own.gradients(self._chainers, inputs, gys, indexes)
        x, W = inputs[:2]
        gy, = gys
        gx = gW = gb = None
        if 0 in indexes:
            gx = convolution.backward_data(gy.array, W.array, x.shape, self.stride, self.pad)
        if 1 in indexes or 2 in indexes:
            gW, gb = convolution.backward_weights(
                x.array, gy.array, W.shape, self.stride, self.pad, bias=len(inputs) == 3)
        return tuple(chainer.as_variable((gx, gW, gb)[i]) for i in indexes)

    def _chainers(self, x, W, b=None):
        return F.convolution_2d(x, W, b, self.stride, self.pad)
