import importlib
import json
import os
import pathlib
import re
import subprocess
import sys
import textwrap

import pytest

from fashion_models.errors import UnsuitableCatalogue, UserError
from fashion_models.experiments import __main__, registry
from fashion_models.experiments.__main__ import main
from fashion_models.experiments.kit.command import NOT_POSSIBLE
from fashion_models.experiments.registry import EXPERIMENTS

NAMES = [experiment.name for experiment in EXPERIMENTS]


def test_every_module_is_registered():
    """What the package holds at its top are the experiments, the registry and the command."""
    folder = pathlib.Path(registry.__file__).parent
    modules = {path.stem for path in folder.glob('*.py')} - {'__init__', '__main__', 'registry'}
    assert sorted(NAMES) == sorted(modules)


def test_the_documentation_lists_them_all():
    page = pathlib.Path(__file__).parents[2] / 'docs' / 'experiments.rst'
    text = page.read_text()
    for name in NAMES:
        assert f'python -m fashion_models.experiments.{name} ' in text


def test_the_documentations_example_of_an_experiment_runs(words, tmp_path):
    page = pathlib.Path(__file__).parents[2] / 'docs' / 'experiments.rst'
    block = page.read_text().split('(figures to pictures)::\n\n')[1].split('\n.. auto')[0]
    example = {}
    exec(textwrap.dedent(block), example)
    assert example['main']([*words, '-o', str(tmp_path), '--seeds', '1']) == 0
    results = json.loads((tmp_path / 'wide_or_narrow' / 'toy' / 'results.json').read_text())
    wide, narrow = (run['recipe'] for run in results['runs'])
    assert wide != narrow
    assert results['tables'][0]['title'] == 'Wide minus narrow'


@pytest.fixture
def called(monkeypatch):
    """Stands in for the experiments, and notes which were called with what."""
    calls, statuses = [], {}
    for name in NAMES:
        module = importlib.import_module(f'fashion_models.experiments.{name}')

        def stand_in(argv, name=name):
            calls.append((name, argv))
            return statuses.get(name, 0)
        monkeypatch.setattr(module, 'main', stand_in)
    monkeypatch.setattr(__main__, 'training_seconds', lambda *_: 90)
    return calls, statuses


def test_every_experiment_is_called_with_the_same_arguments(called, words, capsys):
    assert main([*words, '--quick', '--seeds', '2']) == 0
    assert called[0] == [(name, [*words, '--quick', '--seeds', '2']) for name in NAMES]
    out = capsys.readouterr().out
    assert out.count('done') == len(NAMES)
    assert f'experiment 3 of {len(NAMES)}: {NAMES[2]}' in out
    assert '\nall ' in out


def test_some_of_them(called, words):
    assert main(['--only', 'graph', 'filters', '--quick', *words]) == 0
    assert called[0] == [('graph', ['--quick', *words]), ('filters', ['--quick', *words])]


def test_an_option_is_not_abbreviated(called, words):
    with pytest.raises(SystemExit, match='2'):
        main([*words, '--onl', 'graph'])


def test_a_failure_does_not_keep_the_others_from_running(called, words, capsys):
    called[1][NAMES[0]] = 2
    assert main(words) == 2
    assert len(called[0]) == len(EXPERIMENTS)
    assert 'failed (2)' in capsys.readouterr().out


def test_what_the_catalogue_cannot_answer_is_no_failure(called, words, capsys):
    called[1][NAMES[3]] = NOT_POSSIBLE
    assert main(words) == 0
    assert len(called[0]) == len(NAMES)
    [line] = [line for line in capsys.readouterr().out.splitlines() if 'not possible here' in line]
    assert line.startswith(f'{NAMES[3]} ')


def test_an_interruption_does(called, words):
    called[1][NAMES[1]] = 130
    assert main(words) == 130
    assert len(called[0]) == 2


def test_it_ends_when_nobody_reads_its_output(tmp_path, words):
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, '-m', 'fashion_models.experiments', *words],
        cwd=tmp_path, stdout=write, stderr=subprocess.PIPE, text=True)
    os.close(write)
    assert done.returncode == 141
    assert done.stderr == ''


def test_an_experiment_that_nobody_reads_is_the_last(called, words):
    called[1][NAMES[1]] = 141
    assert main(words) == 141
    assert len(called[0]) == 2


def test_how_long_it_takes_is_told_first(called, words, capsys):
    words = [word for word in words if word != '--quick']
    assert main([*words, '--seeds', '2', '--jobs', '1', '--only', 'filters', 'label_audit']) == 0
    first = capsys.readouterr().out.splitlines()[0]
    # Two seeds of 1 and 7 trainings of their own, the multi-task network and that of colour.
    assert first == (
        'about 20 trainings of 90 seconds, 30 minutes in all; what is trained already is reused')


@pytest.mark.parametrize('more', [[], ['--quick']])
@pytest.mark.parametrize(('wrong', 'message'), [
    (['--catalogue', 'nowhere'], 'nowhere: there is no such folder'),
    (['--recipe', 'none.toml'], 'none.toml: cannot read the recipe'),
    (['--seeds', '0'], 'seeds: found 0, expected 1 or more'),
])
def test_what_no_experiment_can_use_is_told_once(called, words, more, wrong, message, capsys):
    assert main([*words, *more, *wrong]) == 2
    error = capsys.readouterr().err
    assert error.startswith(f'experiments: error: {message}')
    assert error.count('\n') == 1
    assert called[0] == []


@pytest.mark.parametrize(('error', 'status'), [
    (UserError('GPU 0: is not there'), 2), (UnsuitableCatalogue('shop: no labels'), 3),
    (KeyboardInterrupt(), 130)])
def test_what_goes_wrong_while_steps_are_timed_is_a_line(
        called, words, monkeypatch, error, status, capsys):
    def fail(*_):
        raise error
    monkeypatch.setattr(__main__, 'training_seconds', fail)
    words = [word for word in words if word != '--quick']
    assert main(words) == status
    assert capsys.readouterr().err.count('\n') == 1
    assert called[0] == []


@pytest.fixture
def recorded(words, tmp_path, monkeypatch):
    """Records the results of two experiments; returns the words, but for the recipe."""
    at = words.index('--recipe')
    # Absolute paths do not get into records.
    monkeypatch.chdir(pathlib.Path(words[at + 1]).parent)
    words = [*words, '--runs', str(tmp_path / 'runs'), '-o', str(tmp_path / 'out')]
    for name, seeds in ('main_table', '2'), ('graph', '3'):
        module = importlib.import_module(f'fashion_models.experiments.{name}')
        assert module.main([*words, '--seeds', seeds]) == 0
    return [*words[:at], *words[at + 2:]]


def test_recorded_results_are_made_again(recorded, tmp_path, called, capsys):
    out = tmp_path / 'out'
    capsys.readouterr()
    assert main([*recorded, '--as-recorded', str(out)]) == 0
    assert called[0] == [(name, ['--recipe', 'tiny.toml', '--seeds', seeds, *recorded])
                         for name, seeds in (('main_table', '2'), ('graph', '3'))]
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f'left out, since no results of toy are recorded in {out}: single_v')
    # Of 90 seconds each, by the shares of time that they took.
    assert lines[1].startswith('about 2 trainings of ')
    assert lines.count('the tables are as recorded') == 2


def test_recorded_results_are_not_replaced(recorded, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(__main__, 'training_seconds', lambda *_: 90)
    monkeypatch.setattr(__main__, 'REPRODUCED', tmp_path / 'reproduced')
    results = pathlib.Path('main_table', 'toy', 'results.json')
    path = tmp_path / 'out' / results
    first = json.loads(path.read_text())
    assert first['command'].startswith('python -m fashion_models.experiments.main_table ')
    first['tables'][0]['rows'][0][1] = '7.000'
    path.write_text(json.dumps(first))
    while '-o' in recorded:
        at = recorded.index('-o')
        del recorded[at:at + 2]
    assert main([*recorded, '--as-recorded', str(tmp_path / 'out'), '--only', 'main_table']) == 0
    assert json.loads(path.read_text()) == first
    second = json.loads((tmp_path / 'reproduced' / results).read_text())
    assert [second[key] for key in ('figures', 'runs', 'seeds', 'recipe')] == [
        first[key] for key in ('figures', 'runs', 'seeds', 'recipe')]
    assert '--as-recorded' not in second['command']
    assert '--seeds 2' in second['command']
    assert 'cells are as recorded; in others, numbers differ by ' in capsys.readouterr().out


def test_a_recipe_that_has_changed_since_is_told(recorded, tmp_path, called, capsys):
    recipe = pathlib.Path('tiny.toml')
    text = recipe.read_text()
    recipe.write_text(text.replace('epochs = 1', 'epochs = 2', 1))
    capsys.readouterr()
    try:
        assert main([*recorded, '--as-recorded', str(tmp_path / 'out')]) == 0
    finally:
        recipe.write_text(text)
    assert ('main_table: the recipe is not as it was recorded: training.epochs was 1, is 2\n'
            in capsys.readouterr().out)


def test_an_option_that_an_experiment_no_longer_has_fails_it_alone(recorded, tmp_path, capsys):
    path = tmp_path / 'out' / 'main_table' / 'toy' / 'results.json'
    record = json.loads(path.read_text())
    path.write_text(json.dumps({**record, 'command': record['command'] + ' --older'}))
    capsys.readouterr()
    assert main([*recorded, '--as-recorded', str(tmp_path / 'out')]) == 2
    out, err = capsys.readouterr()
    assert 'unrecognized arguments: --older' in err
    assert re.search(r'main_table +\d s  failed \(2\)\ngraph +\d+ s  done', out)


@pytest.mark.parametrize('option', [
    ['--seeds', '4'], ['--recipe', 'small'], ['--recipe=compact'], ['--quick']])
def test_what_the_records_name_cannot_be_asked_for(called, words, tmp_path, option, capsys):
    assert main([*words[:2], *option, '--as-recorded', str(tmp_path)]) == 2
    name = option[0].lstrip('-').partition('=')[0]
    assert f'{name}: cannot be combined with as-recorded' in capsys.readouterr().err
    assert called[0] == []


def test_without_records_nothing_is_run(called, words, tmp_path, capsys):
    assert main([*words[:2], '--as-recorded', str(tmp_path), '--only', 'graph']) == 2
    assert f'{tmp_path}: found no results of toy for graph; choose' in capsys.readouterr().err
    assert main([*words[:2], '--as-recorded', str(tmp_path / 'none')]) == 2
    assert f'as-recorded: found no folder {tmp_path / "none"}' in capsys.readouterr().err
    assert called[0] == []


@pytest.mark.parametrize('name', NAMES)
def test_an_experiments_head_says_how_to_run_it_and_how_long_it_takes(name):
    module = importlib.import_module(f'fashion_models.experiments.{name}')
    assert f'python -m fashion_models.experiments.{name}' in module.__doc__
    assert '\nTime: ' in module.__doc__


def test_two_experiments_share_a_run(words, tmp_path):
    words = [*words, '--runs', str(tmp_path / 'runs'), '-o', str(tmp_path / 'out')]
    assert main([*words, '--quick', '--only', 'main_table', 'filters']) == 0
    runs = [json.loads((tmp_path / 'out' / name / 'toy' / 'results.json').read_text())['runs']
            for name in ('main_table', 'filters')]
    assert runs[0][0] in runs[1]
    assert len(list(pathlib.Path(tmp_path, 'runs').glob('*/provenance.json'))) == 3
