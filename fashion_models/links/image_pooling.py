"""From the features of a product's images to those of the product: max, mean, sum, attention."""

import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

from fashion_models import functions
from fashion_models.functions.backend import Array


class Pooling(chainer.Chain):
    """Column pooling over the images of each product, in whatever order they come.

    Args:
        in_size: Features an image.

    Attributes:
        out_size: Features a product.
    """

    def __init__(self, in_size: int):
        super().__init__()
        self.out_size = in_size

    def forward(self, h: Array, n: int, chosen: np.ndarray | None = None) -> chainer.Variable:
        """Features of the products.

        Args:
            h: (b * n, in_size), the images of a product next to each other.
            n: Images a product.
            chosen: (b, n) bool, on the device of ``h``: which of them to pool, one or more of each
                product; ``None`` for all.

        Returns:
            (b, out_size)
        """
        raise NotImplementedError


class MaxPooling(Pooling):
    """The article's: of each feature, the strongest activation among the images."""

    def forward(self, h: Array, n: int, chosen: np.ndarray | None = None) -> chainer.Variable:
        if chosen is not None:
            h = F.where(
                _rows(chosen, h), h, self.xp.full(h.shape, -self.xp.inf, h.dtype))
        return functions.column_max_pooling(h, n)


class SumPooling(Pooling):
    """The sum of each feature over the images."""

    def forward(self, h: Array, n: int, chosen: np.ndarray | None = None) -> chainer.Variable:
        if chosen is not None:
            h = h * _rows(chosen, h).astype(h.dtype)
        return functions.column_sum_pooling(h, n)


class MeanPooling(Pooling):
    """The mean of each feature over the images."""

    def forward(self, h: Array, n: int, chosen: np.ndarray | None = None) -> chainer.Variable:
        if chosen is None:
            return functions.column_mean_pooling(h, n)
        shares = chosen / chosen.sum(axis=1, keepdims=True)
        return functions.column_sum_pooling(h * _rows(shares, h).astype(h.dtype), n)


class MaxMeanPooling(Pooling):
    """Maximum and mean, one after the other: twice as many features."""

    def __init__(self, in_size: int):
        super().__init__(in_size)
        self.out_size = 2 * in_size
        with self.init_scope():
            self.max = MaxPooling(in_size)
            self.mean = MeanPooling(in_size)

    def forward(self, h: Array, n: int, chosen: np.ndarray | None = None) -> chainer.Variable:
        return F.concat([self.max(h, n, chosen), self.mean(h, n, chosen)], axis=1)


class AttentionPooling(Pooling):
    """A mean in which each image weighs as much as it deserves, by a score that is learnt.

    The score is linear in the image's features; the softmax of a product's scores gives the
    weights (Ilse, Tomczak & Welling, "Attention-based Deep Multiple Instance Learning", 2018,
    without their hidden layer: the pre-pooling layer is one already). All scores begin at 0, and
    so the pooling as the mean.
    """

    def __init__(self, in_size: int):
        super().__init__(in_size)
        with self.init_scope():
            self.score = L.Linear(in_size, 1, nobias=True, initialW=0)

    def forward(self, h: Array, n: int, chosen: np.ndarray | None = None) -> chainer.Variable:
        scores = F.reshape(functions.linear(h, self.score.W), (-1, n))
        if chosen is not None:
            scores = F.where(
                chosen, scores, self.xp.full(scores.shape, -self.xp.inf, scores.dtype))
        weights = F.reshape(F.softmax(scores, axis=1), (-1, 1))
        return functions.column_sum_pooling(h * F.broadcast_to(weights, h.shape), n)


def _rows(of_images, h):
    """(b, n), a value of each image, in the shape of h (b * n, d)."""
    xp = chainer.backend.get_array_module(of_images)
    return xp.broadcast_to(of_images.reshape(-1, 1), h.shape)


#: From its name in a recipe to the pooling.
POOLINGS = {
    'max': MaxPooling, 'mean': MeanPooling, 'sum': SumPooling, 'max_mean': MaxMeanPooling,
    'attention': AttentionPooling}
