"""Dense layers."""

import chainer
import chainer.functions as F
from chainer.utils import type_check

from fashion_models.functions import chainers_own
from fashion_models.functions.backend import use_onednn
from fashion_models.onednn import dense


def linear(x, W, b=None):
    """Dense layer.

    Args:
        x: (N, C)
        W: (O, C)
        b: (O,) or ``None``.

    Returns:
        ~chainer.Variable: (N, O)
    """
    if x.ndim != 2 or not use_onednn(x, W, b):
        return F.linear(x, W, b)
    return Linear().apply((x, W) if b is None else (x, W, b))[0]


class Linear(chainer.FunctionNode):
    """The node of :func:`linear` on oneDNN."""

    def check_type_forward(self, in_types):
        type_check.expect(in_types.size() >= 2, in_types.size() <= 3)
        x, W = in_types[:2]
        type_check.expect(x.ndim == 2, W.ndim == 2, x.shape[1] == W.shape[1])
        if type_check.eval(in_types.size()) == 3:
            type_check.expect(in_types[2].ndim == 1, in_types[2].shape[0] == W.shape[0])

    def forward(self, inputs):
        self.retain_inputs((0, 1))
        return dense.forward(*inputs),

    def backward(self, indexes, gys):
        x, W = self.get_retained_inputs()
        gy, = gys
        if chainers_own.differentiable_wanted():
            b = chainer.Variable(gy.xp.zeros(len(W), gy.dtype))
            return chainers_own.gradients(F.linear, [x, W, b], gys, indexes)
        return tuple(
            chainer.as_variable(self._gradient(i, x.array, W.array, gy.array)) for i in indexes)

    def _gradient(self, i, x, W, gy):
        if i == 0:
            return dense.backward_data(gy, W)
        if i == 1:
            return dense.backward_weights(x, gy)
        return gy.sum(axis=0)
