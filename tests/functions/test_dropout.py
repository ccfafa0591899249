import chainer
import numpy as np
import pytest

from fashion_models import functions


@pytest.mark.parametrize('ratio', [0.1, 0.5, 0.9])
def test_keeps_the_mean(ratio):
    y = functions.dropout(np.ones((500, 200), np.float32), ratio).array
    assert set(np.unique(y)) == {np.float32(0), np.float32(1 / (1 - ratio))}
    assert y.mean() == pytest.approx(1, abs=0.02)
    assert (y == 0).mean(axis=0).std() < 0.05


def test_gradient_passes_where_values_did(values):
    x = chainer.Variable(values(20, 30))
    y = functions.dropout(x, 0.4)
    gy = y.grad = values(20, 30, seed=1)
    y.backward()
    expected = np.where(y.array != 0, gy / np.float32(0.6), 0)
    np.testing.assert_allclose(x.grad, expected, rtol=1e-6)


def test_same_with_onednn_and_without(values, request):
    results = []
    for _ in range(2):
        np.random.seed(1)  # noqa: NPY002
        results.append(functions.dropout(values(20, 30), 0.5).array)
        request.getfixturevalue('without_onednn')
    np.testing.assert_array_equal(*results)


@pytest.mark.parametrize(('train', 'ratio'), [(False, 0.5), (True, 0)])
def test_identity(values, train, ratio):
    x = values(4, 5)
    with chainer.using_config('train', train):
        np.testing.assert_array_equal(functions.dropout(x, ratio).array, x)
