"""Runs the tests again and again beside busy processes, and says how often they failed or hung.

    python experiments/campaigns/under_load.py [--together N] [--runs N] [--seconds N] [-k WORDS …]

The bar: 20 runs in a row without a failure or a hang. Each run is what ``make test`` runs, with a
limit of its own, besides that of each test. Load are twice as many busy processes as there are
cores, or, with ``--together 4``, four runs at a time, each the load of the others. Not part of
``make campaign``, for it takes hours and the whole machine. The record is written at the end; after
Ctrl-C, when the runs that are in progress have ended.

Time: 20 times three of ``make test``; with ``--together``, 20 times one.
"""

import argparse
import concurrent.futures
import contextlib
import os
import pathlib
import signal
import subprocess
import sys
import time

import campaign

from fashion_models.devices import usable_cores
from fashion_models.experiments.kit.results import Table, portable_provenance, write_record
from fashion_models.provenance import provenance

ROOT = campaign.HERE.parents[1]


@contextlib.contextmanager
def busy(count):
    """Keeps as many processes busy."""
    processes = [subprocess.Popen([sys.executable, '-c', 'while True: pass']) for _ in range(count)]
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()


def main():
    """Runs the campaign; returns its exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--runs', type=int, default=20, metavar='N')
    parser.add_argument('--together', type=int, default=1, metavar='N',
                        help='runs at a time (default: 1)')
    parser.add_argument('--busy', type=int, metavar='N',
                        help='busy processes (default: two a core, or none with --together)')
    parser.add_argument('--seconds', type=int, default=3600, metavar='N',
                        help='the longest that a run may take (default: 3600)')
    parser.add_argument('-o', '--output', type=pathlib.Path, metavar='DIR',
                        default=campaign.HERE / 'results' / 'under_load')
    arguments, more = parser.parse_known_args()
    load = arguments.busy
    if load is None:
        load = 2 * usable_cores() if arguments.together == 1 else 0
    started, runs = time.monotonic(), []
    pool = concurrent.futures.ThreadPoolExecutor(arguments.together)
    with busy(load):
        waiting = [pool.submit(_tests, arguments.seconds, more) for _ in range(arguments.runs)]
        try:
            for done in concurrent.futures.as_completed(waiting):
                runs.append(_told(*done.result(), f'run {len(runs) + 1} of {arguments.runs}'))
        finally:
            pool.shutdown(cancel_futures=True)
            # Not before: the tests compare the documentation with the records, this one included.
            if runs:
                _record(arguments, load, round(time.monotonic() - started), runs)
    return 0 if [run['result'] for run in runs].count('passed') == arguments.runs else 1


def _told(result, seconds, text, place):
    """What is recorded of a run, which is also printed."""
    print(f'{place}: {result}, {seconds:.0f} s', flush=True)
    if result != 'passed':
        print(text[-5000:], flush=True)
    return {'result': result, 'seconds': round(seconds),
            'output': '' if result == 'passed' else text[-20_000:]}


def _record(arguments, load, seconds, runs):
    results = [run['result'] for run in runs]
    write_record(arguments.output, {
        'campaign': 'under_load', **portable_provenance(provenance()), 'busy': load,
        'together': arguments.together, 'seconds': seconds, 'runs': runs}, [Table(
            f'The tests, {arguments.together} at a time, beside {load} busy processes',
            ('runs', 'passed', 'failed', 'hung'),
            [(len(runs), *map(results.count, ('passed', 'failed', 'hung')))])])


def _tests(seconds, more):
    """Runs the tests once: ``passed``, ``failed`` or ``hung``, in how many seconds, and output."""
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, '-m', 'pytest', '-p', 'no:cacheprovider', *more], cwd=ROOT, text=True,
        errors='replace', stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
    result = None
    try:
        text, _ = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        text, _ = process.communicate()
        result = 'hung'
    result = result or ('failed' if process.returncode else 'passed')
    return result, time.monotonic() - began, text


if __name__ == '__main__':
    raise SystemExit(main())
