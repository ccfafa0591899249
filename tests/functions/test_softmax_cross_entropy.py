import chainer
import numpy as np
import pytest
from chainer import gradient_check

from fashion_models import functions


def test_by_hand():
    x = chainer.Variable(np.log(np.array([[1, 3], [1, 1], [1, 9]], np.float32)))
    loss = functions.softmax_cross_entropy(x, np.array([1, -1, 0], np.int32))
    np.testing.assert_allclose(loss.array, (np.log(4 / 3) + np.log(10)) / 2, rtol=1e-6)
    loss.backward()
    np.testing.assert_allclose(
        x.grad, np.array([[0.25, -0.25], [0, 0], [-0.9, 0.9]]) / 2, rtol=1e-5)


def test_nothing_labelled():
    x = chainer.Variable(np.ones((3, 2), np.float32))
    loss = functions.softmax_cross_entropy(x, np.full(3, -1, np.int32))
    assert loss.array == 0
    loss.backward()
    np.testing.assert_array_equal(x.grad, np.zeros((3, 2)))


# Rows with two further labels, with one, with none, and without any label.
T = np.array([1, 0, 3, -1], np.int32)
OTHERS = np.array([[0, 4], [2, -1], [-1, -1], [-1, -1]], np.int32)
SETS = {1, 0, 4}, {0, 2}, {3}, None


def by_formula(x, sets):
    """Mean over the labelled rows of minus the log of the sum of their labels' probabilities."""
    p = np.exp(x) / np.exp(x).sum(axis=1, keepdims=True)
    return np.mean([
        -np.log(sum(own[number] for number in labels))
        for own, labels in zip(p, sets) if labels])


@pytest.mark.parametrize('scale', [1, 30])
def test_several_labels_by_the_formula(scale):
    x = scale * np.random.default_rng(0).normal(size=(4, 5))
    loss = functions.softmax_cross_entropy(x.astype(np.float32), T, OTHERS)
    np.testing.assert_allclose(loss.array, by_formula(x, SETS), rtol=1e-4)
    assert loss.array.dtype == np.float32


def test_gradient_with_several_labels_is_that_of_the_formula():
    x = np.random.default_rng(1).normal(size=(4, 5))
    gradient_check.check_backward(
        lambda x: functions.softmax_cross_entropy(x, T, OTHERS), x, np.array(1.0),
        dtype=np.float64)
    variable = chainer.Variable(x)
    functions.softmax_cross_entropy(variable, T, OTHERS).backward()
    steps = 1e-5 * np.eye(x.size).reshape(-1, *x.shape)
    numeric = [(by_formula(x + step, SETS) - by_formula(x - step, SETS)) / 2e-5 for step in steps]
    np.testing.assert_allclose(variable.grad, np.reshape(numeric, x.shape), atol=1e-9)
    assert not variable.grad[3].any(), 'a row without a label has no part in it'


def test_a_row_with_all_labels_asks_for_nothing():
    x = chainer.Variable(np.array([[2, -1]], np.float32))
    loss = functions.softmax_cross_entropy(x, np.array([1], np.int32), np.array([[0]], np.int32))
    loss.backward()
    np.testing.assert_allclose(loss.array, 0, atol=1e-6)
    np.testing.assert_allclose(x.grad, 0, atol=1e-6)


@pytest.mark.parametrize('k', [0, 2])
def test_one_label_each_is_the_ordinary_loss_bit_for_bit(k):
    x = np.random.default_rng(2).normal(size=(4, 5)).astype(np.float32)
    np.testing.assert_array_equal(
        functions.softmax_cross_entropy(x, T, np.full((4, k), -1, np.int32)).array,
        functions.softmax_cross_entropy(x, T).array)


def test_nothing_labelled_beside_several_labels():
    """A device's share of a batch may hold no label of a task that has several elsewhere."""
    t = np.full(2, -1, np.int32)
    assert functions.softmax_cross_entropy(
        np.ones((2, 3), np.float32), t, np.full((2, 1), -1, np.int32)).array == 0
