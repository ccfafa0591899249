"""Sorting and looking things up on disk, for data sets whose lists are too long for memory.

All of it stands on SQLite's private temporary database, which keeps two megabytes in memory
and the rest in a file of the system's temporary folder, gone when it is closed.
"""

import contextlib
import itertools
import json
import operator
import posixpath
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from fashion_models.catalogue.importers.tree import Tree
from fashion_models.catalogue.paths import path_problem
from fashion_models.errors import UserError


@contextlib.contextmanager
def _database(columns):
    try:
        with contextlib.closing(sqlite3.connect('', isolation_level=None)) as database:
            # Nobody needs what a crash would lose here.
            database.execute('PRAGMA journal_mode = OFF')
            database.execute('PRAGMA synchronous = OFF')
            database.execute(f'CREATE TABLE rows ({columns})')
            yield database
    except sqlite3.Error as error:
        raise UserError(f'{tempfile.gettempdir()}: a temporary file cannot be kept there: {error}; '
                        'make room, or name another folder in TMPDIR') from error


def grouped(rows: Iterable[tuple[str, Any]]) -> Iterator[tuple[str, list]]:
    """Groups rows that come in any order.

    Args:
        rows: Each a key and any JSON value.

    Yields:
        Each key, sorted, with the list of its values in the order in which they came.
    """
    with _database('key BLOB, value TEXT') as database:
        database.executemany('INSERT INTO rows VALUES (?, ?)',
                             ((_bytes(key), json.dumps(value)) for key, value in rows))
        found = database.execute('SELECT key, value FROM rows ORDER BY key, rowid')
        for key, group in itertools.groupby(found, operator.itemgetter(0)):
            yield _text(key), [json.loads(value) for _, value in group]


@contextlib.contextmanager
def table(rows: Iterable[tuple[str, Any]]) -> Iterator[Callable[[str], Any]]:
    """Keeps what is looked up by a key; of several rows with one key the first.

    Args:
        rows: Each a key and any JSON value.

    Yields:
        A function from a key to its value, or to None if there is none.
    """
    with _database('key BLOB PRIMARY KEY, value TEXT') as database:
        database.executemany('INSERT OR IGNORE INTO rows VALUES (?, ?)',
                             ((_bytes(key), json.dumps(value)) for key, value in rows))

        def get(key):
            row = database.execute(
                'SELECT value FROM rows WHERE key = ?', [_bytes(key)]).fetchone()
            return row and json.loads(row[0])

        yield get


@contextlib.contextmanager
def endings(paths: Iterable[tuple[str, str]]) -> Iterator[Callable[..., list[str]]]:
    """Keeps what is looked up by the last parts of a path, as fast among many of one name.

    Args:
        paths: Each a path, with ``/`` between its parts, and a value.

    Yields:
        A function from some parts to the values of the paths that end in them, two of them at most;
        with ``whole``, of the paths that consist of them.
    """
    with _database('key BLOB, value BLOB') as database:
        database.executemany('INSERT INTO rows VALUES (?, ?)', (
            (_bytes(_reversed(path.split('/')) + '/'), _bytes(value)) for path, value in paths))
        database.execute('CREATE INDEX keys ON rows (key)')

        def find(parts, whole=False):
            first = _bytes(_reversed(parts) + '/' * whole)
            # The sign after the slash is the zero.
            return [_text(value) for value, in database.execute(
                'SELECT value FROM rows WHERE key >= ? AND key < ? LIMIT 2',
                [first, first[:-1] + b'0'])]

        yield find


def _bytes(text):
    """A text as SQLite takes it whatever it holds: halves of surrogate pairs, too."""
    return text.encode('utf-8', 'surrogatepass')


def _text(content):
    return content.decode('utf-8', 'surrogatepass')


def _reversed(parts):
    return ''.join(f'{part}/' for part in reversed(parts))


@contextlib.contextmanager
def images_by_name(
        tree: Tree, endings: tuple[str, ...] = ('.jpg', '.jpeg', '.png'),
) -> Iterator[Callable[[str], str | None]]:
    """Looks the images of a tree up by their name alone, in whatever folder they lie.

    Args:
        tree: The files of a data set.
        endings: Of the files that are images, in lower case.

    Yields:
        A function from a name without its ending, as in ``'100627.255'``, to the image's path in
        the tree, or to None. Where no image has that name, it may be a file's whole name, for
        whoever saved the images without an ending.
    """
    def names():
        for path in tree.paths():
            name, ending = posixpath.splitext(posixpath.basename(path))
            if not path_problem(path):
                # No name holds a slash: whole names come after the others.
                yield (name if ending.lower() in endings else f'{name}{ending}/'), path

    with table(names()) as path_of:
        yield lambda name: path_of(name) or path_of(f'{name}/')

