"""What an experiment works with: a catalogue, a recipe, seeds, and the networks trained so far."""

import dataclasses
import pathlib
from collections.abc import Sequence

from fashion_models.catalogue.io import Catalogue
from fashion_models.data.prepare import prepare
from fashion_models.data.products import ProductSet
from fashion_models.data.views import View
from fashion_models.data.vocabulary import Vocabulary
from fashion_models.experiments.kit.runs import Kind, find_run, progress, trained_run
from fashion_models.experiments.kit.side_by_side import Network, train_side_by_side
from fashion_models.training.recipe import Recipe
from fashion_models.training.run import Run

QUICK_EPOCHS = 2
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

    @property
    def tasks(self) -> tuple[str, ...]:
        """The recipe's tasks that products have labels of."""
        return Vocabulary.of(self.catalogue.products, self.recipe.model.tasks).tasks

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

    def products(self, recipe: Recipe) -> dict[str, ProductSet]:
        """The catalogue's products as a recipe needs them, not as the view of a run has them.

        Returns:
            From each split to its products, with the labels of the recipe's tasks.
        """
        key = recipe.data.shorter_side, recipe.model.tasks
        if key not in self._products:
            self._products[key] = View().products(
                self.catalogue, prepare(self.catalogue, recipe.data.shorter_side),
                Vocabulary.of(self.catalogue.products, recipe.model.tasks))
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
