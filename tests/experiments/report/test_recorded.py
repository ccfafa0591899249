import copy
import json

import pytest

from fashion_models.catalogue.io import open_catalogue
from fashion_models.errors import UserError
from fashion_models.experiments.report.recorded import command_of, compared, recorded
from fashion_models.training.recipe import Recipe


@pytest.mark.parametrize(('command', 'expected'), [
    ('.tags', '.tags'),
    (' --seeds 5 --jobs 1 --only main_table tags colours', '.tags --seeds 5'),
    ('.tags --catalogue a --name b --devices 0 --runs x -o y --single-image',
     '.tags --catalogue a --name b --single-image'),
    ('.tags --runs r -o o --sizes 1000 3000', '.tags --sizes 1000 3000')])
def test_the_command_is_that_of_the_experiment_alone(command, expected):
    start = 'python -m fashion_models.experiments'
    assert command_of({'experiment': 'tags', 'command': start + command}) == start + expected


def test_records_of_trainings_have_no_command_here():
    assert command_of({'command': 'python -m fashion_models train'}) is None


@pytest.fixture
def catalogue(toy_catalogue):
    return open_catalogue(toy_catalogue)


@pytest.fixture
def record(catalogue):
    def run(name, processor, seconds):
        return {'name': name, 'machine': {'processor': processor}, 'seconds': seconds}

    return {
        'experiment': 'tags', 'seeds': [0, 1], 'recipe': Recipe.load('compact').to_toml(),
        'command': 'python -m fashion_models.experiments.tags --catalogue x --name toy --seeds 2 '
                   '--folds 3 --runs r',
        'catalogue': {'hash': catalogue.hash()},
        'runs': [
            run('toy-multi-task-0-0a1b', 'slow', 100), run('toy-multi-task-1-0a1c', 'slow', 300),
            run('toy-colour-only-0-0a1d', 'slow', 50), run('toy-multi-task-of-9-0-0a1e', 'slow', 2),
            run('toy-colour-only-1-0a1f', 'fast', 7)],
        'tables': [{'title': 'T', 'header': ['', 'a'], 'rows': [['one', '0.500']]}]}


def write(folder, record):
    path = folder / 'tags' / 'toy' / 'results.json'
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(record))
    return path


def test_how_results_were_made(record, catalogue, tmp_path):
    write(tmp_path, record)
    made = recorded(tmp_path, 'tags', catalogue, 'toy')
    assert made.options == ['--seeds', '2', '--folds', '3']
    assert made.tables == record['tables']
    assert made.recipe == Recipe.load('compact')
    # By the median of the usual network on the same processor, 200 seconds; or else a whole one.
    assert list(made.trainings.values()) == [0.5, 1.5, 0.25, 0.01, 1]
    assert recorded(tmp_path, 'tags', catalogue, 'shop') is None
    assert recorded(tmp_path, 'graph', catalogue, 'toy') is None


def test_results_of_another_catalogue(record, catalogue, tmp_path):
    path = write(tmp_path, {**record, 'catalogue': {'hash': 'f' * 64}})
    with pytest.raises(UserError, match='another catalogue of this name: found f{12}, ') as error:
        recorded(tmp_path, 'tags', catalogue, 'toy')
    assert str(path) in str(error.value)


@pytest.mark.parametrize('damage', [
    lambda record: record.pop('command'), lambda record: record.pop('runs'),
    lambda record: record.pop('catalogue'), lambda record: record.update(command=5),
    lambda record: record.update(runs=[{}]), lambda record: record.update(runs=5),
    lambda record: record.update(recipe='[nonsense')])
def test_damaged_results(record, catalogue, tmp_path, damage):
    record = copy.deepcopy(record)
    damage(record)
    write(tmp_path, record)
    with pytest.raises(UserError, match=r'results.json: is damaged'):
        recorded(tmp_path, 'tags', catalogue, 'toy')


def test_tables_are_compared_number_by_number():
    def tables(*cells):
        return [{'title': 'T', 'header': ['', 'a'], 'rows': [['one', cell]]} for cell in cells]

    old = tables('0.814', '-0.011 [-0.016, +0.005]', '12', '-')
    assert compared(old, old) == 'all cells of the tables are as recorded'
    assert compared(old, tables('0.814', '-0.011 [-0.016, +0.005]', '13', '-')) == (
        'all 4 decimal numbers in the tables are as recorded, not all counts')
    assert compared(old, tables('0.814', '+0.009 [-0.017, +0.005]', '13', '-')) == (
        'of 4 decimal numbers in the tables, 2 are as recorded; '
        'the others differ by 0.0105 (median), 0.02 at most')
    assert 'other rows or columns' in compared(old, old[:3])
    assert 'other rows or columns' in compared(old, tables('0.8', '0.1', '12', '-'))
