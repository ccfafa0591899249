"""Gradients through Chainer's own functions, for gradients that must be differentiable themselves.

No training step needs them.
"""

from collections.abc import Callable

import chainer


def differentiable_wanted() -> bool:
    """Whether a ``backward`` that runs now must itself be differentiable."""
    return chainer.config.enable_backprop


def gradients(
        function: Callable[..., chainer.Variable], inputs: list[chainer.Variable],
        gys: list[chainer.Variable], indexes: tuple[int, ...]) -> tuple[chainer.Variable, ...]:
    """What ``backward`` returns, through Chainer's own functions.

    Args:
        function: Computes the node's output from ``inputs`` by Chainer's own functions.
        inputs (list of ~chainer.Variable): Those of the node.
        gys (list of ~chainer.Variable): The gradient of its output.
        indexes: Of the inputs whose gradients are wanted.
    """
    differentiable = differentiable_wanted()
    with chainer.using_config('enable_backprop', True):
        output = function(*inputs)
        return tuple(chainer.grad(
            [output], [inputs[i] for i in indexes], gys, enable_double_backprop=differentiable))
