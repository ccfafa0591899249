import chainer
import chainer.functions as F
import numpy as np
import pytest
from chainer import gradient_check
from hypothesis import given, settings
from hypothesis import strategies as st

from fashion_models import functions

pytestmark = pytest.mark.usefixtures('onednn')


@pytest.mark.parametrize('bias', [False, True])
@pytest.mark.parametrize(
    ('n', 'c', 'out'), [(1, 1, 1), (64, 300, 158), (5, 7, 3), (160, 33, 2), (1, 1024, 17)])
def test_agrees_with_chainer(agree, values, n, c, out, bias):
    agree(functions.linear, F.linear,
          [values(n, c), values(out, c, seed=1)] + [values(out, seed=2)] * bias)


@pytest.mark.parametrize('bias', [False, True])
def test_with_relu(agree, values, bias):
    agree(lambda *inputs: functions.linear(*inputs, relu=True),
          lambda *inputs: F.relu(F.linear(*inputs)),
          [values(9, 30), values(20, 30, seed=1)] + [values(20, seed=2)] * bias)


def test_with_relu_without_onednn(without_onednn, agree, values):
    test_with_relu(agree, values, True)


@pytest.mark.parametrize('relu', [False, True])
@pytest.mark.parametrize(('n', 'c', 'out'), [(1, 1, 1), (1, 300, 158), (3, 7, 5), (40, 33, 17)])
def test_constant_weights(values, n, c, out, relu):
    x, W, b = values(n, c), values(out, c, seed=1), values(out, seed=2)
    expected = F.linear(x, W, b).array
    W.setflags(write=False)
    for _ in range(2):
        y = functions.linear(x, W, b, relu=relu).array
        np.testing.assert_allclose(
            y, np.maximum(expected, 0) if relu else expected, rtol=1e-4, atol=1e-4)


def test_the_gradient_through_constant_weights(values):
    x, W = chainer.Variable(values(2, 6)), values(4, 6, seed=1)
    W.setflags(write=False)
    y = functions.linear(x, W)
    y.grad = values(2, 4, seed=2)
    y.backward(retain_grad=True)
    np.testing.assert_allclose(x.grad, y.grad @ W, rtol=1e-5)


@given(
    n=st.integers(1, 70), c=st.integers(1, 70), out=st.integers(1, 70), bias=st.booleans(),
    order=st.sampled_from(['C', 'with gaps', 'backwards']), seed=st.integers(0, 99))
@settings(max_examples=60)
def test_agrees_for_any_shape(agree, values, n, c, out, bias, order, seed):
    agree(functions.linear, F.linear, [
        values(n, c, seed=seed, order=order), values(out, c, seed=seed + 1, order=order),
        *[values(out, seed=seed + 2)] * bias])


def test_images_are_chainers(agree, values):
    agree(functions.linear, F.linear, [values(3, 4, 5, 2), values(6, 40, seed=1)])


def test_numerical_gradient(values):
    gradient_check.check_backward(
        functions.linear, (values(3, 5), values(4, 5, seed=1), values(4)), values(3, 4),
        eps=1e-2, rtol=1e-2, atol=1e-2)


@pytest.mark.parametrize('relu', [False, True])
def test_second_derivative(values, relu):
    gradient_check.check_double_backward(
        lambda *inputs: functions.linear(*inputs, relu=relu)**2,
        (values(3, 5), values(4, 5, seed=1), values(4)), values(3, 4),
        (values(3, 5, seed=2), values(4, 5, seed=3), values(4, seed=4)),
        eps=1e-3, rtol=5e-2, atol=5e-1)


def test_shapes_that_do_not_fit(values):
    with pytest.raises(chainer.utils.type_check.InvalidType):
        functions.linear(values(2, 3), values(4, 5))
    with chainer.no_backprop_mode(), pytest.raises(chainer.utils.type_check.InvalidType):
        functions.linear(values(2, 3), values(4, 5))


def test_empty_batch(values):
    assert functions.linear(np.empty((0, 3), np.float32), values(4, 3)).shape == (0, 4)


@pytest.mark.parametrize(('c', 'out'), [(512, 64), (1024, 512), (1024, 3), (100, 30), (1, 7)])
@pytest.mark.parametrize('constant', [False, True])
def test_steady_rows_do_not_depend_on_the_others(values, c, out, constant):
    x, W, b = values(150, c), values(out, c, seed=1), values(out, seed=2)
    W.setflags(write=not constant)
    with chainer.no_backprop_mode(), functions.steady_rows():
        whole = functions.linear(x, W, b, relu=True).array
        for n in 1, 2, 3, 8, 9, 21, 33, 64, 149:
            rows = np.random.default_rng(n).permutation(len(x))[:n]
            np.testing.assert_array_equal(
                functions.linear(x[rows], W, b, relu=True).array, whole[rows])
    np.testing.assert_allclose(
        whole, functions.linear(x, W, b, relu=True).array, rtol=1e-4, atol=1e-4)
