"""GPUs are simulated: what is checked is what the user is told where there is none."""

import contextlib
import logging
import os
import types

import chainer
import numpy as np
import pytest
from chainer.backends import cuda

from fashion_models.devices import count, resolve, usable_cores
from fashion_models.errors import UserError

LIBRARY_MISSING = ImportError('''
================================================================
Failed to import CuPy.

Original error:
  ImportError: libcublas.so.12: cannot open shared object file: No such file or directory
================================================================
''')


def failure(spec):
    """The one line that the user is told about ``spec``."""
    with pytest.raises(UserError) as caught:
        resolve(spec)
    line = str(caught.value)
    assert '\n' not in line
    assert repr(spec) in line
    return line


class Computed(np.ndarray):
    """An array that can be fetched from the GPU."""

    def get(self):
        return np.asarray(self)


@pytest.fixture
def gpus(monkeypatch):
    """Returns a function that simulates a CuPy which sees so many GPUs."""
    def simulate(count, version='13.6.0', cudnn=True, zeros=lambda n: Computed(n)):
        def device_count():
            if isinstance(count, Exception):
                raise count
            return count

        runtime = types.SimpleNamespace(getDeviceCount=device_count)
        cupy = types.SimpleNamespace(
            __version__=version, zeros=zeros,
            cuda=types.SimpleNamespace(runtime=runtime, Device=contextlib.nullcontext))
        monkeypatch.setattr(cuda, 'available', True)
        monkeypatch.setattr(cuda, 'cupy', cupy)
        monkeypatch.setattr(cuda, '_cupy_major', int(version.split('.')[0]))
        monkeypatch.setattr(cuda, 'cudnn_enabled', cudnn)
        monkeypatch.setattr(cuda, '_cudnn_disabled_by_user', False, raising=False)
        monkeypatch.setattr(
            cuda, '_resolution_error', ImportError('libcudnn.so.8: not there'), raising=False)
        monkeypatch.setattr(
            cuda.check_cuda_available, '_already_warned', False, raising=False)
        monkeypatch.setattr(
            cuda.GpuDevice, 'from_device_id', staticmethod(lambda index: ('GPU', index)))
    return simulate


@pytest.fixture
def no_cupy(monkeypatch):
    """Returns a function that simulates a CuPy whose import ends with an error."""
    def simulate(error):
        monkeypatch.setattr(cuda, 'available', False)
        monkeypatch.setattr(cuda, '_resolution_error', error, raising=False)
    return simulate


@pytest.mark.parametrize(('spec', 'replicas'), [
    ('@numpy', 1), ('@numpy*1', 1), ('@numpy*4', 4), ('@numpy*8', 8), ('@numpy, @numpy*2', 3)])
def test_cpu_replicas(spec, replicas):
    assert resolve(spec) == [chainer.get_device('@numpy')] * replicas
    assert count(spec) == replicas


@pytest.mark.parametrize(('spec', 'indices'), [
    ('0', [0]), ('2,0', [2, 0]), ('0,1,2,3', [0, 1, 2, 3]),
    ('@cupy:1', [1]), ('@cupy:3, 1', [3, 1])])
def test_gpus_in_the_order_named(gpus, spec, indices):
    gpus(4)
    assert resolve(spec) == [('GPU', index) for index in indices]
    assert count(spec) == len(indices)


def test_processes_of_a_machine_divide_its_gpus(gpus):
    gpus(4)
    of_two = [resolve('3,0,1,2', process, 2) for process in range(2)]
    assert of_two == [[('GPU', 3), ('GPU', 0)], [('GPU', 1), ('GPU', 2)]]
    assert resolve('@numpy*2', 1, 3) == [chainer.get_device('@numpy')] * 2
    with pytest.raises(UserError, match='4 GPUs cannot be divided among 3 processes'):
        resolve('0,1,2,3', 1, 3)


@pytest.mark.parametrize('spec', [
    '', '-1', 'cuda:0', '@numpy*', '@numpy*-1', '0,', '0;1', '@intel64', '@cupy', '@cupy:0*2', '2.',
])
def test_what_is_no_device_is_named_with_the_forms_there_are(spec):
    assert '@numpy*4' in failure(spec)


@pytest.mark.parametrize('spec', ['@numpy*9', '@numpy*0', '@numpy*4,@numpy*5', '0,1,2,3,4,5,6,7,8'])
def test_between_one_and_eight(spec):
    assert 'between 1 and 8' in failure(spec)


@pytest.mark.parametrize('spec', ['0,0', '1,@cupy:1', '1,01'])
def test_no_gpu_twice(spec):
    assert 'twice' in failure(spec)


def test_without_cupy_the_extra_to_install_is_named(no_cupy):
    no_cupy(ModuleNotFoundError("No module named 'cupy'", name='cupy'))
    assert 'pip install "cupy-cuda12x' in failure('0')


def test_a_library_that_cupy_cannot_load_is_named(no_cupy):
    no_cupy(LIBRARY_MISSING)
    line = failure('0')
    assert 'libcublas.so.12 (cannot open shared object file: No such file or directory)' in line
    assert 'LD_LIBRARY_PATH' in line


def test_the_driver_is_named(no_cupy):
    no_cupy(ImportError('libcuda.so.1: cannot open shared object file: No such file or directory'))
    line = failure('0')
    assert 'libcuda.so.1' in line
    assert 'driver' in line


def test_another_failure_of_cupy_is_passed_on(no_cupy):
    no_cupy(RuntimeError('broken\n installation'))
    assert failure('0').endswith('broken installation')


def test_no_usable_driver(gpus):
    gpus(RuntimeError('cudaErrorInsufficientDriver: CUDA driver version is insufficient'))
    assert 'cudaErrorInsufficientDriver' in failure('0')


@pytest.mark.parametrize(('count', 'spec', 'missing'), [
    (1, '1', 1), (4, '0,1,2,7', 7), (0, '0', 0),
])
def test_a_number_too_high_is_told_how_many_there_are(gpus, count, spec, missing):
    gpus(count)
    assert f'there is no GPU {missing}; this machine has {count}' in failure(spec)


def test_a_gpu_is_tried(gpus):
    def zeros(n):
        raise RuntimeError('CuPy failed to load libnvrtc.so.12: OSError: libnvrtc.so.12: '
                           'cannot open shared object file: No such file or directory')

    gpus(1, zeros=zeros)
    line = failure('0')
    assert 'GPU 0 cannot compute' in line
    assert 'libnvrtc.so.12 (cannot open shared object file: No such file or directory)' in line


@pytest.mark.parametrize('version', ['11.6.0', '15.0.0'])
def test_other_versions_of_cupy(gpus, version):
    gpus(1, version=version)
    line = failure('0')
    assert f'CuPy {version}' in line
    assert '12 to 14' in line


def test_without_cudnn_it_works_and_says_what_is_lost(gpus, caplog):
    gpus(1, cudnn=False)
    with caplog.at_level(logging.WARNING):
        assert resolve('0') == [('GPU', 0)]
    [record] = caplog.records
    assert 'cuDNN' in record.message
    assert 'slower' in record.message
    assert 'libcudnn.so.8' in record.message


def test_with_cudnn_nothing_is_said(gpus, caplog):
    gpus(1)
    resolve('0')
    assert not caplog.records


def test_usable_cores_are_those_that_the_system_says(monkeypatch):
    monkeypatch.delattr(os, 'process_cpu_count', raising=False)
    monkeypatch.setattr(os, 'cpu_count', lambda: 8)
    monkeypatch.setattr(os, 'sched_getaffinity', lambda pid: {1, 5}, raising=False)
    assert usable_cores() == 2
    monkeypatch.delattr(os, 'sched_getaffinity')
    assert usable_cores() == 8
    monkeypatch.setattr(os, 'cpu_count', lambda: None)
    assert usable_cores() == 1
    monkeypatch.setattr(os, 'process_cpu_count', lambda: 3, raising=False)
    assert usable_cores() == 3
