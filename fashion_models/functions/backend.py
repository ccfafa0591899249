"""Which of cuDNN, oneDNN and NumPy does the work, and why."""

import contextlib
import logging
from collections.abc import Iterator

import chainer
import numpy as np
from chainer.utils import type_check

from fashion_models.onednn import library
from fashion_models.onednn.number_format import is_bfloat16
from fashion_models.plural import counted

_log = logging.getLogger(__name__)

#: What a function takes: an array of NumPy or CuPy, or a variable that holds one.
Array = np.ndarray | chainer.Variable


class _Choice:
    """Whether to use oneDNN: decided at the first call on a CPU, then kept.

    Attributes:
        library (~fashion_models.onednn.library.Library): ``None`` where there is none.
        reason (str): Why there is none, in words for the user.
    """

    def __init__(self):
        self.library = self.reason = None
        try:
            self.library = library.load()
        except library.Unavailable as unavailable:
            self.reason = str(unavailable)


_choice = None


def choice() -> _Choice:
    """The choice, made once per process; a missing library is logged once."""
    global _choice
    if _choice is None:
        _choice = _Choice()
        if _choice.library is None and not library.turned_off():
            _log.warning(
                'oneDNN is not used, which makes a CPU several times slower: %s', _choice.reason)
    return _choice


def use_onednn(*arrays: Array | None) -> bool:
    """Whether oneDNN does the work on these arrays: NumPy's, of float32 or, if it made them,
    bfloat16, that hold something."""
    for array in arrays:
        if array is not None:
            if getattr(array, 'layout', None) is not None:
                # A variable in cuDNN's channels-last mode, whose array must not be looked at.
                return False
            array = getattr(array, 'array', array)
            if (type(array) is not np.ndarray or not array.size
                    or not (array.dtype == np.float32 or is_bfloat16(array))):
                return False
    return choice().library is not None


def apply(node: chainer.FunctionNode, *inputs: Array | None) -> chainer.Variable:
    """Output of a function node of one output; without Chainer's bookkeeping if no graph is needed.

    The bookkeeping of one node takes about 0.1 ms, which in the inference of small images adds up
    to a tenth.
    """
    inputs = tuple(value for value in inputs if value is not None)
    if chainer.config.enable_backprop or chainer.get_function_hooks():
        return node.apply(inputs)[0]
    arrays = tuple(getattr(value, 'array', value) for value in inputs)
    with type_check.light_mode:
        node.check_type_forward(type_check.get_light_types(arrays))
    return chainer.Variable(node.forward(arrays)[0], requires_grad=False)


def pair(value: int | tuple[int, int]) -> tuple[int, int]:
    """``value`` for height and for width."""
    return value if isinstance(value, tuple) else (value, value)


@contextlib.contextmanager
def without_onednn(reason: str = 'not wanted here') -> Iterator[None]:
    """Context in which a CPU computes with Chainer's own functions on NumPy."""
    global _choice
    kept = choice()
    _choice = _Choice.__new__(_Choice)
    _choice.library, _choice.reason = None, reason
    try:
        yield
    finally:
        _choice = kept


def describe() -> str:
    """What the functions run on, and why not on something faster, in a few lines."""
    lines = []
    if not chainer.cuda.available:
        lines.append('GPU: none (CuPy or a CUDA device is missing)')
    else:
        cudnn = 'with cuDNN' if chainer.cuda.cudnn_enabled else 'without cuDNN, which is missing'
        lines.append(f'GPU: {chainer.cuda.cupy.cuda.runtime.getDeviceCount()} found, {cudnn}')
    found = choice().library
    if found is None:
        lines.append(
            f"CPU: NumPy, by Chainer's own functions; oneDNN is not used: {choice().reason}")
    else:
        lines.append(f'CPU: oneDNN {found.version} with {counted(found.threads(), "thread")}, '
                     f'from {found.path}')
    return '\n'.join(lines)


def engine() -> str:
    """What a CPU computes with, in a few words: ``'oneDNN 3.2.0, 2 threads'``, or ``'NumPy'``."""
    found = choice().library
    if found is None:
        return 'NumPy'
    return f'oneDNN {found.version}, {counted(found.threads(), "thread")}'
