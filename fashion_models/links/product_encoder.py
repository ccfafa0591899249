"""All images of a product in, one representation out: the article's multi-image network."""

from collections.abc import Iterator

import chainer
import chainer.functions as F
import numpy as np

from fashion_models.functions.backend import Array
from fashion_models.links.blocks import DenseReLU
from fashion_models.links.image_pooling import POOLINGS
from fashion_models.links.trunk import Trunk, output_of


class ProductEncoder(chainer.Chain):
    """Trunk, pre-pooling layer, column pooling over the images, two post-pooling layers.

    The article's max pooling keeps, of every feature, the strongest activation among the images
    ("The Model" in the article), so that the order of the images does not matter. Each dense layer
    is followed by ReLU: without one between them, two dense layers would be no more than one.

    Args:
        trunk: Turns images (N, 3, h, w) into features (N, trunk.out_size).
        pre_pool: Width of the layer before the pooling.
        post_pool: Width of the first layer after it.
        representation: Width of the second, the product representation; 1024 in the article.
        pooling: ``'max'``, what the article contrasts it with, ``'mean'`` or ``'sum'``, or another
            of :data:`~fashion_models.links.image_pooling.POOLINGS`.
        normalize: Whether the three dense layers are normalized, too.
    """

    def __init__(
            self, trunk: Trunk, pre_pool: int = 1024, post_pool: int = 1024,
            representation: int = 1024, pooling: str = 'max', normalize: bool = False):
        super().__init__()
        self.out_size = representation
        self.pooling = pooling
        self._pooling = f'column_{pooling}_pooling'
        with self.init_scope():
            self.trunk = trunk
            self.pre_pool = DenseReLU(trunk.out_size, pre_pool, normalize)
            setattr(self, self._pooling, POOLINGS[pooling](pre_pool))
            self.post_pool = DenseReLU(self[self._pooling].out_size, post_pool, normalize)
            self.representation = DenseReLU(post_pool, representation, normalize)

    def forward(self, x: Array) -> chainer.Variable:
        """Product representations.

        Args:
            x: (b, 3 * n, h, w) float32, mean-subtracted, the n images of a product one after the
                other.

        Returns:
            (b, representation)
        """
        return output_of(self.layers(x))

    def layers(self, x: Array) -> Iterator[tuple[str, chainer.Variable]]:
        """Yields the name and the values of each layer, the trunk's first."""
        for name, h in self._image_layers(x):
            yield name, h
        h = self.pool(h, x.shape[1] // 3)
        yield self._pooling, h
        yield from self._product_layers(h)

    def features(self, x: Array) -> chainer.Variable:
        """What is pooled: x as of :meth:`forward` -> (b * n, pre_pool), a row an image."""
        return output_of(self._image_layers(x))

    def pool(self, features: Array, n: int, chosen: np.ndarray | None = None) -> chainer.Variable:
        """Products from their images' features; see
        :meth:`~fashion_models.links.image_pooling.Pooling.forward`.
        """
        return self[self._pooling](features, n, chosen)

    def represent(self, pooled: Array) -> chainer.Variable:
        """Representations (b, representation) from pooled features, as of :meth:`pool`."""
        return output_of(self._product_layers(pooled))

    def _image_layers(self, x):
        b, channels, height, width = x.shape
        n, remainder = divmod(channels, 3)
        if n == 0 or remainder:
            raise ValueError(
                f'x must be (b, 3 * n, h, w) with n images of three channels, not {x.shape}')
        images = F.reshape(x, (b * n, 3, height, width))
        for name, h in self.trunk.layers(images):
            yield f'trunk/{name}', h
        yield 'pre_pool', self.pre_pool(h)

    def _product_layers(self, h):
        h = self.post_pool(h)
        yield 'post_pool', h
        yield 'representation', self.representation(h)
