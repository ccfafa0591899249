"""Networks trained side by side: each in a process of its own, with its share of the cores.

The step of a small network is too short to keep several cores busy: each does better with a
training of its own.
"""

import contextlib
import dataclasses
import multiprocessing
import os
import pathlib
import signal
import sys
from collections.abc import Iterator, Sequence
from multiprocessing.connection import wait

import tqdm

from fashion_models.catalogue.io import Catalogue, open_catalogue
from fashion_models.data.prepare import prepare
from fashion_models.data.views import View
from fashion_models.devices import usable_cores
from fashion_models.errors import UserError
from fashion_models.experiments.kit.runs import (
    Identity,
    Interrupted,
    printed_to,
    run_folder,
    trained_run,
)
from fashion_models.parsing import json_file
from fashion_models.plural import counted
from fashion_models.training.recipe import Recipe
from fashion_models.workers import (
    ctrl_c_later,
    follow_parent,
    refuse_while_spawned,
    require_guard,
)

#: Exit status of a process whose training was interrupted.
_INTERRUPTED = 130


@dataclasses.dataclass(frozen=True)
class Network:
    """A network to train: arguments of :func:`~fashion_models.experiments.kit.runs.trained_run`."""

    name: str
    seed: int
    recipe: Recipe
    view: View = View()
    init: str | None = None

    def identity(self, catalogue_hash: str) -> Identity:
        """What decides its outcome."""
        return Identity.of_training(
            catalogue_hash, self.recipe.replace(training__seed=self.seed), self.view, self.init)


def train_side_by_side(
        catalogue: Catalogue, networks: Sequence[Network], runs_folder: str | os.PathLike,
        jobs: int, place: str = '') -> None:
    """Trains networks, ``jobs`` at a time, and shows how many of all epochs are done.

    What a training prints goes to a text file beside its run, which is removed when it succeeds.

    Args:
        catalogue: The products.
        networks: Each another; what is finished already costs nothing.
        runs_folder: Folder of the runs.
        jobs: Number of processes.
        place: Their place among others, shown at the start; see
            :func:`~fashion_models.experiments.kit.runs.progress`.

    Raises:
        Interrupted: After Ctrl-C; every training that had begun has left a snapshot.
        UserError: A training failed; the others that had begun have left a snapshot.
    """
    refuse_while_spawned()
    require_guard()
    runs_folder = pathlib.Path(runs_folder)
    runs_folder.mkdir(parents=True, exist_ok=True)
    for shorter_side in {network.recipe.data.shorter_side for network in networks}:
        prepare(catalogue, shorter_side)
    catalogue_hash = catalogue.hash()
    # Of several networks of one name, such as schedules that are tried, each has its own.
    waiting = [
        (network, run_folder(runs_folder, network.identity(catalogue_hash), network.name))
        for network in networks]
    running = {}
    epochs = sum(network.recipe.training.epochs for network in networks)
    print(f'{runs_folder}: training {counted(len(networks), "network")}, {jobs} at a time'
          f'{place and f": {place}"}', flush=True)

    def reached(unfinished):
        """How many of all epochs are done, those before an interruption included."""
        return epochs - sum(network.recipe.training.epochs - _epochs(folder)
                            for network, folder in unfinished)

    seen = sys.stderr.isatty()
    often = {} if seen else {'mininterval': 60, 'maxinterval': 60}      # a file keeps every line
    with tqdm.tqdm(total=epochs, initial=reached(waiting), unit='epoch', dynamic_ncols=True,
                   **often) as bar, _threads(jobs):
        try:
            while waiting or running:
                while waiting and len(running) < jobs:
                    network, folder = waiting.pop(0)
                    process = _start(catalogue, network, runs_folder, printed_to(folder))
                    running[process.sentinel] = process, network, folder
                for sentinel in wait(running, timeout=1):
                    process, _, folder = running.pop(sentinel)
                    process.join()
                    _check(process, printed_to(folder))
                unfinished = [(network, folder) for _, network, folder in running.values()]
                bar.update(reached(unfinished + waiting) - bar.n)
                if seen:
                    bar.refresh()
        except KeyboardInterrupt:
            bar.clear()
            print('stopping: each training finishes its step and saves a snapshot', flush=True)
            raise Interrupted(runs_folder) from None
        finally:
            for process, *_ in running.values():
                process.terminate()     # which ends a training after its step, with a snapshot
            for process, *_ in running.values():
                process.join()


@contextlib.contextmanager
def _threads(jobs) -> Iterator[None]:
    """Gives each process that is started meanwhile its share of the cores."""
    name = 'OMP_NUM_THREADS'
    before = os.environ.get(name)
    os.environ[name] = str(max(1, usable_cores() // jobs))
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


def _start(catalogue, network, runs_folder, log_path):
    process = multiprocessing.get_context('spawn').Process(
        target=_train, args=(catalogue.folder, network, runs_folder, log_path))
    with ctrl_c_later():
        process.start()
    return process


def _train(catalogue_folder, network, runs_folder, log_path):
    """Trains one network; what a process runs."""
    follow_parent()
    # Both streams at once, those of libraries included.
    log_path.unlink(missing_ok=True)    # not written through, if it is a link
    log = os.open(log_path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    for stream in sys.stdout, sys.stderr:
        os.dup2(log, stream.fileno())
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(_INTERRUPTED))    # before the first step
    try:
        trained_run(
            open_catalogue(catalogue_folder), network.recipe, network.seed, runs_folder,
            network.name, network.view, network.init)
    except Interrupted:
        sys.exit(_INTERRUPTED)
    except UserError as error:
        print(error)
        sys.exit(2)


def _check(process, log):
    if process.exitcode == _INTERRUPTED:
        raise KeyboardInterrupt
    if process.exitcode:
        text = log.read_text(encoding='utf-8', errors='replace') if log.exists() else ''
        last = (text.strip().splitlines() or [f'ended with status {process.exitcode}'])[-1]
        raise UserError(f'{log}: the training failed: {last}')


def _epochs(folder):
    """Number of epochs that a run has been trained."""
    try:
        return len(json_file(folder / 'log.json'))
    except (OSError, ValueError, TypeError):
        return 0
