"""Trains the network of a recipe on a catalogue, into a run folder."""

import dataclasses
import json
import os
import pathlib
import sys
from collections.abc import Callable, Mapping, Sequence

import chainer
import tqdm
from chainer import training
from chainer.training import extensions

from fashion_models.catalogue.io import open_catalogue
from fashion_models.catalogue.tasks import require
from fashion_models.data.batches import TrainingIterator
from fashion_models.data.crops import mean_image
from fashion_models.data.epoch import require_batch
from fashion_models.data.prepare import prepare
from fashion_models.data.products import ProductSet, require_products
from fashion_models.data.views import View
from fashion_models.data.vocabulary import Vocabulary
from fashion_models.devices import resolve
from fashion_models.errors import UserError
from fashion_models.files import atomic_write, sha256
from fashion_models.functions.precision import require_precision, using_precision
from fashion_models.parsing import json_file
from fashion_models.provenance import provenance
from fashion_models.training import initial, progress, snapshots
from fashion_models.training.besides import build_besides, meetings
from fashion_models.training.evaluation import ValidationEvaluation
from fashion_models.training.graph import write_graph
from fashion_models.training.interrupt import Interrupt
from fashion_models.training.learning_rate import LearningRateControl
from fashion_models.training.model import build_loss, build_model
from fashion_models.training.optimizer import MomentumSGD
from fashion_models.training.recipe import Recipe
from fashion_models.training.run import FINISHED, Run
from fashion_models.training.updater import MasterReplicasUpdater, NonFiniteLossError


def train(
        recipe: Recipe, catalogue_folder: str | os.PathLike, out: str | os.PathLike,
        overwrite: bool = False, store: str | os.PathLike | None = None,
        init: str | os.PathLike | None = None, view: View | None = None,
        finish: Callable[[Run], object] | None = None) -> tuple[Run, bool]:
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

    Returns:
        The run, and whether the training came to its end (it was not interrupted).

    Raises:
        UserError: If something the user gave cannot be used.
    """
    devices = _devices(recipe)
    if not overwrite and Run(out).unfinished:
        run = Run.open(out)
        _require_same(run, recipe, catalogue_folder, init, view or View())
        tell(f'{out}: holds a run of this recipe and catalogue that is not finished; resuming it')
        return run, resume(run, catalogue_folder=catalogue_folder, store=store, finish=finish)
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
        return run, _ended(run, _run(run, products, devices), finish)


def resume(
        run: Run, recipe: Recipe | None = None,
        catalogue_folder: str | os.PathLike | None = None, epochs: int | None = None,
        store: str | os.PathLike | None = None,
        finish: Callable[[Run], object] | None = None) -> bool:
    """Resumes a training that was interrupted, or extends one.

    Args:
        run: The run to resume.
        recipe: If given, must be that of the run.
        catalogue_folder: Where the catalogue is now; where it was if ``None``.
        epochs: New number of epochs; that of the recipe if ``None``.
        store: Folder of image stores; the catalogue's own if ``None``.
        finish: As of :func:`train`.

    Returns:
        Whether the training came to its end.

    Raises:
        UserError: If recipe, catalogue or labels are not those of the run, or another process
            trains it.
    """
    with run.locked():
        return _ended(run, _resume(run, recipe, catalogue_folder, epochs, store), finish)


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
            f'{run.folder}: holds an unfinished run of another {" and ".join(other)}; resume it, '
            'overwrite it or choose another folder')


def _resume(run, recipe, catalogue_folder, epochs, store):
    if recipe is not None and recipe.hash() not in (run.recipe.hash(), run.given_recipe.hash()):
        raise UserError(
            f'{run.folder}: the run was made with another recipe; resume it with its own, '
            'or start a new run')
    run.check_vocabulary()
    run.remove_leftovers()
    if epochs is not None:
        _extend(run, epochs)
    devices = _devices(run.recipe)
    known = run.provenance['catalogue']
    catalogue = open_catalogue(catalogue_folder or known['folder'])
    if catalogue.hash() != known['hash']:
        raise UserError(
            f'{catalogue.folder}: not the catalogue that the run was started on (its content '
            'has changed since); start a new run')
    images = prepare(catalogue, run.recipe.data.shorter_side, store)
    return _run(run, run.view.products(catalogue, images, run.vocabulary), devices)


def _extend(run, epochs):
    """Gives a run another number of epochs, unless it cannot be resumed or has trained longer."""
    snapshots.newest_intact(run.snapshots, tell)
    log = run.folder / 'log.json'
    done = _epochs_in(log) if log.exists() else 0
    if epochs < done:
        raise UserError(
            f'{run.folder}: epochs: found {epochs}, expected {done} or more, which are trained '
            'already')
    run.save_recipe(run.recipe.replace(training__epochs=epochs))


def _epochs_in(log):
    try:
        return int(json_file(log)[-1]['epoch'])
    except (ValueError, TypeError, LookupError):
        raise UserError(f'{log}: is damaged: expected a list of epochs') from None


def _devices(recipe):
    devices = resolve(recipe.training.devices)
    b, g = recipe.training.batch_size, len(devices)
    if b % g:
        raise UserError(
            f'batch size {b} cannot be shared evenly by {g} devices (b % g must be 0); change '
            'training.batch_size or training.devices in the recipe')
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


def build_trainer(
        run: Run, products: Mapping[str, ProductSet], devices: Sequence[chainer.backend.Device],
        interrupted: Callable[[], bool] = lambda: False) -> training.Trainer:
    """The Chainer trainer of a run.

    Args:
        run: Gives recipe, vocabulary, mean image and folder.
        products: The products of each split.
        devices: g devices.
        interrupted: Asked after each iteration whether to stop.

    Returns:
        The trainer, with all extensions but the progress bar.
    """
    recipe = run.recipe.training
    model = build_model(run.recipe, run.vocabulary.classes)
    optimizer = MomentumSGD(recipe.learning_rate, recipe.momentum, recipe.weight_decay)
    optimizer.setup(model)
    iterator = TrainingIterator(
        products['train'], run.mean, recipe.batch_size, recipe.seed, run.recipe.data.max_images,
        run.recipe.data.mirror, epoch_batches=recipe.epoch_batches, accepted=recipe.accepted,
        examples=run.recipe.data.examples, meetings=meetings(run.recipe, products['train']))
    loss = build_loss(run.recipe)
    updater = MasterReplicasUpdater(
        iterator, optimizer, devices, recipe.seed, loss,
        build_besides(run.recipe, products['train'], optimizer))
    trainer = training.Trainer(
        updater, lambda trainer: interrupted() or updater.epoch >= recipe.epochs,
        out=str(run.folder))
    tasks = run.vocabulary.tasks
    trainer.extend(ValidationEvaluation(
        products['validation'], run.mean, accepted=recipe.accepted, loss=loss))
    trainer.extend(extensions.LogReport(
        filename='log.json',
        postprocess=lambda record: progress.complete_record(record, optimizer)), name='log')
    trainer.extend(progress.EpochTable(tasks, tell=tell))
    trainer.extend(progress.Plots(tasks))
    trainer.extend(LearningRateControl(
        optimizer, recipe, iterator.batches_per_epoch, run.folder, tell))
    trainer.extend(snapshots.Snapshots(run.snapshots, run.recipe.hash()))
    return trainer


def _run(run, products, devices):
    (run.folder / FINISHED).unlink(missing_ok=True)
    with Interrupt() as interrupt, using_precision(run.recipe.training.precision):
        trainer = build_trainer(run, products, devices, lambda: interrupt.requested)
        updater = trainer.updater
        last = snapshots.newest_intact(run.snapshots, tell)
        if last is not None:
            snapshots.resume(trainer, last, run.recipe.hash())
            tell(f'resuming from {last.name}')
        else:
            if 'init' in run.provenance:
                snapshots.load_model(updater.master, _initial_snapshot(run))
            updater.on_first_loss = lambda loss: write_graph(loss, run.folder)
        iterator = updater.get_iterator('main')
        trainer.extend(progress.Progress(
            run.recipe.training.epochs * iterator.batches_per_epoch, updater.iteration))
        try:
            trainer.run(show_loop_exception_msg=False)
        except NonFiniteLossError as error:
            raise _name_batch(error, run, products['train']) from error
        trainer.get_extension('snapshots').take(trainer)
    return updater.epoch >= run.recipe.training.epochs


def _ended(run, finished, finish):
    if finished:
        if finish:
            finish(run)
        (run.folder / FINISHED).touch()
    return finished


def _initial_snapshot(run):
    path = run.snapshots / snapshots.INITIAL
    if not path.exists():
        raise UserError(
            f'{path}: is missing, so that this training, which began with another run\'s network, '
            'cannot begin again; start a new one')
    return path


def _name_batch(error, run, products):
    ids = [products.ids[row] for row in error.products]
    path = run.folder / 'bad-batch.json'
    with atomic_write(path, 'w', encoding='utf-8') as file:
        json.dump({'iteration': error.iteration, 'loss': str(error.loss), 'products': ids}, file,
                  ensure_ascii=False, indent=1)
    return UserError(
        f'iteration {error.iteration}: the loss is {error.loss}, in a batch of the products '
        f'{", ".join(ids[:3])}, … (all in {path}); the parameters were not changed by it. A lower '
        'learning rate often helps: set one with "fashion-models lr", then resume the run')


def tell(line: str) -> None:
    """Prints a line without disturbing the progress bar."""
    tqdm.tqdm.write(line, file=sys.stdout)
    sys.stdout.flush()
