import chainer
import numpy as np
import pytest

from fashion_models.catalogue.io import open_catalogue
from fashion_models.data.prepare import prepare
from fashion_models.data.products import ProductSet
from fashion_models.data.views import View, flattened
from fashion_models.experiments.kit import predictions
from fashion_models.training import train as training
from fashion_models.training.evaluation import Evaluation, evaluate

LOG = np.log


def evaluation(probabilities, t):
    return Evaluation(
        {f'task {number}': LOG(np.array(of_task, np.float32))
         for number, of_task in enumerate(probabilities)}, np.array(t, np.int32))


@pytest.fixture(scope='module')
def run(tiny, toy_catalogue, tmp_path_factory):
    run, _ = training.train(
        tiny.replace(training__epochs=1), toy_catalogue, tmp_path_factory.mktemp('runs') / 'run')
    return run


@pytest.fixture(scope='module')
def products(run, toy_catalogue):
    catalogue = open_catalogue(toy_catalogue)
    return View().products(catalogue, prepare(catalogue, 52), run.vocabulary)['validation']


def test_correct_and_in_top_by_hand():
    e = evaluation([[[0.5, 0.3, 0.2], [0.1, 0.3, 0.6], [0.2, 0.7, 0.1]],
                    [[0.9, 0.1], [0.9, 0.1], [0.1, 0.9]]], [[1, 0], [2, -1], [2, 1]])
    nan = np.nan
    np.testing.assert_array_equal(predictions.correct([e]), [[[0, 1], [1, nan], [0, 1]]])
    np.testing.assert_array_equal(predictions.in_top([e], 1), predictions.correct([e]))
    np.testing.assert_array_equal(predictions.in_top([e], 2), [[[1, 1], [1, nan], [0, 1]]])
    np.testing.assert_array_equal(predictions.in_top([e], 3), [[[1, 1], [1, nan], [1, 1]]])


def test_over_images_by_hand():
    products = ProductSet(None, ['a', 'b'], [np.arange(1), np.arange(3)], None, None, ['a', 'b'])
    values = np.array([[[1.0], [0], [1], [1]]])
    np.testing.assert_allclose(predictions.over_images(values, products), [[[1], [2 / 3]]])


def test_accuracies_of_all_tasks_and_of_each():
    nan = np.nan
    values = np.array([[[1, 0, nan], [1, 1, nan]]] * 2)
    found = predictions.accuracies(values, ['a', 'b', 'c'], ['g', 'h'])
    assert {task: interval.value for task, interval in found.items()} == {
        'all': 0.75, 'a': 1, 'b': 0.5}
    found = predictions.differences(values, np.where(values == 1, 0, values), 'abc', ['g', 'h'])
    assert found['a'].value == 1
    assert found['b'].value == 0.5


def as_training_evaluates(run, products):
    return evaluate(run.load_model('best'), products, run.mean, chainer.get_device('@numpy'))


def test_a_run_answers_as_when_it_was_trained(run, products):
    found, expected = predictions.evaluate_run(run, products), as_training_evaluates(run, products)
    for task, y in expected.log_probabilities.items():
        np.testing.assert_allclose(found.log_probabilities[task], y, atol=1e-4)
    np.testing.assert_array_equal(found.t, expected.t)


def test_images_by_themselves_are_what_the_network_says_of_single_images(run, products):
    images, _ = predictions.evaluate_images(run, products)
    expected = as_training_evaluates(run, flattened(products))
    for task, y in expected.log_probabilities.items():
        np.testing.assert_allclose(images.log_probabilities[task], y, atol=1e-4)
    np.testing.assert_array_equal(images.t, expected.t)


def test_pooled_representations(run, products):
    """Of a product with one image the pooled representation is that image's."""
    images, (averaged, largest) = predictions.evaluate_images(run, products)
    alone = [row for row, own in enumerate(products.images) if len(own) == 1]
    starts = np.cumsum([0, *map(len, products.images)])[:-1]
    several = [row for row, own in enumerate(products.images) if len(own) > 1]
    assert alone
    assert several
    for task, y in images.log_probabilities.items():
        for pooled in averaged, largest:
            assert len(pooled.t) == len(products)
            np.testing.assert_allclose(
                pooled.log_probabilities[task][alone], y[starts[alone]], atol=1e-4)
        assert not np.allclose(
            averaged.log_probabilities[task][several], largest.log_probabilities[task][several])
