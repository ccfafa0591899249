"""Trains the network of a recipe on a catalogue, into a run folder."""

import dataclasses
import json
import pathlib
import sys

import tqdm
from chainer import training
from chainer.training import extensions

from fashion_models.catalogue.io import open_catalogue
from fashion_models.data.batches import TrainingIterator
from fashion_models.data.crops import mean_image
from fashion_models.data.epoch import require_batch
from fashion_models.data.prepare import prepare
from fashion_models.data.products import require_products
from fashion_models.data.views import View
from fashion_models.data.vocabulary import Vocabulary
from fashion_models.devices import resolve
from fashion_models.errors import UserError
from fashion_models.files import atomic_write
from fashion_models.provenance import provenance
from fashion_models.training import initial, report, snapshots
from fashion_models.training.evaluation import ValidationEvaluation
from fashion_models.training.graph import write_graph
from fashion_models.training.interrupt import Interrupt
from fashion_models.training.learning_rate import LearningRateControl
from fashion_models.training.model import build_loss, build_model
from fashion_models.training.optimizer import MomentumSGD
from fashion_models.training.run import FINISHED, Run
from fashion_models.training.updater import MasterReplicasUpdater, NonFiniteLossError


def train(recipe, catalogue_folder, out, overwrite=False, store=None, init=None, view=None):
    """Trains a new network.

    Args:
        recipe (~fashion_models.training.recipe.Recipe): How.
        catalogue_folder: On what.
        out: The run folder to make.
        overwrite (bool): Whether to replace a run that is there.
        store: Folder of image stores, where that of the catalogue is not to be written to.
        init: Folder of a run whose trunk and encoder to begin with (see
            :func:`~fashion_models.training.initial.take_over`), instead of random ones.
        view (~fashion_models.data.views.View): What to see of the catalogue; its own split and its
            products as they are if ``None``.

    Returns:
        tuple: The :class:`Run`, and whether the training came to its end (it was not interrupted).

    Raises:
        UserError: If something the user gave cannot be used.
    """
    devices = _devices(recipe)
    Run(out).check_free(overwrite)
    origin = None if init is None else Run.open(init)
    catalogue = open_catalogue(catalogue_folder)
    images = prepare(catalogue, recipe.data.shorter_side, store)
    vocabulary = Vocabulary.of(catalogue.products, recipe.model.tasks)
    products = (view or View()).products(catalogue, images, vocabulary)
    for split in 'train', 'validation':
        require_products(products[split], split, catalogue)
    require_batch(len(products['train']), recipe.training.batch_size)
    mean = mean_image(
        images, (image for own in products['train'].images for image in own), recipe.data.size)
    source = {**provenance(), 'catalogue': _describe(catalogue, images, products)}
    if view is not None:
        source['view'] = dataclasses.asdict(view)
    model = None
    if origin is not None:
        model = build_model(recipe, vocabulary.classes)
        source['init'] = initial.take_over(model, origin)
        for line in initial.describe(source['init']):
            tell(line)
    run = Run.create(out, recipe, vocabulary, mean, source, overwrite, model)
    return run, _run(run, products, devices)


def resume(run, recipe=None, catalogue_folder=None, epochs=None, store=None):
    """Goes on with a training that was interrupted, or extends one.

    Args:
        run (Run): Which.
        recipe (~fashion_models.training.recipe.Recipe): If given, must be that of the run.
        catalogue_folder: Where the catalogue is now; where it was if ``None``.
        epochs (int): New number of epochs, or ``None``.

    Returns:
        bool: Whether the training came to its end.

    Raises:
        UserError: If recipe, catalogue or labels are not those of the run.
    """
    if recipe is not None and recipe.hash() != run.recipe.hash():
        raise UserError(
            f'{run.folder}: the run was made with another recipe; leave out --recipe to go on '
            'with its own, or start a new run with another --out')
    run.check_vocabulary()
    if epochs is not None:
        run.save_recipe(run.recipe.replace(training__epochs=epochs))
    devices = _devices(run.recipe)
    known = run.provenance['catalogue']
    catalogue = open_catalogue(catalogue_folder or known['folder'])
    if catalogue.hash() != known['hash']:
        raise UserError(
            f'{catalogue.folder}: not the catalogue that the run was started on (its content '
            'has changed since); start a new run')
    images = prepare(catalogue, run.recipe.data.shorter_side, store)
    return _run(run, run.view.products(catalogue, images, run.vocabulary), devices)


def _devices(recipe):
    devices = resolve(recipe.training.devices)
    b, g = recipe.training.batch_size, len(devices)
    if b % g:
        raise UserError(
            f'batch size {b} cannot be shared evenly by {g} devices (b % g must be 0); change '
            'training.batch_size in the recipe, or --devices')
    return devices


def _describe(catalogue, images, products):
    return {
        'folder': str(pathlib.Path(catalogue.folder).resolve()),
        'name': catalogue.header.name, 'version': catalogue.header.version,
        'hash': images.catalogue_hash, 'images': len(images),
        'products': {split: len(part) for split, part in products.items()},
        'dropped_images': len(images.dropped['images']),
        'dropped_products': len(images.dropped['products'])}


def build_trainer(run, products, devices, interrupted=lambda: False):
    """The Chainer trainer of a run.

    Args:
        run (Run): Gives recipe, vocabulary, mean image and folder.
        products (dict): From split to :class:`~fashion_models.data.products.ProductSet`.
        devices (list of ~chainer.backend.Device): g devices.
        interrupted (callable): Asked after each iteration whether to stop.

    Returns:
        ~chainer.training.Trainer: With all extensions but the progress bar.
    """
    recipe = run.recipe.training
    model = build_model(run.recipe, run.vocabulary.classes)
    optimizer = MomentumSGD(recipe.learning_rate, recipe.momentum, recipe.weight_decay)
    optimizer.setup(model)
    iterator = TrainingIterator(
        products['train'], run.mean, recipe.batch_size, recipe.seed, run.recipe.data.max_images,
        run.recipe.data.mirror, epoch_batches=recipe.epoch_batches, accepted=recipe.accepted,
        examples=run.recipe.data.examples)
    loss = build_loss(run.recipe)
    updater = MasterReplicasUpdater(iterator, optimizer, devices, recipe.seed, loss)
    trainer = training.Trainer(
        updater, lambda trainer: interrupted() or updater.epoch >= recipe.epochs,
        out=str(run.folder))
    tasks = run.vocabulary.tasks
    trainer.extend(ValidationEvaluation(
        products['validation'], run.mean, accepted=recipe.accepted, loss=loss))
    trainer.extend(extensions.LogReport(
        filename='log.json',
        postprocess=lambda record: report.complete_record(record, optimizer)), name='log')
    trainer.extend(report.EpochTable(tasks, tell=tell))
    trainer.extend(report.Plots(tasks))
    trainer.extend(LearningRateControl(
        optimizer, recipe, iterator.batches_per_epoch, run.folder, tell))
    trainer.extend(snapshots.Snapshots(run.snapshots, run.recipe.hash()))
    return trainer


def _run(run, products, devices):
    (run.folder / FINISHED).unlink(missing_ok=True)
    with Interrupt() as interrupt:
        trainer = build_trainer(run, products, devices, lambda: interrupt.requested)
        updater = trainer.updater
        last = run.last_snapshot()
        if last is not None:
            snapshots.resume(trainer, last, run.recipe.hash())
            tell(f'going on from {last.name}')
        else:
            if 'init' in run.provenance:
                snapshots.load_model(updater.master, _initial_snapshot(run))
            updater.on_first_loss = lambda loss: write_graph(loss, run.folder)
        iterator = updater.get_iterator('main')
        trainer.extend(report.Progress(
            run.recipe.training.epochs * iterator.batches_per_epoch, updater.iteration))
        try:
            trainer.run(show_loop_exception_msg=False)
        except NonFiniteLossError as error:
            raise _name_batch(error, run, products['train']) from error
        trainer.get_extension('snapshots').take(trainer)
    finished = updater.epoch >= run.recipe.training.epochs
    if finished:
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
        'learning rate often helps: fashion-models lr RUN RATE, then train --resume')


def tell(line):
    """Prints a line without disturbing the progress bar."""
    tqdm.tqdm.write(line, file=sys.stdout)
    sys.stdout.flush()
