"""A catalogue's folder while it is written: locked, and marked until it is complete.

At every moment the folder holds a complete catalogue, or a marker that says what is being written
there; so after a crash the same call, or another one, knows what may be removed.
"""

import contextlib
import hashlib
import os
import pathlib
import re
from collections.abc import Container, Iterator
from typing import NoReturn

from PIL import Image

from fashion_models.catalogue import decode, io
from fashion_models.errors import UserError
from fashion_models.files import atomic_write, leftovers, locked, remove_leftovers
from fashion_models.parsing import json_value, require_plain
from fashion_models.surrogates import json_text

REPORT_FILE = 'import-report.json'
#: Lies in a folder that an import was begun in and did not finish.
MARKER_FILE = 'import-unfinished.json'
#: What is written into a catalogue's folder, beside pictures, and goes when it is overwritten.
WRITTEN = (io.HEADER_FILE, io.PRODUCTS_FILE, REPORT_FILE, io.CHANGES_FILE, io.MERGED_FILE,
           io.MERGES_FILE, io.UPDATES_FILE, io.PENDING_FILE, io.TRUTH_FILE, io.SETTINGS_FILE)
_PARTIAL = re.compile(r'\.[0-9a-f]{16}\.partial')
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
    return all((folder / name).is_file() for name in (io.HEADER_FILE, io.PRODUCTS_FILE)) and (
        not (folder / MARKER_FILE).exists())


def begun(folder: pathlib.Path) -> object:
    """The origin of the catalogue that was begun in a folder and not finished; None without one."""
    try:
        return json_value(_content(folder / MARKER_FILE) or 'null')
    except ValueError:
        return None


def _refuse(folder, overwrite):
    names = os.listdir(folder) if folder.is_dir() else []
    if MARKER_FILE in names:
        return
    if is_whole(folder):
        io.refuse_existing(folder, overwrite)
    elif {*names} - {io.LOCK_FILE} - {path.name for path in leftovers(folder, [MARKER_FILE])}:
        raise UserError(f'{folder} is not empty and holds no catalogue; '
                        'choose a new folder for one')


def refuse_busy(folder: pathlib.Path) -> NoReturn:
    """Raises the UserError that somebody else holds the folder."""
    raise UserError(f'{folder}: another process is writing a catalogue here')


def _take(folder, origin):
    marker = folder / MARKER_FILE
    mark = json_text(origin, indent=1, sort_keys=True)
    found = _content(marker)
    # Without a marker, no other file was begun.
    remove_leftovers(folder, [MARKER_FILE, *(() if found is None else WRITTEN)])
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
        require_plain(marker)
        return marker.read_text(encoding='utf-8', errors='replace')
    except FileNotFoundError:
        return None


def _write(marker, text):
    with atomic_write(marker, 'w', encoding='utf-8') as file:
        file.write(text)


def _clear(folder):
    """Removes what an import writes, and nothing else."""
    for name in WRITTEN:
        (folder / name).unlink(missing_ok=True)
    images = folder / io.IMAGES_FOLDER
    if images.is_symlink():
        images.unlink()
    else:
        remove_pictures(folder)


def partial_picture(picture: pathlib.Path) -> pathlib.Path:
    """The file beside a picture's that it is written into, before it gets its name.

    Its name is shorter than the longest that a file may have, and always the same for a picture, so
    that what a crash leaves is replaced by the next try.
    """
    name = hashlib.sha256(picture.name.encode('utf-8', 'surrogateescape')).hexdigest()[:16]
    return picture.with_name(f'.{name}.partial')


def remove_pictures(folder: pathlib.Path, named: Container[str] = ()) -> None:
    """Removes the pictures of a catalogue, and what was being written of them.

    What else somebody put beside them, and is no picture, stays.

    Args:
        folder: The catalogue's.
        named: The paths of those that stay.
    """
    images = folder / io.IMAGES_FOLDER
    if images.is_symlink():     # what it points to may be somebody's
        return
    for parent, _, names in os.walk(images, topdown=False):
        for file in (pathlib.Path(parent, name) for name in names):
            if file.relative_to(folder).as_posix() not in named and _is_picture(file):
                file.unlink()
        with contextlib.suppress(OSError):      # others are left in it
            os.rmdir(parent)


def _is_picture(file):
    """Whether a file below ``images`` is one that a catalogue has there, by its name or content."""
    suffix = file.suffix.lower()
    if suffix in ('.heic', '.heif') or file.is_symlink() or _PARTIAL.fullmatch(file.name) or (
            Image.registered_extensions().get(suffix) in decode.FORMATS):
        return True
    if not file.is_file():
        return False
    try:
        with Image.open(file, formats=[name for name in decode.FORMATS if name in Image.OPEN]):
            return True
    except Exception:   # of damaged files Pillow raises what it likes
        return False
