import chainer
import chainer.functions as F
import numpy as np
import pytest
from chainer import gradient_check
from hypothesis import given, settings
from hypothesis import strategies as st

from fashion_models import functions

pytestmark = pytest.mark.usefixtures('onednn')

GEOMETRIES = [
    ((4, 96, 30, 30), 3, 2, 0), ((2, 3, 6, 7), 3, 2, 0), ((1, 1, 1, 1), 1, 1, 0),
    ((64, 5, 3, 3), 3, 2, 0), ((2, 17, 9, 8), 3, 2, 1), ((2, 4, 2, 2), 3, 2, 0),
    ((3, 2, 9, 9), 4, 3, 1), ((1, 6, 5, 1), (2, 1), None, 0), ((2, 3, 9, 7), 2, 3, 0),
    ((2, 3, 4, 4), 2, 2, 3)]


def both(ksize, stride, pad):
    return (lambda x: functions.max_pooling_2d(x, ksize, stride, pad),
            lambda x: F.max_pooling_2d(x, ksize, stride, pad, cover_all=True))


@pytest.mark.parametrize(('shape', 'ksize', 'stride', 'pad'), GEOMETRIES[:8])
def test_agrees_with_chainer(agree, values, shape, ksize, stride, pad):
    agree(*both(ksize, stride, pad), [values(*shape)])


@pytest.mark.parametrize(('shape', 'ksize', 'stride', 'pad'), GEOMETRIES[8:])
def test_window_without_a_pixel_is_chainers(values, shape, ksize, stride, pad):
    x = values(*shape)
    ours, chainers = (f(x).array for f in both(ksize, stride, pad))
    assert np.isinf(chainers).any()
    np.testing.assert_array_equal(ours, chainers)


@pytest.mark.parametrize('order', ['channels last', 'with gaps', 'backwards'])
def test_array_may_lie_in_any_order(agree, values, order):
    agree(*both(3, 2, 0), [values(3, 5, 8, 9, order=order)])


def test_among_equals_the_first_gets_the_gradient(agree):
    x = np.random.RandomState(0).randint(0, 3, (4, 5, 9, 8)).astype(np.float32)
    agree(*both(3, 2, 0), [x], tolerance=1e-6)
    agree(*both(3, 2, 0), [np.zeros_like(x)], tolerance=1e-6)


@given(
    n=st.integers(1, 4), c=st.integers(1, 40),
    size=st.tuples(st.integers(1, 12), st.integers(1, 12)),
    ksize=st.tuples(st.integers(1, 5), st.integers(1, 5)),
    stride=st.tuples(st.integers(1, 5), st.integers(1, 5)),
    pad=st.tuples(st.integers(0, 2), st.integers(0, 2)), seed=st.integers(0, 99))
@settings(max_examples=60)
def test_agrees_for_any_shape(values, n, c, size, ksize, stride, pad, seed):
    pad = tuple(min(p, k - 1) for p, k in zip(pad, ksize))
    ksize = tuple(min(k, s + 2 * p) for k, s, p in zip(ksize, size, pad))
    x = chainer.Variable(values(n, c, *size, seed=seed))
    results = []
    for function in both(ksize, stride, pad):
        x.cleargrad()
        y = function(x)
        y.grad = values(*y.shape, seed=seed + 1)
        y.backward()
        results.append((y.array, x.grad))
    np.testing.assert_array_equal(results[0][0], results[1][0])
    np.testing.assert_allclose(results[0][1], results[1][1], rtol=1e-5, atol=1e-5)


def far_apart(*shape):
    return np.random.RandomState(0).permutation(np.prod(shape)).reshape(shape).astype(np.float32)


def test_numerical_gradient(values):
    gradient_check.check_backward(
        lambda x: functions.max_pooling_2d(x, 3, 2), far_apart(2, 3, 5, 6), values(2, 3, 2, 3),
        eps=1e-2, rtol=1e-2, atol=1e-2)


@pytest.mark.parametrize(('ksize', 'stride'), [(3, 2), (2, 2), (3, 1)])
def test_second_derivative(values, ksize, stride):
    x = far_apart(2, 3, 5, 6)
    y = functions.max_pooling_2d(x, ksize, stride)
    gradient_check.check_double_backward(
        lambda x: functions.max_pooling_2d(x, ksize, stride)**2, x / 10, values(*y.shape),
        values(*x.shape, seed=1), eps=1e-2, rtol=2e-2, atol=5e-2)


def test_without_a_graph_nothing_is_kept_for_the_gradient(values):
    x = values(2, 3, 6, 6)
    with chainer.no_backprop_mode():
        np.testing.assert_array_equal(
            functions.max_pooling_2d(x, 3, 2).array, F.max_pooling_2d(x, 3, 2).array)
