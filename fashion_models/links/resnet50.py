"""ResNet-50 as trunk: one of the "more modern architectures" that the article goes on to."""

import chainer
import chainer.functions as F
import chainer.links as L
from chainer.links.model.vision.resnet import BuildingBlock

from fashion_models.links.layers import dense, dense_relu, output_of

BLOCKS = ('res2', 3, 64, 1), ('res3', 4, 128, 2), ('res4', 6, 256, 2), ('res5', 3, 512, 2)


class ResNet50(chainer.Chain):
    """The 50-layer residual network of He et al. (2015), of Chainer's own building blocks.

    Global average pooling is followed by one dense layer, so that an image has as many features as
    with any other trunk.

    Args:
        size (int): Height and width of the images, at least 32.
        width (float): Multiplies the number of channels.
        image_features (int): Values an image.
        dropout (float): Ratio of the image features dropped in training.

    Raises:
        ValueError: If the images are smaller than the network's stride.
    """

    minimum_size = 32

    def __init__(self, size=224, width=1.0, image_features=4096, dropout=0.5):
        super().__init__()
        if size < self.minimum_size:
            raise ValueError(
                f'ResNet-50 needs images of at least {self.minimum_size} pixels, not {size}')
        self.dropout = dropout
        self.out_size = image_features
        initialW = chainer.initializers.HeNormal()
        channels = max(1, round(64 * width))
        with self.init_scope():
            self.conv1 = L.Convolution2D(3, channels, 7, 2, 3, nobias=True, initialW=initialW)
            self.bn1 = L.BatchNormalization(channels)
            for name, repeats, mid, stride in BLOCKS:
                mid = max(1, round(mid * width))
                setattr(self, name, BuildingBlock(
                    repeats, channels, mid, 4 * mid, stride, initialW=initialW))
                channels = 4 * mid
            self.fc6 = dense(channels, image_features)

    def forward(self, x):
        """Image features: x (N, 3, size, size) float32 -> (N, image_features)."""
        return output_of(self.layers(x))

    def layers(self, x):
        """Yields the name and the values of each stage, first to last."""
        h = F.relu(self.bn1(self.conv1(x)))
        yield 'conv1', h
        h = F.max_pooling_2d(h, 3, stride=2)
        yield 'pool1', h
        for name, *_ in BLOCKS:
            h = self[name](h)
            yield name, h
        h = F.average(h, axis=(2, 3))
        yield 'pool5', h
        h = F.dropout(dense_relu(self.fc6, h), self.dropout)
        yield 'fc6', h
