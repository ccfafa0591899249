"""The trained networks of the experiments: each is trained once, then reused."""

import contextlib
import dataclasses
import gc
import hashlib
import os
import pathlib
from collections.abc import Iterator, Sequence

from fashion_models.catalogue.io import Catalogue
from fashion_models.data.views import View
from fashion_models.devices import count
from fashion_models.errors import UserError
from fashion_models.experiments.kit.results import training_seconds
from fashion_models.files import locked, sha256
from fashion_models.plural import counted
from fashion_models.training import snapshots, train
from fashion_models.training.learning_rate import REQUESTS
from fashion_models.training.recipe import Recipe
from fashion_models.training.run import Run
from fashion_models.training.run_files import PROVENANCE

#: What the networks of an experiment are that differ in their seeds only: their name, their recipe
#: (``None`` is the experiment's own) and their view.
Kind = tuple[str, Recipe | None, View | None]


class Interrupted(Exception):
    """A training was stopped by Ctrl-C, after a snapshot; the same command resumes it."""


def trained_run(
        catalogue: Catalogue, recipe: Recipe, seed: int, runs_folder: str | os.PathLike, name: str,
        view: View | None = None, init: str | os.PathLike | None = None,
        store: str | os.PathLike | None = None, place: str = '') -> Run:
    """A finished run of this recipe, catalogue, seed and view: reused, resumed or trained.

    Runs are known by what they are, not by their names. One that another experiment or ``make
    train`` left in the folder is reused if it is finished, has the same catalogue hash, view,
    initial network and recipe, and nobody changed its learning rate by hand.

    The training runs in this process and shows its own progress. When it is finished, the network
    of the best epoch is kept, and for a fold that of the last; other snapshots are removed. Several
    processes may share a folder of runs: one that needs a run which another is training waits for
    it.

    Args:
        catalogue: The products.
        recipe: How to train; its seed is replaced.
        seed: Of parameters, batches and dropout.
        runs_folder: Folder of the runs.
        name: Start of a new run's folder name; a digest of what the run is follows.
        view: What to see of the catalogue.
        init: Folder of the run to begin with.
        store: Folder of image stores, where that of the catalogue must not be written to.
        place: The place of this network among others, shown when it is trained; see
            :func:`progress`.

    Raises:
        Interrupted: After Ctrl-C.
        UserError: If the recipe cannot be trained on the catalogue, or the finished run is damaged.
    """
    runs_folder = pathlib.Path(runs_folder)
    recipe = recipe.replace(training__seed=seed)
    view = view or View()
    sought = Identity.of_training(catalogue.hash(), recipe, view, init)
    run = find_run(runs_folder, sought)
    # A lock that is there may be all that a killed process has not cleared up.
    if run is None or _lock_file(runs_folder, sought).exists():
        runs_folder.mkdir(parents=True, exist_ok=True)
        with _lock(runs_folder, sought):
            # Another process may have trained it, or begun to, while this one waited.
            run = find_run(runs_folder, sought)
            if run is None:
                run = Run(run_folder(runs_folder, sought, name))
                _require_unfinished(run)
                _train(run, recipe, catalogue, view, init, store, place)
            if run.folder.name.endswith(sought.digest()):    # not one of somebody's own
                _remove_snapshots(run)
                printed_to(run.folder).unlink(missing_ok=True)
    _require_whole(run)
    run.devices = recipe.training.devices
    return run


def _require_unfinished(run):
    """Raises UserError if a training would overwrite a finished run that cannot be recognised."""
    if not run.finished:
        return
    if (run.folder / REQUESTS).exists():
        raise UserError(
            f'{run.folder}: its learning rate was set by hand, so it is not the network that is '
            'sought; move it away, and the same command trains that')
    try:
        Identity.of_run(Run.open(run.folder))
    except UserError as error:
        raise _damaged(run, error) from None
    raise _damaged(run, f'{run.folder}: its recipe or its provenance was changed')


def _require_whole(run):
    """Raises UserError if what experiments use of a finished run is damaged."""
    try:
        run.require_intact()
    except UserError as error:
        raise _damaged(run, error) from None
    for which in ('best', 'last') if run.view.folds else ('best',):
        try:
            path = run.snapshot(which)
        except UserError:
            raise _damaged(run, f'{run.folder}: its {which} snapshot is missing') from None
        if not snapshots.is_intact(path):
            raise _damaged(run, f'{path}: is damaged')


def _damaged(run, what):
    return UserError(f'{what}; remove {run.folder}, and the same command trains it anew')


def progress(networks: int, before: Sequence[Run], count: int = 1, jobs: int = 1) -> str:
    """The place of the next of several networks: ``network 3 of 19, about 12 minutes left``.

    Args:
        networks: How many there are, reused ones included.
        before: Those that are finished. Their mean training time tells how long the next ones
            take; without any no time is given.
        count: How many are next: ``networks 4 to 9 of 19, about 30 minutes left``.
        jobs: How many are trained at a time.
    """
    number = len(before) + 1
    networks = max(networks, len(before) + count)
    place = (f'network {number} of {networks}' if count == 1 else
             f'networks {number} to {len(before) + count} of {networks}')
    if not before:
        return place
    seconds = sum(map(training_seconds, before)) / len(before) * (networks - len(before)) / jobs
    return f'{place}, about {duration(seconds)} left'


def duration(seconds: float) -> str:
    """A time in a unit of which there are two at least, as in ``90 seconds``."""
    units = ('hour', 3600), ('minute', 60), ('second', 1)
    unit, length = next((one for one in units if seconds >= 2 * one[1]), units[-1])
    number = max(1, round(seconds / length))
    return counted(number, unit)


def _remove_snapshots(run):
    """Removes the snapshots of a finished run that only served to resume it."""
    kept = 1 if run.view.folds else 0
    for snapshot in list(reversed(snapshots.list_snapshots(run.snapshots)))[kept:]:
        snapshot.unlink(missing_ok=True)    # another process may be at it, too
    (run.snapshots / snapshots.INITIAL).unlink(missing_ok=True)


@dataclasses.dataclass(frozen=True)
class Identity:
    """Everything that decides the outcome of a training.

    A CPU and a GPU round differently, and that is all: a finished run of one serves where one of
    the other is sought. The number of devices counts, for each normalises its own share.

    Attributes:
        catalogue_hash: Of the products.
        recipe_hash: Of the recipe, on so many replicas on the CPU.
        epochs: Their number.
        view: Of the catalogue.
        init: SHA-256 of the initial snapshot, or ``None``.
        devices: The recipe's. Those of another kind are as good, but cannot resume what these have
            begun.
    """

    catalogue_hash: str
    recipe_hash: str
    epochs: int
    view: View
    init: str | None
    devices: str = dataclasses.field(compare=False)

    @classmethod
    def of_training(
            cls, catalogue_hash: str, recipe: Recipe, view: View,
            init: str | os.PathLike | None) -> 'Identity':
        """That of a training to come."""
        if init is not None:
            init = sha256(Run.open(init).snapshot('best'))
        return cls(catalogue_hash, _on_cpu(recipe).hash(), recipe.training.epochs, view, init,
                   recipe.training.devices)

    @classmethod
    def of_run(cls, run: Run) -> 'Identity':
        """That of a run."""
        provenance = run.provenance
        return cls(
            provenance['catalogue']['hash'], _on_cpu(run.given_recipe).hash(),
            run.recipe.training.epochs, run.view, provenance.get('init', {}).get('sha256'),
            run.given_recipe.training.devices)

    def digest(self) -> str:
        """Eight hexadecimal digits."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:8]


def _on_cpu(recipe):
    """The recipe, on as many replicas on the CPU as it names devices."""
    replicas = count(recipe.training.devices)
    return recipe.replace(
        training__devices='@numpy' if replicas == 1 else f'@numpy*{replicas}')


def find_run(runs_folder: str | os.PathLike, identity: Identity) -> Run | None:
    """The finished run of this identity; ``None`` if there is none."""
    return next((run for run in _runs(runs_folder, '*')
                 if run.finished and Identity.of_run(run) == identity), None)


def run_folder(
        runs_folder: str | os.PathLike, identity: Identity, name: str) -> pathlib.Path:
    """The folder in which a run is trained: one that was begun before, whatever its name, or new.

    Args:
        runs_folder: Folder of the runs.
        identity: Of the run.
        name: Start of a new folder's name.
    """
    begun = _begun(runs_folder, identity)
    return pathlib.Path(runs_folder, f'{name}-{identity.digest()}') if begun is None else (
        begun.folder)


def printed_to(folder: pathlib.Path) -> pathlib.Path:
    """The text file for what is printed by a training beside others; gone once that is finished."""
    return folder.with_name(f'{folder.name}.txt')


def _begun(runs_folder, identity):
    """The run that an interrupted experiment left unfinished; ``None`` if there is none.

    A run of any other name may be in training elsewhere.
    """
    return next(_runs(runs_folder, f'*-{identity.digest()}'), None)


def _runs(runs_folder, pattern) -> Iterator[Run]:
    for path in sorted(pathlib.Path(runs_folder).glob(f'{pattern}/{PROVENANCE}')):
        try:
            run = Run.open(path.parent)
            # Another version of the package may have written them; another process that trains
            # them anew may have just removed them.
            run.recipe, run.provenance  # noqa: B018
        except (UserError, FileNotFoundError):
            continue
        if not (run.folder / REQUESTS).exists():    # learning rates set by hand
            yield run


def _train(run, recipe, catalogue, view, init, store, place):
    place = f' ({place})' if place else ''
    if run.last_snapshot() is not None:
        print(f'{run.folder}: resuming{place}', flush=True)
        finished = train.resume(run, recipe, catalogue.folder, store=store)
    else:
        print(f'{run.folder}: training{place}', flush=True)
        # A start that was interrupted before its first snapshot left nothing of use.
        _, finished = train.train(
            recipe, catalogue.folder, run.folder, overwrite=True, store=store, init=init,
            view=view if view != View() else None)
    gc.collect()    # the network, its replicas and its batches, which refer to each other
    if not finished:
        raise Interrupted(run.folder)


def _lock_file(runs_folder, identity):
    return runs_folder / f'.{identity.digest()}.lock'


@contextlib.contextmanager
def _lock(runs_folder, identity):
    """Keeps other processes from training the same run; a killed process releases it."""
    path = _lock_file(runs_folder, identity)

    def wait():
        print(f'{runs_folder}: waiting for another process, which is training the same network',
              flush=True)

    with locked(path, wait):
        yield
    # Those who wait for it find the run finished. Windows removes no file that is open.
    with contextlib.suppress(OSError):
        path.unlink()
