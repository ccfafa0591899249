"""Training on a GPU: the steps are those on the CPU, and a whole run resumes, evaluates, embeds."""

import importlib.util
import pathlib
import sys

import chainer
import numpy as np
import pytest

from fashion_models import cli
from fashion_models.catalogue.io import open_catalogue
from fashion_models.devices import resolve
from fashion_models.representation.embed import embed
from fashion_models.representation.embeddings import open_embeddings
from fashion_models.representation.encoder import load
from fashion_models.training import train
from fashion_models.training.snapshots import read_model_arrays

pytestmark = [pytest.mark.gpu, pytest.mark.timeout(300)]


def sibling(name):
    """The module of tests whose networks and batches are used here, too."""
    path = pathlib.Path(__file__).parents[1] / 'training' / f'{name}.py'
    spec = importlib.util.spec_from_file_location(f'of_training_{name}', path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


UPDATER, SAME_PRODUCT = sibling('test_updater'), sibling('test_same_product')
WHOLE_TRAINING = sibling('test_train')
OBJECTIVES = (
    {'memory': 20}, {'pooling': 'attention', 'image_loss': 0.3}, {'pooling': 'max_mean'},
    {'pooling': 'mean'}, {'loss': 'arcface'}, {'loss': 'proxy', 'projection': 0},
    {'loss': None, 'image_loss': 0.5})


def compare(here, there, steps, step):
    """Requires that two updaters report the same and arrive at the same parameters."""
    for number in range(steps):
        ours, theirs = step(there), step(here)
        for name in theirs.keys() - {'seconds', 'waited'}:
            assert ours[name] == pytest.approx(theirs[name], rel=1e-3, abs=1e-6), (number, name)
    for (name, param), theirs in zip(
            there.master.namedparams(), here.master.params(), strict=True):
        np.testing.assert_allclose(
            chainer.cuda.to_cpu(param.array), theirs.array, rtol=1e-3, atol=3e-5, err_msg=name)


@pytest.mark.parametrize('spec', ['{}', '{},@numpy', '@numpy,{}'])
def test_steps_are_those_on_the_cpu(gpu, spec):
    devices = resolve(spec.format(gpu))
    here = UPDATER.make_updater(len(devices))
    there = UPDATER.make_updater(len(devices), devices=devices)
    compare(here, there, 10, lambda updater: UPDATER.run(updater, 1)[0])


@pytest.mark.parametrize('options', OBJECTIVES, ids=str)
@pytest.mark.parametrize('spec', ['{}', '{},@numpy'])
def test_steps_with_other_losses(gpu, spec, options):
    devices = resolve(spec.format(gpu))
    here = SAME_PRODUCT.make_updater(len(devices), **options)
    there = SAME_PRODUCT.make_updater(len(devices), devices=devices, **options)
    compare(here, there, 7, SAME_PRODUCT.step)


RECIPES = {
    'article': {},
    'groups, normalization of all': {
        'data__examples': 'groups', 'model__normalization': 'all', 'model__dropout': 0.0},
    'same product': {'training__same_product': 'supcon', 'training__same_product_memory': 40},
    'resnet50': {'model__trunk': 'resnet50', 'model__normalization': 'all'},
}


@pytest.mark.parametrize('name', RECIPES)
def test_a_training_stopped_and_resumed(gpu, tiny, toy_catalogue, tmp_path, monkeypatch, name):
    recipe = tiny.replace(training__devices=gpu, **RECIPES[name])
    whole, finished = train.train(recipe, toy_catalogue, tmp_path / 'whole')
    assert finished
    part, finished = WHOLE_TRAINING.interrupted_train(
        monkeypatch, 7, recipe, toy_catalogue, tmp_path / 'part')
    assert not finished
    assert train.resume(part)
    ours, theirs = (read_model_arrays(run.last_snapshot()) for run in (part, whole))
    assert ours.keys() == theirs.keys()
    for key, array in theirs.items():
        np.testing.assert_array_equal(ours[key], array, err_msg=key)


def test_a_network_from_the_cpu_embeds_alike(gpu, tiny_run, tmp_path):
    run, catalogue = tiny_run
    vectors = []
    for device in (gpu, '@numpy'):
        file = tmp_path / 'e'
        embed(load(run, device=device), open_catalogue(catalogue), file, progress=False)
        vectors.append(np.array(open_embeddings(file).vectors))
        file.unlink()
    np.testing.assert_allclose(*vectors, atol=2e-5)


def test_commands(gpu, tiny, toy_catalogue, tmp_path, capsys):
    recipe, run, file = tmp_path / 'tiny.toml', tmp_path / 'run', tmp_path / 'e'
    recipe.write_text(tiny.to_toml())
    for words in (
            ['train', '--recipe', recipe, '--catalogue', toy_catalogue, '-o', run],
            ['evaluate', run, '--split', 'test'], ['embed', run, toy_catalogue, '-o', file]):
        assert cli.main([*map(str, words), '--devices', gpu]) == 0, capsys.readouterr()
    capsys.readouterr()
    accuracies = []
    for device in (gpu, '@numpy'):
        assert cli.main(['evaluate', str(run), '--split', 'test', '--devices', device]) == 0
        accuracies += [line for line in capsys.readouterr().out.splitlines() if 'test, 8' in line]
    assert len(accuracies) == 2
    assert accuracies[0] == accuracies[1]
    assert cli.main(['search', str(file), '--product', '3', '-k', '5']) == 0
