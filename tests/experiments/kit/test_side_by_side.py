import multiprocessing
import os
import pathlib
import re
import signal
import subprocess
import sys
import time

import psutil
import pytest

from fashion_models.catalogue.io import open_catalogue
from fashion_models.data.views import View
from fashion_models.errors import UserError
from fashion_models.experiments.kit import side_by_side
from fashion_models.experiments.kit.runs import (
    Interrupted,
    find_run,
    printed_to,
    run_folder,
    trained_run,
)
from fashion_models.experiments.kit.side_by_side import Network, train_side_by_side


@pytest.fixture(scope='module')
def catalogue(toy_catalogue):
    return open_catalogue(toy_catalogue)


def networks(tiny, epochs, seeds=(0, 1, 2)):
    return [Network(f'toy-{seed}', seed, tiny.replace(training__epochs=epochs)) for seed in seeds]


def test_all_are_trained_and_each_is_its_own(tiny, catalogue, tmp_path, capfd):
    wanted = networks(tiny, 1, (0, 1)) + [
        Network('flat-0', 0, tiny.replace(training__epochs=1), View(flattened=True)),
        # A schedule that is tried has the name of the others.
        Network('toy-0', 0, tiny.replace(training__epochs=2))]
    before = os.environ.get('OMP_NUM_THREADS')
    train_side_by_side(catalogue, wanted, tmp_path, 2)
    assert os.environ.get('OMP_NUM_THREADS') == before
    assert 'training 4 networks, 2 at a time' in capfd.readouterr().out
    for network in wanted:
        run = find_run(tmp_path, network.identity(catalogue.hash()))
        assert run.folder.name.startswith(network.name)
        assert run.recipe.training.seed == network.seed
        assert run.view == network.view
    assert not list(tmp_path.glob('*.txt'))
    assert not multiprocessing.active_children()


def test_epochs_from_before_an_interruption_do_not_count_as_fast_ones(
        tiny, catalogue, tmp_path, capfd):
    wanted = networks(tiny, 3, (0, 1))
    for network in wanted:
        run = trained_run(catalogue, network.recipe, network.seed, tmp_path, network.name)
        (run.folder / 'finished').unlink()
    train_side_by_side(catalogue, wanted, tmp_path, 2)
    # tqdm's rate is of what it has seen: none of 6.
    first, *_, last = capfd.readouterr().err.replace('\r', '\n').strip().splitlines()
    assert '6/6' in first
    assert '6/6' in last
    assert re.search(r'\?|0\.00', last.partition(',')[2])


def test_each_has_its_share_of_the_cores(monkeypatch):
    monkeypatch.setattr(side_by_side, 'usable_cores', lambda: 7)
    monkeypatch.delenv('OMP_NUM_THREADS')
    with side_by_side._threads(3):
        assert os.environ['OMP_NUM_THREADS'] == '2'
    assert 'OMP_NUM_THREADS' not in os.environ


def test_one_that_fails_is_told_and_the_others_end(tiny, catalogue, tmp_path):
    bad = tiny.replace(training__epochs=1, training__learning_rate=1e30)
    with pytest.raises(UserError, match=r'bad-\w+\.txt: the training failed: .*the loss is'):
        # The bad one is last, so that the long one has begun.
        train_side_by_side(
            catalogue, [*networks(tiny, 500, (1,)), *networks(tiny, 1, (2,)),
                        Network('bad', 0, bad)], tmp_path, 2)
    assert not multiprocessing.active_children()
    (unfinished,) = tmp_path.glob('toy-1-*/')
    assert list((unfinished / 'snapshots').glob('iteration-*.npz'))


SCRIPT = '''
import sys
from fashion_models.catalogue.io import open_catalogue
from fashion_models.experiments.kit.runs import Interrupted
from fashion_models.experiments.kit.side_by_side import Network, train_side_by_side
from fashion_models.training.recipe import Recipe
if __name__ == '__main__':
    recipe = Recipe.load(sys.argv[2])
    try:
        train_side_by_side(open_catalogue(sys.argv[1]), [
            Network(f'toy-{seed}', seed, recipe) for seed in range(2)], sys.argv[3], 2)
    except Interrupted:
        sys.exit(130)
'''


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGKILL])
def test_ctrl_c_and_kill_end_all(tiny, toy_catalogue, tmp_path, number):
    (tmp_path / 'script.py').write_text(SCRIPT)
    (tmp_path / 'recipe.toml').write_text(tiny.replace(training__epochs=5000).to_toml())
    process = subprocess.Popen(
        [sys.executable, tmp_path / 'script.py', toy_catalogue, tmp_path / 'recipe.toml',
         tmp_path / 'runs'], start_new_session=True, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 90
    snapshots = 'runs/*/snapshots/iteration-*.npz'
    while len({path.parent for path in tmp_path.glob(snapshots)}) < 2:
        assert time.monotonic() < deadline
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.1)
    if number == signal.SIGINT:     # as a terminal does: to the whole group
        os.killpg(process.pid, number)
        assert process.wait(60) == 130
    else:
        process.kill()
        process.wait(60)
    while running(tmp_path / 'runs'):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert len({path.parent for path in tmp_path.glob(snapshots)}) == 2
    assert not list(tmp_path.glob('runs/*/finished'))


def running(folder):
    """Processes that have a file of the folder open."""
    return [process for process in psutil.process_iter(['open_files'])
            if any(str(folder) in file.path for file in process.info['open_files'] or ())]


def test_interrupted_is_not_a_failure():
    class Process:
        exitcode = 130

    with pytest.raises(KeyboardInterrupt):
        side_by_side._check(Process(), pathlib.Path('log'))
    assert issubclass(Interrupted, Exception)


def test_what_is_printed_goes_through_no_link(tiny, catalogue, tmp_path):
    (tmp_path / 'thesis').write_text('mine')
    network = Network('toy-0', 0, tiny.replace(training__epochs=1))
    folder = run_folder(tmp_path / 'runs', network.identity(catalogue.hash()), network.name)
    folder.parent.mkdir()
    printed_to(folder).symlink_to(tmp_path / 'thesis')
    train_side_by_side(catalogue, [network], tmp_path / 'runs', 1)
    assert (tmp_path / 'thesis').read_text() == 'mine'
    assert not list((tmp_path / 'runs').glob('*.txt'))
