"""What files say, whoever wrote them: JSON, TOML and lines, each failure a ValueError."""

import difflib
import errno
import functools
import itertools
import json
import os
import re
import sys
import tomllib
import unicodedata
from collections.abc import Iterator, Sequence
from typing import IO, AnyStr

from fashion_models.errors import UserError

#: Characters or bytes of a line. Descriptions with pictures inside are long; a longer line is none.
LONGEST = 1 << 24
#: Bytes of a document that is read as a whole.
LARGEST = 1 << 26
#: How deep a document may be nested. What is made of it goes deeper than its reading did.
DEEPEST = 100
#: Accents on one letter: no language has as many (Unicode's Stream-Safe Text Format).
_MOST_MARKS = 30


def require_plain(path: str | os.PathLike) -> None:
    """Makes sure that a path is no pipe or device, which may block or never end.

    Raises:
        OSError: It is one.
    """
    if os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path):
        raise OSError(errno.EINVAL, 'is a pipe or a device, expected a file', str(path))


def require_kind(path: str | os.PathLike, begins: Sequence[bytes]) -> None:
    """Refuses to replace a file of another kind: a slip, by which a user would lose it.

    Args:
        path: The file; it may be missing or empty.
        begins: How files of the kind begin, in lower case; none stands for any kind.

    Raises:
        UserError: It begins otherwise.
        OSError: It cannot be read.
    """
    if not begins or not os.path.isfile(path):
        return
    with open(path, 'rb') as file:
        found = file.read(max(map(len, begins))).lower()
    if found and not found.startswith(tuple(begins)):
        raise UserError(f'{path}: would replace a file of another kind; choose another name, or '
                        'move it away')


def content(path: str | os.PathLike, largest: int = LARGEST) -> bytes:
    """The bytes of a file that is read as a whole.

    Args:
        path: The file.
        largest: Bytes, at most.

    Raises:
        ValueError: There are more.
        OSError: It cannot be read, or is a pipe or a device.
    """
    require_plain(path)
    with open(path, 'rb') as file:
        found = file.read(largest + 1)
    if len(found) > largest:
        raise ValueError(f'found more than {largest:,} bytes')
    return found


def json_value(text: str | bytes) -> object:
    """The value of a JSON document.

    Raises:
        ValueError: It is not JSON, nested too deep, or holds a number of thousands of digits.
    """
    return _parsed(json.loads, text)


def json_file(path: str | os.PathLike, largest: int = LARGEST) -> object:
    """The value in a JSON file.

    Args:
        path, largest: As of :func:`content`.

    Raises:
        ValueError: As of :func:`json_value` and :func:`content`.
        OSError: It cannot be read.
    """
    return json_value(content(path, largest))


def toml_tables(text: str) -> dict:
    """The tables of a TOML file.

    Raises:
        ValueError: It is not TOML, nested too deep, or holds a number of thousands of digits.
    """
    return _parsed(tomllib.loads, text)


def _parsed(parse, text):
    try:
        value = parse(text)
        require_shallow(value, text)
        return value
    except RecursionError:
        raise ValueError('it is nested too deep') from None
    except (json.JSONDecodeError, tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise
    except ValueError as error:
        raise ValueError('it holds a number of thousands of digits') from error


def require_shallow(value: object, text: str | bytes) -> None:
    """Makes sure that a value is not nested deeper than :data:`DEEPEST`.

    Args:
        value: What a document holds.
        text: The document, which tells most of it at once.

    Raises:
        RecursionError: It is.
    """
    signs = (b'[', b'{', b'.') if isinstance(text, bytes | bytearray) else ('[', '{', '.')
    if sum(map(text.count, signs)) <= DEEPEST:
        return
    level, depth = [value], 0
    while level := [part for one in level if isinstance(one, list | dict)
                    for part in (one.values() if isinstance(one, dict) else one)]:
        depth += 1
        if depth > DEEPEST:
            raise RecursionError


def beginning(head: bytes) -> str:
    """How a file begins, to be told: the text there in quotation marks, or else bytes in hex.

    Args:
        head: Its first bytes; they may end in the middle of a letter.
    """
    signs = head.decode('utf-8-sig', 'replace')
    text = ''.join(itertools.takewhile(
        lambda sign: sign != '\ufffd' and (sign.isprintable() or sign.isspace()), signs))
    return repr(text) if len(text) >= min(4, len(signs)) else head.hex(' ')


def normal(form: str, text: str) -> str:
    """A text in one of Unicode's normal forms, in time that grows with its length.

    Sorting the accents of a letter takes quadratic time, minutes for a text of 200 kB that has
    nothing else: those after the first 30 on one letter are left out.

    Args:
        form: As of :func:`unicodedata.normalize`.
        text: The text.
    """
    if not text.isascii() and len(text) > _MOST_MARKS:
        text = _surplus_marks().sub(r'\1', text)
    return unicodedata.normalize(form, text)


@functools.cache
def _surplus_marks():
    marks = ''.join(filter(unicodedata.combining, map(chr, range(0x20000))))
    return re.compile(f'([{marks}]{{{_MOST_MARKS}}})[{marks}]+')


def lines(file: IO[AnyStr]) -> Iterator[AnyStr]:
    """Yields the lines of an open file with their ends, of which none is read beyond bounds.

    Raises:
        ValueError: One is longer than :data:`LONGEST`.
    """
    while line := file.readline(LONGEST + 1):
        if len(line) > LONGEST:
            raise ValueError(f'found a line of more than {LONGEST:,} characters')
        yield line


def require_form(value: object, form: object, where: str = '') -> None:
    """Makes sure that a value has the form that its reader relies on.

    Args:
        value: What a document holds.
        form: A type: ``str``, ``bool``, ``int``, ``float`` (any number that is finite) or ``dict``;
            ``None``; ``[form]``, a list of such; ``{str: form}``, any names; ``{'name': form}``,
            these names and perhaps others, a name that ends in ``?`` need not be there; or a tuple
            of forms, any of which will do.
        where: What to call the value in messages.

    Raises:
        ValueError: It has not.
    """
    if isinstance(form, tuple):
        if not any(_fits(value, one) for one in form):
            raise ValueError(f'{where or "it"}: found {shown(value)}')
    elif isinstance(form, list) and isinstance(value, list):
        for number, part in enumerate(value, 1):
            require_form(part, form[0], f'{where} {number}'.strip())
    elif isinstance(form, dict) and isinstance(value, dict):
        for name, part in form.items():
            if name is str:
                for key, own in value.items():
                    require_form(own, part, f'{where}.{_named(key)}'.strip('.'))
            elif (key := name.removesuffix('?')) in value:
                require_form(value[key], part, f'{where}.{key}'.strip('.'))
            elif key == name:
                raise ValueError(f'{where}.{name}'.strip('.') + ' is missing')
    elif not _is_of_type(value, form):
        raise ValueError(f'{where or "it"}: found {shown(value)}, expected {_NAMES[_kind(form)]}')


_NAMES = {str: 'a text', bool: 'true or false', int: 'a whole number', float: 'a number',
          dict: 'an object', list: 'a list', None: 'null'}


def _kind(form):
    return type(form) if isinstance(form, list | dict) else form


def _is_of_type(value, form):
    if form is float:
        return type(value) in (int, float) and abs(value) <= sys.float_info.max
    if form is int:
        return type(value) is int and abs(value) < 1 << 64
    return value is None if form is None else type(value) is form


def _fits(value, form):
    try:
        require_form(value, form)
    except ValueError:
        return False
    return True


def _named(key):
    return key if key.isprintable() and len(key) <= 60 else shown(key)


def whole_number(text: str) -> int | None:
    """The number that a text of up to 18 ASCII digits is; ``None`` for any other text."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 18 else None


def ids_like(id: str, ids: Sequence[str]) -> str:
    """Of those that there are, a few that are like one that is not, or else the first few."""
    return ', '.join(difflib.get_close_matches(id, ids, 3) or ids[:3])


def shown(value: object) -> str:
    """A value for a message: on one line, and no longer than that."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):
        return 'a value too large to show'
    return text if len(text) <= 60 else f'{text[:60]}…'
