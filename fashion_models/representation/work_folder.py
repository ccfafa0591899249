"""Folders of unfinished work beside the file that it is for, each held by one process at a time."""

import contextlib
import os
import pathlib
from collections.abc import Callable, Iterator
from typing import NoReturn

from fashion_models.files import locked, refuse_link, told_if_unwritable

_LOCK = 'lock'


@contextlib.contextmanager
def held(folder: pathlib.Path, refuse: Callable[[], NoReturn]) -> Iterator[None]:
    """Holds a folder, which is made if need be, and is removed if the block leaves it empty.

    Args:
        folder: The folder; only the file ``lock`` in it is not the caller's.
        refuse: Raises the error where another process holds it.

    Raises:
        UserError: If the folder is a symbolic link, or cannot be made.
    """
    refuse_link(folder, 'a folder')
    with contextlib.ExitStack() as stack:
        if os.name == 'nt':     # Windows removes no file that is open, such as a lock that is held
            stack.callback(_remove, folder)
        with told_if_unwritable(folder):
            try:
                folder.mkdir(exist_ok=True)
                stack.enter_context(locked(folder / _LOCK, refuse))
            except (FileExistsError, FileNotFoundError):
                if folder.is_file():
                    raise
                refuse()    # who held it has removed it this moment
        if os.name != 'nt':     # elsewhere it would be what the next one has begun by then
            stack.callback(_remove, folder)
        yield


def empty(folder: pathlib.Path) -> None:
    """Removes the files of a folder that is held, which then goes, too."""
    for path in folder.iterdir():
        if path.name != _LOCK:
            path.unlink()


def _remove(folder):
    with contextlib.suppress(OSError):      # the next one has begun
        if os.listdir(folder) == [_LOCK]:
            (folder / _LOCK).unlink()
            folder.rmdir()
