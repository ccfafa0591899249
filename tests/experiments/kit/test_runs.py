import json
import shutil
import threading
import time
import types

import pytest

from fashion_models.catalogue.io import open_catalogue
from fashion_models.data.views import View
from fashion_models.errors import UserError
from fashion_models.experiments.kit import runs
from fashion_models.experiments.kit.runs import (
    Identity,
    Interrupted,
    find_run,
    progress,
    run_folder,
    trained_run,
)
from fashion_models.training import train as training
from fashion_models.training.interrupt import Interrupt
from fashion_models.training.learning_rate import request
from fashion_models.training.updater import MasterReplicasUpdater


@pytest.fixture(scope='module')
def catalogue(toy_catalogue):
    return open_catalogue(toy_catalogue)


@pytest.fixture(scope='module')
def short(tiny):
    return tiny.replace(training__epochs=1)


@pytest.fixture(scope='module')
def trained(catalogue, short, tmp_path_factory):
    folder = tmp_path_factory.mktemp('runs')
    return folder, trained_run(catalogue, short, 0, folder, 'multi')


@pytest.fixture
def no_training_after(monkeypatch):
    def refuse(*arguments, **more):
        raise AssertionError('trained again')

    def forbid():
        monkeypatch.setattr(runs.train, 'train', refuse)
        monkeypatch.setattr(runs.train, 'resume', refuse)
    return forbid


def test_a_finished_run_serves_again_under_any_name(catalogue, short, trained, no_training_after):
    folder, run = trained
    no_training_after()
    again = trained_run(catalogue, short, 0, folder, 'another name')
    assert again.folder == run.folder
    assert again.load_model('best').tasks == short.model.tasks


def test_its_larger_snapshots_are_removed(trained):
    assert [path.name for path in trained[1].snapshots.iterdir()] == ['best.npz']
    assert not list(trained[0].glob('.*.lock'))


def test_killed_before_it_has_cleared_up(catalogue, short, tmp_path, monkeypatch):
    """The snapshots and the lock that it leaves go when the run is sought again."""
    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(runs, '_remove_snapshots', killed)
        with pytest.raises(KeyboardInterrupt):
            trained_run(catalogue, short, 0, tmp_path, 'multi')
    lock, = tmp_path.glob('.*.lock')
    folder, = tmp_path.glob('multi-*')
    runs.printed_to(folder).touch()     # of a training beside others
    run = trained_run(catalogue, short, 0, tmp_path, 'multi')
    assert [path.name for path in run.snapshots.iterdir()] == ['best.npz']
    assert not lock.exists()
    assert [*tmp_path.iterdir()] == [folder]


def test_a_lock_beside_somebodys_own_run(catalogue, short, tmp_path):
    own, _ = training.train(short, catalogue.folder, tmp_path / 'mine')
    snapshots = sorted(own.snapshots.iterdir())
    sought = Identity.of_training(catalogue.hash(), short.replace(training__seed=0), View(), None)
    (tmp_path / f'.{sought.digest()}.lock').touch()
    assert trained_run(catalogue, short, 0, tmp_path, 'multi').folder == own.folder
    assert sorted(own.snapshots.iterdir()) == snapshots


@pytest.mark.parametrize('change', [
    {'training__seed': 1}, {'training__epochs': 2}, {'model__tasks': ('colour',)},
    {'training__learning_rate': 0.02}])
def test_another_recipe_is_another_run(catalogue, short, trained, change):
    def find(recipe, view=None, catalogue_hash=None, init=None):
        return find_run(trained[0], Identity.of_training(
            catalogue_hash or catalogue.hash(), recipe, view or View(), init))

    assert find(short).folder == trained[1].folder
    assert find(short.replace(**change)) is None
    assert find(short, catalogue_hash='of another catalogue') is None
    assert find(short, View(flattened=True)) is None
    assert find(short, init=trained[1].folder) is None


def test_a_run_on_a_gpu_serves_where_one_on_the_cpu_is_sought(catalogue, short, trained, tmp_path):
    def sought(devices):
        return Identity.of_training(
            catalogue.hash(), short.replace(training__devices=devices), View(), None)

    assert find_run(trained[0], sought('0')).folder == trained[1].folder
    assert find_run(trained[0], sought('@numpy*2')) is None
    assert sought('0,1') == sought('@numpy*2')
    begun, other = (run_folder(tmp_path, sought(devices), 'run') for devices in ('0', '@numpy'))
    assert begun != other, 'one cannot resume what the other has begun'


def test_views_and_beginnings(catalogue, short, trained, tmp_path, no_training_after):
    """Each is another run, which serves again; of a fold the last snapshot is kept."""
    folds = View(folds=2, fold=1)
    options = {'view': View(flattened=True)}, {'view': folds}, {'init': trained[1].folder}
    made = [trained_run(catalogue, short, 0, tmp_path, 'other', **more) for more in options]
    assert len({run.folder for run in made}) == 3
    no_training_after()
    again = [trained_run(catalogue, short, 0, tmp_path, 'other', **more) for more in options]
    assert [run.folder for run in again] == [run.folder for run in made]
    assert [run.last_snapshot() is not None for run in made] == [False, True, False]
    assert made[1].view == folds
    assert not (made[2].snapshots / 'initial.npz').exists()
    assert made[1].load_model('last').tasks == short.model.tasks


@pytest.mark.parametrize('name', ['recipe.toml', 'provenance.json', 'labels.json'])
def test_a_finished_run_that_is_damaged_is_not_overwritten(catalogue, short, tmp_path, name):
    run = trained_run(catalogue, short, 0, tmp_path, 'multi')
    (run.folder / name).write_text('[')
    (run.folder / '.products.embeddings.lock').touch()  # as experiments leave it
    with pytest.raises(UserError, match=f'{name}: .*; remove {run.folder}, and the same command'):
        trained_run(catalogue, short, 0, tmp_path, 'multi')
    assert (run.snapshots / 'best.npz').exists()


def test_a_finished_run_with_another_recipe_in_it_is_not_overwritten(catalogue, short, tmp_path):
    run = trained_run(catalogue, short, 0, tmp_path, 'multi')
    run.save_recipe(run.recipe.replace(training__learning_rate=0.5))
    with pytest.raises(UserError, match=f'changed; remove {run.folder}, and the same command'):
        trained_run(catalogue, short, 0, tmp_path, 'multi')


@pytest.mark.parametrize('damage', ['cut', 'gone'])
@pytest.mark.parametrize(('view', 'which'), [
    (None, 'best'), (View(folds=2, fold=1), 'best'), (View(folds=2, fold=1), 'last')])
def test_a_finished_run_whose_network_is_damaged(catalogue, short, tmp_path, view, which, damage):
    run = trained_run(catalogue, short, 0, tmp_path, 'multi', view)
    path = run.snapshot(which)
    if damage == 'cut':
        path.write_bytes(path.read_bytes()[:-100])
    else:
        path.unlink()
    with pytest.raises(UserError, match=f'{which if damage == "gone" else path.name}.*; remove '
                                        f'{run.folder}, and the same command trains it anew'):
        trained_run(catalogue, short, 0, tmp_path, 'multi', view)
    shutil.rmtree(run.folder)
    assert trained_run(catalogue, short, 0, tmp_path, 'multi', view).snapshot(which) == path


def test_a_run_of_the_train_command_serves(catalogue, short, tmp_path):
    run, _ = training.train(short, catalogue.folder, tmp_path / 'toy')
    found = trained_run(catalogue, short, 0, tmp_path, 'multi')
    assert found.folder == run.folder
    assert found.last_snapshot() is not None, 'its owner may want to train it longer'


def test_a_run_that_somebody_is_still_training_is_left_alone(catalogue, short, tmp_path):
    other, _ = training.train(short, catalogue.folder, tmp_path / 'toy')
    (other.folder / 'finished').unlink()
    before = sorted((path, path.stat().st_mtime_ns) for path in other.folder.rglob('*'))
    found = trained_run(catalogue, short, 0, tmp_path, 'multi')
    assert found.folder != other.folder
    assert sorted((path, path.stat().st_mtime_ns) for path in other.folder.rglob('*')) == before


@pytest.mark.parametrize('name', ['provenance.json', 'recipe.toml'])
def test_a_run_that_another_process_starts_over_meanwhile(
        catalogue, short, trained, tmp_path, monkeypatch, name):
    shutil.copytree(trained[1].folder, tmp_path / 'run')
    identity = Identity.of_run(trained[1])
    assert find_run(tmp_path, identity)
    opened = runs.Run.open

    def open_and_remove(folder):
        run = opened(folder)
        (run.folder / name).unlink()
        return run

    monkeypatch.setattr(runs.Run, 'open', open_and_remove)
    assert find_run(tmp_path, identity) is None


def test_a_run_with_a_learning_rate_by_hand_is_another(catalogue, short, tmp_path):
    run, _ = training.train(short, catalogue.folder, tmp_path / 'toy')
    identity = Identity.of_run(run)
    assert find_run(tmp_path, identity).folder == run.folder
    request(run, 0.001)
    assert find_run(tmp_path, identity) is None


def test_an_interrupted_run_is_gone_on_with_under_any_name(
        catalogue, short, tmp_path, monkeypatch):
    run = trained_run(catalogue, short, 0, tmp_path, 'multi')
    (run.folder / 'finished').unlink()
    assert trained_run(catalogue, short, 0, tmp_path, 'other').folder == run.folder
    assert run.finished


def test_goes_on_after_an_interruption(catalogue, tiny, trained, tmp_path, monkeypatch):
    update = MasterReplicasUpdater.update_core
    steps = []

    def update_and_count(self):
        steps.append(self.iteration)
        update(self)

    monkeypatch.setattr(MasterReplicasUpdater, 'update_core', update_and_count)
    monkeypatch.setattr(Interrupt, 'requested', property(
        lambda self: len(steps) >= 3, lambda self, value: None), raising=False)
    with pytest.raises(Interrupted):
        trained_run(catalogue, tiny, 0, tmp_path, 'multi')
    monkeypatch.delattr(Interrupt, 'requested')
    trained_run(catalogue, tiny, 0, tmp_path, 'multi')
    assert steps == list(range(len(steps)))
    assert len(list(tmp_path.glob('*/provenance.json'))) == 1


def test_waits_for_another_process_that_trains_it(
        catalogue, short, tmp_path, monkeypatch, capsys):
    train, trainings, found = training.train, [], []

    def second():
        found.append(trained_run(catalogue, short, 0, tmp_path, 'multi'))

    def train_while_another_waits(*arguments, **options):
        trainings.append(arguments)
        other.start()
        for _ in range(1000):
            if 'waiting for another process, which is training' in capsys.readouterr().out:
                return train(*arguments, **options)
            time.sleep(0.01)
        raise AssertionError('the other one did not wait')

    other = threading.Thread(target=second, daemon=True)
    monkeypatch.setattr(runs.train, 'train', train_while_another_waits)
    run = trained_run(catalogue, short, 0, tmp_path, 'multi')
    other.join(60)
    assert [one.folder for one in found] == [run.folder]
    assert len(trainings) == 1
    assert not list(tmp_path.glob('.*.lock'))


@pytest.mark.parametrize(('networks', 'seconds', 'expected'), [
    (19, [], 'network 1 of 19'),
    (19, [50, 34], 'network 3 of 19, about 12 minutes left'),
    (2, [10800], 'network 2 of 2, about 3 hours left'),
    (2, [0.01], 'network 2 of 2, about 1 second left'),
    (1, [40], 'network 2 of 2, about 40 seconds left'),     # more than were announced
])
def test_progress_tells_the_place_and_the_time_left(tmp_path, networks, seconds, expected):
    assert progress(networks, finished(tmp_path, seconds)) == expected


@pytest.mark.parametrize(('networks', 'seconds', 'count', 'expected'), [
    (19, [], 3, 'networks 1 to 3 of 19'),
    (19, [200, 240, 250], 6, 'networks 4 to 9 of 19, about 31 minutes left'),    # 16 · 230 s / 2
    (4, [40], 4, 'networks 2 to 5 of 5, about 80 seconds left'),     # more than were announced
])
def test_progress_of_several_at_a_time(tmp_path, networks, seconds, count, expected):
    assert progress(networks, finished(tmp_path, seconds), count, jobs=2) == expected


def finished(tmp_path, seconds):
    """Runs whose trainings took as long."""
    before = []
    for number, elapsed in enumerate(seconds):
        (tmp_path / str(number)).mkdir()
        (tmp_path / str(number) / 'log.json').write_text(json.dumps([{
            'epoch': 1, 'iteration': 1, 'elapsed_time': elapsed, 'validation/loss': 1}]))
        before.append(types.SimpleNamespace(folder=tmp_path / str(number)))
    return before


def test_the_place_of_a_training_is_shown(catalogue, short, tmp_path, capsys):
    trained_run(catalogue, short, 0, tmp_path, 'multi', place='network 2 of 3')
    assert ': training (network 2 of 3)\n' in capsys.readouterr().out
    trained_run(catalogue, short, 0, tmp_path, 'multi', place='network 3 of 3')
    assert 'network 3 of 3' not in capsys.readouterr().out      # it was reused


def test_a_rate_set_by_hand_is_told(catalogue, short, tmp_path):
    run = trained_run(catalogue, short, 0, tmp_path, 'multi')
    request(run, 0.5)
    with pytest.raises(UserError, match=r'its learning rate was set by hand.*move it away'):
        trained_run(catalogue, short, 0, tmp_path, 'multi')


def test_a_finished_run_without_its_snapshots_is_not_trained_from_nothing(
        catalogue, short, tmp_path):
    run = trained_run(catalogue, short, 0, tmp_path, 'multi')
    before = {path: path.read_bytes() for path in run.folder.rglob('*') if path.is_file()}
    with pytest.raises(UserError, match='is finished, and the snapshots'):
        training.resume(run, epochs=3)
    assert {path: path.read_bytes() for path in before} == before
