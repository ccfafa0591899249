"""Copies between memory layouts and number formats, with all threads."""

import weakref

import numpy as np

from fashion_models.onednn import constants as c
from fashion_models.onednn.memory import empty, empty_channels_last, is_channels_last
from fashion_models.onednn.number_format import BFLOAT16, code, is_bfloat16
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
    """Copies an array to another layout or number format; descriptors give both."""

    def __init__(self, source: Descriptor, destination: Descriptor) -> None:
        self._destination = destination
        handle = engine().handle
        self._primitive = Primitive(
            PrimitiveDescriptor('reorder', source, handle, destination, handle),
            {c.SRC: source, c.DST: destination})

    def __call__(self, source: np.ndarray, destination: np.ndarray | None = None) -> np.ndarray:
        """Copies to ``destination``, or to a new array of bytes, and returns it."""
        if destination is None:
            destination = empty((self._destination.size,), np.uint8)
        self._primitive(source, destination)
        return destination

    def constant(self, source: np.ndarray) -> np.ndarray:
        """A copy of an array; the same one each time if the array is its own and read-only."""
        if not is_constant(source):
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


def is_constant(array: np.ndarray) -> bool:
    """Whether an array is its own and read-only: then it is taken never to change."""
    return not array.flags.writeable and array.base is None


def same(a: Descriptor, b: Descriptor) -> bool:
    """Whether two descriptors are equal."""
    return bool(engine().dnnl.memory_desc_equal(a, b))


@cached(256)
def _to_channels_last(shape, dtype):
    return Reorder(contiguous(shape, dtype), channels_last(shape, dtype))


@cached(256)
def _to_channels_first(shape, dtype):
    return Reorder(channels_last(shape, dtype), contiguous(shape, dtype))


@cached(256)
def _to_bfloat16(shape):
    return Reorder(contiguous(shape), contiguous(shape, c.BF16))


def as_channels_last(x: np.ndarray) -> np.ndarray:
    """x (N, C, H, W), copied only if it does not lie channels-last already."""
    if is_channels_last(x):
        return x
    y = empty_channels_last(x.shape, x.dtype)
    if x.flags.c_contiguous:
        return _to_channels_last(x.shape, code(x.dtype))(x, y)
    np.copyto(y, x)
    return y


def as_contiguous(x: np.ndarray) -> np.ndarray:
    """x in C order, copied only if it is not so already."""
    if x.flags.c_contiguous:
        return x
    y = empty(x.shape, x.dtype)
    if x.ndim == 4 and is_channels_last(x):
        return _to_channels_first(x.shape, code(x.dtype))(x, y)
    np.copyto(y, x)
    return y


def as_bfloat16(x: np.ndarray) -> np.ndarray:
    """x rounded to bfloat16, in C order.

    Of a float32 array of its own that is read-only, the same copy each time.
    """
    if is_bfloat16(x):
        return as_contiguous(x)
    return _to_bfloat16(x.shape).constant(as_contiguous(x)).view(BFLOAT16).reshape(x.shape)


def images_as_bfloat16(x: np.ndarray) -> np.ndarray:
    """x (N, C, H, W) rounded to bfloat16, channels-last."""
    if is_bfloat16(x):
        return as_channels_last(x)
    return as_bfloat16(as_channels_last(x).transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2)
