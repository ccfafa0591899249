import argparse
import io
import json
import shlex
import subprocess
import sys

import pytest

from fashion_models.errors import UserError
from fashion_models.experiments.kit import command as commands
from fashion_models.experiments.kit.command import command
from fashion_models.experiments.kit.results import Table
from fashion_models.experiments.kit.runs import Interrupted


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


@pytest.mark.parametrize(('more', 'message'), [
    (['--seeds', '0'], 'seeds: found 0, expected 1 or more'),
    (['--catalogue', 'nowhere'], 'nowhere: there is no such folder'),
    (['--recipe', 'none.toml'], 'none.toml: cannot read the recipe'),
    (['--runs', __file__], f'runs: {__file__} is a file, expected a folder'),
    (['-o', __file__], f'output: {__file__} is a file, expected a folder'),
    (['--name', ''], "name: '' cannot be that of a folder"),
])
def test_what_cannot_be_used(words, more, message, capsys):
    assert command('some', '', None, [*words, *more]) == 2
    error = capsys.readouterr().err
    assert error.startswith(f'some: error: {message}')
    assert error.count('\n') == 1


def test_results_of_another_catalogue_are_kept(words, tmp_path, capsys):
    def experiment(settings, folder):
        return {'number': 1.5}, []

    assert command('some', '', experiment, words) == 0
    assert command('some', '', experiment, words) == 0      # again
    path = tmp_path / 'results' / 'some' / 'toy' / 'results.json'
    record = json.loads(path.read_text())
    record['catalogue']['hash'] = '0123'
    path.write_text(json.dumps(record))
    assert command('some', '', None, words) == 2            # and nothing is trained
    error = capsys.readouterr().err
    assert f'{path.parent}: holds the results of another catalogue of this name' in error
    assert 'choose another name' in error
    assert json.loads(path.read_text()) == record
    assert command('some', '', experiment, [*words, '--name', 'other']) == 0
    path.write_text('{"cat')
    assert command('some', '', experiment, words) == 0      # what is damaged is replaced


def test_an_experiment_that_fails_leaves_no_empty_folder(words, tmp_path):
    def wrong(settings, folder):
        assert folder.is_dir()
        raise UserError('colour: none')

    assert command('some', '', wrong, words) == 2
    assert not (tmp_path / 'results' / 'some').exists()


@pytest.mark.parametrize(('word', 'folds'), [('2', 2), ('100', 100), ('1', None), ('x', None)])
def test_the_number_of_folds(word, folds, capsys):
    parser = argparse.ArgumentParser()
    commands.add_folds(parser)
    if folds:
        assert parser.parse_args(['--folds', word]).folds == folds
    else:
        with pytest.raises(SystemExit, match='2'):
            parser.parse_args(['--folds', word])
        assert f"found '{word}', expected 2 to 100" in capsys.readouterr().err


def test_help_has_no_marks_of_sphinx(capsys):
    with pytest.raises(SystemExit, match='0'):
        command('some', 'What :class:`~a.b.Some` does with ``x``, **now**, by :mod:`.c`\n', None,
                ['--help'])
    assert 'What a.b.Some does with x, now, by c\n' in capsys.readouterr().out


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


@pytest.mark.parametrize('missing', ['train', 'validation', 'test'])
def test_without_the_products_of_a_split_nothing_is_trained(words, monkeypatch, capsys, missing):
    others = [split for split in commands.SPLITS if split != missing]
    monkeypatch.setattr(commands, 'split_of', lambda group: others[int(group.split()[1]) % 2])
    assert command('some', '', None, words) == 3
    assert 'not possible here' in (error := capsys.readouterr().err)
    assert f'found no product in the {missing} split' in error
    assert command('some', '', lambda settings, folder: ({}, []), words, splits=()) == 0


@pytest.mark.parametrize('name', ['..', '.', '../../elsewhere', '/tmp/elsewhere', 'a\\b', 'a\nb'])
def test_a_catalogues_name_leads_nowhere_else(words, tmp_path, capsys, name):
    assert command('some', '', lambda *_: ({}, []), [*words, '--name', name]) == 2
    assert 'cannot be that of a folder' in capsys.readouterr().err
    assert not (tmp_path / 'results').exists()
