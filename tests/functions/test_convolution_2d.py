import chainer
import chainer.functions as F
import numpy as np
import pytest
from chainer import gradient_check
from hypothesis import given, settings
from hypothesis import strategies as st

from fashion_models import functions
from fashion_models.onednn import reorder
from fashion_models.onednn.memory import is_channels_last

pytestmark = pytest.mark.usefixtures('onednn')

# x, W, stride, pad: the network's layers in small, then what is unusual
GEOMETRIES = [
    ((4, 3, 33, 31), (96, 3, 7, 7), 2, 1),
    ((2, 96, 9, 11), (64, 96, 5, 5), 2, 0),
    ((64, 32, 5, 5), (48, 32, 3, 3), 1, 1),
    ((1, 1, 1, 1), (1, 1, 1, 1), 1, 0),
    ((3, 5, 1, 1), (7, 5, 3, 3), 1, 1),
    ((2, 1, 8, 6), (1, 1, 3, 3), 3, 2),
    ((1, 17, 6, 5), (33, 17, 1, 1), 2, 0),
    ((3, 4, 8, 7), (6, 4, 5, 3), (2, 1), (4, 0)),
    ((2, 3, 4, 4), (5, 3, 2, 2), 3, 1),
    ((40, 3, 47, 48), (16, 3, 1, 1), 2, 0),
]


def both(stride, pad):
    return (lambda *inputs: functions.convolution_2d(*inputs, stride=stride, pad=pad),
            lambda *inputs: F.convolution_2d(*inputs, stride=stride, pad=pad))


@pytest.mark.parametrize('bias', [False, True])
@pytest.mark.parametrize(('x', 'W', 'stride', 'pad'), GEOMETRIES)
def test_agrees_with_chainer(agree, values, x, W, stride, pad, bias):
    inputs = [values(*x), values(*W, seed=1)] + [values(W[0], seed=2)] * bias
    agree(*both(stride, pad), inputs)


@pytest.mark.parametrize('bias', [False, True])
def test_with_relu(agree, values, bias):
    inputs = [values(3, 4, 9, 9), values(5, 4, 3, 3, seed=1)] + [values(5, seed=2)] * bias
    agree(lambda *inputs: functions.convolution_2d(*inputs, stride=2, pad=1, relu=True),
          lambda *inputs: F.relu(F.convolution_2d(*inputs, stride=2, pad=1)), inputs)


def test_with_relu_without_onednn(without_onednn, agree, values):
    test_with_relu(agree, values, True)


def test_constant_weights(values):
    x, W = values(2, 16, 5, 5), values(32, 16, 3, 3, seed=1)
    W.setflags(write=False)
    for _ in range(2):
        for size in (5, 9):
            x = values(2, 16, size, size)
            np.testing.assert_allclose(
                functions.convolution_2d(x, W).array, F.convolution_2d(x, W).array,
                rtol=1e-4, atol=1e-4)
    assert id(W) in reorder._copies
    key = id(W)
    del W
    assert key not in reorder._copies


def test_weights_that_change_are_never_taken_for_constant(values):
    x, W = values(2, 16, 5, 5), values(32, 16, 3, 3, seed=1)
    before = functions.convolution_2d(x, W).array
    view = W[:]
    view.setflags(write=False)
    functions.convolution_2d(x, view)
    W *= 2
    for weights in (W, view):
        np.testing.assert_allclose(
            functions.convolution_2d(x, weights).array, 2 * before, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize('order', ['channels last', 'with gaps', 'backwards'])
def test_arrays_may_lie_in_any_order(agree, values, order):
    agree(*both(2, 1), [
        values(3, 5, 9, 8, order=order), values(6, 5, 3, 3, seed=1, order=order),
        values(6, seed=2)])


def test_broadcast_gradient(values):
    # The gradient of a sum is one number seen everywhere, an array without strides.
    x, W = chainer.Variable(values(2, 3, 5, 5)), chainer.Variable(values(4, 3, 3, 3))
    F.sum(functions.convolution_2d(x, W)).backward()
    found = x.grad, W.grad
    x.cleargrad()
    W.cleargrad()
    F.sum(F.convolution_2d(x, W)).backward()
    for ours, chainers in zip(found, (x.grad, W.grad)):
        np.testing.assert_allclose(ours, chainers, rtol=1e-4, atol=1e-4)


@given(
    n=st.integers(1, 5), channels=st.integers(1, 20), out=st.integers(1, 20),
    size=st.tuples(st.integers(1, 12), st.integers(1, 12)),
    ksize=st.tuples(st.integers(1, 5), st.integers(1, 5)),
    stride=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    pad=st.tuples(st.integers(0, 4), st.integers(0, 4)), seed=st.integers(0, 99))
@settings(max_examples=60)
def test_agrees_for_any_shape(agree, values, n, channels, out, size, ksize, stride, pad, seed):
    ksize = tuple(min(k, s + 2 * p) for k, s, p in zip(ksize, size, pad))
    agree(*both(stride, pad), [
        values(n, channels, *size, seed=seed), values(out, channels, *ksize, seed=seed + 1),
        values(out, seed=seed + 2)], tolerance=2e-5)


def test_numerical_gradient(values):
    gradient_check.check_backward(
        lambda x, W, b: functions.convolution_2d(x, W, b, 2, 1),
        (values(2, 3, 5, 4), values(2, 3, 3, 3), values(2)), values(2, 2, 3, 2),
        eps=1e-2, rtol=1e-2, atol=1e-2)


def test_second_derivative(values):
    gradient_check.check_double_backward(
        lambda x, W, b: functions.convolution_2d(x, W, b, 2, 1)**2,
        (values(2, 3, 5, 4), values(2, 3, 3, 3), values(2)), values(2, 2, 3, 2),
        (values(2, 3, 5, 4), values(2, 3, 3, 3), values(2)), eps=1e-2, rtol=5e-2, atol=5e-1)


def test_result_lies_channels_last(values):
    y = functions.convolution_2d(values(2, 3, 6, 5), values(4, 3, 3, 3)).array
    assert y.shape == (2, 4, 4, 3)
    assert is_channels_last(y)


def test_double_precision_stays(values):
    y = functions.convolution_2d(
        values(1, 2, 4, 4).astype(np.float64), values(3, 2, 3, 3).astype(np.float64))
    assert y.dtype == np.float64


def test_shapes_that_do_not_fit(values):
    with pytest.raises(chainer.utils.type_check.InvalidType):
        functions.convolution_2d(values(1, 2, 4, 4), values(3, 5, 3, 3))
    with pytest.raises(chainer.utils.type_check.InvalidType):
        functions.convolution_2d(values(1, 2, 4, 4), values(3, 2, 7, 7))
    with chainer.no_backprop_mode(), pytest.raises(chainer.utils.type_check.InvalidType):
        functions.convolution_2d(values(1, 2, 4, 4), values(3, 2, 7, 7))


def test_nan_stays_nan(values):
    x = values(1, 2, 4, 4)
    x[0, 0, 1, 1] = np.nan
    y = functions.convolution_2d(x, values(3, 2, 3, 3), pad=1).array
    assert np.isnan(y).any()
