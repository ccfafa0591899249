"""The commands as a person uses them: good calls, and bad ones that must say what is wrong."""

import json
import shutil

import numpy as np
import pytest

from fashion_models import cli
from fashion_models.training import train as training
from fashion_models.training.run import Run


@pytest.fixture(scope='module')
def recipe_file(tiny, tmp_path_factory):
    path = tmp_path_factory.mktemp('recipe') / 'tiny.toml'
    path.write_text(tiny.replace(training__epochs=1).to_toml())
    return path


@pytest.fixture(scope='module')
def trained(recipe_file, toy_catalogue, tmp_path_factory):
    from fashion_models.training.recipe import Recipe
    run, _ = training.train(
        Recipe.load(recipe_file), toy_catalogue, tmp_path_factory.mktemp('runs') / 'run')
    return run


@pytest.fixture
def run_copy(trained, tmp_path):
    return Run.open(shutil.copytree(trained.folder, tmp_path / 'copy'))


@pytest.fixture
def images(toy_catalogue):
    return sorted((toy_catalogue / 'images').glob('*.png'))


def fails(capsys, *words):
    """Runs a command that must fail with status 2 and one line; returns the line."""
    assert cli.main([str(word) for word in words]) == 2
    lines = capsys.readouterr().err.strip().splitlines()
    message = [line for line in lines if line.startswith('fashion-models: error: ')]
    assert len(message) == 1, lines
    assert lines[-1] == message[0]
    return message[0]


def train_words(recipe_file, catalogue, out, *more):
    return ['train', '--recipe', recipe_file, '--catalogue', catalogue, '--out', out, *more]


# Good calls.

def test_evaluate(trained, capsys):
    assert cli.main(['evaluate', str(trained.folder), '--split', 'all']) == 0
    output = capsys.readouterr().out
    for split in 'train', 'validation', 'test':
        assert f'{split}, ' in output
        record = json.loads((trained.folder / f'evaluation-{split}.json').read_text())
        assert record['accuracy'] == pytest.approx(np.mean(list(record['accuracies'].values())))
        for task, classes in record['per_class'].items():
            right = sum(one['products'] * one['accuracy'] for one in classes.values())
            number = sum(one['products'] for one in classes.values())
            assert number == record['labelled'][task]
            assert right / number == pytest.approx(record['accuracies'][task])
            confusion = record['confusion'][task]
            assert sum(sum(row.values()) for row in confusion.values()) == number
            assert sum(row.get(label, 0) for label, row in confusion.items()) == pytest.approx(
                right)
            for label, row in confusion.items():
                assert sum(row.values()) == classes[label]['products']


def test_predict(trained, images, capsys):
    assert cli.main(['predict', str(trained.folder), *map(str, images[:2]), '--json']) == 0
    result = json.loads(capsys.readouterr().out)
    assert list(result) == ['gender', 'colour', 'type', 'category', 'subcategory']
    for probabilities in result.values():
        values = list(probabilities.values())
        assert sum(values) == pytest.approx(1, abs=1e-5)
        assert values == sorted(values, reverse=True)
    assert cli.main(['predict', str(trained.folder), str(images[0])]) == 0
    assert capsys.readouterr().out.splitlines()[0].startswith('gender')


def test_predict_agrees_with_evaluate(trained, toy_catalogue):
    import chainer

    from fashion_models.catalogue.io import open_catalogue
    from fashion_models.data.prepare import prepare
    from fashion_models.data.products import split_products
    from fashion_models.training.evaluation import evaluate
    from fashion_models.training.prediction import predict
    catalogue = open_catalogue(toy_catalogue)
    store = prepare(catalogue, trained.recipe.data.shorter_side)
    products = split_products(catalogue, store, trained.vocabulary)['validation']
    model = trained.load_model()
    evaluation = evaluate(model, products, trained.mean, chainer.get_device('@numpy'))
    by_id = {product.id: product for product in catalogue.products}
    compared = 0
    for row, id_ in enumerate(products.ids):
        files = [toy_catalogue / image for image in by_id[id_].images]
        if len(files) <= 5:
            result = predict(trained, model, files)
            for task, y in evaluation.log_probabilities.items():
                ours = [result[task][label] for label in trained.vocabulary.labels[task]]
                np.testing.assert_allclose(ours, np.exp(y[row]), atol=1e-4)
            compared += 1
    assert compared


def test_lr(run_copy, capsys):
    assert cli.main(['lr', str(run_copy.folder), '0.002']) == 0
    assert 'learning rate 0.002' in capsys.readouterr().out


def test_describe(recipe_file, capsys):
    assert cli.main(['describe', str(recipe_file), '--images', '2']) == 0
    output = capsys.readouterr().out
    assert 'encoder/trunk/conv1' in output
    assert 'heads/subcategory' in output
    assert cli.main(['describe', '--backend']) == 0
    assert 'oneDNN' in capsys.readouterr().out


def test_help_of_every_command(capsys):
    for words in [], ['train'], ['evaluate'], ['predict'], ['describe'], ['lr'], ['catalogue']:
        with pytest.raises(SystemExit) as stop:
            cli.main([*words, '--help'])
        assert stop.value.code == 0
        assert len(capsys.readouterr().out) > 200


def test_trains_from_the_command_line_to_the_table(recipe_file, toy_catalogue, tmp_path, capsys):
    out = tmp_path / 'run'
    words = train_words(recipe_file, toy_catalogue, out, '--devices', '@numpy*2', '--seed', 3)
    assert cli.main(list(map(str, words))) == 0
    assert 'Multi-task' in capsys.readouterr().out
    recipe = Run.open(out).recipe
    assert (recipe.training.devices, recipe.training.seed) == ('@numpy*2', 3)


# Bad input: one clear line and status 2.

def test_recipe_with_an_unknown_key(tmp_path, toy_catalogue, capsys):
    path = tmp_path / 'bad.toml'
    path.write_text('[training]\nbatchsize = 3')
    line = fails(capsys, *train_words(path, toy_catalogue, tmp_path / 'run'))
    assert 'bad.toml: unknown key training.batchsize' in line


def test_batch_that_the_devices_cannot_share(recipe_file, toy_catalogue, tmp_path, capsys):
    line = fails(capsys, *train_words(
        recipe_file, toy_catalogue, tmp_path / 'run', '--devices', '@numpy*3'))
    assert 'batch size 8 cannot be shared evenly by 3 devices' in line


def test_device_that_does_not_exist(recipe_file, toy_catalogue, tmp_path, capsys):
    line = fails(capsys, *train_words(
        recipe_file, toy_catalogue, tmp_path / 'run', '--devices', '@nump'))
    assert "'@nump'" in line


def test_gpu_where_there_is_none(recipe_file, toy_catalogue, tmp_path, capsys):
    from chainer.backends import cuda
    if cuda.available:
        pytest.skip('this machine has a GPU')
    line = fails(capsys, *train_words(
        recipe_file, toy_catalogue, tmp_path / 'run', '--devices', '0'))
    assert 'CuPy' in line


@pytest.mark.parametrize('n', [0, 6])
def test_number_of_images_in_the_recipe(tiny, toy_catalogue, tmp_path, capsys, n):
    path = tmp_path / 'bad.toml'
    path.write_text(tiny.to_toml().replace('max_images = 5', f'max_images = {n}'))
    line = fails(capsys, *train_words(path, toy_catalogue, tmp_path / 'run'))
    assert f'data.max_images: found {n}, expected 1 to 5' in line


def test_number_of_images_to_predict_from(trained, images, capsys):
    line = fails(capsys, 'predict', trained.folder, *images[:6])
    assert 'found 6 images, expected 1 to 5' in line


def test_empty_catalogue(recipe_file, make_toy_catalogue, tmp_path, capsys):
    catalogue = make_toy_catalogue(tmp_path / 'empty', products=0)
    line = fails(capsys, *train_words(recipe_file, catalogue, tmp_path / 'run'))
    assert 'empty' in line


def test_empty_split(recipe_file, make_toy_catalogue, tmp_path, capsys):
    catalogue = make_toy_catalogue(tmp_path / 'few', products=2)
    line = fails(capsys, *train_words(recipe_file, catalogue, tmp_path / 'run'))
    assert 'split' in line
    assert not (tmp_path / 'run').exists()


def test_fewer_products_than_a_batch(tiny, toy_catalogue, tmp_path, capsys):
    path = tmp_path / 'large.toml'
    path.write_text(tiny.replace(training__batch_size=512).to_toml())
    line = fails(capsys, *train_words(path, toy_catalogue, tmp_path / 'run'))
    assert 'fewer than the 512 of one batch' in line
    assert not (tmp_path / 'run').exists()


@pytest.mark.parametrize('words', [['evaluate'], ['predict', 'x.png'], ['lr', '0.1']])
def test_run_folder_that_is_not_one(tmp_path, capsys, words):
    command, *rest = words
    assert 'no such folder' in fails(capsys, command, tmp_path / 'none', *rest)
    assert 'not a run folder: it has no recipe.toml' in fails(capsys, command, tmp_path, *rest)


def test_resume_of_what_is_no_run(tmp_path, capsys):
    line = fails(capsys, 'train', '--out', tmp_path, '--resume')
    assert 'not a run folder' in line


def test_resume_with_another_recipe(tiny, trained, tmp_path, capsys):
    path = tmp_path / 'other.toml'
    path.write_text(tiny.replace(training__momentum=0.5).to_toml())
    line = fails(capsys, 'train', '--recipe', path, '--out', trained.folder, '--resume')
    assert 'made with another recipe' in line


def test_snapshot_of_another_recipe(tiny, run_copy, capsys):
    run_copy.save_recipe(tiny.replace(training__momentum=0.5))
    line = fails(capsys, 'train', '--out', run_copy.folder, '--resume')
    assert 'the snapshot is of another recipe' in line


def test_snapshot_that_does_not_fit_the_network(tiny, run_copy, capsys):
    run_copy.save_recipe(tiny.replace(model__post_pool=9))
    assert 'does not fit the recipe' in fails(capsys, 'evaluate', run_copy.folder)


def test_vocabulary_that_does_not_match_the_recipe(run_copy, capsys):
    labels = json.loads((run_copy.folder / 'labels.json').read_text())
    del labels['colour']
    (run_copy.folder / 'labels.json').write_text(json.dumps(labels))
    line = fails(capsys, 'evaluate', run_copy.folder)
    assert 'labels.json: holds the labels of gender, type' in line


def test_vocabulary_that_does_not_match_the_snapshot(run_copy, capsys):
    labels = json.loads((run_copy.folder / 'labels.json').read_text())
    labels['colour'].append('teal')
    (run_copy.folder / 'labels.json').write_text(json.dumps(labels))
    assert 'does not fit the recipe and the labels' in fails(
        capsys, 'predict', run_copy.folder, 'x.png')


def test_catalogue_with_labels_that_the_run_does_not_know(
        run_copy, make_toy_catalogue, tmp_path, capsys):
    catalogue = make_toy_catalogue(tmp_path / 'other', products=60)
    path = catalogue / 'products.jsonl'
    path.write_text(path.read_text().replace('"female"', '"unisex"'))
    line = fails(capsys, 'evaluate', run_copy.folder, '--catalogue', catalogue)
    assert "gender 'unisex' is not among the 2 labels" in line


def test_resume_on_a_changed_catalogue(
        recipe_file, make_toy_catalogue, tmp_path, capsys):
    catalogue = make_toy_catalogue(tmp_path / 'shop')
    assert cli.main(list(map(str, train_words(recipe_file, catalogue, tmp_path / 'run')))) == 0
    capsys.readouterr()
    path = catalogue / 'products.jsonl'
    path.write_text(path.read_text().replace('red disc', 'rot disc'))
    line = fails(capsys, 'train', '--out', tmp_path / 'run', '--resume')
    assert 'not the catalogue that the run was started on' in line


def test_output_folder_that_holds_a_run(recipe_file, toy_catalogue, run_copy, capsys):
    words = train_words(recipe_file, toy_catalogue, run_copy.folder)
    assert 'holds a run already' in fails(capsys, *words)
    snapshot = run_copy.last_snapshot().stat().st_mtime_ns
    assert cli.main([*map(str, words), '--overwrite']) == 0
    assert run_copy.last_snapshot().stat().st_mtime_ns > snapshot


def test_output_folder_that_holds_something_else(recipe_file, toy_catalogue, tmp_path, capsys):
    (tmp_path / 'thesis.doc').write_text('precious')
    for more in [], ['--overwrite']:
        line = fails(capsys, *train_words(recipe_file, toy_catalogue, tmp_path, *more))
        assert 'not empty and holds no run' in line
    assert (tmp_path / 'thesis.doc').read_text() == 'precious'


def test_no_snapshot_yet(run_copy, capsys):
    for path in run_copy.snapshots.iterdir():
        path.unlink()
    assert 'has no best snapshot yet' in fails(capsys, 'evaluate', run_copy.folder)


def test_missing_options(tmp_path, capsys):
    assert '--recipe is missing' in fails(capsys, 'train', '--out', tmp_path / 'run')
    assert 'contradict' in fails(capsys, 'train', '--out', tmp_path, '--resume', '--overwrite')
    assert 'give a recipe, or --backend' in fails(capsys, 'describe')


def test_what_is_no_image(trained, tmp_path, capsys):
    path = tmp_path / 'text.jpg'
    path.write_text('no image')
    assert 'text.jpg: not a usable image' in fails(capsys, 'predict', trained.folder, path)
    assert 'none.jpg: not a usable image' in fails(
        capsys, 'predict', trained.folder, tmp_path / 'none.jpg')


def test_what_is_no_catalogue(recipe_file, tmp_path, capsys):
    line = fails(capsys, *train_words(recipe_file, tmp_path, tmp_path / 'run'))
    assert 'not a catalogue' in line
