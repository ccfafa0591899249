"""Dense layers."""

import contextlib
from collections.abc import Iterator

import chainer
import chainer.functions as F
from chainer.utils import type_check

from fashion_models.functions import chainers_own
from fashion_models.functions.backend import Array, apply, use_onednn
from fashion_models.functions.precision import bfloat16
from fashion_models.onednn import dense
from fashion_models.onednn.number_format import is_bfloat16
from fashion_models.onednn.reorder import as_bfloat16

chainer.global_config.steady_rows = False


def linear(
        x: Array, W: Array, b: Array | None = None, relu: bool = False) -> chainer.Variable:
    """Dense layer.

    Weights in a read-only array of their own are taken to be constant, as in
    :func:`~fashion_models.functions.convolution_2d`.

    Args:
        x: (N, C)
        W: (O, C)
        b: (O,) or ``None``.
        relu (bool): Whether ReLU follows; it costs less here than by itself.

    Returns:
        ~chainer.Variable: (N, O)
    """
    if x.ndim != 2 or not use_onednn(x, W, b):
        return _chainers(x, W, b, relu)
    return apply(Linear(relu, bfloat16()), x, W, b)


def _chainers(x, W, b, relu):
    y = F.linear(x, W, b)
    return F.relu(y) if relu else y


@contextlib.contextmanager
def steady_rows(wanted: bool = True) -> Iterator[None]:
    """Context in which, on oneDNN, no bit of a row of :func:`linear` depends on other rows.

    In this thread, and for inference: batches of a few rows take longer.
    """
    with chainer.using_config('steady_rows', wanted):
        yield


class Linear(chainer.FunctionNode):
    """The node of :func:`linear` on oneDNN."""

    def __init__(self, relu: bool, bfloat16: bool = False) -> None:
        self.relu, self.bfloat16 = relu, bfloat16
        self._W = None

    def check_type_forward(self, in_types: type_check.TypeInfoTuple) -> None:
        type_check.expect(in_types.size() >= 2, in_types.size() <= 3)
        x, W = in_types[:2]
        type_check.expect(x.ndim == 2, W.ndim == 2, x.shape[1] == W.shape[1])
        if type_check.eval(in_types.size()) == 3:
            type_check.expect(in_types[2].ndim == 1, in_types[2].shape[0] == W.shape[0])

    def forward(self, inputs: tuple[Array, ...]) -> tuple[Array, ...]:
        self.retain_inputs(range(len(inputs)))
        if self.relu:
            self.retain_outputs((0,))
        x, W, *b = inputs
        if chainer.config.steady_rows:
            return dense.steadily(lambda block: self._forward(block, W, *b), x),
        return self._forward(x, W, *b),

    def _forward(self, x, W, *b):
        if dense.packs(len(x), W, self.bfloat16):
            return dense.forward_packed(x, W, *b, relu=self.relu, bfloat16=self.bfloat16)
        if self.bfloat16:
            # Kept for backward: to round it takes as long as to multiply with it.
            self._W = W = as_bfloat16(W)
        return dense.forward(x, W, *b, relu=self.relu)

    def backward(
            self, indexes: tuple[int, ...],
            gys: tuple[chainer.Variable, ...]) -> tuple[chainer.Variable, ...]:
        inputs = self.get_retained_inputs()
        if chainers_own.differentiable_wanted():
            return chainers_own.gradients(
                lambda x, W, b=None: _chainers(x, W, b, self.relu), inputs, gys, indexes)
        x, W = (variable.array for variable in inputs[:2])
        gy = gys[0].array
        if self.relu:
            gy = gy * (self.get_retained_outputs()[0].array > 0)
        gb = gy.sum(axis=0) if 2 in indexes else None
        if self.bfloat16:
            W, gy = as_bfloat16(W) if self._W is None else self._W, as_bfloat16(gy)
        gx = dense.backward_data(gy, W) if 0 in indexes else None
        self._W = None      # its memory is wanted for the layers before; rounded again if need be
        if gx is not None and is_bfloat16(x):
            gx = as_bfloat16(gx)
        gW = dense.backward_weights(x, gy) if 1 in indexes else None
        return tuple(chainer.as_variable((gx, gW, gb)[i]) for i in indexes)
