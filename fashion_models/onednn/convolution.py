"""Two-dimensional convolution and its two gradients, on channels-last arrays.

Images may be bfloat16; then what comes out is, too, but for the gradient of the weights and where
there are numbers of channels that normalization would be slow with (:data:`BLOCK`). With
``bfloat16``, what is multiplied is rounded to it on its way in, and what comes out is float32.
"""

import numpy as np

from fashion_models.caching import cached_property
from fashion_models.onednn import constants as c
from fashion_models.onednn.memory import empty, empty_channels_last
from fashion_models.onednn.number_format import code, is_bfloat16
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

#: Up to this many pixels, images are copied into oneDNN's preferred layout, blocks of channels:
#: with so little to do for each tap of the filter it is up to twice as fast. Larger images stay
#: channels-last, which is as fast and needs no copy. The two were measured to break even between 25
#: and 49 pixels.
SMALL_IMAGE = 36


#: In bfloat16, oneDNN normalizes multiples of so many channels fast; others took ten times as long.
BLOCK = 16


class _Operation:
    """A primitive on arrays of ours, with copies to and from the layouts that it wants.

    Args:
        description (PrimitiveDescriptor): The primitive.
        inputs, outputs (list): For each array its ``DNNL_ARG_*`` and our descriptor of it.
    """

    def __init__(self, description, inputs, outputs):
        arguments, self._before, self._after = {}, [], []
        for arrays, copies in ((inputs, self._before), (outputs, self._after)):
            for argument, ours in arrays:
                wanted = arguments[argument] = description.describe(argument)
                if same(ours, wanted):
                    copies.append(None)
                elif arrays is inputs:
                    copies.append(Reorder(ours, wanted))
                else:
                    copies.append((Reorder(wanted, ours), wanted.size))
        self._primitive = Primitive(description, arguments)

    def __call__(self, inputs, outputs):
        inputs = [
            array if copy is None else copy.constant(array)
            for array, copy in zip(inputs, self._before)]
        laid_out = [
            array if copy is None else empty((copy[1],), np.uint8)
            for array, copy in zip(outputs, self._after)]
        self._primitive(*inputs, *laid_out)
        for array, laid, copy in zip(outputs, laid_out, self._after):
            if copy is not None:
                copy[0](laid, array)


class _Convolution:
    """The three operations for arrays of one shape, each made on first use."""

    def __init__(self, x_shape, W_shape, stride, pad, bias, relu, bfloat16, images):
        (n, _, h, w), (out, _, kh, kw) = x_shape, W_shape
        y_h, y_w = (h + 2 * pad[0] - kh) // stride[0] + 1, (w + 2 * pad[1] - kw) // stride[1] + 1
        self.y_shape = n, out, y_h, y_w
        self.dtype = images if out % BLOCK == 0 else c.F32
        self.x, self.y = channels_last(x_shape, images), channels_last(self.y_shape, self.dtype)
        self.W = contiguous(W_shape)
        self.b = contiguous((out,)) if bias else None
        self.relu = relu
        self.geometry = tuple(map(dims, (stride, (0, 0), pad, pad)))
        layout = any_layout if h * w <= SMALL_IMAGE else channels_last
        dtype = c.BF16 if bfloat16 else c.F32
        # What is multiplied may be rounded, what is summed up is not.
        self.factors = (
            layout(x_shape, dtype), any_layout(W_shape, dtype), layout(self.y_shape, dtype))
        self.sums = layout(x_shape, images), any_layout(W_shape), layout(self.y_shape, self.dtype)
        self.gy = channels_last(self.y_shape, dtype)
        self.hint = self._describe_forward(relu=False)

    def _describe_forward(self, relu):
        (x, W, _), (_, _, y) = self.factors, self.sums
        # For inference, too, blocks of channels are faster here, but oneDNN would not choose them.
        return PrimitiveDescriptor(
            'convolution_forward', c.TRAINING, c.CONVOLUTION_DIRECT, x, W, self.b, y,
            *self.geometry, attributes=Attributes(relu=relu))

    @cached_property
    def forward(self):
        description = self._describe_forward(relu=True) if self.relu else self.hint
        inputs = [(c.SRC, self.x), (c.WEIGHTS, self.W)]
        if self.b is not None:
            inputs.append((c.BIAS, self.b))
        return _Operation(description, inputs, [(c.DST, self.y)])

    @cached_property
    def backward_data(self):
        (_, W, gy), (gx, _, _) = self.factors, self.sums
        description = PrimitiveDescriptor(
            'convolution_backward_data', c.CONVOLUTION_DIRECT, gx, W, gy, *self.geometry,
            self.hint)
        return _Operation(
            description,
            [(c.DIFF_DST, self.gy), (c.WEIGHTS, self.W)], [(c.DIFF_SRC, self.x)])

    @cached_property
    def backward_weights(self):
        (x, _, gy), (_, gW, _) = self.factors, self.sums
        description = PrimitiveDescriptor(
            'convolution_backward_weights', c.CONVOLUTION_DIRECT, x, gW, self.b, gy,
            *self.geometry, self.hint)
        outputs = [(c.DIFF_WEIGHTS, self.W)]
        if self.b is not None:
            outputs.append((c.DIFF_BIAS, self.b))
        return _Operation(description, [(c.SRC, self.x), (c.DIFF_DST, self.gy)], outputs)


_cached = cached(256)(_Convolution)


def forward(
        x: np.ndarray, W: np.ndarray, b: np.ndarray | None, stride: tuple, pad: tuple,
        relu: bool = False, bfloat16: bool = False) -> np.ndarray:
    """y (N, O, H', W'), channels-last, of x (N, C, H, W), W (O, C, kh, kw) and b (O,) or ``None``.

    Args:
        stride, pad: Pairs, for height and width.
        relu (bool): Whether ReLU follows.
        bfloat16 (bool): Whether x and W are rounded to bfloat16.
    """
    operation = _cached(
        x.shape, W.shape, stride, pad, b is not None, relu, bfloat16 or is_bfloat16(x),
        code(x.dtype))
    inputs = [as_channels_last(x), as_contiguous(W)]
    if b is not None:
        inputs.append(as_contiguous(b))
    y = empty_channels_last(
        operation.y_shape, np.float32 if operation.dtype == c.F32 else x.dtype)
    operation.forward(inputs, [y])
    return y


def backward_data(
        gy: np.ndarray, W: np.ndarray, x: np.ndarray, stride: tuple, pad: tuple) -> np.ndarray:
    """Gradient with respect to x, channels-last and in its number format, from gy (N, O, H', W').

    Args:
        gy: If it is bfloat16, W is rounded to it, too.
    """
    gx = empty_channels_last(x.shape, x.dtype)
    _cached(
        x.shape, W.shape, stride, pad, False, False, is_bfloat16(gy), code(x.dtype),
    ).backward_data([as_channels_last(gy), as_contiguous(W)], [gx])
    return gx


def backward_weights(
        x: np.ndarray, gy: np.ndarray, W_shape: tuple, stride: tuple, pad: tuple,
        bias: bool = False) -> tuple[np.ndarray, np.ndarray | None]:
    """Gradients with respect to W, in C order, and to b (``None`` without ``bias``).

    Args:
        gy: If it is bfloat16, x is rounded to it, too.
    """
    if W_shape[2:] == (1, 1) and pad == (0, 0) and stride != (1, 1):
        # The same without a stride. With one, and fewer than 8 channels, oneDNN 3.2 writes beyond
        # its memory on AVX2, or never ends.
        x, stride = x[:, :, ::stride[0], ::stride[1]], (1, 1)
    outputs = [empty(W_shape)]
    if bias:
        outputs.append(empty(W_shape[:1]))
    _cached(
        x.shape, W_shape, stride, pad, bias, False, is_bfloat16(gy), code(x.dtype),
    ).backward_weights([as_channels_last(x), as_channels_last(gy)], outputs)
    return outputs[0], outputs[1] if bias else None
