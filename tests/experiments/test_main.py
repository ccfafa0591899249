import importlib
import json
import pathlib

import pytest

from fashion_models.experiments.__main__ import EXPERIMENTS, main


@pytest.fixture
def called(monkeypatch):
    """Stands in for the experiments, and notes which were called with what."""
    calls, statuses = [], {}
    for name in EXPERIMENTS:
        module = importlib.import_module(f'fashion_models.experiments.{name}')

        def stand_in(argv, name=name):
            calls.append((name, argv))
            return statuses.get(name, 0)
        monkeypatch.setattr(module, 'main', stand_in)
    return calls, statuses


def test_every_experiment_is_called_with_the_same_arguments(called, capsys):
    assert main(['--quick', '--seeds', '2']) == 0
    assert called[0] == [(name, ['--quick', '--seeds', '2']) for name in EXPERIMENTS]
    assert capsys.readouterr().out.count('done') == len(EXPERIMENTS)


def test_some_of_them(called):
    assert main(['--only', 'graph', 'filters', '--quick']) == 0
    assert called[0] == [('graph', ['--quick']), ('filters', ['--quick'])]


def test_a_failure_does_not_keep_the_others_from_running(called, capsys):
    called[1][EXPERIMENTS[0]] = 2
    assert main([]) == 2
    assert len(called[0]) == len(EXPERIMENTS)
    assert 'failed (2)' in capsys.readouterr().out


def test_an_interruption_does(called):
    called[1][EXPERIMENTS[1]] = 130
    assert main([]) == 130
    assert len(called[0]) == 2


@pytest.mark.parametrize('name', EXPERIMENTS)
def test_an_experiments_head_says_how_to_run_it_and_how_long_it_takes(name):
    module = importlib.import_module(f'fashion_models.experiments.{name}')
    assert f'python -m fashion_models.experiments.{name}' in module.__doc__
    assert '\nTime: ' in module.__doc__


def test_two_experiments_share_a_run(words, tmp_path):
    words = [*words, '--runs', str(tmp_path / 'runs'), '--out', str(tmp_path / 'out')]
    assert main([*words, '--quick', '--only', 'main_table', 'filters']) == 0
    runs = [json.loads((tmp_path / 'out' / name / 'toy' / 'results.json').read_text())['runs']
            for name in ('main_table', 'filters')]
    assert runs[0][0] in runs[1]
    assert len(list(pathlib.Path(tmp_path, 'runs').glob('*/provenance.json'))) == 3
