"""Dense layers, with the weights left in their own order.

A batch has few rows and the weights are many: reordering the weights as a matrix product likes them
best takes longer than the product itself. Hence the forms chosen here, the fastest of those tried
for 32 to 160 rows. Both products with W compute the transpose of their result, which reads W as it
lies; transposing the small result costs little.

Weights that never change, in inference, are laid out once as the product likes them best.

With weights, or gradients of outputs, in bfloat16 (see
:func:`~fashion_models.onednn.reorder.as_bfloat16`), the other factor is rounded to it, too.
Products are summed up in float32.
"""

from collections.abc import Callable

import numpy as np

from fashion_models.caching import cached_property
from fashion_models.onednn import constants as c
from fashion_models.onednn.memory import empty
from fashion_models.onednn.number_format import is_bfloat16
from fashion_models.onednn.primitive import (
    Attributes,
    Primitive,
    PrimitiveDescriptor,
    any_layout,
    cached,
    contiguous,
    strided,
)
from fashion_models.onednn.reorder import Reorder, as_bfloat16, as_contiguous, is_constant

#: In float32, only fewer rows than these get weights that are laid out, which makes one row nearly
#: twice as fast; 32 are faster without.
FEW = 4
#: Rows at a time where each must be the same whichever others there are.
STEADY = 64


class _TurnedProduct:
    """a (n, inner) @ w (inner, out), by way of its transpose.

    Args:
        w: Descriptor of the transpose of w.
        dtype (int): Of a and w.
    """

    def __init__(self, n, inner, out, w, dtype):
        a, product = strided((inner, n), (1, inner), dtype), contiguous((out, n))
        self._product = Primitive(
            PrimitiveDescriptor('matmul', w, a, None, product),
            {c.SRC: w, c.WEIGHTS: a, c.DST: product})
        self._turn = Reorder(strided((n, out), (1, n)), contiguous((n, out)))
        self._shape = n, out

    def __call__(self, a, w):
        if a.shape[1] == 1:
            # Products of single numbers, for which oneDNN 3.6 writes no result.
            return _float32(a) * _float32(w).reshape(1, -1)
        turned, result = empty(self._shape[::-1]), empty(self._shape)
        self._product(w, a, turned)
        return self._turn(turned, result)


class _Dense:
    """The operations for x (n, inner) and W (out, inner), each made on first use."""

    def __init__(self, n, inner, out, bfloat16):
        self.sizes = n, inner, out
        self.dtype = c.BF16 if bfloat16 else c.F32

    @cached_property
    def forward(self):
        n, inner, out = self.sizes
        W = contiguous((out, inner), self.dtype)
        return _TurnedProduct(n, inner, out, W, self.dtype)

    @cached_property
    def backward_data(self):
        n, inner, out = self.sizes
        W = strided((inner, out), (1, inner), self.dtype)
        return _TurnedProduct(n, out, inner, W, self.dtype)

    @cached_property
    def backward_weights(self):
        n, inner, out = self.sizes
        gy = strided((out, n), (1, out), self.dtype)
        x, gW = contiguous((n, inner), self.dtype), contiguous((out, inner))
        return Primitive(
            PrimitiveDescriptor('matmul', gy, x, None, gW), {c.SRC: gy, c.WEIGHTS: x, c.DST: gW})


_cached = cached(256)(_Dense)


@cached(256)
class _Packed:
    """The positive part, or all, of x (n, inner) @ W.T + b, with a copy of W laid out for it."""

    def __init__(self, n, inner, out, bias, relu, dtype):
        x, y = contiguous((n, inner), dtype), contiguous((n, out))
        b = contiguous((1, out)) if bias else None
        description = PrimitiveDescriptor(
            'matmul', x, any_layout((inner, out), dtype), b, y, attributes=Attributes(relu=relu))
        W = description.describe(c.WEIGHTS)
        self._copy = Reorder(strided((inner, out), (1, inner)), W)
        arguments = {c.SRC: x, c.WEIGHTS: W, **({c.BIAS: b} if bias else {}), c.DST: y}
        self._product = Primitive(description, arguments)
        self._shape = n, out

    def __call__(self, x, W, b):
        y = empty(self._shape)
        self._product(x, self._copy.constant(W), *(() if b is None else (b,)), y)
        return y


def _float32(array):
    return array.astype(np.float32, copy=False)


def _alike(a, b):
    """Both in C order; a in the number format of b."""
    return (as_bfloat16 if is_bfloat16(b) else as_contiguous)(a), as_contiguous(b)


def packs(rows: int, W: np.ndarray, bfloat16: bool) -> bool:
    """Whether :func:`forward_packed` takes such weights, and is faster for so many rows."""
    return (is_constant(W) and W.flags.c_contiguous and W.shape[1] > 1
            and (bfloat16 or rows < FEW))


def forward_packed(
        x: np.ndarray, W: np.ndarray, b: np.ndarray | None = None, relu: bool = False,
        bfloat16: bool = False) -> np.ndarray:
    """As :func:`forward`, with float32 weights that never change; of these a copy is kept.

    Args:
        bfloat16: Whether x and W are rounded to it.
    """
    x = as_bfloat16(x) if bfloat16 else as_contiguous(x)
    b = None if b is None else as_contiguous(b)
    dtype = c.BF16 if bfloat16 else c.F32
    return _Packed(*x.shape, len(W), b is not None, relu, dtype)(x, W, b)


def forward(
        x: np.ndarray, W: np.ndarray, b: np.ndarray | None = None,
        relu: bool = False) -> np.ndarray:
    """y (N, O) of x (N, C), W (O, C) and b (O,) or ``None``; its positive part with ``relu``."""
    x, W = _alike(x, W)
    y = _cached(*x.shape, len(W), is_bfloat16(W)).forward(x, W)
    if b is not None:
        y += b
    if relu:
        np.maximum(y, 0, out=y)
    return y


def steadily(forward: Callable[[np.ndarray], np.ndarray], x: np.ndarray) -> np.ndarray:
    """``forward(x)``, each row the same, bit for bit, whichever others there are.

    For some numbers of rows oneDNN adds up in another order than for others: with AVX2 for 1 to 8
    and for the last of 21, say. In this form it always multiplies :data:`STEADY`, which it treats
    all alike.

    Args:
        forward: Returns (:data:`STEADY`, O) of as many rows.
        x: (N, C)
    """
    filled = np.zeros((-(-len(x) // STEADY) * STEADY, x.shape[1]), x.dtype)
    filled[:len(x)] = x
    return np.concatenate([
        forward(filled[start:start + STEADY]) for start in range(0, len(filled), STEADY)])[:len(x)]


def backward_data(gy: np.ndarray, W: np.ndarray) -> np.ndarray:
    """Gradient with respect to x (N, C)."""
    out, inner = W.shape
    gy, W = _alike(gy, W)
    return _cached(len(gy), inner, out, is_bfloat16(W)).backward_data(gy, W)


def backward_weights(x: np.ndarray, gy: np.ndarray) -> np.ndarray:
    """Gradient with respect to W (O, C)."""
    (n, inner), out = x.shape, gy.shape[1]
    gW = empty((out, inner))
    x, gy = _alike(x, gy)
    if n == 1:
        return np.multiply(_float32(gy).T, _float32(x), out=gW)     # see _TurnedProduct
    _cached(n, inner, out, is_bfloat16(gy)).backward_weights(gy, x, gW)
    return gW
