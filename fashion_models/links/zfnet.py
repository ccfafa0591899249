"""ZFNet, the convolutional trunk of the article."""

import chainer
import chainer.links as L
from chainer.utils import get_conv_outsize

from fashion_models import functions
from fashion_models.links.layers import dense, dense_relu, output_of

CHANNELS = (96, 256, 384, 384, 256)
HIDDEN = 4096


class ZFNet(chainer.Chain):
    """AlexNet with smaller, denser filters in its first two layers.

    The layout is that of Zeiler & Fergus, "Visualizing and Understanding Convolutional Networks"
    (2013), figure 3. The article adds batch normalization without saying where; here it follows
    every convolution (so that those have no bias) and takes the place of the original's contrast
    normalization. Dropout follows ``fc6`` and ``fc7``, as in the original.

    ======  =============================  ==================
    layer   what                           values at size 224
    ======  =============================  ==================
    conv1   96 7x7 / 2, pad 1, BN, ReLU    96 x 110 x 110
    pool1   max 3x3 / 2                    96 x 55 x 55
    conv2   256 5x5 / 2, BN, ReLU          256 x 26 x 26
    pool2   max 3x3 / 2                    256 x 13 x 13
    conv3   384 3x3, pad 1, BN, ReLU       384 x 13 x 13
    conv4   384 3x3, pad 1, BN, ReLU       384 x 13 x 13
    conv5   256 3x3, pad 1, BN, ReLU       256 x 13 x 13
    pool5   max 3x3 / 2                    256 x 6 x 6
    fc6     dense, ReLU, dropout           4096
    fc7     dense, ReLU, dropout           4096
    ======  =============================  ==================

    Args:
        size (int): Height and width of the images, at least 48.
        width (float): Multiplies the number of channels and of hidden units, not that of the
            image features.
        image_features (int): Values an image, 4096 in the article.
        dropout (float): Ratio of the values dropped after each dense layer.
        first_ksize (int): Height and width of the first filters. With 1, as in the article's
            network that is trained on colour only, a filter is nothing but a colour.

    Raises:
        ValueError: If the images are too small for the three poolings.
    """

    minimum_size = 48

    def __init__(self, size=224, width=1.0, image_features=4096, dropout=0.5, first_ksize=7):
        super().__init__()
        if size < self.minimum_size:
            raise ValueError(
                f'ZFNet needs images of at least {self.minimum_size} pixels, not {size}')
        self.dropout = dropout
        self.out_size = image_features
        c1, c2, c3, c4, c5 = (max(1, round(width * channels)) for channels in CHANNELS)
        hidden = max(1, round(width * HIDDEN))
        with self.init_scope():
            self.conv1, self.bn1 = _convolution(
                3, c1, first_ksize, stride=2, pad=_first_pad(first_ksize))
            self.conv2, self.bn2 = _convolution(c1, c2, 5, stride=2)
            self.conv3, self.bn3 = _convolution(c2, c3, 3, pad=1)
            self.conv4, self.bn4 = _convolution(c3, c4, 3, pad=1)
            self.conv5, self.bn5 = _convolution(c4, c5, 3, pad=1)
            self.fc6 = dense(c5 * _last_size(size, first_ksize) ** 2, hidden)
            self.fc7 = dense(hidden, image_features)

    def forward(self, x):
        """Image features.

        Args:
            x: (N, 3, size, size) float32, mean-subtracted.

        Returns:
            ~chainer.Variable: (N, image_features)
        """
        return output_of(self.layers(x))

    def layers(self, x):
        """Yields the name and the values of each layer, first to last."""
        h = _block(self.conv1, self.bn1, x)
        yield 'conv1', h
        h = functions.max_pooling_2d(h, 3, stride=2)
        yield 'pool1', h
        h = _block(self.conv2, self.bn2, h)
        yield 'conv2', h
        h = functions.max_pooling_2d(h, 3, stride=2)
        yield 'pool2', h
        h = _block(self.conv3, self.bn3, h)
        yield 'conv3', h
        h = _block(self.conv4, self.bn4, h)
        yield 'conv4', h
        h = _block(self.conv5, self.bn5, h)
        yield 'conv5', h
        h = functions.max_pooling_2d(h, 3, stride=2)
        yield 'pool5', h
        h = chainer.functions.reshape(h, (len(h), -1))
        h = functions.dropout(dense_relu(self.fc6, h), self.dropout)
        yield 'fc6', h
        h = functions.dropout(dense_relu(self.fc7, h), self.dropout)
        yield 'fc7', h


def _convolution(in_channels, out_channels, ksize, stride=1, pad=0):
    # No bias: batch normalization takes it away and has its own.
    convolution = L.Convolution2D(
        in_channels, out_channels, ksize, stride, pad, nobias=True,
        initialW=chainer.initializers.HeNormal())
    return convolution, L.BatchNormalization(out_channels)


def _block(convolution, bn, x):
    folded = bn is None     # into the convolution: fold_batch_normalization
    h = functions.convolution_2d(
        x, convolution.W, convolution.b, stride=convolution.stride, pad=convolution.pad,
        relu=folded)
    if folded:
        return h
    return functions.batch_normalization_relu(
        h, bn.gamma, bn.beta, bn.avg_mean, bn.avg_var, bn.eps, bn.decay)


def _first_pad(ksize):
    return min(1, ksize // 2)


def _last_size(size, first_ksize):
    size = get_conv_outsize(size, first_ksize, 2, _first_pad(first_ksize))
    size = get_conv_outsize(size, 3, 2, 0, cover_all=True)
    size = get_conv_outsize(size, 5, 2, 0)
    size = get_conv_outsize(size, 3, 2, 0, cover_all=True)
    return get_conv_outsize(size, 3, 2, 0, cover_all=True)
