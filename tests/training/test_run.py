"""The run folder: what may be overwritten, one writer, and files that hold something else."""

import json
import shutil
import subprocess
import sys

import numpy as np
import pytest

from fashion_models.data.vocabulary import Vocabulary
from fashion_models.errors import UserError
from fashion_models.training.run import Run
from fashion_models.training.run_files import LOCK, WRITTEN

PROVENANCE = {'catalogue': {'folder': 'shop', 'hash': 'abc'}}


def create(folder, recipe, **options):
    vocabulary = Vocabulary({task: ['a', 'b'] for task in recipe.model.tasks})
    mean = np.zeros((3, recipe.data.size, recipe.data.size), np.float32)
    return Run.create(folder, recipe, vocabulary, mean, PROVENANCE, **options)


@pytest.fixture
def copy(tiny_run, tmp_path):
    """A copy of a trained run, to be damaged."""
    return shutil.copytree(tiny_run[0], tmp_path / 'copy')


def test_every_file_of_a_training_is_known(tiny_run):
    folder = tiny_run[0]
    known = {path for pattern in WRITTEN for path in folder.glob(pattern)}
    assert set(folder.rglob('*')) == known


def test_loading_a_network_leaves_the_random_numbers_of_the_caller(tiny_run):
    np.random.seed(7)   # noqa: NPY002
    expected = np.random.random(3)  # noqa: NPY002
    np.random.seed(7)   # noqa: NPY002
    Run.open(tiny_run[0]).load_model()
    np.testing.assert_array_equal(np.random.random(3), expected)    # noqa: NPY002


def test_overwriting_removes_the_whole_run_and_nothing_else(copy, tiny):
    with pytest.raises(UserError, match='holds a run already'):
        create(copy, tiny)
    (copy / 'log.jsonx8d2k1_a').mkdir()       # as Chainer leaves one when it is killed
    run = create(copy, tiny, overwrite=True)
    assert {path.name for path in copy.iterdir()} == {
        'mean.npy', 'labels.json', 'recipe.toml', 'provenance.json', LOCK}
    assert run.last_snapshot() is None


@pytest.mark.parametrize('name', [
    'thesis.doc', 'snapshots/thesis.doc', 'old/thesis.doc', 'log.json.2026/log.json',
    '.thesis.partial', 'snapshots/iteration-of-mine.npz'])
def test_overwriting_refuses_where_other_files_are(copy, tiny, name):
    (copy / name).parent.mkdir(exist_ok=True)
    (copy / name).write_text('precious')
    before = sorted(copy.rglob('*'))
    with pytest.raises(UserError, match=f'cannot be overwritten, since it holds {name[:3]}'):
        create(copy, tiny, overwrite=True)
    assert sorted(copy.rglob('*')) == before


def test_overwriting_follows_no_links(copy, tiny, tmp_path):
    shutil.move(copy / 'snapshots', tmp_path / 'elsewhere')
    (copy / 'snapshots').symlink_to(tmp_path / 'elsewhere')
    with pytest.raises(UserError, match='cannot be overwritten, since it holds snapshots'):
        create(copy, tiny, overwrite=True)
    assert (tmp_path / 'elsewhere' / 'best.npz').exists()


@pytest.mark.parametrize('name', ['mean.npy', 'recipe.toml', 'provenance.json'])
def test_a_folder_with_one_such_file_is_no_run(tmp_path, tiny, name):
    (tmp_path / name).write_text('precious')
    with pytest.raises(UserError, match='not empty and holds no run'):
        create(tmp_path, tiny, overwrite=True)
    assert (tmp_path / name).read_text() == 'precious'


KILLED = '''
import os, pathlib, signal, sys
import numpy as np
from fashion_models.data.vocabulary import Vocabulary
from fashion_models.errors import UserError
from fashion_models.training.recipe import Recipe
from fashion_models.training.run import Run

folder, overwrite = pathlib.Path(sys.argv[1]), sys.argv[2] == 'overwrite'
recipe = Recipe()
mean = np.zeros((3, 224, 224), np.float32)
vocabulary = Vocabulary({task: ['a', 'b'] for task in recipe.model.tasks})

def create(overwrite=overwrite):
    run = Run(folder)
    run.check_free(overwrite)
    with run.locked():
        return Run.create(
            folder, recipe, vocabulary, mean, {'catalogue': {'folder': '', 'hash': ''}}, overwrite)

def killed_at(event):
    """Kills a child before its n-th change to the file system; whether it got that far."""
    pid = os.fork()
    if pid == 0:
        left = event
        def hook(name, arguments):
            nonlocal left
            if name in ('open', 'os.rename', 'os.remove', 'os.rmdir', 'os.mkdir') and str(
                    folder.name) in str(arguments[0]) or name in ('os.remove', 'os.rmdir'):
                left -= 1
                if left < 0:
                    os.kill(os.getpid(), signal.SIGKILL)
        sys.addaudithook(hook)
        create()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == -signal.SIGKILL

event = kills = 0
while True:
    if overwrite:
        create()
        (folder / 'log.json').write_text('[]')
        (folder / 'snapshots').mkdir()
        (folder / 'snapshots' / 'best.npz').write_text('')
    if not killed_at(event):
        break
    kills += 1
    if (folder / 'provenance.json').exists():
        Run.open(folder).mean
    else:
        create()
    assert Run.open(folder).recipe == recipe
    for path in [] if overwrite else list(folder.iterdir()):
        path.unlink()
    event += 1
print(kills)
'''


@pytest.mark.parametrize('way', ['new', 'overwrite'])
def test_a_start_that_was_killed_anywhere_is_redone_by_the_same_call(tmp_path, way):
    done = subprocess.run(
        [sys.executable, '-c', KILLED, str(tmp_path / 'killed-run'), way], capture_output=True,
        text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) >= (10 if way == 'new' else 15)


HELD = '''
import sys
from fashion_models.training.run import Run
with Run(sys.argv[1]).locked():
    print('held', flush=True)
    sys.stdin.read()
'''


def test_one_process_trains_a_run(copy, tiny, toy_catalogue):
    from fashion_models.training import train
    process = subprocess.Popen(
        [sys.executable, '-c', HELD, str(copy)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert process.stdout.readline() == b'held\n'
        before = {path: path.stat().st_mtime_ns for path in copy.rglob('*')}
        with pytest.raises(UserError, match='copy: is being trained by another process'):
            train.resume(Run.open(copy), catalogue_folder=toy_catalogue)
        with pytest.raises(UserError, match='copy: is being trained by another process'):
            train.train(tiny, toy_catalogue, copy, overwrite=True)
        assert {path: path.stat().st_mtime_ns for path in copy.rglob('*')} == before
    finally:
        process.kill()      # which releases the lock
        process.communicate()
    assert train.resume(Run.open(copy), catalogue_folder=toy_catalogue)


def test_a_lock_that_is_a_link_is_left_alone(copy, tmp_path):
    (tmp_path / 'thesis.doc').write_text('precious')
    (copy / LOCK).unlink(missing_ok=True)
    (copy / LOCK).symlink_to(tmp_path / 'thesis.doc')
    with pytest.raises(UserError, match='is a symbolic link'), Run.open(copy).locked():
        pass
    assert (tmp_path / 'thesis.doc').read_text() == 'precious'


def test_what_a_killed_training_left_is_removed_by_the_next(copy, toy_catalogue):
    from fashion_models.training import train
    (copy / '.log.json.0123abcd.partial').write_text('half')
    (copy / 'log.jsonx8d2k1_a').mkdir()
    # Of an embedding into the run folder that was killed, and a person's own.
    kept = [copy / name for name in ('.shop.embeddings.partial', 'log.json.2026')]
    for folder in kept:
        folder.mkdir()
        (folder / 'log.json').touch()
    assert train.resume(Run.open(copy), catalogue_folder=toy_catalogue)
    assert [*copy.glob('.*.partial'), *copy.glob('log.json?*')] == kept
    assert all((folder / 'log.json').exists() for folder in kept)


@pytest.mark.parametrize(('mean', 'found'), [
    (np.zeros((3, 50, 48), np.float32), r'found float32 values of shape \(3, 50, 48\), expected'),
    (np.zeros((3, 48, 48)), 'found float64 values'),
    (np.full((3, 48, 48), 1e38, np.float32), r'found values from 1e\+38 to 1e\+38, expected'),
    (np.full((3, 48, 48), -1, np.float32), 'of 0 to 255'),
    (np.full((3, 48, 48), np.nan, np.float32), 'not finite'),
    (np.full((3, 48, 48), np.inf, np.float32), 'not finite')])
def test_mean_of_the_wrong_kind_is_refused(copy, mean, found):
    np.save(copy / 'mean.npy', mean)
    with pytest.raises(UserError, match=f'mean.npy: .*{found}'):
        Run.open(copy).mean  # noqa: B018


@pytest.mark.parametrize('text', [
    '[]', '{', '{"gender": "female"}', '{"gender": []}', '{"gender": ["a", "a"]}',
    '{"gender": ["a", ""]}', '{"gender": ["a", 1]}', '{"gender": null}', '"labels"',
    '{"gender": ["\\ud800"]}', '[' * 100_000])
def test_labels_of_the_wrong_kind_are_refused(copy, text):
    (copy / 'labels.json').write_text(text)
    with pytest.raises(UserError, match='labels.json: is damaged'):
        Run.open(copy).vocabulary  # noqa: B018


@pytest.mark.parametrize('number', [1, 5])
def test_labels_that_do_not_fit_the_snapshot_are_refused(copy, number):
    labels = json.loads((copy / 'labels.json').read_text())
    labels['colour'] = [f'colour {i}' for i in range(number)]
    (copy / 'labels.json').write_text(json.dumps(labels))
    message = rf'does not fit .*: heads/colour/W is \(3, 16\), expected \({number}, 16\)'
    with pytest.raises(UserError, match=f'best.npz: the snapshot {message}'):
        Run.open(copy).load_model()


@pytest.mark.parametrize('name', ['labels.json', 'mean.npy'])
def test_a_changed_byte_is_noticed(copy, name):
    content = bytearray((copy / name).read_bytes())
    place = content.index(b'female') if name == 'labels.json' else len(content) - 4
    content[place] ^= 1
    (copy / name).write_bytes(content)
    with pytest.raises(UserError, match=f'{name}: is not as the training wrote it'):
        Run.open(copy).load_model()


def test_the_mark_of_the_end_follows_no_link(copy, toy_catalogue, tmp_path):
    from fashion_models.training import train
    (copy / 'finished').unlink()
    (copy / 'finished').symlink_to(tmp_path / 'elsewhere')
    assert train.resume(Run.open(copy), catalogue_folder=toy_catalogue)
    assert not (tmp_path / 'elsewhere').exists()
    assert Run.open(copy).finished


@pytest.mark.parametrize('text', [
    '', '[]', '{}', '{"catalogue": 3}', '{"catalogue": {"folder": 3, "hash": ""}}',
    '{"catalogue": {"folder": "", "hash": ""}, "view": {"folds": "a"}}'])
def test_provenance_of_the_wrong_kind_is_refused(copy, text):
    (copy / 'provenance.json').write_text(text)
    with pytest.raises(UserError, match='provenance.json: is damaged'):
        Run.open(copy).provenance  # noqa: B018


@pytest.mark.parametrize('damage', [
    lambda content: content[:1000], lambda content: b'no zip',
    lambda content: content[:5000] + bytes(byte ^ 16 for byte in content[5000:5004])
    + content[5004:]])
def test_damaged_network_is_named(copy, damage):
    path = copy / 'snapshots' / 'best.npz'
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(UserError, match='best.npz: is damaged'):
        Run.open(copy).load_model()
