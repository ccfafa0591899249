"""Max pooling on channels-last images, float32 or bfloat16."""

import numpy as np

from fashion_models.caching import cached_property
from fashion_models.onednn import constants as c
from fashion_models.onednn.memory import empty, empty_channels_last
from fashion_models.onednn.number_format import code
from fashion_models.onednn.primitive import (
    Primitive,
    PrimitiveDescriptor,
    cached,
    channels_last,
    dims,
)
from fashion_models.onednn.reorder import as_channels_last


class _Pooling:

    def __init__(self, x_shape, y_shape, dtype, ksize, stride, pad):
        self.x, self.y = channels_last(x_shape, dtype), channels_last(y_shape, dtype)
        # What the last window needs beyond the image; negative where it ends before the edge.
        end = tuple(
            (out - 1) * s + k - size - p
            for out, s, k, size, p in zip(y_shape[2:], stride, ksize, x_shape[2:], pad))
        self.geometry = tuple(map(dims, (stride, ksize, (0, 0), pad, end)))
        self.description = self._describe_forward(c.TRAINING)
        self.workspace = self.description.describe(c.WORKSPACE)

    def _describe_forward(self, kind):
        return PrimitiveDescriptor(
            'pooling_forward', kind, c.POOLING_MAX, self.x, self.y, *self.geometry)

    @cached_property
    def forward(self):
        return Primitive(
            self.description, {c.SRC: self.x, c.DST: self.y, c.WORKSPACE: self.workspace})

    @cached_property
    def forward_inference(self):
        return Primitive(self._describe_forward(c.INFERENCE), {c.SRC: self.x, c.DST: self.y})

    @cached_property
    def backward(self):
        description = PrimitiveDescriptor(
            'pooling_backward', c.POOLING_MAX, self.x, self.y, *self.geometry, self.description)
        return Primitive(
            description, {c.DIFF_DST: self.y, c.WORKSPACE: self.workspace, c.DIFF_SRC: self.x})


_cached = cached(256)(_Pooling)


def forward(
        x: np.ndarray, y_shape: tuple, ksize: tuple, stride: tuple, pad: tuple, training: bool,
) -> tuple[np.ndarray, np.ndarray | None]:
    """Largest value of each window of x (N, C, H, W); ``y_shape`` follows from the windows.

    Args:
        ksize, stride, pad: Pairs, for height and width.
        training (bool): Whether :func:`backward` will follow.

    Returns:
        y (N, C, H', W'), channels-last, and what :func:`backward` needs (``None`` if not training).
    """
    operation = _cached(x.shape, y_shape, code(x.dtype), ksize, stride, pad)
    x, y = as_channels_last(x), empty_channels_last(y_shape, x.dtype)
    if not training:
        operation.forward_inference(x, y)
        return y, None
    workspace = empty((operation.workspace.size,), np.uint8)
    operation.forward(x, y, workspace)
    return y, workspace


def backward(
        gy: np.ndarray, workspace: np.ndarray, x_shape: tuple, ksize: tuple, stride: tuple,
        pad: tuple) -> np.ndarray:
    """Gradient with respect to x, channels-last."""
    gx = empty_channels_last(x_shape, gy.dtype)
    _cached(x_shape, gy.shape, code(gy.dtype), ksize, stride, pad).backward(
        as_channels_last(gy), workspace, gx)
    return gx
