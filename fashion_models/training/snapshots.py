"""Snapshots: atomic, without pickle, the last few and the best."""

import errno
import os
import pathlib
import re
import time
from collections.abc import Callable, Iterable, Mapping

import chainer
import numpy as np
from chainer import training

from fashion_models.arrays import is_intact, read_npz
from fashion_models.errors import UserError
from fashion_models.files import atomic_write, remove_leftovers
from fashion_models.parsing import json_value, shown
from fashion_models.processes import Processes
from fashion_models.training.migration import migrated

MODEL = 'updater/model:main/'
OPTIMIZER = 'updater/optimizer:main/'
LOG = 'extensions/log/_log'
#: Both are the number of steps, which the file's name tells, too.
STEPS = 'updater/iteration', 'updater/iterator:main/count'
BEST = 'best.npz'
#: The model alone, as a training began that did not begin with random parameters.
INITIAL = 'initial.npz'
SECONDS_BETWEEN = 600


class Snapshots(training.Extension):
    """Writes the whole state of the training after each epoch, and every ten minutes.

    ``best.npz`` holds the model alone as it was after the epoch with the lowest validation loss,
    the number that the article's authors watched.

    Args:
        folder: Where to write.
        recipe_hash: Stored with each snapshot, which serves no other recipe.
        keep: How many of the last ones are kept.
    """

    trigger = 1, 'iteration'
    priority = -100  # when all else is done with the iteration
    name = 'snapshots'

    def __init__(self, folder: pathlib.Path, recipe_hash: str, keep: int = 2):
        self._folder = folder
        self._recipe_hash = recipe_hash
        self._keep = keep
        self._best_loss = np.inf
        self._last_time = time.monotonic()
        self._last_iteration = 0

    def initialize(self, trainer: training.Trainer) -> None:
        """Makes the folder, and removes what an interrupted write left and old snapshots."""
        self._folder.mkdir(exist_ok=True)
        remove_leftovers(self._folder, ['iteration-*.npz', BEST, INITIAL])
        self._remove_old()
        self._last_iteration = trainer.updater.iteration

    def __call__(self, trainer: chainer.training.Trainer) -> None:
        """Takes a snapshot if one is due."""
        loss = trainer.observation.get('validation/loss')
        if loss is not None and loss < self._best_loss:
            self._best_loss = float(loss)
            save_model(trainer.updater.master, self._folder / BEST)
        if trainer.updater.is_new_epoch or time.monotonic() - self._last_time > SECONDS_BETWEEN:
            self.take(trainer)

    def take(self, trainer: training.Trainer) -> None:
        """Takes a snapshot now, unless this iteration has one.

        Raises:
            UserError: If the disk is full; earlier snapshots are as they were.
        """
        iteration = trainer.updater.iteration
        if iteration == self._last_iteration:
            return
        serializer = chainer.serializers.DictionarySerializer()
        serializer.save(trainer)
        serializer('recipe', np.array(self._recipe_hash))
        _write(self._folder / f'iteration-{iteration:08d}.npz', serializer.target)
        self._last_time = time.monotonic()
        self._last_iteration = iteration
        self._remove_old()

    def _remove_old(self):
        for old in list_snapshots(self._folder)[:-self._keep]:
            old.unlink()

    def serialize(self, serializer: chainer.AbstractSerializer) -> None:
        """Saves or restores the lowest validation loss."""
        self._best_loss = float(serializer('best_loss', self._best_loss))


def _write(path, arrays):
    for key, array in arrays.items():
        if np.asarray(array).dtype.hasobject:
            raise TypeError(f'{key}: an object array would need pickle')
        if key.startswith(MODEL) and not np.isfinite(array).all():
            raise UserError(
                f'{path}: not written: {key[len(MODEL):]} is not finite: the training has '
                'diverged; lower training.learning_rate')
    try:
        with atomic_write(path) as file:
            # Chainer gives them in the order of a set, which is another in each process.
            np.savez(file, **dict(sorted(arrays.items())))
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise
        earlier = list_snapshots(path.parent)
        kept = f'{earlier[-1].name} is intact' if earlier else 'there was no earlier one'
        raise UserError(
            f'{path}: cannot write the snapshot: {error.strerror}; {kept}: make room and resume '
            'the run') from error


def list_snapshots(folder: pathlib.Path) -> list[pathlib.Path]:
    """The snapshots of a folder that training can be resumed from, oldest first."""
    return sorted(
        path for path in folder.glob('iteration-*.npz')
        if re.fullmatch(r'iteration-\d{8,}\.npz', path.name))


def newest_intact(folder: pathlib.Path, tell: Callable[[str], object]) -> pathlib.Path | None:
    """The snapshot to resume from: the newest that can be read to its end.

    Newer ones, damaged, are renamed so that nothing takes them for snapshots.

    Args:
        folder: The run's snapshots.
        tell: Is given a line about each damaged one.

    Returns:
        Its path; ``None`` if there are no snapshots.

    Raises:
        UserError: All are damaged.
    """
    found = list_snapshots(folder)
    newest = next((path for path in reversed(found) if is_intact(path)), None)
    if newest is None:
        if found:   # left as they are, lest the next try begins from nothing without a word
            raise UserError(f'{folder}: all snapshots are damaged; remove {folder.parent} and '
                            'train anew')
        return None
    for path in found[found.index(newest) + 1:]:
        path.rename(path.with_name(f'{path.name}.damaged'))
        tell(f'{path}: is damaged, renamed to {path.name}.damaged')
    return newest


def resume(
        trainer: training.Trainer, path: pathlib.Path, recipe_hash: str,
        processes: Processes | None = None) -> None:
    """Restores the state of a training from a snapshot.

    Args:
        trainer: Of the training.
        path: The snapshot.
        recipe_hash: Of the training's recipe.
        processes: Those that train together; the first reads the snapshot for all.

    Raises:
        UserError: If the snapshot is damaged, belongs to another recipe or holds something else.
    """
    processes = processes or Processes()
    arrays = processes.broadcast(read_npz(path) if processes.first else None)
    found = str(arrays.get('recipe'))
    if found != recipe_hash:
        raise UserError(
            f'{path}: the snapshot is of another recipe (its hash is {found}, the '
            f"run's is {recipe_hash})")
    arrays = migrated(arrays)
    ours = model_arrays(trainer.updater.master)
    _require_fit(ours, _of_model(arrays), path)
    _require_state(ours, arrays, path)
    try:
        chainer.serializers.NpzDeserializer(_Whole(arrays)).load(trainer)
    except (KeyError, ValueError, TypeError) as error:
        raise UserError(f'{path}: not a snapshot of a training of this version: {error}') from error


class _Whole(dict):
    """Arrays of which none may be missing: for a KeyError, Chainer's triggers would guess."""

    def __missing__(self, name):
        raise ValueError(f'it has no {name}')


def model_arrays(model: chainer.Link) -> dict[str, np.ndarray]:
    """All parameters and running statistics of a model by name, as 'encoder/trunk/conv1/conv/W'."""
    serializer = chainer.serializers.DictionarySerializer()
    serializer.save(model)
    return serializer.target


def read_model_arrays(path: str | os.PathLike) -> dict[str, np.ndarray]:
    """The arrays of the model in a snapshot, named as :func:`model_arrays` names them.

    Raises:
        UserError: The file is damaged.
    """
    return _of_model(migrated(read_npz(path)))


def set_model_arrays(model: chainer.Link, arrays: Mapping[str, np.ndarray]) -> None:
    """Gives a model the values that :func:`model_arrays` returned."""
    chainer.serializers.NpzDeserializer(arrays).load(model)


def save_model(model: chainer.Link, path: pathlib.Path) -> None:
    """Writes a snapshot of a model alone."""
    _write(path, {MODEL + name: array for name, array in model_arrays(model).items()})


def load_model(model: chainer.Link, path: pathlib.Path) -> None:
    """Reads the parameters of a model from a snapshot.

    Raises:
        UserError: If the snapshot is damaged or does not fit the model.
    """
    arrays = read_model_arrays(path)
    _require_fit(model_arrays(model), arrays, path)
    set_model_arrays(model, arrays)


def misfit(
        names: Iterable[str], ours: Mapping[str, np.ndarray],
        theirs: Mapping[str, np.ndarray]) -> tuple[str, tuple[int, ...] | None] | None:
    """The first of the arrays ``names`` that ``theirs`` cannot give to ``ours``.

    Returns:
        Its name and its shape in ``theirs``, ``None`` if it is not there or holds other things;
        ``None`` if all fit.
    """
    # Chainer does not compare shapes: it would stretch one class over all.
    for name in names:
        kinds = 'iu' if np.asarray(ours[name]).dtype.kind in 'iu' else 'f'     # counts, weights
        if name not in theirs or theirs[name].dtype.kind not in kinds:
            return name, None
        if np.shape(theirs[name]) != np.shape(ours[name]):
            return name, np.shape(theirs[name])
    return None


def _require_fit(ours, arrays, path):
    found = misfit(sorted(ours), ours, arrays)     # their order changes
    if found is not None:
        name, shape = found
        raise UserError(
            f'{path}: the snapshot does not fit the recipe and the labels beside it: {name} is '
            f'{"missing" if shape is None else shape}, expected {np.shape(ours[name])}')
    for name in ours:
        if not np.isfinite(arrays[name]).all():
            raise UserError(f'{path}: {name} holds values that are not finite, expected the '
                            'parameters of a network')


def _require_state(ours, arrays, path):
    """Raises UserError unless a training can go on with the rest, which Chainer takes unseen."""
    steps = int(path.stem.rpartition('-')[2])
    for name in STEPS:
        if name in arrays and arrays[name].tolist() != steps:
            raise UserError(f'{path}: {name} is {shown(arrays[name].tolist())}, expected {steps}, '
                            'as the name of the file says')
    for name, array in arrays.items():
        if not (name.startswith(OPTIMIZER) and name.endswith('/v')):
            continue
        expected = ours.get(name.removeprefix(OPTIMIZER).removesuffix('/v'))
        if (expected is None or array.shape != expected.shape or array.dtype.kind != 'f'
                or not np.isfinite(array).all()):
            raise UserError(f'{path}: {shown(name)} is not the velocity of one of the parameters')
    if LOG in arrays:
        try:
            records = json_value(str(arrays[LOG]))
        except ValueError:
            records = None
        if not isinstance(records, list) or not all(isinstance(one, dict) for one in records):
            raise UserError(f'{path}: {LOG} is no log of a training')


def _of_model(arrays):
    return {name.removeprefix(MODEL): array for name, array in arrays.items()
            if name.startswith(MODEL)}
