import copy
import json

import pytest

from fashion_models.catalogue.io import open_catalogue
from fashion_models.errors import UserError
from fashion_models.experiments.report.recorded import command_of, compared, recorded
from fashion_models.training.recipe import Recipe


@pytest.mark.parametrize(('command', 'expected'), [
    ('', ''),
    ('.tags', ''),
    (' --seeds 5 --jobs 1 --only main_table tags colours', ' --seeds 5'),
    ('.tags --catalogue a --name b --devices 0 --runs x -o y --single-image',
     ' --catalogue a --name b --single-image'),
    ('.tags --runs r -o o --sizes 1000 3000 --seeds 3', ' --seeds 3 --sizes 1000 3000'),
    ('.tags --out=o --runs=x --recipe=small --pictures -oy --init r',
     ' --recipe small --pictures --init r'),
    (".tags --catalogue '/data/my shop' --jobs 2 --init 'a run'",
     " --catalogue '/data/my shop' --init 'a run'")])
def test_the_command_is_that_of_the_experiment_alone(command, expected):
    start = 'python -m fashion_models.experiments'
    assert command_of({'experiment': 'tags', 'command': start + command}) == (
        f'{start}.tags{expected}')


def test_records_of_trainings_have_no_command_here():
    assert command_of({'command': 'python -m fashion_models train'}) is None
    assert command_of({'experiment': 'retrieval', 'command': 'fashion-models retrieval'}) is None


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
    made = recorded(tmp_path, 'tags', 'toy', catalogue.hash())
    assert made.options == ['--seeds', '2', '--folds', '3']
    assert made.tables == record['tables']
    assert made.recipe == Recipe.load('compact')
    # By the median of the usual network on the same processor, 200 seconds; or else a whole one.
    assert list(made.trainings.values()) == [0.5, 1.5, 0.25, 0.01, 1]
    assert recorded(tmp_path, 'tags', 'shop', catalogue.hash()) is None
    assert recorded(tmp_path, 'graph', 'toy', catalogue.hash()) is None


@pytest.mark.parametrize(('change', 'expected'), [
    ({}, {}),
    ({'training__learning_rate': 1.0, 'training__devices': '0', 'training__seed': 7},
     {'training.learning_rate': (1.0, 0.05)}),
    ({'training__epochs': 2, 'model__pooling': 'mean'},
     {'model.pooling': ('mean', 'max'), 'training.epochs': (2, 13)})])
def test_what_is_otherwise_in_the_recipe_by_now(record, catalogue, tmp_path, change, expected):
    write(tmp_path, {**record, 'recipe': Recipe.load('compact').replace(**change).to_toml()})
    assert recorded(tmp_path, 'tags', 'toy', catalogue.hash()).changed == expected


def test_a_run_to_begin_with_lowers_the_rate(record, catalogue, tmp_path):
    write(tmp_path, {
        **record, 'command': record['command'] + ' --init some',
        'recipe': Recipe.load('compact').replace(training__learning_rate=0.005).to_toml()})
    assert recorded(tmp_path, 'tags', 'toy', catalogue.hash()).changed == {}


def test_a_recipe_that_is_gone(record, catalogue, tmp_path):
    path = write(tmp_path, {**record, 'command': record['command'] + ' --recipe none.toml'})
    with pytest.raises(UserError, match='its recipe: none.toml: cannot read the recipe') as error:
        recorded(tmp_path, 'tags', 'toy', catalogue.hash())
    assert str(path) in str(error.value)


@pytest.mark.parametrize('hash', ['f' * 64, None])
def test_results_of_another_catalogue(record, catalogue, tmp_path, hash):
    path = write(tmp_path, {**record, 'catalogue': {'hash': hash}})
    with pytest.raises(UserError, match='another catalogue of this name: found [fN]') as error:
        recorded(tmp_path, 'tags', 'toy', catalogue.hash())
    assert str(path) in str(error.value)


def test_results_of_a_first_look(record, catalogue, tmp_path):
    write(tmp_path, {**record, 'command': record['command'] + ' --quick'})
    with pytest.raises(UserError, match='is of a first look'):
        recorded(tmp_path, 'tags', 'toy', catalogue.hash())


@pytest.mark.parametrize('damage', [
    lambda record: record.pop('command'), lambda record: record.pop('runs'),
    lambda record: record.pop('catalogue'), lambda record: record.pop('tables'),
    lambda record: record.update(command=5), lambda record: record.update(command=''),
    lambda record: record.update(command='make train'),
    lambda record: record.update(command=record['command'] + ' --seeds many'),
    lambda record: record.update(runs=[{}]), lambda record: record.update(runs=5),
    lambda record: record['runs'][0].update(seconds=0),
    lambda record: record['runs'][0].update(seconds=float('nan')),
    lambda record: record['runs'][0].update(seconds=-1),
    lambda record: record.update(recipe=None), lambda record: record.update(recipe='[nonsense'),
    lambda record: record.update(seeds=None)])
def test_damaged_results(record, catalogue, tmp_path, damage, capsys):
    record = copy.deepcopy(record)
    damage(record)
    path = write(tmp_path, record)
    with pytest.raises(UserError, match=r'results.json: is damaged') as error:
        recorded(tmp_path, 'tags', 'toy', catalogue.hash())
    assert str(path) in str(error.value)
    assert capsys.readouterr() == ('', '')


def tables(*cells, title='T', name='row'):
    """A table, with a cell in each row."""
    return [{'title': title, 'header': ['', 'a'],
             'rows': [[f'{name} {number}', cell] for number, cell in enumerate(cells)]}]


def test_tables_are_compared_cell_by_cell():
    old = tables('0.814', '-0.011 [-0.016, +0.005]', '2.7e-06', '12', '-')
    assert list(compared(old, old)) == ['the tables are as recorded']
    [line] = compared(old, tables('0.814', '+0.009 [-0.017, +0.005]', '9.7e-06', '13', '0.5'))
    assert line == (
        'T: 6 of 10 cells are as recorded; in others, numbers differ by 0.0005 (median), '
        '0.02 at most; 2 with other words or counts')


def test_rows_may_have_another_order():
    old = tables('0.1', '0.2')
    new = [{**old[0], 'rows': old[0]['rows'][::-1]}]
    assert list(compared(old, new)) == ['the tables are as recorded']
    # Those without names of their own are told by their place.
    assert list(compared(
        [{**old[0], 'rows': [['a', '0.1'], ['a', '0.3']]}],
        [{**old[0], 'rows': [['a', '0.3'], ['a', '0.2']]}])) == [
            'T: 2 of 4 cells are as recorded; in others, numbers differ by 0.15 (median), '
            '0.2 at most']


def test_tables_of_another_form():
    old = tables('0.1', '0.2')
    assert list(compared(old, tables('0.1'))) == ['T: other rows or columns than recorded']
    assert list(compared(old, tables('0.1', '0.2', name='line'))) == [
        'T: other rows or columns than recorded']
    assert list(compared(old, old + old)) == ['2 tables, of which 1 were recorded']
    assert list(compared(old + old, tables('0.1', '0.3', title='U') + old)) == [
        'U: 3 of 4 cells are as recorded; in others, numbers differ by 0.1 (median), 0.1 at most',
        'T: as recorded']
