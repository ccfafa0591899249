"""Which label of which catalogue becomes what, when catalogues are merged: a TOML file.

For each catalogue, by its name, and each of its tasks there is a table::

    [shop.gender]
    "Herren" = "Men"

    [shop.colour]
    "schwarz/weiß" = ["Black", "White"]

    [shop.subcategory]
    "Hemden" = ["Apparel", "Topwear", "Shirts"]
    "Socken" = ["Accessories", "Socks"]
    "Neuheiten" = []

    [another-shop]
    gender = "same"
    type = []

What a label of type, category or subcategory becomes is a place in the one taxonomy of the merged
catalogue: type, category, subcategory, or as many of them as it tells. A task that a catalogue
declares, such as pattern, has a table like those of gender and colour. An empty list is nothing:
the label says nothing in these terms. In place of a table, ``"same"`` keeps a task's labels as they
are, and an empty list drops them all. ``"?"`` in place of a label is a question still open, as if
the line were not there.
"""

from __future__ import annotations

import collections
import dataclasses
import difflib
import os
import pathlib
import re
from collections.abc import Iterator

from fashion_models.catalogue.import_report import Report
from fashion_models.catalogue.records import Product
from fashion_models.catalogue.relabel import SETTLED
from fashion_models.catalogue.tasks import DEFAULT_TASKS, LEVELS, Task, joined, ordered
from fashion_models.catalogue.taxonomy import Places, Taxonomy
from fashion_models.errors import UserError
from fashion_models.parsing import content, shown, toml_tables
from fashion_models.plural import counted
from fashion_models.surrogates import json_text

SAME = 'same'
NOTHING = ()
OPEN = '?'


class Mapping:
    """What labels become.

    Args:
        tables (dict): Catalogue's name to task to :data:`SAME`, to :data:`NOTHING`, or to label to
            what it becomes (tuple of str).
        tasks (dict): Those of all catalogues that it is for, by name.
    """

    def __init__(self, tables: dict, tasks: dict[str, Task] = DEFAULT_TASKS) -> None:
        self.tables = tables
        self.tasks = tasks

    @classmethod
    def load(cls, path: str | os.PathLike, tasks: dict[str, Task] = DEFAULT_TASKS) -> Mapping:
        """Reads a mapping file.

        Args:
            path: The file.
            tasks (dict): Those of all catalogues that it is for, by name.

        Raises:
            UserError: Naming the file, the table and the line's label: it cannot be read, something
                in it is not as described above, or its places contradict each other.
        """
        path = pathlib.Path(path)
        try:
            tables = toml_tables(content(path).decode())
        except (OSError, UnicodeDecodeError) as error:
            raise UserError(f'{path}: cannot read the mapping: {error}') from error
        except ValueError as error:
            raise UserError(f'{path}: not a TOML file: {error}') from error
        try:
            mapping = cls({name: _catalogue(name, table, tasks)
                           for name, table in tables.items()}, tasks)
            for contradiction in mapping._places().contradictions():
                raise UserError(f'{contradiction}: one label has one place')
        except UserError as error:
            raise UserError(f'{path}: {error}') from None
        return mapping

    def source_labels(self, name: str, product: Product) -> dict[str, tuple[str, ...]]:
        """What there is to map of a product: from each task to labels.

        A label of the taxonomy that an import took away, since it contradicted the others of its
        catalogue, is read from the text where the import kept it: in this taxonomy it may have a
        place. Not so where a task's labels stay the same, or where a review settled the place: it
        may be what took it away.
        """
        reviewed = not {*product.extra.get(SETTLED, '').split('|')}.isdisjoint(LEVELS)
        labels = {task: product.accepted(task) for task in self.tasks}
        for task in LEVELS:
            kept = product.extra.get(f'source_{task}')
            if (kept and not labels[task] and not reviewed
                    and self.tables.get(name, {}).get(task) != SAME):
                labels[task] = (kept,)
        return labels

    def unmapped(self, name: str, product: Product) -> Iterator[tuple[str, str]]:
        """Yields (task, label) of those of :meth:`source_labels` that the mapping lacks."""
        tables = self.tables.get(name, {})
        for task, found in self.source_labels(name, product).items():
            table = tables.get(task, {})
            if table not in (SAME, NOTHING):
                yield from ((task, label) for label in found if label not in table)

    def apply(self, name: str, product: Product, report: Report) -> Product:
        """The product with its labels mapped.

        Where its labels lead to places that contradict each other, it keeps what they agree on.
        What the catalogue said of a task and the merged one does not is kept as the extra text
        ``source_<task>``.

        Args:
            name (str): Name of the product's catalogue.
            product (Product): The product.
            report (Report): Told of contradictions.

        Returns:
            Product

        Raises:
            UserError: The mapping lacks one of its labels.
        """
        for task, label in self.unmapped(name, product):
            # A merge has looked for them before; the catalogue may have changed since.
            raise UserError(f'{name}: the mapping lacks {task} {label!r} of product '
                            f'{product.id!r}; if the catalogue was changed meanwhile, do it again')
        found = self.source_labels(name, product)
        labels = dict(zip(LEVELS, self._place(name, found, report)))
        for task, of_task in self.tasks.items():
            if of_task.level is None:
                targets = dict.fromkeys(
                    target for label in found[task] for target in self._targets(name, task, label))
                labels[task] = tuple(targets) if of_task.several else next(iter(targets), None)
        mapped = dataclasses.replace(product, labels=labels)
        extra = dict(product.extra)
        for task, said in found.items():
            if said and said != mapped.accepted(task):
                extra.setdefault(f'source_{task}', joined(said))
        return dataclasses.replace(mapped, extra=extra)

    def _targets(self, name, task, label):
        table = self.tables[name][task]
        if table == SAME:
            return (label,)
        return table[label] if table else ()

    def _place(self, name, found, report):
        """Type, category and subcategory, None where nothing tells it."""
        paths = [
            (None,) * (level if self.tables[name][task] == SAME else 0)
            + self._targets(name, task, label)
            for level, task in enumerate(LEVELS) for label in found[task]]
        place = [None] * len(LEVELS)
        for level, task in enumerate(LEVELS):
            said = {path[level] for path in paths if len(path) > level and path[level]}
            if len(said) > 1:
                report.change(task, ' or '.join(sorted(said)), None)
                break
            place[level] = next(iter(said), None)
        return place

    def _places(self):
        """The tree of all places that the mapping names."""
        taxonomy = Taxonomy()
        for tables in self.tables.values():
            for task in LEVELS:
                table = tables.get(task, {})
                for path in table.values() if isinstance(table, dict) else ():
                    taxonomy.add(Product('', '', dict(zip(LEVELS, path)), ()))
        return Places(taxonomy.tree())


def _catalogue(name, table, tasks):
    if not isinstance(table, dict):
        raise UserError(f'{name}: found {shown(table)}, expected a table for each task, as in '
                        f'[{_key(name)}.gender]')
    for task in table:
        if task not in tasks:
            near = difflib.get_close_matches(task, tasks, 1)
            hint = f'did you mean {near[0]}?' if near else f'expected one of {", ".join(tasks)}'
            raise UserError(f'[{_key(name)}.{_key(task)}]: no such task; {hint}')
    return {task: _task(f'[{_key(name)}.{task}]', tasks[task], lines)
            for task, lines in table.items()}


def _task(where, task, lines):
    if lines == SAME:
        return SAME
    if lines == []:
        return NOTHING
    if not isinstance(lines, dict):
        raise UserError(f'{where}: found {shown(lines)}, expected a table, "{SAME}" or []')
    return {label: _target(f'{where} {label!r}', task, target)
            for label, target in lines.items() if target != OPEN}


def _target(where, task, target):
    names = [target] if isinstance(target, str) else target
    if not isinstance(names, list) or not all(
            isinstance(name, str) and name.strip() for name in names):
        raise UserError(f'{where}: found {shown(target)}, expected a label, or a list of labels '
                        '([] for none)')
    if task.level is None and not task.several and len(names) > 1:
        raise UserError(f'{where}: found {len(names)} labels, expected one')
    if task.level is not None and len(names) > len(LEVELS):
        raise UserError(f'{where}: found {len(names)} labels, expected {", ".join(LEVELS)} or '
                        'fewer')
    return tuple(names)


def template(counts: dict[tuple[str, str, str], int]) -> str:
    """The lines that a mapping lacks, as TOML with a question mark for each answer.

    Args:
        counts (dict): (catalogue's name, task, label) to its number of products.

    Returns:
        str: Tables in the order of their first lines, their labels from the commonest on.
    """
    tables = collections.defaultdict(list)
    for (name, task, label), count in counts.items():
        tables[name, task].append((-count, label))
    order = {name: number for number, name in enumerate(dict.fromkeys(name for name, _ in tables))}
    lines = []
    tasks = ordered([task for _, task in tables])
    for name, task in sorted(tables, key=lambda key: (order[key[0]], tasks.index(key[1]))):
        lines += ['', f'[{_key(name)}.{task}]']
        lines += [f'{json_text(label)} = "{OPEN}"  # {counted(-count, "product")}'
                  for count, label in sorted(tables[name, task])]
    return '\n'.join(lines[1:])


def _key(name):
    # TOML's basic strings are escaped as JSON's are.
    return name if re.fullmatch('[A-Za-z0-9_-]+', name) else json_text(name)
