"""The index of a published table: HNSW on halfvec, by scalar products."""

import contextlib
import os
import threading

from tqdm import tqdm

from fashion_models.errors import UserError
from fashion_models.representation.postgres.connection import SCHEMA, connected

#: Memory in which PostgreSQL makes an index, unless told otherwise: enough for about 200,000
#: vectors of 1024 numbers, and harmless on a server of 2 GB.
MEMORY = '512MB'
#: The most numbers of a vector that pgvector indexes as halfvec.
MOST_NUMBERS = 4000
#: Seconds from one look at how far PostgreSQL is to the next.
_PAUSE = 1
_FAR = ('select blocks_done / blocks_total::real from pg_stat_progress_create_index '
        'where pid = %s and blocks_total > 0')


def reserve(cursor: object, memory: str) -> None:
    """Sets the memory for making an index in this transaction.

    Raises:
        UserError: If PostgreSQL takes it for no amount of memory, as ``512MB`` and ``4GB`` are.
    """
    from psycopg import DataError

    try:
        cursor.execute("select set_config('maintenance_work_mem', %s, true)", [memory])
    except DataError as error:
        raise UserError(f'index memory: found {memory!r}, expected an amount such as {MEMORY} or '
                        f'4GB ({error.diag.message_hint or error.diag.message_primary})') from None


def make_index(cursor: object, name: str, shape: tuple[int, int], place: str | os.PathLike,
               progress: bool) -> bool:
    """Makes the index of a table of so many vectors of so many numbers.

    Vectors of more than 4000 numbers get none: they are compared one by one.

    Returns:
        Whether the memory was enough. If not, pgvector has gone on without it, many times slower.
    """
    from psycopg import sql

    rows, size = shape
    if size > MOST_NUMBERS:
        return True
    notices, connection = [], cursor.connection

    def keep(notice):
        notices.append(notice.message_primary or '')    # which is gone afterwards

    connection.add_notice_handler(keep)
    with _shown(rows, connection.info.backend_pid, place) if progress else contextlib.nullcontext():
        cursor.execute(sql.SQL(
            'create index on {} using hnsw ((embedding::halfvec({})) halfvec_ip_ops)').format(
                sql.Identifier(SCHEMA, name), sql.Literal(size)))
    connection.remove_notice_handler(keep)
    return not any('no longer fits' in notice for notice in notices)


@contextlib.contextmanager
def _shown(rows, pid, place):
    """Shows meanwhile how far a backend of PostgreSQL is with making an index."""
    # Waits for nothing but this: the statement itself is the main thread's, which Ctrl-C reaches.
    ended = threading.Event()
    thread = threading.Thread(target=_show, args=(rows, pid, place, ended), daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _show(rows, pid, place, ended):
    # Without the right to see it, or a connection more, there is no bar but an index.
    with (contextlib.suppress(UserError), connected(place) as other,
          tqdm(desc='indexing', total=rows, unit=' rows', disable=None) as bar):
        other.autocommit = True
        while not ended.wait(_PAUSE):
            if far := other.execute(_FAR, [pid]).fetchone():
                bar.update(round(far[0] * rows) - bar.n)
        bar.update(rows - bar.n)
