"""oneDNN's objects as Python sees them: descriptors, primitives and the engine they run on."""

import ctypes
import functools
import os
import threading
from collections.abc import Callable, Iterable

import numpy as np

from fashion_models.onednn import constants as c
from fashion_models.onednn import library
from fashion_models.onednn.memory import empty

#: One call runs at a time: it has all the threads, and the calls share memory objects and scratch.
_lock = threading.RLock()


class _ExecArg(ctypes.Structure):
    _fields_ = [('arg', ctypes.c_int), ('memory', ctypes.c_void_p)]


_caches = []


def cached(size: int) -> Callable[[Callable], Callable]:
    """Decorates a function of hashable arguments: the last ``size`` results are kept.

    Whatever makes an object of oneDNN's is cached so: a fork clears all these caches.
    """
    def decorate(function):
        _caches.append(functools.lru_cache(maxsize=size)(function))
        return _caches[-1]
    return decorate


def _after_fork():
    """Makes oneDNN usable in a forked child.

    Threads do not survive a fork, and GNU's OpenMP, which does not notice, would wait for them for
    ever. With one thread it waits for nobody. Primitives are compiled for a number of threads, so
    that the parent's must go.
    """
    global _lock
    _lock = threading.RLock()
    if engine.cache_info().currsize:
        engine().dnnl.set_threads(1)
        for cache in _caches:
            cache.cache_clear()


if hasattr(os, 'register_at_fork'):
    os.register_at_fork(after_in_child=_after_fork)


class _Engine:
    """The CPU engine, its stream, and the scratch memory that all primitives share."""

    def __init__(self):
        self.dnnl = library.load()
        self.handle = self.dnnl.create('engine_create', 1, 0, doing='making the CPU engine')
        self.stream = self.dnnl.create('stream_create', self.handle, 1, doing='making a stream')
        self.scratch = np.empty(0, np.uint8)

    def scratch_address(self, size):
        if size > self.scratch.nbytes:
            self.scratch = empty((size,), np.uint8)
        return address(self.scratch)


@cached(1)
def engine() -> _Engine:
    """The one engine of this process."""
    return _Engine()


def address(array: np.ndarray) -> int:
    """Where an array's first element lies."""
    return array.__array_interface__['data'][0]


def dims(values: Iterable[int]) -> ctypes.Array:
    """``values`` as a ``dnnl_dims_t``."""
    return (ctypes.c_int64 * 12)(*values)


class Descriptor:
    """Shape and layout of an array (``dnnl_memory_desc_t``).

    Attributes:
        shape (tuple): Its sizes; a text where oneDNN chose the layout.
        size (int): Bytes that such an array takes.
    """

    def __init__(self, handle: ctypes.c_void_p, shape: tuple[int, ...] | str) -> None:
        self._as_parameter_ = handle
        self.shape = shape
        self._destroy = engine().dnnl.memory_desc_destroy
        self.size = engine().dnnl.memory_desc_get_size(handle)

    def __del__(self):
        self._destroy(self._as_parameter_)


@cached(4096)
def strided(
        shape: tuple[int, ...], strides: tuple[int, ...], dtype: int = c.F32) -> Descriptor:
    """Descriptor of elements ``strides`` elements apart; ``dtype`` is ``F32`` or ``BF16``."""
    return Descriptor(engine().dnnl.create(
        'memory_desc_create_with_strides', len(shape), dims(shape), dtype, dims(strides),
        doing=f'describing shape {shape}, strides {strides}'), shape)


def contiguous(shape: tuple[int, ...], dtype: int = c.F32) -> Descriptor:
    """Descriptor of a C-contiguous array."""
    strides = [1]
    for size in reversed(shape[1:]):
        strides.insert(0, strides[0] * size)
    return strided(tuple(shape), tuple(strides), dtype)


def channels_last(shape: tuple[int, ...], dtype: int = c.F32) -> Descriptor:
    """Descriptor of an array of logical shape (N, C, H, W) that lies as (N, H, W, C)."""
    _, channels, h, w = shape
    return strided(tuple(shape), (h * w * channels, 1, w * channels, channels), dtype)


@cached(4096)
def any_layout(shape: tuple[int, ...], dtype: int = c.F32) -> Descriptor:
    """Descriptor that leaves the layout to oneDNN."""
    return Descriptor(engine().dnnl.create(
        'memory_desc_create_with_tag', len(shape), dims(shape), dtype, c.ANY,
        doing=f'describing shape {shape}'), shape)


class Attributes:
    """Attributes of a primitive: scratch memory from us, and operations on its output.

    Args:
        relu (bool): Whether only the positive part of the output is kept.
        sum (float): Factor of the output array's former content, which is added; ``None`` adds
            nothing.
        scales (tuple): Arguments, ``DNNL_ARG_*``, that are first multiplied by a number, which is
            passed as argument ``SCALES | DNNL_ARG_*``.
    """

    def __init__(
            self, relu: bool = False, sum: float | None = None,
            scales: tuple[int, ...] = ()) -> None:
        self._dnnl = dnnl = engine().dnnl
        self._as_parameter_ = dnnl.create('primitive_attr_create', doing='making attributes')
        library.check(
            dnnl.primitive_attr_set_scratchpad_mode(self, c.SCRATCHPAD_USER), 'scratchpad mode')
        for argument in scales:
            library.check(dnnl.primitive_attr_set_scales_mask(self, argument, 0), 'scales')
        operations = dnnl.create('post_ops_create', doing='making post-operations')
        try:
            if sum is not None:
                library.check(
                    dnnl.post_ops_append_sum(operations, sum, 0, c.SAME_TYPE), 'appending a sum')
            if relu:
                library.check(
                    dnnl.post_ops_append_eltwise(operations, c.ELTWISE_RELU, 0, 0),
                    'appending ReLU')
            library.check(dnnl.primitive_attr_set_post_ops(self, operations), 'post-operations')
        finally:
            dnnl.post_ops_destroy(operations)

    def __del__(self):
        self._dnnl.primitive_attr_destroy(self)


class PrimitiveDescriptor:
    """A choice of implementation (``dnnl_primitive_desc_t``).

    Args:
        kind (str): Such as ``'convolution_forward'``.
        arguments: Those of ``dnnl_<kind>_primitive_desc_create`` between engine and attributes.
        attributes (Attributes): By default only scratch memory from us.
    """

    def __init__(
            self, kind: str, *arguments: object, attributes: Attributes | None = None) -> None:
        self._engine = engine()
        first = () if kind == 'reorder' else (self._engine.handle,)
        self.what = f'{kind} of ' + ', '.join(
            str(argument.shape) for argument in arguments if isinstance(argument, Descriptor))
        self._as_parameter_ = self._engine.dnnl.create(
            f'{kind}_primitive_desc_create', *first, *arguments, attributes or Attributes(),
            doing=self.what)

    def __del__(self):
        if hasattr(self, '_as_parameter_'):
            self._engine.dnnl.primitive_desc_destroy(self)

    def describe(self, argument: int) -> Descriptor:
        """Descriptor of the array ``DNNL_ARG_*`` in the layout that the primitive wants."""
        dnnl = self._engine.dnnl
        md = dnnl.primitive_desc_query_md(self, c.ARGUMENT, argument)
        return Descriptor(
            dnnl.create('memory_desc_clone', md, doing=f'asking {self.what}'), 'of its choice')


class Primitive:
    """Compiled code for one operation on arrays of one shape.

    Args:
        description (PrimitiveDescriptor): What to make.
        arguments (dict): ``DNNL_ARG_*`` -> :class:`Descriptor`, in the order in which
            :meth:`__call__` takes the arrays.
    """

    def __init__(
            self, description: PrimitiveDescriptor, arguments: dict[int, Descriptor]) -> None:
        self._engine = engine()
        self._dnnl = self._engine.dnnl
        self.description = description
        self._memories = []
        self._as_parameter_ = self._dnnl.create(
            'primitive_create', description, doing=f'making {description.what}')
        scratch = description.describe(c.SCRATCHPAD)
        self._scratch_size = scratch.size
        if scratch.size:
            arguments = {**arguments, c.SCRATCHPAD: scratch}
        for descriptor in arguments.values():
            self._memories.append(self._dnnl.create(
                'memory_create', descriptor, self._engine.handle, None, doing='making a memory'))
        self._arguments = (_ExecArg * len(arguments))(*(
            (arg, memory) for arg, memory in zip(arguments, self._memories)))

    def __del__(self):
        if hasattr(self, '_as_parameter_'):
            self._dnnl.primitive_destroy(self)
        for memory in self._memories:
            self._dnnl.memory_destroy(memory)

    def __call__(self, *arrays: np.ndarray) -> None:
        """Runs on arrays that lie as their descriptors say."""
        self.run_at(*map(address, arrays))

    def run_at(self, *addresses: int) -> None:
        """Runs on what lies at ``addresses``; the caller keeps it alive."""
        with _lock:
            if self._scratch_size:
                addresses += self._engine.scratch_address(self._scratch_size),
            for memory, place in zip(self._memories, addresses):
                self._dnnl.memory_set_data_handle(memory, place)
            library.check(
                self._dnnl.primitive_execute(
                    self, self._engine.stream, len(self._arguments), self._arguments),
                f'running {self.description.what}')
            self._dnnl.stream_wait(self._engine.stream)
