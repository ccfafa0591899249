"""The Chainer trainer of a run, from its last snapshot to its end."""

from collections.abc import Callable, Mapping, Sequence

import chainer
from chainer import training
from chainer.training import extensions

from fashion_models.data.batches import TrainingIterator
from fashion_models.data.products import ProductSet
from fashion_models.errors import UserError
from fashion_models.files import atomic_write
from fashion_models.functions.precision import using_precision
from fashion_models.processes import Processes
from fashion_models.surrogates import json_text
from fashion_models.training import progress, snapshots
from fashion_models.training.besides import build_besides, meetings
from fashion_models.training.evaluation import ValidationEvaluation
from fashion_models.training.graph import write_graph
from fashion_models.training.interrupt import Interrupt
from fashion_models.training.learning_rate import LearningRateControl
from fashion_models.training.model import build_loss, build_model
from fashion_models.training.optimizer import MomentumSGD
from fashion_models.training.progress import tell
from fashion_models.training.run import Run
from fashion_models.training.run_files import FINISHED
from fashion_models.training.updater import MasterReplicasUpdater, NonFiniteLossError


def build_trainer(
        run: Run, products: Mapping[str, ProductSet], devices: Sequence[chainer.backend.Device],
        interrupted: Callable[[], bool] = lambda: False,
        processes: Processes | None = None) -> training.Trainer:
    """The Chainer trainer of a run.

    Args:
        run: Gives recipe, vocabulary, mean image and folder.
        products: The products of each split.
        devices: g devices.
        interrupted: Asked after each iteration whether to stop.
        processes: Those that train together.

    Returns:
        The trainer, with all extensions but the progress bar; for processes other than the first,
        with those only in which they take part.
    """
    processes = processes or Processes()
    recipe = run.recipe.training
    model = build_model(run.recipe, run.vocabulary.classes)
    optimizer = MomentumSGD(recipe.learning_rate, recipe.momentum, recipe.weight_decay)
    optimizer.setup(model)
    iterator = TrainingIterator(
        products['train'], run.mean, recipe.batch_size, recipe.seed, run.recipe.data.max_images,
        run.recipe.data.mirror, epoch_batches=recipe.epoch_batches, accepted=recipe.accepted,
        examples=run.recipe.data.examples, meetings=meetings(run.recipe, products['train']),
        part=(processes.rank, processes.size))
    loss = build_loss(run.recipe)
    updater = MasterReplicasUpdater(
        iterator, optimizer, devices, recipe.seed, loss,
        build_besides(run.recipe, products['train'], optimizer), processes,
        recipe.normalize_over)
    trainer = training.Trainer(
        updater, lambda trainer: interrupted() or updater.epoch >= recipe.epochs,
        out=str(run.folder))
    tasks = run.vocabulary.tasks
    trainer.extend(ValidationEvaluation(
        products['validation'], run.mean, accepted=recipe.accepted, loss=loss))
    if not processes.first:
        return trainer
    trainer.extend(extensions.LogReport(
        filename='log.json',
        postprocess=lambda record: progress.complete_record(record, optimizer)), name='log')
    trainer.extend(progress.EpochTable(tasks, tell=tell))
    trainer.extend(progress.Plots(tasks, recipe.epochs))
    trainer.extend(LearningRateControl(
        optimizer, recipe, iterator.batches_per_epoch, run.folder, tell))
    trainer.extend(snapshots.Snapshots(run.snapshots, run.recipe.hash()))
    return trainer


def run_trainer(
        run: Run, products: Mapping[str, ProductSet], devices: Sequence[chainer.backend.Device],
        processes: Processes) -> bool:
    """Trains a run from its last snapshot, or from its beginning, until its end or an interruption.

    Args:
        run: The run.
        products: The products of each split.
        devices: g devices.
        processes: Those that train together, and all call this; only the first touches the run's
            folder, which the others need not have.

    Returns:
        Whether the training came to its end.

    Raises:
        UserError: If it cannot go on.
    """
    first = processes.first
    # A process of several cannot promise a snapshot: mpirun may be ending it with the others, since
    # one has died.
    with (Interrupt(silent=processes.size > 1) as interrupt,
          using_precision(run.recipe.training.precision)):
        def interrupted():
            stop = processes.any(interrupt.requested)
            if stop and first and processes.size > 1:
                tell('stopping, as one of the processes was asked to; saving a snapshot')
            return stop

        trainer = build_trainer(run, products, devices, interrupted, processes)
        updater = trainer.updater
        last = processes.broadcast(
            snapshots.newest_intact(run.snapshots, tell) if first else None)
        if last is not None:
            snapshots.resume(trainer, last, run.recipe.hash(), processes)
        if first:
            _begin(run, trainer, last, processes)
            # Not before it is known that there is something to go on with.
            (run.folder / FINISHED).unlink(missing_ok=True)
        updater.share_master()
        try:
            trainer.run(show_loop_exception_msg=False)
        except NonFiniteLossError as error:
            if first:
                raise _name_batch(error, run, products['train']) from error
            raise
        if first:
            trainer.get_extension('snapshots').take(trainer)
    return updater.epoch >= run.recipe.training.epochs


def _begin(run, trainer, last, processes):
    """Readies the first process's trainer for the first step after a snapshot, or of all."""
    updater = trainer.updater
    if last is not None:
        tell(f'resuming from {last.name}')
    else:
        if 'init' in run.provenance:
            snapshots.load_model(updater.master, _initial_snapshot(run))
        updater.on_first_loss = lambda loss: write_graph(loss, run.folder)
    iterator = updater.get_iterator('main')
    trainer.extend(progress.Progress(
        run.recipe.training.epochs * iterator.batches_per_epoch, updater.iteration,
        rarely=processes.size > 1))


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
        file.write(json_text({
            'iteration': error.iteration, 'loss': str(error.loss), 'products': ids}, indent=1))
    return UserError(
        f'iteration {error.iteration}: the loss is {error.loss}, in a batch of the products '
        f'{", ".join(ids[:3])}, … (all in {path}); the parameters were not changed by it. A lower '
        'learning rate often helps: set one with "fashion-models lr", then resume the run')
