import chainer
import numpy as np

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
