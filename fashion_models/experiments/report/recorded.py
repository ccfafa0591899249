"""The commands behind recorded results: what a caption shows, and what makes them again."""

import argparse
import contextlib
import dataclasses
import io
import math
import os
import pathlib
import re
import shlex
import statistics
from collections.abc import Iterator
from typing import Any

from fashion_models.errors import UserError
from fashion_models.experiments.kit.command import RECIPE, add_arguments
from fashion_models.experiments.kit.results import RESULTS, load_record
from fashion_models.training.recipe import Recipe

_COMMAND = r'python -m fashion_models\.experiments(?:\.\w+)?(?:\s+(?P<options>.*))?'
#: The network by whose training the others' are measured: all of a recipe, all images of a product.
_UNIT = 'multi-task'
_SAME = 'as recorded'
_DECIMAL = r'[+-]?\d+\.\d+(?:e[+-]?\d+)?'


def command_of(record: dict[str, Any]) -> str | None:
    """The command that makes an experiment's record again, in whichever folder and however fast.

    ``None`` if it was another command that made it, as that of a training or a campaign, which its
    page describes.
    """
    if not {'experiment', 'command'} <= record.keys():
        return None
    try:
        arguments, own = _parsed(record['command'])
    except ValueError:
        return None
    products = [word for option in ('catalogue', 'name') if getattr(arguments, option) is not None
                for word in (f'--{option}', getattr(arguments, option))]
    return shlex.join(['python', '-m', f'fashion_models.experiments.{record["experiment"]}',
                       *products, *_options(arguments, own)])


def _parsed(command):
    """The arguments that all experiments take, and the words of the experiment's own."""
    found = re.fullmatch(_COMMAND, command)
    if not found:
        raise ValueError(f'no command of an experiment: {command}')
    parser = argparse.ArgumentParser(add_help=False)
    add_arguments(parser)
    parser.add_argument('--only', nargs='+')
    try:
        with contextlib.redirect_stderr(io.StringIO()):
            return parser.parse_known_args(shlex.split(found['options'] or ''))
    except SystemExit:
        raise ValueError(f'no command of an experiment: {command}') from None


def _options(arguments, own):
    """The options that decide what comes out, but for the products."""
    return [
        *([] if arguments.recipe is None else ['--recipe', arguments.recipe]),
        *([] if arguments.seeds is None else ['--seeds', str(arguments.seeds)]),
        *(['--pictures'] if arguments.pictures else []), *own]


@dataclasses.dataclass(frozen=True)
class Recorded:
    """How the recorded results of an experiment were made.

    Attributes:
        options: Of the experiment's command, without those that say which products, in which
            folder, and how fast.
        recipe: How its networks were trained; ``None`` if it has none.
        tables: As recorded, each with its title, its header and its rows of cells.
        changed: What is otherwise in the recipe of that name by now: from the name of each field
            to what it was and what it is.
        trainings: From the name of each network it used to the time of its training, in trainings
            of the recipe with all tasks and all images.
    """

    options: list[str]
    recipe: Recipe | None
    tables: list[dict[str, Any]]
    changed: dict[str, tuple[object, object]]
    trainings: dict[str, float]


def recorded(folder: str | os.PathLike, experiment: str, name: str,
             catalogue_hash: str) -> Recorded | None:
    """How the recorded results of an experiment on a catalogue were made.

    Args:
        folder: Of all results, ``<folder>/<experiment>/<name>``.
        experiment: The experiment's name.
        name: The catalogue's name in the folder.
        catalogue_hash: Its hash.

    Returns:
        ``None`` if there are no such results.

    Raises:
        UserError: If they are damaged, of a first look, or of another catalogue of this name; or
            there is no recipe of the name that the command names.
    """
    path = pathlib.Path(folder, experiment, name, RESULTS)
    if not path.exists():
        return None
    record = load_record(path)
    try:
        arguments, own = _parsed(record['command'])
        arguments.seeds = len(record['seeds'])
        found, recipe = record['catalogue']['hash'], record['recipe']
        recipe = Recipe.from_toml(recipe, of_run=True) if record['runs'] or recipe else None
        tables, trainings = record['tables'], _trainings(record['runs'], name)
    except (LookupError, TypeError, AttributeError, ValueError, UserError):
        raise UserError(
            f'{path}: is damaged: found no command, recipe, networks and tables of an experiment '
            'in it') from None
    if arguments.quick:
        raise UserError(f'{path}: is of a first look (quick), expected results in full')
    if found != catalogue_hash:
        raise UserError(
            f'{path}: holds the results of another catalogue of this name: found '
            f'{str(found)[:12]}, expected {catalogue_hash[:12]}, that of this one')
    try:
        today = Recipe.load(arguments.recipe or RECIPE)
    except UserError as error:
        raise UserError(f'{path}: its recipe: {error}') from None
    passed_over = {'training.devices', 'training.seed'}
    if '--init' in own:     # which lowers the rate
        passed_over.add('training.learning_rate')
    changed = {} if recipe is None else {
        field: pair for field, pair in _changes(recipe, today).items() if field not in passed_over}
    return Recorded(_options(arguments, own), recipe, tables, changed, trainings)


def _changes(then, today):
    """The fields of recipes that differ: from the name to what it was and what it is."""
    then, today = dataclasses.asdict(then), dataclasses.asdict(today)
    return {f'{section}.{field}': (value, today[section][field])
            for section, fields in then.items() for field, value in fields.items()
            if value != today[section][field]}


def _trainings(runs, name):
    """The times of trainings by that of a usual one on the same processor, where there is one."""
    units = {}
    for run in runs:
        if not 0 < run['seconds'] < math.inf:
            raise ValueError(f'no time of a training: {run["seconds"]}')
        if re.fullmatch(rf'{re.escape(name)}-{_UNIT}-\d+-[0-9a-f]+', run['name']):
            units.setdefault(run['machine']['processor'], []).append(run['seconds'])
    return {run['name']: run['seconds'] / statistics.median(
                units.get(run['machine']['processor'], [run['seconds']])) for run in runs}


def compared(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> Iterator[str]:
    """Yields lines that say how far an experiment's tables are from those recorded before.

    Args:
        old: Of :class:`Recorded`.
        new: Likewise, in the record made since.
    """
    if len(old) != len(new):
        yield f'{len(new)} tables, of which {len(old)} were recorded'
        return
    found = [_compared(_rows(before), _rows(since)) for before, since in zip(old, new)]
    if set(found) <= {_SAME}:
        yield f'the tables are {_SAME}'
    else:
        yield from (f'{since["title"]}: {text}' for since, text in zip(new, found))


def _rows(table):
    """The rows by their first cell, where these are unique, or else by their number."""
    rows = table['rows']
    names = [row[0] for row in rows]
    return dict(zip(names if len(set(names)) == len(rows) else range(len(rows)), rows))


def _compared(old, new):
    if old == new:
        return _SAME
    if old.keys() != new.keys() or any(len(row) != len(new[name]) for name, row in old.items()):
        return 'other rows or columns than recorded'
    pairs = [pair for name, row in old.items() for pair in zip(row, new[name])]
    apart, others = [], 0
    for a, b in ((a, b) for a, b in pairs if a != b):
        one, other = (list(map(float, re.findall(_DECIMAL, cell))) for cell in (a, b))
        if one and len(one) == len(other):
            apart += map(abs, map(float.__sub__, one, other))
        else:
            others += 1
    parts = [f'{sum(a == b for a, b in pairs)} of {len(pairs)} cells are as recorded']
    if apart:
        parts.append(f'in others, numbers differ by {statistics.median(apart):.2g} (median), '
                     f'{max(apart):.2g} at most')
    if others:
        parts.append(f'{others} with other words or counts')
    return '; '.join(parts)
