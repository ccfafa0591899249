"""What image files hold, without reading those again that have not changed since.

A file's stamp (number, size, times of the last change of its content and of its entry) is what the
system changes whenever somebody writes it. Beside the image stores lies ``stamps.npz``, which
content each file of the catalogue prepared last had, by its stamp. It may be deleted at any time.
"""

import array
import hashlib
import os
import pathlib
from collections.abc import Callable, Iterable

import numpy as np

from fashion_models.arrays import read_npz
from fashion_models.data.pictures import DIGEST_SIZE, DIGESTS, positions
from fashion_models.errors import UserError
from fashion_models.files import atomic_write
from fashion_models.workers import Ahead

_STAMPS = 'S32'     # four int64
#: Reading waits for the disk, or for another machine.
_THREADS = 4


class Looked:
    """Looks at files one by one and remembers their stamps."""

    def __init__(self) -> None:
        self._found = array.array('q')

    def size(self, file: str | os.PathLike) -> int:
        """The size of a file in bytes, -1 where there is none."""
        try:
            status = os.stat(file)
        except (OSError, ValueError):
            self._found.extend((0, 0, 0, 0))
            return -1
        self._found.extend((status.st_ino % 2**63, status.st_size, status.st_mtime_ns,
                            status.st_ctime_ns))
        return status.st_size

    def stamps(self) -> np.ndarray:
        """The stamps of the files so far, ``(m, 4)`` int64, zeros where there is none."""
        return np.frombuffer(self._found, np.int64).reshape(-1, 4)


class Stamps:
    """The contents of files by their stamps.

    Args:
        folder: Where ``stamps.npz`` lies, if it is there.
    """

    def __init__(self, folder: pathlib.Path) -> None:
        self._file = folder / 'stamps.npz'
        self._known, self._digests = np.empty(0, _STAMPS), np.empty(0, DIGESTS)
        try:
            found = read_npz(self._file)
            known, digests = _strings(found['stamps'], _STAMPS), _strings(found['digests'], DIGESTS)
        except (OSError, KeyError, ValueError, UserError):
            return      # none, or a damaged one: the files are read
        if known.shape != digests.shape:
            return
        self._known, first = np.unique(known, return_index=True)
        self._digests = digests[first]

    def digests(self, found: np.ndarray,
                files: Callable[[np.ndarray], Iterable[str]]) -> tuple[np.ndarray, np.ndarray]:
        """The digests of the contents of m files.

        Args:
            found: Their stamps, ``(m, 4)`` int64.
            files: Gives the paths of some of them by their numbers, from 0, ascending.

        Returns:
            ``(m,)`` strings of 16 bytes, empty where a file cannot be read; and the numbers of the
            files that were read.
        """
        places = positions(self._known, _strings(found, _STAMPS))
        digests = np.zeros(len(found), DIGESTS)
        seen = places >= 0
        digests[seen] = self._digests[places[seen]]
        unseen = np.flatnonzero(~seen)
        with Ahead(_digest, files(unseen), _THREADS, 16 * _THREADS) as read:
            for number, digest in zip(unseen, read):
                digests[number] = digest
        return digests, unseen

    def save(self, found: np.ndarray, digests: np.ndarray) -> None:
        """Keeps what :meth:`digests` found, instead of what was kept before."""
        there = found.any(axis=1)
        with atomic_write(self._file) as file:
            np.savez(file, stamps=found[there],
                     digests=digests[there].view(np.uint8).reshape(-1, DIGEST_SIZE))


def _strings(array, dtype):
    return np.ascontiguousarray(array).view(dtype).ravel()


def _digest(file):
    # Anything but a file, such as a pipe, could block for ever.
    try:
        if not os.path.isfile(file):
            return b''
        with open(file, 'rb') as content:
            return hashlib.file_digest(content, 'sha256').digest()[:DIGEST_SIZE]
    except (OSError, ValueError):
        return b''
