"""Speed and memory of training and embedding on a GPU, for the recipes of the package.

    python experiments/benchmarks/gpu.py [--device 0] [-o FOLDER]

Writes ``gpu.json`` and ``gpu.rst`` to the folder and prints the latter. A batch is the recipe's,
of random values, with the article's five tasks; data is on the CPU at the start of a step, as in
training. Takes two minutes.
"""

import argparse
import pathlib

from fashion_models.devices import resolve
from fashion_models.provenance import provenance
from fashion_models.training.model import build_model
from fashion_models.training.optimizer import MomentumSGD
from fashion_models.training.recipe import Recipe

# isort: split

import chainer
import numpy as np
from measure import interleaved, summary, table, write

from fashion_models.links import multi_task_loss

CLASSES = {'gender': 2, 'colour': 16, 'type': 5, 'category': 30, 'subcategory': 158}
#: Recipe and images a product.
CASES = ('compact', 3), ('small', 3), ('small', 1), ('lyst2016', 1), ('lyst2016', 3)


def measure(name, n, device, rounds):
    """Seconds of training steps and of embedding a batch, and the memory that they took."""
    recipe = Recipe.load(name)
    np.random.seed(0)  # noqa: NPY002
    model = build_model(recipe, CLASSES)
    model.to_device(device)
    optimizer = MomentumSGD(0.01, 0.9, 0.0005)
    optimizer.setup(model)
    random = np.random.default_rng(0)
    b, size = recipe.training.batch_size, recipe.data.size
    x = random.normal(0, 50, (b, 3 * n, size, size)).astype(np.float32)
    t = np.stack([random.integers(0, classes, b) for classes in CLASSES.values()], axis=1)
    t = t.astype(np.int32)

    def step():
        model.cleargrads()
        multi_task_loss(model(device.send(x)), device.send(t)).backward()
        optimizer.update()
        device.device.synchronize()     # the GPU goes on when Python is done

    def embed():
        with chainer.using_config('train', False), chainer.no_backprop_mode():
            return chainer.cuda.to_cpu(model.encoder(device.send(x)).array)

    pool = chainer.cuda.cupy.get_default_memory_pool()
    pool.free_all_blocks()
    times = interleaved({'step': step, 'embedding': embed}, rounds, warm_up=3)
    assert np.isfinite(embed()).all()
    return {'recipe': name, 'products': b, 'n': n, 'size': size, 'bytes': pool.total_bytes(),
            'times': {key: summary(values) for key, values in times.items()}}


def report(record):
    """The record as reStructuredText."""
    rows = []
    for run in record['runs']:
        images = run['products'] * run['n']
        rates = (images / run['times'][key]['median'] for key in ('step', 'embedding'))
        rows.append((run['recipe'], run['size'], run['products'], run['n'],
                     *(f'{rate:,.0f}' for rate in rates), f'{run["bytes"] / 1e9:.2f}'))
    cudnn = 'with' if record['cudnn'] else 'without'
    return (f'{record["gpu"]}, {cudnn} cuDNN; images a second:\n\n'
            + table(('recipe', 'pixels', 'products', 'n', 'training', 'embedding', 'memory, GB'),
                    rows) + '\n')


def main():
    """Runs the command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--device', default='0')
    parser.add_argument('--rounds', type=int, default=20)
    parser.add_argument('-o', '--output', type=pathlib.Path, metavar='FOLDER',
                        default=pathlib.Path(__file__).parent / 'results')
    arguments = parser.parse_args()
    device, = resolve(arguments.device)
    device.use()
    properties = chainer.cuda.cupy.cuda.runtime.getDeviceProperties(device.device.id)
    record = {
        'gpu': properties['name'].decode(), 'cudnn': chainer.cuda.cudnn_enabled,
        'runs': [measure(name, n, device, arguments.rounds) for name, n in CASES],
        'provenance': provenance()}
    write(arguments.output, 'gpu', record, report(record))


if __name__ == '__main__':
    main()
