"""The update of stochastic gradient descent with momentum and weight decay."""

import numpy as np

from fashion_models.onednn import constants as c
from fashion_models.onednn.primitive import (
    Attributes,
    Primitive,
    PrimitiveDescriptor,
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


def update(w, g, v, learning_rate, momentum, weight_decay):
    """Changes w and v in place: v = momentum * v - learning_rate * (g + weight_decay * w); w += v.

    Args:
        w, g, v: C-contiguous arrays of one shape: weights, their gradient, their velocity.
    """
    w, g, v = (array.reshape(-1) for array in (w, g, v))
    scale_g = np.array([-learning_rate], np.float32)
    scale_w = np.array([-learning_rate * weight_decay], np.float32)
    for start in range(0, w.size, BLOCK):
        part = slice(start, start + BLOCK)
        w_part, v_part = w[part], v[part]
        velocity, step = _primitives(w_part.size, float(momentum))
        velocity(g[part], w_part, v_part, scale_g, scale_w)
        step(w_part, v_part, w_part)
