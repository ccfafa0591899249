"""The studies in experiments/studies: their files say how the recorded networks were trained."""

import json
import pathlib
import sys
import tomllib

import pytest

from fashion_models.training.choices import DROPS
from fashion_models.training.recipe import Recipe

STUDIES = pathlib.Path(__file__).resolve().parents[1] / 'experiments' / 'studies'
#: These studies train nothing.
OF_TRAINED = {STUDIES / 'results' / f'{name}.json' for name in ('vectors', 'normalization')}
RECORDED = sorted(set(STUDIES.glob('results/*.json')) - OF_TRAINED)


@pytest.fixture
def recipe_of(monkeypatch):
    monkeypatch.setattr(sys, 'path', [str(STUDIES), *sys.path])
    import recipe_study

    return recipe_study.recipe_of


@pytest.mark.parametrize('path', RECORDED, ids=lambda path: path.stem)
def test_variants_are_those_that_were_recorded(recipe_of, path):
    study = tomllib.loads((STUDIES / f'{path.stem}.toml').read_text())
    networks = json.loads(path.read_text())['networks']
    assert networks
    for network in networks:
        recorded = Recipe.from_toml(network['recipe'], of_run=True)
        if recorded.training.schedule != DROPS:     # then nobody asks when they would be
            recorded = recorded.replace(training__drops=())
        assert recipe_of(study, network['variant'], network['seed']) == recorded, (
            network['variant'])
