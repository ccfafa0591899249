"""Processes that train one network together: steps, a whole training, kills, errors."""

import importlib.util
import os
import pathlib
import shutil
import subprocess
import sys
import time

import numpy as np
import psutil
import pytest

from fashion_models.training.run import Run

MPIRUN = shutil.which('mpirun', path=os.pathsep.join(
    [os.path.dirname(sys.executable), os.environ.get('PATH', '')]))

pytestmark = pytest.mark.skipif(
    MPIRUN is None or importlib.util.find_spec('mpi4py') is None,
    reason='needs mpirun and mpi4py, of the extra mpi')


def start(processes, *words, **options):
    """Starts some processes of Python under mpirun."""
    allowed = {'OMPI_ALLOW_RUN_AS_ROOT': '1', 'OMPI_ALLOW_RUN_AS_ROOT_CONFIRM': '1'}
    return subprocess.Popen(
        [MPIRUN, '-n', str(processes), '--oversubscribe', sys.executable, *map(str, words)],
        env={**os.environ, **allowed}, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        **options)


def ended(process, seconds=100):
    """Exit status, output and errors of what was started."""
    try:
        output, errors = process.communicate(timeout=seconds)
    finally:
        process.kill()
    return process.returncode, output, errors


@pytest.mark.parametrize('processes', [2, 4])
def test_steps_together_are_those_of_one(processes):
    script = pathlib.Path(__file__).with_name('steps_together.py')
    status, output, errors = ended(start(processes, script))
    assert status == 0, errors
    assert f'{processes} processes make the steps of one' in output


@pytest.fixture(scope='module')
def recipe(tiny):
    """Of some more epochs, so that no training ends before it is killed."""
    return tiny.replace(training__epochs=3)


@pytest.fixture(scope='module')
def recipe_file(recipe, tmp_path_factory):
    path = tmp_path_factory.mktemp('recipe') / 'tiny.toml'
    path.write_text(recipe.to_toml())
    return path


@pytest.fixture
def train(recipe_file, toy_catalogue, tmp_path):
    """A function that starts a training with some processes; the folder of its run."""
    out = tmp_path / 'run'

    def train(processes, *more):
        return start(processes, '-m', 'fashion_models', 'train', '--recipe', recipe_file,
                     '--catalogue', toy_catalogue, '-o', out, *more)
    return train, out


def rank(number, out):
    """One of the processes that train a run; waits until it is there."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        for process in psutil.process_iter(['cmdline', 'environ']):
            environment, words = process.info['environ'] or {}, process.info['cmdline'] or []
            if environment.get('OMPI_COMM_WORLD_RANK') == str(number) and str(out) in words:
                return process
        time.sleep(0.02)
    raise AssertionError(f'there is no process {number}')


def test_killed_and_finished_it_is_the_training_on_as_many_devices(
        recipe, toy_catalogue, train, tmp_path):
    """Dropout, normalization of each share and running statistics included."""
    start_training, out = train
    for victim, moment in ((1, 'graph.dot'), (0, 'snapshots/iteration-*7.npz')):
        process = start_training(2)
        found = rank(victim, out)
        deadline = time.monotonic() + 60
        while not list(out.glob(moment)) and process.poll() is None:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        found.kill()
        status, output, errors = ended(process, 60)
        assert status != 0
        assert f'rank {victim} ' in errors
        assert 'Traceback' not in errors
        assert 'finishing this step' not in errors  # a promise that it may have no time to keep
    status, output, errors = ended(start_training(2))
    assert status == 0, errors
    assert 'resuming from iteration-' in output
    assert output.count('the article, validation') == 1
    assert Run.open(out).provenance['processes'] == 2

    from fashion_models.training import train as training
    alone, _ = training.train(
        recipe.replace(training__devices='@numpy*2'), toy_catalogue, tmp_path / 'alone')
    with np.load(Run.open(out).last_snapshot()) as ours, np.load(alone.last_snapshot()) as theirs:
        assert ours.files == theirs.files
        for name in theirs.files:
            if name.startswith(('updater/model', 'updater/optimizer')):
                np.testing.assert_allclose(
                    ours[name], theirs[name], rtol=1e-4, atol=1e-6, err_msg=name)


def test_asked_to_stop_they_leave_a_snapshot(train):
    start_training, out = train
    process = start_training(2)
    found = rank(1, out)
    deadline = time.monotonic() + 60
    while not (out / 'graph.dot').exists() and process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    found.terminate()
    status, output, errors = ended(process, 60)
    assert status != 0
    assert output.count('saving a snapshot') == 1, errors
    assert '--resume' in output
    assert Run.open(out).last_snapshot() is not None


def test_what_is_wrong_is_said_once(train):
    status, _, errors = ended(train[0](3))
    assert status == 2
    assert errors.count('fashion-models: error: ') == 1
    assert ('fashion-models: error: batch size 8 cannot be shared evenly by 3 processes, 1 device '
            'each') in errors
    assert 'Traceback' not in errors
