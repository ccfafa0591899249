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

#: Columns that every table has, beside those of the catalogue's tasks.
COLUMNS = ('id', 'product', 'product_group', 'retailer', 'title', 'description', 'images',
           'embedding', 'place', 'mark')
_BLOCK = 1024
#: The most numbers of a vector that pgvector indexes as halfvec.
MOST_INDEXED = 4000


@dataclasses.dataclass(frozen=True)
class Published:
    """What :func:`publish` did.

    Attributes:
        table (str): The table, with its schema.
        new, changed, gone, unchanged (int): Rows.
    """

    table: str
    new: int
    changed: int
    gone: int
    unchanged: int

    def text(self) -> str:
        """It in a line."""
        return (f'{self.table}: {self.new:,} new, {self.changed:,} changed, {self.gone:,} gone, '
                f'{self.unchanged:,} unchanged')


def publish(embeddings: Embeddings, place: str | os.PathLike, table: str | None = None,
            progress: bool = True) -> Published:
    """Makes a table of a database hold what a file of embeddings holds.

    Args:
        embeddings: An open file.
        place: The database's address, or the folder of an embedded one.
        table: The table's name; by default, made of the catalogue's name and a digest of the
            network and of what a vector stands for.
        progress: Whether to show a progress bar.

    Raises:
        UserError: If the database cannot be reached or written, or the table holds vectors of
            another network or size.
    """
    name = table or table_name(embeddings)
    with connected(place) as connection:
        with connection.cursor() as cursor:
            cursor.execute('create extension if not exists vector')
            # One at a time, even the first.
            cursor.execute('select pg_advisory_xact_lock(%s)', [_signed(checksum(name.encode()))])
            register(connection)
            made = _make(cursor, name, embeddings, shown(place))
            counts = _fill(cursor, name, embeddings, progress)
            if made:
                _make_index(cursor, name, embeddings)
            _describe(cursor, name, embeddings)
        connection.commit()
        if sum(counts[:3]) > counts[3]:
            connection.autocommit = True    # the planner's figures; needs no transaction
            connection.execute(_sql('analyze {}', name))
    return Published(f'{SCHEMA}.{name}', *counts)


def table_name(embeddings: Embeddings) -> str:
    """The name of the table of a catalogue and a network."""
    header = embeddings.header
    kind = json.dumps([embeddings.space, header['per'], header.get('split'), header['size']])
    words = re.sub(r'[^a-z0-9]+', '_', header.get('catalogue_name', '').lower()).strip('_')
    return f'{words[:40] or "catalogue"}_{checksum(kind.encode()):016x}'[:57]


def _sql(text, name, **more):
    from psycopg import sql

    return sql.SQL(text).format(sql.Identifier(SCHEMA, name), **more)


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
    kind = 'halfvec' if header['dtype'] == 'float16' else 'vector'
    labels = [sql.SQL('{} text[]' if tasks[task].several else '{} text').format(
        sql.Identifier(column)) for task, column in label_columns(tasks, COLUMNS).items()]
    cursor.execute(_sql(
        'create table {} (id text primary key, product text not null, '
        'product_group text not null, retailer text not null, title text not null, '
        'description text not null, images text[] not null, {labels}, '
        'embedding {kind} not null, place bigserial, mark bigint not null)', name,
        labels=sql.SQL(', ').join(labels), kind=sql.SQL(f'{kind}({header["size"]})')))
    return True


def _identity(embeddings):
    """What must be the same of all that is published in a table."""
    header = embeddings.header
    return {'network': embeddings.space, 'size': header['size'], 'dtype': header['dtype'],
            'per': header['per'], 'tasks': {
                name: task.several for name, task in embeddings.tasks.items()}}


def _fill(cursor, name, embeddings, progress):
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
    columns = [*(column for column in COLUMNS if column != 'place'),
               *label_columns(tasks, COLUMNS).values()]
    named = sql.SQL(', ').join(map(sql.Identifier, columns))
    if gone:
        cursor.execute(_sql('delete from {} where id = any(%s)', name), [gone])
    if differ:
        cursor.execute(_sql('create temporary table arriving (like {} including defaults) '
                            'on commit drop', name))
        with (cursor.copy(sql.SQL('copy arriving ({}) from stdin').format(named)) as copy,
              tqdm(total=len(differ), desc='publishing', unit=' rows',
                   disable=None if progress else True) as bar):
            for start in range(0, len(differ), _BLOCK):
                rows = differ[start:start + _BLOCK]
                embeddings.check(rows)
                for row in rows:
                    copy.write_row(_row(embeddings, row, marks[row], tasks))
                bar.update(len(rows))
        replaced = sql.SQL(', ').join(
            sql.SQL('{0} = excluded.{0}').format(sql.Identifier(column))
            for column in columns if column != 'id')
        cursor.execute(_sql('insert into {} (place, {named}) select place, {named} from arriving '
                            'on conflict (id) do update set {replaced}', name,
                            named=named, replaced=replaced))
    return new, len(differ) - new, len(gone), len(ids) - len(differ)


def _row(embeddings, row, mark, tasks):
    from pgvector import HalfVector, Vector

    item, vector = embeddings.items[row], embeddings.mapped[row]
    kind = HalfVector if vector.dtype == np.float16 else Vector
    labels = [(item.labels[task].split('|') if tasks[task].several else item.labels[task])
              if task in item.labels else None for task in tasks]
    # PostgreSQL's texts hold no NUL.
    texts = [text.replace('\0', '') for text in (
        item.id, item.product, item.group, item.retailer, item.title, item.description)]
    return [*texts, list(item.images), kind(vector).to_text(), mark, *labels]


def _make_index(cursor, name, embeddings):
    from psycopg import sql

    size = embeddings.header['size']
    if size > MOST_INDEXED:
        return      # compared one by one
    cursor.execute("set local maintenance_work_mem = '512MB'")
    cursor.execute(_sql(
        'create index on {} using hnsw ((embedding::halfvec({size})) halfvec_ip_ops)', name,
        size=sql.Literal(size)))


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
        [name, Jsonb(header), projection, len(embeddings)])
