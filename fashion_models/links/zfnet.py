"""ZFNet (Zeiler & Fergus, "Visualizing and Understanding Convolutional Networks", 2013) as
trunk."""

from collections.abc import Iterator

import chainer
from chainer.utils.conv import get_conv_outsize

from fashion_models import functions
from fashion_models.functions.backend import Array
from fashion_models.links.blocks import ConvBNReLU, DenseReLU
from fashion_models.links.trunk import Trunk

CHANNELS = 96, 256, 384, 384, 256
HIDDEN = 4096


class ZFNet(Trunk):
    """The article's convolutional architecture, "an improvement on alexnet with smaller initial
    filters".

    Shapes at 224 pixels and a width of 1 (Zeiler & Fergus, figure 3); poolings cover every pixel,
    as Chainer's do by default:

    ======  =============================  ==================
    conv1   96 7x7 / 2, pad 1, BN, ReLU    96 x 110 x 110
    pool1   max 3x3 / 2                    96 x 55 x 55
    conv2   256 5x5 / 2, BN, ReLU          256 x 26 x 26
    pool2   max 3x3 / 2                    256 x 13 x 13
    conv3   384 3x3, pad 1, BN, ReLU       384 x 13 x 13
    conv4   384 3x3, pad 1, BN, ReLU       384 x 13 x 13
    conv5   256 3x3, pad 1, BN, ReLU       256 x 13 x 13
    pool5   max 3x3 / 2                    256 x 6 x 6
    fc6     dense, (BN,) ReLU, dropout     4096
    fc7     dense, (BN,) ReLU, dropout     4096
    ======  =============================  ==================

    Args:
        size: Height and width of the images, at least 48.
        width: Multiplies the number of channels and of hidden units, not that of the
            image features.
        image_features: Values an image, 4096 in the article.
        dropout: Ratio of the values dropped after each dense layer.
        normalize: Whether the dense layers are normalized, too.
        first_ksize: Height and width of the first filters. With 1, as in the article's
            network that is trained on colour only, a filter is merely a colour.
        second_stride: Stride of the second convolution. At 48 to 64 pixels, ZFNet's own
            strides leave 2 to 3 values in each direction.
        last_pool: Whether pool5 follows conv5. At 48 to 64 pixels it leaves one value a
            channel, from which colours and shapes are hard to tell.
        first_std: Standard deviation of the first filters before training, 0.01 in the paper; 0
            suits it to their size, which makes it 0.12. Since normalization follows, it does not
            change what comes out, but how fast they learn: those of 0.12 hide what they have
            learnt under what they began with.

    Raises:
        ValueError: If the images are too small for the three poolings.
    """

    minimum_size = 48
    options = 'first_ksize', 'second_stride', 'last_pool', 'first_std'

    def __init__(
            self, size: int = 224, width: float = 1.0, image_features: int = 4096,
            dropout: float = 0.5, normalize: bool = False, first_ksize: int = 7,
            second_stride: int = 2, last_pool: bool = True, first_std: float = 0.0):
        super().__init__(
            size, first_ksize=first_ksize, second_stride=second_stride, last_pool=last_pool)
        self.dropout = dropout
        self.last_pool = last_pool
        self.out_size = image_features
        c1, c2, c3, c4, c5 = (max(1, round(width * channels)) for channels in CHANNELS)
        hidden = max(1, round(width * HIDDEN))
        with self.init_scope():
            self.conv1 = ConvBNReLU(
                3, c1, first_ksize, stride=2, pad=_first_pad(first_ksize), initial_std=first_std)
            self.conv2 = ConvBNReLU(c1, c2, 5, stride=second_stride)
            self.conv3 = ConvBNReLU(c2, c3, 3, pad=1)
            self.conv4 = ConvBNReLU(c3, c4, 3, pad=1)
            self.conv5 = ConvBNReLU(c4, c5, 3, pad=1)
            last = _last_size(size, first_ksize, second_stride, last_pool)
            self.fc6 = DenseReLU(c5 * last ** 2, hidden, normalize)
            self.fc7 = DenseReLU(hidden, image_features, normalize)

    @classmethod
    def smallest(
            cls, first_ksize: int = 7, second_stride: int = 2, last_pool: bool = True,
            **others) -> int:
        """The least size of the images, in pixels, that leaves an output after all layers."""
        conv5 = 2 if last_pool else 1
        pool1 = 5 + second_stride * (2 * conv5 - 1)
        size = 4 * pool1 - 2 + first_ksize - 2 * _first_pad(first_ksize)
        return max(cls.minimum_size, size)

    def layers(self, x: Array) -> Iterator[tuple[str, chainer.Variable]]:
        """Yields the name and the values of each layer, first to last."""
        h = self.conv1(functions.compact(x))
        yield 'conv1', h
        h = functions.max_pooling_2d(h, 3, stride=2)
        yield 'pool1', h
        h = self.conv2(h)
        yield 'conv2', h
        h = functions.max_pooling_2d(h, 3, stride=2)
        yield 'pool2', h
        h = self.conv3(h)
        yield 'conv3', h
        h = self.conv4(h)
        yield 'conv4', h
        h = self.conv5(h)
        yield 'conv5', h
        if self.last_pool:
            h = functions.max_pooling_2d(h, 3, stride=2)
            yield 'pool5', h
        h = chainer.functions.reshape(h, (len(h), -1))
        h = functions.dropout(self.fc6(h), self.dropout)
        yield 'fc6', h
        h = functions.dropout(self.fc7(h), self.dropout)
        yield 'fc7', h


def _first_pad(ksize):
    return min(1, ksize // 2)


def _last_size(size, first_ksize, second_stride, last_pool):
    size = get_conv_outsize(size, first_ksize, 2, _first_pad(first_ksize))
    size = get_conv_outsize(size, 3, 2, 0, cover_all=True)
    size = get_conv_outsize(size, 5, second_stride, 0)
    size = get_conv_outsize(size, 3, 2, 0, cover_all=True)
    return get_conv_outsize(size, 3, 2, 0, cover_all=True) if last_pool else size
