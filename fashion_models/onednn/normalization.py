"""Batch normalization, with or without ReLU, on channels-last images or on rows.

They may be float32 or bfloat16; statistics, scale and shift are float32.
"""

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
    contiguous,
)
from fashion_models.onednn.reorder import as_channels_last, as_contiguous


class _Normalization:

    def __init__(self, shape, dtype, eps, relu):
        self.x = (channels_last if len(shape) == 4 else contiguous)(shape, dtype)
        self.channel = contiguous(shape[1:2])
        self.eps = eps
        self.flags = c.USE_SCALE | c.USE_SHIFT | (c.FUSE_RELU if relu else 0)
        self.description = PrimitiveDescriptor(
            'batch_normalization_forward', c.TRAINING, self.x, self.x, eps, self.flags)
        # Which values were positive; there is nothing to remember without ReLU.
        self.workspace = self.description.describe(c.WORKSPACE) if relu else None

    def _arguments(self, *names):
        return dict.fromkeys(names, self.channel)

    def _workspace(self):
        return {} if self.workspace is None else {c.WORKSPACE: self.workspace}

    @cached_property
    def forward(self):
        return Primitive(self.description, {
            c.SRC: self.x, c.DST: self.x, **self._workspace(),
            **self._arguments(c.SCALE, c.SHIFT, c.MEAN, c.VARIANCE)})

    @cached_property
    def forward_fixed(self):
        description = PrimitiveDescriptor(
            'batch_normalization_forward', c.INFERENCE, self.x, self.x, self.eps,
            self.flags | c.GLOBAL_STATISTICS)
        return Primitive(description, {
            c.SRC: self.x, c.DST: self.x, **self._arguments(c.SCALE, c.SHIFT, c.MEAN, c.VARIANCE)})

    @cached_property
    def backward(self):
        description = PrimitiveDescriptor(
            'batch_normalization_backward', c.BACKWARD, self.x, self.x, self.x, self.eps,
            self.flags, self.description)
        return Primitive(description, {
            c.SRC: self.x, c.DIFF_DST: self.x, **self._workspace(), c.DIFF_SRC: self.x,
            **self._arguments(c.SCALE, c.MEAN, c.VARIANCE, c.DIFF_SCALE, c.DIFF_SHIFT)})


_cached = cached(256)(_Normalization)


def _arrange(x):
    return as_channels_last(x) if x.ndim == 4 else as_contiguous(x)


def _given(workspace):
    return () if workspace is None else (workspace,)


def _empty_like(x):
    return (empty_channels_last if x.ndim == 4 else empty)(x.shape, x.dtype)


def forward(
        x: np.ndarray, gamma: np.ndarray, beta: np.ndarray, eps: float,
        relu: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray | None]:
    """Normalizes x (N, C) or (N, C, H, W) by the batch's own statistics, with ReLU if wanted.

    Returns:
        y, the mean (C,), the (biased) variance (C,), and what :func:`backward` needs to know which
        values were positive: ``None`` without ReLU.
    """
    operation = _cached(x.shape, code(x.dtype), eps, relu)
    x = _arrange(x)
    y = _empty_like(x)
    mean, variance = empty(x.shape[1:2]), empty(x.shape[1:2])
    workspace = empty((operation.workspace.size,), np.uint8) if relu else None
    operation.forward(
        x, y, *_given(workspace), as_contiguous(gamma), as_contiguous(beta), mean, variance)
    finite = np.isfinite(variance)
    if not finite.all():
        # oneDNN's ReLU turns NaN into 0, which would hide that a network has diverged.
        y[:, ~finite] = np.nan
    return y, mean, variance, workspace


def forward_fixed(
        x: np.ndarray, gamma: np.ndarray, beta: np.ndarray, mean: np.ndarray,
        variance: np.ndarray, eps: float, relu: bool) -> np.ndarray:
    """Normalizes x by the given statistics, with ReLU if wanted."""
    operation = _cached(x.shape, code(x.dtype), eps, relu)
    x = _arrange(x)
    y = _empty_like(x)
    operation.forward_fixed(x, y, *map(as_contiguous, (gamma, beta, mean, variance)))
    return y


def backward(
        x: np.ndarray, gy: np.ndarray, gamma: np.ndarray, mean: np.ndarray, variance: np.ndarray,
        workspace: np.ndarray | None, eps: float,
        relu: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gradients with respect to x, gamma and beta."""
    x, gy = _arrange(x), _arrange(gy)
    gx = _empty_like(x)
    ggamma, gbeta = empty(x.shape[1:2]), empty(x.shape[1:2])
    _cached(x.shape, code(x.dtype), eps, relu).backward(
        x, gy, *_given(workspace), gx, as_contiguous(gamma), mean, variance, ggamma, gbeta)
    return gx, ggamma, gbeta
