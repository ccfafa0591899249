"""Clocks, statistics, and what the machine can do at best."""

import json
import os
import subprocess
import sys
import time

import numpy as np

from fashion_models.onednn import constants as c
from fashion_models.onednn.memory import empty
from fashion_models.onednn.primitive import Primitive, PrimitiveDescriptor, contiguous
from fashion_models.provenance import provenance


def interleaved(functions, rounds, warm_up=2):
    """Seconds that each function takes, called in turn so that noise falls on all alike.

    Args:
        functions (dict): From name to function.
        rounds (int): Calls of each, after ``warm_up`` more that are not counted.

    Returns:
        dict: From name to a list of ``rounds`` times.
    """
    times = {name: [] for name in functions}
    for i in range(warm_up + rounds):
        for name, function in functions.items():
            started = time.perf_counter()
            function()
            elapsed = time.perf_counter() - started
            if i >= warm_up:
                times[name].append(elapsed)
            # onnxruntime's threads look for work long after there is none, at the cost of the next.
            time.sleep(0.1)
    return times


def summary(times):
    """Median, quartiles and least of a list of seconds."""
    first, median, third = np.percentile(times, [25, 50, 75])
    return {
        'median': float(median), 'quartiles': [float(first), float(third)],
        'least': float(min(times)), 'times': [float(t) for t in times]}


def matmul_limit(sizes=((2048, 2048, 2048), (4096, 1024, 4096)), rounds=5):
    """GFLOP/s of oneDNN's own matrix product at its best: the practical limit."""
    best = 0
    for m, k, n in sizes:
        shapes = (m, k), (k, n), (m, n)
        a, b, product = map(contiguous, shapes)
        run = Primitive(
            PrimitiveDescriptor('matmul', a, b, None, product),
            {c.SRC: a, c.WEIGHTS: b, c.DST: product})
        arrays = [empty(shape) for shape in shapes]
        for array in arrays:
            array.fill(1)
        times = interleaved({'': lambda run=run, arrays=arrays: run(*arrays)}, rounds)['']
        best = max(best, 2 * m * k * n / min(times) / 1e9)
    return best


#: Prints the most memory of its own that the process had, in KiB, looked at 50 times a second.
#: What is mapped from files does not count: the system takes it back when it needs the memory.
_RUN = '''
import sys, threading, time
from fashion_models.cli import main
peak = 0
def look():
    global peak
    while True:
        status = open('/proc/self/status').read()
        peak = max(peak, int(status.split('RssAnon:')[1].split()[0]))
        time.sleep(0.02)
threading.Thread(target=look, daemon=True).start()
status = main(sys.argv[1:])
print(peak)
sys.exit(status)
'''


def run_command(*words):
    """Runs ``fashion-models`` with some words.

    Returns:
        dict: Its processor seconds, those of its workers included, and the most memory that the
        process had besides files that it has mapped, in bytes.
    """
    with subprocess.Popen([sys.executable, '-c', _RUN, *map(str, words)], text=True,
                          stdout=subprocess.PIPE) as process:
        said = process.stdout.read()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f'{" ".join(map(str, words))}: ended with {process.returncode}')
    return {'seconds': used.ru_utime + used.ru_stime, 'peak': int(said.split()[-1]) * 1024}


def circumstances():
    """What the numbers were measured on."""
    versions = {}
    for name in ('torch', 'onnxruntime'):
        try:
            versions[name] = __import__(name).__version__
        except ImportError:
            versions[name] = None
    record = provenance()
    record['versions'].update(versions)
    return {
        **record, 'threads': os.environ.get('OMP_NUM_THREADS'),
        'priority': _priority(), 'load_before': round(os.getloadavg()[0], 2)}


def lines_of(made, *keys):
    """Some of the :func:`circumstances`, and the machine, as fields of reStructuredText."""
    return [*(f':{key}: {made[key]}' for key in keys),
            ':machine: {processor}, {cores} cores, {system}'.format(**made['machine'])]


def table(head, rows):
    """A simple reStructuredText table."""
    widths = [max(len(str(row[i])) for row in (head, *rows)) for i in range(len(head))]
    rule = '  '.join('=' * width for width in widths)
    lines = ['  '.join(str(cell).ljust(width) for cell, width in zip(row, widths)).rstrip()
             for row in (head, *rows)]
    return '\n'.join([rule, lines[0], rule, *lines[1:], rule])


def write(folder, name, record, text):
    """Writes a record and its report to ``NAME.json`` and ``NAME.rst``, and prints the report."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f'{name}.json').write_text(json.dumps(record, indent=1))
    (folder / f'{name}.rst').write_text(text)
    print(text)


def _priority():
    if os.sched_getscheduler(0) in (os.SCHED_FIFO, os.SCHED_RR):
        return 'real-time, so that other work on the machine waits'
    return f'normal, niceness {os.getpriority(os.PRIO_PROCESS, 0)}'
