import chainer
import numpy as np
import pytest

from fashion_models.data.products import ProductSet
from fashion_models.data.views import flattened
from fashion_models.errors import UserError
from fashion_models.training.evaluation import (
    Evaluation,
    average_over_images,
    evaluate,
    majority_accuracies,
)


def log(probabilities):
    return np.log(np.array(probabilities, np.float32))


@pytest.fixture
def evaluation():
    return Evaluation(
        {'gender': log([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]]),
         'colour': log([[0.2, 0.3, 0.5], [0.1, 0.8, 0.1], [0.5, 0.25, 0.25]])},
        np.array([[0, 2], [0, 1], [-1, 1]], np.int32))


def test_accuracies_by_hand(evaluation):
    assert evaluation.accuracies == {'gender': 1 / 2, 'colour': pytest.approx(2 / 3)}
    assert evaluation.accuracy == pytest.approx((1 / 2 + 2 / 3) / 2)
    assert evaluation.predicted.tolist() == [[0, 2], [1, 1], [0, 0]]


def test_loss_by_hand(evaluation):
    gender = -(np.log(0.9) + np.log(0.2)) / 2
    colour = -(np.log(0.5) + np.log(0.8) + np.log(0.25)) / 3
    assert evaluation.loss() == pytest.approx((gender + colour) / 2, rel=1e-5)


def test_any_of_several_labels_by_hand(evaluation):
    # The second product is of colour 1 and of colour 0, too; the third of 1, 0 and 2.
    others = np.array([[[-1, -1]] * 2, [[-1, -1], [0, -1]], [[-1, -1], [0, 2]]], np.int32)
    assert evaluation.right().tolist() == [[True, True], [False, True], [False, False]]
    assert evaluation.right(others).tolist() == [[True, True], [False, True], [False, True]]
    assert evaluation.accuracies_with(others) == {'gender': 1 / 2, 'colour': 1.0}
    gender = -(np.log(0.9) + np.log(0.2)) / 2
    colour = -(np.log(0.5) + np.log(0.8 + 0.1) + np.log(1.0)) / 3
    assert evaluation.loss(others=others) == pytest.approx((gender + colour) / 2, rel=1e-5)
    for none in np.full_like(others, -1), others[..., :0]:
        assert evaluation.loss(others=none) == evaluation.loss()
        assert evaluation.accuracies_with(none) == evaluation.accuracies


def test_task_without_labels_is_left_out_of_the_mean():
    evaluation = Evaluation(
        {'gender': log([[0.9, 0.1]]), 'colour': log([[0.5, 0.5]])}, np.array([[0, -1]], np.int32))
    assert np.isnan(evaluation.accuracies['colour'])
    assert evaluation.accuracy == 1.0
    # In the loss it contributes 0, as in a batch of the training.
    assert evaluation.loss() == pytest.approx(-np.log(0.9) / 2, rel=1e-5)


def test_majority_by_hand():
    train = np.array([[0, -1], [0, -1], [1, -1], [-1, -1]], np.int32)
    t = np.array([[0, 1], [1, 1], [-1, 1]], np.int32)
    assert majority_accuracies(train, t) == [0.5, 0.0]


class Brightness(chainer.Chain):
    """Knows a product's class by the brightness of its first image."""

    tasks = ('brightness',)

    def forward(self, x):
        level = np.round(x[:, 0, 0, 0] / 10).astype(int)
        return [chainer.Variable(5 * np.eye(4, dtype=np.float32)[level])]


class Flat:
    def image(self, number):
        return np.full((50, 48, 3), 10 * (number % 4), np.uint8)


def test_every_product_counts_once_whatever_the_batches():
    # Batches of 64 images: 64 products of one image, then a lone one of three.
    images = [np.array([number]) for number in range(70)] + [np.array([1, 2, 3])]
    t = np.array([[number % 4] for number in range(70)] + [[3]], np.int32)
    products = ProductSet(
        Flat(), list(map(str, range(71))), images, t, np.empty((71, 1, 0), np.int32),
        ['group'] * 71)
    result = evaluate(
        Brightness(), products, np.zeros((3, 48, 48), np.float32), chainer.get_device('@numpy'))
    assert result.accuracies['brightness'] == pytest.approx(70 / 71)
    assert result.predicted[:, 0].tolist() == [number % 4 for number in range(70)] + [1]


def test_answers_that_are_not_finite_are_refused():
    class Diverged(Brightness):
        def forward(self, x):
            return [chainer.Variable(y.array + np.float32('inf')) for y in super().forward(x)]

    products = ProductSet(
        Flat(), ['0'], [np.array([7])], np.array([[3]], np.int32), np.empty((1, 1, 0), np.int32),
        ['group'])
    with pytest.raises(UserError, match='the network answers with values that are not finite'):
        evaluate(Diverged(), products, np.zeros((3, 48, 48), np.float32),
                 chainer.get_device('@numpy'))


class Guess(chainer.Chain):
    """Answers each image with probabilities of its own, known by its brightness."""

    tasks = ('shape',)
    table = log([[0.9, 0.1], [0.4, 0.6], [0.3, 0.7], [0.2, 0.8]])

    def forward(self, x):
        level = np.round(x[:, 0, 0, 0] / 10).astype(int)
        return [chainer.Variable(self.table[level])]


def test_single_images_that_rule_a_class_out():
    """A probability too small for a number is no reason for an infinite loss."""
    products = ProductSet(
        Flat(), ['a'], [np.array([0, 1])], np.array([[1]], np.int32),
        np.empty((1, 1, 0), np.int32), ['x'])
    images = Evaluation({'shape': np.array([[0, -200], [0, -300]], np.float32)}, products.t)
    of_products = average_over_images(images, products)
    np.testing.assert_allclose(
        of_products.log_probabilities['shape'], [[0, -200 - np.log(2)]], rtol=1e-6)


def test_single_images_by_hand():
    # Two of the second product's images say class 1, the mean of all three says class 0.
    images = [np.array([0]), np.array([0, 1, 2]), np.array([2, 3])]
    products = ProductSet(
        Flat(), ['a', 'b', 'c'], images, np.array([[0], [0], [-1]], np.int32),
        np.empty((3, 1, 0), np.int32), ['x', 'x', 'y'])
    of_images = evaluate(
        Guess(), flattened(products), np.zeros((3, 48, 48), np.float32),
        chainer.get_device('@numpy'))
    of_products = average_over_images(of_images, products)
    assert of_images.predicted[:, 0].tolist() == [0, 0, 1, 1, 1, 1]
    assert of_images.accuracies['shape'] == pytest.approx(2 / 4)
    np.testing.assert_allclose(
        np.exp(of_products.log_probabilities['shape'])[:, 0],
        [0.9, (0.9 + 0.4 + 0.3) / 3, (0.3 + 0.2) / 2], rtol=1e-5)
    assert of_products.accuracies['shape'] == 1.0
    assert of_products.t is products.t
