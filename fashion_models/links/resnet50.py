"""ResNet-50 as trunk: one of the "more modern architectures" that the article goes on to."""

import chainer
import chainer.functions as F

from fashion_models import functions
from fashion_models.links.blocks import ConvBNReLU, DenseReLU
from fashion_models.links.trunk import Trunk

#: Name, number of bottlenecks, channels inside them, stride of the first.
STAGES = ('res2', 3, 64, 1), ('res3', 4, 128, 2), ('res4', 6, 256, 2), ('res5', 3, 512, 2)
#: How many times as many channels come out of a bottleneck as there are inside it.
EXPANSION = 4


class ResNet50(Trunk):
    """The 50-layer residual network of He et al., "Deep Residual Learning" (2015).

    Global average pooling is followed by one dense layer, so that an image has as many features as
    with any other trunk.

    Args:
        size (int): Height and width of the images, at least 32: the network's stride.
        width (float): Multiplies the number of channels.
        image_features (int): Values an image.
        dropout (float): Ratio of the image features dropped in training.
        normalize (bool): Whether the dense layer is normalized, too.

    Raises:
        ValueError: If the images are smaller than the network's stride.
    """

    minimum_size = 32

    def __init__(
            self, size: int = 224, width: float = 1.0, image_features: int = 4096,
            dropout: float = 0.5, normalize: bool = False):
        super().__init__(size)
        self.dropout = dropout
        self.out_size = image_features
        channels = max(1, round(64 * width))
        with self.init_scope():
            self.conv1 = ConvBNReLU(3, channels, 7, 2, 3)
            for name, repeats, mid, stride in STAGES:
                mid = max(1, round(mid * width))
                setattr(self, name, _Stage(repeats, channels, mid, stride))
                channels = EXPANSION * mid
            self.fc6 = DenseReLU(channels, image_features, normalize)

    def layers(self, x):
        """Yields the name and the values of each stage, first to last."""
        h = self.conv1(x)
        yield 'conv1', h
        h = functions.max_pooling_2d(h, 3, stride=2)
        yield 'pool1', h
        for name, *_ in STAGES:
            h = self[name](h)
            yield name, h
        h = F.average(h, axis=(2, 3))
        yield 'pool5', h
        h = functions.dropout(self.fc6(h), self.dropout)
        yield 'fc6', h


class _Stage(chainer.Sequential):
    """Bottlenecks at one resolution, the first of which changes size and channels."""

    def __init__(self, repeats, in_channels, mid, stride):
        super().__init__(
            Bottleneck(in_channels, mid, stride, project=True),
            *(Bottleneck(EXPANSION * mid, mid) for _ in range(repeats - 1)))


class Bottleneck(chainer.Chain):
    """1x1, 3x3 and 1x1 convolutions around a shortcut: the sum goes through ReLU.

    Args:
        in_channels (int): Channels that come in; four times ``mid`` go out.
        mid (int): Channels inside.
        stride (int): Of the first convolution, as in the paper.
        project (bool): Whether the shortcut is a 1x1 convolution; the input itself otherwise.
    """

    def __init__(self, in_channels: int, mid: int, stride: int = 1, project: bool = False):
        super().__init__()
        out_channels = EXPANSION * mid
        with self.init_scope():
            self.conv1 = ConvBNReLU(in_channels, mid, 1, stride)
            self.conv2 = ConvBNReLU(mid, mid, 3, pad=1)
            self.conv3 = ConvBNReLU(mid, out_channels, 1, relu=False)
            self.shortcut = (
                ConvBNReLU(in_channels, out_channels, 1, stride, relu=False) if project else None)

    def forward(self, x) -> chainer.Variable:
        """(N, in_channels, h, w) -> (N, 4 * mid, h / stride, w / stride)."""
        h = self.conv3(self.conv2(self.conv1(x)))
        return F.relu(h + (x if self.shortcut is None else self.shortcut(x)))
