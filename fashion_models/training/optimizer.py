"""Stochastic gradient descent with momentum and weight decay, in few passes over the memory.

The article's network has 65 million parameters. Chainer's update reads or writes arrays of
that size a dozen times, and makes four new ones, which on a CPU takes as long as a convolutional
layer; here each block of values is updated while it is in the cache.
"""

import chainer
from chainer.optimizers import momentum_sgd

from fashion_models.functions.backend import use_onednn
from fashion_models.onednn import momentum as onednn_momentum

#: Values that NumPy updates at a time.
BLOCK = 1 << 15


class MomentumSGDRule(momentum_sgd.MomentumSGDRule):
    """Update rule of :class:`MomentumSGD`; its state is that of Chainer's."""

    def update_core_cpu(self, param: chainer.Parameter) -> None:
        w, g = param.array, param.grad
        if g is None:
            return
        v = self.state['v']
        hyperparam = self.hyperparam
        arguments = w, g, v, hyperparam.lr, hyperparam.momentum, hyperparam.weight_decay
        if not all(array.flags.c_contiguous for array in (w, g, v)):
            _update_arrays(*arguments)
        elif use_onednn(w, g, v):
            onednn_momentum.update(*arguments)
        else:
            _update_blocks(*arguments)

    def update_core_gpu(self, param: chainer.Parameter) -> None:
        if self.hyperparam.weight_decay:
            chainer.optimizer_hooks.WeightDecay(self.hyperparam.weight_decay)(self, param)
        super().update_core_gpu(param)


class MomentumSGD(chainer.optimizers.MomentumSGD):
    """Chainer's MomentumSGD with its hook WeightDecay built in.

    Without oneDNN the results are the same to the last bit, with it to rounding. On a CPU, unlike
    the hook, it leaves the gradients as they are.

    Args:
        lr: Learning rate.
        momentum: Decay rate of the velocity.
        weight_decay: Added to the gradient, times the parameter.
    """

    def __init__(self, lr: float = 0.01, momentum: float = 0.9, weight_decay: float = 0.0):
        super().__init__(lr, momentum)
        self.hyperparam.weight_decay = weight_decay

    weight_decay = chainer.optimizer.HyperparameterProxy('weight_decay')

    def create_update_rule(self) -> MomentumSGDRule:
        return MomentumSGDRule(self.hyperparam)


def _update_blocks(w, g, v, *hyperparameters):
    w, g, v = (array.reshape(-1) for array in (w, g, v))
    for start in range(0, w.size, BLOCK):
        part = slice(start, start + BLOCK)
        _update_arrays(w[part], g[part], v[part], *hyperparameters)


def _update_arrays(w, g, v, lr, momentum, weight_decay):
    if weight_decay:
        g = g + weight_decay * w
    v *= momentum
    v -= lr * g
    w += v
