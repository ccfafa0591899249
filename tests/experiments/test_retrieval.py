import json
import pathlib

import chainer
import numpy as np
import pytest

from fashion_models.catalogue.io import open_catalogue
from fashion_models.data.prepare import prepare
from fashion_models.data.views import View, flattened
from fashion_models.devices import resolve
from fashion_models.experiments.retrieval import (
    METRICS,
    MULTI,
    OTHERS,
    SINGLE,
    TASKS,
    histograms,
    main,
    pooled,
    representations,
    scores,
    untrained_model,
)
from fashion_models.representation.encoder import load
from fashion_models.training.recipe import Recipe
from fashion_models.training.run import Run


@pytest.fixture(scope='module')
def results(words):
    assert main([*words, '--seeds', '1', '--single-image']) == 0
    return json.loads(
        (pathlib.Path(words[-1]) / 'retrieval' / 'toy' / 'results.json').read_text())


@pytest.fixture(scope='module')
def parts(words, results):
    """The products of each split, and a run."""
    catalogue = open_catalogue(words[1])
    runs = [Run.open(path.parent) for path in
            sorted(pathlib.Path(words[words.index('--runs') + 1]).glob('*/provenance.json'))]
    recipe = Recipe.load(words[words.index('--recipe') + 1])
    # Others, with one task or image for example, are other experiments'.
    run = next(run for run in runs if run.view == View() and run.recipe.hash() == recipe.hash()
               and run.provenance['catalogue']['hash'] == catalogue.hash())
    store = prepare(catalogue, run.recipe.data.shorter_side)
    return run.view.products(catalogue, store, run.vocabulary), run


def test_every_representation_has_every_score(results):
    for task in 'subcategory', 'colour':
        own = results['figures']['tasks'][task]
        for name in (MULTI, *OTHERS):
            for metric in METRICS:
                assert 0 <= own['all'][name][metric]['value'] <= 1
        for name in OTHERS:
            assert own['all_difference'][name]['mAP']['value'] == pytest.approx(
                own['all'][MULTI]['mAP']['value'] - own['all'][name]['mAP']['value'])


def test_discs_of_a_colour_are_found_by_their_histogram(results):
    # The toy shop's three colours are each one value of RGB on white.
    found = results['figures']['tasks']['colour']['all']
    assert found['colour histogram']['mAP']['value'] > 0.95


def test_scores_leave_out_the_own_group_and_what_has_no_class():
    vectors = np.array([[1, 0], [0.9, 0.1], [0.8, 0.2], [0.1, 0.9], [0, 1]])
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    t = np.array([0, 0, 1, 0, -1])
    found = scores(vectors, {'type': t}, ['a', 'a', 'b', 'c', 'd'])
    # The first finds, without its group, rows 2 (another class), 3 (its own), 4 (none).
    assert found['type', 'recall@1'][0] == 0
    assert found['type', 'recall@5'][0] == 1
    assert found['type', 'mAP'][0] == 1 / 2
    assert found['type', 'mAP'][3] == pytest.approx((1 / 3 + 2 / 4) / 2)    # 4, 2, then 1 and 0
    assert np.isnan([found['type', 'mAP'][2], found['type', 'mAP'][4]]).all()


def test_scores_are_those_of_scikit_learn():
    oracle = pytest.importorskip('sklearn.metrics')
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(300, 8))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    t, groups = rng.integers(-1, 5, 300), rng.integers(0, 200, 300)
    found = scores(vectors, {'colour': t}, groups.astype(str))['colour', 'mAP']
    for row in np.flatnonzero(t >= 0)[:40]:
        gallery = groups != groups[row]
        assert found[row] == pytest.approx(oracle.average_precision_score(
            t[gallery] == t[row], vectors[gallery] @ vectors[row]))


def test_vectors_are_those_of_the_encoder(results, parts, words):
    parts, run = parts
    test = parts['test']
    found = representations(run, None, parts)[MULTI]
    catalogue = open_catalogue(words[1])
    images = {product.id: [catalogue.image_file(image) for image in product.images]
              for product in catalogue.products}
    encoder = load(run.folder)
    assert found[:3] == pytest.approx(np.array([encoder.embed(images[id]) for id in test.ids[:3]]),
                                      abs=1e-5)


def test_single_images_are_pooled_product_by_product(results, parts):
    products = parts[0]['test']
    counts = [len(images) for images in products.images]
    vectors = np.random.default_rng(0).random((len(flattened(products)), 4))
    start = counts[0]
    own = vectors[start:start + counts[1]]
    for how, expected in ((np.add, own.mean(axis=0)), (np.maximum, own.max(axis=0))):
        found = pooled(vectors, products, how)
        assert found.shape == (len(products), 4)
        assert found[1] == pytest.approx(expected / np.linalg.norm(expected))


def test_the_single_image_network_is_another_one(results, parts, words):
    runs = [Run.open(path.parent) for path in
            sorted(pathlib.Path(words[words.index('--runs') + 1]).glob('*/provenance.json'))]
    hash_ = parts[1].provenance['catalogue']['hash']
    single = next(run for run in runs if run.view == View(flattened=True)
                  and run.recipe.hash() == parts[1].recipe.hash()
                  and run.provenance['catalogue']['hash'] == hash_)
    found = representations(parts[1], single, parts[0])
    assert sorted(found) == sorted((MULTI, *OTHERS))
    # By hand: the mean of the single images' vectors, each by the single-image network's encoder.
    catalogue, encoder = open_catalogue(words[1]), load(single.folder)
    product = next(product for product in catalogue.products
                   if product.id == parts[0]['test'].ids[0])
    alone = np.array([encoder.embed([catalogue.image_file(image)]) for image in product.images])
    mean = alone.mean(axis=0)
    assert found[SINGLE][0] == pytest.approx(mean / np.linalg.norm(mean), abs=1e-5)
    assert not np.allclose(found[SINGLE][0], found['mean of single images'][0], atol=1e-3)


def test_histograms_compare_by_the_bhattacharyya_coefficient(results, parts):
    products, size = parts[0]['test'], parts[1].recipe.data.size
    found = histograms(products, size)

    def shares(images):
        pixels = np.concatenate([
            products.store.image(number)[(h - size) // 2:, (w - size) // 2:][:size, :size]
            .reshape(-1, 3)
            for number in images for h, w in [products.store.image(number).shape[:2]]])
        return np.histogramdd(pixels, bins=[np.arange(0, 257, 32)] * 3)[0].ravel() / len(pixels)

    expected = np.sqrt(shares(products.images[0]) * shares(products.images[1])).sum()
    assert found[0] @ found[1] == pytest.approx(expected, abs=1e-5)


def test_an_untrained_network_has_statistics_and_its_first_weights(results, parts):
    parts, run = parts
    device = resolve('@numpy')[0]
    model = untrained_model(run, parts['train'], device)
    assert model.encoder.representation.linear.W.array == pytest.approx(
        untrained_model(run, parts['train'], device).encoder.representation.linear.W.array)
    assert not np.allclose(model.encoder.representation.linear.W.array,
                           run.load_model().encoder.representation.linear.W.array)
    # Folded: each convolution gives each channel a variance near 1, as batch normalization does.
    products = parts['train']
    images = np.stack([products.store.image(images[0])[:48, :48] for images in products.images])
    x = images.transpose(0, 3, 1, 2).astype(np.float32) - run.mean
    with chainer.using_config('train', False), chainer.no_backprop_mode():
        trunk = model.encoder.trunk
        h = trunk.conv1(x).array
    assert 0.2 < np.median(h.std(axis=(0, 2, 3))) < 3


def test_without_anything_to_find_nothing_is_trained(lacking, tmp_path, capsys):
    assert main(lacking(labels=TASKS)) == 3
    assert 'so that no search has anything to find' in capsys.readouterr().err
    assert not (tmp_path / 'runs').exists()
