import json
import pathlib
import sys

import numpy as np
import pytest
from PIL import Image

from fashion_models.catalogue.split import split_of
from fashion_models.experiments.kit.predictions import ALL
from fashion_models.experiments.measuring.purity import COLOUR, MULTI, purity
from fashion_models.experiments.tsne import main, places_of


def test_a_map_keeps_clusters_apart_and_is_the_same_each_time():
    pytest.importorskip('openTSNE')
    rng = np.random.default_rng(0)
    t = np.repeat(range(3), 40)
    vectors = (np.eye(3)[t] @ rng.normal(size=(3, 64)) + 0.1 * rng.normal(size=(120, 64))).astype(
        np.float32)
    places = places_of(vectors)
    assert places.shape == (120, 2)
    assert purity(places, t, range(120), 10).mean() > 0.99
    np.testing.assert_array_equal(places, places_of(vectors))


def test_a_recipe_without_colour_is_told_before_training(words, tiny, tmp_path, capsys):
    pytest.importorskip('openTSNE')
    recipe = tmp_path / 'recipe.toml'
    recipe.write_text(tiny.replace(model__tasks=('gender', 'type')).to_toml())
    assert main([*words, '--recipe', str(recipe), '--runs', str(tmp_path / 'runs')]) == 2
    assert 'recipe: found the tasks gender, type, expected colour' in capsys.readouterr().err
    assert not (tmp_path / 'runs').exists()


def test_tsne(words, make_toy_catalogue, tmp_path):
    pytest.importorskip('openTSNE')
    shop = make_toy_catalogue(tmp_path / 'shop', products=160)
    words = [*words, '--catalogue', str(shop), '-o', str(tmp_path / 'results')]
    assert main([*words, '--seeds', '1', '--pictures']) == 0
    folder = pathlib.Path(words[-1]) / 'tsne' / 'toy'
    figures = json.loads((folder / 'results.json').read_text())['figures']
    own = figures['purity']
    for k in '1', '10':
        for task in (ALL, 'gender', 'colour', 'subcategory'):
            assert 0 <= own[MULTI][k][task]['value'] <= 1
            assert own[f'{MULTI} minus {COLOUR}'][k][task]['value'] == pytest.approx(
                own[MULTI][k][task]['value'] - own[COLOUR][k][task]['value'])
    assert 0 < own['chance']['colour'] < 0.6
    pictures = ['colour-only.png', 'multi-task.png', 'products.jpg']
    for name in pictures:
        assert (folder / name).stat().st_size < 300_000
        assert Image.open(folder / name).width == 1080

    # Nobody said that they may be shown.
    assert main([*words, '--seeds', '1']) == 0
    assert sorted(path.name for path in folder.glob('*.[jp][pn]g')) == pictures[:2]


def test_what_is_missing_is_named_before_training(words, monkeypatch, capsys, tmp_path):
    monkeypatch.setitem(sys.modules, 'openTSNE', None)
    assert main([*words, '--runs', str(tmp_path / 'runs')]) == 2
    assert 'pip install "openTSNE' in capsys.readouterr().err
    assert not (tmp_path / 'runs').exists()


def test_without_colours_nothing_is_trained(lacking, capsys, tmp_path):
    pytest.importorskip('openTSNE')
    assert main(lacking(labels=['colour'])) == 3
    assert 'no product has a label of colour' in capsys.readouterr().err
    assert not (tmp_path / 'runs').exists()


def test_numbers_of_neighbours_that_no_product_has_are_left_out(words, capsys):
    pytest.importorskip('openTSNE')
    assert main([*words, '--seeds', '1']) == 0
    out = capsys.readouterr().out
    assert 'over 8 products' in out
    assert 'the map of multi-task, k = 1 ' in out
    assert 'k = 10' not in out


def test_too_few_products_for_a_map(lacking, capsys, tmp_path):
    pytest.importorskip('openTSNE')
    kept = iter(range(4))
    words = lacking(products=lambda product: (
        split_of(product.group) == 'test' and next(kept, None) is None))
    assert main(words) == 3
    assert '4 products in the test split, expected 5 or more' in capsys.readouterr().err
    assert not (tmp_path / 'runs').exists()
