"""Training from start to end, interrupted and resumed.

One file: all is compared with one unbroken run, which is trained once for the module.
"""

import json
import signal
import subprocess
import sys
import time

import chainer
import numpy as np
import pytest

from fashion_models.data.views import View
from fashion_models.errors import UserError
from fashion_models.training import train as training
from fashion_models.training import trainer
from fashion_models.training.learning_rate import request
from fashion_models.training.results import evaluate_run, results_table
from fashion_models.training.run import Run
from fashion_models.training.snapshots import MODEL


@pytest.fixture(scope='module')
def recipe_file(tiny, tmp_path_factory):
    path = tmp_path_factory.mktemp('recipe') / 'tiny.toml'
    path.write_text(tiny.replace(training__epochs=3).to_toml())
    return path


@pytest.fixture(scope='module')
def unbroken(recipe_file, toy_catalogue, tmp_path_factory):
    """A run of three epochs that nothing interrupted, made by the command."""
    out = tmp_path_factory.mktemp('runs') / 'unbroken'
    done = subprocess.run(
        command(recipe_file, toy_catalogue, out), capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return Run.open(out), done.stdout


def command(recipe_file, catalogue, out, *more):
    return [sys.executable, '-m', 'fashion_models', 'train', '--recipe', str(recipe_file),
            '--catalogue', str(catalogue), '-o', str(out), *more]


def assert_same_training(run, other):
    """All parameters, running statistics and momenta are the same, bit for bit."""
    with np.load(run.last_snapshot()) as ours, np.load(other.last_snapshot()) as theirs:
        compared = 0
        for key in theirs:
            if key.startswith((MODEL, 'updater/optimizer')):
                np.testing.assert_array_equal(ours[key], theirs[key], err_msg=key)
                compared += 1
        assert compared > 50
    assert metrics(run) == metrics(other)


def metrics(run):
    """The log, but for what time it took."""
    timed = {'images/s', 'waiting', 'waited', 'seconds', 'elapsed_time'}
    return [{key: value for key, value in record.items() if key not in timed}
            for record in json.loads((run.folder / 'log.json').read_text())]


def test_run_folder_and_table(unbroken):
    run, output = unbroken
    names = {path.name for path in run.folder.iterdir()}
    assert names >= {
        'recipe.toml', 'labels.json', 'mean.npy', 'provenance.json', 'snapshots', 'log.json',
        'loss.png', 'accuracy.png', 'learning-rate.jsonl', 'graph.dot',
        'evaluation-validation.json'}
    assert [record['epoch'] for record in metrics(run)] == [1, 2, 3]
    assert set(run.provenance) >= {'command', 'commit', 'versions', 'machine', 'catalogue'}
    table = output.split('Multi-task')[1]
    assert 'the article, validation' in table
    assert '0.731' in table
    assert 'always the commonest label' in table
    assert 'MasterReplicas' not in (run.folder / 'graph.dot').read_text()
    assert (run.folder / 'graph.dot').read_text().startswith('digraph')


def test_log_agrees_with_evaluation(unbroken):
    run, _ = unbroken
    record = json.loads((run.folder / 'evaluation-validation.json').read_text())
    losses = [epoch['validation/loss'] for epoch in metrics(run)]
    assert record['loss'] == pytest.approx(min(losses), rel=1e-5)


def test_learns(unbroken):
    first, *_, last = metrics(unbroken[0])
    assert last['loss'] < first['loss']


def wait_for(path, process):
    """Waits until a file of the run exists, or the process has ended before."""
    deadline = time.monotonic() + 60
    while not list(path.parent.glob(path.name)) and process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.002)


@pytest.mark.parametrize('moments', [
    ['training.lock', 'labels.json'],  # the folder is not yet a run
    ['graph.dot', 'snapshots/iteration-*.npz'],  # within an epoch, and while a snapshot is due
    ['snapshots/best.npz', 'snapshots/.*.partial'],
    ['loss.png', 'snapshots/iteration-*14.npz'],
])
def test_killed_at_any_moment_it_is_finished_by_the_same_command(
        unbroken, recipe_file, toy_catalogue, tmp_path, moments):
    out = tmp_path / 'killed'
    kills = 0
    for moment in [*moments, None]:
        process = subprocess.Popen(
            command(recipe_file, toy_catalogue, out), stdout=subprocess.DEVNULL)
        if moment is not None:
            wait_for(out / moment, process)
            process.send_signal(signal.SIGKILL)
        kills += process.wait(timeout=60) == -signal.SIGKILL
        if Run(out).finished:
            break
    assert kills
    assert Run(out).finished
    assert process.returncode in (0, -signal.SIGKILL)   # killed just after it had finished
    assert_same_training(Run.open(out), unbroken[0])
    best = [(run.snapshots / 'best.npz').read_bytes() for run in (Run.open(out), unbroken[0])]
    assert best[0] == best[1]       # the whole file, although two processes order sets differently


def test_ctrl_c_leaves_a_snapshot_and_resume_goes_on(
        unbroken, recipe_file, toy_catalogue, tmp_path):
    out = tmp_path / 'interrupted'
    process = subprocess.Popen(
        command(recipe_file, toy_catalogue, out), stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True)
    wait_for(out / 'graph.dot', process)
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    assert 'finishing this step' in errors
    assert '--resume' in output
    assert Run.open(out).last_snapshot() is not None
    subprocess.run(command(recipe_file, toy_catalogue, out, '--resume'), check=True, timeout=120,
                   stdout=subprocess.DEVNULL)
    assert_same_training(Run.open(out), unbroken[0])


class StopAfter:
    """Stands for Ctrl-C after some iterations."""

    def __init__(self, iterations):
        self._left = iterations

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        pass

    @property
    def requested(self):
        self._left -= 1
        return self._left < 0


def interrupted_train(monkeypatch, iterations, *arguments, **options):
    with monkeypatch.context() as patch:
        patch.setattr(trainer, 'Interrupt', lambda **_: StopAfter(iterations))
        return training.train(*arguments, **options)


def test_the_same_call_resumes_and_another_is_refused(
        tiny, tiny_run, toy_catalogue, two_coloured_catalogue, tmp_path, monkeypatch, capsys):
    out = tmp_path / 'run'
    interrupted_train(monkeypatch, 3, tiny, toy_catalogue, out)
    for recipe, catalogue, more, other in (
            (tiny.replace(training__seed=1), toy_catalogue, {}, 'recipe'),
            (tiny.replace(training__epochs=9), two_coloured_catalogue, {},
             'number of epochs and catalogue'),
            (tiny, toy_catalogue, {'init': tiny_run[0]}, 'initial network'),
            (tiny, toy_catalogue, {'view': View(flattened=True)}, 'view')):
        with pytest.raises(UserError, match=f'run: holds an unfinished run of another {other};'):
            training.train(recipe, catalogue, out, **more)
    order = []
    run, finished = training.train(
        tiny, toy_catalogue, out, finish=lambda run: order.append(run.finished))
    assert finished
    assert order == [False]     # whatever finish writes is there once the run is finished
    assert 'that is not finished; resuming it' in capsys.readouterr().out
    assert_same_training(run, Run.open(tiny_run[0]))
    with pytest.raises(UserError, match='holds a run already'):
        training.train(tiny, toy_catalogue, out)


@pytest.mark.parametrize(('devices', 'precision'), [
    ('@numpy', 'float32'), ('@numpy*2', 'float32'), ('@numpy*2', 'bfloat16')])
def test_resume_with_replicas_equals_no_interruption(
        tiny, toy_catalogue, tmp_path, monkeypatch, request, devices, precision):
    if precision == 'bfloat16':
        request.getfixturevalue('needs_bfloat16')
    recipe = tiny.replace(training__devices=devices, training__precision=precision)
    whole, finished = training.train(recipe, toy_catalogue, tmp_path / 'whole')
    assert finished
    for iterations in 3, 10:
        part, finished = interrupted_train(
            monkeypatch, iterations, recipe, toy_catalogue, tmp_path / f'part{iterations}')
        assert not finished
        assert training.resume(part)
        assert_same_training(part, whole)


def test_resume_from_before_a_damaged_snapshot(
        tiny, toy_catalogue, tmp_path, monkeypatch, capsys):
    whole, _ = training.train(tiny, toy_catalogue, tmp_path / 'whole')
    part, _ = interrupted_train(monkeypatch, 10, tiny, toy_catalogue, tmp_path / 'part')
    damaged = part.last_snapshot()
    damaged.write_bytes(damaged.read_bytes()[:-1000])
    assert training.resume(part)
    output = capsys.readouterr().out
    assert f'{damaged}: is damaged' in output
    assert 'resuming from iteration-00000007.npz' in output
    assert_same_training(part, whole)


def test_all_labels_are_learnt_and_evaluated_where_the_recipe_says_so(
        tiny, toy_catalogue, two_coloured_catalogue, tmp_path, monkeypatch):
    recipe = tiny.replace(
        training__devices='@numpy*2', training__accepted='all', training__epochs=1,
        training__drops=())
    whole, finished = training.train(recipe, two_coloured_catalogue, tmp_path / 'whole')
    assert finished
    part, finished = interrupted_train(
        monkeypatch, 3, recipe, two_coloured_catalogue, tmp_path / 'part')
    assert not finished
    assert training.resume(part)
    assert_same_training(part, whole)

    first, _ = training.train(
        recipe.replace(training__accepted='first'), two_coloured_catalogue, tmp_path / 'first')
    for ours, theirs in zip(metrics(whole), metrics(first)):
        assert ours['loss'] < theirs['loss'], 'the probability of either is above that of one'

    # The colours have nothing to do with what follows from one colour each.
    one_colour, _ = training.train(
        recipe.replace(training__accepted='first'), toy_catalogue, tmp_path / 'toy')
    assert_same_training(first, one_colour)
    toy_all, _ = training.train(recipe, toy_catalogue, tmp_path / 'toy-all')
    assert_same_training(toy_all, one_colour)


def test_evaluation_tells_both_accuracies_where_products_have_several_labels(
        tiny, two_coloured_catalogue, tmp_path):
    recipe = tiny.replace(training__accepted='all')
    run, _ = training.train(recipe, two_coloured_catalogue, tmp_path / 'run')
    records = evaluate_run(run, ['train', 'validation'], chainer.get_device('@numpy'))
    assert records['validation']['loss'] == pytest.approx(
        min(epoch['validation/loss'] for epoch in metrics(run)), rel=1e-5)
    record = records['train']
    assert record['several_labels']['colour'] > 0
    assert record['accepted_accuracies']['colour'] > record['accuracies']['colour']
    for task in 'gender', 'type', 'category', 'subcategory':
        assert record['several_labels'][task] == 0
        assert record['accepted_accuracies'][task] == record['accuracies'][task]
    assert 'any of several labels being right (train)' in results_table(
        records, run.vocabulary.tasks)


def test_learning_rate_by_hand_survives_a_resume(tiny, toy_catalogue, tmp_path, monkeypatch):
    def train_to(iterations, out):
        run, _ = interrupted_train(monkeypatch, iterations, tiny, toy_catalogue, out)
        return run

    whole = train_to(3, tmp_path / 'whole')
    request(whole, 0.002)
    training.resume(whole)
    # The other run dies after the request took effect, and starts again from before it.
    part = train_to(3, tmp_path / 'part')
    early = part.last_snapshot().read_bytes()
    name = part.last_snapshot().name
    request(part, 0.002)
    training.resume(part)
    for path in part.snapshots.iterdir():
        path.unlink()
    (part.snapshots / name).write_bytes(early)
    training.resume(part)
    assert_same_training(part, whole)
    assert metrics(whole)[0]['learning_rate'] == 0.002


def test_resume_extends_a_finished_run(tiny, toy_catalogue, tmp_path):
    recipe = tiny.replace(training__epochs=1)
    run, _ = training.train(recipe, toy_catalogue, tmp_path / 'run')
    assert training.resume(run, epochs=2)
    whole, _ = training.train(tiny, toy_catalogue, tmp_path / 'whole')
    assert_same_training(run, whole)
    before = {path: path.read_bytes() for path in run.folder.rglob('*') if path.is_file()}
    with pytest.raises(UserError, match='epochs: found 1, expected 2 or more'):
        training.resume(run, epochs=1)
    assert {path: path.read_bytes() for path in before} == before


def test_a_run_that_cannot_be_resumed_keeps_its_epochs(tiny, toy_catalogue, tmp_path):
    run, _ = training.train(tiny.replace(training__epochs=1), toy_catalogue, tmp_path / 'run')
    for path in run.snapshots.glob('iteration-*.npz'):
        path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(UserError, match='all snapshots are damaged; remove .* and train anew'):
        training.resume(run, epochs=5)
    assert Run.open(run.folder).recipe.training.epochs == 1
    with pytest.raises(UserError, match='all snapshots are damaged'):
        training.resume(run)
    assert run.finished


def test_a_finished_run_whose_extension_is_refused_keeps_its_epochs(
        tiny, toy_catalogue, tmp_path):
    run, _ = training.train(tiny.replace(training__epochs=1), toy_catalogue, tmp_path / 'run')
    with pytest.raises(UserError, match='elsewhere'):
        training.resume(run, catalogue_folder=tmp_path / 'elsewhere', epochs=5)
    run = Run.open(run.folder)
    assert run.finished
    assert run.recipe.training.epochs == 1


def test_a_share_of_one_product_is_not_normalized(tiny, toy_catalogue, tmp_path):
    recipe = tiny.replace(
        model__normalization='all', training__batch_size=2, training__devices='@numpy*2')
    with pytest.raises(UserError, match='each device has one product, .*batch_size 4 or more'):
        training.train(recipe, toy_catalogue, tmp_path / 'run')
    assert not (tmp_path / 'run').exists()


def test_the_held_out_fold_has_no_part_in_the_schedule(tiny, toy_catalogue, tmp_path):
    with pytest.raises(UserError, match="found 'plateau', which looks at the held-out fold"):
        training.train(tiny.replace(training__schedule='plateau'), toy_catalogue,
                       tmp_path / 'run', view=View(folds=2, fold=0))
    assert not (tmp_path / 'run').exists()


def test_single_task(tiny, toy_catalogue, tmp_path):
    recipe = tiny.replace(model__tasks=('colour',), training__epochs=1)
    run, _ = training.train(recipe, toy_catalogue, tmp_path / 'run')
    assert run.vocabulary.tasks == ('colour',)
    assert set(metrics(run)[0]) >= {'colour', 'validation/colour'}
    assert 'gender' not in metrics(run)[0]


def test_plateau(tiny, toy_catalogue, tmp_path):
    recipe = tiny.replace(
        training__schedule='plateau', training__plateau_epochs=1, training__learning_rate=1e-12,
        training__epochs=3)
    run, _ = training.train(recipe, toy_catalogue, tmp_path / 'run')
    lines = (run.folder / 'learning-rate.jsonl').read_text().splitlines()
    assert any('plateau' in line for line in lines)


def test_loss_that_is_not_finite(tiny, toy_catalogue, tmp_path):
    recipe = tiny.replace(training__learning_rate=1e30)
    with pytest.raises(UserError, match='the loss is (nan|inf), in a batch of the products'), \
            np.errstate(all='ignore'):
        training.train(recipe, toy_catalogue, tmp_path / 'run')
    batch = json.loads((tmp_path / 'run' / 'bad-batch.json').read_text())
    assert len(batch['products']) == 8
    assert batch['iteration'] >= 2


def test_full_disk_names_the_snapshot_that_is_left(tiny, toy_catalogue, tmp_path, monkeypatch):
    run, _ = interrupted_train(
        monkeypatch, 8, tiny.replace(training__epochs=3), toy_catalogue, tmp_path / 'run')
    left = run.last_snapshot()

    def savez(file, **arrays):
        file.write(b'half')
        raise OSError(28, 'No space left on device')

    with monkeypatch.context() as patch:
        patch.setattr(np, 'savez', savez)
        with pytest.raises(UserError, match=f'{left.name} is intact'):
            training.resume(run)
    assert run.last_snapshot() == left
    assert training.resume(run)


def test_view_of_a_run_is_kept(tiny, toy_catalogue, tmp_path, monkeypatch):
    from fashion_models.catalogue.io import open_catalogue
    from fashion_models.data.views import View, group_folds
    from fashion_models.devices import resolve
    from fashion_models.training.results import evaluate_run
    recipe = tiny.replace(training__epochs=1)
    view = View(folds=3, fold=1, flattened=True)
    whole, _ = training.train(recipe, toy_catalogue, tmp_path / 'whole', view=view)
    part, _ = interrupted_train(
        monkeypatch, 3, recipe, toy_catalogue, tmp_path / 'part', view=view)
    assert training.resume(part)
    assert_same_training(part, whole)
    catalogue = open_catalogue(toy_catalogue)
    folds = group_folds(catalogue, 3)
    images = {False: 0, True: 0}
    for product in catalogue.products:
        images[folds[product.group] == 1] += len(product.images)
    assert whole.provenance['catalogue']['products'] == {
        'train': images[False], 'validation': images[True], 'test': 0}
    records = evaluate_run(whole, ['validation'], resolve('@numpy')[0])
    assert records['validation']['products'] == images[True]
