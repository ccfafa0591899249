"""Reading the text files of a data set a piece at a time: lines, JSON lists, untidy encodings."""

import codecs
import contextlib
import io
import itertools
import json
import re
from collections.abc import Iterator
from typing import Any, TextIO

from fashion_models.catalogue.importers.tree import Tree
from fashion_models.errors import UserError
from fashion_models.parsing import LONGEST, require_shallow
from fashion_models.parsing import lines as bounded_lines

#: Name of an error handler for ``open`` and ``decode``: bytes that are not UTF-8 are taken for
#: Windows-1252, which Windows programs write, or for Latin-1 where that has none.
MIXED = 'fashion_models.mixed'

_CHUNK = 1 << 16
_BLANKS = re.compile(r'\s*')


def _as_windows(error):
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong = error.object[error.start:error.end]
    return ''.join(
        bytes([byte]).decode('cp1252' if byte not in b'\x81\x8d\x8f\x90\x9d' else 'latin-1')
        for byte in wrong), error.end


codecs.register_error(MIXED, _as_windows)

#: Name of an error handler for any encoding: bytes that cannot be decoded become halves of
#: surrogate pairs, as by ``surrogateescape``, which knows bytes beyond ASCII only.
BROKEN = 'fashion_models.broken'


def _as_halves(error):
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong = error.object[error.start:error.end]
    return ''.join(chr(0xdc80 | byte) for byte in wrong), error.end


codecs.register_error(BROKEN, _as_halves)


def is_broken(text: str) -> bool:
    """Says whether a text holds bytes that could not be decoded, as BROKEN marks them."""
    return not text.isascii() and any('\udc80' <= sign <= '\udcff' for sign in text)


def as_mixed(text: str) -> str:
    """A text that was decoded from UTF-8 with BROKEN, as it would be with MIXED."""
    return text.encode('utf-8', 'surrogateescape').decode('utf-8', MIXED)


@contextlib.contextmanager
def open_text(tree: Tree, path: str, newline: str | None = None) -> Iterator[TextIO]:
    """Opens a file of a tree as text: UTF-8, a byte order mark or not, other bytes by MIXED.

    Raises:
        UserError: It cannot be read; also from within the ``with`` block.
    """
    try:
        with (tree.open(path) as file,
              io.TextIOWrapper(file, 'utf-8-sig', errors=MIXED, newline=newline) as text):
            yield text
    except OSError as error:
        raise UserError(f'{path}: {error.strerror or error}') from error


def lines(tree: Tree, path: str) -> Iterator[tuple[int, str]]:
    """Yields the number (from 1) and the text of every line of a file that is not blank."""
    with open_text(tree, path) as file:
        try:
            for number, line in enumerate(bounded_lines(file), 1):
                if line.strip():
                    yield number, line.rstrip('\n')
        except ValueError as error:
            raise UserError(f'{path}: {error}') from None


def json_list(tree: Tree, path: str) -> Iterator[Any]:
    """Yields the elements of a JSON list one by one; the file is never in memory as a whole.

    Raises:
        UserError: It is no JSON, or something else than a list.
    """
    return _items(tree, path, 'list', '[]', _Text.value)


def json_object(tree: Tree, path: str) -> Iterator[tuple[str, Any]]:
    """Yields the (name, value) pairs of a JSON object one by one, as :func:`json_list` does."""
    return _items(tree, path, 'object', '{}', _pair)


def _items(tree, path, kind, brackets, read):
    with open_text(tree, path) as file:
        text = _Text(file)
        if text.next() != brackets[0]:
            raise UserError(f'{path}: expected a JSON {kind}, found '
                            f'{repr(text.shown()) if text.next() else "nothing"}')
        text.place += 1
        if text.next() == brackets[1]:
            return
        for number in itertools.count(1):
            where = f'{path}: element {number}'
            yield read(text, where)
            if text.next() == brackets[1]:
                return
            text.skip(',', where)


def _pair(text, where):
    name = text.value(where)
    text.skip(':', where)
    return name, text.value(where)


class _Text:
    """What is read of a JSON file, from a place on; what is before it goes now and then."""

    def __init__(self, file):
        self._file = file
        self._buffer = ''
        self.place = 0

    def next(self):
        """The next sign that is no blank, to which the place moves; '' at the end."""
        while (place := _BLANKS.match(self._buffer, self.place).end()) == len(self._buffer):
            self._buffer, self.place = self._file.read(_CHUNK), 0
            if not self._buffer:
                return ''
        self.place = place
        return self._buffer[place]

    def shown(self):
        return self._buffer[self.place:self.place + 40]

    def skip(self, sign, where):
        if self.next() != sign:
            raise UserError(f'{where}: expected {sign} after it, found {self.shown()!r}')
        self.place += 1

    def value(self, where):
        """Decodes one value; something comes after it."""
        self.next()
        while True:
            try:
                value, end = json.JSONDecoder().raw_decode(self._buffer, self.place)
                if end < len(self._buffer):
                    require_shallow(value, self._buffer[self.place:end])
                    self.place = end
                    return value
                problem = 'the file ends after it'
            except json.JSONDecodeError as error:
                problem = f'no JSON: {error.msg}'
            except (ValueError, RecursionError):
                raise UserError(f'{where}: no JSON: nested too deep, or a number of thousands of '
                                'digits') from None
            # Perhaps only because the rest is not read yet; as much again, so that a long element
            # is not begun over and over.
            self._buffer, self.place = self._buffer[self.place:], 0
            more = self._file.read(max(_CHUNK, len(self._buffer)))
            if not more or len(self._buffer) > LONGEST:
                raise UserError(f'{where}: {problem}')
            self._buffer += more
