"""All images of a product in, one representation out: the article's multi-image network."""

import chainer
import chainer.functions as F

from fashion_models import functions
from fashion_models.links.blocks import DenseReLU
from fashion_models.links.trunk import Trunk, output_of

POOLINGS = {
    'max': functions.column_max_pooling, 'mean': functions.column_mean_pooling,
    'sum': functions.column_sum_pooling}


class ProductEncoder(chainer.Chain):
    """Trunk, pre-pooling layer, column pooling over the images, two post-pooling layers.

    The article's max pooling keeps, of every feature, the strongest activation among the images
    ("The Model" in the article), so that the order of the images does not matter. Each dense layer
    is followed by ReLU: without one between them, two dense layers would be no more than one.

    Args:
        trunk (~chainer.Chain): Turns images (N, 3, h, w) into features (N, trunk.out_size).
        pre_pool (int): Width of the layer before the pooling.
        post_pool (int): Width of the first layer after it.
        representation (int): Width of the second, the product representation; 1024 in the article.
        pooling (str): ``'max'``, or what the article contrasts it with: ``'mean'`` or ``'sum'``.
        normalize (bool): Whether the three dense layers are normalized, too.
    """

    def __init__(
            self, trunk: Trunk, pre_pool: int = 1024, post_pool: int = 1024,
            representation: int = 1024, pooling: str = 'max', normalize: bool = False):
        super().__init__()
        self.out_size = representation
        self.pooling = pooling
        with self.init_scope():
            self.trunk = trunk
            self.pre_pool = DenseReLU(trunk.out_size, pre_pool, normalize)
            self.post_pool = DenseReLU(pre_pool, post_pool, normalize)
            self.representation = DenseReLU(post_pool, representation, normalize)

    def forward(self, x) -> chainer.Variable:
        """Product representations.

        Args:
            x: (b, 3 * n, h, w) float32, mean-subtracted, the n images of a product one after the
                other.

        Returns:
            ~chainer.Variable: (b, representation)
        """
        return output_of(self.layers(x))

    def layers(self, x):
        """Yields the name and the values of each layer, the trunk's first."""
        b, channels, height, width = x.shape
        n, remainder = divmod(channels, 3)
        if n == 0 or remainder:
            raise ValueError(
                f'x must be (b, 3 * n, h, w) with n images of three channels, not {x.shape}')
        images = F.reshape(x, (b * n, 3, height, width))
        for name, h in self.trunk.layers(images):
            yield f'trunk/{name}', h
        h = self.pre_pool(h)
        yield 'pre_pool', h
        h = POOLINGS[self.pooling](h, n)
        yield f'column_{self.pooling}_pooling', h
        h = self.post_pool(h)
        yield 'post_pool', h
        h = self.representation(h)
        yield 'representation', h
