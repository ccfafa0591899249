"""Copies between memory layouts, with all threads."""

import numpy as np

from fashion_models.onednn import constants as c
from fashion_models.onednn.memory import empty, empty_channels_last, is_channels_last
from fashion_models.onednn.primitive import (
    Primitive,
    PrimitiveDescriptor,
    cached,
    channels_last,
    contiguous,
    engine,
)


class Reorder:
    """Copies an array from one layout to another; both are given by their descriptors."""

    def __init__(self, source, destination):
        handle = engine().handle
        self._primitive = Primitive(
            PrimitiveDescriptor('reorder', source, handle, destination, handle),
            {c.SRC: source, c.DST: destination})
        self._size = destination.size // 4

    def __call__(self, source, destination=None):
        if destination is None:
            destination = empty((self._size,))
        self._primitive(source, destination)
        return destination


def same(a, b):
    """Whether two descriptors say the same."""
    return bool(engine().dnnl.memory_desc_equal(a, b))


@cached(256)
def _to_channels_last(shape):
    return Reorder(contiguous(shape), channels_last(shape))


@cached(256)
def _to_channels_first(shape):
    return Reorder(channels_last(shape), contiguous(shape))


def as_channels_last(x):
    """x (N, C, H, W), copied only if it does not lie channels-last already."""
    if is_channels_last(x):
        return x
    y = empty_channels_last(x.shape)
    if x.flags.c_contiguous:
        return _to_channels_last(x.shape)(x, y)
    np.copyto(y, x)
    return y


def as_contiguous(x):
    """x in C order, copied only if it is not so already."""
    if x.flags.c_contiguous:
        return x
    y = empty(x.shape)
    if x.ndim == 4 and is_channels_last(x):
        return _to_channels_first(x.shape)(x, y)
    np.copyto(y, x)
    return y
