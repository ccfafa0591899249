"""``fashion-models train``: good calls, and bad ones that must say what is wrong."""

import pytest

from fashion_models import cli
from fashion_models.training.run import Run


def train_words(recipe_file, catalogue, out, *more):
    return ['train', '--recipe', recipe_file, '--catalogue', catalogue, '-o', out, *more]


def test_trains_from_the_command_line_to_the_table(recipe_file, toy_catalogue, tmp_path, capsys):
    out = tmp_path / 'run'
    words = train_words(recipe_file, toy_catalogue, out, '--devices', '@numpy*2', '--seed', 3)
    assert cli.main(list(map(str, words))) == 0
    assert 'Multi-task' in capsys.readouterr().out
    recipe = Run.open(out).recipe
    assert (recipe.training.devices, recipe.training.seed) == ('@numpy*2', 3)


def test_recipe_with_an_unknown_key(tmp_path, toy_catalogue, fails):
    path = tmp_path / 'bad.toml'
    path.write_text('[training]\nbatchsize = 3')
    line = fails(*train_words(path, toy_catalogue, tmp_path / 'run'))
    assert 'bad.toml: unknown key training.batchsize' in line


def test_batch_that_the_devices_cannot_share(recipe_file, toy_catalogue, tmp_path, fails):
    line = fails(*train_words(
        recipe_file, toy_catalogue, tmp_path / 'run', '--devices', '@numpy*3'))
    assert 'batch size 8 cannot be shared evenly by 3 devices' in line


def test_normalization_over_the_batch_takes_one_device(
        tiny, toy_catalogue, tmp_path, fails):
    recipe = tmp_path / 'batch.toml'
    recipe.write_text(tiny.replace(training__normalize_over='batch').to_toml())
    line = fails(*train_words(
        recipe, toy_catalogue, tmp_path / 'run', '--devices', '@numpy*2'))
    assert "training.normalize_over is 'batch', which takes one device a process; found 2" in line


def test_device_that_does_not_exist(recipe_file, toy_catalogue, tmp_path, fails):
    line = fails(*train_words(
        recipe_file, toy_catalogue, tmp_path / 'run', '--devices', '@nump'))
    assert "'@nump'" in line


def test_gpu_where_there_is_none(recipe_file, toy_catalogue, tmp_path, fails):
    from chainer.backends import cuda
    if cuda.available:
        pytest.skip('this machine has a GPU')
    line = fails(*train_words(
        recipe_file, toy_catalogue, tmp_path / 'run', '--devices', '0'))
    assert 'CuPy' in line


@pytest.mark.parametrize('n', [0, 6])
def test_number_of_images_in_the_recipe(tiny, toy_catalogue, tmp_path, fails, n):
    path = tmp_path / 'bad.toml'
    path.write_text(tiny.to_toml().replace('max_images = 5', f'max_images = {n}'))
    line = fails(*train_words(path, toy_catalogue, tmp_path / 'run'))
    assert f'data.max_images: found {n}, expected 1 to 5' in line


def test_empty_catalogue(recipe_file, make_toy_catalogue, tmp_path, fails):
    catalogue = make_toy_catalogue(tmp_path / 'empty', products=0)
    line = fails(*train_words(recipe_file, catalogue, tmp_path / 'run'))
    assert 'empty' in line


def test_empty_split(recipe_file, make_toy_catalogue, tmp_path, fails):
    catalogue = make_toy_catalogue(tmp_path / 'few', products=2)
    line = fails(*train_words(recipe_file, catalogue, tmp_path / 'run'))
    assert 'split' in line
    assert not (tmp_path / 'run').exists()


def test_fewer_products_than_a_batch(tiny, toy_catalogue, tmp_path, fails):
    path = tmp_path / 'large.toml'
    path.write_text(tiny.replace(training__batch_size=512).to_toml())
    line = fails(*train_words(path, toy_catalogue, tmp_path / 'run'))
    assert 'fewer than the 512 of one batch' in line
    assert not (tmp_path / 'run').exists()


def test_resume_of_what_is_no_run(tmp_path, fails):
    line = fails('train', '-o', tmp_path, '--resume')
    assert 'not a run folder' in line


def test_resume_with_another_recipe(tiny, trained, tmp_path, fails):
    path = tmp_path / 'other.toml'
    path.write_text(tiny.replace(training__momentum=0.5).to_toml())
    line = fails('train', '--recipe', path, '-o', trained.folder, '--resume')
    assert 'made with another recipe' in line


def test_snapshot_of_another_recipe(tiny, run_copy, fails):
    run_copy.save_recipe(tiny.replace(training__momentum=0.5))
    line = fails('train', '-o', run_copy.folder, '--resume')
    assert 'the snapshot is of another recipe' in line


def test_resume_on_a_changed_catalogue(
        recipe_file, make_toy_catalogue, tmp_path, capsys, fails):
    catalogue = make_toy_catalogue(tmp_path / 'shop')
    assert cli.main(list(map(str, train_words(recipe_file, catalogue, tmp_path / 'run')))) == 0
    capsys.readouterr()
    path = catalogue / 'products.jsonl'
    path.write_text(path.read_text().replace('red disc', 'rot disc'))
    line = fails('train', '-o', tmp_path / 'run', '--resume')
    assert 'not the catalogue that the run was started on' in line


def test_output_folder_that_holds_a_run(recipe_file, toy_catalogue, run_copy, fails):
    words = train_words(recipe_file, toy_catalogue, run_copy.folder)
    assert 'holds a run already' in fails(*words)
    snapshot = run_copy.last_snapshot().stat().st_mtime_ns
    assert cli.main([*map(str, words), '--overwrite']) == 0
    assert run_copy.last_snapshot().stat().st_mtime_ns > snapshot


def test_output_folder_that_holds_something_else(recipe_file, toy_catalogue, tmp_path, fails):
    (tmp_path / 'thesis.doc').write_text('precious')
    for more in [], ['--overwrite']:
        line = fails(*train_words(recipe_file, toy_catalogue, tmp_path, *more))
        assert 'not empty and holds no run' in line
    assert (tmp_path / 'thesis.doc').read_text() == 'precious'


def test_missing_options(tmp_path, fails):
    assert '--recipe is missing' in fails('train', '-o', tmp_path / 'run')
    assert 'contradict' in fails('train', '-o', tmp_path, '--resume', '--overwrite')
    assert 'give a recipe, or --backend' in fails('describe')


def test_what_is_no_catalogue(recipe_file, tmp_path, fails):
    line = fails(*train_words(recipe_file, tmp_path, tmp_path / 'run'))
    assert 'not a catalogue' in line


def test_beginnings_of_options_serve(fails, tmp_path):
    """``--out`` is what recorded commands say; argparse takes it for ``--output``."""
    assert 'not a run folder' in fails('train', '--out', tmp_path, '--resume')
