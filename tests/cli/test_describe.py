"""``fashion-models describe``."""

import pytest

from fashion_models import cli
from fashion_models.training.recipe import Recipe


def test_describe(recipe_file, capsys):
    assert cli.main(['describe', str(recipe_file), '--images', '2']) == 0
    output = capsys.readouterr().out
    assert 'encoder/trunk/conv1' in output
    assert 'heads/subcategory' in output
    assert cli.main(['describe', '--backend']) == 0
    assert 'oneDNN' in capsys.readouterr().out


@pytest.mark.parametrize('name', ['lyst2016', 'small', 'compact', 'tiny', 'resnet50'])
def test_a_recipe_to_change(name, tmp_path, capsys):
    assert cli.main(['describe', name, '--toml']) == 0
    path = tmp_path / 'mine.toml'
    path.write_text(capsys.readouterr().out)
    assert Recipe.load(path) == Recipe.load(name)
    path.write_text(path.read_text().replace('seed = 0', 'seed = 7'))
    assert Recipe.load(path) == Recipe.load(name).replace(training__seed=7)


def test_describe_a_run(tiny_run, capsys):
    run, _ = tiny_run
    assert cli.main(['describe', str(run)]) == 0
    assert '3 x 24' in next(line for line in capsys.readouterr().out.splitlines() if 'fc7' in line)
