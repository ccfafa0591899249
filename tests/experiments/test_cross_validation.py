import json
import pathlib

import numpy as np
import pytest

from fashion_models.catalogue.io import open_catalogue
from fashion_models.catalogue.split import split_of
from fashion_models.data.views import group_folds
from fashion_models.errors import UserError
from fashion_models.experiments import cross_validation as module
from fashion_models.experiments.kit import runs
from fashion_models.training import train as training
from fashion_models.training.recipe import Recipe
from fashion_models.training.run import Run

FOLDS = 2


@pytest.fixture(scope='module')
def origin(words, make_toy_catalogue, tmp_path_factory):
    """A run on other products."""
    folder = tmp_path_factory.mktemp('origin')
    other = make_toy_catalogue(folder / 'other', products=90)
    run, _ = training.train(Recipe.load(words[3]), other, folder / 'run')
    return run


@pytest.fixture(scope='module')
def arguments(words, origin):
    return [*words, '--seeds', '2', '--folds', str(FOLDS), '--init', str(origin.folder)]


@pytest.fixture(scope='module')
def results(arguments):
    assert module.main(arguments) == 0
    return read(arguments)


def read(arguments):
    folder = pathlib.Path(arguments[arguments.index('-o') + 1])
    return json.loads((folder / 'cross_validation' / 'toy' / 'results.json').read_text())


def runs_of(results, arguments):
    folder = pathlib.Path(arguments[arguments.index('--runs') + 1])
    return [Run.open(folder / run['name']) for run in results['runs']]


def test_recipe_of_the_record_is_the_one_used(results):
    assert 'learning_rate = 0.001\n' in results['recipe']


def test_every_product_is_held_out_once(results, arguments):
    catalogue = open_catalogue(arguments[1])
    assert results['figures']['products'] == len(catalogue.products)
    assert sum(fold['products'] for fold in results['figures']['folds']) == len(catalogue.products)
    assert results['figures']['groups'] == len(group_folds(catalogue, FOLDS))


def test_runs_are_those_that_are_needed(results, arguments, origin):
    found = runs_of(results, arguments)
    assert len(found) == 5 * FOLDS * 2
    for flattened in True, False:
        assert sum(run.view.flattened == flattened and run.recipe.training.image_loss > 0
                   for run in found) == FOLDS * 2
    assert {(run.view.fold, run.view.flattened, run.recipe.training.seed) for run in found} == {
        (fold, flat, seed) for fold in range(FOLDS) for flat in (True, False) for seed in (0, 1)}
    rate = Recipe.load(arguments[3]).training.learning_rate
    for run in found:
        assert run.recipe.training.learning_rate == pytest.approx(rate / 10)
        assert run.provenance['init']['run'] == str(origin.folder)
    assert results['figures']['init']['run'] == 'run'
    assert results['figures']['init']['not_taken'] == {}


def test_as_many_updates(results):
    for fold in results['figures']['folds']:
        updates = fold['updates']
        assert updates['single-image, as many updates'] == updates['multi-image']
        assert updates['single-image'] > updates['multi-image']
        assert updates[module.BEST] > updates['multi-image']


def test_differences_are_those_of_the_accuracies(results):
    figures = results['figures']
    for part in figures, *figures['by_images'].values():
        for key, ours in ('difference', module.MULTI), ('difference_of_best', module.BEST):
            assert part[key].keys() == part['accuracy'].keys() - {ours}
            for name, of_tasks in part[key].items():
                for task, difference in of_tasks.items():
                    assert difference['value'] == pytest.approx(
                        part['accuracy'][ours][task]['value']
                        - part['accuracy'][name][task]['value'], abs=1e-9)


def test_products_of_one_image_have_one_answer(results):
    one = results['figures']['by_images']['1']['accuracy']
    assert one['single-image, averaged']['all']['value'] == pytest.approx(
        one['single-image']['all']['value'])


def test_parts_add_up(results):
    figures = results['figures']
    parts = figures['by_images']
    assert '2 or more' in parts
    assert parts['1']['products'] + parts['2 or more']['products'] == figures['products']
    right = {name: part['accuracy']['multi-image']['all']['value'] * part['products']
             for name, part in parts.items()}
    assert right['1'] + right['2 or more'] == pytest.approx(
        figures['accuracy']['multi-image']['all']['value'] * figures['products'],
        rel=5e-3), 'but for the few without a label of some task'
    assert list(figures['by_source']) == ['']


def test_accuracy_of_a_fold_is_that_of_its_run(results, arguments):
    """The run's own log has the accuracy of the held-out fold after the last epoch."""
    tasks = results['figures']['tasks']
    for fold in range(FOLDS):
        own = [run for run in runs_of(results, arguments)
               if run.view.fold == fold and not run.view.flattened
               and not run.recipe.training.image_loss]
        logged = np.mean([
            [json.loads((run.folder / 'log.json').read_text())[-1][f'validation/{task}']
             for task in tasks] for run in own], axis=0)
        np.testing.assert_allclose(
            results['figures']['accuracy_of_folds']['multi-image'][fold], logged, atol=1e-6)


def test_again_without_training(results, arguments, monkeypatch, capsys):
    def refuse(*arguments, **more):
        raise AssertionError('trained again')
    monkeypatch.setattr(runs.train, 'train', refuse)
    monkeypatch.setattr(runs.train, 'resume', refuse)
    assert module.main(arguments) == 0
    assert 'Multi-image minus each' in capsys.readouterr().out
    again = read(arguments)
    assert again['figures'] == results['figures']


def test_accuracy_over_images_by_hand():
    # Two products of one and three images; the second task is known of the second product only.
    right = np.array([[[1, np.nan], [1 / 3, 2 / 3]]])
    found = module._over_images(right, np.array([1, 3]), ['type', 'colour'])
    assert found == pytest.approx({'type': 2 / 4, 'colour': 2 / 3, 'all': (2 / 4 + 2 / 3) / 2})


def test_commonest_labels_by_hand():
    train = np.array([[0, 1], [0, 1], [1, -1], [2, 0], [2, -1]], np.int32)
    t = np.array([[0, 1], [2, 0], [2, -1], [1, 1]], np.int32)
    sources = ['a', 'a', 'a', 'b', 'b']
    own = ['a', 'b', 'b', 'c']
    nan = np.nan
    # Of a: 0 and 1; of b: 2 and 0; c was never seen.
    np.testing.assert_array_equal(
        module._commonest(train, t, sources, own), [[[1, 1], [1, 1], [1, nan], [0, 0]]])
    # Without sources: 0 (before 2, which is as common) and 1.
    np.testing.assert_array_equal(
        module._commonest(train, t, [''] * 5, [''] * 4), [[[1, 1], [0, 0], [0, nan], [0, 1]]])


def test_from_random_parameters_at_the_recipes_own_rate(words, monkeypatch, capsys):
    def stop(settings, number, folds):
        assert settings.init is None
        raise UserError(f'rate {settings.recipe.training.learning_rate}')
    monkeypatch.setattr(module, '_fold', stop)
    assert module.main(words) == 2
    assert 'rate 0.01\n' in capsys.readouterr().err


def test_what_is_no_run(words, tmp_path, capsys):
    assert module.main([*words, '--init', str(tmp_path)]) == 2
    assert 'not a run folder' in capsys.readouterr().err


def test_a_network_that_knows_what_is_held_out_is_refused(words, tmp_path, capsys):
    run, _ = training.train(Recipe.load(words[3]), words[1], tmp_path / 'run')
    assert module.main([*words, '--init', str(run.folder)]) == 2
    assert 'was trained on' in capsys.readouterr().err


def test_without_test_products_all_are_held_out_all_the_same(lacking, tmp_path):
    arguments = lacking(
        labels=['gender'], products=lambda product: split_of(product.group) == 'test')
    assert module.main([*arguments, '--folds', '2']) == 0
    products = open_catalogue(tmp_path / 'lacking').products
    assert {split_of(product.group) for product in products} == {'train', 'validation'}
    results = json.loads(
        (tmp_path / 'results' / 'cross_validation' / 'toy' / 'results.json').read_text())
    figures = results['figures']
    assert figures['products'] == len(products)
    # Figures are of the tasks that have labels.
    tasks = ['colour', 'type', 'category', 'subcategory']
    assert figures['tasks'] == tasks
    logs = [json.loads((tmp_path / 'runs' / run['name'] / 'log.json').read_text())[-1]
            for run in results['runs'] if '-multi-image-fold' in run['name']]
    weights = [fold['products'] for fold in figures['folds']]
    assert len(logs) == len(weights)
    # Every toy has a type.
    assert figures['accuracy']['multi-image']['type']['value'] == pytest.approx(
        np.average([log['validation/type'] for log in logs], weights=weights))


def test_with_one_image_a_product_nothing_is_trained(lacking, tmp_path, capsys):
    assert module.main(lacking(several_images=True)) == 3
    assert 'no product has several images' in capsys.readouterr().err
    assert not (tmp_path / 'runs').exists()


def test_more_folds_than_groups(words, tmp_path, capsys):
    assert module.main([*words, '--folds', '100', '--runs', str(tmp_path / 'runs')]) == 2
    assert 'folds: found 100, expected from 2 to 40, the number of groups' in (
        capsys.readouterr().err)
    assert not (tmp_path / 'runs').exists()
