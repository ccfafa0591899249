"""The trained networks of the experiments: each is trained once, whoever needs it."""

import contextlib
import fcntl
import gc
import hashlib
import pathlib

from fashion_models.errors import UserError
from fashion_models.training import snapshots, train
from fashion_models.training.run import Run

#: Marks a run that came to its end.
FINISHED = 'finished'


class Interrupted(Exception):
    """A training was stopped by Ctrl-C, after a snapshot; the same command goes on with it."""


def trained_run(catalogue, recipe, seed, runs_folder, name, store=None):
    """A finished run of this recipe, catalogue and seed: found, gone on with, or trained now.

    Runs are known by what they are, not by their names: one that another experiment, or ``make
    train``, left in the folder serves if its catalogue's hash and every choice of its recipe are
    the same.

    The training runs in this process and shows its own progress. When it is finished, the network
    of the best epoch is kept; the snapshots to go on from, which are larger, are removed.

    Args:
        catalogue (~fashion_models.catalogue.io.Catalogue): On what.
        recipe (~fashion_models.training.recipe.Recipe): How, the seed aside.
        seed (int): Takes the place of the recipe's.
        runs_folder: Where the runs are.
        name (str): What a new run's folder is called, before the digest of what it is.
        store: Folder of image stores, where that of the catalogue is not to be written to.

    Returns:
        ~fashion_models.training.run.Run

    Raises:
        Interrupted: By Ctrl-C.
        UserError: If the recipe cannot be trained on the catalogue, or another process is at it.
    """
    runs_folder = pathlib.Path(runs_folder)
    recipe = recipe.replace(training__seed=seed)
    catalogue_hash = catalogue.hash()
    run = find_run(runs_folder, recipe, catalogue_hash)
    own = runs_folder / f'{name}-{_digest(recipe, catalogue_hash)}'
    if run is None:
        run = Run(own)
    elif (run.folder / FINISHED).exists():
        return run
    runs_folder.mkdir(parents=True, exist_ok=True)
    with _lock(run.folder):
        _train(run, recipe, catalogue, store)
        (run.folder / FINISHED).touch()
        if run.folder == own:
            for snapshot in snapshots.list_snapshots(run.snapshots):
                snapshot.unlink()
    return run


def find_run(runs_folder, recipe, catalogue_hash):
    """The run of a recipe, seed included, and a catalogue, finished or not; ``None`` if none is."""
    found = []
    for path in sorted(pathlib.Path(runs_folder).glob('*/provenance.json')):
        try:
            run = Run.open(path.parent)
            same = (
                run.recipe.hash() == recipe.hash()
                and run.recipe.training.epochs == recipe.training.epochs
                and run.provenance['catalogue']['hash'] == catalogue_hash)
        except UserError:   # a folder of something else, or of a recipe that is no longer known
            continue
        if same:
            found.append(run)
    finished = [run for run in found if (run.folder / FINISHED).exists()]
    return next(iter(finished + found), None)


def _train(run, recipe, catalogue, store):
    if run.last_snapshot() is not None:
        print(f'{run.folder}: going on')
        finished = train.resume(run, recipe, catalogue.folder, store=store)
    else:
        print(f'{run.folder}: training')
        # What an interrupted start left holds nothing yet.
        _, finished = train.train(recipe, catalogue.folder, run.folder, overwrite=True, store=store)
    gc.collect()    # the network, its replicas and its batches, which refer to each other
    if not finished:
        raise Interrupted(run.folder)


def _digest(recipe, catalogue_hash):
    text = f'{recipe.hash()} {recipe.training.epochs} {catalogue_hash}'
    return hashlib.sha256(text.encode()).hexdigest()[:8]


@contextlib.contextmanager
def _lock(folder):
    path = folder.with_name(f'.{folder.name}.lock')
    with open(path, 'w', encoding='utf-8') as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UserError(f'{folder}: another process is training it') from None
        yield
        path.unlink()
