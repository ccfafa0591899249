"""The run folder: all that is needed to use a trained network, or to repeat its training."""

import contextlib
import os
import pathlib

import chainer
import numpy as np

from fashion_models.arrays import read_npy
from fashion_models.caching import cached_property
from fashion_models.data.views import View
from fashion_models.data.vocabulary import Vocabulary
from fashion_models.errors import UserError
from fashion_models.files import atomic_write, locked, sha256
from fashion_models.links import MultiTaskClassifier, fold_for_inference
from fashion_models.parsing import json_file, require_form
from fashion_models.surrogates import json_text
from fashion_models.training import run_files, snapshots
from fashion_models.training.model import build_model
from fashion_models.training.recipe import Recipe
from fashion_models.training.run_files import (
    BEGINNING,
    FINISHED,
    LABELS,
    LOCK,
    MEAN,
    PROVENANCE,
    RECIPE,
    WRITTEN,
    others,
)

_PROVENANCE = {'catalogue': {'folder': str, 'hash': str, 'name?': str}, 'given_recipe?': str,
               'view?': {'folds?': int, 'fold?': int, 'flattened?': bool,
                         'training_products?': int}}


@contextlib.contextmanager
def _kept_random_numbers():
    """Context that leaves NumPy's global generator, which is the caller's, as it was."""
    state = np.random.get_state()   # noqa: NPY002
    try:
        yield
    finally:
        np.random.set_state(state)  # noqa: NPY002


class Run:
    """A run folder.

    ==========================  ==================================================================
    ``recipe.toml``             every choice, as resolved from recipe file and command line
    ``labels.json``             the label vocabulary of each task
    ``mean.npy``                the mean image, (3, size, size) float32
    ``provenance.json``         command, commit, versions, machine, catalogue and its hash
    ``snapshots/``              the last states of the training, the best model, and with
                                ``--init`` the initial one
    ``log.json``                one record an epoch
    ``loss.png, accuracy.png``  the same as plots, from the second epoch on
    ``learning-rate.jsonl``     every change of the learning rate
    ``graph.dot``               the computational graph of one mini-batch, and ``graph.svg``
    ``finished``                there once the training has come to its end
    ``training.lock``           held by the process that trains the run
    ==========================  ==================================================================

    Args:
        folder: The folder; see :meth:`open` and :meth:`create`.

    Attributes:
        address (str): Where it is, such as ``s3://bucket/run`` (without a password), if
            ``folder`` is only a copy of what an encoder needs of it; else ''.
        devices (str): What experiments compute its answers on: what it was trained on, unless
            they look for a run on another.
    """

    def __init__(self, folder: str | os.PathLike):
        self.folder = pathlib.Path(folder)
        self.address = ''

    @classmethod
    def open(cls, folder: str | os.PathLike) -> 'Run':
        """Opens an existing run.

        Raises:
            UserError: If the folder holds none.
        """
        run = cls(folder)
        if not run.folder.is_dir():
            raise UserError(f'{folder}: no such folder, expected one that a training left')
        if missing := run._missing():
            raise UserError(f'{folder}: not a run folder: it has no {", ".join(missing)}')
        return run

    @cached_property
    def devices(self) -> str:
        return self.recipe.training.devices

    def _missing(self):
        return [name for name in (RECIPE, LABELS, MEAN, PROVENANCE)
                if not (self.folder / name).is_file()]

    @classmethod
    def create(
            cls, folder: str | os.PathLike, recipe: Recipe, vocabulary: Vocabulary,
            mean: np.ndarray, provenance: dict, overwrite: bool = False,
            initial: chainer.Link | None = None) -> 'Run':
        """Starts a run in a folder that is new, empty or what a killed start left.

        Args:
            folder: Where.
            recipe: How the run is trained.
            vocabulary: The labels of each task.
            mean: The mean image, (3, size, size) float32.
            provenance: Where the run comes from, JSON-ready.
            overwrite: Whether to remove a run that is there.
            initial: The model that training begins with, unless it is what recipe and seed give.

        Raises:
            UserError: If the folder holds something else, or a run that is not to be overwritten.
        """
        run = cls(folder)
        run.check_free(overwrite)
        run.folder.mkdir(parents=True, exist_ok=True)
        run_files.clear(run.folder)
        with atomic_write(run.folder / MEAN) as file:
            np.save(file, mean)
        vocabulary.save(run.folder / LABELS)
        run.save_recipe(recipe)
        if initial is not None:
            run.snapshots.mkdir(exist_ok=True)
            snapshots.save_model(initial, run.snapshots / snapshots.INITIAL)
        provenance = provenance | {
            run_files.DIGESTS: {name: sha256(run.folder / name) for name in (LABELS, MEAN)}}
        # Written last: without it, the folder is no run.
        with atomic_write(run.folder / PROVENANCE, 'w', encoding='utf-8') as file:
            file.write(json_text(provenance, indent=1))
        return run

    def check_free(self, overwrite: bool = False) -> None:
        """Raises UserError if the folder may not be used for a new run; see :meth:`create`."""
        if self.folder.is_file():
            raise UserError(f'{self.folder}: is a file, expected a folder for the run')
        if not self.folder.is_dir() or not any(self.folder.iterdir()):
            return
        is_run = (self.folder / PROVENANCE).is_file() and (self.folder / RECIPE).is_file()
        if not is_run and not (self.folder / LOCK).is_file():
            raise UserError(
                f'{self.folder}: the folder is not empty and holds no run; choose another')
        if not others(self.folder, BEGINNING):    # killed before there was anything to resume
            return
        if not overwrite:
            raise UserError(
                f'{self.folder}: holds a run already; resume it (resume), overwrite it (overwrite) '
                'or choose another folder')
        if strange := others(self.folder, WRITTEN):
            raise UserError(
                f'{self.folder}: cannot be overwritten, since it holds {strange[0]}, which no '
                'training wrote; move that away or choose another folder')

    def remove_leftovers(self) -> None:
        """Removes what a killed training was about to write."""
        run_files.remove_leftovers(self.folder)

    def locked(self) -> contextlib.AbstractContextManager:
        """Keeps other processes from training this run; the folder is made if need be.

        Raises:
            UserError: On entering, if another process trains it.
        """
        def refuse():
            raise UserError(f'{self.folder}: is being trained by another process')

        self.folder.mkdir(parents=True, exist_ok=True)
        return locked(self.folder / LOCK, refuse)

    def save_recipe(self, recipe: Recipe) -> None:
        """Writes the recipe of the run."""
        with atomic_write(self.folder / RECIPE, 'w', encoding='utf-8') as file:
            file.write(recipe.to_toml())
        self.__dict__.pop('recipe', None)

    @cached_property
    def recipe(self) -> Recipe:
        """The recipe the run is trained with."""
        return Recipe.load(self.folder / RECIPE, of_run=True)

    @property
    def given_recipe(self) -> Recipe:
        """The recipe as it was given, with tasks of which the catalogue has no label."""
        text = self.provenance.get('given_recipe')
        return self.recipe if text is None else Recipe.from_toml(text, of_run=True)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The labels of each task."""
        return Vocabulary.load(self.folder / LABELS)

    @cached_property
    def mean(self) -> np.ndarray:
        """The mean image of the training split: (3, size, size) float32.

        Raises:
            UserError: If the file holds something else, or was changed.
        """
        path = self.folder / MEAN
        mean, size = read_npy(path), self.recipe.data.size
        if mean.dtype != np.float32 or mean.shape != (3, size, size):
            raise UserError(
                f'{path}: found {mean.dtype} values of shape {mean.shape}, expected float32 of '
                f'shape {(3, size, size)}')
        if not np.isfinite(mean).all():
            raise UserError(f'{path}: found values that are not finite, expected a mean image')
        if mean.min() < 0 or mean.max() > 255:
            raise UserError(
                f'{path}: found values from {mean.min():g} to {mean.max():g}, expected a mean '
                'image, of 0 to 255')
        run_files.require_as_written(self.folder, MEAN, self._digests)
        return mean

    @cached_property
    def provenance(self) -> dict:
        """Where the run comes from.

        Raises:
            UserError: If the file holds something else.
        """
        path = self.folder / PROVENANCE
        try:
            provenance = json_file(path)
            require_form(provenance, _PROVENANCE)
            View(**provenance.get('view', {}))
        except (ValueError, TypeError):
            raise UserError(f'{path}: is damaged: found no provenance of a run in it') from None
        return provenance

    @cached_property
    def _digests(self):
        return run_files.digests(self.folder)

    @property
    def finished(self) -> bool:
        """Whether the training has come to its end."""
        return (self.folder / FINISHED).exists()

    @property
    def unfinished(self) -> bool:
        """Whether the folder holds a run whose training has not come to its end."""
        return not self.finished and not self._missing()

    @property
    def view(self) -> View:
        """What the run sees of its catalogue."""
        return View(**self.provenance.get('view', {}))

    @property
    def snapshots(self) -> pathlib.Path:
        """Folder of the snapshots."""
        return self.folder / 'snapshots'

    def check_vocabulary(self) -> None:
        """Raises UserError if the label vocabulary does not belong to the recipe."""
        if self.vocabulary.tasks != self.recipe.model.tasks:
            raise UserError(
                f'{self.folder / LABELS}: holds the labels of {", ".join(self.vocabulary.tasks)}, '
                f"the recipe's tasks are {', '.join(self.recipe.model.tasks)}")

    def require_intact(self) -> None:
        """Raises UserError if labels or mean image are not those that the training began with."""
        for name in LABELS, MEAN:
            run_files.require_as_written(self.folder, name, self._digests)

    def last_snapshot(self) -> pathlib.Path | None:
        """The last snapshot that training can be resumed from, or ``None``."""
        found = snapshots.list_snapshots(self.snapshots)
        return found[-1] if found else None

    def snapshot(self, which: str = 'best') -> pathlib.Path:
        """The file of a snapshot that holds a trained model.

        Args:
            which: ``'best'`` (lowest validation loss) or ``'last'``.

        Raises:
            UserError: If there is none yet.
        """
        path = self.snapshots / snapshots.BEST if which == 'best' else self.last_snapshot()
        if path is None or not path.exists():
            raise UserError(
                f'{self.folder}: has no {which} snapshot yet; the first is taken after an epoch')
        return path

    def best_epoch(self) -> int | None:
        """The epoch of the best snapshot, by the log; ``None`` if that does not say."""
        try:
            log = json_file(self.folder / 'log.json')
            return int(min(log, key=lambda record: record['validation/loss'])['epoch'])
        except (OSError, ValueError, TypeError, LookupError):
            return None

    def load_model(self, which: str = 'best') -> MultiTaskClassifier:
        """The trained network, on the CPU, its normalization folded: for inference only.

        Args:
            which: As of :meth:`snapshot`.

        Raises:
            UserError: If there is no such snapshot yet, it does not fit recipe and labels, or they
                or the mean image have changed.
        """
        path = self.snapshot(which)
        # First, so that what another training has put there meanwhile is told from its own.
        self._digests  # noqa: B018
        self.check_vocabulary()
        with _kept_random_numbers():
            model = build_model(self.recipe, self.vocabulary.classes)
        snapshots.load_model(model, path)
        self.require_intact()
        return fold_for_inference(model)
