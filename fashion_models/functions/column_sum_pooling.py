"""Sum and mean over the images of a product, to compare max pooling with."""

import chainer
import chainer.functions as F

from fashion_models.functions.backend import Array


def column_sum_pooling(x: Array, n: int) -> chainer.Variable:
    """Sum of each column over every product's ``n`` consecutive rows.

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
    return F.sum(F.reshape(x, (-1, n, x.shape[1])), axis=1)


def column_mean_pooling(x: Array, n: int) -> chainer.Variable:
    """As :func:`column_sum_pooling`, divided by n."""
    return column_sum_pooling(x, n) * (1 / n)
