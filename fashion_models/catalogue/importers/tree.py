"""The files of a data set, in a folder or inside a zip archive, by relative path."""

import contextlib
import errno
import os
import pathlib
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from fashion_models.errors import UserError


class Tree:
    """What the trees have in common.

    Attributes:
        place (pathlib.Path): The folder or the archive, for messages.
        has_files (bool): Whether :meth:`file` gives files that can be linked to.
    """

    has_files = False

    def file(self, path: str) -> pathlib.Path | None:
        """Returns the file on disk (absolute, no symbolic link), or None."""
        return None

    def is_copy(self, path: str, file: pathlib.Path) -> bool:
        """Says whether ``file``, which an earlier import wrote, is whole."""
        return file.stat().st_size == self.size(path)


class FolderTree(Tree):
    """Files below a folder."""

    has_files = True

    def __init__(self, folder: str | os.PathLike) -> None:
        self.place = pathlib.Path(folder)

    def find(self, name: str, depth: int = 2) -> list[str]:
        """Returns the paths (sorted, the shallowest first) of files called ``name``."""
        return [path.relative_to(self.place).as_posix()
                for level in range(depth + 1)
                for path in sorted(self.place.glob('*/' * level + name)) if path.is_file()]

    def size(self, path: str) -> int | None:
        """Returns a file's size in bytes, or None if there is no such file."""
        file = self.place / path
        return os.path.getsize(file) if os.path.isfile(file) else None

    def paths(self) -> Iterator[str]:
        """Yields the path of every file, folder by folder, sorted; links are followed."""
        entered = set()  # each folder once, whatever links lead back to it

        def enter(folder):
            entry = os.stat(folder)
            if (entry.st_dev, entry.st_ino) in entered:
                return
            entered.add((entry.st_dev, entry.st_ino))
            for name in sorted(os.listdir(folder)):
                path = os.path.join(folder, name)
                if os.path.isdir(path):
                    yield from enter(path)
                elif os.path.isfile(path):
                    yield os.path.relpath(path, self.place).replace(os.sep, '/')

        yield from enter(self.place)

    def read(self, path: str) -> bytes:
        """Returns a file's bytes."""
        return (self.place / path).read_bytes()

    def open(self, path: str) -> BinaryIO:
        """Opens a file for reading bytes."""
        return open(self.place / path, 'rb')

    def file(self, path: str) -> pathlib.Path:
        return (self.place / path).resolve()


class ZipTree(Tree):
    """Files inside a zip archive; they are read where they are and never unpacked as a whole.

    Members are only ever looked up by the paths that a data set's own table gives; a member's name
    decides nothing about where something is written.
    """

    def __init__(self, path: str | os.PathLike) -> None:
        self.place = pathlib.Path(path)
        self._zip = zipfile.ZipFile(path)
        self._sizes = {member.filename: member.file_size
                       for member in self._zip.infolist() if not member.is_dir()}

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
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
            raise OSError(f'damaged or encrypted in the archive ({error})') from error
        try:
            with file:
                yield file
        except (zipfile.BadZipFile, zlib.error, EOFError) as error:
            raise OSError(f'damaged or encrypted in the archive ({error})') from error

    def close(self) -> None:
        self._zip.close()


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
    elif not source.exists():
        raise UserError(f'{source}: there is no such file or folder')
    else:
        try:
            tree = ZipTree(source)
        except (zipfile.BadZipFile, OSError) as error:
            raise UserError(f'{source}: expected a folder or a zip archive: {error}') from error
        with contextlib.closing(tree):
            yield tree
