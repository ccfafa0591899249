import json
import pathlib

import pytest

from fashion_models.data.views import View
from fashion_models.experiments.kit import settings as settings_module
from fashion_models.experiments.kit.command import command
from fashion_models.experiments.kit.settings import with_epochs
from fashion_models.training.recipe import Recipe

REPOSITORY = pathlib.Path(__file__).resolve().parents[3]


@pytest.fixture
def words(words, tmp_path):
    return [*words, '--runs', str(tmp_path / 'runs'), '-o', str(tmp_path / 'results')]


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
    monkeypatch.setattr(settings_module, 'train_side_by_side', lambda *given: told.append(
        (len(given[1]), given[4].partition(', about')[0])))

    def experiment(settings, folder):
        short = settings.recipe.replace(training__epochs=1)
        settings.networks = 5
        settings.run('multi', 0, short)
        settings.train([('multi', short, None)])
        settings.train([('multi', short, None), ('flat', short, View(flattened=True))])
        settings.train([('multi', short, None)], [('flat', short, View(flattened=True))])
        return {}, []

    assert command('some', '', experiment, [*words, '--seeds', '3', '--jobs', '2']) == 0
    # Nothing was trained here but the first network, which is not trained anew.
    assert told == [(2, 'networks 2 to 3 of 5'), (5, 'networks 2 to 6 of 6'),
                    (3, 'networks 2 to 4 of 5')]


@pytest.mark.parametrize(('epochs', 'drops'), [(20, (10, 15)), (40, (20, 30)), (4, (2, 3)),
                                               (2, (1,)), (1, ())])
def test_with_epochs(epochs, drops):
    recipe = Recipe.load(REPOSITORY / 'fashion_models' / 'recipes' / 'lyst2016.toml')
    assert recipe.training.drops == (10, 15)
    found = with_epochs(recipe, epochs).training
    assert (found.epochs, found.drops) == (epochs, drops)
