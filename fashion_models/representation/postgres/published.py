"""A published table: as a file of embeddings for a search, which PostgreSQL answers."""

import contextlib
import io
import os
from collections.abc import Iterator

import numpy as np

from fashion_models.catalogue.tasks import Task, joined, tasks_of
from fashion_models.errors import UserError
from fashion_models.parsing import ids_like
from fashion_models.representation.embeddings import Item
from fashion_models.representation.labels import Labels
from fashion_models.representation.linear import Projection
from fashion_models.representation.parquet import label_columns
from fashion_models.representation.postgres.connection import (
    SCHEMA,
    connected,
    register,
    shown,
)
from fashion_models.representation.postgres.publishing import COLUMNS
from fashion_models.representation.search.neighbours import rank
from fashion_models.representation.search.searcher import EXACT_LIMIT, SHORTLIST, Hit

_TEXTS = 'id', 'product', 'product_group', 'retailer', 'title', 'description', 'images'


@contextlib.contextmanager
def open_table(place: str | os.PathLike, table: str | None = None,
               exact: bool = False) -> Iterator['Table']:
    """Opens a published table for searches.

    Args:
        place: The database's address, or the folder of an embedded one.
        table: The table's name; needed where there are several.
        exact: Whether to compare all vectors, however many there are.

    Raises:
        UserError: If the database cannot be reached, or nothing was published there.
    """
    with connected(place) as connection:
        from psycopg import errors

        try:
            found = {row[0]: row[1:] for row in connection.execute(
                f'select name, header, projection, rows from {SCHEMA}.published order by name')}
        except errors.UndefinedTable:
            found = {}
        if not found:
            raise UserError(f'{shown(place)}: nothing was published here; do so first')
        if table is None and len(found) > 1:
            raise UserError(f'{shown(place)}: has several tables, {", ".join(found)}; name one '
                            '(table)')
        name = table or next(iter(found))
        if name not in found:
            raise UserError(f'{shown(place)}: has no table {name!r} (table); there are '
                            f'{", ".join(found)}')
        register(connection)
        yield Table(connection, shown(place), name, *found[name], exact)


class Table:
    """A table; see :func:`open_table`. It finds what a search of the published file finds.

    Up to 100,000 rows that fit are all compared, as in a file; among more, the table's index
    proposes candidates, whose similarities are then computed from their vectors. If it proposes too
    few, as where hardly any of the nearest fit, all are compared, too.

    Attributes:
        file (str): The database, for messages.
        header (dict): As of :class:`~fashion_models.representation.embeddings.Embeddings`.
    """

    def __init__(self, connection: object, place: str, name: str, header: dict,
                 projection: bytes | None, rows: int, exact: bool) -> None:
        self.file = place
        self.header = header
        self._connection = connection
        self._name = name
        self._projection = projection
        self._rows = rows
        self._exact = exact
        self._columns = label_columns(self.tasks, COLUMNS)

    def __len__(self) -> int:
        return self._rows

    @property
    def tasks(self) -> dict[str, Task]:
        """The catalogue's tasks by name, the default ones first."""
        return tasks_of(self.header)

    def project(self, vectors: np.ndarray) -> np.ndarray:
        """As of :class:`~fashion_models.representation.embeddings.Embeddings`."""
        if self._projection is None:
            return np.asarray(vectors)
        with np.load(io.BytesIO(self._projection), allow_pickle=False) as found:
            return Projection(found['mean'], found['components'])(vectors)

    def item(self, id: str) -> Item:
        """The item with an id.

        Raises:
            UserError: If there is none; the message suggests similar ids.
        """
        found = self._select('where id = %s', [id], self._item_columns())
        if not found:
            ids = [row[0] for row in self._select('order by place', [], ['id'])]
            raise UserError(f'{self.file}: no {self.header["per"]} has the id {id!r}; there are '
                            f'{len(self)}, among them {ids_like(id, ids)}')
        return self._item(found[0])

    def like(self, id: str, k: int = 10, where: dict | None = None,
             other_groups: bool = False) -> list[Hit]:
        """As of :class:`~fashion_models.representation.search.searcher.Searcher`."""
        item = self.item(id)
        (vector,), = self._select('where id = %s', [id], ['embedding'])
        without = ('product_group <> %s', item.group) if other_groups else ('id <> %s', id)
        return self.nearest(_array(vector), k, where, [without])

    def nearest(self, vector: np.ndarray, k: int = 10, where: dict | None = None,
                conditions: list[tuple[str, str]] = ()) -> list[Hit]:
        """The items nearest to a vector.

        Args:
            vector: (d,), of unit length.
            k: How many to find.
            where: Task to label, or to several labels of which any will do.
            conditions: Further ones in SQL, each with its value.
        """
        from psycopg import sql

        texts, values = [sql.SQL(text) for text, _ in conditions], [own for _, own in conditions]
        for task, labels in (where or {}).items():
            labels = [labels] if isinstance(labels, str) else list(labels)
            self._require_labels(task, labels)
            text = '{} && %s' if self.tasks[task].several else '{} = any(%s)'
            texts.append(sql.SQL(text).format(sql.Identifier(self._columns[task])))
            values.append(labels)
        fitting = sql.SQL('where {}').format(sql.SQL(' and ').join(texts)) if texts else sql.SQL('')
        vector = np.asarray(vector, np.float32)
        found = self._candidates(vector, k, fitting, values)
        if not found:
            return []
        ids, places, vectors = zip(*found)
        order = np.argsort(places)
        vectors = np.stack([_array(vectors[number]) for number in order])
        ids, places = [ids[number] for number in order], np.sort(places)
        rows, similarities = rank(vectors, vector, np.arange(len(ids)), k)
        items = {row[0]: self._item(row) for row in self._select(
            'where id = any(%s)', [[ids[row] for row in rows]], self._item_columns())}
        return [Hit(number, float(similarity), int(places[row]) - 1, items[ids[row]])
                for number, (row, similarity) in enumerate(zip(rows, similarities), 1)]

    def _candidates(self, vector, k, fitting, values):
        """Ids, places and vectors of rows among which are the k nearest."""
        from pgvector import HalfVector
        from psycopg import sql

        size, count = self.header['size'], max(SHORTLIST, 3 * k)
        fits = None if self._exact else self._select_count(fitting, values)
        question = sql.SQL(
            'select id, place, embedding from {} {} '
            'order by embedding::halfvec({}) <#> %s limit %s').format(
                self._identifier(), fitting, sql.Literal(size))
        # Vectors come as their bytes: reading a hundred from text takes longer than the search.
        with self._connection.transaction(), self._connection.cursor(binary=True) as cursor:

            def ask(index):
                cursor.execute(f'set local enable_indexscan = {index}')
                # A prepared statement might keep a plan that was made under another setting.
                return cursor.execute(
                    question, [*values, HalfVector(vector), count], prepare=False).fetchall()

            if self._exact or fits <= EXACT_LIMIT:
                return ask('off')
            cursor.execute(f'set local hnsw.ef_search = {min(1000, count)}')
            cursor.execute('set local hnsw.iterative_scan = relaxed_order')
            found = ask('on')
            # Where few of the nearest fit, the scan gives up before it has enough
            # (hnsw.max_scan_tuples, hnsw.scan_mem_multiplier). To go on would take as long as this.
            return found if len(found) == min(count, fits) else ask('off')

    def _select_count(self, fitting, values):
        from psycopg import sql

        if not values:
            return self._rows
        return self._connection.execute(
            sql.SQL('select count(*) from {} {}').format(self._identifier(), fitting),
            values).fetchone()[0]

    def _require_labels(self, task, labels):
        """Raises the UserError of a search in a file if no item has one of the labels."""
        column = self._columns[task]
        names = [joined(found) if isinstance(found, list) else found
                 for found, in self._select('', [], [column], distinct=True) if found is not None]
        empty = np.empty(0, np.int32)
        Labels({task: names}, {task: empty}, empty, self.tasks).allowed({task: labels})

    def _identifier(self):
        from psycopg import sql

        return sql.Identifier(SCHEMA, self._name)

    def _select(self, condition, values, columns, distinct=False):
        from psycopg import sql

        return self._connection.execute(sql.SQL(
            f'select {"distinct " if distinct else ""}{{}} from {{}} {condition}').format(
                sql.SQL(', ').join(map(sql.Identifier, columns)), self._identifier()),
            values).fetchall()

    def _item_columns(self):
        return [*_TEXTS, *self._columns.values()]

    def _item(self, row):
        texts, labels = row[:len(_TEXTS)], row[len(_TEXTS):]
        id, product, group, retailer, title, description, images = texts
        labels = {task: joined(label) if isinstance(label, list) else label
                  for task, label in zip(self._columns, labels) if label is not None}
        return Item(id, product, group, labels, retailer, title, description, images)


def _array(vector):
    return np.asarray(vector.to_numpy() if hasattr(vector, 'to_numpy') else vector)
