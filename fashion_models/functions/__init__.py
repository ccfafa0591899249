"""Differentiable functions: cuDNN on a GPU, oneDNN on a CPU that has it, Chainer's own otherwise.

The links call these and never ask which of the three does the work. Arrays keep the logical shape
``(N, C, H, W)``; which order they have in memory is between the functions.
"""

import chainer
import chainer.functions as F

__all__ = [
    'batch_normalization_relu', 'column_max_pooling', 'convolution_2d', 'dropout', 'linear',
    'max_pooling_2d', 'relu', 'softmax_cross_entropy',
]


def convolution_2d(x, W, b=None, stride=1, pad=0):
    """Two-dimensional convolution: x (N, C, H, W), W (O, C, kh, kw), b (O,) -> (N, O, H', W')."""
    return F.convolution_2d(x, W, b, stride=stride, pad=pad)


def batch_normalization_relu(
        x, gamma, beta, running_mean, running_var, eps=2e-5, decay=0.9, train=None):
    """Batch normalization, then ReLU, of x (N, C, H, W) per channel or of x (N, C) per column.

    In training the batch's own statistics are used, and ``running_mean`` and ``running_var``
    (arrays of shape (C,)) are moved towards them in place; in evaluation they are what is used.

    Args:
        train (bool): ``chainer.config.train`` where it is ``None``.
    """
    if train is None:
        train = chainer.config.train
    axis = (0, 2, 3) if x.ndim == 4 else (0,)
    if train:
        y = F.batch_normalization(
            x, gamma, beta, eps=eps, running_mean=running_mean, running_var=running_var,
            decay=decay, axis=axis)
    else:
        y = F.fixed_batch_normalization(
            x, gamma, beta, running_mean, running_var, eps=eps, axis=axis)
    return F.relu(y)


def max_pooling_2d(x, ksize, stride=None, pad=0):
    """Max pooling whose windows cover every input pixel (Chainer's ``cover_all=True``)."""
    return F.max_pooling_2d(x, ksize, stride=stride, pad=pad, cover_all=True)


def linear(x, W, b=None):
    """Dense layer: x (N, C), W (O, C), b (O,) -> (N, O)."""
    return F.linear(x, W, b)


def relu(x):
    """Rectified linear unit."""
    return F.relu(x)


def dropout(x, ratio=0.5):
    """Dropout in training (survivors divided by ``1 - ratio``), the identity in evaluation."""
    return F.dropout(x, ratio)


def column_max_pooling(x, n):
    """Largest value of each column over every product's ``n`` consecutive rows.

    This is the article's "n x 1 pooling". Where several images of a product tie, the first of them
    receives the gradient.

    Args:
        x: (b * n, d), the images of a product next to each other.
        n (int): Images a product.

    Returns:
        (b, d)
    """
    rows, d = x.shape
    y = F.max_pooling_2d(F.reshape(x, (rows // n, 1, n, d)), (n, 1), cover_all=False)
    return F.reshape(y, (rows // n, d))


def softmax_cross_entropy(x, t):
    """Mean cross entropy over the labelled rows; 0, with zero gradient, if there is none.

    Args:
        x: (N, classes), unnormalised log probabilities.
        t: (N,) int32, -1 where there is no label.
    """
    return F.softmax_cross_entropy(x, t, normalize=True, ignore_label=-1)
