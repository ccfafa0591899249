"""The run folder: all that is needed to use a trained network, or to repeat its training."""

import json
import pathlib
import shutil

import numpy as np

from fashion_models.caching import cached_property
from fashion_models.data.views import View
from fashion_models.data.vocabulary import Vocabulary
from fashion_models.errors import UserError
from fashion_models.files import atomic_write
from fashion_models.links import fold_batch_normalization
from fashion_models.training import snapshots
from fashion_models.training.model import build_model
from fashion_models.training.recipe import Recipe

RECIPE = 'recipe.toml'
LABELS = 'labels.json'
MEAN = 'mean.npy'
PROVENANCE = 'provenance.json'
#: Marks a run that came to its end.
FINISHED = 'finished'


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
    ``loss.png, accuracy.png``  the same as plots
    ``learning-rate.jsonl``     every change of the learning rate
    ``graph.dot``               the computational graph of one mini-batch, and ``graph.svg``
    ``finished``                there once the training has come to its end
    ==========================  ==================================================================

    Args:
        folder: The folder; see :meth:`open` and :meth:`create`.
    """

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)

    @classmethod
    def open(cls, folder):
        """Opens an existing run.

        Raises:
            UserError: If the folder holds none.
        """
        run = cls(folder)
        if not run.folder.is_dir():
            raise UserError(f'{folder}: no such folder, expected one that a training left')
        missing = [
            name for name in (RECIPE, LABELS, MEAN, PROVENANCE)
            if not (run.folder / name).is_file()]
        if missing:
            raise UserError(f'{folder}: not a run folder: it has no {", ".join(missing)}')
        return run

    @classmethod
    def create(cls, folder, recipe, vocabulary, mean, provenance, overwrite=False, initial=None):
        """Starts a run in a new or empty folder.

        Args:
            overwrite (bool): Whether to remove a run that is there.
            initial (~chainer.Link): The model that training begins with, unless it is what recipe
                and seed give.

        Raises:
            UserError: If the folder holds something else, or a run that is not to be overwritten.
        """
        run = cls(folder)
        run.check_free(overwrite)
        if run.folder.is_dir():
            for path in run.folder.iterdir():
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        run.folder.mkdir(parents=True, exist_ok=True)
        with atomic_write(run.folder / MEAN) as file:
            np.save(file, mean)
        vocabulary.save(run.folder / LABELS)
        run.save_recipe(recipe)
        if initial is not None:
            run.snapshots.mkdir()
            snapshots.save_model(initial, run.snapshots / snapshots.INITIAL)
        # Written last: without it, the folder is no run.
        with atomic_write(run.folder / PROVENANCE, 'w', encoding='utf-8') as file:
            json.dump(provenance, file, ensure_ascii=False, indent=1)
        return run

    def check_free(self, overwrite=False):
        """Raises UserError if the folder may not be used for a new run."""
        if self.folder.is_file():
            raise UserError(f'{self.folder}: is a file, expected a folder for the run')
        if not self.folder.is_dir() or not any(self.folder.iterdir()):
            return
        if not (self.folder / RECIPE).exists() and not (self.folder / MEAN).exists():
            raise UserError(
                f'{self.folder}: the folder is not empty and holds no run; choose another')
        if not overwrite:
            raise UserError(
                f'{self.folder}: holds a run already; resume it, overwrite it or choose another '
                'folder')

    def save_recipe(self, recipe):
        """Writes the recipe of the run."""
        with atomic_write(self.folder / RECIPE, 'w', encoding='utf-8') as file:
            file.write(recipe.to_toml())
        self.__dict__.pop('recipe', None)

    @cached_property
    def recipe(self):
        """The recipe the run is trained with."""
        return Recipe.load(self.folder / RECIPE)

    @property
    def given_recipe(self) -> Recipe:
        """The recipe as it was given, with tasks of which the catalogue has no label."""
        text = self.provenance.get('given_recipe')
        return self.recipe if text is None else Recipe.from_toml(text)

    @cached_property
    def vocabulary(self):
        """The labels of each task."""
        return Vocabulary.load(self.folder / LABELS)

    @cached_property
    def mean(self):
        """The mean image of the training split: (3, size, size) float32."""
        return np.load(self.folder / MEAN, allow_pickle=False)

    @cached_property
    def provenance(self):
        """Where the run comes from."""
        return json.loads((self.folder / PROVENANCE).read_text(encoding='utf-8'))

    @property
    def finished(self):
        """Whether the training has come to its end."""
        return (self.folder / FINISHED).exists()

    @property
    def view(self):
        """What the run sees of its catalogue."""
        return View(**self.provenance.get('view', {}))

    @property
    def snapshots(self):
        """Folder of the snapshots."""
        return self.folder / 'snapshots'

    def check_vocabulary(self):
        """Raises UserError if the label vocabulary does not belong to the recipe."""
        if self.vocabulary.tasks != self.recipe.model.tasks:
            raise UserError(
                f'{self.folder / LABELS}: holds the labels of {", ".join(self.vocabulary.tasks)}, '
                f"the recipe's tasks are {', '.join(self.recipe.model.tasks)}")

    def last_snapshot(self):
        """The last snapshot that training can go on from, or None."""
        found = snapshots.list_snapshots(self.snapshots)
        return found[-1] if found else None

    def snapshot(self, which='best'):
        """The file of a snapshot that holds a trained model.

        Args:
            which (str): ``'best'`` (lowest validation loss) or ``'last'``.

        Raises:
            UserError: If there is none yet.
        """
        path = self.snapshots / snapshots.BEST if which == 'best' else self.last_snapshot()
        if path is None or not path.exists():
            raise UserError(
                f'{self.folder}: has no {which} snapshot yet; the first is taken after an epoch')
        return path

    def load_model(self, which='best'):
        """The trained network, on the CPU and made fast for evaluation, which it is good for only.

        Args:
            which (str): As of :meth:`snapshot`.

        Raises:
            UserError: If there is no such snapshot yet, or it does not fit recipe and labels.
        """
        path = self.snapshot(which)
        self.check_vocabulary()
        model = build_model(self.recipe, self.vocabulary.classes)
        snapshots.load_model(model, path)
        return fold_batch_normalization(model)
