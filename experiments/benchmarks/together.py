"""How fast one, two and four processes train together, and how much of it they spend on each other.

    python experiments/benchmarks/together.py [--recipe small] [--processes 1,2,4] [--steps N]

Needs the extra ``mpi``. Every process has one thread. All sizes make the same steps, on batches of
the recipe's size with three images a product. Writes ``together.json`` and ``together.rst`` to the
results folder and prints the latter. Two minutes on two cores that nobody else uses; with more
processes than cores it measures the crowd.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import time

# Before any library starts its threads.
os.environ['OMP_NUM_THREADS'] = '1'

import numpy as np
from measure import circumstances, lines_of, summary, write

import fashion_models  # noqa: F401  (adapts Chainer)

# isort: split

import chainer

from fashion_models.article import CLASSES
from fashion_models.data.batches import Batch
from fashion_models.processes import join
from fashion_models.training.model import build_loss, build_model
from fashion_models.training.optimizer import MomentumSGD
from fashion_models.training.recipe import Recipe
from fashion_models.training.updater import MasterReplicasUpdater

HERE = pathlib.Path(__file__).resolve().parent
IMAGES, WARM_UP = 3, 2


class Noise(chainer.dataset.Iterator):
    """One process's part of a batch of noise, always the same."""

    waited = 0.0

    def __init__(self, recipe, processes):
        rng = np.random.default_rng(processes.rank)
        b, size = recipe.training.batch_size // processes.size, recipe.data.size
        x = rng.normal(0, 50, (b, 3 * IMAGES, size, size)).astype(np.float32)
        t = np.stack([rng.integers(0, CLASSES[task], b) for task in recipe.model.tasks], axis=1)
        self._batch = Batch(x, t.astype(np.int32), np.arange(b))

    def next(self):
        return self._batch


class Clock:
    """Adds up the seconds of calls, and of waiting for the other processes before them."""

    def __init__(self, processes):
        self._meet = processes.sum
        self.reset()
        for name in 'broadcast', 'gather', 'sum', 'average_gradients':
            setattr(processes, name, self._clocked(getattr(processes, name)))

    def reset(self):
        self.waiting = self.communicating = 0.0

    def _clocked(self, function):
        def call(*arguments):
            started = time.perf_counter()
            self._meet(np.zeros(1))
            met = time.perf_counter()
            result = function(*arguments)
            self.waiting += met - started
            self.communicating += time.perf_counter() - met
            return result
        return call


def work(recipe, steps):
    """The seconds of each step as the first process sees them, by what they were spent on."""
    processes = join()
    model = build_model(recipe, {task: CLASSES[task] for task in recipe.model.tasks})
    optimizer = MomentumSGD(0.001, 0.9)
    optimizer.setup(model)
    clock = Clock(processes)
    updater = MasterReplicasUpdater(
        Noise(recipe, processes), optimizer, [chainer.get_device('@numpy')],
        loss=build_loss(recipe), processes=processes)
    seconds = {'step': [], 'waiting': [], 'communicating': []}
    for number in range(WARM_UP + steps):
        clock.reset()
        started = time.perf_counter()
        with chainer.Reporter().scope({}):
            updater.update()
        if number >= WARM_UP:
            seconds['step'].append(time.perf_counter() - started)
            seconds['waiting'].append(clock.waiting)
            seconds['communicating'].append(clock.communicating)
    if processes.first:
        print(json.dumps({'parameters': model.count_params(), 'seconds': seconds}))


def measure(recipe_name, processes, steps):
    """Runs the work in some processes; returns what the first one prints."""
    words = [sys.executable, __file__, '--work', '--recipe', recipe_name, '--steps', str(steps)]
    if processes > 1:
        mpirun = pathlib.Path(sys.executable).with_name('mpirun')
        words = [str(mpirun) if mpirun.exists() else 'mpirun', '-n', str(processes),
                 '--oversubscribe', '--bind-to', 'none', *words]
    allowed = {'OMPI_ALLOW_RUN_AS_ROOT': '1', 'OMPI_ALLOW_RUN_AS_ROOT_CONFIRM': '1'}
    done = subprocess.run(words, env={**os.environ, **allowed}, check=True, stdout=subprocess.PIPE)
    found = json.loads(done.stdout.splitlines()[-1])
    return found['parameters'], {
        name: summary(values) for name, values in found['seconds'].items()}


def report(record):
    """The record as reStructuredText."""
    made, rule = record['circumstances'], '=========  ========  ==========  =======  ============='
    lines = [
        'Processes that train together', '=============================', '',
        f'Seconds of a step on {record["batch"]} products of {IMAGES} images, recipe '
        f'{record["recipe"]}, {record["parameters"]:,} parameters, one thread a process:', '', rule,
        'processes  step      efficiency  waiting  communicating', rule]
    alone = record['times'][str(min(map(int, record['times'])))]['step']['median']
    for number, times in record['times'].items():
        step, waiting, communicating = (
            times[name]['median'] for name in ('step', 'waiting', 'communicating'))
        lines.append(f'{number:9}  {step:8.3f}  {alone / step / int(number):10.0%}  {waiting:7.3f}'
                     f'  {communicating:13.3f}')
    lines += [rule, '', f'Medians of {record["steps"]} steps.', '']
    if made['load_before'] > made['machine']['cores'] / 2:
        lines += [
            'Others used the machine at the time: this shows that it works, not how fast.', '']
    lines += lines_of(made, 'command', 'date', 'commit', 'priority', 'load_before', 'engine')
    return '\n'.join(lines) + '\n'


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--recipe', default='small')
    parser.add_argument('--processes', default='1,2,4')
    parser.add_argument('--steps', type=int, default=15)
    parser.add_argument('--work', action='store_true', help='be one of the processes')
    parser.add_argument('-o', '--output', type=pathlib.Path, default=HERE / 'results')
    arguments = parser.parse_args()
    recipe = Recipe.load(arguments.recipe)
    if arguments.work:
        return work(recipe, arguments.steps)
    record = {'circumstances': circumstances(), 'recipe': arguments.recipe,
              'batch': recipe.training.batch_size, 'steps': arguments.steps, 'times': {}}
    for number in arguments.processes.split(','):
        record['parameters'], record['times'][number] = measure(
            arguments.recipe, int(number), arguments.steps)
    write(arguments.output, 'together', record, report(record))


if __name__ == '__main__':
    main()
