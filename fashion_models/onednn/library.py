"""Finds, loads and describes the oneDNN shared library.

oneDNN's interface is plain C, so ctypes suffices and nothing is compiled. The
library comes from one of three places, in this order:

1. the file that the environment variable ``FASHION_MODELS_ONEDNN`` names;
2. the Python distribution ``onednn-cpu-gomp``, which holds a build for any x86-64 Linux;
3. the system's ``libdnnl.so.3``.

``FASHION_MODELS_ONEDNN=0`` turns all of it off.
"""

import ctypes
import ctypes.util
import functools
import importlib.metadata
import os
import pathlib

VARIABLE = 'FASHION_MODELS_ONEDNN'
DISTRIBUTION = 'onednn-cpu-gomp'
OLDEST = (3, 2)

#: How long a thread of GNU's OpenMP spins before it sleeps; read when the library is loaded. The
#: default of some milliseconds keeps a core from other work, such as loading data, and on a busy
#: machine even from the thread that is waited for: training steps took several times as long as
#: with a spin this short, which costs nothing otherwise.
SPIN_COUNT = '20000'

#: The run-time (``dnnl_cpu_runtime_t``) whose threads this binding knows how to handle.
OPENMP = 2

STATUS = (
    'success', 'out of memory', 'invalid arguments', 'unimplemented', 'last implementation reached',
    'runtime error', 'not required')

_handle = ctypes.c_void_p
_md = ctypes.c_void_p           # const_dnnl_memory_desc_t
_int = ctypes.c_int
_float = ctypes.c_float
_dims = ctypes.POINTER(ctypes.c_int64)
_out = ctypes.POINTER(ctypes.c_void_p)

#: Argument types of the functions that return a ``dnnl_status_t``.
_FUNCTIONS = {
    'engine_create': (_out, _int, ctypes.c_size_t),
    'stream_create': (_out, _handle, ctypes.c_uint),
    'stream_wait': (_handle,),
    'memory_desc_create_with_strides': (_out, _int, _dims, _int, _dims),
    'memory_desc_create_with_tag': (_out, _int, _dims, _int, _int),
    'memory_desc_clone': (_out, _md),
    'memory_desc_destroy': (_md,),
    'memory_create': (_out, _md, _handle, ctypes.c_void_p),
    'memory_set_data_handle': (_handle, ctypes.c_void_p),
    'memory_destroy': (_handle,),
    'primitive_attr_create': (_out,),
    'primitive_attr_set_scratchpad_mode': (_handle, _int),
    'primitive_attr_set_scales_mask': (_handle, _int, _int),
    'primitive_attr_set_post_ops': (_handle, _handle),
    'primitive_attr_destroy': (_handle,),
    'post_ops_create': (_out,),
    'post_ops_append_eltwise': (_handle, _int, _float, _float),
    'post_ops_append_sum': (_handle, _float, ctypes.c_int32, _int),
    'post_ops_destroy': (_handle,),
    'primitive_desc_query': (_handle, _int, _int, ctypes.c_void_p),
    'primitive_desc_destroy': (_handle,),
    'primitive_create': (_out, _handle),
    'primitive_execute': (_handle, _handle, _int, ctypes.c_void_p),
    'primitive_destroy': (_handle,),
    # *_primitive_desc_create(result, engine, ..., attributes) except for the reorder
    'reorder_primitive_desc_create': (_out, _md, _handle, _md, _handle, _handle),
    'binary_primitive_desc_create': (_out, _handle, _int, _md, _md, _md, _handle),
    'matmul_primitive_desc_create': (_out, _handle, _md, _md, _md, _md, _handle),
    'convolution_forward_primitive_desc_create': (
        _out, _handle, _int, _int, _md, _md, _md, _md, _dims, _dims, _dims, _dims, _handle),
    'convolution_backward_data_primitive_desc_create': (
        _out, _handle, _int, _md, _md, _md, _dims, _dims, _dims, _dims, _handle, _handle),
    'convolution_backward_weights_primitive_desc_create': (
        _out, _handle, _int, _md, _md, _md, _md, _dims, _dims, _dims, _dims, _handle, _handle),
    'pooling_forward_primitive_desc_create': (
        _out, _handle, _int, _int, _md, _md, _dims, _dims, _dims, _dims, _dims, _handle),
    'pooling_backward_primitive_desc_create': (
        _out, _handle, _int, _md, _md, _dims, _dims, _dims, _dims, _dims, _handle, _handle),
    'batch_normalization_forward_primitive_desc_create': (
        _out, _handle, _int, _md, _md, _float, ctypes.c_uint, _handle),
    'batch_normalization_backward_primitive_desc_create': (
        _out, _handle, _int, _md, _md, _md, _float, ctypes.c_uint, _handle, _handle),
}


class Unavailable(Exception):
    """There is no oneDNN to use; the text says why."""


class OneDNNError(RuntimeError):
    """A call of oneDNN failed; the text gives its status and what it was asked for."""


class _Version(ctypes.Structure):
    _fields_ = [
        ('major', _int), ('minor', _int), ('patch', _int), ('hash', ctypes.c_char_p),
        ('cpu_runtime', ctypes.c_uint), ('gpu_runtime', ctypes.c_uint)]


class Library:
    """The loaded library.

    Every function of ``_FUNCTIONS`` is a method without the ``dnnl_`` prefix, returning its status.

    Attributes:
        path (str): The file, or the name that the system's loader found it by.
        version (str): Such as ``'3.2.0'``.
        threads: Function that gives the number of threads that it uses.
        isa: Function that gives the instruction sets that it uses (``dnnl_cpu_isa_t``).
    """

    def __init__(self, path: str | os.PathLike) -> None:
        self.path = str(path)
        if 'OMP_WAIT_POLICY' not in os.environ:
            os.environ.setdefault('GOMP_SPINCOUNT', SPIN_COUNT)
        try:
            dll = ctypes.CDLL(self.path)
            dll.dnnl_version.restype = ctypes.POINTER(_Version)
            version = dll.dnnl_version().contents
        except (OSError, AttributeError) as error:
            raise Unavailable(f'{path} does not load as a oneDNN library: {error}') from error
        self.version = f'{version.major}.{version.minor}.{version.patch}'
        if (version.major, version.minor) < OLDEST or version.major != OLDEST[0]:
            raise Unavailable(
                f'{path} is oneDNN {self.version}; {OLDEST[0]}.{OLDEST[1]} to 3.x is needed')
        if version.cpu_runtime != OPENMP:
            raise Unavailable(
                f'{path} is oneDNN {self.version} without OpenMP '
                f'(its CPU run-time is number {version.cpu_runtime})')
        try:
            for name, types in _FUNCTIONS.items():
                function = getattr(dll, f'dnnl_{name}')
                function.argtypes = types
                setattr(self, name, function)
            self.primitive_desc_query_md = dll.dnnl_primitive_desc_query_md
            self.memory_desc_get_size = dll.dnnl_memory_desc_get_size
            # Found through the library's own dependency, whichever OpenMP that is.
            self.threads = dll.omp_get_max_threads
            self.set_threads = dll.omp_set_num_threads
            self.memory_desc_equal = dll.dnnl_memory_desc_equal
            self.isa = dll.dnnl_get_effective_cpu_isa
        except AttributeError as error:
            raise Unavailable(f'{path} lacks a function: {error}') from error
        self.primitive_desc_query_md.argtypes = (_handle, _int, _int)
        self.primitive_desc_query_md.restype = _md
        self.memory_desc_equal.argtypes = (_md, _md)
        self.memory_desc_get_size.argtypes = (_md,)
        self.memory_desc_get_size.restype = ctypes.c_size_t

    def create(self, function: str, *arguments: object, doing: str) -> ctypes.c_void_p:
        """Calls a ``…_create`` function and returns the handle that it made."""
        result = ctypes.c_void_p()
        check(getattr(self, function)(ctypes.byref(result), *arguments), doing)
        return result


def check(status: int, doing: str) -> None:
    """Raises :class:`OneDNNError` unless ``status`` is success."""
    if status:
        name = STATUS[status] if status < len(STATUS) else 'unknown'
        raise OneDNNError(f'oneDNN status {status} ({name}) from {doing}')


def _installed():
    """Path of ``libdnnl.so.3`` in the installed Python distribution, or ``None``."""
    try:
        files = importlib.metadata.files(DISTRIBUTION) or ()
    except importlib.metadata.PackageNotFoundError:
        return None
    for file in files:
        if file.name == 'libdnnl.so.3':
            return pathlib.Path(file.locate()).resolve()
    return None


def turned_off() -> bool:
    """Whether the user does not want oneDNN."""
    return os.environ.get(VARIABLE) == '0'


def _candidates():
    named = os.environ.get(VARIABLE, '')
    if turned_off():
        raise Unavailable(f'turned off by {VARIABLE}=0')
    if named not in ('', '1'):
        yield named
        return
    installed = _installed()
    if installed is not None:
        yield installed
    system = ctypes.util.find_library('dnnl')
    if system is not None:
        yield system


@functools.lru_cache(maxsize=1)
def load() -> Library:
    """The library, loaded once.

    Raises:
        Unavailable: There is none, or none that can be used.
    """
    reasons = []
    for path in _candidates():
        try:
            return Library(path)
        except Unavailable as unavailable:
            reasons.append(str(unavailable))
    raise Unavailable('; '.join(reasons) or (
        f'neither the Python distribution {DISTRIBUTION} nor a system library libdnnl.so.3 '
        'is installed'))
