"""Copies between memory layouts, with all threads."""

import weakref

import numpy as np

from fashion_models.onednn import constants as c
from fashion_models.onednn.memory import empty, empty_channels_last, is_channels_last
from fashion_models.onednn.primitive import (
    Descriptor,
    Primitive,
    PrimitiveDescriptor,
    cached,
    channels_last,
    contiguous,
    engine,
)

#: From the identity of a read-only array to a weak reference to it and its (descriptor, copy)s.
_copies = {}


class Reorder:
    """Copies an array from one layout to another; both are given by their descriptors."""

    def __init__(self, source: Descriptor, destination: Descriptor) -> None:
        self._destination = destination
        handle = engine().handle
        self._primitive = Primitive(
            PrimitiveDescriptor('reorder', source, handle, destination, handle),
            {c.SRC: source, c.DST: destination})

    def __call__(self, source: np.ndarray, destination: np.ndarray | None = None) -> np.ndarray:
        """Copies to ``destination``, or to a new array, and returns it."""
        if destination is None:
            destination = empty((self._destination.size // 4,))
        self._primitive(source, destination)
        return destination

    def constant(self, source: np.ndarray) -> np.ndarray:
        """A copy of an array; the same one each time if the array is its own and read-only."""
        if source.flags.writeable or source.base is not None:
            return self(source)
        key = id(source)
        if key not in _copies:
            _copies[key] = weakref.ref(source, lambda _: _copies.pop(key, None)), []
        copies = _copies[key][1]
        for descriptor, copy in copies:
            if same(descriptor, self._destination):
                return copy
        copies.append((self._destination, self(source)))
        return copies[-1][1]


def same(a: Descriptor, b: Descriptor) -> bool:
    """Whether two descriptors are equal."""
    return bool(engine().dnnl.memory_desc_equal(a, b))


@cached(256)
def _to_channels_last(shape):
    return Reorder(contiguous(shape), channels_last(shape))


@cached(256)
def _to_channels_first(shape):
    return Reorder(channels_last(shape), contiguous(shape))


def as_channels_last(x: np.ndarray) -> np.ndarray:
    """x (N, C, H, W), copied only if it does not lie channels-last already."""
    if is_channels_last(x):
        return x
    y = empty_channels_last(x.shape)
    if x.flags.c_contiguous:
        return _to_channels_last(x.shape)(x, y)
    np.copyto(y, x)
    return y


def as_contiguous(x: np.ndarray) -> np.ndarray:
    """x in C order, copied only if it is not so already."""
    if x.flags.c_contiguous:
        return x
    y = empty(x.shape)
    if x.ndim == 4 and is_channels_last(x):
        return _to_channels_first(x.shape)(x, y)
    np.copyto(y, x)
    return y
