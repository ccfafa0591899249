"""A catalogue's folder while it is written: locked, and marked until it is complete.

At every moment the folder holds a complete catalogue, or a marker that says what is being written
there; so after a crash the same call, or another one, knows what may be removed.
"""

import contextlib
import json
import os
import pathlib
import shutil
from collections.abc import Iterator
from typing import NoReturn

from fashion_models.catalogue import io
from fashion_models.errors import UserError
from fashion_models.files import atomic_write, locked

REPORT_FILE = 'import-report.json'
#: Lies in a folder that an import was begun in and did not finish.
MARKER_FILE = 'import-unfinished.json'
#: The marker of a folder that is being cleared: the next process to claim it finishes that.
_CLEARING = 'null'


@contextlib.contextmanager
def claimed(folder: pathlib.Path, origin: dict, overwrite: bool) -> Iterator[None]:
    """Holds a folder to write a catalogue into, which is complete when the block ends well.

    In the block the folder is empty, or holds what an interrupted one of the same ``origin`` wrote,
    besides files that are the user's own.

    Args:
        folder: Where to write; made if it does not exist.
        origin: What is written and how (JSON values).
        overwrite: Whether a catalogue in ``folder`` is replaced.

    Raises:
        UserError: The folder holds a catalogue, or something else than one, or another process
            is writing a catalogue there.
        OSError: It cannot be written.
    """
    folder = pathlib.Path(folder)
    _refuse(folder, overwrite)      # before anything is written there
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder / io.LOCK_FILE, lambda: refuse_busy(folder)):
        _refuse(folder, overwrite)  # what another process has finished meanwhile
        _take(folder, origin)
        yield
        (folder / MARKER_FILE).unlink()


def is_whole(folder: pathlib.Path) -> bool:
    """Whether a folder holds a complete catalogue."""
    return (folder / io.HEADER_FILE).exists() and not (folder / MARKER_FILE).exists()


def _refuse(folder, overwrite):
    names = os.listdir(folder) if folder.is_dir() else []
    if MARKER_FILE in names:
        return
    if is_whole(folder):
        if not overwrite:
            raise UserError(f'{folder} already holds a catalogue; '
                            'choose another folder or overwrite it (overwrite)')
    elif any(name != io.LOCK_FILE and not _is_partial_marker(name) for name in names):
        raise UserError(f'{folder} is not empty and holds no catalogue; '
                        'choose a new folder for one')


def refuse_busy(folder: pathlib.Path) -> NoReturn:
    """Raises the UserError that somebody else holds the folder."""
    raise UserError(f'{folder}: another process is writing a catalogue here')


def _is_partial_marker(name):
    """Whether a file is a marker that a crash kept from its name."""
    return name.startswith(f'.{MARKER_FILE}.') and name.endswith('.partial')


def _take(folder, origin):
    marker = folder / MARKER_FILE
    mark = json.dumps(origin, ensure_ascii=False, indent=1, sort_keys=True)
    found = _content(marker)
    for leftover in folder.glob('.*.partial'):  # of files that were being written
        if found is not None or _is_partial_marker(leftover.name):
            leftover.unlink()
    if found == mark:
        (folder / io.HEADER_FILE).unlink(missing_ok=True)
        if (folder / io.IMAGES_FOLDER).is_symlink():    # what it points to is not written into
            (folder / io.IMAGES_FOLDER).unlink()
    else:
        # The marker comes before anything goes, and names the origin only once all has gone.
        _write(marker, _CLEARING)
        _clear(folder)
        _write(marker, mark)


def _content(marker):
    """The marker's text, or None where there is none; a link is not followed, and no marker."""
    if marker.is_symlink():
        return _CLEARING
    try:
        return marker.read_text(encoding='utf-8', errors='replace')
    except FileNotFoundError:
        return None


def _write(marker, text):
    with atomic_write(marker, 'w', encoding='utf-8') as file:
        file.write(text)


def _clear(folder):
    """Removes what an import writes, and nothing else."""
    for name in (io.HEADER_FILE, io.PRODUCTS_FILE, REPORT_FILE, io.CHANGES_FILE, io.MERGED_FILE,
                 io.MERGES_FILE, io.UPDATES_FILE, io.PENDING_FILE):
        (folder / name).unlink(missing_ok=True)
    images = folder / io.IMAGES_FOLDER
    if images.is_symlink():
        images.unlink()
    elif images.is_dir():
        shutil.rmtree(images)
