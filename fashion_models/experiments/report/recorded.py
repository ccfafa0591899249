"""The commands behind recorded results: what a caption shows, and what makes them again."""

import dataclasses
import itertools
import os
import pathlib
import re
import statistics
from typing import Any

from fashion_models.catalogue.io import Catalogue
from fashion_models.errors import UserError
from fashion_models.experiments.kit.results import RESULTS, load_record
from fashion_models.training.recipe import Recipe

#: Options that say where and how fast, not what comes out.
_LEFT_OUT = {'--jobs', '--runs', '-o', '--output', '--only', '--devices', '--as-recorded'}
#: Options that say which products, of which whoever makes a record again has a copy elsewhere.
_PRODUCTS = {'--catalogue', '--name'}
#: The network by whose training the others' are measured: all of a recipe, all images of a product.
_UNIT = 'multi-task'


def command_of(record: dict[str, Any]) -> str | None:
    """The command that makes an experiment's record again, in whichever folder and however fast.

    ``None`` if the record names no experiment, as those of trainings and campaigns, which their
    pages describe.
    """
    if not {'experiment', 'command'} <= record.keys():
        return None
    name = f'python -m fashion_models.experiments.{record["experiment"]}'
    return ' '.join([name, *_options(record['command'], _LEFT_OUT)])


def _options(command, left_out):
    """The options of a command but for some, as words."""
    _, *options = re.split(r'\s(?=--?[a-z])', command.partition('-m ')[2])
    return [word for option in options if option.split()[0] not in left_out
            for word in option.split()]


@dataclasses.dataclass(frozen=True)
class Recorded:
    """How the recorded results of an experiment were made.

    Attributes:
        options: Of the experiment's command, without those that say which products, in which
            folder, and how fast.
        recipe: How its networks were trained.
        tables: As recorded, each with its title, its header and its rows of cells.
        trainings: From the name of each network it used to the time of its training, in trainings
            of the recipe with all tasks and all images.
    """

    options: list[str]
    recipe: Recipe | None
    tables: list[dict[str, Any]]
    trainings: dict[str, float]


def recorded(folder: str | os.PathLike, experiment: str, catalogue: Catalogue,
             name: str) -> Recorded | None:
    """How the recorded results of an experiment on a catalogue were made.

    Args:
        folder: Of all results, ``<folder>/<experiment>/<name>``.
        experiment: The experiment's name.
        catalogue: The catalogue.
        name: Its name in the folder.

    Returns:
        ``None`` if there are no such results.

    Raises:
        UserError: If they are damaged, or of another catalogue of this name.
    """
    path = pathlib.Path(folder, experiment, name, RESULTS)
    if not path.exists():
        return None
    record = load_record(path)
    try:
        found, recipe, runs = record['catalogue']['hash'], record['recipe'], record['runs']
        made = Recorded(
            _options(record['command'], _LEFT_OUT | _PRODUCTS),
            None if recipe is None else Recipe.from_toml(recipe, of_run=True), record['tables'],
            _trainings(runs, name))
    except (LookupError, TypeError, AttributeError, UserError):
        raise UserError(f'{path}: is damaged: found no command, recipe or networks in it') from None
    if found != catalogue.hash():
        raise UserError(
            f'{path}: holds the results of another catalogue of this name: found {found[:12]}, '
            f'expected {catalogue.hash()[:12]}, that of {catalogue.folder}')
    return made


def compared(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> str:
    """In a line, how far an experiment's tables differ from those recorded before.

    Numbers without decimals, which are mostly counts, are passed over.

    Args:
        old: Of :class:`Recorded`.
        new: Likewise, in the record made since.
    """
    if _cells(old) == _cells(new):
        return 'all cells of the tables are as recorded'
    old, new = _numbers(old), _numbers(new)
    if [len(cell) for cell in old] != [len(cell) for cell in new]:
        return 'the tables have other rows or columns than those recorded'
    apart = [abs(a - b) for a, b in zip(itertools.chain(*old), itertools.chain(*new))]
    differing = [one for one in apart if one]
    if not differing:
        return f'all {len(apart):,} decimal numbers in the tables are as recorded, not all counts'
    return (f'of {len(apart):,} decimal numbers in the tables, {len(apart) - len(differing):,} are '
            f'as recorded; the others differ by {statistics.median(differing):.3g} (median), '
            f'{max(differing):.3g} at most')


def _cells(tables):
    return [cell for table in tables for row in table['rows'] for cell in row]


def _numbers(tables):
    """The decimal numbers of each cell."""
    return [[float(number) for number in re.findall(r'[+-]?\d+\.\d+', cell)]
            for cell in _cells(tables)]


def _trainings(runs, name):
    """The times of trainings by that of a usual one on the same processor, where there is one."""
    units = {}
    for run in runs:
        if re.fullmatch(rf'{re.escape(name)}-{_UNIT}-\d+-[0-9a-f]+', run['name']):
            units.setdefault(run['machine']['processor'], []).append(run['seconds'])
    return {run['name']: run['seconds'] / statistics.median(
                units.get(run['machine']['processor'], [run['seconds']])) for run in runs}
