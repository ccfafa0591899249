"""Rectified linear unit."""

import chainer.functions as F


def relu(x):
    """The positive part of x, of any shape."""
    return F.relu(x)
