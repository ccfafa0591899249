"""The blocks that trunks and encoders are made of: a layer, its normalization, its ReLU."""

import chainer
import chainer.links as L
import numpy as np

from fashion_models import functions
from fashion_models.functions.backend import Array


class _Block(chainer.Chain):
    """A layer with weights W and an optional bias b, then batch normalization ``bn`` or
    ``None``."""

    #: Name of the layer among the block's links.
    layer = None

    def fold(self):
        """Makes normalization with fixed statistics part of the layer's weights, for inference
        only.

        With its running statistics, batch normalization scales and shifts each channel, which the
        layer's weights and a bias can do. The results are the same to rounding. The weights become
        read-only on the CPU, for which the engine keeps them in the layout that suits it.
        """
        layer, bn = self[self.layer], self.bn
        if bn is not None:
            scale = bn.gamma.array / layer.xp.sqrt(bn.avg_var + bn.eps)
            W = layer.W.array * scale.reshape(-1, *[1] * (layer.W.ndim - 1))
            with layer.init_scope():
                layer.W = chainer.Parameter(W)
                layer.b = chainer.Parameter(bn.beta.array - bn.avg_mean * scale)
            del self.bn
            self.bn = None
        if isinstance(layer.W.array, np.ndarray):
            layer.W.array.setflags(write=False)

    def _normalized(self, h):
        bn = self.bn
        return functions.batch_normalization(
            h, bn.gamma, bn.beta, bn.avg_mean, bn.avg_var, bn.eps, bn.decay, self.relu)


class ConvBNReLU(_Block):
    """Convolution, batch normalization and ReLU: (N, in, h, w) -> (N, out, h', w').

    The convolution has no bias: normalization would take it away and has its own.

    Args:
        in_channels: Channels that come in.
        out_channels: Channels that go out.
        ksize: Height and width of the filters.
        stride: Step of the filters.
        pad: Zeros around the images.
        relu: Whether ReLU follows; a residual block adds its shortcut first.
        initial_std: Standard deviation of the filters at first; 0 suits it to their size (He et
            al., "Delving Deep into Rectifiers", 2015).
    """

    layer = 'conv'

    def __init__(
            self, in_channels: int, out_channels: int, ksize: int, stride: int = 1, pad: int = 0,
            relu: bool = True, initial_std: float = 0.0):
        super().__init__()
        self.relu = relu
        with self.init_scope():
            self.conv = L.Convolution2D(
                in_channels, out_channels, ksize, stride, pad, nobias=True,
                initialW=chainer.initializers.Normal(initial_std) if initial_std
                else chainer.initializers.HeNormal())
            self.bn = L.BatchNormalization(out_channels)

    def forward(self, x: Array) -> chainer.Variable:
        """The block's values."""
        conv, folded = self.conv, self.bn is None
        h = functions.convolution_2d(
            x, conv.W, conv.b, stride=conv.stride, pad=conv.pad, relu=folded and self.relu)
        return h if folded else self._normalized(h)


class DenseReLU(_Block):
    """Dense layer, batch normalization if wanted, and ReLU: (N, in_size) -> (N, out_size).

    Args:
        in_size: Values that come in.
        out_size: Values that go out.
        normalize: Whether batch normalization takes the place of the bias.
    """

    layer, relu = 'linear', True

    def __init__(self, in_size: int, out_size: int, normalize: bool = False):
        super().__init__()
        with self.init_scope():
            self.linear = L.Linear(
                in_size, out_size, nobias=normalize, initialW=chainer.initializers.HeNormal())
            self.bn = L.BatchNormalization(out_size) if normalize else None

    def forward(self, x: Array) -> chainer.Variable:
        """The block's values."""
        folded = self.bn is None
        h = functions.linear(x, self.linear.W, self.linear.b, relu=folded)
        return h if folded else self._normalized(h)


def fold_for_inference(model: chainer.Link) -> chainer.Link:
    """Makes a trained network faster, and fit for inference only.

    Normalization becomes part of the layer before it, and the heads become one layer.

    Args:
        model: Changed in place, by the ``fold()`` of each link that has one.

    Returns:
        ``model``.
    """
    for link in list(model.links()):
        if hasattr(link, 'fold'):
            link.fold()
    return model
