"""Dense layers: matrix products with the weights left in their own order."""

from fashion_models.onednn import constants as c
from fashion_models.onednn.memory import empty
from fashion_models.onednn.primitive import (
    Attributes,
    Primitive,
    PrimitiveDescriptor,
    cached,
    contiguous,
    strided,
)
from fashion_models.onednn.reorder import as_contiguous


@cached(256)
def _product(rows, inner, columns, transpose_a, transpose_b, bias, relu):
    """Primitive for a (rows, inner) @ b (inner, columns), either stored transposed."""
    a = strided((rows, inner), (1, rows)) if transpose_a else contiguous((rows, inner))
    b = strided((inner, columns), (1, inner)) if transpose_b else contiguous((inner, columns))
    product = contiguous((rows, columns))
    added = contiguous((1, columns)) if bias else None
    description = PrimitiveDescriptor(
        'matmul', a, b, added, product, attributes=Attributes(relu=relu))
    arguments = {c.SRC: a, c.WEIGHTS: b, c.DST: product}
    if bias:
        arguments[c.BIAS] = added
    return Primitive(description, arguments)


def forward(x, W, b=None, relu=False):
    """y (N, O) of x (N, C), W (O, C) and b (O,) or ``None``, its positive part with ``relu``."""
    (n, inner), out = x.shape, W.shape[0]
    y = empty((n, out))
    _product(n, inner, out, False, True, b is not None, relu)(
        as_contiguous(x), as_contiguous(W), y, *(() if b is None else (as_contiguous(b),)))
    return y


def backward_data(gy, W):
    """Gradient with respect to x (N, C)."""
    (n, out), inner = gy.shape, W.shape[1]
    gx = empty((n, inner))
    _product(n, out, inner, False, False, False, False)(as_contiguous(gy), as_contiguous(W), gx)
    return gx


def backward_weights(x, gy):
    """Gradient with respect to W (O, C)."""
    (n, inner), out = x.shape, gy.shape[1]
    gW = empty((out, inner))
    _product(out, n, inner, True, False, False, False)(as_contiguous(gy), as_contiguous(x), gW)
    return gW
