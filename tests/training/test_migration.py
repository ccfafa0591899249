"""Snapshots that version 0.1.0 left, of runs of one epoch on the toy catalogue, are still read."""

import pathlib
import shutil

import chainer
import numpy as np
import pytest

from fashion_models.training import train
from fashion_models.training.migration import migrated
from fashion_models.training.run import Run

RECORDED = pathlib.Path(__file__).parent / 'recorded'


@pytest.mark.parametrize('trunk', ['zfnet', 'resnet50'])
def test_an_earlier_network_answers_as_it_did(trunk):
    run = Run.open(RECORDED / trunk)
    model = run.load_model('best')
    x = np.random.RandomState(0).randint(0, 256, (2, 6, 48, 48)).astype(np.float32)
    with chainer.using_config('train', False), chainer.no_backprop_mode():
        ys = model(x - run.mean.mean())
    with np.load(RECORDED / trunk / 'answers.npz') as answers:
        for task, y in zip(model.tasks, ys):
            np.testing.assert_allclose(y.array, answers[task], rtol=1e-3, atol=1e-3)


def test_an_earlier_training_goes_on(toy_catalogue, tmp_path):
    folder = shutil.copytree(RECORDED / 'zfnet', tmp_path / 'run')
    run = Run.open(folder)
    assert train.resume(run, catalogue_folder=toy_catalogue, epochs=2)
    assert run.last_snapshot().name == 'iteration-00000014.npz'


def test_todays_names_stay():
    names = [
        'updater/model:main/encoder/trunk/conv1/conv/W', 'updater/model:main/heads/colour/W',
        'updater/model:main/encoder/trunk/res2/0/shortcut/bn/gamma', 'updater/iteration',
        'updater/optimizer:main/encoder/pre_pool/linear/W/v',
        # Tasks of the names of layers.
        'updater/model:main/heads/text/W', 'updater/optimizer:main/heads/conv1/b/v']
    assert list(migrated({name: np.zeros(1) for name in names})) == names
