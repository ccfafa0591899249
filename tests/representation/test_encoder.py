import contextlib
import subprocess
import sys
import types

import chainer
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import fashion_models
from fashion_models.catalogue.io import open_catalogue
from fashion_models.data.batches import batches, evaluation_batches
from fashion_models.data.prepare import prepare
from fashion_models.data.products import split_products
from fashion_models.data.vocabulary import Vocabulary
from fashion_models.errors import UserError
from fashion_models.functions.backend import without_onednn
from fashion_models.links import fold_for_inference
from fashion_models.representation.encoder import Encoder
from fashion_models.training.model import build_model
from fashion_models.training.recipe import Recipe


@pytest.fixture(scope='module')
def encoder(tiny_run):
    return fashion_models.load(tiny_run[0])


@pytest.fixture(scope='module')
def products(tiny_run):
    """Products of 1, 2 and 6 images: (id, image files)."""
    catalogue = open_catalogue(tiny_run[1])
    found = {}
    for product in catalogue.products:
        found[len(product.images)] = (
            product.id, [catalogue.image_file(image) for image in product.images])
    return [found[n] for n in (1, 2, 6)]


def test_a_vector_of_unit_length(encoder, products):
    vector = encoder.embed(products[1][1])
    labels = encoder.run.vocabulary.labels
    assert vector.shape == (encoder.size,) == (
        16 + len(labels['subcategory']) + len(labels['colour']),)
    assert vector.dtype == np.float32
    assert np.linalg.norm(vector) == pytest.approx(1, rel=1e-6)


def test_it_is_what_evaluation_sees(encoder, products, tiny_run):
    """Six images included: all of them, which is the way of evaluation."""
    run = encoder.run
    catalogue = open_catalogue(tiny_run[1])
    store = prepare(catalogue, run.recipe.data.shorter_side)
    expected = {}
    for part in split_products(catalogue, store, run.vocabulary).values():
        for batch in evaluation_batches(part, run.mean):
            with chainer.using_config('train', False), chainer.no_backprop_mode():
                rows = encoder.model.encoder(batch.x).array
            for product, row in zip(batch.products, rows):
                expected[part.ids[product]] = row / np.linalg.norm(row)
    alone = Encoder(run, with_labels=False)
    assert alone.size == 16
    vectors = alone.embed_products([files for _, files in products])
    for (product, _), vector in zip(products, vectors):
        np.testing.assert_allclose(vector, expected[product], atol=1e-6)


def test_a_dot_product_is_of_representations_and_of_labels(encoder, products):
    files = [files for _, files in products]
    alone = Encoder(encoder.run, with_labels=False).embed_products(files)
    representations = alone @ alone.T
    agreement = 0
    for task in 'subcategory', 'colour':
        p = np.array([[encoder.predict(own)[task][label]
                       for label in encoder.run.vocabulary.labels[task]] for own in files])
        agreement += np.sqrt(p[:, None] * p).sum(axis=2) / 2     # Bhattacharyya coefficients
    vectors = encoder.embed_products(files)
    np.testing.assert_allclose(
        vectors @ vectors.T, (representations + agreement) / 2, atol=1e-5)


def test_many_products_are_many_times_one(encoder, products):
    files = [files for _, files in products]
    files += [files[2][:2], files[2][:1]]
    np.testing.assert_allclose(
        encoder.embed_products(files), [encoder.embed(own) for own in files], atol=1e-6)


def test_the_order_of_the_images_does_not_matter(encoder, products):
    files = products[2][1]
    np.testing.assert_allclose(encoder.embed(files[::-1]), encoder.embed(files), atol=1e-6)


def test_one_file_needs_no_list(encoder, products):
    file, = products[0][1]
    np.testing.assert_array_equal(encoder.embed(str(file)), encoder.embed([file]))


def test_labels_are_those_of_the_network(encoder, products):
    """The likeliest first, with the softmax of its scores."""
    files = products[1][1]
    with chainer.using_config('train', False), chainer.no_backprop_mode():
        ys = encoder.model(encoder.read(files))
    for (task, found), y in zip(encoder.predict(files).items(), ys):
        odds = np.exp(y.array[0].astype(float))
        expected = dict(zip(encoder.run.vocabulary.labels[task], odds / odds.sum()))
        assert found == pytest.approx(expected, rel=1e-5)
        assert list(found.values()) == sorted(found.values(), reverse=True)


def test_probabilities_of_any_number_of_products(encoder):
    """More than fit into a batch; each as if it were alone."""
    x = np.random.default_rng(0).normal(scale=60, size=(70, 6, 48, 48)).astype(np.float32)
    found = encoder.probabilities(x)
    assert list(found) == list(encoder.run.vocabulary.tasks)
    for task, values in found.items():
        assert len(values) == 70
        for row in 0, 40, 69:
            np.testing.assert_allclose(
                values[row], encoder.probabilities(x[row:row + 1])[task][0], rtol=1e-4)


def test_products_of_a_set_are_those_of_their_files(encoder, tiny_run):
    catalogue = open_catalogue(tiny_run[1])
    store = prepare(catalogue, encoder.run.recipe.data.shorter_side)
    part = split_products(catalogue, store, encoder.run.vocabulary)['test']
    files = {product.id: [catalogue.image_file(image) for image in product.images]
             for product in catalogue.products}
    vectors = encoder.embed_set(part)
    np.testing.assert_allclose(
        vectors, encoder.embed_products([files[id] for id in part.ids]), atol=1e-6)
    raw = encoder.embed_set(part, unit=False)
    assert raw.shape == (len(part), 16)
    np.testing.assert_allclose(encoder.vectors(raw), vectors, atol=1e-6)
    np.testing.assert_allclose(
        raw / np.linalg.norm(raw, axis=1, keepdims=True),
        Encoder(encoder.run, with_labels=False).embed_set(part), atol=1e-6)


def test_labels_of_more_than_five_images(encoder, products):
    found = encoder.predict(products[2][1])
    assert list(found) == list(encoder.run.vocabulary.tasks)
    for task, probabilities in found.items():
        assert set(probabilities) == set(encoder.run.vocabulary.labels[task])
        assert sum(probabilities.values()) == pytest.approx(1, rel=1e-5)


@pytest.mark.parametrize('engine', [True, False])
def test_steady_vectors_do_not_depend_on_the_others(engine):
    """Libraries treat layers as wide as those of real networks otherwise than small ones."""
    recipe = Recipe.load('compact')
    vocabulary = Vocabulary({task: list('abc') for task in recipe.model.tasks})
    run = types.SimpleNamespace(
        recipe=recipe, vocabulary=vocabulary, mean=np.zeros((3, 48, 48), np.float32),
        address='run')
    model = fold_for_inference(build_model(recipe, dict.fromkeys(vocabulary.tasks, 3)))
    encoder = Encoder(run, model=model)
    rng = np.random.default_rng(0)
    products = [[rng.integers(0, 256, (48, 48, 3), np.uint8) for _ in range(number % 3 + 1)]
                for number in range(40)]

    def vectors(rows, steady=True):
        with encoder.windows([products[row] for row in rows], lambda image: image,
                             steady=steady) as windows:
            return np.concatenate(list(windows))

    with contextlib.nullcontext() if engine else without_onednn():
        whole = vectors(range(40))
        for n in 1, 2, 7, 23, 40:
            rows = rng.permutation(40)[:n]
            np.testing.assert_array_equal(vectors(rows), whole[rows])
        np.testing.assert_allclose(whole, vectors(range(40), steady=False), atol=1e-4)


@given(st.lists(st.integers(1, 9)), st.integers(1, 12))
def test_batches_hold_every_row_once(image_counts, images):
    rows = []
    for batch in batches(image_counts, images):
        counts = {image_counts[row] for row in batch}
        assert len(counts) == 1
        assert len(batch) * counts.pop() <= images or len(batch) == 1
        rows.extend(batch)
    assert sorted(rows) == list(range(len(image_counts)))


def test_a_file_that_is_no_image_is_told(encoder, tmp_path):
    (tmp_path / 'x.jpg').write_text('not an image')
    with pytest.raises(UserError, match=r'x\.jpg: not a usable image'):
        encoder.embed([tmp_path / 'x.jpg'])


def test_a_product_without_images_is_told(encoder):
    with pytest.raises(UserError, match='expected one or more'):
        encoder.embed([])


def test_a_folder_that_is_no_run_is_told(tmp_path):
    with pytest.raises(UserError, match='not a run folder'):
        fashion_models.load(tmp_path)


def test_importing_the_package_does_not_import_chainer():
    subprocess.run(
        [sys.executable, '-c',
         'import sys, fashion_models; sys.exit("chainer" in sys.modules)'], check=True)
