"""Max pooling over the images of a product."""

import chainer
import chainer.functions as F
from chainer.utils import type_check

from fashion_models.functions.backend import Array


def column_max_pooling(x: Array, n: int) -> chainer.Variable:
    """Largest value of each column over every product's ``n`` consecutive rows.

    This is the article's "n x 1 pooling". Where several images of a product tie, the first of them
    receives the gradient.

    Args:
        x: (b * n, d), the images of a product next to each other.
        n (int): Images a product.

    Returns:
        ~chainer.Variable: (b, d)
    """
    if x.shape[0] % n:
        raise ValueError(f'{x.shape[0]} rows are not a multiple of n = {n} images a product')
    if n == 1:
        return chainer.as_variable(x)
    return ColumnMaxPooling(n).apply((x,))[0]


class ColumnMaxPooling(chainer.FunctionNode):
    """The node of :func:`column_max_pooling`, on any device."""

    def __init__(self, n: int) -> None:
        self.n = n

    def check_type_forward(self, in_types: type_check.TypeInfoTuple) -> None:
        type_check.expect(in_types.size() == 1, in_types[0].ndim == 2)

    def forward(self, inputs: tuple[Array, ...]) -> tuple[Array, ...]:
        x, = inputs
        grouped = x.reshape(-1, self.n, x.shape[1])
        self.chosen = grouped.argmax(axis=1)
        xp = chainer.backend.get_array_module(x)
        return xp.take_along_axis(grouped, self.chosen[:, None], axis=1)[:, 0],

    def backward(
            self, indexes: tuple[int, ...],
            gys: tuple[chainer.Variable, ...]) -> tuple[chainer.Variable, ...]:
        b, d = self.chosen.shape
        one_hot = self.chosen[:, None] == gys[0].xp.arange(self.n)[:, None]
        gx = F.where(
            one_hot, F.broadcast_to(gys[0][:, None], one_hot.shape),
            gys[0].xp.zeros((), gys[0].dtype))
        return F.reshape(gx, (b * self.n, d)),
