"""Files of arrays, read without pickle; a damaged one becomes a UserError that names it."""

import io
import math
import os
import pathlib
import tokenize
import zipfile
import zlib

import numpy as np

from fashion_models.errors import UserError
from fashion_models.files import atomic_write, told_if_unwritable
from fashion_models.parsing import require_plain

#: What NumPy and zipfile raise on content that is not what they wrote.
_DAMAGE = (
    ValueError, TypeError, KeyError, EOFError, OverflowError, MemoryError, RuntimeError,
    SyntaxError, NotImplementedError, tokenize.TokenError, zipfile.BadZipFile, zlib.error)


def write_npz(path: str | os.PathLike, **arrays: np.ndarray) -> None:
    """Writes arrays to a ``.npz`` file, without pickle.

    Raises:
        UserError: If it cannot be written, or is there and no ``.npz`` file.
    """
    with told_if_unwritable(path), atomic_write(path, replaces=[b'pk']) as file:
        np.savez(file, **arrays)


def require_finite(y: np.ndarray, whose: str | os.PathLike) -> np.ndarray:
    """What a network answered, if these are numbers.

    Args:
        y: Its answers.
        whose: What to name: the folder of its run.

    Raises:
        UserError: One is infinite or none, as those of a network that diverged, or whose parameters
            are none that a training leaves.
    """
    if not np.isfinite(y).all():
        raise UserError(f'{whose}: the network answers with values that are not finite: its '
                        'parameters are damaged, or its training diverged')
    return y


def read_npy(path: str | os.PathLike) -> np.ndarray:
    """The array of a ``.npy`` file.

    Raises:
        UserError: The file is damaged.
    """
    require_plain(path)
    try:
        return _array(pathlib.Path(path).read_bytes())
    except _DAMAGE as error:
        raise UserError(f'{path}: is damaged: found no array of NumPy in it') from error


def read_npz(path: str | os.PathLike) -> dict[str, np.ndarray]:
    """The arrays of a ``.npz`` file by name; the checksum of each is compared.

    Raises:
        UserError: The file is damaged.
    """
    require_plain(path)
    # What the system says against opening the file is no damage; what zipfile makes of it may be.
    with open(path, 'rb') as file:
        try:
            with zipfile.ZipFile(file) as archive:
                # None is compressed, so that a small file cannot fill the memory.
                if sum(member.file_size for member in archive.infolist()) > os.fstat(
                        file.fileno()).st_size:
                    raise ValueError('it is compressed')
                return {name.removesuffix('.npy'): _array(archive.read(name))
                        for name in archive.namelist()}
        except (*_DAMAGE, OSError) as error:
            raise UserError(f'{path}: is damaged: cannot be read to its end') from error


def is_intact(path: str | os.PathLike) -> bool:
    """Whether the checksums of a ``.npz`` file are those of its arrays."""
    require_plain(path)
    with open(path, 'rb') as file:
        try:
            with zipfile.ZipFile(file) as archive:
                return archive.testzip() is None
        except (*_DAMAGE, OSError):
            return False


def array_in(content: bytes) -> np.ndarray:
    """The array that the bytes of a ``.npy`` file hold.

    Raises:
        ValueError: They hold none.
    """
    try:
        return _array(content)
    except _DAMAGE as error:
        raise ValueError(f'found no array of NumPy: {error}') from error


def is_array(path: str | os.PathLike) -> bool:
    """Whether a file holds an array of NumPy, and nothing behind it."""
    with open(path, 'rb') as file:
        try:
            return _fits(file, os.fstat(file.fileno()).st_size)
        except _DAMAGE:
            return False


def _array(content):
    # What the header says is compared with what follows before there is memory for it.
    if not _fits(io.BytesIO(content), len(content)):
        raise ValueError('another size than its header says')
    return np.lib.format.read_array(io.BytesIO(content), allow_pickle=False)


def _fits(file, size):
    """Whether an array's header, which is read, says how much follows; objects have any size."""
    version = np.lib.format.read_magic(file)
    read = {(1, 0): np.lib.format.read_array_header_1_0,
            (2, 0): np.lib.format.read_array_header_2_0}[version]
    shape, _, dtype = read(file)
    return dtype.hasobject or math.prod(shape) * dtype.itemsize == size - file.tell()
