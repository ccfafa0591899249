"""Finds the files of the pictures that a table names, by address or by path.

An address may lack its ``https:``, as those that shops write into their pages do:
``//cdn.example/a.jpg``. What begins with ``//`` is one if a name with a dot stands there, as a part
of its own. No file is missed by that: a path that begins so leaves the folder, and is refused.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import os
import pathlib
import posixpath
import re
import urllib.parse
from collections.abc import Callable, Iterable, Iterator, Mapping

from fashion_models.catalogue.cells import text_in
from fashion_models.catalogue.import_report import Report
from fashion_models.catalogue.importers import scratch
from fashion_models.catalogue.importers.tables import Table
from fashion_models.catalogue.importers.tree import FolderTree
from fashion_models.catalogue.paths import DEEPEST, path_problem
from fashion_models.errors import UserError
from fashion_models.parsing import normal
from fashion_models.remote import local_path

#: In a folder of downloads: which address each file has, with the columns ``address`` and ``file``.
MANIFEST_FILE = 'addresses.csv'

_HOST = r'//[\w-]+(?:\.[\w-]+)++(?::\d+)?/'
_ADDRESS = re.compile(f'https?://|{_HOST}', re.IGNORECASE)
_NEXT_ADDRESS = re.compile(rf'(?<![\s|;,])[\s|;,]++(?=https?://|{_HOST})', re.IGNORECASE)
_ENDING = re.compile(r'\.[A-Za-z0-9]{2,5}$')
_LONGEST_ENDING = 6
#: Of what ends like this, a query says the version or the size that is wanted; of anything else,
#: such as ``image.php?id=7``, which picture.
_PICTURE = re.compile(r'\.(jpe?g|jpe|jfif|png|webp|gif|avif|tiff?|bmp|hei[cf])', re.IGNORECASE)
#: What a file is given that is downloaded from an address without an ending.
_ADDED = '.jpg', '.jpeg', '.png', '.webp', '.avif', '.gif'
_OTHER_SPELLING = 'pictures whose names are spelled in another way than in the table'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of what takes pictures from a folder."""
    parser.add_argument('--images', metavar='DIR', type=local_path,
                        help='the folder of the pictures (default: that of SOURCE); what is named '
                             'by its address is found by the last part of it')
    parser.add_argument('--manifest', metavar='CSV', type=local_path,
                        help='which file of the folder an address is: a table with the columns '
                             f'address and file (default: {MANIFEST_FILE} in the folder, where '
                             '"catalogue fetch" leaves it)')


def is_address(name: str) -> bool:
    """Says whether a picture is named by an address on the web, with ``https:`` or without."""
    return bool(_ADDRESS.match(name))


def whole_address(address: str) -> str:
    """An address with ``https:``, which it may lack."""
    return f'https:{address}' if address.startswith('//') else address


def apart(name: str) -> list[str]:
    """The addresses that a field holds in place of one, whatever stands between them, whole.

    Otherwise, only the last would be found. What is no address is one name.
    """
    if not is_address(name):
        return [name]
    return list(map(whole_address, _NEXT_ADDRESS.split(name.strip())))


def normalised(path: str) -> str:
    """A path with ``/`` between its parts, without ``./``, ``//`` and blanks at its ends.

    A folder that ``..`` leaves again goes with it, by its name alone: behind a link, too, so that
    the path stays where it can be seen to be. A ``..`` that leads out of the first folder remains.
    """
    path = path.strip().replace('\\', '/')
    parts = []
    for part in path.split('/'):
        if part == '..' and parts and parts[-1] != '..':
            parts.pop()
        elif part not in ('', '.'):
            parts.append(part)
    return '/' * path.startswith('/') + '/'.join(parts)


def folded(name: str) -> str:
    """What names have in common that differ in letter case or Unicode form only."""
    return normal('NFC', normal('NFC', name).casefold())


@contextlib.contextmanager
def open_pictures(
        folder: str | os.PathLike, manifest: str | os.PathLike | None = None) -> Iterator[Pictures]:
    """Opens a folder of pictures.

    Args:
        folder: The folder.
        manifest: The table of addresses and files; by default that in the folder, if any.

    Yields:
        Pictures

    Raises:
        UserError: If there is no such folder, or the manifest cannot be read.
    """
    folder = pathlib.Path(folder)
    if not folder.is_dir():
        raise UserError(f'{folder}: there is no such folder; expected that of the images')
    tree = FolderTree(folder)
    files = {}
    if manifest or (folder / MANIFEST_FILE).is_file() and not tree.leaves(MANIFEST_FILE):
        table = Table(manifest or folder / MANIFEST_FILE)
        table.require('address', 'file', what='a table of downloads')
        files = {whole_address(text_in(row['address'].strip())): normalised(text_in(row['file']))
                 for _, row in table.all_rows()}
    # Nobody may have asked about what else lies beside a table, as in /tmp.
    paths = ((folded(path), path) for path in tree.paths(allowed_only=True)
             if not path_problem(path))
    with scratch.endings(paths) as ending_in:
        yield Pictures(tree, ending_in, files)


class Pictures:
    """The pictures of a folder.

    Args:
        tree: Its files.
        ending_in: Of the files' folded paths, from :func:`scratch.endings`.
        files: From addresses to paths.
    """

    def __init__(self, tree: FolderTree, ending_in: Callable[..., list[str]],
                 files: Mapping[str, str]) -> None:
        self.tree = tree
        self._ending_in = ending_in
        self._files = files
        # A file of one address is never that of another which ends alike and was not loaded.
        self._address_of = {path: _base(address) for address, path in files.items()}

    def find(self, names: Iterable[str], where: str, report: Report) -> list[str]:
        """The paths, in the tree, of pictures.

        Args:
            names: Addresses and paths.
            where: What they are pictures of.
            report: Told of those that are not found, or only under another spelling.
        """
        found = {}
        for name in dict.fromkeys(itertools.chain.from_iterable(map(apart, names))):
            path, problem = self._of_address(name) if is_address(name) else self._of_path(name)
            if problem:
                report.drop_image(problem, f'{name} of {where}')
                continue
            asked = urllib.parse.unquote(posixpath.basename(_without_query(name))) \
                if is_address(name) else posixpath.basename(normalised(name))
            if name not in self._files and posixpath.basename(path) != asked and folded(
                    posixpath.basename(path)) == folded(asked):
                report.note(_OTHER_SPELLING, f'{path} for {name}')
            found[path] = None
        return list(found)

    def _of_address(self, address):
        """The path of an address, and what is wrong with it."""
        if address in self._files:
            return self._files[address], None
        try:
            parts = urllib.parse.urlsplit(address)
        except ValueError:
            return None, 'no address'
        unquoted = urllib.parse.unquote(parts.path)
        path = self._best(parts.path, anywhere=True) or self._best(unquoted, anywhere=True)
        if path is None and not _has_ending(unquoted):
            path = next(filter(None, (
                self._best(unquoted + ending, anywhere=True) for ending in _ADDED)), None)
        if path is None:
            return None, 'no such file among the downloads'
        if path == '':
            return None, 'several files of that name; a manifest can say which one'
        base = _base(address)
        if self._address_of.setdefault(path, base) != base:
            return None, ('a file that another address is called after, too; a manifest can say '
                          'which one')
        return path, None

    def _of_path(self, name):
        path = normalised(name)
        if problem := path_problem(path):
            return None, f'path {problem}'
        if self.tree.size(path) is not None or self.tree.leaves(path):
            return path, None   # what leaves the folder is told by whoever reads it
        for spelling in dict.fromkeys((path, normalised(urllib.parse.unquote(path)))):
            if not path_problem(spelling) and (found := self._best(spelling)) is not None:
                return (found, None) if found else (
                    None, 'several files of that name in other letter cases')
        return None, 'no such file'

    def _best(self, path, anywhere=False):
        """The file that has most of a path's last parts; None without any, '' if several have."""
        # No file lies deeper.
        wanted = folded(path.strip('/')).rsplit('/', DEEPEST)[-DEEPEST:]
        if not wanted[-1]:
            return None
        for parts in [wanted[start:] for start in range(len(wanted))] if anywhere else [wanted]:
            if found := self._ending_in(parts, whole=not anywhere):
                return found[0] if len(found) == 1 else ''
        return None


def _base(address):
    """What the addresses of all versions and sizes of a picture have in common."""
    address = address.partition('#')[0]
    path = _without_query(address)
    is_picture = _PICTURE.fullmatch(posixpath.splitext(path)[1])
    return path if is_picture else address.partition('://')[2]


def _without_query(address):
    """An address without its scheme and query."""
    return re.split('[?#]', address, maxsplit=1)[0].partition('://')[2]


def split(text: str, separator: str | None = None) -> list[str]:
    """The pictures that a field names.

    Args:
        text: The field.
        separator: What stands between them. By default it is guessed from the field: ``|``, line
            breaks, or such ``;`` or commas as stand behind names with an ending or addresses. A
            name may hold some itself, as ``Shirt, front.jpg`` and
            ``https://shop.example/w_400,h_600/1.jpg``.

    Returns:
        The names, without blanks at their ends.
    """
    for sign in [separator] if separator else ['|', '\n', ';', ',']:
        parts = text.split(sign)
        if not separator and sign == ';' and _are_names(parts):
            return list(filter(None, parts))
        if not separator and sign in ';,':
            parts = _with_whole_names(with_whole_addresses(parts, sign), sign)
        parts = [part.strip() for part in parts if part.strip()]
        if separator or (parts != [text.strip()]
                         and (sign in '|\n' or all(map(_is_whole, parts)))):
            return parts
    return [text.strip()] if text.strip() else []


def _are_names(parts):
    """Says whether parts are names without blanks, as those of Wix: not all have an ending."""
    return (len(parts) > 1 and bool(_ENDING.search(parts[0]))
            and not any(re.search(r'\s', part) or is_address(part) for part in parts))


def with_whole_addresses(parts: Iterable[str], sign: str) -> list[str]:
    """The parts of a text that a sign joins; what cannot be a name is of the address before it."""
    found = []
    for part in parts:
        if (found and part.strip() and is_address(found[-1][0].strip())
                and not _has_ending(found[-1][-1]) and not is_address(part.strip())):
            found[-1].append(part)
        else:
            found.append([part])
    return [sign.join(one) for one in found]


def _with_whole_names(parts, sign):
    """The parts of a text; what has no ending is of the name after it, as in ``1, front.jpg``."""
    found = []
    for part in parts:
        if found and (len(found[-1]) > 1 or found[-1][0].strip()) and not (
                is_address(found[-1][0].strip()) or _has_ending(found[-1][-1])):
            found[-1].append(part)
        else:
            found.append([part])
    return [sign.join(one) for one in found]


def _is_whole(name):
    return is_address(name) or _has_ending(name)


def _has_ending(name):
    return bool(_ENDING.search(name.rstrip()[-_LONGEST_ENDING:]))
