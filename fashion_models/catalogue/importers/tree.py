"""The files of a data set, in a folder or inside a zip archive, by relative path."""

import contextlib
import errno
import io
import lzma
import os
import pathlib
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from fashion_models.errors import UserError

#: What zipfile and the decompressors raise on archives that are damaged or encrypted.
_DAMAGE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError,
           RuntimeError, ValueError, OverflowError, IndexError, struct.error)


class Tree:
    """What the trees have in common.

    Attributes:
        place (pathlib.Path): The folder or the archive, for messages.
        has_files (bool): Whether :meth:`file` gives files that can be linked to.
    """

    has_files = False

    @property
    def places(self) -> list[pathlib.Path]:
        """The folders or archives that it reads."""
        return [self.place]

    def file(self, path: str) -> pathlib.Path | None:
        """Returns the file on disk (absolute, no symbolic link), or None."""
        return None

    def leaves(self, path: str) -> bool:
        """Says whether a path leads to a link that leaves the data set."""
        return False

    def is_copy(self, path: str, file: pathlib.Path) -> bool:
        """Says whether ``file``, which an earlier import wrote, is whole."""
        return file.stat().st_size == self.size(path)


class FolderTree(Tree):
    """Files below a folder.

    Symbolic links are followed as long as they stay in the folder: an archive that a stranger
    packed must not bring in other files of its user.

    Args:
        folder: The folder.
        anywhere: Whether links may lead elsewhere, as those of a catalogue whose images are linked.
    """

    has_files = True

    def __init__(self, folder: str | os.PathLike, anywhere: bool = False) -> None:
        self.place = pathlib.Path(folder)
        self._root = os.path.realpath(folder)
        self._anywhere = anywhere

    def leaves(self, path: str) -> bool:
        return not self._anywhere and not _is_below(self._root, os.path.join(self._root, path))

    def find(self, name: str, depth: int = 2) -> list[str]:
        """Returns the paths (sorted, the shallowest first) of files called ``name``."""
        found = (path.relative_to(self.place).as_posix()
                 for level in range(depth + 1)
                 for path in sorted(self.place.glob('*/' * level + name)) if path.is_file())
        return [path for path in found if not self.leaves(path)]

    def size(self, path: str) -> int | None:
        """Returns a file's size in bytes, or None if there is no such file."""
        file = self.place / path
        return os.path.getsize(file) if os.path.isfile(file) and not self.leaves(path) else None

    def paths(self, allowed_only: bool = False) -> Iterator[str]:
        """Yields the path of every file, folder by folder, sorted, but of what goes meanwhile.

        Args:
            allowed_only: Whether folders in it that may not be read are passed over, instead of an
                error.

        Raises:
            OSError: A folder cannot be read.
        """
        passed_over = FileNotFoundError, *((PermissionError,) if allowed_only else ())
        entered = set()  # each folder once, whatever links lead back to it
        to_come = [os.fspath(self.place)]   # reversed
        while to_come:
            path = to_come.pop()
            if os.path.islink(path) and self.leaves(os.path.relpath(path, self.place)):
                continue
            if os.path.isdir(path):
                try:
                    entry = os.stat(path)
                    if (entry.st_dev, entry.st_ino) not in entered:
                        entered.add((entry.st_dev, entry.st_ino))
                        to_come += (os.path.join(path, name)
                                    for name in sorted(os.listdir(path), reverse=True))
                except passed_over:
                    if path == os.fspath(self.place):
                        raise
            elif os.path.isfile(path):
                yield os.path.relpath(path, self.place).replace(os.sep, '/')

    def read(self, path: str) -> bytes:
        """Returns a file's bytes."""
        with self.open(path) as file:
            return file.read()

    def open(self, path: str) -> BinaryIO:
        """Opens a file for reading bytes.

        Raises:
            OSError: There is none, or a link that leaves the folder.
        """
        if self.leaves(path):
            raise OSError(errno.ELOOP, 'is a link that leaves the source', str(self.place / path))
        return open(self.place / path, 'rb')

    def file(self, path: str) -> pathlib.Path:
        return (self.place / path).resolve()


def is_inside(folder: str | os.PathLike, path: str | os.PathLike) -> bool:
    """Says whether a path leads into a folder, whatever symbolic links lie on it."""
    return _is_below(os.path.realpath(folder), path)


def _is_below(root, path):
    real = os.path.realpath(path)
    return real == root or real.startswith(root.rstrip(os.sep) + os.sep)


class ZipTree(Tree):
    """Files inside a zip archive; they are read where they are and never unpacked as a whole.

    Members are only ever looked up by the paths that a data set's own table gives; a member's name
    decides nothing about where something is written.
    """

    def __init__(self, path: str | os.PathLike) -> None:
        self.place = pathlib.Path(path)
        self._zip = zipfile.ZipFile(path)
        self._sizes = {member.filename: member.file_size
                       for member in self._zip.infolist() if not member.filename.endswith('/')}

    def find(self, name: str, depth: int = 2) -> list[str]:
        """Returns the paths (sorted, the shallowest first) of members called ``name``."""
        found = [path for path in self._sizes
                 if path.split('/')[-1] == name and path.count('/') <= depth]
        return sorted(found, key=lambda path: (path.count('/'), path))

    def size(self, path: str) -> int | None:
        """Returns a member's size in bytes, or None if there is no such member."""
        return self._sizes.get(path)

    def paths(self) -> Iterator[str]:
        """Yields the path of every member, sorted."""
        yield from sorted(self._sizes)

    def read(self, path: str) -> bytes:
        """Returns a member's bytes.

        Raises:
            OSError: The archive is damaged there, or encrypted.
        """
        with self.open(path) as file:
            return file.read()

    @contextlib.contextmanager
    def open(self, path: str) -> Iterator[BinaryIO]:
        """Opens a member for reading bytes, without unpacking it.

        Raises:
            OSError: There is no such member, or the archive is damaged there, or encrypted; also
                from within the ``with`` block.
        """
        try:
            file = self._zip.open(path)
        except KeyError as error:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path) from error
        except _DAMAGE as error:
            raise OSError(f'damaged or encrypted in the archive ({error})') from error
        with file:
            yield io.BufferedReader(_Member(file), 1 << 16)

    def close(self) -> None:
        self._zip.close()


class _Member(io.RawIOBase):
    """A member of an archive, whose every damage is an OSError."""

    def __init__(self, file):
        self._file = file

    def readable(self):
        return True

    def readinto(self, buffer):
        try:
            content = self._file.read(len(buffer))
        except _DAMAGE as error:
            raise OSError(f'damaged or encrypted in the archive ({error})') from error
        buffer[:len(content)] = content
        return len(content)


@contextlib.contextmanager
def open_tree(source: str | os.PathLike) -> Iterator[FolderTree | ZipTree]:
    """Opens a folder or a zip archive.

    Yields:
        Its files.

    Raises:
        UserError: There is neither at ``source``.
    """
    source = pathlib.Path(source)
    if source.is_dir():
        yield FolderTree(source)
    elif not source.is_file():  # a pipe could block for ever
        raise UserError(f'{source}: there is no such file or folder')
    else:
        try:
            tree = ZipTree(source)
        except (*_DAMAGE, OSError) as error:
            raise UserError(f'{source}: expected a folder or a zip archive: {error}') from error
        with contextlib.closing(tree):
            yield tree
