"""Dropout."""

import chainer
import chainer.functions as F
import numpy as np

from fashion_models.functions.backend import Array


def dropout(x: Array, ratio: float = 0.5) -> chainer.Variable:
    """Dropout in training, the identity in evaluation.

    Each value is dropped with probability ``ratio`` (to the nearest 1 / 65536) and otherwise
    divided by ``1 - ratio``. On a CPU the choice takes 16 bits a value from NumPy's global random
    state, where Chainer's own takes 64; it is the same with oneDNN and without.

    Args:
        x: Of any shape.
        ratio (float): From 0 up to, but not including, 1.
    """
    if ratio == 0:
        return chainer.as_variable(x)   # for which Chainer would draw a mask of ones
    array = getattr(x, 'array', x)
    if type(array) is not np.ndarray or not chainer.config.train or not 0 < ratio < 1:
        return F.dropout(x, ratio)
    # The global state is what Chainer draws from and what a snapshot of a training run holds.
    random = np.frombuffer(np.random.bytes(2 * array.size), np.uint16)  # noqa: NPY002
    kept = random >= round(ratio * 65536)
    mask = (kept * array.dtype.type(1 / (1 - ratio))).reshape(array.shape)
    return F.dropout(x, ratio, mask=mask)
