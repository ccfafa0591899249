import chainer
import chainer.functions as F
import numpy as np
import pytest
from chainer import gradient_check

from fashion_models import functions


def test_by_hand():
    x = chainer.Variable(np.array([[1, 5, 0], [2, 4, 0], [7, 7, 7], [8, 6, 7]], np.float32))
    y = functions.column_max_pooling(x, 2)
    np.testing.assert_array_equal(y.array, [[2, 5, 0], [8, 7, 7]])
    y.grad = np.array([[1, 2, 3], [4, 5, 6]], np.float32)
    y.backward()
    # Among equals the first one gets the gradient.
    np.testing.assert_array_equal(x.grad, [[0, 2, 3], [1, 0, 0], [0, 5, 6], [4, 0, 0]])


@pytest.mark.parametrize('n', [1, 2, 3, 5])
def test_agrees_with_chainer(agree, values, n):
    agree(lambda x: functions.column_max_pooling(x, n),
          lambda x: F.max(F.reshape(x, (4, n, 33)), axis=1), [values(4 * n, 33)])


@pytest.mark.parametrize('n', [1, 2, 3, 5])
def test_order_of_the_images_does_not_matter(values, n):
    x = values(4, n, 7)
    shuffled = x[:, np.random.RandomState(0).permutation(n)]
    np.testing.assert_array_equal(
        functions.column_max_pooling(x.reshape(4 * n, 7), n).array,
        functions.column_max_pooling(shuffled.reshape(4 * n, 7), n).array)


def test_derivatives(values):
    x = np.random.RandomState(0).permutation(30).reshape(6, 5).astype(np.float32)
    gradient_check.check_backward(
        lambda x: functions.column_max_pooling(x, 3), x, values(2, 5), dtype=np.float64)
    gradient_check.check_double_backward(
        lambda x: functions.column_max_pooling(x, 3)**2, x / 10, values(2, 5),
        values(6, 5, seed=1), dtype=np.float64)


def test_rows_that_are_no_multiple_of_n(values):
    with pytest.raises(ValueError, match='5 rows are not a multiple of n = 2'):
        functions.column_max_pooling(values(5, 3), 2)
