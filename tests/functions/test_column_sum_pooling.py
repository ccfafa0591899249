import chainer
import numpy as np
import pytest
from chainer import gradient_check

from fashion_models import functions

BOTH = functions.column_sum_pooling, functions.column_mean_pooling


def test_by_hand():
    x = chainer.Variable(np.array([[1, 5], [2, 4], [7, 7], [8, 6]], np.float32))
    np.testing.assert_array_equal(functions.column_sum_pooling(x, 2).array, [[3, 9], [15, 13]])
    y = functions.column_mean_pooling(x, 2)
    np.testing.assert_array_equal(y.array, [[1.5, 4.5], [7.5, 6.5]])
    y.grad = np.array([[1, 2], [3, 4]], np.float32)
    y.backward()
    np.testing.assert_array_equal(x.grad, [[0.5, 1], [0.5, 1], [1.5, 2], [1.5, 2]])


@pytest.mark.parametrize('pooling', BOTH)
@pytest.mark.parametrize('n', [1, 2, 5])
def test_derivatives(pooling, n, values):
    gradient_check.check_backward(
        lambda x: pooling(x, n)**2, values(2 * n, 4), values(2, 4, seed=1), dtype=np.float64)


@pytest.mark.parametrize('pooling', BOTH)
def test_one_image_is_pooled_to_itself(pooling, values):
    x = values(3, 4)
    np.testing.assert_array_equal(pooling(x, 1).array, x)


@pytest.mark.parametrize('pooling', BOTH)
def test_rows_that_are_no_multiple_of_n(pooling, values):
    with pytest.raises(ValueError, match='5 rows are not a multiple of n = 2'):
        pooling(values(5, 3), 2)
