import json
import multiprocessing
import os
import pathlib
import signal
import subprocess
import sys

import numpy as np
import pytest

from fashion_models.experiments.devices import device_specs, main, peak_memory


@pytest.mark.parametrize(('devices', 'expected'), [
    ('@numpy', {1: '@numpy', 2: '@numpy*2', 4: '@numpy*4'}),
    ('0,1,2,3', {1: '0', 2: '0,1', 4: '0,1,2,3'}),
    ('2,3', {1: '2', 2: '2,3'}),
    ('0', {1: '0'}),
])
def test_device_specs(devices, expected):
    assert device_specs(devices) == expected


def test_peak_memory_is_not_that_of_the_parent():
    held = np.ones(40_000_000)
    with multiprocessing.get_context('spawn').Pool(1) as pool:
        of_child = pool.apply(peak_memory)
    assert peak_memory() > held.nbytes
    assert 10_000_000 < of_child < held.nbytes


SCRIPT = '''
import os, time
from fashion_models.experiments import devices
from fashion_models.training.recipe import Recipe

def measure(*_):
    print(os.getpid(), flush=True)
    time.sleep(600)

if __name__ == '__main__':
    devices._measure = measure
    devices.costs(Recipe(), {1: '@numpy'}, 1)
'''


def test_a_measurement_that_is_killed_is_told(tmp_path):
    (tmp_path / 'script.py').write_text(SCRIPT)
    with subprocess.Popen([sys.executable, tmp_path / 'script.py'], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True,
                          env={**os.environ, 'PYTHONPATH': os.pathsep.join(sys.path)}) as process:
        os.kill(int(process.stdout.readline()), signal.SIGKILL)
        _, error = process.communicate(timeout=60)
    assert 'UserError: the process that measured devices @numpy ended unexpectedly' in ' '.join(
        error.split())


def test_a_measurement_ends_with_its_parent(tmp_path):
    (tmp_path / 'script.py').write_text(SCRIPT)
    with subprocess.Popen([sys.executable, tmp_path / 'script.py'], stdout=subprocess.PIPE,
                          env={**os.environ, 'PYTHONPATH': os.pathsep.join(sys.path)}) as process:
        worker = int(process.stdout.readline())
        process.kill()
        try:
            process.communicate(timeout=60)     # until nobody can write there any more
        except subprocess.TimeoutExpired:
            os.kill(worker, signal.SIGKILL)
            raise


def test_devices(words):
    assert main([*words, '--quick']) == 0
    folder = pathlib.Path(words[-1]) / 'devices' / 'toy'
    figures = json.loads((folder / 'results.json').read_text())['figures']
    for g in '1', '2', '4':
        assert figures['steps']['first'][g] < 1e-5, 'a step is the same but for rounding'
        assert figures['steps']['fixed'][g] < 1e-3
        assert figures['costs'][g]['seconds'] > 0
        assert figures['costs'][g]['peak_megabytes'] > figures['costs'][g]['parameter_megabytes']
    assert figures['steps']['trained']['1'] == 0
    assert figures['steps']['trained']['4'] > figures['steps']['fixed']['4']
    assert figures['steps']['trained']['other dropout'] > 0
    assert set(figures['results']['test']) == {'1', '2', '4'}
    assert figures['results']['test']['1']['difference']['all']['value'] == 0
