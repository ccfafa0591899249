"""Faster inference: batch normalization with fixed statistics is part of the convolution before."""

import chainer
import numpy as np

from fashion_models.links.zfnet import ZFNet


def fold_batch_normalization(model):
    """Makes a trained network faster, and good for evaluation only.

    With its running statistics, batch normalization scales and shifts each channel, which the
    filters and a bias can do: the convolutions of every :class:`ZFNet` in ``model`` take it over.
    Other trunks stay as they are. The results are the same to rounding.

    Args:
        model (~chainer.Link): Changed in place. Its convolutions' weights become read-only on the
            CPU, for which the engine keeps them in the layout that it likes.

    Returns:
        ~chainer.Link: ``model``.
    """
    for link in list(model.links()):
        if isinstance(link, ZFNet):
            for k in range(1, 6):
                _fold(link, f'conv{k}', f'bn{k}')
    return model


def _fold(trunk, convolution_name, normalization_name):
    convolution, bn = trunk[convolution_name], trunk[normalization_name]
    xp = convolution.xp
    scale = bn.gamma.array / xp.sqrt(bn.avg_var + bn.eps)
    W = convolution.W.array * scale[:, None, None, None]
    b = bn.beta.array - bn.avg_mean * scale
    with convolution.init_scope():
        convolution.W = chainer.Parameter(W)
        convolution.b = chainer.Parameter(b)
    if isinstance(W, np.ndarray):
        convolution.W.array.setflags(write=False)
    delattr(trunk, normalization_name)
    setattr(trunk, normalization_name, None)
