"""Files: written so that a partial one never replaces a good one, and known by their hash."""

import contextlib
import hashlib
import os
import pathlib
import tempfile

from fashion_models.errors import UserError


@contextlib.contextmanager
def atomic_write(path, mode='wb', **open_arguments):
    """Opens a temporary file beside ``path`` and renames it to ``path`` when the block ends well.

    The data is flushed to disk before the rename, so that after a crash or a full disk ``path``
    holds either its old content or the whole new one. On an exception the temporary file is removed
    and ``path`` is left as it was.

    Args:
        path: The file to write.
        mode (str): ``'wb'`` or ``'w'``.
        open_arguments: Passed on to :func:`open` (``encoding``, ``newline``).

    Yields:
        The open temporary file.
    """
    path = pathlib.Path(path)
    handle, temporary = tempfile.mkstemp(
        prefix=f'.{path.name}.', suffix='.partial', dir=path.parent)
    try:
        # mkstemp's files are for their owner only; a result is for everybody the umask allows.
        umask = os.umask(0)
        os.umask(umask)
        os.fchmod(handle, 0o666 & ~umask)
        with open(handle, mode, **open_arguments) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)
        raise


@contextlib.contextmanager
def told_if_unwritable(path):
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
        OSError: If it cannot be read.
    """
    with open(path, 'rb') as file:
        return hashlib.file_digest(file, 'sha256').hexdigest()
