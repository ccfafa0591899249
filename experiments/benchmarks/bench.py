"""Speed and memory of the CPU engine, side by side with stock Chainer, PyTorch and onnxruntime.

    python experiments/benchmarks/bench.py [--quick] [--catalogue DIR] [-o FOLDER]

Writes ``benchmark.json`` and ``benchmark.rst`` to the folder and prints the latter. PyTorch and
onnxruntime take part where they are installed, ``torch.compile`` where a C++ compiler is. Takes
about half an hour on two cores, three minutes with ``--quick``; keep the machine quiet meanwhile.
"""

# ruff: noqa: I001  (the package adapts Chainer, so that measure comes before all that needs it)
import argparse
import importlib.util
import os
import pathlib
import shutil
import subprocess
import sys

from fashion_models.devices import usable_cores

# Before any library starts its threads: the same number for all.
os.environ.setdefault('OMP_NUM_THREADS', str(usable_cores()))

import numpy as np
from measure import circumstances, interleaved, matmul_limit, summary, table, write
from layers import profile
from fashion_models.errors import UserError
from fashion_models.functions.precision import require_precision
from networks import (
    ChainerStep,
    OnnxScores,
    TorchStep,
    batch,
    chainer_network,
    check_same,
    folded,
    torch_network,
)

HERE = pathlib.Path(__file__).resolve().parent
OURS, OURS_BFLOAT16, STOCK = 'ours', 'ours, bfloat16', 'stock Chainer'
#: Calls for the latency of one picture.
CALLS = 100
#: From the name in the tables to the arguments of TorchStep.
TORCH = {
    'PyTorch': {},
    'PyTorch channels-last': {'channels_last': True},
    'PyTorch channels-last, fused SGD': {'channels_last': True, 'fused': True},
    'PyTorch compiled, fused SGD': {'channels_last': True, 'fused': True, 'compiled': True},
    'PyTorch bfloat16, fused SGD': {'channels_last': True, 'fused': True, 'bfloat16': True},
    'PyTorch compiled, bfloat16, fused SGD': {
        'channels_last': True, 'fused': True, 'compiled': True, 'bfloat16': True}}
ONNX = 'onnxruntime'


def say(text):
    print(text, file=sys.stderr, flush=True)


def has_bfloat16():
    """Whether this machine computes in bfloat16."""
    try:
        require_precision('bfloat16')
    except UserError:
        return False
    return True


def torch_variants(compiled):
    """The variants of PyTorch that can be had here."""
    if importlib.util.find_spec('torch') is None:
        return {}
    import torch
    torch.set_num_threads(int(os.environ['OMP_NUM_THREADS']))
    compiler = shutil.which('c++') or shutil.which('g++') or shutil.which('clang++')
    return {
        name: variant for name, variant in TORCH.items()
        if ('compiled' not in variant or (compiled and compiler))
        and ('bfloat16' not in variant or has_bfloat16())}


def steps(size, stock, variants):
    """A training step of each implementation, from the same weights."""
    model = chainer_network(size)
    found = {name: TorchStep(torch_network(model), **variant) for name, variant in variants.items()}
    if stock:
        found[STOCK] = ChainerStep(chainer_network(size), engine=False)
    if has_bfloat16():
        found = {OURS_BFLOAT16: ChainerStep(chainer_network(size), precision='bfloat16'), **found}
    return {OURS: ChainerStep(model), **found}


def time_training(size, images, n, rounds, stock, variants):
    """Times of a training step."""
    say(f'training, size {size}, {images} images, n = {n}')
    x, t = batch(size, images // n, n)
    times = interleaved({
        name: lambda step=step: step(x, t)
        for name, step in steps(size, stock, variants).items()}, rounds)
    return {'size': size, 'images': images // n * n, 'n': n,
            'times': {name: summary(values) for name, values in times.items()}}


def time_inference(size, images, rounds, variants):
    """Times of the evaluation of a batch."""
    say(f'inference, size {size}, {images} images')
    x, _ = batch(size, images, 1)
    model = chainer_network(size)
    peers = {OURS: ChainerStep(folded(model))}
    if has_bfloat16():
        peers[OURS_BFLOAT16] = ChainerStep(folded(model), precision='bfloat16')
    for name, variant in variants.items():
        if 'fused' not in variant or 'compiled' in variant:     # the optimizer has no part in it
            peers[name] = TorchStep(torch_network(model), **variant)
    if variants and all(map(importlib.util.find_spec, ('onnx', 'onnxruntime'))):
        peers[ONNX] = OnnxScores(torch_network(model), x, int(os.environ['OMP_NUM_THREADS']))
    times = interleaved(
        {name: lambda peer=peer: peer.scores(x) for name, peer in peers.items()}, rounds)
    return {'size': size, 'images': images,
            'times': {name: summary(values) for name, values in times.items()}}


def peak_memory(size, images, names):
    """Peak of the resident memory of a process that makes three training steps, in bytes."""
    peaks = {}
    for name in names:
        say(f'memory, size {size}, {images} images, {name}')
        output = subprocess.run(
            [sys.executable, __file__, '--memory-of', name, str(size), str(images)],
            check=True, capture_output=True, text=True).stdout
        baseline, peak = map(int, output.split())
        peaks[name] = {'libraries': baseline, 'peak': peak}
    return {'size': size, 'images': images, 'peaks': peaks}


def _print_peak_memory(name, size, images):
    def resident_peak():
        # Not getrusage: a child's begins with its parent's.
        with open('/proc/self/status') as file:
            line, = (line for line in file if line.startswith('VmHWM'))
        return int(line.split()[1]) * 1024

    if name in TORCH:
        step = TorchStep(torch_network(chainer_network(size)), **TORCH[name])
    else:
        step = ChainerStep(chainer_network(size), name != STOCK,
                           'bfloat16' if name == OURS_BFLOAT16 else 'float32')
    x, t = batch(size, images, 1)
    baseline = resident_peak()
    for _ in range(3):
        step(x, t)
    print(baseline, resident_peak())


def in_bfloat16(name):
    """Whether an implementation computes in bfloat16."""
    return 'bfloat16' in TORCH.get(name, {}) or name == OURS_BFLOAT16


def bars(record):
    """The project's own bars, and what was reached: (what, bar, reached) texts."""
    rows = []
    for run in record['training']:
        median = {name: values['median'] for name, values in run['times'].items()}
        where = f"{run['size']} px, {run['images']} images, n = {run['n']}"
        for name, bar in (('PyTorch', '>= 1.5'), (STOCK, '>= 4')):
            if name in median:
                rows.append((f'training step, {name} / ours, {where}', bar,
                             f'{median[name] / median[OURS]:.2f}'))
        single = [median[name] for name in TORCH if name in median and not in_bfloat16(name)]
        if single:
            rows.append((f'training step, best of PyTorch / ours, float32, {where}', '>= 1',
                         f'{min(single) / median[OURS]:.2f}'))
        if OURS_BFLOAT16 in median:
            rows.append((f'training step, ours, float32 / bfloat16, {where}', '>= 1.6',
                         f'{median[OURS] / median[OURS_BFLOAT16]:.2f}'))
            best = [median[name] for name in TORCH if name in median]
            if best:
                rows.append((
                    f'training step, best of PyTorch / ours, any precision, {where}', '>= 1.5',
                    f'{min(best) / min(median[OURS], median[OURS_BFLOAT16]):.2f}'))
    for run in record['inference']:
        if run['images'] == 1:
            rows += latency_bars(run)
            continue
        median = {name: values['median'] for name, values in run['times'].items()}
        where = f"{run['size']} px, {run['images']} images"
        peers = {name: value for name, value in median.items()
                 if name not in (OURS, OURS_BFLOAT16)}
        single = [value for name, value in peers.items() if not in_bfloat16(name)]
        if single:
            rows.append((f'inference, best of the others / ours, float32, {where}', '>= 1.15',
                         f'{min(single) / median[OURS]:.2f}'))
        if peers and OURS_BFLOAT16 in median:
            rows.append((f'inference, best of the others / ours, bfloat16, {where}', '>= 2',
                         f'{min(peers.values()) / median[OURS_BFLOAT16]:.2f}'))
    for run in record['profiles']:
        where = f"{run['size']} px, {run['images']} images"
        busy = [layer for layer in run['layers'].values() if layer['operations']]
        seconds = sum(layer['seconds'] for layer in busy)
        rate = sum(layer['operations'] for layer in busy) / seconds / 1e9
        rows.append((f'convolutions and dense layers, share of the limit, {where}', '>= 80 %',
                     f"{rate / record['limit_gflops']:.0%}"))
        rows.append((f'time outside convolutions and dense layers, {where}', '<= 20 %',
                     f"{1 - seconds / run['step']:.0%}"))
    for run in record['memory']:
        peaks = {name: values['peak'] for name, values in run['peaks'].items()}
        if OURS_BFLOAT16 in peaks:
            rows.append((
                f"peak memory, ours, bfloat16 / float32, {run['size']} px, {run['images']} images",
                '<= 0.8', f'{peaks[OURS_BFLOAT16] / peaks[OURS]:.2f}'))
        others = [peaks[name] for name in TORCH if name in peaks and not in_bfloat16(name)]
        if others:
            rows.append((
                f"peak memory, PyTorch (best) / ours, {run['size']} px, {run['images']} images",
                '>= 1', f'{min(others) / peaks[OURS]:.2f}'))
    if record.get('loading'):
        rows.append(('share of an iteration of small.toml that is not the step', '<= 5 %',
                     f"{record['loading']['share']:.1%}"))
    return rows


def percentile(values, which):
    """A percentile of a :func:`summary`'s times."""
    return float(np.percentile(values['times'], which))


def latency_bars(run):
    """As of :func:`bars`, for one picture at a time."""
    return [
        (f"one picture, {ONNX} / {name}, p{which}, {run['size']} px", '>= 1',
         f"{percentile(run['times'][ONNX], which) / percentile(run['times'][name], which):.2f}")
        for name in (OURS, OURS_BFLOAT16) for which in (50, 95)
        if {name, ONNX} <= run['times'].keys()]


def report(record):
    """The record as reStructuredText."""
    parts = []

    def section(title, head, rows):
        if rows:
            parts.append(f"{title}\n{'-' * len(title)}\n\n{table(head, rows)}\n")

    made = record['circumstances']
    parts.append('Benchmark of the CPU engine\n===========================\n')
    parts.append('\n'.join(
        f':{key}: {value}' for key, value in (
            ('command', made['command']), ('date', made['date']), ('commit', made['commit']),
            ('machine', '{processor}, {cores} cores, {system}'.format(**made['machine'])),
            ('threads', made['threads']),
            ('priority', made['priority']), ('load before', made['load_before']),
            ('engine', made['engine']),
            ('versions', ', '.join(f'{k} {v}' for k, v in made['versions'].items() if v)),
            ('practical limit', f"{record['limit_gflops']:.0f} GFLOP/s, "
                                "oneDNN's own matrix product"))) + '\n')
    section('Bars', ('what', 'bar', 'reached'), bars(record))

    def seconds(run):
        return [
            (name, f"{1e3 * values['median']:.1f}",
             f"{1e3 * values['quartiles'][0]:.1f} - {1e3 * values['quartiles'][1]:.1f}",
             f"{1e3 * values['least']:.1f}",
             f"{values['median'] / run['times'][OURS]['median']:.2f}")
            for name, values in run['times'].items()]

    head = ('implementation', 'median (ms)', 'quartiles', 'least', 'times ours')
    for run in record['training']:
        section(f"Training step, {run['size']} px, {run['images']} images, n = {run['n']}",
                head, seconds(run))
    for run in record['inference']:
        if run['images'] > 1:
            section(f"Inference, {run['size']} px, {run['images']} images", head, seconds(run))
            continue
        calls = len(run['times'][OURS]['times'])
        section(f"One picture, {run['size']} px, {calls} calls a tenth of a second apart",
                ('implementation', 'p50 (ms)', 'p95 (ms)'),
                [(name, *(f'{1e3 * percentile(values, which):.1f}' for which in (50, 95)))
                 for name, values in run['times'].items()])
    for run in record['profiles']:
        rows = [
            ('(update)', f"{1e3 * run['update']:.2f}", f"{run['update'] / run['step']:.1%}", '')]
        for name, layer in run['layers'].items():
            rows.append((
                name, f"{1e3 * layer['seconds']:.2f}", f"{layer['seconds'] / run['step']:.1%}",
                f"{layer['gflops']:.0f}" if layer['operations'] else ''))
        section(f"Our training step by layer, {run['size']} px, {run['images']} images: "
                f"{1e3 * run['step']:.1f} ms", ('layer', 'ms', 'share', 'GFLOP/s'), rows)
    section('Peak memory of a training step (MiB)', ('size', 'images', 'implementation', 'peak'), [
        (run['size'], run['images'], name, f"{values['peak'] / 2**20:.0f}")
        for run in record['memory'] for name, values in run['peaks'].items()])
    if record.get('loading'):
        values = record['loading']
        section('Training iteration of small.toml on a catalogue',
                ('iteration (ms)', 'step (ms)', 'share outside the step'),
                [(f"{1e3 * values['iteration']:.1f}", f"{1e3 * values['step']:.1f}",
                  f"{values['share']:.1%}")])
    return '\n'.join(parts)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--quick', action='store_true',
                        help='small images and few rounds, without torch.compile')
    parser.add_argument('--sizes', type=int, nargs='+', default=[64, 224])
    parser.add_argument('--images', type=int, nargs='+', default=[32, 64])
    parser.add_argument('--n', type=int, nargs='+', default=[1, 2, 3, 4, 5])
    parser.add_argument('--rounds', type=int, default=10)
    parser.add_argument('--catalogue', help='for the share of loading real images')
    parser.add_argument('-o', '--output', type=pathlib.Path, default=HERE / 'results')
    parser.add_argument('--memory-of', nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.memory_of:
        name, size, images = arguments.memory_of
        return _print_peak_memory(name, int(size), int(images))
    if arguments.quick:
        arguments.sizes, arguments.images, arguments.n = [64], [32], [1, 5]
        arguments.rounds = min(arguments.rounds, 5)

    record = {'circumstances': circumstances(), 'training': [], 'inference': [], 'profiles': [],
              'memory': []}
    limits = [matmul_limit()]
    eager, variants = torch_variants(compiled=False), torch_variants(not arguments.quick)
    if eager:
        say('checking that all networks are the same')
        check_same(64)
    for size in arguments.sizes:
        record['inference'].append(time_inference(
            size, 1, arguments.rounds if arguments.quick else CALLS, variants))
        for images in arguments.images:
            for n in arguments.n:
                # Stock Chainer and the compiler take long and depend little on n.
                record['training'].append(time_training(
                    size, images, n, arguments.rounds, stock=n == 1,
                    variants=variants if n == 1 else eager))
            record['inference'].append(time_inference(size, images, arguments.rounds, variants))
            limits.append(matmul_limit())
            say(f'profile, size {size}, {images} images')
            record['profiles'].append({
                'size': size, 'images': images, **profile(size, images, 1, arguments.rounds)})
            limits.append(matmul_limit())
            ours = [OURS, OURS_BFLOAT16][:1 + has_bfloat16()]
            record['memory'].append(peak_memory(size, images, [*ours, *eager]))
    record['limit_gflops'] = max(limits)
    record['limits'] = limits
    if arguments.catalogue:
        from loading import loading_share
        record['loading'] = loading_share('small', arguments.catalogue)
    write(arguments.output, 'benchmark', record, report(record))


if __name__ == '__main__':
    main()
