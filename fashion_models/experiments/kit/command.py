"""What all experiments share: their command-line arguments, and how their results are kept."""

import argparse
import contextlib
import functools
import pathlib
import re
import shlex
import sys
import time
from collections.abc import Callable, Sequence

from fashion_models import terminal
from fashion_models.catalogue.io import Catalogue
from fashion_models.catalogue.split import SPLITS, split_of
from fashion_models.devices import usable_cores
from fashion_models.errors import UnsuitableCatalogue, UserError, system_text
from fashion_models.experiments.kit.catalogues import EMBEDDED, open_or_draw
from fashion_models.experiments.kit.held_out import FOLDS
from fashion_models.experiments.kit.results import RESULTS as RECORD
from fashion_models.experiments.kit.results import Figures, Table, load_record, write_results
from fashion_models.experiments.kit.runs import Interrupted
from fashion_models.experiments.kit.settings import QUICK_EPOCHS, Settings
from fashion_models.parsing import shown
from fashion_models.training.recipe import Recipe

#: The recipe of the package that networks are trained by unless another is given.
RECIPE = 'compact'
#: ``make train`` leaves its run there as well.
RUNS = pathlib.Path('runs')
RESULTS = pathlib.Path('experiments', 'results')
#: A first look must not replace recorded results.
QUICK_RESULTS = pathlib.Path('runs', 'quick-results')
SEEDS = 3
#: Images of as many pixels a side leave cores idle when several of them train one network.
SMALL = 64
QUICK_FOLDS = 2
#: Exit statuses of an experiment, besides 0 and 2: the catalogue cannot answer it; Ctrl-C.
NOT_POSSIBLE, INTERRUPTED = 3, 130


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments that all experiments take."""
    parser.add_argument('--catalogue', metavar='DIR', help=(
        f'the products (default: the embedded catalogue in {EMBEDDED}, drawn if missing)'))
    parser.add_argument('--name', help=(
        "name of the catalogue in the folder of the results (default: the catalogue's own)"))
    parser.add_argument('--recipe', metavar='RECIPE', help=(
        f'how networks are trained: a recipe of the package or a file (default: {RECIPE})'))
    parser.add_argument('--devices', help="train on these devices (default: the recipe's)")
    parser.add_argument('--seeds', metavar='N', type=int, help=(
        f'train every network with N seeds (default: {SEEDS}, or 1 with --quick)'))
    parser.add_argument('--runs', metavar='DIR', default=RUNS, help=(
        f'folder of the trained networks, which all experiments share (default: {RUNS})'))
    parser.add_argument('--jobs', metavar='N', type=int, help=(
        'train N networks at a time, each with its share of the cores (default: one for each core '
        f'with images of up to {SMALL} pixels on the CPU, else 1)'))
    parser.add_argument('-o', '--output', metavar='DIR', help=(
        f'write results to DIR/<experiment>/<catalogue> (default: {RESULTS}, or {QUICK_RESULTS} '
        'with --quick)'))
    parser.add_argument('--quick', action='store_true', help=(
        f'a first look: {QUICK_EPOCHS} epochs, one seed, fewer folds'))
    parser.add_argument('--pictures', action='store_true', help=(
        'show products in figures even if the catalogue names no licence that allows it: for your '
        'own shop'))


def add_init(parser: argparse.ArgumentParser) -> None:
    """Adds the argument for :meth:`Settings.begin_with`."""
    parser.add_argument('--init', metavar='RUN', help=(
        'begin with the encoder of this run, at a tenth of the learning rate '
        '(default: random parameters)'))


def add_folds(parser: argparse.ArgumentParser) -> None:
    """Adds the argument for the number of folds; see :func:`folds_of`."""
    def folds(word):
        if not word.isascii() or not word.isdigit() or not 2 <= int(word) <= 100:
            raise argparse.ArgumentTypeError(f'found {shown(word)}, expected 2 to 100')
        return int(word)

    parser.add_argument('--folds', metavar='K', type=folds, help=(
        f'number of folds, 2 to 100 (default: {FOLDS}, or {QUICK_FOLDS} with --quick)'))


def folds_of(arguments: argparse.Namespace) -> int:
    """The number of folds that the argument of :func:`add_folds` asks for."""
    return arguments.folds or (QUICK_FOLDS if arguments.quick else FOLDS)


def settings_of(arguments: argparse.Namespace) -> Settings:
    """The settings that the arguments of :func:`add_arguments` ask for.

    Raises:
        UserError: If they cannot be used.
    """
    seeds = arguments.seeds
    if seeds is None:
        seeds = 1 if arguments.quick else SEEDS
    if seeds < 1:
        raise UserError(f'seeds: found {seeds}, expected 1 or more')
    if arguments.jobs is not None and arguments.jobs < 1:
        raise UserError(f'jobs: found {arguments.jobs}, expected 1 or more')
    recipe = Recipe.load(arguments.recipe or RECIPE).replace(training__devices=arguments.devices)
    runs = pathlib.Path(arguments.runs)
    results = pathlib.Path(arguments.output or (QUICK_RESULTS if arguments.quick else RESULTS))
    for option, folder in ('runs', runs), ('output', results):
        if folder.exists() and not folder.is_dir():
            raise UserError(f'{option}: {folder} is a file, expected a folder')
    catalogue = open_or_draw(arguments.catalogue)
    name = catalogue.header.name if arguments.name is None else arguments.name
    # A stranger's catalogue may call itself ../../elsewhere.
    if name in ('', '.', '..') or not name.isprintable() or not {'/', '\\'}.isdisjoint(name):
        raise UserError(f'name: {shown(name)} cannot be that of a folder; choose another')
    settings = Settings(
        catalogue, name, recipe, tuple(range(seeds)), runs, results, arguments.quick,
        arguments.pictures)
    settings.recipe = settings.shortened(recipe)
    settings.jobs = arguments.jobs or usual_jobs(recipe)
    return settings


def usual_jobs(recipe: Recipe) -> int:
    """How many networks of a recipe to train at a time, unless the user says."""
    on_cpu = recipe.training.devices == '@numpy'
    return usable_cores() if on_cpu and recipe.data.size <= SMALL else 1


def require_splits(catalogue: Catalogue, splits: Sequence[str]) -> None:
    """Raises :class:`.UnsuitableCatalogue` if one of the splits has no product."""
    found = {split_of(product.group) for product in catalogue.products}
    for split in splits:
        if split not in found:
            raise UnsuitableCatalogue(
                f'{catalogue.folder}: found no product in the {split} split, to which about '
                f'{"eight tenths" if split == "train" else "a tenth"} of all groups of products '
                'belong; expected more groups')


def command(name: str, description: str, experiment: Callable[..., tuple[Figures, list[Table]]],
            argv: Sequence[str] | None = None,
            add: Callable[[argparse.ArgumentParser], None] | None = None,
            splits: Sequence[str] = SPLITS) -> int:
    """Runs an experiment from the command line; what every experiment's ``main`` does.

    Args:
        name: Name of the module.
        description: The module's docstring.
        experiment: Takes the :class:`Settings` and the folder for its pictures, which exists;
            returns its figures and its tables.
        argv: Instead of the process' arguments.
        add: Adds the experiment's own arguments to the parser; the experiment then takes the parsed
            ``arguments``, too.
        splits: Those that must have products.

    Returns:
        Exit status: 0; 2 if an argument cannot be used; 3 if the catalogue cannot answer the
        experiment; 130 after Ctrl-C; 141 if the reader of the output went away.
    """
    parser = argparse.ArgumentParser(
        prog=f'python -m fashion_models.experiments.{name}', description=_plain(description),
        formatter_class=argparse.RawDescriptionHelpFormatter)
    add_arguments(parser)
    if add:
        add(parser)
    terminal.ready_streams()
    argv = sys.argv[1:] if argv is None else argv
    arguments = parser.parse_args(argv)
    if add:
        experiment = functools.partial(experiment, arguments=arguments)

    def run():
        settings = settings_of(arguments)
        # Before anything is trained.
        require_splits(settings.catalogue, splits)
        print(terminal.visible(run_experiment(name, experiment, settings, argv)), end='',
              flush=True)
    return guarded(name, run)


def _plain(text):
    """A docstring without the marks that only Sphinx reads."""
    text = re.sub(r':[a-z:]+:`~?\.?([^`]*)`', r'\1', text)
    return re.sub(r'``(.*?)``', r'\1', text.replace('**', ''), flags=re.DOTALL)


def guarded(name: str, action: Callable[[], object]) -> int:
    """Does something; what goes wrong becomes a line on standard error.

    Args:
        name: What the line begins with.
        action: What to do.

    Returns:
        Exit status: see :func:`command`.
    """
    try:
        action()
    except UnsuitableCatalogue as error:
        text = terminal.visible(terminal.shortened(str(error)))
        print(f'{name}: not possible here: {text}', file=sys.stderr)
        return NOT_POSSIBLE
    except BrokenPipeError:
        return terminal.reader_gone()
    except (UserError, OSError) as error:
        terminal.print_error(name, error if isinstance(error, UserError) else system_text(error))
        return 2
    except (Interrupted, KeyboardInterrupt):
        print(f'{name}: stopped; run the same command again to resume', file=sys.stderr)
        return INTERRUPTED
    return 0


def run_experiment(name: str, experiment: Callable[..., tuple[Figures, list[Table]]],
                   settings: Settings, argv: Sequence[str]) -> str:
    """Runs an experiment and writes its results.

    Args:
        name: Name of the module.
        experiment: See :func:`command`.
        settings: What it works with.
        argv: The arguments that ask for all this, which are recorded.

    Returns:
        Its tables, and where the rest is.
    """
    started, catalogue = time.monotonic(), settings.catalogue
    folder = settings.results / name / settings.name
    _require_same_catalogue(folder, catalogue)
    folder.mkdir(parents=True, exist_ok=True)
    settings.used.clear()
    try:
        figures, tables = experiment(settings, folder)
        write_results(
            folder, name, figures, tables, catalogue, settings.recipe, settings.seeds,
            settings.used, time.monotonic() - started,
            f'python -m fashion_models.experiments.{name} {shlex.join(argv)}'.rstrip())
    finally:
        for empty in folder, folder.parent:
            with contextlib.suppress(OSError):
                empty.rmdir()
    look = '\na first look, which proves nothing' if settings.quick else ''
    return (folder / 'table.txt').read_text(encoding='utf-8') + f'{look}\nmore in {folder}\n'


def _require_same_catalogue(folder, catalogue):
    """Raises UserError if results of another catalogue would be overwritten."""
    try:
        found = load_record(folder / RECORD)['catalogue']['hash']
    except (UserError, LookupError, TypeError):
        return      # none, or damaged
    if found != catalogue.hash():
        raise UserError(
            f'{folder}: holds the results of another catalogue of this name; choose another name '
            'for this one (name) or another folder for its results (output), or remove the old '
            'ones')
