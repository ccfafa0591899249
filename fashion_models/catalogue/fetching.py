"""Loading pictures by their addresses: politely, within bounds, one after the other."""

from __future__ import annotations

import collections
import csv
import dataclasses
import http.client
import io
import os
import pathlib
import posixpath
import re
import socket
import ssl
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterable, Iterator

from tqdm import tqdm

import fashion_models
from fashion_models.catalogue.cells import MARK, begins, cell, text_in, write_table
from fashion_models.catalogue.connections import NotLoaded, public_opener
from fashion_models.catalogue.importers.pictures import MANIFEST_FILE, apart, is_address
from fashion_models.catalogue.importers.reading import is_broken
from fashion_models.catalogue.importers.tables import Table
from fashion_models.catalogue.paths import path_problem
from fashion_models.errors import UserError
from fashion_models.files import append_line, atomic_write, locked, told_if_unwritable, whole_lines
from fashion_models.parsing import normal, require_kind, whole_number

USER_AGENT = f'fashion-models/{fashion_models.__version__} (catalogue fetch)'
#: The addresses that the last call could not load, and why not.
FAILED_FILE = 'not-loaded.csv'
_LOCK_FILE = '.fetch.lock'
_ENDINGS = {'image/jpeg': '.jpg', 'image/png': '.png', 'image/webp': '.webp', 'image/gif': '.gif',
            'image/avif': '.avif', 'image/tiff': '.tif', 'image/bmp': '.bmp', 'image/heic': '.heic'}
_ANYTHING = 'application/octet-stream', 'binary/octet-stream'
_LONGEST_NAME = 200  # bytes
_UNFIT = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|\ud800-\udfff]')
_SCHEME = re.compile('[a-z][a-z0-9+.-]*://', re.IGNORECASE)
#: How a page begins that some servers send in place of a picture, as a picture.
_PAGE = b'<!doctype html', b'<html'
#: Statuses that ask to come later, and how often and how long at most that is heeded.
_LATER, _TRIES, _LONGEST_WAIT = (429, 503), 3, 60


@dataclasses.dataclass(frozen=True)
class Bounds:
    """What is loaded at most, and how fast.

    Attributes:
        pictures (int): Pictures in one call.
        size (int): Bytes of a picture.
        seconds (float): For one picture, from asking for it to its last byte.
        delay (float): Seconds from the end of one request to the next.
        private (bool): Whether addresses that are not on the public internet may be asked, such as
            those of this machine and its network.
    """

    pictures: int = 10_000
    size: int = 32 << 20
    seconds: float = 60
    delay: float = 1
    private: bool = False


def fetch(addresses: Iterable[str], folder: str | os.PathLike,
          bounds: Bounds | None = None) -> collections.Counter:
    """Loads pictures into a folder, and keeps a table there of which file each address became.

    Pictures that are there are not loaded again: call it again to resume.
    A file is called after the last part of its address. The addresses that could not be loaded are
    in another table, with the reasons.

    Args:
        addresses: Of the pictures; names of files are passed over.
        folder: Where to put them; made if it does not exist.
        bounds: What to load at most.

    Returns:
        Number of pictures by what became of them: ``loaded``, ``there before``, ``left`` for a
        later call by the bound on pictures, or why not.

    Raises:
        UserError: If another process loads into the folder.
        OSError: If a file cannot be written.
    """
    bounds = bounds or Bounds()
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder / _LOCK_FILE, _busy(folder)):
        found = dict.fromkeys(one for address in addresses
                              if is_address(address) or is_of_another_kind(address)
                              for one in apart(address))
        return _fetch(list(found), folder, bounds)


def is_of_another_kind(name: str) -> bool:
    """Says whether a name is an address of a kind that is not loaded, such as ``ftp://``.

    What has no ``://`` is the name of a file.
    """
    return bool(_SCHEME.match(name)) and not is_address(name)


def _busy(folder):
    def refuse():
        raise UserError(f'{folder}: another process loads pictures into it')
    return refuse


def _fetch(addresses, folder, bounds):
    files = _loaded(folder)
    taken = {name.casefold() for name in (*files.values(), *os.listdir(folder))}
    counts, failed = collections.Counter(), {}
    opener = public_opener(bounds.private)
    next_time = 0
    for address in tqdm(addresses, unit=' pictures', disable=None):
        if address in files and (folder / files[address]).is_file():
            counts['there before'] += 1
            continue
        if counts.total() - counts['there before'] - counts['left'] >= bounds.pictures:
            counts['left'] += 1
            continue
        for _ in range(_TRIES):
            time.sleep(max(0, next_time - time.monotonic()))
            wait = bounds.delay
            try:
                kind, content = _load(opener, address, bounds)
            except _Later as later:
                wait = max(wait, later.seconds)     # before the next request, if there is one
                reason = str(later)
                continue
            except NotLoaded as error:
                reason = str(error)
                break
            finally:
                next_time = time.monotonic() + wait
            if address not in files:
                # Before the file, which is then never one that nobody knows.
                files[address] = _name(address, kind, taken)
                taken.add(files[address].casefold())
                append_line(folder / MANIFEST_FILE, _line(address, files[address]))
            with atomic_write(folder / files[address]) as file:
                file.write(content)
            reason = 'loaded'
            break
        counts[reason] += 1
        if reason != 'loaded':
            failed[address] = reason
    _tell(folder / FAILED_FILE, failed)
    return counts


def _tell(file, failed):
    """Writes the table of what could not be loaded, or removes that of an earlier call."""
    if failed:
        write_table(file, ('address', 'reason'), failed.items())
    elif file.exists():
        with told_if_unwritable(file):
            require_kind(file, begins('address'))
            file.unlink()


class _Later(NotLoaded):
    """The server asks to come later."""

    def __init__(self, status, after):
        super().__init__(f'the server said {status}')
        self.seconds = min(int(after) if after and after.isdecimal() and len(after) < 6 else 5,
                           _LONGEST_WAIT)


def _loaded(folder):
    """The file of each address that was loaded before; the table of them is begun."""
    path = folder / MANIFEST_FILE
    lines = whole_lines(path)
    if any(map(is_broken, lines)):
        raise UserError(f'{path}: not UTF-8, as it was written; save it so, or delete it to begin '
                        'anew')
    if not lines:
        append_line(path, MARK + _line('address', 'file'))
    table = Table(path)
    table.require('address', 'file', what='a table of downloads')
    files = {text_in(row['address']): text_in(row['file']) for _, row in table.rows()}
    return {address: file for address, file in files.items()
            if '/' not in file and not path_problem(file)}


def _line(*fields):
    text = io.StringIO()
    csv.writer(text, lineterminator='').writerow(map(cell, fields))
    return text.getvalue()


def _load(opener, address, bounds):
    """The kind (str) and the content (bytes) of a picture."""
    until = time.monotonic() + bounds.seconds
    try:
        if not is_address(address):
            raise NotLoaded('neither http:// nor https://')
        request = urllib.request.Request(_ascii(address), headers={
            'User-Agent': USER_AGENT, 'Accept': 'image/*'})
        with (opener.deadline.within(bounds.seconds),
              opener.open(request, timeout=bounds.seconds) as response):
            kind = response.headers.get_content_type()
            if 'Content-Type' in response.headers and not (
                    kind.startswith('image/') or kind in _ANYTHING):
                raise NotLoaded(f'no picture, but {kind}')
            encoding = response.headers.get('Content-Encoding', 'identity').lower()
            if encoding != 'identity':
                raise NotLoaded('packed, though not asked for')
            content = b''.join(_pieces(response, bounds.size))
            length = response.headers.get('Content-Length', '')
    except urllib.error.HTTPError as error:
        with error:
            if error.code in _LATER:
                raise _Later(error.code, error.headers.get('Retry-After')) from None
            raise NotLoaded(f'the server said {error.code}') from None
    except (urllib.error.URLError, http.client.HTTPException, ValueError, OSError) as error:
        reason = getattr(error, 'reason', error)
        if isinstance(reason, NotLoaded):
            raise reason from None
        if isinstance(reason, TimeoutError) or time.monotonic() > until:
            raise NotLoaded('took too long') from None
        raise NotLoaded(_why(reason)) from None
    if time.monotonic() > until:
        raise NotLoaded('took too long')
    if whole_number(length) not in (None, len(content)):
        raise NotLoaded('ended too early')
    if not content:
        raise NotLoaded('empty')
    if content[:99].lstrip().lower().startswith(_PAGE):
        raise NotLoaded('no picture, but a page')
    return kind, content


def _why(error):
    """Why a picture cannot be loaded, in words."""
    if isinstance(error, socket.gaierror):
        return 'its server is not known'
    if isinstance(error, ssl.SSLError):
        return 'its server cannot be trusted'
    if isinstance(error, OSError) and error.strerror:
        return f'cannot be loaded: {error.strerror}'
    if isinstance(error, ValueError | http.client.InvalidURL):
        return 'no address'
    return f'cannot be loaded ({type(error).__name__})'


def _pieces(response, size) -> Iterator[bytes]:
    total = 0
    while piece := response.read1(1 << 16):
        total += len(piece)
        if total > size:
            raise NotLoaded(f'more than {size:,} bytes')
        yield piece


def _ascii(address):
    """An address as a request writes it: blanks and letters beyond ASCII escaped."""
    parts = urllib.parse.urlsplit(address)
    host = parts.hostname.encode('idna').decode() if parts.hostname else ''
    if not host:
        raise NotLoaded('no address')
    netloc = f'[{host}]' if ':' in host else host
    if parts.port:
        netloc += f':{parts.port}'
    return urllib.parse.urlunsplit((
        parts.scheme.lower(), netloc, urllib.parse.quote(parts.path, safe="%/:@!$&'()*+,;=~"),
        urllib.parse.quote(parts.query, safe="%/:@!$&'()*+,;=~?"), ''))


def _name(address, kind, taken):
    """What to call the file of an address: after its last part, unlike the names taken."""
    last = urllib.parse.unquote(posixpath.basename(urllib.parse.urlsplit(address).path))
    last = _UNFIT.sub('_', normal('NFC', last))
    stem, ending = posixpath.splitext(last.strip(' .'))
    if not re.fullmatch(r'\.[A-Za-z0-9]{1,5}', ending):
        ending = _ENDINGS.get(kind, '.jpg')
    stem = stem.encode()[:_LONGEST_NAME].decode(errors='ignore') or 'picture'
    name, number = stem + ending, 1
    while name.casefold() in taken or name in (MANIFEST_FILE, FAILED_FILE):
        number += 1
        name = f'{stem}-{number}{ending}'
    return name
