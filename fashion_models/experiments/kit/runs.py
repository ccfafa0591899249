"""The trained networks of the experiments: each is trained once, whoever needs it."""

import contextlib
import dataclasses
import gc
import hashlib
import pathlib

from fashion_models.data.views import View
from fashion_models.errors import UserError
from fashion_models.files import locked, sha256
from fashion_models.training import snapshots, train
from fashion_models.training.learning_rate import REQUESTS
from fashion_models.training.run import PROVENANCE, Run


class Interrupted(Exception):
    """A training was stopped by Ctrl-C, after a snapshot; the same command goes on with it."""


def trained_run(catalogue, recipe, seed, runs_folder, name, view=None, init=None, store=None):
    """A finished run of this recipe, catalogue, seed and view: found, gone on with, or trained now.

    Runs are known by what they are, not by their names: one that another experiment, or ``make
    train``, left in the folder serves if it is finished, its catalogue's hash, its view, what it
    began with and every choice of its recipe are the same, and nobody changed its learning rate by
    hand.

    The training runs in this process and shows its own progress. When it is finished, the network
    of the best epoch is kept, and for a fold that of the last; the other snapshots, to go on from,
    are removed. Several processes may share a folder of runs: one that needs a run which another is
    training waits for it.

    Args:
        catalogue (~fashion_models.catalogue.io.Catalogue): On what.
        recipe (~fashion_models.training.recipe.Recipe): How, the seed aside.
        seed (int): Takes the place of the recipe's.
        runs_folder: Where the runs are.
        name (str): What a new run's folder is called, before the digest of what it is.
        view (~fashion_models.data.views.View): What to see of the catalogue.
        init: Folder of the run to begin with, or ``None``.
        store: Folder of image stores, where that of the catalogue is not to be written to.

    Returns:
        ~fashion_models.training.run.Run

    Raises:
        Interrupted: By Ctrl-C.
        UserError: If the recipe cannot be trained on the catalogue.
    """
    runs_folder = pathlib.Path(runs_folder)
    recipe = recipe.replace(training__seed=seed)
    view = view or View()
    sought = Identity.of_training(catalogue.hash(), recipe, view, init)
    run = find_run(runs_folder, sought)
    if run is not None:
        return run
    runs_folder.mkdir(parents=True, exist_ok=True)
    with _lock(runs_folder, sought):
        # Another process may have trained it, or begun to, while this one waited.
        run = find_run(runs_folder, sought)
        if run is None:
            run = _begun(runs_folder, sought) or Run(runs_folder / f'{name}-{sought.digest()}')
            _train(run, recipe, catalogue, view, init, store)
            _remove_snapshots(run)
    return run


def _remove_snapshots(run):
    """Of a finished run, those that are only there to go on from."""
    kept = 1 if run.view.folds else 0
    for snapshot in list(reversed(snapshots.list_snapshots(run.snapshots)))[kept:]:
        snapshot.unlink()
    (run.snapshots / snapshots.INITIAL).unlink(missing_ok=True)


@dataclasses.dataclass(frozen=True)
class Identity:
    """All that decides what a training gives."""

    catalogue_hash: str
    recipe_hash: str
    epochs: int
    view: View
    init: str | None    # SHA-256 of the snapshot begun with

    @classmethod
    def of_training(cls, catalogue_hash, recipe, view, init):
        """That of a training to come."""
        if init is not None:
            init = sha256(Run.open(init).snapshot('best'))
        return cls(catalogue_hash, recipe.hash(), recipe.training.epochs, view, init)

    @classmethod
    def of_run(cls, run):
        """That of a run."""
        provenance = run.provenance
        return cls(
            provenance['catalogue']['hash'], run.recipe.hash(), run.recipe.training.epochs,
            run.view, provenance.get('init', {}).get('sha256'))

    def digest(self):
        """Eight digits that tell it apart."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:8]


def find_run(runs_folder, identity):
    """The finished run of this identity; ``None`` if there is none."""
    return next((run for run in _runs(runs_folder, '*')
                 if run.finished and Identity.of_run(run) == identity), None)


def _begun(runs_folder, identity):
    """What an experiment left of the run when it was interrupted; ``None`` if nothing.

    A run of any other name may be somebody else's, at work on it.
    """
    return next(_runs(runs_folder, f'*-{identity.digest()}'), None)


def _runs(runs_folder, pattern):
    for path in sorted(pathlib.Path(runs_folder).glob(f'{pattern}/{PROVENANCE}')):
        try:
            run = Run.open(path.parent)
            run.recipe  # noqa: B018  (which may be of another version of the package)
        except UserError:
            continue
        if not (run.folder / REQUESTS).exists():    # of learning rates by hand
            yield run


def _train(run, recipe, catalogue, view, init, store):
    if run.last_snapshot() is not None:
        print(f'{run.folder}: going on')
        finished = train.resume(run, recipe, catalogue.folder, store=store)
    else:
        print(f'{run.folder}: training')
        # What an interrupted start left holds nothing yet.
        _, finished = train.train(
            recipe, catalogue.folder, run.folder, overwrite=True, store=store, init=init,
            view=view if view != View() else None)
    gc.collect()    # the network, its replicas and its batches, which refer to each other
    if not finished:
        raise Interrupted(run.folder)


@contextlib.contextmanager
def _lock(runs_folder, identity):
    """Keeps other processes from training the same run; ends with the process, if killed."""
    path = runs_folder / f'.{identity.digest()}.lock'

    def wait():
        print(f'{runs_folder}: waiting for another process, which is training the same network',
              flush=True)

    with locked(path, wait):
        yield
    # Those who wait for it find the run finished. Windows removes no file that is open.
    with contextlib.suppress(OSError):
        path.unlink()
