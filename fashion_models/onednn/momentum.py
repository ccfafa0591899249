"""The update of stochastic gradient descent with momentum and weight decay."""

import numpy as np

from fashion_models.onednn import constants as c
from fashion_models.onednn.primitive import (
    Attributes,
    Primitive,
    PrimitiveDescriptor,
    address,
    cached,
    contiguous,
)

#: Values that are updated at a time: w, v and g together stay in the cores' second-level caches.
BLOCK = 1 << 18


@cached(256)
def _primitives(size, momentum):
    values, one = contiguous((size,)), contiguous((1,))
    # v = -lr * g + -lr * decay * w + momentum * v, in one pass
    velocity = Primitive(
        PrimitiveDescriptor(
            'binary', c.BINARY_ADD, values, values, values,
            attributes=Attributes(sum=momentum, scales=(c.SRC, c.SRC_1))),
        {c.SRC: values, c.SRC_1: values, c.DST: values,
         c.SCALES | c.SRC: one, c.SCALES | c.SRC_1: one})
    step = Primitive(
        PrimitiveDescriptor('binary', c.BINARY_ADD, values, values, values),
        {c.SRC: values, c.SRC_1: values, c.DST: values})
    return velocity, step


def update(
        w: np.ndarray, g: np.ndarray, v: np.ndarray, learning_rate: float, momentum: float,
        weight_decay: float) -> None:
    """Changes w and v in place: v = momentum * v - learning_rate * (g + weight_decay * w); w += v.

    Args:
        w, g, v: C-contiguous arrays of one shape: weights, their gradient, their velocity.
    """
    scales = np.array([-learning_rate, -learning_rate * weight_decay], np.float32)
    scale_g, scale_w = address(scales), address(scales[1:])
    at_w, at_g, at_v = map(address, (w, g, v))
    for start in range(0, w.size, BLOCK):
        velocity, step = _primitives(min(BLOCK, w.size - start), float(momentum))
        offset = start * w.itemsize
        velocity.run_at(at_g + offset, at_w + offset, at_v + offset, scale_g, scale_w)
        step.run_at(at_w + offset, at_v + offset, at_w + offset)
