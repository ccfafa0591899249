"""Publishes a file of embeddings as a table of PostgreSQL with pgvector.

The schema ``fashion_models`` has a table for each catalogue and network, and one of these tables,
``published``, with what each comes from. A table has a row for each vector::

    id, product, product_group, retailer, title, description    text
    images                                                      text[]
    gender, colour, …         text, or text[] of a task with several labels
    embedding                 vector(d), or halfvec(d) of a file of float16, of unit length
    place                     the order in which rows came
    mark                      a checksum of all of it

and an index for nearest neighbours (HNSW on halfvec, by scalar products). All happens in one
transaction, which sends and changes only rows that differ: until it is committed nobody sees any
of it, however it ends.
"""

import dataclasses
import io
import json
import os
import re

import numpy as np
from tqdm import tqdm

from fashion_models.errors import UserError
from fashion_models.files import checksum
from fashion_models.representation.embeddings import Embeddings
from fashion_models.representation.parquet import label_columns
from fashion_models.representation.postgres.connection import (
    SCHEMA,
    connected,
    register,
    shown,
)
from fashion_models.representation.postgres.indexing import MEMORY, make_index, reserve

#: Columns that every table has, beside those of the catalogue's tasks.
COLUMNS = ('id', 'product', 'product_group', 'retailer', 'title', 'description', 'images',
           'embedding', 'place', 'mark')
_BLOCK = 1024


@dataclasses.dataclass(frozen=True)
class Published:
    """What :func:`publish` did.

    Attributes:
        table (str): The table, with its schema.
        new, changed, gone, unchanged (int): Rows.
        memory (str): What was given to make an index.
        fitted (bool): Whether an index was made in the memory given, if one was made.
    """

    table: str
    new: int
    changed: int
    gone: int
    unchanged: int
    memory: str = MEMORY
    fitted: bool = True

    def advice(self) -> str:
        """How the next table will be made faster, in a line, or ''."""
        return '' if self.fitted else (
            f'the index did not fit into {self.memory} while it was made, which took many times as '
            'long; name more index memory for the next table')

    def text(self) -> str:
        """It in a line."""
        return (f'{self.table}: {self.new:,} new, {self.changed:,} changed, {self.gone:,} gone, '
                f'{self.unchanged:,} unchanged')


def publish(embeddings: Embeddings, place: str | os.PathLike, table: str | None = None,
            progress: bool = True, index_memory: str = MEMORY) -> Published:
    """Makes a table of a database hold what a file of embeddings holds.

    Args:
        embeddings: An open file.
        place: The database's address, or the folder of an embedded one.
        table: The table's name; by default, made of the catalogue's name and a digest of the
            network and of what a vector stands for.
        progress: Whether to show progress bars.
        index_memory: How much memory PostgreSQL may take to make the index of a new table, as in
            ``4GB``; 1.3 times that of the vectors as halfvec is enough, and less many times slower.

    Raises:
        UserError: If the database cannot be reached or written, the table holds vectors of
            another network or size, or the memory is no amount of it.
    """
    name = table or table_name(embeddings)
    fitted = True
    with connected(place) as connection:
        # Whatever the table: "if not exists" does not see what another makes at the same time.
        if not connection.execute('select to_regclass(%s)', [f'{SCHEMA}.published']).fetchone()[0]:
            _lock(connection, SCHEMA)
        connection.execute('create extension if not exists vector')
        register(connection)
        with connection.cursor() as cursor:
            reserve(cursor, index_memory)
            _lock(cursor, f'{SCHEMA}.{name}')
            made = _make(cursor, name, embeddings, shown(place))
            counts = _fill(cursor, name, embeddings, made, progress)
            if made:
                shape = len(embeddings), embeddings.header['size']
                fitted = make_index(cursor, name, shape, place, progress)
            _describe(cursor, name, embeddings)
        connection.commit()
        if sum(counts[:3]) > counts[3]:
            connection.autocommit = True    # the planner's figures; needs no transaction
            connection.execute(_sql('analyze {}', name))
    return Published(f'{SCHEMA}.{name}', *counts, index_memory, fitted)


def table_name(embeddings: Embeddings) -> str:
    """The name of the table of a catalogue and a network."""
    header = embeddings.header
    kind = json.dumps([embeddings.space, header['per'], header.get('split'), header['size']])
    words = re.sub(r'[^a-z0-9]+', '_', header.get('catalogue_name', '').lower()).strip('_')
    return f'{words[:40] or "catalogue"}_{checksum(kind.encode()):016x}'[:57]


def _sql(text, name, **more):
    from psycopg import sql

    return sql.SQL(text).format(sql.Identifier(SCHEMA, name), **more)


def _lock(cursor, name):
    """Holds what is named until the transaction ends: one publication at a time."""
    cursor.execute('select pg_advisory_xact_lock(%s)', [_signed(checksum(name.encode()))])


def _signed(number):
    """An unsigned number of 64 bits as PostgreSQL's bigint."""
    return number - 2**64 if number >= 2**63 else number


def _make(cursor, name, embeddings, place):
    """Makes the table if there is none; whether it did."""
    from psycopg import sql

    cursor.execute(sql.SQL('create schema if not exists {}').format(sql.Identifier(SCHEMA)))
    cursor.execute(_sql('create table if not exists {} ('
                        'name text primary key, header jsonb not null, projection bytea, '
                        'rows bigint not null, published timestamptz not null)', 'published'))
    cursor.execute(_sql('select header from {} where name = %s', 'published'), [name])
    if found := cursor.fetchone():
        for key, value in _identity(embeddings).items():
            if found[0]['identity'][key] != value:
                raise UserError(f'{place}: the table {name} holds vectors of another {key}; '
                                'choose another table')
        return False
    header, tasks = embeddings.header, embeddings.tasks
    labels = [sql.SQL('{} text[]' if tasks[task].several else '{} text').format(
        sql.Identifier(column)) for task, column in label_columns(tasks, COLUMNS).items()]
    cursor.execute(_sql(
        'create table {} (id text primary key, product text not null, '
        'product_group text not null, retailer text not null, title text not null, '
        'description text not null, images text[] not null, {labels}, '
        'embedding {kind} not null, place bigserial, mark bigint not null)', name,
        labels=sql.SQL(', ').join(labels), kind=sql.SQL(f'{_kind(embeddings)}({header["size"]})')))
    return True


def _kind(embeddings):
    """The type of the vectors' column."""
    return 'halfvec' if embeddings.header['dtype'] == 'float16' else 'vector'


def _identity(embeddings):
    """What must be the same of all that is published in a table."""
    header = embeddings.header
    return {'network': embeddings.space, 'size': header['size'], 'dtype': header['dtype'],
            'per': header['per'], 'tasks': {
                name: task.several for name, task in embeddings.tasks.items()}}


def _fill(cursor, name, embeddings, made, progress):
    """Makes the rows those of the file; returns how many are new, changed, gone and unchanged."""
    from psycopg import sql

    cursor.execute(_sql('select id, mark from {}', name))
    there = dict(cursor.fetchall())
    marks = [_signed(checksum(pair)) for pair in embeddings.checksums]
    ids = embeddings.ids
    differ = [row for row, (id, mark) in enumerate(zip(ids, marks)) if there.get(id) != mark]
    new = sum(ids[row] not in there for row in differ)
    gone = list(there.keys() - set(ids))
    tasks = embeddings.tasks
    if gone:
        cursor.execute(_sql('delete from {} where id = any(%s)', name), [gone])
    if differ and made:
        _send(cursor, sql.Identifier(SCHEMA, name), embeddings, differ, marks, progress)
    elif differ:
        cursor.execute(_sql('create temporary table arriving (like {} including defaults) '
                            'on commit drop', name))
        _send(cursor, sql.Identifier('arriving'), embeddings, differ, marks, progress)
        columns = _columns(tasks)
        replaced = sql.SQL(', ').join(
            sql.SQL('{0} = excluded.{0}').format(sql.Identifier(column))
            for column in columns if column != 'id')
        cursor.execute(_sql('insert into {} (place, {named}) select place, {named} from arriving '
                            'on conflict (id) do update set {replaced}', name,
                            named=sql.SQL(', ').join(map(sql.Identifier, columns)),
                            replaced=replaced))
    return new, len(differ) - new, len(gone), len(ids) - len(differ)


def _columns(tasks):
    """The columns that come from the file."""
    return [*(column for column in COLUMNS if column != 'place'),
            *label_columns(tasks, COLUMNS).values()]


def _send(cursor, table, embeddings, rows, marks, progress):
    """Sends rows of the file to a table."""
    from psycopg import sql

    tasks = embeddings.tasks
    types = [*['text'] * 6, 'text[]', _kind(embeddings), 'int8',
             *('text[]' if tasks[task].several else 'text' for task in tasks)]
    # As bytes: to write and read vectors as text takes longer than all else.
    with (cursor.copy(sql.SQL('copy {} ({}) from stdin (format binary)').format(
              table, sql.SQL(', ').join(map(sql.Identifier, _columns(tasks))))) as copy,
          tqdm(total=len(rows), desc='publishing', unit=' rows',
               disable=None if progress else True) as bar):
        copy.set_types(types)
        for start in range(0, len(rows), _BLOCK):
            block = rows[start:start + _BLOCK]
            embeddings.check(block)
            for row in block:
                copy.write_row(_row(embeddings, row, marks[row], tasks))
            bar.update(len(block))


def _row(embeddings, row, mark, tasks):
    from pgvector import HalfVector, Vector

    item, vector = embeddings.items[row], embeddings.mapped[row]
    kind = HalfVector if vector.dtype == np.float16 else Vector
    own = _without_nul(item.labels)
    labels = [(own[task].split('|') if tasks[task].several else own[task])
              if task in own else None for task in tasks]
    texts = _without_nul([
        item.id, item.product, item.group, item.retailer, item.title, item.description])
    return [*texts, list(item.images), kind(vector), mark, *labels]


def _without_nul(value):
    """A value of JSON without the character that PostgreSQL's texts cannot hold."""
    if isinstance(value, str):
        return value.replace('\0', '')
    if isinstance(value, dict):
        return {_without_nul(key): _without_nul(own) for key, own in value.items()}
    if isinstance(value, (list, tuple)):
        return [_without_nul(own) for own in value]
    return value


def _describe(cursor, name, embeddings):
    from psycopg.types.json import Jsonb

    projection = None
    if embeddings.projection:
        content = io.BytesIO()
        np.savez(content, mean=embeddings.projection.mean,
                 components=embeddings.projection.components)
        projection = content.getvalue()
    header = {**embeddings.header, 'identity': _identity(embeddings)}
    cursor.execute(
        _sql('insert into {} values (%s, %s, %s, %s, now()) on conflict (name) do update set '
             'header = excluded.header, projection = excluded.projection, rows = excluded.rows, '
             'published = excluded.published', 'published'),
        [name, Jsonb(_without_nul(header)), projection, len(embeddings)])
