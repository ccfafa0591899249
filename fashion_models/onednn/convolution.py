"""Two-dimensional convolution and its two gradients, on channels-last arrays."""

import functools

from fashion_models.onednn import constants as c
from fashion_models.onednn.memory import empty, empty_channels_last
from fashion_models.onednn.primitive import (
    Attributes,
    Primitive,
    PrimitiveDescriptor,
    any_layout,
    cached,
    channels_last,
    contiguous,
    dims,
)
from fashion_models.onednn.reorder import Reorder, as_channels_last, as_contiguous, same


class _Convolution:
    """The three primitives for arrays of one shape, each made when it is first asked for.

    The descriptors of the arrays are channels-last. The layout of the weights is oneDNN's choice,
    and each primitive may choose another; they are copied to and from Chainer's order around it,
    which for this network costs a few per cent of the convolution.
    """

    def __init__(self, x_shape, W_shape, stride, pad, bias, relu):
        (n, _, h, w), (out, _, kh, kw) = x_shape, W_shape
        self.x_shape, self.W_shape = x_shape, W_shape
        self.y_shape = (
            n, out, (h + 2 * pad[0] - kh) // stride[0] + 1, (w + 2 * pad[1] - kw) // stride[1] + 1)
        self.x, self.y = channels_last(x_shape), channels_last(self.y_shape)
        self.W, self.any_W = contiguous(W_shape), any_layout(W_shape)
        self.b = contiguous((out,)) if bias else None
        self.relu = relu
        self.geometry = (dims(stride), dims((0, 0)), dims(pad), dims(pad))
        self.hint = self._describe_forward(c.TRAINING, False)

    def _describe_forward(self, kind, relu):
        return PrimitiveDescriptor(
            'convolution_forward', kind, c.CONVOLUTION_DIRECT, self.x, self.any_W, self.b, self.y,
            *self.geometry, attributes=Attributes(relu=relu))

    def _weights(self, description):
        """Layout of the weights that a primitive reads, and how to bring them there."""
        wanted = description.describe(c.WEIGHTS_MD)
        return wanted, None if same(self.W, wanted) else Reorder(self.W, wanted)

    @functools.cached_property
    def forward(self):
        description = self._describe_forward(c.INFERENCE, True) if self.relu else self.hint
        W, reorder = self._weights(description)
        arguments = {c.SRC: self.x, c.WEIGHTS: W, c.DST: self.y}
        if self.b is not None:
            arguments[c.BIAS] = self.b
        return Primitive(description, arguments), reorder

    @functools.cached_property
    def backward_data(self):
        description = PrimitiveDescriptor(
            'convolution_backward_data', c.CONVOLUTION_DIRECT, self.x, self.any_W, self.y,
            *self.geometry, self.hint)
        W, reorder = self._weights(description)
        arguments = {c.DIFF_DST: self.y, c.WEIGHTS: W, c.DIFF_SRC: self.x}
        return Primitive(description, arguments), reorder

    @functools.cached_property
    def backward_weights(self):
        description = PrimitiveDescriptor(
            'convolution_backward_weights', c.CONVOLUTION_DIRECT, self.x, self.any_W, self.b,
            self.y, *self.geometry, self.hint)
        gW = description.describe(c.DIFF_WEIGHTS_MD)
        arguments = {c.SRC: self.x, c.DIFF_DST: self.y, c.DIFF_WEIGHTS: gW}
        if self.b is not None:
            arguments[c.DIFF_BIAS] = self.b
        reorder = None if same(self.W, gW) else Reorder(gW, self.W)
        return Primitive(description, arguments), reorder, gW.size // 4


_cached = cached(256)(_Convolution)


def forward(x, W, b, stride, pad, relu=False):
    """y (N, O, H', W'), channels-last, of x (N, C, H, W), W (O, C, kh, kw) and b (O,) or ``None``.

    Args:
        stride, pad: Pairs, for height and width.
        relu (bool): Put out the positive part.
    """
    operation = _cached(x.shape, W.shape, stride, pad, b is not None, relu)
    primitive, reorder = operation.forward
    x, W = as_channels_last(x), as_contiguous(W)
    if reorder is not None:
        W = reorder(W)
    y = empty_channels_last(operation.y_shape)
    primitive(x, W, y, *(() if b is None else (as_contiguous(b),)))
    return y


def backward_data(gy, W, x_shape, stride, pad):
    """Gradient with respect to x, channels-last, from gy (N, O, H', W')."""
    primitive, reorder = _cached(x_shape, W.shape, stride, pad, False, False).backward_data
    gy, W = as_channels_last(gy), as_contiguous(W)
    if reorder is not None:
        W = reorder(W)
    gx = empty_channels_last(x_shape)
    primitive(gy, W, gx)
    return gx


def backward_weights(x, gy, W_shape, stride, pad, bias=False):
    """Gradients with respect to W, in C order, and to b (``None`` without ``bias``)."""
    operation = _cached(x.shape, W_shape, stride, pad, bias, False)
    primitive, reorder, size = operation.backward_weights
    x, gy = as_channels_last(x), as_channels_last(gy)
    gb = empty(W_shape[:1]) if bias else None
    laid_out = empty(W_shape) if reorder is None else empty((size,))
    primitive(x, gy, laid_out, *(() if gb is None else (gb,)))
    if reorder is None:
        return laid_out, gb
    return reorder(laid_out, empty(W_shape)), gb
