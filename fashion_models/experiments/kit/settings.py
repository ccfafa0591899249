"""What all experiments share: their command-line arguments, and how their results are kept."""

import argparse
import dataclasses
import functools
import pathlib
import sys
import time
from collections.abc import Callable, Sequence

from fashion_models import terminal
from fashion_models.catalogue.io import Catalogue
from fashion_models.catalogue.split import split_of
from fashion_models.data.prepare import prepare
from fashion_models.data.products import ProductSet
from fashion_models.data.views import View
from fashion_models.devices import usable_cores
from fashion_models.errors import UnsuitableCatalogue, UserError, system_text
from fashion_models.experiments.kit.catalogues import EMBEDDED, open_or_draw
from fashion_models.experiments.kit.held_out import FOLDS
from fashion_models.experiments.kit.results import Figures, Table, write_results
from fashion_models.experiments.kit.runs import Interrupted, Kind, find_run, progress, trained_run
from fashion_models.experiments.kit.side_by_side import Network, train_side_by_side
from fashion_models.parsing import shown
from fashion_models.training.recipe import Recipe
from fashion_models.training.run import Run

#: The recipe of the package that networks are trained by unless another is given.
RECIPE = 'compact'
#: ``make train`` leaves its run there as well.
RUNS = pathlib.Path('runs')
RESULTS = pathlib.Path('experiments', 'results')
#: A first look must not replace recorded results.
QUICK_RESULTS = pathlib.Path('runs', 'quick-results')
SEEDS = 3
QUICK_EPOCHS = 2
#: Images of as many pixels a side leave cores idle when several of them train one network.
SMALL = 64
QUICK_FOLDS = 2
#: Exit statuses of an experiment, besides 0 and 2: the catalogue cannot answer it; Ctrl-C.
NOT_POSSIBLE, INTERRUPTED = 3, 130
#: Share of the recipe's learning rate, for networks that do not begin with random parameters.
INIT_LEARNING_RATE = 0.1


@dataclasses.dataclass
class Settings:
    """What an experiment works with.

    Attributes:
        catalogue: The products.
        name: The catalogue's name in the results folder.
        recipe: How networks are trained.
        seeds: The seeds that each network is trained with.
        runs: Folder that keeps the trained networks.
        results: Folder of the results: ``<results>/<experiment>/<catalogue's name>``.
        quick: Whether a first look is enough.
        pictures: Whether products may be pictured regardless of the catalogue's licence; see
            :mod:`~fashion_models.experiments.kit.pictures`.
        init: Folder of the run that networks begin with; see :meth:`begin_with`.
        networks: How many networks the experiment needs, which it sets before it asks for the
            first, so that progress can be shown.
        jobs: How many networks to train at a time.
        used: The runs that :meth:`run` has returned.
    """

    catalogue: Catalogue
    name: str
    recipe: Recipe
    seeds: tuple[int, ...]
    runs: pathlib.Path
    results: pathlib.Path
    quick: bool
    pictures: bool = False
    init: str | None = None
    networks: int = 1
    jobs: int = 1
    used: list[Run] = dataclasses.field(default_factory=list)
    _products: dict[tuple, dict[str, ProductSet]] = dataclasses.field(default_factory=dict)

    def begin_with(self, init: str | None) -> None:
        """Makes networks begin with another run's, at a tenth of the recipe's learning rate.

        A tenth is the usual choice for a network of this kind: 0.001 after 0.01, so that what was
        learnt survives until the new heads are useful (Girshick et al., "Rich feature
        hierarchies", 2014).

        Args:
            init: Folder of that run; ``None`` changes nothing.
        """
        if init is not None:
            self.init = init
            self.recipe = self.recipe.replace(
                training__learning_rate=INIT_LEARNING_RATE * self.recipe.training.learning_rate)

    def run(self, name: str, seed: int, recipe: Recipe | None = None,
            view: View | None = None) -> Run:
        """The trained run of a recipe (by default the settings'), a seed and a view.

        See :func:`~fashion_models.experiments.kit.runs.trained_run`.
        """
        run = trained_run(
            self.catalogue, recipe or self.recipe, seed, self.runs, f'{self.name}-{name}-{seed}',
            view, self.init, place=progress(self.networks, self.used))
        if run.folder not in [other.folder for other in self.used]:
            self.used.append(run)
        return run

    def seeds_of(self, name: str, recipe: Recipe | None = None,
                 view: View | None = None) -> list[Run]:
        """The trained runs of all seeds; see :meth:`run`."""
        self.train([(name, recipe, view)])
        return [self.run(name, seed, recipe, view) for seed in self.seeds]

    def train(self, kinds: Sequence[Kind], of_first_seed: Sequence[Kind] = ()) -> None:
        """Trains what is missing, ``jobs`` networks at a time, so that :meth:`run` finds it.

        Args:
            kinds: Of the networks, which are trained with each seed.
            of_first_seed: Of those that one seed is enough for, which are trained first.
        """
        if self.jobs < 2:
            return
        catalogue_hash = self.catalogue.hash()
        missing, done = {}, {run.folder: run for run in self.used}
        wanted = [(*kind, self.seeds[0]) for kind in of_first_seed]
        wanted += [(*kind, seed) for kind in kinds for seed in self.seeds]
        for name, recipe, view, seed in wanted:
            network = Network(f'{self.name}-{name}-{seed}', seed, recipe or self.recipe,
                              view or View(), self.init)
            identity = network.identity(catalogue_hash)
            if (run := find_run(self.runs, identity)) is None:
                missing.setdefault(identity, network)
            else:
                done.setdefault(run.folder, run)
        if len(missing) > 1:
            train_side_by_side(
                self.catalogue, list(missing.values()), self.runs, self.jobs,
                progress(self.networks, list(done.values()), len(missing), self.jobs))

    def products(self, run: Run) -> dict[str, ProductSet]:
        """The catalogue's products as they are, not as the run's view has them.

        Returns:
            From each split to its products, with the labels of the run's tasks.
        """
        key = run.recipe.data.shorter_side, run.vocabulary.tasks
        if key not in self._products:
            self._products[key] = View().products(
                self.catalogue, prepare(self.catalogue, key[0]), run.vocabulary)
        return self._products[key]

    def shortened(self, recipe: Recipe) -> Recipe:
        """The recipe; for a first look, cut to a few epochs as by :func:`with_epochs`."""
        epochs = recipe.training.epochs
        return with_epochs(recipe, min(epochs, QUICK_EPOCHS)) if self.quick else recipe


def with_epochs(recipe: Recipe, epochs: int) -> Recipe:
    """A recipe with another number of epochs, the learning rate dropping at the same shares."""
    drops = {
        round(drop * epochs / recipe.training.epochs) for drop in recipe.training.drops}
    return recipe.replace(
        training__epochs=epochs, training__drops=tuple(sorted(drops - {0, epochs})))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments that all experiments take."""
    parser.add_argument('--catalogue', metavar='DIR', help=(
        f'the products (default: the embedded catalogue in {EMBEDDED}, drawn if missing)'))
    parser.add_argument('--name', help=(
        "name of the catalogue in the folder of the results (default: the catalogue's own)"))
    parser.add_argument('--recipe', metavar='RECIPE', default=RECIPE, help=(
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
        'begin with the trunk and the encoder of this run, at a tenth of the learning rate '
        '(default: random parameters)'))


def add_folds(parser: argparse.ArgumentParser) -> None:
    """Adds the argument for the number of folds; see :func:`folds_of`."""
    parser.add_argument('--folds', metavar='K', type=int, choices=range(2, 101), help=(
        f'number of folds (default: {FOLDS}, or {QUICK_FOLDS} with --quick)'))


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
    recipe = Recipe.load(arguments.recipe).replace(training__devices=arguments.devices)
    catalogue = open_or_draw(arguments.catalogue)
    name = arguments.name or catalogue.header.name
    # A stranger's catalogue may call itself ../../elsewhere.
    if name in ('', '.', '..') or not name.isprintable() or not {'/', '\\'}.isdisjoint(name):
        raise UserError(f'name: {shown(name)} cannot be that of a folder; choose another')
    settings = Settings(
        catalogue, name, recipe, tuple(range(seeds)),
        pathlib.Path(arguments.runs),
        pathlib.Path(arguments.output or (QUICK_RESULTS if arguments.quick else RESULTS)),
        arguments.quick, arguments.pictures)
    settings.recipe = settings.shortened(recipe)
    settings.jobs = arguments.jobs or _jobs(recipe)
    return settings


def _jobs(recipe):
    on_cpu = recipe.training.devices == '@numpy'
    return usable_cores() if on_cpu and recipe.data.size <= SMALL else 1


def require_test_split(catalogue: Catalogue) -> None:
    """Raises :class:`.UnsuitableCatalogue` if no product is in the test split."""
    if not any(split_of(product.group) == 'test' for product in catalogue.products):
        raise UnsuitableCatalogue(
            f'{catalogue.folder}: none of its products is in the test split, which this experiment '
            'evaluates on; a tenth of all groups is: expected more groups')


def command(name: str, description: str, experiment: Callable[..., tuple[Figures, list[Table]]],
            argv: Sequence[str] | None = None,
            add: Callable[[argparse.ArgumentParser], None] | None = None,
            test_split: bool = True) -> int:
    """Runs an experiment from the command line; what every experiment's ``main`` does.

    Args:
        name: Name of the module.
        description: The module's docstring.
        experiment: Takes the :class:`Settings` and the folder for its pictures, which exists;
            returns its figures and its tables.
        argv: Instead of the process' arguments.
        add: Adds the experiment's own arguments to the parser; the experiment then takes the parsed
            ``arguments``, too.
        test_split: Whether it needs products of the test split.

    Returns:
        Exit status: 0; 2 if an argument cannot be used; 3 if the catalogue cannot answer the
        experiment; 130 after Ctrl-C; 141 if the reader of the output went away.
    """
    parser = argparse.ArgumentParser(
        prog=f'python -m fashion_models.experiments.{name}', description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    add_arguments(parser)
    if add:
        add(parser)
    terminal.ready_streams()
    arguments = parser.parse_args(argv)
    if add:
        experiment = functools.partial(experiment, arguments=arguments)
    try:
        settings = settings_of(arguments)
        if test_split:
            # Before anything is trained.
            require_test_split(settings.catalogue)
        print(terminal.visible(run_experiment(name, experiment, settings)), end='', flush=True)
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
                   settings: Settings) -> str:
    """Runs an experiment and writes its results.

    Returns:
        Its tables, and where the rest is.
    """
    started = time.monotonic()
    folder = settings.results / name / settings.name
    folder.mkdir(parents=True, exist_ok=True)
    settings.used.clear()
    figures, tables = experiment(settings, folder)
    write_results(
        folder, name, figures, tables, settings.catalogue, settings.recipe, settings.seeds,
        settings.used, time.monotonic() - started)
    return (folder / 'table.txt').read_text(encoding='utf-8') + f'\nmore in {folder}\n'
