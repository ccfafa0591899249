"""Training on 1, 2 and 4 devices: the same result, and what each costs ("The Model").

    python -m fashion_models.experiments.devices [--catalogue DIR] [--devices 0,1,2,3]

Without GPUs, the devices are replicas on the CPU: the same updater and the same arithmetic, but no
gain in speed, so the costs are those of the copies. Three questions:

* **Is a step the same?** One step, and ten, continue from the trained network with the same batches
  on every number of devices, all at one learning rate: the recipe's after all its drops, or simply
  the recipe's if it has none. Measured is how far the parameters end from where one device takes
  them, as a fraction of the distance that one device moves them: 0 is the same place. With
  *dropout off and normalization fixed* to its running statistics, a step should be the same but for
  rounding, which further steps amplify. *As trained*, each device normalizes with its own share of
  the batch and draws its own dropout; beside it, one device with other dropout.
* **Is the result the same?** The accuracy of networks trained to the end on so many devices, and
  its difference from one device's, with 95 % intervals.
* **What does it cost?** Seconds a step with three images a product, and the largest memory of the
  process, each measured in processes of their own, in turns.

Time: in units of one training of the recipe, 3 a seed, one of which is shared with ``main_table``;
two minutes for the rest.
"""

import concurrent.futures
import itertools
import multiprocessing
import pathlib
import statistics
import sys
import time
from collections.abc import Sequence

import chainer
import numpy as np

from fashion_models.catalogue.tasks import title_of
from fashion_models.data.batches import Batch, TrainingIterator
from fashion_models.devices import resolve
from fashion_models.errors import UserError
from fashion_models.experiments.kit import predictions
from fashion_models.experiments.kit.command import command
from fashion_models.experiments.kit.predictions import ALL
from fashion_models.experiments.kit.results import Figures, Table
from fashion_models.experiments.kit.settings import Settings
from fashion_models.links import MultiTaskClassifier
from fashion_models.plural import counted
from fashion_models.training import snapshots
from fashion_models.training.model import build_model
from fashion_models.training.optimizer import MomentumSGD
from fashion_models.training.recipe import Recipe
from fashion_models.training.run import Run
from fashion_models.training.updater import MasterReplicasUpdater
from fashion_models.workers import end_with_parent

NUMBERS = 1, 2, 4
STEPS = 10
ROUNDS = 3
TIMED_STEPS = 6
IMAGES = 3
SPLITS = 'validation', 'test'
OTHER_DROPOUT = 'other dropout'


def devices(settings: Settings, folder: pathlib.Path) -> tuple[Figures, list[Table]]:
    """Runs the experiment; see :func:`~fashion_models.experiments.kit.command.command`."""
    specs = device_specs(settings.recipe.training.devices)
    settings.networks = len(specs) * len(settings.seeds)
    kinds = {g: ('multi-task' if g == 1 else f'{g}-devices',
                 settings.recipe.replace(training__devices=spec), None)
             for g, spec in specs.items()}
    settings.train(list(kinds.values()))
    runs = {g: settings.seeds_of(*kind) for g, kind in kinds.items()}
    figures = {
        'devices': specs,
        'steps': steps(settings, runs[1][0], specs),
        'results': results(settings, runs),
        'costs': costs(settings.recipe, specs, 1 if settings.quick else ROUNDS)}
    return figures, tables(figures, runs[1][0].vocabulary.tasks)


def device_specs(devices: str) -> dict[int, str]:
    """From each number of devices to their names, as many as there are: 0,1,2,3 or @numpy."""
    if '@numpy' in devices:
        return {g: '@numpy' if g == 1 else f'@numpy*{g}' for g in NUMBERS}
    names = devices.split(',')
    return {g: ','.join(names[:g]) for g in NUMBERS if g <= len(names)}


def steps(settings: Settings, run: Run, specs: dict[int, str]) -> Figures:
    """How far from one device's parameters others' end, as a fraction of the way that those went.

    Returns:
        dict: From 'first', which is one step with fixed normalization, and 'fixed' and 'trained',
        which are ten, to {number of devices: distance}; 'trained' has 'other dropout', too.
    """
    products = settings.products(run.recipe)['train']
    recipe = run.recipe.training
    iterator = TrainingIterator(
        products, run.mean, recipe.batch_size, recipe.seed, run.recipe.data.max_images,
        run.recipe.data.mirror, accepted=recipe.accepted)
    with iterator:
        batches = list(itertools.islice(iterator, STEPS))
    begun = _parameters(_updater(run, specs[1], batches))

    def end(spec, count, train, dropout_seed=recipe.seed):
        updater = _updater(run, spec, batches)
        updater.seed = dropout_seed
        with chainer.using_config('train', train):
            for _ in range(count):
                updater.update()
        return _parameters(updater)

    found = {}
    for way, count, train in (
            ('first', 1, False), ('fixed', STEPS, False), ('trained', STEPS, True)):
        one = end(specs[1], count, train)
        others = {g: end(spec, count, train) for g, spec in specs.items()}
        if train:
            others[OTHER_DROPOUT] = end(specs[1], count, train, recipe.seed + 1)
        found[way] = {g: np.linalg.norm(other - one) / np.linalg.norm(one - begun)
                      for g, other in others.items()}
    return found


def _updater(run, spec, batches):
    model = build_model(run.recipe, run.vocabulary.classes)
    snapshots.load_model(model, run.snapshot('best'))
    return make_updater(model, run.recipe, spec, batches)


def make_updater(
        model: MultiTaskClassifier, recipe: Recipe, spec: str,
        batches: list[Batch]) -> MasterReplicasUpdater:
    """An updater that takes the batches given, at the recipe's rate after all its drops, if any."""
    training = recipe.training
    optimizer = MomentumSGD(
        training.learning_rate * training.drop_factor ** len(training.drops), training.momentum,
        training.weight_decay)
    optimizer.setup(model)
    return MasterReplicasUpdater(_Given(batches), optimizer, resolve(spec), training.seed)


class _Given(chainer.dataset.Iterator):
    """Gives batches that are there already, over and over."""

    waited = 0.0

    def __init__(self, batches):
        self._batches = itertools.cycle(batches)

    def next(self):
        return next(self._batches)


def _parameters(updater):
    return np.concatenate([
        chainer.cuda.to_cpu(parameter.array).ravel().astype(np.float64)
        for _, parameter in sorted(updater.master.namedparams())])


def results(settings: Settings, runs: dict[int, list[Run]]) -> Figures:
    """Accuracies of the networks trained on so many devices: {split: {number: …}}."""
    tasks = runs[1][0].vocabulary.tasks
    products = settings.products(runs[1][0].recipe)
    found = {}
    for split in SPLITS:
        own = products[split]
        right = {g: predictions.correct([predictions.evaluate_run(run, own) for run in of_seeds])
                 for g, of_seeds in runs.items()}
        found[split] = {
            g: {'accuracy': predictions.accuracies(right[g], tasks, own.groups),
                'difference': predictions.differences(right[g], right[1], tasks, own.groups)}
            for g in runs}
    return found


def costs(recipe: Recipe, specs: dict[int, str], rounds: int) -> Figures:
    """Seconds a step and memory, each time in a fresh process: {number: {…}}.

    Raises:
        UserError: Such a process was killed.
    """
    measured = {g: [] for g in specs}
    context = multiprocessing.get_context('spawn')
    for _ in range(rounds):
        for g, spec in specs.items():
            with concurrent.futures.ProcessPoolExecutor(
                    1, context, initializer=end_with_parent) as executor:
                try:
                    found = executor.submit(_measure, recipe.to_toml(), spec).result()
                except concurrent.futures.BrokenExecutor:
                    raise UserError(
                        f'the process that measured devices {spec} ended unexpectedly; the memory '
                        'may be full. Call it again to resume') from None
                measured[g].append(found)
    return {
        g: {'seconds': statistics.median(step for one in of_g for step in one['seconds']),
            'seconds_of_rounds': [statistics.median(one['seconds']) for one in of_g],
            'peak_megabytes': max(one['peak_megabytes'] for one in of_g),
            'parameter_megabytes': of_g[0]['parameter_megabytes']}
        for g, of_g in measured.items()}


def _measure(recipe_text, spec):
    recipe = Recipe.from_toml(recipe_text)
    size, b = recipe.data.size, recipe.training.batch_size
    rng = np.random.default_rng(0)
    model = build_model(recipe, dict.fromkeys(recipe.model.tasks, 16))
    parameter_bytes = sum(parameter.array.nbytes for parameter in model.params())
    updater = make_updater(model, recipe, spec, [Batch(
        rng.normal(0, 60, (b, 3 * IMAGES, size, size)).astype(np.float32),
        rng.integers(0, 16, (b, len(recipe.model.tasks))).astype(np.int32), np.arange(b))])
    seconds = []
    for _ in range(1 + TIMED_STEPS):
        started = time.perf_counter()
        updater.update()
        seconds.append(time.perf_counter() - started)
    return {
        'seconds': seconds[1:],     # the first one finds out how to compute
        'peak_megabytes': peak_memory() / 2**20,
        'parameter_megabytes': parameter_bytes / 2**20}


def peak_memory() -> int:
    """The most memory that this process has held, in bytes."""
    try:
        with open('/proc/self/status', encoding='ascii') as file:
            line, = (line for line in file if line.startswith('VmHWM'))
        return 1024 * int(line.split()[1])
    except OSError:     # not Linux, where getrusage would tell the parent's peak if that is larger
        import resource  # which Windows lacks

        unit = 1 if sys.platform == 'darwin' else 1024
        return unit * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def tables(figures: Figures, tasks: Sequence[str]) -> list[Table]:
    """Steps and costs by number of devices; accuracies."""
    numbers = list(figures['devices'])
    columns = [ALL, *tasks]
    header = ('', 'Multi-task', *(title_of(task) for task in tasks))
    found = [Table(
        "Distance of the parameters from one device's after so many steps, as a fraction of the "
        'distance that one device moved them (fixed: without dropout and with fixed '
        f'normalization); cost of a step with {IMAGES} images a product',
        ('devices', 'one step, fixed', 'ten steps, fixed', 'ten steps, as trained',
         'seconds a step', 'peak memory, MB'),
        [*((figures['devices'][g], *(f'{figures["steps"][way][g]:.1e}' for way in (
            'first', 'fixed', 'trained')), figures['costs'][g]['seconds'],
            f'{figures["costs"][g]["peak_megabytes"]:.0f}') for g in numbers),
         (f'{figures["devices"][1]}, {OTHER_DROPOUT}', None, None,
          f'{figures["steps"]["trained"][OTHER_DROPOUT]:.1e}', None, None)])]
    for split in SPLITS:
        rows = []
        for g in numbers:
            own = figures['results'][split][g]
            rows.append((counted(g, 'device'), *(
                own['accuracy'][task].value if task in own['accuracy'] else None
                for task in columns)))
            if g > 1:
                rows.append((f'{counted(g, "device")} minus 1', *(
                    own['difference'].get(task) for task in columns)))
        found.append(Table(f'Accuracy over products, {split} split', header, rows))
    return found


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit status."""
    return command('devices', __doc__, devices, argv)


if __name__ == '__main__':
    sys.exit(main())
