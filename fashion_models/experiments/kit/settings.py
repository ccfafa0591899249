"""What all experiments have in common: their arguments, and what becomes of what they find."""

import argparse
import dataclasses
import functools
import pathlib
import sys
import time

from fashion_models.catalogue.io import Catalogue
from fashion_models.catalogue.split import split_of
from fashion_models.data.prepare import prepare
from fashion_models.data.views import View
from fashion_models.errors import UserError
from fashion_models.experiments.kit.catalogues import EMBEDDED, open_or_draw
from fashion_models.experiments.kit.results import write_results
from fashion_models.experiments.kit.runs import Interrupted, trained_run
from fashion_models.training.recipe import Recipe

RECIPE = 'small'
#: ``make train`` leaves its run there, too.
RUNS = pathlib.Path('runs')
RESULTS = pathlib.Path('experiments', 'results')
#: A first look is not to take the place of recorded results.
QUICK_RESULTS = pathlib.Path('runs', 'quick-results')
SEEDS = 3
QUICK_EPOCHS = 2
#: Of the recipe's, for networks that do not begin with random parameters.
INIT_LEARNING_RATE = 0.1


@dataclasses.dataclass
class Settings:
    """What an experiment works with.

    Attributes:
        catalogue (~fashion_models.catalogue.io.Catalogue): On what.
        name (str): The catalogue's name in the folder of the results.
        recipe (~fashion_models.training.recipe.Recipe): How networks are trained.
        seeds (tuple of int): With which seeds.
        runs (~pathlib.Path): Where runs are kept.
        results (~pathlib.Path): Where results go: ``<results>/<experiment>/<catalogue's name>``.
        quick (bool): Whether a first look is enough.
        pictures (bool): Whether products may be pictured whatever the catalogue's licence is; see
            :mod:`~fashion_models.experiments.kit.pictures`.
        init (str): Folder of the run that networks begin with; see :meth:`begin_with`.
        used (list of ~fashion_models.training.run.Run): Those that :meth:`run` has given.
    """

    catalogue: Catalogue
    name: str
    recipe: Recipe
    seeds: tuple
    runs: pathlib.Path
    results: pathlib.Path
    quick: bool
    pictures: bool = False
    init: str | None = None
    used: list = dataclasses.field(default_factory=list)
    _products: dict = dataclasses.field(default_factory=dict)

    def begin_with(self, init):
        """Has networks begin with another run's, at a tenth of the recipe's learning rate.

        A tenth is the usual choice for a network of this kind: 0.001 after 0.01, so that what was
        learnt is not destroyed before the new heads are of use (Girshick et al., "Rich feature
        hierarchies", 2014).

        Args:
            init (str): That run's folder; ``None`` leaves everything as it is.
        """
        if init is not None:
            self.init = init
            self.recipe = self.recipe.replace(
                training__learning_rate=INIT_LEARNING_RATE * self.recipe.training.learning_rate)

    def run(self, name, seed, recipe=None, view=None):
        """The trained run of a recipe (that of the settings if ``None``), a seed and a view.

        See :func:`~fashion_models.experiments.kit.runs.trained_run`.
        """
        run = trained_run(
            self.catalogue, recipe or self.recipe, seed, self.runs, f'{self.name}-{name}-{seed}',
            view, self.init)
        if run.folder not in [other.folder for other in self.used]:
            self.used.append(run)
        return run

    def products(self, run):
        """The catalogue's products as they are, not as the run's view has them.

        Returns:
            dict: From split to :class:`~fashion_models.data.products.ProductSet`, whose labels are
            those of the run's tasks.
        """
        key = run.recipe.data.shorter_side, run.vocabulary.tasks
        if key not in self._products:
            self._products[key] = View().products(
                self.catalogue, prepare(self.catalogue, key[0]), run.vocabulary)
        return self._products[key]

    def shortened(self, recipe):
        """A recipe with its learning-rate drops at the same shares of a first look's few epochs."""
        if not self.quick or recipe.training.epochs <= QUICK_EPOCHS:
            return recipe
        return with_epochs(recipe, QUICK_EPOCHS)


def with_epochs(recipe, epochs):
    """A recipe over another number of epochs, its drops at the same shares of them."""
    drops = {
        round(drop * epochs / recipe.training.epochs) for drop in recipe.training.drops}
    return recipe.replace(
        training__epochs=epochs, training__drops=tuple(sorted(drops - {0, epochs})))


def add_arguments(parser):
    """Adds the arguments that all experiments take."""
    parser.add_argument('--catalogue', metavar='DIR', help=(
        f'default: the embedded one, in {EMBEDDED}, drawn if it is not there'))
    parser.add_argument('--name', help=(
        "the catalogue's name in the folder of the results (default: its own)"))
    parser.add_argument('--recipe', metavar='FILE', default=RECIPE, help=f'default: {RECIPE}')
    parser.add_argument('--devices', help="instead of the recipe's")
    parser.add_argument('--seeds', metavar='N', type=int, help=(
        f'train each network with so many seeds (default: {SEEDS}, or 1 with --quick)'))
    parser.add_argument('--runs', metavar='DIR', default=RUNS, help=(
        f'keeps the trained networks, for all experiments (default: {RUNS})'))
    parser.add_argument('--out', metavar='DIR', help=(
        f'results go to DIR/<experiment>/<catalogue> (default: {RESULTS}, or {QUICK_RESULTS} with '
        '--quick)'))
    parser.add_argument('--quick', action='store_true', help=(
        f'a first look: {QUICK_EPOCHS} epochs, one seed'))
    parser.add_argument('--pictures', action='store_true', help=(
        'show products in figures though the catalogue names no licence that allows it: for a '
        'shop of your own'))


def add_init(parser):
    """Adds the argument that :meth:`Settings.begin_with` is for."""
    parser.add_argument('--init', metavar='RUN', help=(
        'begin with the trunk and the encoder of this run, at a tenth of the learning rate '
        '(default: at random)'))


def settings_of(arguments):
    """The settings that the arguments of :func:`add_arguments` ask for.

    Raises:
        UserError: If they cannot be used.
    """
    seeds = arguments.seeds
    if seeds is None:
        seeds = 1 if arguments.quick else SEEDS
    if seeds < 1:
        raise UserError(f'seeds: found {seeds}, expected 1 or more')
    recipe = Recipe.load(arguments.recipe).replace(training__devices=arguments.devices)
    catalogue = open_or_draw(arguments.catalogue)
    settings = Settings(
        catalogue, arguments.name or catalogue.header.name, recipe, tuple(range(seeds)),
        pathlib.Path(arguments.runs),
        pathlib.Path(arguments.out or (QUICK_RESULTS if arguments.quick else RESULTS)),
        arguments.quick, arguments.pictures)
    settings.recipe = settings.shortened(recipe)
    return settings


def require_test_split(catalogue):
    """Raises UserError, before anything is trained, if no product falls into the test split."""
    if not any(split_of(product.group) == 'test' for product in catalogue.products):
        raise UserError(
            f'{catalogue.folder}: none of its products falls into the test split, which the '
            'experiment is judged by; a tenth of all groups does: expected more groups')


def command(name, description, experiment, argv=None, add=None, test_split=True):
    """Runs an experiment from the command line; what every experiment's ``main`` does.

    Args:
        name (str): The module's name.
        description (str): Its docstring.
        experiment (callable): Given the :class:`Settings` and the folder for its pictures, which
            exists; returns its figures (dict) and its tables (list of
            :class:`~fashion_models.experiments.kit.results.Table`).
        argv (list of str): Instead of the process' arguments.
        add (callable): Adds arguments that only this experiment has to the parser; the experiment
            is then given the parsed ones, too.
        test_split (bool): Whether it needs products of the test split.

    Returns:
        int: Exit status: 0, 2 if something given cannot be used, 130 after Ctrl-C.
    """
    parser = argparse.ArgumentParser(
        prog=f'python -m fashion_models.experiments.{name}', description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    add_arguments(parser)
    if add:
        add(parser)
    arguments = parser.parse_args(argv)
    if add:
        experiment = functools.partial(experiment, arguments=arguments)
    try:
        settings = settings_of(arguments)
        if test_split:
            require_test_split(settings.catalogue)
        print(run_experiment(name, experiment, settings), end='')
    except UserError as error:
        print(f'{name}: error: {error}', file=sys.stderr)
        return 2
    except (Interrupted, KeyboardInterrupt):
        print(f'{name}: stopped; the same command goes on', file=sys.stderr)
        return 130
    return 0


def run_experiment(name, experiment, settings):
    """Runs an experiment and writes its results.

    Returns:
        str: Its tables, and where the rest is.
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
