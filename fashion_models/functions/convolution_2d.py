"""Two-dimensional convolution."""

import chainer
import chainer.functions as F
from chainer.utils import type_check

from fashion_models.functions import chainers_own
from fashion_models.functions.backend import Array, apply, pair, use_onednn
from fashion_models.functions.precision import bfloat16
from fashion_models.onednn import convolution
from fashion_models.onednn.reorder import images_as_bfloat16


def convolution_2d(
        x: Array, W: Array, b: Array | None = None, stride: int | tuple[int, int] = 1,
        pad: int | tuple[int, int] = 0, relu: bool = False) -> chainer.Variable:
    """Two-dimensional convolution.

    Weights in a read-only array of their own are taken to be constant: a copy of them in the layout
    that oneDNN likes is kept as long as they live.

    Args:
        x: (N, C, H, W)
        W: (O, C, kh, kw)
        b: (O,), or ``None`` where normalization follows, which has its own.
        stride, pad (int or pair of ints): For height and width.
        relu (bool): Whether ReLU follows; in the same pass it costs nothing.

    Returns:
        ~chainer.Variable: (N, O, (H + 2 * pad - kh) // stride + 1, likewise the width)
    """
    stride, pad = pair(stride), pair(pad)
    if x.ndim != 4 or not use_onednn(x, W, b):
        return _chainers(x, W, b, stride, pad, relu)
    return apply(Convolution2D(stride, pad, relu, bfloat16()), x, W, b)


def _chainers(x, W, b, stride, pad, relu):
    y = F.convolution_2d(x, W, b, stride=stride, pad=pad)
    return F.relu(y) if relu else y


class Convolution2D(chainer.FunctionNode):
    """The node of :func:`convolution_2d` on oneDNN."""

    def __init__(
            self, stride: tuple[int, int], pad: tuple[int, int], relu: bool,
            bfloat16: bool = False) -> None:
        self.stride, self.pad, self.relu, self.bfloat16 = stride, pad, relu, bfloat16

    def check_type_forward(self, in_types: type_check.TypeInfoTuple) -> None:
        type_check.expect(in_types.size() >= 2, in_types.size() <= 3)
        x, W = in_types[:2]
        type_check.expect(x.ndim == 4, W.ndim == 4, x.shape[1] == W.shape[1])
        for axis in range(2):
            type_check.expect(x.shape[2 + axis] + 2 * self.pad[axis] >= W.shape[2 + axis])
        if type_check.eval(in_types.size()) == 3:
            type_check.expect(in_types[2].ndim == 1, in_types[2].shape[0] == W.shape[0])

    def forward(self, inputs: tuple[Array, ...]) -> tuple[Array, ...]:
        x, W, *b = inputs
        # The bias, too: it is small, and Chainer's own function wants it.
        self.retain_inputs(range(len(inputs)))
        if self.relu:
            self.retain_outputs((0,))
        return convolution.forward(
            x, W, b[0] if b else None, self.stride, self.pad, self.relu, self.bfloat16),

    def backward(
            self, indexes: tuple[int, ...],
            gys: tuple[chainer.Variable, ...]) -> tuple[chainer.Variable, ...]:
        inputs = self.get_retained_inputs()
        if chainers_own.differentiable_wanted():
            return chainers_own.gradients(self._chainers, inputs, gys, indexes)
        x, W = (variable.array for variable in inputs[:2])
        gy = gys[0].array
        if self.relu:
            gy = gy * (self.get_retained_outputs()[0].array > 0)
        if self.bfloat16:
            gy = images_as_bfloat16(gy)
        gx = gW = gb = None
        if 0 in indexes:
            gx = convolution.backward_data(gy, W, x, self.stride, self.pad)
        if 1 in indexes or 2 in indexes:
            gW, gb = convolution.backward_weights(
                x, gy, W.shape, self.stride, self.pad, bias=len(inputs) == 3)
        return tuple(chainer.as_variable((gx, gW, gb)[i]) for i in indexes)

    def _chainers(self, x, W, b=None):
        return _chainers(x, W, b, self.stride, self.pad, self.relu)
