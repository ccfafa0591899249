import contextlib
import errno
import types

import chainer
import numpy as np
import pytest

from fashion_models.errors import UserError
from fashion_models.training import snapshots


class Model(chainer.Chain):
    def __init__(self, value=0.0, size=3):
        super().__init__()
        with self.init_scope():
            self.fc = chainer.links.Linear(size, 2)
        self.fc.b.array[...] = value


def make_trainer(value=0.0):
    """What a snapshot needs of a trainer: serialize, observation, updater."""
    model = Model(value)
    updater = types.SimpleNamespace(iteration=0, is_new_epoch=False, master=model)
    updater.serialize = lambda serializer: model.serialize(serializer['model:main'])
    trainer = types.SimpleNamespace(updater=updater, observation={})
    trainer.serialize = lambda serializer: updater.serialize(serializer['updater'])
    return trainer


def epoch(trainer, extension, iteration, loss):
    trainer.updater.iteration = iteration
    trainer.updater.is_new_epoch = True
    trainer.observation = {'validation/loss': loss}
    trainer.updater.master.fc.b.array[...] = iteration
    extension(trainer)


def start(tmp_path, trainer, **options):
    extension = snapshots.Snapshots(tmp_path / 'snapshots', 'abc', **options)
    extension.initialize(trainer)
    return extension


def names(tmp_path):
    return sorted(path.name for path in (tmp_path / 'snapshots').iterdir())


def test_keeps_the_last_two_and_the_best(tmp_path):
    trainer = make_trainer()
    extension = start(tmp_path, trainer)
    for iteration, loss in [(10, 3.0), (20, 1.0), (30, 2.0), (40, 1.5)]:
        epoch(trainer, extension, iteration, loss)
    assert names(tmp_path) == [
        'best.npz', 'iteration-00000030.npz', 'iteration-00000040.npz']
    model = Model()
    snapshots.load_model(model, tmp_path / 'snapshots' / 'best.npz')
    assert model.fc.b.array.tolist() == [20, 20]
    snapshots.load_model(model, tmp_path / 'snapshots' / 'iteration-00000040.npz')
    assert model.fc.b.array.tolist() == [40, 40]


def test_killed_before_an_old_one_is_removed(tmp_path, monkeypatch):
    trainer = make_trainer()
    extension = start(tmp_path, trainer)
    with monkeypatch.context() as patch:
        patch.setattr(extension, '_remove_old', lambda: None)
        for iteration in 10, 20, 30:
            epoch(trainer, extension, iteration, 1.0)
    start(tmp_path, trainer)
    assert names(tmp_path) == ['best.npz', 'iteration-00000020.npz', 'iteration-00000030.npz']


def test_between_epochs_only_after_ten_minutes(tmp_path, monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(snapshots.time, 'monotonic', lambda: now[0])
    trainer = make_trainer()
    extension = start(tmp_path, trainer)
    for iteration, minutes in [(1, 1), (2, 9), (3, 11), (4, 12)]:
        trainer.updater.iteration = iteration
        now[0] = 1000.0 + 60 * minutes
        extension(trainer)
    assert names(tmp_path) == ['iteration-00000003.npz']


def test_resumes_only_with_the_same_recipe(tmp_path):
    trainer = make_trainer()
    epoch(trainer, start(tmp_path, trainer), 10, 1.0)
    path = tmp_path / 'snapshots' / 'iteration-00000010.npz'
    other = make_trainer(5.0)
    snapshots.resume(other, path, 'abc')
    assert other.updater.master.fc.b.array.tolist() == [10, 10]
    with pytest.raises(UserError, match='of another recipe'):
        snapshots.resume(other, path, 'xyz')


def cut(path):
    path.write_bytes(path.read_bytes()[:-100])


def change_a_byte(path):
    content = bytearray(path.read_bytes())
    content[content.index(np.float32(20).tobytes())] ^= 1    # of the layer's bias
    path.write_bytes(content)


@pytest.mark.parametrize('damage', [cut, change_a_byte, lambda path: path.write_bytes(b'')])
def test_a_damaged_snapshot_gives_way_to_the_one_before(tmp_path, damage):
    trainer = make_trainer()
    extension = start(tmp_path, trainer)
    folder = tmp_path / 'snapshots'
    assert snapshots.newest_intact(folder, pytest.fail) is None
    for iteration in (10, 20):
        epoch(trainer, extension, iteration, 30.0 - iteration)
    first, last = (folder / f'iteration-000000{number}.npz' for number in (10, 20))
    assert snapshots.newest_intact(folder, pytest.fail) == last
    damage(last)
    told = []
    assert snapshots.newest_intact(folder, told.append) == first
    assert told == [f'{last}: is damaged, renamed to {last.name}.damaged']
    assert snapshots.list_snapshots(folder) == [first]
    cut(first)
    for _ in range(2):      # no try begins from nothing without a word
        with pytest.raises(UserError, match='all snapshots are damaged'):
            snapshots.newest_intact(folder, told.append)


def test_reads_without_pickle(tmp_path):
    trainer = make_trainer()
    epoch(trainer, start(tmp_path, trainer), 10, 1.0)
    for path in (tmp_path / 'snapshots').iterdir():
        with np.load(path, allow_pickle=False) as arrays:
            assert all(not arrays[key].dtype.hasobject for key in arrays)


def test_what_would_need_pickle_is_refused(tmp_path):
    trainer = make_trainer()
    trainer.serialize = lambda serializer: serializer('none', None)
    with pytest.raises(TypeError, match='none: an object array would need pickle'):
        epoch(trainer, start(tmp_path, trainer), 10, 1.0)


def test_full_disk_leaves_the_previous_snapshot(tmp_path, monkeypatch):
    trainer = make_trainer()
    extension = start(tmp_path, trainer)
    epoch(trainer, extension, 10, 1.0)
    before = {path: path.read_bytes() for path in (tmp_path / 'snapshots').iterdir()}

    def savez(file, **arrays):
        file.write(b'half of it')
        raise OSError(errno.ENOSPC, 'No space left on device')

    monkeypatch.setattr(snapshots.np, 'savez', savez)
    message = 'No space left on device; iteration-00000010.npz is intact: make room'
    with pytest.raises(UserError, match=message):
        epoch(trainer, extension, 20, 2.0)
    assert {path: path.read_bytes() for path in (tmp_path / 'snapshots').iterdir()} == before


@pytest.mark.filterwarnings('ignore::pytest.PytestUnraisableExceptionWarning')
def test_a_really_full_disk(tmp_path, monkeypatch):
    @contextlib.contextmanager
    def full(path):
        # Every write to this file finds the disk full.
        with open('/dev/full', 'wb') as file:
            yield file
            file.flush()

    trainer = make_trainer()
    extension = start(tmp_path, trainer)
    monkeypatch.setattr(snapshots, 'atomic_write', full)
    with pytest.raises(UserError, match='there was no earlier one'):
        epoch(trainer, extension, 10, 1.0)


def test_leftovers_of_a_kill_are_removed(tmp_path):
    (tmp_path / 'snapshots').mkdir()
    (tmp_path / 'snapshots' / '.best.npz.x1.partial').write_text('half')
    start(tmp_path, make_trainer())
    assert names(tmp_path) == []


def with_trigger():
    trainer = make_trainer()
    trigger = chainer.training.triggers.IntervalTrigger(1, 'iteration')
    of_updater = trainer.serialize

    def serialize(serializer):
        of_updater(serializer)
        trigger.serialize(serializer['trigger'])
    trainer.serialize = serialize
    return trainer


def test_entries_that_chainer_would_guess_are_missed(tmp_path):
    trainer = with_trigger()
    epoch(trainer, start(tmp_path, trainer), 10, 1.0)
    path = tmp_path / 'snapshots' / 'iteration-00000010.npz'
    snapshots.resume(with_trigger(), path, 'abc')
    arrays = dict(np.load(path))
    del arrays['trigger/previous_iteration']
    np.savez(path, **arrays)
    with pytest.raises(UserError, match='it has no trigger/previous_iteration'):
        snapshots.resume(with_trigger(), path, 'abc')


@pytest.mark.parametrize('value', [np.nan, np.inf])
def test_parameters_that_are_not_finite(tmp_path, value):
    trainer = make_trainer()
    control = start(tmp_path, trainer)
    epoch(trainer, control, 10, 1.0)
    path = tmp_path / 'diverged.npz'
    snapshots.save_model(trainer.updater.master, path)
    arrays = dict(np.load(path))
    arrays['updater/model:main/fc/W'][0, 1] = value
    np.savez(path, **arrays)
    with pytest.raises(UserError, match=r'diverged.npz: fc/W holds values that are not finite'):
        snapshots.load_model(trainer.updater.master, path)

    kept = {path: path.read_bytes() for path in tmp_path.rglob('*.npz')}
    trainer.updater.master.fc.W.array[0, 1] = value
    for write in (lambda: snapshots.save_model(trainer.updater.master, path),
                  lambda: epoch(trainer, control, 20, 0.5)):
        with pytest.raises(UserError, match=r'not written: fc/W is not finite: .* has diverged'):
            write()
    assert {path: path.read_bytes() for path in tmp_path.rglob('*.npz')} == kept


@pytest.mark.parametrize(('name', 'value'), [
    ('norm/N', np.float16(3)), ('norm/gamma', np.ones(2, np.int64)),
    ('norm/beta', np.array(['a']))])
def test_arrays_of_another_kind(tmp_path, name, value):
    model = Model()
    with model.init_scope():
        model.norm = chainer.links.BatchNormalization(2)
    arrays = snapshots.model_arrays(model)
    assert name in arrays
    path = tmp_path / 'other.npz'
    np.savez(path, **{snapshots.MODEL + key: array for key, array in {
        **arrays, name: value}.items()})
    with pytest.raises(UserError, match=f'other.npz: .*: {name} is missing'):
        snapshots.load_model(model, path)


def test_snapshot_that_does_not_fit(tmp_path):
    trainer = make_trainer()
    epoch(trainer, start(tmp_path, trainer), 10, 1.0)
    with pytest.raises(UserError, match=r'best.npz: the snapshot does not fit the recipe'):
        snapshots.load_model(Model(size=4), tmp_path / 'snapshots' / 'best.npz')


@pytest.mark.parametrize(('name', 'value', 'message'), [
    ('updater/iteration', -1, 'is -1, expected 10'),
    ('updater/iteration', 9, 'expected 10, as the name of the file says'),
    ('updater/iterator:main/count', -10**15, 'expected 10, as the name of the file says'),
    ('updater/iterator:main/count', 10**18, 'expected 10, as the name of the file says'),
    ('updater/iterator:main/count', [10, 10], 'expected 10, as the name of the file says'),
    ('updater/optimizer:main/fc/b/v', [1.0, np.nan], 'is not the velocity'),
    ('updater/optimizer:main/fc/b/v', [1, 2], 'is not the velocity'),
    ('updater/optimizer:main/fc/b/v', 1.0, 'is not the velocity'),
    ('updater/optimizer:main/fc/other/v', [1.0, 2.0], 'is not the velocity'),
    ('extensions/log/_log', 3, 'is no log of a training'),
    ('extensions/log/_log', '[1, 2]', 'is no log of a training'),
    ('extensions/log/_log', '[' * 100_000, 'is no log of a training')])
def test_numbers_that_no_training_can_go_on_with(tmp_path, name, value, message):
    trainer = make_trainer()
    epoch(trainer, start(tmp_path, trainer), 10, 1.0)
    path = tmp_path / 'snapshots' / 'iteration-00000010.npz'
    arrays = dict(np.load(path))
    np.savez(path, **arrays | {name: value})
    with pytest.raises(UserError, match=f'iteration-00000010.npz: .*{message}'):
        snapshots.resume(make_trainer(), path, 'abc')


def test_the_state_of_a_training(tmp_path):
    trainer = make_trainer()
    epoch(trainer, start(tmp_path, trainer), 10, 1.0)
    path = tmp_path / 'snapshots' / 'iteration-00000010.npz'
    arrays = dict(np.load(path))
    np.savez(path, **arrays | {
        'updater/iteration': 10, 'updater/iterator:main/count': 10,
        'updater/optimizer:main/fc/b/v': np.array([1.0, 2.0], np.float32),
        'updater/optimizer:main/fc/b/t': 10, 'extensions/log/_log': '[{"loss": 1.0}]'})
    resumed = make_trainer()
    snapshots.resume(resumed, path, 'abc')
    assert resumed.updater.master.fc.b.array.tolist() == [10, 10]
