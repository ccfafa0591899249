"""What each choice in the engine's inference is worth, and what else was tried.

    python experiments/benchmarks/inference_tries.py [--library libdnnl.so.3 …] [--rounds N]

Each try is a process of its own that evaluates the article's network in float32 and bfloat16, one
image and 32 at a time; the tries take turns, so that noise falls on all alike. ``--library`` names
further builds of oneDNN. Writes ``inference_tries.json`` and ``.rst``. Ten minutes on two cores.
"""

# ruff: noqa: I001  (the package adapts Chainer, so that measure comes before all that needs it)
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

from fashion_models.devices import usable_cores

# Before any library starts its threads.
os.environ.setdefault('OMP_NUM_THREADS', str(usable_cores()))

from measure import circumstances, lines_of, table, write
from networks import ChainerStep, batch, chainer_network, folded
from fashion_models.links import MultiTaskClassifier
from fashion_models.onednn import constants, convolution, dense, library, reorder

HERE = pathlib.Path(__file__).resolve().parent
AS_IT_IS = 'as it is'
CASES = [(size, images, precision) for size in (64, 224) for images in (1, 32)
         for precision in ('float32', 'bfloat16')]
#: Images of a batch, for the time that one of them takes.
BATCHES = 1, 2, 4, 8, 16, 32, 64, 128


def _channels_last():
    convolution.SMALL_IMAGE = 0


def _blocks():
    convolution.SMALL_IMAGE = 1 << 30


def _copied_each_time():
    reorder.is_constant = dense.is_constant = lambda array: False


def _dense_as_they_lie():
    dense.packs = lambda rows, W, bfloat16: False


def _dense_laid_out():
    dense.FEW = 1 << 30


def _heads_one_by_one():
    del MultiTaskClassifier.fold


def _for_inference():
    constants.TRAINING = constants.INFERENCE


#: From what is tried to what does it, in a process of its own, and variables of that.
TRIES = {
    AS_IT_IS: (None, {}),
    'weights laid out anew each time': (_copied_each_time, {}),
    'dense weights as they lie': (_dense_as_they_lie, {}),
    'dense weights laid out in float32, too': (_dense_laid_out, {}),
    'heads one by one': (_heads_one_by_one, {}),
    'small images channels-last, too': (_channels_last, {}),
    'large images in blocks of channels, too': (_blocks, {}),
    'oneDNN told that it is inference': (_for_inference, {}),
    'threads that spin for long (GOMP_SPINCOUNT)': (None, {'GOMP_SPINCOUNT': '30000000'}),
    'threads that sleep at once (OMP_WAIT_POLICY)': (None, {'OMP_WAIT_POLICY': 'passive'})}


def seconds(function, calls):
    """Median of the seconds of some calls, a moment apart as between queries."""
    times = []
    for _ in range(calls + 2):
        time.sleep(0.02)
        began = time.perf_counter()
        function()
        times.append(time.perf_counter() - began)
    return statistics.median(times[2:])


def measure(cases):
    """The seconds that one image takes in each case."""
    networks, found = {}, []
    for size, images, precision in cases:
        if size not in networks:
            networks[size] = folded(chainer_network(size))
        step = ChainerStep(networks[size], precision=precision)
        x, _ = batch(size, images, 1)
        calls = 20 if size * images < 5000 else 7
        found.append(seconds(lambda step=step, x=x: step.scores(x), calls) / images)
    return found


def run(name, cases, environment=()):
    """:func:`measure` in a process of its own, with a try in effect."""
    output = subprocess.run(
        [sys.executable, __file__, '--one', name, json.dumps(cases)], check=True,
        capture_output=True, text=True, env={**os.environ, **dict(environment)}).stdout
    return json.loads(output)


def report(record):
    """The record as reStructuredText."""
    head = ('', *(f'{size} px, {images}, {precision}' for size, images, precision in CASES))

    def milliseconds(values):
        return [f'{1e3 * value:.2f}' for value in values]

    base = record['tries'][AS_IT_IS]
    rows = [(f'{AS_IT_IS}, ms an image', *milliseconds(base))]
    rows += [(name, *(f'{value / own:.2f}' for value, own in zip(values, base)))
             for name, values in record['tries'].items() if name != AS_IT_IS]
    batches = [(f'{size} px, {precision}', *milliseconds(values))
               for (size, precision), values in zip(record['kinds'], record['batches'])]
    return '\n'.join([
        'Milliseconds that one image takes; below, as a multiple of that.\n', table(head, rows),
        '\nMilliseconds that one image takes, by how many are evaluated at a time:\n',
        table(('', *map(str, BATCHES)), batches), '',
        *lines_of(record['circumstances'], 'command', 'date', 'commit', 'threads', 'priority',
                  'engine')]) + '\n'


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--library', nargs='*', default=[], help='further builds of oneDNN')
    parser.add_argument('--rounds', type=int, default=3)
    parser.add_argument('-o', '--output', type=pathlib.Path, default=HERE / 'results')
    parser.add_argument('--one', nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        name, cases = arguments.one
        if TRIES.get(name, (None,))[0]:
            TRIES[name][0]()
        print(json.dumps(measure(json.loads(cases))))
        return
    made = circumstances()
    tries = {name: environment for name, (_, environment) in TRIES.items()}
    for path in arguments.library:
        tries[f'oneDNN {library.Library(path).version}'] = {library.VARIABLE: path}
    rounds = {name: [] for name in tries}
    for number in range(arguments.rounds):
        for name, environment in tries.items():
            print(f'round {number + 1}: {name}', file=sys.stderr, flush=True)
            rounds[name].append(run(name, CASES, environment))
    kinds = [(size, precision) for size in (64, 224) for precision in ('float32', 'bfloat16')]
    record = {
        'circumstances': made, 'cases': CASES, 'rounds': rounds, 'kinds': kinds,
        'tries': {name: [statistics.median(one) for one in zip(*values)]
                  for name, values in rounds.items()},
        'batches': [run(AS_IT_IS, [(size, images, precision) for images in BATCHES])
                    for size, precision in kinds]}
    write(arguments.output, 'inference_tries', record, report(record))


if __name__ == '__main__':
    main()
