"""Files: replaced as a whole or not at all, appended to by whole lines, locked, checked, hashed."""

import contextlib
import errno
import fnmatch
import hashlib
import io
import json
import os
import pathlib
import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence

import filelock
import numpy as np
import xxhash

from fashion_models.errors import UserError
from fashion_models.parsing import require_kind, require_plain

try:
    import fcntl
except ImportError:     # Windows
    fcntl = None


_FULL = errno.ENOSPC, errno.EDQUOT, errno.EFBIG
#: Bytes of a file's name.
_LONGEST_NAME = 255


@contextlib.contextmanager
def atomic_write(
        path: str | os.PathLike, mode: str = 'wb', replaces: Sequence[bytes] = (),
        **open_arguments: object) -> Iterator[io.IOBase]:
    """Opens a temporary file beside ``path`` and renames it to ``path`` when the block ends well.

    The data is flushed to disk before the rename, so that after a crash or a full disk ``path``
    holds either its old content or the whole new one. On an exception the temporary file is removed
    and ``path`` is left as it was. What a killed process left is removed by the next that writes
    ``path``.

    Args:
        path: The file to write.
        mode: ``'wb'`` or ``'w'``.
        replaces: How files of this kind begin; see :func:`.require_kind`.
        open_arguments: Passed on to :func:`open` (``encoding``, ``newline``).

    Yields:
        The open temporary file.

    Raises:
        OSError: If ``path`` is a pipe or a device, which others would miss, or cannot be written.
        UserError: If it is a file of another kind.
    """
    path = pathlib.Path(path)
    require_plain(path)
    require_kind(path, replaces)
    # With '+', NumPy writes through Python; else np.save writes by itself, and the error of a full
    # disk can get lost.
    temporary, file = _open_beside(path, mode.replace('w', 'x') + '+', open_arguments)
    with file:
        try:
            yield file
            file.flush()
            os.fsync(file.fileno())
            _close_if_needed(file)
            os.replace(temporary, path)
        except BaseException as error:
            if isinstance(error, OSError) and error.errno in _FULL and error.filename is None:
                error.filename = os.fspath(path)    # writing does not know it
            with contextlib.suppress(OSError):
                _close_if_needed(file)
            with contextlib.suppress(FileNotFoundError):
                os.unlink(temporary)
            with contextlib.suppress(OSError):      # what is buffered fails once more
                file.close()
            raise


def _open_beside(path, mode, arguments):
    """Opens a new file beside ``path``; returns its path, too.

    It is locked as long as it is open, and always has the same name, so that what a killed process
    left makes way. Where that is in use, another process is writing ``path``, too: then, and where
    files cannot be locked, it has a name that nobody else uses.
    """
    usual = hidden_beside(path, 'partial')
    while fcntl is not None:
        try:
            file = open(usual, mode, **arguments)  # noqa: SIM115 (its caller closes it)
        except FileExistsError:
            if _removed(usual):
                continue
            break
        with contextlib.suppress(OSError):
            fcntl.flock(file, fcntl.LOCK_EX)
        if _is_at(file.fileno(), usual):
            return usual, file
        file.close()    # somebody took it for a leftover, before it was locked
    unique = hidden_beside(path, f'{secrets.token_hex(4)}.partial')
    return unique, open(unique, mode, **arguments)


def hidden_beside(path: pathlib.Path, ending: str) -> pathlib.Path:
    """The path of a hidden file or folder beside ``path``: ``.<name>.<ending>``.

    Where that is longer than file systems allow, a digest stands for the name.
    """
    name = f'.{path.name}.{ending}'
    if len(os.fsencode(name)) > _LONGEST_NAME:
        name = f'.{hashlib.sha256(os.fsencode(path.name)).hexdigest()[:32]}.{ending}'
    return path.with_name(name)


def _removed(partial):
    """Removes a temporary file, unless it is in use; whether it is gone."""
    try:
        descriptor = os.open(partial, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _is_at(descriptor, partial):
                os.unlink(partial)
        finally:
            os.close(descriptor)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True


def leftovers(folder: str | os.PathLike, names: Iterable[str]) -> Iterator[pathlib.Path]:
    """The temporary files of :func:`atomic_write` in a folder.

    Args:
        folder: The folder.
        names: Of the files that are written there; patterns, as of :mod:`fnmatch`.
    """
    for path in pathlib.Path(folder).glob('.*.partial'):
        name = path.name[1:-len('.partial')]
        forms = name, re.sub(r'\.\w+$', '', name)     # usual and unique
        if any(fnmatch.fnmatchcase(form, known) for form in forms for known in names) and (
                path.is_symlink() or not path.is_dir()):
            yield path


def remove_leftovers(folder: str | os.PathLike, names: Iterable[str]) -> None:
    """Removes the :func:`leftovers` of killed processes, and none that is being written."""
    for path in leftovers(folder, names):
        if fcntl is None or path.is_symlink():
            path.unlink()
        else:
            _removed(path)


def _is_at(descriptor, path):
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(path, follow_symlinks=False))
    except FileNotFoundError:
        return False


def _close_if_needed(file):
    """Closes a file before it is renamed or removed, as Windows demands; else it stays locked."""
    if fcntl is None:
        file.close()


def append_line(path: str | os.PathLike, line: str, durable: bool = False) -> None:
    """Adds a line to a text file, which is made if need be.

    What follows the file's last line break is a line that a crash has cut short; it is removed.

    Args:
        path: The file.
        line: Without its line break.
        durable: Whether to return only once the line is on the disk, so that no power cut can
            lose it.

    Raises:
        UserError: If ``path`` is a symbolic link, which may point to somebody's file.
        OSError: If it is a pipe or a device, or cannot be written.
    """
    refuse_link(path)
    require_plain(path)
    with open(path, 'a+b') as file:
        if file.seek(0, os.SEEK_END):
            file.seek(-1, os.SEEK_END)
            if file.read() != b'\n':
                file.seek(0)
                file.truncate(file.read().rfind(b'\n') + 1)
        file.write(line.encode() + b'\n')
        if durable:
            file.flush()
            os.fsync(file.fileno())


def whole_lines(path: str | os.PathLike) -> list[str]:
    """The lines of a text file, without an incomplete last one (no line break).

    Without a file there are none. Bytes that are not UTF-8 become halves of surrogate pairs.
    """
    require_plain(path)
    try:
        content = pathlib.Path(path).read_bytes()
    except FileNotFoundError:
        return []
    # Not splitlines: a text may hold what Unicode counts as a line break.
    return content[:content.rfind(b'\n') + 1].decode(errors='surrogateescape').split('\n')[:-1]


def refuse_link(path: str | os.PathLike, expected: str = 'a file') -> None:
    """Refuses to write where somebody else decides what is written to.

    Raises:
        UserError: If ``path`` is a symbolic link.
    """
    if os.path.islink(path):
        raise UserError(f'{path}: is a symbolic link, expected {expected}; delete it')


@contextlib.contextmanager
def locked(path: str | os.PathLike, if_busy: Callable[[], object]) -> Iterator[None]:
    """Holds a lock file, which keeps other processes that want the same one out of the block.

    The lock ends with the process, however that ends; the file stays.

    Args:
        path: The lock file; its folder exists.
        if_busy: Called where another process holds the lock. If it returns, this one waits for
            the lock; to give up, let it raise an error.

    Raises:
        UserError: If ``path`` is a symbolic link, which may point to somebody's file.
        OSError: If the file cannot be made.
    """
    refuse_link(path, 'a lock file')
    lock = filelock.FileLock(path)
    try:
        lock.acquire(blocking=False)
    except filelock.Timeout:
        if_busy()
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


@contextlib.contextmanager
def told_if_unwritable(path: str | os.PathLike) -> Iterator[None]:
    """Turns what the system says against writing a file into a UserError that names it."""
    try:
        yield
    except OSError as error:
        raise UserError(f'{path}: cannot be written: {error.strerror or error}') from error


def sha256(path: str | os.PathLike) -> str:
    """SHA-256 of a file's content, as 64 hexadecimal digits.

    Args:
        path: The file.

    Raises:
        OSError: If it is a pipe or a device, or cannot be read.
    """
    require_plain(path)
    with open(path, 'rb') as file:
        return hashlib.file_digest(file, 'sha256').hexdigest()


def checksum(content: bytes | memoryview | np.ndarray) -> int:
    """64 bits that differ where a byte was changed by accident, as fast as memory is read (XXH3).

    Args:
        content: Bytes, or a C-contiguous array.
    """
    return xxhash.xxh3_64_intdigest(content)


def sealed(record: dict) -> dict:
    """A record for a JSON file, with a checksum of the rest as ``checksum``."""
    return {**record, 'checksum': _checksum_of_record(record)}


def unsealed(record: object) -> dict:
    """What was :func:`sealed`.

    Raises:
        ValueError: If something is not as it was written.
    """
    if not isinstance(record, dict) or 'checksum' not in record:
        raise ValueError('it has no checksum')
    rest = {name: value for name, value in record.items() if name != 'checksum'}
    if record['checksum'] != _checksum_of_record(rest):
        raise ValueError('it is not as it was written')
    return rest


def _checksum_of_record(record):
    # As it is read back: JSON has no tuples, and names that are texts only.
    return checksum(json.dumps(json.loads(json.dumps(record)), sort_keys=True).encode())


def require_outside(folder: str | os.PathLike, *sources: str | os.PathLike) -> None:
    """Refuses to write into a folder that is, or holds, what is to be read.

    Raises:
        UserError: If a source is ``folder`` or lies in it.
    """
    target = pathlib.Path(os.path.realpath(folder))
    for source in sources:
        path = pathlib.Path(os.path.realpath(source))
        if target == path or target in path.parents:
            raise UserError(f'{folder}: {source} lies in it; choose another folder')
