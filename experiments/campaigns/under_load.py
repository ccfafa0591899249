"""Runs the tests again and again beside busy processes, and says how often they failed or hung.

    python experiments/campaigns/under_load.py [--runs N] [--busy N] [--seconds N] [-k WORDS …]

The bar: 20 runs in a row without a failure or a hang. Each run is what ``make test`` runs, with a
limit of its own, besides that of each test; twice as many busy processes as there are cores take
the tests' turns. Not part of ``make campaign``, for it takes hours and the whole machine.

Time: 20 times three of ``make test``.
"""

import argparse
import contextlib
import pathlib
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
    parser.add_argument('--busy', type=int, default=2 * usable_cores(), metavar='N',
                        help='busy processes (default: two a core)')
    parser.add_argument('--seconds', type=int, default=3600, metavar='N',
                        help='the longest that a run may take (default: 3600)')
    parser.add_argument('-o', '--output', type=pathlib.Path, metavar='DIR',
                        default=campaign.HERE / 'results' / 'under_load')
    arguments, more = parser.parse_known_args()
    started, runs = time.monotonic(), []
    with busy(arguments.busy):
        for number in range(1, arguments.runs + 1):
            begun = time.monotonic()
            result, text = _tests(arguments.seconds, more)
            runs.append({'result': result, 'seconds': round(time.monotonic() - begun),
                         'output': '' if result == 'passed' else text[-20_000:]})
            print(f'run {number} of {arguments.runs}: {result}, {runs[-1]["seconds"]} s',
                  flush=True)
            if result != 'passed':
                print(text[-5000:])
            results = [run['result'] for run in runs]
            write_record(arguments.output, {
                'campaign': 'under_load', **portable_provenance(provenance()),
                'busy': arguments.busy, 'seconds': round(time.monotonic() - started),
                'runs': runs}, [Table('The tests beside busy processes', (
                    'runs', 'passed', 'failed', 'hung'), [(len(runs), *map(results.count, (
                        'passed', 'failed', 'hung')))])])
    return 0 if results.count('passed') == arguments.runs else 1


def _tests(seconds, more):
    process = subprocess.Popen(
        [sys.executable, '-m', 'pytest', *more], cwd=ROOT, text=True, errors='replace',
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        text, _ = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        text, _ = process.communicate()
        return 'hung', text
    return 'failed' if process.returncode else 'passed', text


if __name__ == '__main__':
    raise SystemExit(main())
