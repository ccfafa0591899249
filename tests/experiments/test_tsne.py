import json
import pathlib
import sys

import numpy as np
import pytest
from PIL import Image

from fashion_models.experiments.kit.predictions import ALL
from fashion_models.experiments.tsne import (
    COLOUR,
    MULTI,
    draw_colours,
    draw_types,
    main,
    places_of,
    purity,
)


def test_purity_by_hand():
    vectors = np.array([[0.0], [1], [3], [10], [11], [100]])
    t = np.array([0, 0, 1, 1, 0, -1])
    groups = ['a', 'b', 'c', 'd', 'd', 'e']
    # The nearest: 1 → 0; 0 → 1; 3 → 1; 10 → 3, as 11 is of its own group; 11 → 3.
    np.testing.assert_array_equal(purity(vectors, t, groups, 1), [1, 1, 0, 1, 0, np.nan])
    np.testing.assert_array_equal(purity(vectors, t, groups, 2), [.5, .5, 0, .5, .5, np.nan])
    everybody = [2 / 4, 2 / 4, 1 / 4, 1 / 3, 2 / 3, np.nan]
    np.testing.assert_allclose(purity(vectors, t, groups), everybody)
    np.testing.assert_allclose(purity(vectors, t, groups, 100), everybody)


def test_purity_is_that_of_scikit_learn():
    oracle = pytest.importorskip('sklearn.neighbors')
    rng = np.random.default_rng(0)
    vectors, t = rng.normal(size=(600, 5)), rng.integers(0, 3, 600)
    nearest = oracle.NearestNeighbors(n_neighbors=10).fit(vectors).kneighbors(
        return_distance=False)     # without themselves
    np.testing.assert_allclose(
        purity(vectors, t, range(600), 10), (t[nearest] == t[:, None]).mean(axis=1))


def test_those_without_any_neighbour_have_no_purity():
    assert np.isnan(purity(np.eye(3), [0, 1, 1], ['a', 'a', 'a'], 1)).all()
    assert np.isnan(purity(np.eye(3), [-1, -1, 0], ['a', 'b', 'c'], 1)).all()


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


def test_points_are_drawn_in_the_products_colour(tmp_path):
    rng = np.random.default_rng(0)
    names = ['Red', 'Gold', 'Multicolour', 'Heather grey', 'of no colour', None]
    draw_colours(rng.normal(size=(600, 2)), names * 100, tmp_path / 'map.png')
    image = np.asarray(Image.open(tmp_path / 'map.png').convert('RGB'))
    for colour in (198, 30, 40), (138, 140, 144), (255, 255, 255):
        assert (image == colour).all(axis=2).sum() > 100, colour


def test_a_map_without_types_and_categories(tmp_path):
    draw_types(np.random.default_rng(0).normal(size=(50, 2)), None, None, tmp_path / 'map.png')
    assert Image.open(tmp_path / 'map.png').width == 1080


def test_tsne(words):
    pytest.importorskip('openTSNE')
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
    assert 'fashion-models[analysis]' in capsys.readouterr().err
    assert not (tmp_path / 'runs').exists()
