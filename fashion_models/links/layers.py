"""Pieces that several links share."""

import collections

import chainer
import chainer.links as L

from fashion_models import functions


def output_of(layers):
    """Values of the last of ``layers``, (name, values) pairs, without keeping the others alive."""
    (_, values), = collections.deque(layers, maxlen=1)
    return values


def dense(in_size, out_size):
    """A dense layer initialised for the ReLU that follows it (He et al., 2015)."""
    return L.Linear(in_size, out_size, initialW=chainer.initializers.HeNormal())


def dense_relu(layer, x):
    """ReLU of a dense layer: x (N, in_size) -> (N, out_size)."""
    return functions.linear(x, layer.W, layer.b, relu=True)
