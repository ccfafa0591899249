"""The number format of what convolutions and dense layers multiply: float32 or bfloat16.

bfloat16 keeps 8 of float32's 24 significant bits and its range. Processors that have instructions
for it multiply twice to eight times as fast. Products are summed up in float32, and weights, their
update, normalization's statistics and losses stay float32 (Kalamkar et al., 2019, "A Study of
BFLOAT16 for Deep Learning Training"). Activations may be bfloat16, too: see :func:`compact`.
"""

import contextlib
from collections.abc import Iterable, Iterator

import chainer
import numpy as np

from fashion_models.errors import UserError
from fashion_models.functions import backend
from fashion_models.functions.backend import Array
from fashion_models.onednn import constants
from fashion_models.onednn.number_format import BFLOAT16 as DTYPE
from fashion_models.onednn.reorder import images_as_bfloat16
from fashion_models.optional import installing

#: The formats, by the names that a recipe gives them.
FLOAT32, BFLOAT16 = PRECISIONS = 'float32', 'bfloat16'

chainer.global_config.multiplied_as = FLOAT32


def bfloat16() -> bool:
    """Whether what is multiplied in this thread is now rounded to bfloat16."""
    return chainer.config.multiplied_as == BFLOAT16


def compact(x: Array) -> Array:
    """x rounded to bfloat16 where products are, or else x itself.

    Convolution, batch normalization and max pooling give what they are given, float32 or bfloat16;
    a convolution to a number of channels that is no multiple of 16 gives float32. So all
    activations up to the first dense layer, which gives float32, take half the memory and half the
    time to read. A network uses it only if nothing but these functions meets them.

    Args:
        x: (N, C, H, W) float32. If its gradient is wanted, it stays as it is.
    """
    array = getattr(x, 'array', x)
    if (not bfloat16() or type(array) is not np.ndarray or getattr(x, 'requires_grad', False)
            or (chainer.config.enable_backprop and not chainer.config.train)):
        return x
    return chainer.Variable(images_as_bfloat16(array), requires_grad=False)


@contextlib.contextmanager
def using_precision(precision: str) -> Iterator[None]:
    """Context in which the CPU engine multiplies numbers of a format, in this thread.

    Gradients are computed with the precision of the forward pass.

    Raises:
        UserError: ``precision`` is unknown, or this machine cannot compute with it.
    """
    require_precision(precision)
    with chainer.using_config('multiplied_as', precision):
        yield


def require_precision(
        precision: str, devices: Iterable[chainer.backend.Device] = ()) -> None:
    """Makes sure that ``devices`` can compute with ``precision``.

    Raises:
        UserError: One cannot; the message says what is missing.
    """
    if precision not in PRECISIONS:
        raise UserError(f'precision: found {precision!r}, expected {" or ".join(PRECISIONS)}')
    if precision == BFLOAT16:
        for device in devices:
            if device.xp is not np:
                raise UserError(
                    f'precision: {BFLOAT16} is for the CPU, @numpy, not for {device}; there it is '
                    f'{FLOAT32}')
        library = backend.choice().library
        if library is None:
            raise UserError(
                f'precision: {BFLOAT16} needs oneDNN, which is not used: {backend.choice().reason}')
        if DTYPE is None:
            raise UserError(
                f'precision: {BFLOAT16} needs the package ml_dtypes: '
                f'{installing("engine", "ml_dtypes")}')
        if library.isa() & constants.AVX512_CORE_BF16 != constants.AVX512_CORE_BF16:
            raise UserError(
                f'precision: {BFLOAT16} needs a processor with AVX-512 instructions for it '
                f'(avx512_bf16), which this one lacks, or oneDNN may not use; use {FLOAT32}')
