"""The devices that a model's replicas live on: GPUs, or any number of them on the CPU."""

import logging
import os
import re

from fashion_models.errors import UserError, one_line
from fashion_models.optional import installing

#: The most replicas that a batch is shared among.
MAX_DEVICES = 8

_log = logging.getLogger(__name__)

_FORMS = 'GPUs as in 0 or 0,1,2,3 or @cupy:0, or the CPU as @numpy, or @numpy*4 for four replicas'


def usable_cores() -> int:
    """How many processor cores this process may use."""
    if hasattr(os, 'process_cpu_count'):    # Python 3.13
        return os.process_cpu_count() or 1
    if hasattr(os, 'sched_getaffinity'):    # Linux
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def resolve(spec: str, process: int = 0, processes: int = 1) -> list:
    """Finds the devices that ``spec`` asks for; the first is the master's.

    Args:
        spec (str): Comma-separated: ``0`` or ``@cupy:0`` is the first GPU, ``@numpy`` a replica on
            the CPU, ``@numpy*4`` four of them.
        process (int): The number of this process, from 0, of those on this machine that compute
            together.
        processes (int): How many those are. The GPUs are divided among them; replicas on the CPU
            are each one's own.

    Returns:
        list of chainer.backend.Device: Between 1 and 8 devices.

    Raises:
        UserError: If ``spec`` cannot be understood, or a GPU it names cannot be used; the message
            says what is missing.
    """
    import chainer
    names = _own(spec, _parse(spec), process, processes)
    gpus = [int(name.removeprefix('@cupy:')) for name in names if name != '@numpy']
    if gpus:
        _check_gpus(spec, gpus)
    return [chainer.get_device(name) for name in names]


def count(spec: str) -> int:
    """How many devices ``spec`` names, whether this machine has them or not; raises UserError."""
    return len(_parse(spec))


def _parse(spec):
    """Returns Chainer's name for each device in ``spec``."""
    names = []
    for item in spec.split(','):
        match = re.fullmatch(r'(?:@cupy:)?(\d{1,3})|@numpy(?:\*(\d{1,3}))?', item.strip())
        if match is None:
            raise UserError(f'devices {spec!r}: {item!r} is no device; name {_FORMS}')
        gpu, replicas = match.groups()
        if gpu is not None:
            names.append(f'@cupy:{int(gpu)}')
        else:
            names += ['@numpy'] * int(replicas or 1)
    for name in names:
        if name != '@numpy' and names.count(name) > 1:
            raise UserError(f'devices {spec!r}: GPU {name.removeprefix("@cupy:")} is named twice')
    if not 1 <= len(names) <= MAX_DEVICES:
        raise UserError(
            f'devices {spec!r}: {len(names)} devices; it takes between 1 and {MAX_DEVICES}')
    return names


def _own(spec, names, process, processes):
    """The devices of one process of a machine."""
    gpus = [name for name in names if name != '@numpy']
    if len(gpus) % processes:
        raise UserError(
            f'devices {spec!r}: {len(gpus)} GPUs cannot be divided among {processes} processes of '
            'a machine')
    own = len(gpus) // processes
    others = set(gpus) - set(gpus[process * own:(process + 1) * own])
    return [name for name in names if name not in others]


def _check_gpus(spec, gpus):
    """Raises an error that says what is missing unless all ``gpus`` can be used."""
    from chainer.backends import cuda
    if not cuda.available:
        raise UserError(f'devices {spec!r}: {_what_cupy_lacks(cuda._resolution_error)}')
    version = cuda.cupy.__version__
    if cuda._cupy_major not in (12, 13, 14):
        raise UserError(f'devices {spec!r}: CuPy {version} is installed, and 12 to 14 is needed: '
                        f'{_installing_cupy()}')
    try:
        count = cuda.cupy.cuda.runtime.getDeviceCount()
    except Exception as error:      # cudaErrorNoDevice, cudaErrorInsufficientDriver and others
        raise UserError(f'devices {spec!r}: CUDA finds no GPU to use: {one_line(error)}; '
                        "does 'nvidia-smi' list one here?") from error
    for gpu in gpus:
        if gpu >= count:
            raise UserError(f'devices {spec!r}: there is no GPU {gpu}; this machine has {count}, '
                            f'numbered from 0')
    for gpu in gpus:
        try:    # the smallest computation: the compiler of kernels is loaded no earlier
            with cuda.cupy.cuda.Device(gpu):
                (cuda.cupy.zeros(1) + 1).get()
        except Exception as error:
            raise UserError(
                f'devices {spec!r}: GPU {gpu} cannot compute: {_what_cupy_lacks(error)}') from error
    if not cuda.cudnn_enabled and not cuda._cudnn_disabled_by_user:
        _log.warning(
            'devices %r: without cuDNN convolutions and batch normalisation are several times '
            'slower; CuPy 12 and 13 for CUDA 11 and 12 take cuDNN 8, whose folder must be on '
            'LD_LIBRARY_PATH; this is CuPy %s (%s)',
            spec, version, one_line(cuda._resolution_error))
        # Chainer would say the same again, less exactly.
        cuda.check_cuda_available._already_warned = True


def _installing_cupy():
    return (f'{installing("cuda12", "cupy-cuda12x")} for CUDA 12, or its like for CUDA 11 or 13 '
            '(the extras cuda11 and cuda13)')


def _what_cupy_lacks(error):
    """Says in one line what to do about the ``error`` with which CuPy, or its import, ended."""
    if isinstance(error, ModuleNotFoundError) and error.name == 'cupy':
        return f'for a GPU, CuPy must be installed: {_installing_cupy()}'
    # CuPy's own message is a page long, with the loader's at its end.
    library = re.search(r'(lib[\w+-]+\.so[.\d]*): (?:.*\1: )?([^\n]*)', str(error))
    if library is None:
        return f'CuPy is installed and fails: {one_line(error)}'
    return f'CuPy cannot load {library[1]} ({library[2]}); {_owner(library[1])}'


def _owner(library):
    if library.startswith('libcuda.'):
        return "it comes with NVIDIA's driver"
    return ('it comes with the CUDA toolkit of the version that CuPy is built for, whose folder of '
            'libraries must be on LD_LIBRARY_PATH')
