import json
import pathlib

import pytest

from fashion_models.data.views import View
from fashion_models.experiments.training_sizes import ADDED, EPOCHS, LONGEST, UPDATES, main
from fashion_models.training.run import Run


@pytest.fixture(scope='module')
def results(words):
    assert main([*words, '--seeds', '1', '--sizes', '20']) == 0
    return json.loads(
        (pathlib.Path(words[-1]) / 'training_sizes' / 'toy' / 'results.json').read_text())


def test_five_tasks_and_one_are_trained_alike(results, words):
    tasks = results['figures']['tasks']
    compared = results['figures']['compared']
    longer = UPDATES if compared[0]['products'] <= 4 * 20 else LONGEST
    assert [one['schedule'] for one in compared] == [EPOCHS, EPOCHS, longer]
    assert [one['epochs'] for one in compared][:2] == [1, 1]
    assert compared[1]['products'] <= 20 < compared[0]['products']
    assert compared[2]['epochs'] == round(min(4, compared[0]['products'] / 20))
    runs = [Run.open(path.parent) for path in
            pathlib.Path(words[words.index('--runs') + 1]).glob('*/provenance.json')]
    own = [run for run in runs if run.view == View(training_products=20)]
    assert len(own) == 2 * (2 + len(tasks))
    for epochs in {one['epochs'] for one in compared[1:]}:
        assert {(run.recipe.model.tasks, run.recipe.training.combine_losses) for run in own
                if run.recipe.training.epochs == epochs} == {
                    (tuple(tasks), 'mean'), (tuple(tasks), 'sum'),
                    *(((task,), 'mean') for task in tasks)}


def test_differences_are_those_of_the_accuracies(results):
    for one in results['figures']['compared']:
        for split in 'validation', 'test':
            mean, added = (one[split][name] for name in ('all', ADDED))
            assert {task: found['single'] for task, found in mean.items()} == {
                task: found['single'] for task, found in added.items()}
            for found in [*mean.values(), *added.values()]:
                assert found['difference']['value'] == pytest.approx(
                    found['multi']['value'] - found['single']['value'])


def test_tables(results):
    for table in results['tables']:
        assert len(table['rows']) == 3 * 5
        assert table['rows'][-1][0] == 'five tasks, losses added up, minus one task'


def test_all_products_alone(results, words, tmp_path):
    assert main([*words, '--seeds', '1', '-o', str(tmp_path), '--sizes']) == 0
    found = json.loads((tmp_path / 'training_sizes' / 'toy' / 'results.json').read_text())
    assert found['figures']['compared'] == results['figures']['compared'][:1]


@pytest.mark.parametrize('size', ['0', '100000'])
def test_impossible_sizes(words, capsys, size):
    assert main([*words, '--seeds', '1', '--sizes', size]) == 2
    assert f'sizes: found {size}, expected enough for ' in capsys.readouterr().err


def test_groups_stay_whole_so_that_a_size_may_be_less_than_a_batch(words, tmp_path, capsys):
    """Groups are of two products: of 15, whole groups have 14."""
    recipe = tmp_path / 'recipe.toml'
    recipe.write_text(
        pathlib.Path(words[3]).read_text().replace('batch_size = 16', 'batch_size = 15'))
    assert main([*words, '--recipe', str(recipe), '--runs', str(tmp_path / 'runs'),
                 '--seeds', '1', '--sizes', '15']) == 2
    assert ('sizes: found 15, expected enough for 15 products in whole groups'
            in capsys.readouterr().err)
    assert not (tmp_path / 'runs').exists()


def test_a_small_catalogue_has_no_smaller_sizes_of_its_own(words, capsys):
    assert main([*words, '--seeds', '1']) == 3
    assert 'in the training split, expected more than 1000' in capsys.readouterr().err


def test_fewer_tasks_are_not_called_five(lacking, tmp_path):
    assert main([*lacking(labels=['colour', 'type']), '--sizes']) == 0
    table = (tmp_path / 'results' / 'training_sizes' / 'toy' / 'table.txt').read_text()
    assert 'Accuracy of three tasks together and of each alone' in table
    assert 'three tasks, losses added up, minus one task' in table
    assert 'five' not in table


def test_one_task_is_not_compared_with_itself(lacking, tmp_path, capsys):
    assert main(lacking(labels=['gender', 'colour', 'type', 'subcategory'])) == 3
    assert 'products have labels of category only' in capsys.readouterr().err
    assert not (tmp_path / 'runs').exists()
