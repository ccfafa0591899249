"""Trains the network of a recipe on a catalogue, into a run folder."""

import dataclasses
import os
import pathlib
import platform
from collections.abc import Callable

from fashion_models.catalogue.io import open_catalogue
from fashion_models.catalogue.tasks import require
from fashion_models.data.crops import mean_image
from fashion_models.data.epoch import require_batch
from fashion_models.data.prepare import prepare
from fashion_models.data.products import require_products
from fashion_models.data.views import View
from fashion_models.data.vocabulary import Vocabulary
from fashion_models.devices import resolve
from fashion_models.errors import UserError
from fashion_models.files import atomic_write, sha256
from fashion_models.functions import backend
from fashion_models.functions.precision import require_precision
from fashion_models.parsing import json_file
from fashion_models.plural import counted
from fashion_models.processes import Processes
from fashion_models.provenance import provenance
from fashion_models.training import initial, snapshots
from fashion_models.training.choices import ALL, BATCH, CONVOLUTIONS, PLATEAU, SHARE
from fashion_models.training.model import build_model
from fashion_models.training.progress import tell
from fashion_models.training.recipe import Recipe
from fashion_models.training.run import Run
from fashion_models.training.run_files import FINISHED
from fashion_models.training.trainer import run_trainer


def train(
        recipe: Recipe, catalogue_folder: str | os.PathLike, out: str | os.PathLike,
        overwrite: bool = False, store: str | os.PathLike | None = None,
        init: str | os.PathLike | None = None, view: View | None = None,
        finish: Callable[[Run], object] | None = None,
        processes: Processes | None = None) -> tuple[Run, bool]:
    """Trains a new network; or goes on where a call with the same arguments was interrupted.

    Args:
        recipe: Every choice. Those of its tasks of which no product has a label are left out, which
            is printed; the run's own recipe is the one without them.
        catalogue_folder: The catalogue to train on.
        out: The run folder to make. What a killed start left there is made again; an unfinished run
            of the same recipe, catalogue, initial network and view is resumed, which is printed.
        overwrite: Whether to replace a run that is there.
        store: Folder of image stores; the catalogue's own if ``None``.
        init: Folder of a run whose trunk and encoder to begin with (see
            :func:`~fashion_models.training.initial.take_over`), instead of random ones.
        view: What to see of the catalogue; its own split and its products as they are if ``None``.
        finish: Called last with the run, before it counts as finished, to write what else belongs
            into its folder.
        processes: Those that train together; this is the first, and the others call
            :func:`follow`.

    Returns:
        The run, and whether the training came to its end (it was not interrupted).

    Raises:
        UserError: If something the user gave cannot be used.
    """
    processes = processes or Processes()
    devices = _devices(recipe, processes)
    if not overwrite and Run(out).unfinished:
        run = Run.open(out)
        _require_same(run, recipe, catalogue_folder, init, view or View())
        tell(f'{out}: holds a run of this recipe and catalogue that is not finished; resuming it')
        return run, resume(run, catalogue_folder=catalogue_folder, store=store, finish=finish,
                           processes=processes)
    if view is not None and view.folds and recipe.training.schedule == PLATEAU:
        raise UserError(
            f'training.schedule: found {PLATEAU!r}, which looks at the held-out fold; expected '
            'another for a training without a fold')
    Run(out).check_free(overwrite)
    origin = None if init is None else Run.open(init)
    catalogue = open_catalogue(catalogue_folder)
    images = prepare(catalogue, recipe.data.shorter_side, store)
    given = recipe
    for task in given.model.tasks:
        require(task, catalogue.tasks, f'{catalogue.folder}')
    vocabulary = Vocabulary.of(catalogue.products, given.model.tasks)
    left_out = [task for task in given.model.tasks if task not in vocabulary.tasks]
    if left_out:
        recipe = given.for_tasks(vocabulary.tasks)
        tell(f'not trained: {", ".join(left_out)}: no product of {catalogue.folder} has a label')
    products = (view or View()).products(catalogue, images, vocabulary)
    for split in 'train', 'validation':
        require_products(products[split], split, catalogue)
    require_batch(len(products['train']), recipe.training.batch_size)
    mean = mean_image(
        images, (image for own in products['train'].images for image in own), recipe.data.size)
    source = {**provenance(), 'catalogue': _describe(catalogue, images, products)}
    if left_out:
        source['given_recipe'] = given.to_toml()
    if processes.size > 1:
        source['processes'] = processes.size
    if view is not None:
        source['view'] = dataclasses.asdict(view)
    model = None
    if origin is not None:
        model = build_model(recipe, vocabulary.classes)
        source['init'] = initial.take_over(model, origin)
        for line in initial.describe(source['init']):
            tell(line)
    with Run(out).locked():
        run = Run.create(out, recipe, vocabulary, mean, source, overwrite, model)
        _lead(run, images, catalogue.folder, store, devices, processes)
        return run, _ended(run, run_trainer(run, products, devices, processes), finish, processes)


def resume(
        run: Run, recipe: Recipe | None = None,
        catalogue_folder: str | os.PathLike | None = None, epochs: int | None = None,
        store: str | os.PathLike | None = None,
        finish: Callable[[Run], object] | None = None,
        processes: Processes | None = None) -> bool:
    """Resumes a training that was interrupted, or extends one.

    Args:
        run: The run to resume.
        recipe: If given, must be that of the run.
        catalogue_folder: Where the catalogue is now; where it was if ``None``.
        epochs: New number of epochs; that of the recipe if ``None``.
        store: Folder of image stores; the catalogue's own if ``None``.
        finish: As of :func:`train`.
        processes: As of :func:`train`; they need not be as many as before.

    Returns:
        Whether the training came to its end.

    Raises:
        UserError: If recipe, catalogue or labels are not those of the run, or another process
            trains it.
    """
    processes = processes or Processes()
    with run.locked():
        finished = _resume(run, recipe, catalogue_folder, epochs, store, processes)
        return _ended(run, finished, finish, processes)


def follow(processes: Processes) -> None:
    """Takes part in the training that the first process leads with :func:`train` or :func:`resume`.

    The catalogue is read from the same folder as there, and so is the image store, which is made
    where this machine has none.

    Args:
        processes: Those that train together.

    Raises:
        UserError: If this machine lacks something that the training needs.
    """
    processes.wait()
    run, folder, store = processes.broadcast(None)
    devices = _devices(run.recipe, processes)
    catalogue = open_catalogue(folder)
    images = prepare(catalogue, run.recipe.data.shorter_side, store, progress=False)
    _require_alike(images, devices, processes)
    run_trainer(run, run.view.products(catalogue, images, run.vocabulary), devices, processes)
    processes.wait()


def _lead(run, images, folder, store, devices, processes):
    """Tells the other processes what to train, and the user who they are."""
    # What has been read of the run goes with it: the others may not see its folder.
    for part in 'recipe', 'vocabulary', 'mean', 'provenance':
        getattr(run, part)
    processes.wait()
    processes.broadcast((run, os.path.abspath(folder), store and os.path.abspath(store)))
    _require_alike(images, devices, processes)


def _require_alike(images, devices, processes):
    """Raises UserError unless all processes see the same pictures, on as many devices."""
    engine = backend.engine() if str(devices[0]) == '@numpy' else 'a GPU'
    own = platform.node(), engine, len(devices), images.key
    everybody = processes.gather(own)
    machine, _, g, key = everybody[0]
    for other, _, other_g, other_key in everybody[1:]:
        if other_key != key:
            raise UserError(
                f'the pictures of the catalogue on {other} are not those on {machine}; copy the '
                'catalogue again, or use one folder for all')
        if other_g != g:
            raise UserError(
                f'a process on {other} has {counted(other_g, "device")}, one on {machine} {g}; '
                'start as many processes on each machine')
    if processes.first and processes.size > 1:
        for name, engine in dict.fromkeys((name, engine) for name, engine, *_ in everybody):
            number = sum((name, engine) == other[:2] for other in everybody)
            tell(f'{name}: {counted(number, "process")}, '
                 f'{counted(g, "device")} each, with {engine}')


def _require_same(run, recipe, catalogue_folder, init, view):
    """Raises UserError unless the run was begun with these arguments."""
    same = {
        'recipe': recipe.hash() in (run.recipe.hash(), run.given_recipe.hash()),
        'number of epochs': recipe.training.epochs == run.recipe.training.epochs,
        'catalogue': open_catalogue(catalogue_folder).hash() == run.provenance['catalogue']['hash'],
        'initial network': run.provenance.get('init', {}).get('sha256') == (
            None if init is None else sha256(Run.open(init).snapshot('best'))),
        'view': run.view == view}
    if other := [name for name, fits in same.items() if not fits]:
        raise UserError(
            f'{run.folder}: holds an unfinished run of another {" and ".join(other)}; resume it '
            '(resume), overwrite it (overwrite) or choose another folder')


def _resume(run, recipe, catalogue_folder, epochs, store, processes):
    if recipe is not None and recipe.hash() not in (run.recipe.hash(), run.given_recipe.hash()):
        raise UserError(
            f'{run.folder}: the run was made with another recipe; resume it with its own, '
            'or start a new run')
    if run.finished and run.last_snapshot() is None:
        raise UserError(
            f'{run.folder}: is finished, and the snapshots that it could be resumed from were '
            'removed, as experiments do; train a new run')
    run.check_vocabulary()
    run.require_intact()
    run.remove_leftovers()
    if epochs is not None:
        _require_extensible(run, epochs)
    devices = _devices(run.recipe, processes)
    known = run.provenance['catalogue']
    catalogue = open_catalogue(catalogue_folder or known['folder'])
    if catalogue.hash() != known['hash']:
        raise UserError(
            f'{catalogue.folder}: not the catalogue that the run was started on (its content '
            'has changed since); start a new run')
    images = prepare(catalogue, run.recipe.data.shorter_side, store)
    if epochs is not None:
        # Not before all else is sure, lest a finished run seem to have been trained so long.
        (run.folder / FINISHED).unlink(missing_ok=True)
        run.save_recipe(run.recipe.replace(training__epochs=epochs))
    _lead(run, images, catalogue.folder, store, devices, processes)
    products = run.view.products(catalogue, images, run.vocabulary)
    return run_trainer(run, products, devices, processes)


def _require_extensible(run, epochs):
    """Raises UserError if a run cannot be resumed, or has been trained for more epochs."""
    snapshots.newest_intact(run.snapshots, tell)
    log = run.folder / 'log.json'
    done = _epochs_in(log) if log.exists() else 0
    if epochs < done:
        raise UserError(
            f'{run.folder}: epochs: found {epochs}, expected {done} or more, which are trained '
            'already')


def _epochs_in(log):
    try:
        return int(json_file(log)[-1]['epoch'])
    except (ValueError, TypeError, LookupError):
        raise UserError(f'{log}: is damaged: expected a list of epochs') from None


def _devices(recipe, processes):
    devices = resolve(recipe.training.devices, processes.rank_here, processes.size_here)
    b, g, p = recipe.training.batch_size, len(devices), processes.size
    if b % (g * p):
        devices = f'{g} devices' if p == 1 else f'{p} processes, {counted(g, "device")} each'
        raise UserError(
            f'batch size {b} cannot be shared evenly by {devices} (b % g must be 0); change '
            'training.batch_size or training.devices in the recipe')
    if g > 1 and recipe.training.normalize_over == BATCH:
        raise UserError(
            f'training.normalize_over is {BATCH!r}, which takes one device a process; found {g}')
    if (b == g * p and recipe.model.normalization == ALL
            and recipe.training.normalize_over == SHARE):
        raise UserError(
            f'batch size {b}: each device has one product, whose values normalization would make '
            f'zero; expected training.batch_size {2 * b} or more, or model.normalization '
            f'{CONVOLUTIONS!r}')
    require_precision(recipe.training.precision, devices)
    return devices


def _describe(catalogue, images, products):
    return {
        'folder': str(pathlib.Path(catalogue.folder).resolve()),
        'name': catalogue.header.name, 'version': catalogue.header.version,
        'hash': images.catalogue_hash, 'images': len(images),
        'products': {split: len(part) for split, part in products.items()},
        'dropped_images': len(images.dropped['images']),
        'dropped_products': len(images.dropped['products'])}


def _ended(run, finished, finish, processes):
    if finished:
        if finish:
            finish(run)
        with atomic_write(run.folder / FINISHED):
            pass
    processes.wait()
    return finished
