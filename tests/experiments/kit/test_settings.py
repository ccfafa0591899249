import io
import json
import pathlib
import shlex
import subprocess
import sys

import pytest

from fashion_models.data.views import View
from fashion_models.errors import UserError
from fashion_models.experiments.kit import settings as arguments
from fashion_models.experiments.kit.results import Table
from fashion_models.experiments.kit.runs import Interrupted
from fashion_models.experiments.kit.settings import command, with_epochs
from fashion_models.training.recipe import Recipe

REPOSITORY = pathlib.Path(__file__).resolve().parents[3]


@pytest.fixture
def words(words, tmp_path):
    return [*words, '--runs', str(tmp_path / 'runs'), '-o', str(tmp_path / 'results')]


def test_an_experiment_from_the_command_line(words, tmp_path, capsys):
    def experiment(settings, folder):
        assert settings.seeds == (0, 1)
        assert not settings.quick
        (folder / 'picture.png').write_bytes(b'')
        return {'number': 1.5}, [Table('Numbers', ['', 'number'], [['a', 1.5]])]

    assert command('some', 'Some experiment.', experiment, [*words, '--seeds', '2']) == 0
    folder = tmp_path / 'results' / 'some' / 'toy'
    assert {path.name for path in folder.iterdir()} == {
        'picture.png', 'results.json', 'table.rst', 'table.txt'}
    results = json.loads((folder / 'results.json').read_text())
    assert (results['experiment'], results['seeds']) == ('some', [0, 1])
    out = capsys.readouterr().out
    assert 'Numbers' in out
    assert str(folder) in out


def test_a_first_look(words):
    def experiment(settings, folder):
        assert settings.quick
        assert settings.seeds == (0,)
        return {}, []

    assert command('some', '', experiment, [*words, '--quick']) == 0


def test_runs_are_shared_and_named_in_the_results(words, tmp_path):
    def experiment(settings, folder):
        run = settings.run('multi', 0, settings.recipe.replace(training__epochs=1))
        assert settings.run('other', 0, settings.recipe.replace(training__epochs=1)) is not None
        return {'tasks': run.vocabulary.tasks}, []

    for name in 'some', 'other':
        assert command(name, '', experiment, words) == 0
    results = [json.loads((tmp_path / 'results' / name / 'toy' / 'results.json').read_text())
               for name in ('some', 'other')]
    assert [len(result['runs']) for result in results] == [1, 1]
    assert results[0]['runs'] == results[1]['runs']
    assert results[0]['training_seconds'] > 0


def test_the_place_of_networks_that_are_trained_side_by_side(words, monkeypatch):
    told = []
    monkeypatch.setattr(arguments, 'train_side_by_side', lambda *given: told.append(
        (len(given[1]), given[4].partition(', about')[0])))

    def experiment(settings, folder):
        short = settings.recipe.replace(training__epochs=1)
        settings.networks = 5
        settings.run('multi', 0, short)
        settings.train([('multi', short, None)])
        settings.train([('multi', short, None), ('flat', short, View(flattened=True))])
        return {}, []

    assert command('some', '', experiment, [*words, '--seeds', '3', '--jobs', '2']) == 0
    # Nothing was trained here but the first network, which is not trained anew.
    assert told == [(2, 'networks 2 to 3 of 5'), (5, 'networks 2 to 6 of 6')]


@pytest.mark.parametrize(('more', 'message'), [
    (['--seeds', '0'], 'seeds: found 0, expected 1 or more'),
    (['--catalogue', 'nowhere'], 'nowhere: there is no such folder'),
    (['--recipe', 'none.toml'], 'none.toml: cannot read the recipe'),
])
def test_what_cannot_be_used(words, more, message, capsys):
    assert command('some', '', None, [*words, *more]) == 2
    error = capsys.readouterr().err
    assert error.startswith(f'some: error: {message}')
    assert error.count('\n') == 1


def test_a_full_disk_is_a_line(words, capsys):
    def experiment(settings, folder):
        raise OSError(28, 'No space left on device', 'graph.dot')
    assert command('some', '', experiment, words) == 2
    assert capsys.readouterr().err == 'some: error: graph.dot: No space left on device\n'


def test_labels_reach_the_terminal_without_their_control_characters(words, capsys, monkeypatch):
    def experiment(settings, folder):
        return {}, [Table('Colours', ['label', 'n'], [['\x1b[2Jred \u202e', 3]])]

    assert command('some', '', experiment, words) == 0
    assert r'\x1b[2Jred \u202e' in capsys.readouterr().out

    def wrong(settings, folder):
        raise UserError('colour: found \x1b[2J' + 'x' * 5000)

    assert command('some', '', wrong, words) == 2
    error = capsys.readouterr().err
    assert error.startswith(r'some: error: colour: found \x1b[2Jxxx')
    assert len(error) < 4100


@pytest.mark.parametrize(('encoding', 'shown'), [('ascii', r'wei\u00df'), ('utf-8', 'weiß')])
def test_a_terminal_that_is_not_utf_8(words, monkeypatch, encoding, shown):
    stream = io.TextIOWrapper(io.BytesIO(), encoding)
    monkeypatch.setattr(sys, 'stdout', stream)
    assert command('some', '', lambda settings, folder: ({}, [
        Table('Colours', ['label', 'n'], [['weiß', 3]])]), words) == 0
    assert shown in stream.buffer.getvalue().decode(encoding)


def test_a_reader_that_goes_away(words):
    done = subprocess.run(
        f'{sys.executable} -m fashion_models.experiments.graph --recipe tiny --quick '
        f'{shlex.join(words)} | true; exit ${{PIPESTATUS[0]}}',
        shell=True, executable='/bin/bash', capture_output=True, text=True)
    assert done.returncode == 141
    assert 'Broken' not in done.stderr


@pytest.mark.parametrize('interruption', [Interrupted, KeyboardInterrupt])
def test_interrupted(words, interruption, capsys):
    def experiment(settings, folder):
        raise interruption
    assert command('some', '', experiment, words) == 130
    assert 'run the same command again to resume' in capsys.readouterr().err


@pytest.mark.parametrize(('epochs', 'drops'), [(20, (10, 15)), (40, (20, 30)), (4, (2, 3)),
                                               (2, (1,)), (1, ())])
def test_with_epochs(epochs, drops):
    recipe = Recipe.load(REPOSITORY / 'fashion_models' / 'recipes' / 'lyst2016.toml')
    assert recipe.training.drops == (10, 15)
    found = with_epochs(recipe, epochs).training
    assert (found.epochs, found.drops) == (epochs, drops)


def test_without_test_products_nothing_is_trained(words, monkeypatch, capsys):
    monkeypatch.setattr(arguments, 'split_of', lambda group: 'train')
    assert command('some', '', None, words) == 3
    assert 'not possible here' in (error := capsys.readouterr().err)
    assert 'none of its products is in the test split' in error
    assert command('some', '', lambda settings, folder: ({}, []), words, test_split=False) == 0


@pytest.mark.parametrize('name', ['..', '.', '../../elsewhere', '/tmp/elsewhere', 'a\\b', 'a\nb'])
def test_a_catalogues_name_leads_nowhere_else(words, tmp_path, capsys, name):
    assert command('some', '', lambda *_: ({}, []), [*words, '--name', name]) == 2
    assert 'cannot be that of a folder' in capsys.readouterr().err
    assert not (tmp_path / 'results').exists()
