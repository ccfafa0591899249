import concurrent.futures
import functools
import threading

import chainer
import chainer.functions as F
import numpy as np
import pytest
from chainer import gradient_check
from hypothesis import given, settings
from hypothesis import strategies as st

from fashion_models import functions
from fashion_models.functions.batch_normalization import normalizing_over_shares

pytestmark = pytest.mark.usefixtures('onednn')

batch_normalization_relu = functools.partial(functions.batch_normalization, relu=True)

SHAPES = [
    (4, 3, 5, 6), (2, 64, 7, 7), (64, 17, 1, 1), (1, 1, 3, 1), (3, 96, 15, 15), (8, 33), (64, 1),
    (3, 4096)]


def running(c):
    return np.linspace(-1, 1, c, dtype=np.float32), np.linspace(0.5, 2, c, dtype=np.float32)


def chainers(train, mean, variance, relu=True):
    def function(x, gamma, beta):
        axis = (0,) if x.ndim == 2 else (0, 2, 3)
        if train:
            y = F.batch_normalization(
                x, gamma, beta, running_mean=mean, running_var=variance, axis=axis)
        else:
            y = F.fixed_batch_normalization(
                x, gamma, beta, mean.astype(x.dtype), variance.astype(x.dtype), axis=axis)
        return F.relu(y) if relu else y
    return function


@pytest.mark.parametrize('relu', [True, False])
@pytest.mark.parametrize('train', [True, False])
@pytest.mark.parametrize('shape', SHAPES)
def test_agrees_with_chainer(agree, values, shape, train, relu):
    c = shape[1]
    mean, variance = running(c)
    agree(lambda x, gamma, beta: functions.batch_normalization(
              x, gamma, beta, mean.copy(), variance.copy(), relu=relu, train=train),
          chainers(train, mean.copy(), variance.copy(), relu),
          [values(*shape), values(c, seed=1), values(c, seed=2)], tolerance=1e-4)


@pytest.mark.parametrize('order', ['channels last', 'with gaps', 'backwards'])
def test_arrays_may_lie_in_any_order(agree, values, order):
    agree(lambda *inputs: batch_normalization_relu(*inputs, *running(5), train=True),
          chainers(True, *running(5)),
          [values(3, 5, 4, 6, order=order), values(5, seed=1), values(5, seed=2)])


@given(
    n=st.integers(1, 9), c=st.integers(1, 40), h=st.integers(1, 7), w=st.integers(1, 7),
    dense=st.booleans(), seed=st.integers(0, 99))
@settings(max_examples=60)
def test_agrees_for_any_shape(agree, values, n, c, h, w, dense, seed):
    # Of two values, one becomes 1 and the other -1: the gradient is the rounding's alone.
    n = max(n, 3)
    shape = (n, c) if dense else (n, c, h, w)
    agree(lambda *inputs: batch_normalization_relu(*inputs, *running(c), train=True),
          chainers(True, *running(c)),
          [values(*shape, seed=seed), values(c, seed=seed + 1), values(c, seed=seed + 2)],
          tolerance=1e-3)


@pytest.mark.filterwarnings('ignore:A batch with no more than one sample')
@pytest.mark.parametrize('shape', [(4, 3, 5, 6), (8, 3), (1, 3, 1, 1)])
def test_running_statistics_move_as_chainers(values, shape):
    ours, theirs = [np.zeros(3, np.float32), np.ones(3, np.float32)], [np.zeros(3), np.ones(3)]
    axis = (0,) if len(shape) == 2 else (0, 2, 3)
    for seed in range(3):
        x = 3 * values(*shape, seed=seed) + 1
        batch_normalization_relu(
            x, np.ones(3, np.float32), np.zeros(3, np.float32), *ours, decay=0.7, train=True)
        F.batch_normalization(
            x.astype(np.float64), np.ones(3), np.zeros(3), running_mean=theirs[0],
            running_var=theirs[1], decay=0.7, axis=axis)
    np.testing.assert_allclose(ours[0], theirs[0], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(ours[1], theirs[1], rtol=1e-5, atol=1e-6)


def test_evaluation_leaves_running_statistics_alone(values):
    mean, variance = running(3)
    with chainer.using_config('train', False):
        batch_normalization_relu(
            values(2, 3, 4, 4), values(3), values(3), mean, variance)
    np.testing.assert_array_equal(mean, running(3)[0])
    np.testing.assert_array_equal(variance, running(3)[1])


def test_follows_the_configuration(values):
    x, gamma, beta = values(2, 3, 4, 4), np.ones(3, np.float32), np.zeros(3, np.float32)
    y = {}
    for train in (True, False):
        with chainer.using_config('train', train):
            y[train] = batch_normalization_relu(x, gamma, beta, *running(3)).array
    assert np.abs(y[True] - y[False]).max() > 0.1


def test_numerical_gradient(values):
    x = values(3, 2, 2, 3)
    gamma, beta = np.array([1, 2], np.float32), np.array([0.3, -0.4], np.float32)
    gradient_check.check_backward(
        lambda *inputs: batch_normalization_relu(*inputs, *running(2), train=True),
        (x, gamma, beta), values(3, 2, 2, 3, seed=1), eps=1e-3, rtol=2e-2, atol=2e-2)


@pytest.mark.parametrize('relu', [True, False])
def test_second_derivative(values, relu):
    gradient_check.check_double_backward(
        lambda *inputs: functions.batch_normalization(
            *inputs, *running(2), relu=relu, train=True),
        (values(4, 2), np.ones(2, np.float32), np.full(2, 3, np.float32)), values(4, 2, seed=1),
        (values(4, 2, seed=2), values(2, seed=3), values(2, seed=4)),
        eps=1e-2, rtol=5e-2, atol=5e-2)


@pytest.mark.parametrize('bad', [np.nan, np.inf])
@pytest.mark.parametrize('shape', [(4, 3, 5, 5), (6, 3)])
@pytest.mark.parametrize('relu', [True, False])
def test_divergence_shows(values, shape, bad, relu):
    x = values(*shape)
    x[2, 1] = bad
    y = functions.batch_normalization(
        x, np.ones(3, np.float32), np.zeros(3, np.float32), *running(3), relu=relu,
        train=True).array
    assert np.isnan(y[:, 1]).all()
    assert np.isfinite(y[:, [0, 2]]).all()


def test_large_mean_does_not_swallow_the_variance(agree, values):
    x = values(16, 3, 8, 8) + 100
    agree(lambda *inputs: batch_normalization_relu(*inputs, *running(3), train=True),
          chainers(True, *running(3)), [x, np.ones(3, np.float32), np.zeros(3, np.float32)],
          tolerance=1e-3)


@pytest.mark.parametrize('mean', [30.0, 3000.0])
def test_shares_of_a_large_mean_keep_their_variance(mean):
    x = (mean + 0.01 * np.random.default_rng(0).normal(size=(24, 5, 4, 4))).astype(np.float32)
    statistics = running(5)
    with normalizing_over_shares(lambda numbers: 3 * numbers, 3):      # all shares are alike
        y = functions.batch_normalization(
            x, np.ones(5, np.float32), np.zeros(5, np.float32), *statistics)
    expected = x.astype(np.float64)
    variance = expected.var(axis=(0, 2, 3), keepdims=True)
    expected = (expected - expected.mean(axis=(0, 2, 3), keepdims=True)) / np.sqrt(variance + 2e-5)
    assert np.isfinite(y.array).all()
    np.testing.assert_allclose(y.array, expected, atol=0.05)


class Total:
    """The sum of what as many threads give."""

    def __init__(self, threads):
        self._barrier, self._given = threading.Barrier(threads), {}

    def __call__(self, numbers):
        self._given[threading.get_ident()] = numbers
        self._barrier.wait(20)
        total = sum(self._given.values())
        self._barrier.wait(20)
        return total


@pytest.mark.parametrize('relu', [True, False])
@pytest.mark.parametrize('shape', [(12, 3, 5, 6), (12, 33)])
def test_shares_are_normalized_as_their_whole_batch(shape, relu):
    rng = np.random.default_rng(0)
    x, gy = rng.normal(2, 3, (2, *shape)).astype(np.float32)
    gamma, beta = rng.normal(1, 1, (2, shape[1])).astype(np.float32)
    inputs = [chainer.Variable(array) for array in (x, gamma, beta)]
    whole = running(shape[1])
    y = chainers(True, *whole, relu)(*inputs)
    y.grad = gy
    y.backward()

    total = Total(3)

    def of_share(number):
        share = slice(4 * number, 4 * number + 4)
        own, statistics = [chainer.Variable(a) for a in (x[share], gamma, beta)], running(shape[1])
        with normalizing_over_shares(total, 3):
            part = functions.batch_normalization(*own, *statistics, relu=relu)
            part.grad = gy[share]
            part.backward()
        return part.array, own, statistics

    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        parts, variables, statistics = zip(*pool.map(of_share, range(3)))
    close = functools.partial(np.testing.assert_allclose, rtol=1e-4, atol=1e-4)
    close(np.concatenate(parts), y.array)
    close(np.concatenate([own[0].grad for own in variables]), inputs[0].grad)
    for place in 1, 2:      # parameters are summed with all other gradients
        close(sum(own[place].grad for own in variables), inputs[place].grad)
    for own in statistics:
        close(own, whole)
