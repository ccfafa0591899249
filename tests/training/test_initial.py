import hashlib

import numpy as np
import pytest

from fashion_models import cli
from fashion_models.errors import UserError
from fashion_models.training import initial, snapshots, trainer
from fashion_models.training import train as training
from fashion_models.training.model import build_model
from fashion_models.training.recipe import Recipe
from fashion_models.training.run import Run

CLASSES = {'gender': 2, 'colour': 3}


@pytest.fixture(scope='module')
def recipe(tiny):
    return tiny.replace(training__epochs=1)


@pytest.fixture(scope='module')
def origin(recipe, toy_catalogue, tmp_path_factory):
    run, _ = training.train(recipe, toy_catalogue, tmp_path_factory.mktemp('runs') / 'origin')
    return run


def taken_over(recipe, origin, classes=CLASSES):
    """The arrays of a model before and after, those of the origin, and the record."""
    model = build_model(recipe, classes)
    before = {name: np.array(array) for name, array in snapshots.model_arrays(model).items()}
    record = initial.take_over(model, origin)
    return (before, snapshots.model_arrays(model),
            snapshots.read_model_arrays(origin.snapshot('best')), record)


def test_takes_trunk_encoder_and_running_statistics_but_no_head(recipe, origin):
    classes = origin.vocabulary.classes     # the heads have the very shapes of the origin's
    before, after, theirs, record = taken_over(recipe.replace(training__seed=5), origin, classes)
    assert set(after) == set(theirs)
    for name in after:
        expected = before if name.startswith('heads/') else theirs
        np.testing.assert_array_equal(after[name], expected[name], err_msg=name)
    assert (before['heads/colour/W'] != theirs['heads/colour/W']).all()
    assert not np.array_equal(theirs['encoder/trunk/conv1/bn/avg_mean'],
                              before['encoder/trunk/conv1/bn/avg_mean'])
    assert record['not_taken'] == {}
    assert {'trunk/conv1', 'trunk/conv5', 'pre_pool', 'representation'} <= set(record['taken'])
    assert record['run'] == str(origin.folder)
    assert record['sha256'] == hashlib.sha256(
        (origin.snapshots / 'best.npz').read_bytes()).hexdigest()


def test_what_does_not_fit_is_new_and_named(recipe, origin):
    other = recipe.replace(model__post_pool=9, training__seed=5)
    before, after, theirs, record = taken_over(other, origin)
    assert record['not_taken'] == {
        'post_pool': 'W is (16, 16) there, (9, 16) here',
        'representation': 'W is (16, 16) there, (16, 9) here'}
    np.testing.assert_array_equal(
        after['encoder/post_pool/linear/W'], before['encoder/post_pool/linear/W'])
    # A layer is taken whole or not at all, though its normalization would fit.
    np.testing.assert_array_equal(
        after['encoder/representation/bn/beta'], before['encoder/representation/bn/beta'])
    np.testing.assert_array_equal(
        after['encoder/pre_pool/linear/W'], theirs['encoder/pre_pool/linear/W'])


def test_nothing_fits(recipe, origin):
    other = recipe.replace(
        model__width=0.1, model__image_features=20, model__pre_pool=9, model__post_pool=9,
        model__representation=9)
    with pytest.raises(UserError, match='no layer of its network fits the recipe .post_pool: W'):
        taken_over(other, origin)


def start(recipe, toy_catalogue, origin, out, iterations=None):
    class Stop:
        left = iterations

        def __enter__(self):
            return self

        def __exit__(self, *exception):
            pass

        @property
        def requested(self):
            self.left -= 1
            return self.left < 0

    with pytest.MonkeyPatch.context() as patch:
        if iterations:
            patch.setattr(trainer, 'Interrupt', lambda **_: Stop())
        return training.train(recipe, toy_catalogue, out, init=origin.folder)


def test_begins_where_the_origin_ended(recipe, origin, toy_catalogue, tmp_path):
    # With a learning rate of next to nothing, a training ends where it began.
    still = recipe.replace(training__learning_rate=1e-12, training__weight_decay=0.0)
    run, finished = start(still, toy_catalogue, origin, tmp_path / 'run')
    assert finished
    ours = snapshots.read_model_arrays(run.last_snapshot())
    theirs = snapshots.read_model_arrays(origin.snapshot('best'))
    for name in theirs:
        if name.startswith('encoder/') and 'avg_' not in name and not name.endswith('/N'):
            np.testing.assert_allclose(ours[name], theirs[name], atol=1e-7, err_msg=name)
    assert run.provenance['init']['taken']


def test_interrupted_before_its_first_snapshot(recipe, origin, toy_catalogue, tmp_path):
    whole, _ = start(recipe, toy_catalogue, origin, tmp_path / 'whole')
    part, finished = start(recipe, toy_catalogue, origin, tmp_path / 'part', iterations=2)
    assert not finished
    for path in part.snapshots.glob('iteration-*'):     # as if it had been killed
        path.unlink()
    assert training.resume(part)
    ours = snapshots.read_model_arrays(part.last_snapshot())
    for name, array in snapshots.read_model_arrays(whole.last_snapshot()).items():
        np.testing.assert_array_equal(ours[name], array, err_msg=name)


def test_never_begins_at_random_instead(recipe, origin, toy_catalogue, tmp_path):
    run, _ = start(recipe, toy_catalogue, origin, tmp_path / 'run', iterations=2)
    for path in run.snapshots.iterdir():
        path.unlink()
    with pytest.raises(UserError, match='initial.npz: is missing, so that this training'):
        training.resume(run)


def words(recipe, tmp_path, catalogue, *more):
    path = tmp_path / 'recipe.toml'
    path.write_text(recipe.to_toml())
    return ['train', '--recipe', str(path), '--catalogue', str(catalogue), '-o',
            str(tmp_path / 'run'), *map(str, more)]


def test_command(recipe, origin, toy_catalogue, tmp_path, capsys):
    other = recipe.replace(model__post_pool=9)
    assert cli.main(words(other, tmp_path, toy_catalogue, '--init', origin.folder)) == 0
    output = capsys.readouterr().out
    assert f'starting from {origin.folder}, best.npz: took pre_pool, trunk/conv1, ' in output
    assert 'not post_pool: W is (16, 16) there, (9, 16) here' in output
    assert 'new: the heads' in output
    # Only what a training needs is in the run: it goes on without the origin.
    assert cli.main(['train', '-o', str(tmp_path / 'run'), '--resume', '--epochs', '2']) == 0


def fails(capsys, *arguments):
    assert cli.main(list(map(str, arguments))) == 2
    return capsys.readouterr().err


def test_what_is_no_run(recipe, toy_catalogue, tmp_path, capsys):
    line = fails(capsys, *words(recipe, tmp_path, toy_catalogue, '--init', toy_catalogue))
    assert 'not a run folder' in line
    assert not (tmp_path / 'run').exists()


def test_run_without_a_snapshot(recipe, origin, toy_catalogue, tmp_path, capsys):
    empty = Run.create(
        tmp_path / 'empty', Recipe(), origin.vocabulary, origin.mean, origin.provenance)
    line = fails(capsys, *words(recipe, tmp_path, toy_catalogue, '--init', empty.folder))
    assert 'has no best snapshot yet' in line
    assert not (tmp_path / 'run').exists()


def test_resume_takes_no_other_start(origin, tmp_path, capsys):
    line = fails(capsys, 'train', '-o', origin.folder, '--resume', '--init', origin.folder)
    assert '--resume continues from the last snapshot of the run itself: leave out --init' in line
