"""Dense layers, with the weights left in their own order.

A batch has few rows and the weights are many: reordering the weights as a matrix product likes them
best takes longer than the product itself. Hence the forms chosen here, the fastest of those tried
for 32 to 160 rows. Both products with W compute the transpose of their result, which reads W as it
lies; transposing the small result costs little.
"""

import numpy as np

from fashion_models.caching import cached_property
from fashion_models.onednn import constants as c
from fashion_models.onednn.memory import empty
from fashion_models.onednn.primitive import (
    Primitive,
    PrimitiveDescriptor,
    cached,
    contiguous,
    strided,
)
from fashion_models.onednn.reorder import Reorder, as_contiguous


class _TurnedProduct:
    """a (n, inner) @ w (inner, out), by way of its transpose.

    Args:
        w: Descriptor of the transpose of w.
    """

    def __init__(self, n, inner, out, w):
        a, product = strided((inner, n), (1, inner)), contiguous((out, n))
        self._product = Primitive(
            PrimitiveDescriptor('matmul', w, a, None, product),
            {c.SRC: w, c.WEIGHTS: a, c.DST: product})
        self._turn = Reorder(strided((n, out), (1, n)), contiguous((n, out)))
        self._shape = n, out

    def __call__(self, a, w):
        if a.shape[1] == 1:
            # Products of single numbers, for which oneDNN 3.6 writes no result.
            return a * w.reshape(1, -1)
        turned, result = empty(self._shape[::-1]), empty(self._shape)
        self._product(w, a, turned)
        return self._turn(turned, result)


class _Dense:
    """The operations for x (n, inner) and W (out, inner), each made on first use."""

    def __init__(self, n, inner, out):
        self.sizes = n, inner, out

    @cached_property
    def forward(self):
        n, inner, out = self.sizes
        return _TurnedProduct(n, inner, out, contiguous((out, inner)))

    @cached_property
    def backward_data(self):
        n, inner, out = self.sizes
        return _TurnedProduct(n, out, inner, strided((inner, out), (1, inner)))

    @cached_property
    def backward_weights(self):
        n, inner, out = self.sizes
        x, W, y = map(contiguous, ((n, inner), (out, inner), (n, out)))
        hint = PrimitiveDescriptor('inner_product_forward', c.TRAINING, x, W, None, y)
        return Primitive(
            PrimitiveDescriptor('inner_product_backward_weights', x, W, None, y, hint),
            {c.SRC: x, c.DIFF_DST: y, c.DIFF_WEIGHTS: W})


_cached = cached(256)(_Dense)


def forward(
        x: np.ndarray, W: np.ndarray, b: np.ndarray | None = None,
        relu: bool = False) -> np.ndarray:
    """y (N, O) of x (N, C), W (O, C) and b (O,) or ``None``; its positive part with ``relu``."""
    y = _cached(*x.shape, len(W)).forward(as_contiguous(x), as_contiguous(W))
    if b is not None:
        y += b
    if relu:
        np.maximum(y, 0, out=y)
    return y


def backward_data(gy: np.ndarray, W: np.ndarray) -> np.ndarray:
    """Gradient with respect to x (N, C)."""
    out, inner = W.shape
    return _cached(len(gy), inner, out).backward_data(as_contiguous(gy), as_contiguous(W))


def backward_weights(x: np.ndarray, gy: np.ndarray) -> np.ndarray:
    """Gradient with respect to W (O, C)."""
    (n, inner), out = x.shape, gy.shape[1]
    gW = empty((out, inner))
    _cached(n, inner, out).backward_weights(as_contiguous(x), as_contiguous(gy), gW)
    return gW
