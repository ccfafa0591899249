"""Files at addresses, such as ``s3://bucket/shop.embeddings``, by way of fsspec."""

import argparse
import contextlib
import hashlib
import os
import pathlib
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator

from fashion_models.errors import UserError, one_line
from fashion_models.files import atomic_write, locked
from fashion_models.optional import require

#: How addresses of files on this machine begin.
_HERE = 'file://', 'local://'
#: What stands for a password.
_HIDDEN = ':…@'


def is_address(place: str | os.PathLike) -> bool:
    """Whether a place is an address, not a path on this machine."""
    return bool(re.match(r'[a-z][a-z0-9+.-]*://', str(place)))


def local_path(text: str) -> pathlib.Path:
    """The type of an argument that is a path on this machine."""
    if '://' in text:
        raise argparse.ArgumentTypeError(
            f'found {without_password(text)}, expected a path on this machine; only "embed" and '
            '"embeddings merge" take addresses')
    return pathlib.Path(text)


def without_password(place: str | os.PathLike) -> str:
    """An address for people to read; a path on this machine as it is."""
    return re.sub(r'(?<=://)([^:/@]*):.*@', rf'\1{_HIDDEN}', str(place))


def lacks_password(place: str | os.PathLike) -> bool:
    """Whether a place is one that :func:`without_password` gave, and that had one."""
    return is_address(place) and _HIDDEN in str(place)


class Remote:
    """The file system behind an address.

    Args:
        address: Of a file or of a folder.

    Attributes:
        address (str): The same, which may hold a password.
        shown (str): The same for people to read.

    Raises:
        UserError: If fsspec, or what it needs for such addresses, is not installed, or the login
            is refused.
    """

    def __init__(self, address: str) -> None:
        self.address = address.rstrip('/')
        self.shown = without_password(self.address)
        core = require('fsspec.core', extra='s3', purpose=f'{self.shown}: this address')
        try:
            self._system, self._path = core.url_to_fs(self.address)
        except Exception as error:    # some log in here
            raise UserError(f'{self.shown}: cannot be used: {self._said(error)}') from error

    def content(self, name: str, limit: int | None = None) -> bytes:
        """The content of a file in the folder, or its first ``limit`` bytes.

        Raises:
            FileNotFoundError: There is none.
            UserError: It cannot be read.
        """
        file = f'{self._path}/{name}'
        with self._told(name):
            try:
                return self._system.cat_file(file, end=limit)
            except FileNotFoundError:
                raise
            except Exception:       # no part of an empty file can be asked for
                if limit is None or self._system.size(file) != 0:
                    raise
                return b''

    def size(self, name: str) -> int:
        """The bytes of a file in the folder; raises as :meth:`content` does."""
        with self._told(name):
            return self._system.size(f'{self._path}/{name}')

    def fetch(self, names: Iterable[str], folder: pathlib.Path) -> None:
        """Copies files of the folder to a folder on this machine.

        Raises:
            FileNotFoundError: One of them is not there.
            UserError: One of them cannot be read.
        """
        for name in names:
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            with self._told(name):
                self._system.get_file(f'{self._path}/{name}', os.fspath(file))

    def put(self, file: pathlib.Path) -> None:
        """Copies a file from this machine to the address.

        On this machine and in object stores it appears whole or not at all. Servers of FTP and
        SFTP write into what it replaces; a copy that breaks off leaves a part there.
        """
        with self._told():
            if self.address.startswith(_HERE):      # there, fsspec writes into what it replaces
                with open(file, 'rb') as source, atomic_write(self._path) as copy:
                    shutil.copyfileobj(source, copy)
            else:
                self._system.put_file(os.fspath(file), self._path)

    def require_folder(self) -> None:
        """Makes sure, before the work for it, that a file can be written at the address.

        A folder that is missing is made. In object stores there are none: what matters is the
        bucket, with which their paths begin.

        Raises:
            UserError: It cannot be reached, or there is no such bucket.
        """
        bucket, _, key = self._path.partition('/')
        if not key:
            raise UserError(f'{self.shown}: expected the address of a file, such as '
                            f'{self.shown}/shop.embeddings')
        folder = self._system._parent(self._path)
        with self._told():
            try:
                self._system.ls(folder, refresh=True)
            except FileNotFoundError:
                if not bucket:
                    self._system.makedirs(folder, exist_ok=True)
                elif self._lacks(bucket):
                    raise UserError(
                        f'{self.shown}: there is no bucket {bucket}; make it first') from None

    def _lacks(self, bucket):
        try:
            self._system.ls(bucket, refresh=True)
        except FileNotFoundError:
            return True
        except PermissionError:     # only some folders of it may be listed
            return False
        return False

    @contextlib.contextmanager
    def _told(self, name=''):
        try:
            yield
        except UserError:
            raise
        except FileNotFoundError:
            if name:    # the text of some libraries does not say which
                raise FileNotFoundError(name) from None
            raise UserError(
                f'{self.shown}: there is no such place; expected one that exists') from None
        except Exception as error:    # those of the libraries below are of many kinds
            place = f'{self.shown}/{name}' if name else self.shown
            raise UserError(f'{place}: cannot be reached: {self._said(error)}') from error

    def _said(self, error):
        """What an error of a library says, which may name the address."""
        return one_line(error).replace(self.address, self.shown)


@contextlib.contextmanager
def staged(place: str | os.PathLike) -> Iterator[pathlib.Path]:
    """A file on this machine that is written in place of one at an address.

    When the block ends well, it is copied there and removed; else what has been written stays, so
    that the same call can go on with it. A path on this machine is yielded as it is.

    Raises:
        UserError: If nothing can be written at the address, or another process is writing it.
    """
    if not is_address(place):
        yield pathlib.Path(place)
        return
    remote = Remote(str(place))
    remote.require_folder()
    cache = pathlib.Path(os.environ.get('XDG_CACHE_HOME') or pathlib.Path.home() / '.cache')
    folder = cache / 'fashion-models' / hashlib.sha256(remote.address.encode()).hexdigest()[:16]
    folder.parent.mkdir(parents=True, exist_ok=True)
    # Beside the folder, which is removed at the end.
    with locked(folder.with_suffix('.lock'), lambda: _refuse(remote.shown)):
        folder.mkdir(exist_ok=True)
        file = folder / remote.address.rpartition('/')[2]
        yield file
        remote.put(file)
        shutil.rmtree(folder, ignore_errors=True)


def _refuse(address):
    raise UserError(f'{address}: another process is writing it')


@contextlib.contextmanager
def fetched(places: Iterable[str | os.PathLike]) -> Iterator[list[pathlib.Path]]:
    """Files, those at addresses as copies on this machine for as long as the block lasts."""
    with tempfile.TemporaryDirectory(prefix='fashion-models-') as folder:
        files = []
        for number, place in enumerate(places):
            if is_address(place):
                address, _, name = str(place).rpartition('/')
                copies = pathlib.Path(folder, str(number))
                try:
                    Remote(address).fetch([name], copies)
                except FileNotFoundError:
                    raise UserError(f'{without_password(place)}: there is no such file') from None
                files.append(copies / name)
            else:
                files.append(pathlib.Path(place))
        yield files
