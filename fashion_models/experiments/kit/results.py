"""What an experiment writes: ``results.json`` with its provenance, and its tables.

==================  ================================================================================
``results.json``    all figures and tables, and their provenance: command, commit, versions,
                    machine, catalogue and its hash, recipe, seeds, runs, time
``table.txt``       the tables for a terminal
``table.rst``       the same for the documentation, which :mod:`.report.tables` inserts in its pages
==================  ================================================================================
"""

import dataclasses
import math
import os
import pathlib
import re
import shlex
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from fashion_models.catalogue.io import Catalogue
from fashion_models.errors import UserError, system_text
from fashion_models.experiments.kit.statistics import Interval
from fashion_models.files import atomic_write
from fashion_models.parsing import json_file, require_form
from fashion_models.provenance import provenance
from fashion_models.surrogates import json_text
from fashion_models.training.recipe import Recipe
from fashion_models.training.run import Run

RESULTS = 'results.json'
_LOG = [{'epoch': int, 'iteration': int, 'elapsed_time': float, 'validation/loss': float}]
_RECORD = {'figures?': dict, 'tables?': [{'title': str, 'header': [str], 'rows': [[str]]}]}
#: A list of numbers in JSON, which takes less room on a line of its own.
_LIST = re.compile(r'\[\n([-+.\deE,\s]+)\]')
#: The figures of an experiment, by name and nested: numbers, arrays, intervals, texts.
Figures = dict[str, Any]


@dataclasses.dataclass(frozen=True)
class Table:
    """A table, its cells as text.

    Attributes:
        title: What it shows, in a line.
        header: Headings of the columns.
        rows: Cells. Numbers are shown with three digits, an :class:`~.statistics.Interval` as its
            value and its ends, ``None`` and nan as a dash.
    """

    title: str
    header: Sequence[str]
    rows: Iterable[Sequence[object]]

    def __post_init__(self):
        object.__setattr__(self, 'header', tuple(self.header))
        object.__setattr__(self, 'rows', tuple(tuple(map(_cell, row)) for row in self.rows))
        for row in self.rows:
            if len(row) != len(self.header):
                raise ValueError(
                    f'{self.title}: a row of {len(row)} cells under {len(self.header)} headings: '
                    f'{row}')

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> 'Table':
        """The table from what :meth:`record` returned."""
        return cls(record['title'], record['header'], record['rows'])

    def record(self) -> dict[str, Any]:
        """The table as JSON-ready values."""
        return {
            'title': self.title, 'header': list(self.header), 'rows': [list(r) for r in self.rows]}

    def text(self) -> str:
        """The table under its title, for a terminal."""
        cells = self.header, *self.rows
        widths = _widths(cells)
        lines = [
            '  '.join([row[0].ljust(widths[0]), *(
                cell.rjust(width) for cell, width in zip(row[1:], widths[1:]))]).rstrip()
            for row in cells]
        return '\n'.join([self.title, '', *lines]) + '\n'

    def rst(self) -> str:
        """The table alone, in reStructuredText."""
        cells = [tuple(map(_escaped, row)) for row in (self.header, *self.rows)]
        # An empty first cell would be read as the continuation of the line above it.
        cells = [(row[0].strip() or '\\', *row[1:]) for row in cells]
        widths = _widths(cells)
        rule = '  '.join('=' * width for width in widths)
        lines = ['  '.join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip()
                 for row in cells]
        return '\n'.join([rule, lines[0], rule, *lines[1:], rule]) + '\n'


def _escaped(cell):
    """A cell, escaped: to reStructuredText a dash is a list and recall@10 an address."""
    return '\\-' if cell == '-' else cell.replace('@', '\\@')


def write_results(folder: str | os.PathLike, experiment: str, figures: Figures, tables: list[Table],
                  catalogue: Catalogue, recipe: Recipe | None = None, seeds: Sequence[int] = (),
                  runs: Sequence[Run] = (), seconds: float | None = None,
                  command: str | None = None) -> dict[str, Any]:
    """Writes ``results.json``, ``table.txt`` and ``table.rst`` of an experiment.

    Args:
        folder: Folder to write to, created if missing; pictures go there, too.
        experiment: Name of the experiment's module.
        figures: All figures. NumPy's values and intervals are converted, nan becomes null.
        tables: The tables that show them.
        catalogue: The products.
        recipe: How the networks were trained.
        seeds: The seeds they were trained with.
        runs: The runs that the figures rest on.
        seconds: The command's own time; that of the trainings, which may have served another
            experiment, is in the runs' logs.
        command: The command that makes this record; that of the process if omitted.

    Returns:
        The content of ``results.json``.
    """
    record = {
        'experiment': experiment,
        **portable_provenance(
            provenance() if command is None else {**provenance(), 'command': command}),
        'catalogue': describe_catalogue(catalogue),
        'recipe': None if recipe is None else recipe.to_toml(),
        'seeds': list(seeds),
        'runs': [_describe_run(run) for run in runs],
        'seconds': seconds,
        'training_seconds': sum(training_seconds(run) for run in runs),
        'figures': figures,
    }
    return write_record(folder, record, tables)


def load_record(path: str | os.PathLike) -> dict[str, Any]:
    """The content of a ``results.json``.

    Raises:
        UserError: If there is none, or it is damaged.
    """
    try:
        record = json_file(path)
        require_form(record, _RECORD)
    except OSError as error:
        raise UserError(f'{system_text(error)}: expected recorded results') from error
    except ValueError as error:
        raise UserError(f'{path}: is damaged: found no results in it') from error
    return record


def write_record(folder: str | os.PathLike, record: dict[str, Any],
                 tables: list[Table]) -> dict[str, Any]:
    """Writes a record and its tables; returns the record as written."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    record = _plain({**record, 'tables': [table.record() for table in tables]})
    _write(folder / RESULTS, _LIST.sub(_on_a_line, json_text(record, indent=1)) + '\n')
    _write(folder / 'table.txt', '\n'.join(table.text() for table in tables))
    _write(folder / 'table.rst', '\n'.join(
        table.rst() if len(tables) == 1 else f'{table.title}\n\n{table.rst()}'
        for table in tables))
    return record


def _on_a_line(found):
    return '[' + ' '.join(found[1].split()) + ']'


def portable_provenance(found: dict[str, Any]) -> dict[str, Any]:
    """Provenance without this machine's folders, which mean nothing on another."""
    return {
        'command': without_folders(found['command']),
        # Runs of earlier versions do not record the engine.
        **{key: found[key] for key in ('date', 'commit', 'versions', 'machine', 'engine')
           if key in found}}


def without_folders(command: str) -> str:
    """A command line with paths out of the working folder cut to their last part."""
    return shlex.join(
        word.rstrip('/').rsplit('/', 1)[-1] if word.startswith(('/', '..')) else word
        for word in shlex.split(command))


def describe_catalogue(catalogue: Catalogue) -> dict[str, str | int]:
    """A catalogue's name, version, source and hash, and its numbers of products and images."""
    header = catalogue.header
    image_counts = [len(product.images) for product in catalogue.products]
    return {
        'name': header.name, 'version': header.version, 'source': header.source,
        'hash': catalogue.hash(), 'products': len(image_counts), 'images': sum(image_counts)}


def training_seconds(run: Run) -> float:
    """How long a run's training took, by its log."""
    return read_log(run)[-1]['elapsed_time']


def read_log(run: Run) -> list[dict]:
    """The log of a run: one record an epoch.

    Raises:
        UserError: If it is damaged.
    """
    path = run.folder / 'log.json'
    try:
        log = json_file(path)
        require_form(log, _LOG)
        if log:
            return log
    except ValueError:
        pass
    raise UserError(f'{path}: is damaged: found no log of a training in it')


def _describe_run(run):
    log = read_log(run)
    return {
        'name': run.folder.name, 'recipe': run.recipe.to_toml(), 'commit': run.provenance['commit'],
        'machine': run.provenance['machine'], 'seconds': log[-1]['elapsed_time'],
        'iterations': log[-1]['iteration'],
        'best_epoch': min(log, key=lambda record: record['validation/loss'])['epoch']}


def _cell(value):
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return '-'
    if isinstance(value, float | np.floating):
        return f'{value:.3f}'
    return str(value)


def _widths(cells):
    return [max(map(len, column)) for column in zip(*cells)]


def _plain(value):
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Interval):
        return _plain(value.record())
    if isinstance(value, np.ndarray | np.generic):
        return _plain(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _write(path, text):
    with atomic_write(path, 'w', encoding='utf-8') as file:
        file.write(text)
