"""Products in bfloat16 against Chainer's in double precision, of factors rounded beforehand."""

import chainer
import chainer.functions as F
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fashion_models import functions
from fashion_models.errors import UserError
from fashion_models.functions import backend, precision
from fashion_models.functions.precision import (
    PRECISIONS,
    bfloat16,
    require_precision,
    using_precision,
)
from fashion_models.links import ZFNet, fold_for_inference
from fashion_models.onednn.number_format import BFLOAT16
from fashion_models.onednn.reorder import as_bfloat16, images_as_bfloat16


@pytest.fixture
def in_bfloat16(needs_bfloat16):
    """Computes in bfloat16."""
    with using_precision('bfloat16'):
        yield


def rounded(x):
    """x with the 16 last bits rounded off, to the nearest and half to even."""
    bits = x.astype(np.float32).view(np.uint32)
    bits = (bits + 0x7fff + (bits >> 16 & 1)) & np.uint32(0xffff0000)
    return bits.view(np.float32).astype(np.float64)


def assert_rounded(ours, chainers, arrays, gy):
    """Outputs and gradients are those of rounded factors; the bias is no factor."""
    inputs = [chainer.Variable(array) for array in arrays]
    y = ours(*inputs)
    y.grad = gy
    y.backward(retain_grad=True)
    with chainer.using_config('dtype', np.float64):
        doubles = [chainer.Variable(rounded(array)) for array in arrays[:2]]
        doubles += [chainer.Variable(array.astype(np.float64)) for array in arrays[2:]]
        expected = chainers(*doubles)
        expected.grad = rounded(gy)
        expected.backward()
    pairs = [(y.array, expected.array)]
    pairs += [(ours.grad, chainers.grad) for ours, chainers in zip(inputs, doubles)]
    for found, wanted in pairs:
        assert found.dtype == np.float32
        scale = max(1.0, float(np.abs(wanted).max()))
        np.testing.assert_allclose(found / scale, wanted / scale, atol=1e-5)


@pytest.mark.parametrize('bias', [False, True])
@pytest.mark.parametrize(('x', 'W', 'stride', 'pad'), [
    ((4, 3, 33, 31), (96, 3, 7, 7), 2, 1),
    ((2, 96, 9, 11), (64, 96, 5, 5), 2, 0),
    ((64, 32, 5, 5), (48, 32, 3, 3), 1, 1),
    ((1, 17, 6, 5), (33, 17, 1, 1), 2, 0),
    ((3, 5, 1, 1), (7, 5, 3, 3), 1, 1)])
def test_convolution(in_bfloat16, values, x, W, stride, pad, bias):
    arrays = [values(*x), values(*W, seed=1)] + [values(W[0], seed=2)] * bias
    shape = F.convolution_2d(arrays[0], arrays[1], stride=stride, pad=pad).shape
    assert_rounded(
        lambda *inputs: functions.convolution_2d(*inputs, stride=stride, pad=pad),
        lambda *inputs: F.convolution_2d(*inputs, stride=stride, pad=pad),
        arrays, values(*shape, seed=3))


@pytest.mark.parametrize('bias', [False, True])
@pytest.mark.parametrize(('n', 'inner', 'out'), [(32, 64, 48), (5, 7, 3), (1, 8, 4), (6, 1, 2)])
def test_dense_layer(in_bfloat16, values, n, inner, out, bias):
    arrays = [values(n, inner), values(out, inner, seed=1)] + [values(out, seed=2)] * bias
    gy = rounded(values(n, out, seed=3)).astype(np.float32)     # whose sum is that of the bias
    assert_rounded(functions.linear, F.linear, arrays, gy)


def test_constant_weights(in_bfloat16, values):
    x, W = values(4, 16, 5, 5), values(32, 16, 3, 3, seed=1)
    dense = values(8, 400, seed=2)
    for array in W, dense:
        array.setflags(write=False)
    with chainer.no_backprop_mode():
        for _ in range(2):
            np.testing.assert_allclose(
                functions.convolution_2d(x, W).array,
                F.convolution_2d(rounded(x), rounded(W)).array, atol=1e-3)
            flat = x.reshape(4, 400)
            np.testing.assert_allclose(
                functions.linear(flat, dense).array,
                F.linear(rounded(flat), rounded(dense)).array, atol=1e-3)


@pytest.mark.parametrize('inner', [20, 512, 4096])
def test_with_constant_weights_a_row_does_not_depend_on_the_others(in_bfloat16, values, inner):
    x, W = values(100, inner), values(70, inner, seed=1)
    W.setflags(write=False)
    whole = functions.linear(x, W).array
    for n in 1, 2, 3, 4, 5, 16, 31, 32, 64, 99:
        np.testing.assert_array_equal(functions.linear(x[:n], W).array, whole[:n])


def test_the_gradient_through_constant_weights(in_bfloat16, values):
    x, W = chainer.Variable(values(6, 20)), values(4, 20, seed=1)
    W.setflags(write=False)
    y = functions.linear(x, W)
    y.grad = values(6, 4, seed=2)
    y.backward(retain_grad=True)
    np.testing.assert_allclose(
        x.grad, rounded(y.grad).astype('f') @ rounded(W).astype('f'), rtol=1e-4, atol=1e-4)


@given(st.lists(st.floats(width=32, allow_nan=False, allow_subnormal=False), min_size=1))
def test_rounding(onednn, numbers):
    x = np.array(numbers, np.float32)
    np.testing.assert_array_equal(
        as_bfloat16(x).astype(np.float32), rounded(x).astype(np.float32))


def test_rounding_of_images_lies_channels_last(onednn, values):
    x = values(2, 3, 5, 4)
    found = images_as_bfloat16(x)
    assert found.transpose(0, 2, 3, 1).flags.c_contiguous
    np.testing.assert_array_equal(found.astype(np.float32), rounded(x).astype(np.float32))
    assert np.shares_memory(images_as_bfloat16(found), found)


def test_only_within_the_block(in_bfloat16):
    assert bfloat16()
    with using_precision('float32'):
        assert not bfloat16()
    assert bfloat16()


def test_gradients_have_the_precision_of_the_forward_pass(in_bfloat16, values):
    def gradient(of_backward):
        x, W = chainer.Variable(values(8, 16)), chainer.Variable(values(4, 16, seed=1))
        with using_precision('bfloat16'):
            y = functions.linear(x, W)
        y.grad = values(8, 4, seed=2)
        with using_precision(of_backward):
            y.backward()
        return W.grad
    np.testing.assert_array_equal(*map(gradient, PRECISIONS))


def test_unknown_precision():
    with pytest.raises(UserError, match="precision: found 'half', expected float32 or bfloat16"):
        require_precision('half')


def test_without_onednn(without_onednn):
    require_precision('float32')
    with pytest.raises(UserError, match='bfloat16 needs oneDNN, which is not used: not wanted'):
        require_precision('bfloat16')


def test_without_ml_dtypes(onednn, monkeypatch):
    monkeypatch.setattr(precision, 'DTYPE', None)
    with pytest.raises(UserError, match='needs the package ml_dtypes: pip install'):
        require_precision('bfloat16')


def test_processor_without_the_instructions(onednn, monkeypatch):
    monkeypatch.setattr(backend.choice().library, 'isa', lambda: 0x67)
    with pytest.raises(UserError, match='avx512_bf16'):
        require_precision('bfloat16')


def test_device_that_is_no_cpu():
    class Gpu:
        xp = None

        def __str__(self):
            return '@cupy:0'

    require_precision('float32', [Gpu()])
    with pytest.raises(UserError, match='for the CPU, @numpy, not for @cupy:0'):
        require_precision('bfloat16', [chainer.get_device('@numpy'), Gpu()])


def bfloat16_images(values, *shape, seed=0):
    """Images in bfloat16, as a variable, and the same numbers in double precision."""
    x = rounded(values(*shape, seed=seed))
    return chainer.Variable(images_as_bfloat16(x.astype(np.float32))), chainer.Variable(x)


def assert_compact(ours, chainers, images, others, gy):
    """Activations and their gradients are bfloat16, and right to its precision."""
    (x, exact), y = images, ours(images[0], *others)
    assert y.dtype == BFLOAT16
    gy = rounded(gy)
    y.grad = images_as_bfloat16(gy.astype(np.float32))
    y.backward(retain_grad=True)
    doubles = [chainer.Variable(other.array.astype(np.float64)) for other in others]
    with chainer.using_config('dtype', np.float64):
        expected = chainers(exact, *doubles)
        expected.grad = gy
        expected.backward()
    assert x.grad.dtype == BFLOAT16
    pairs = [(y.array, expected.array), (x.grad, exact.grad)]
    pairs += [(other.grad, double.grad) for other, double in zip(others, doubles)]
    for found, wanted in pairs:
        scale = max(1.0, float(np.abs(wanted).max()))
        np.testing.assert_allclose(found.astype(np.float64) / scale, wanted / scale, atol=5e-3)
    for other in others:
        assert other.grad.dtype == np.float32


@pytest.mark.parametrize('size', [3, 12])       # in blocks of channels, and channels-last
def test_convolution_of_compact_images(in_bfloat16, values, size):
    W = chainer.Variable(rounded(values(48, 32, 3, 3, seed=1)).astype(np.float32))
    assert_compact(
        lambda x, W: functions.convolution_2d(x, W, pad=1), lambda x, W: F.convolution_2d(
            x, W, pad=1), bfloat16_images(values, 4, 32, size, size), [W],
        values(4, 48, size, size, seed=2))


def test_channels_that_normalization_would_be_slow_with(in_bfloat16, values):
    x, exact = bfloat16_images(values, 4, 32, 12, 12)
    W = rounded(values(24, 32, 3, 3, seed=1)).astype(np.float32)
    y = functions.convolution_2d(x, W)
    assert y.dtype == np.float32
    y.grad = values(*y.shape, seed=2)
    y.backward(retain_grad=True)
    assert x.grad.dtype == BFLOAT16
    expected = F.convolution_2d(exact, W.astype(np.float64))
    np.testing.assert_allclose(y.array, expected.array, atol=1e-4)


@pytest.mark.parametrize('relu', [False, True])
def test_normalization_of_compact_images(in_bfloat16, values, relu):
    gamma, beta = (chainer.Variable(1 + 0.1 * values(16, seed=seed)) for seed in (1, 2))

    def ours(x, gamma, beta):
        return functions.batch_normalization(
            x, gamma, beta, np.zeros(16, np.float32), np.ones(16, np.float32), relu=relu,
            train=True)

    def chainers(x, gamma, beta):
        y = F.batch_normalization(x, gamma, beta, axis=(0, 2, 3))
        return F.relu(y) if relu else y

    assert_compact(ours, chainers, bfloat16_images(values, 8, 16, 6, 6), [gamma, beta],
                   values(8, 16, 6, 6, seed=3))


def test_pooling_of_compact_images(in_bfloat16, values):
    assert_compact(
        lambda x: functions.max_pooling_2d(x, 3, stride=2),
        lambda x: F.max_pooling_2d(x, 3, stride=2), bfloat16_images(values, 2, 16, 9, 9), [],
        values(2, 16, 4, 4, seed=1))


def test_dense_layer_of_compact_features(in_bfloat16, values):
    x, exact = bfloat16_images(values, 5, 16, 2, 2)
    W = chainer.Variable(rounded(values(7, 64, seed=1)).astype(np.float32))
    y = functions.linear(F.reshape(x, (5, -1)), W)
    assert y.dtype == np.float32
    y.grad = gy = rounded(values(5, 7, seed=2)).astype(np.float32)
    y.backward(retain_grad=True)
    assert x.grad.dtype == BFLOAT16
    expected = F.linear(exact.array.reshape(5, -1), W.array.astype(np.float64)).array
    np.testing.assert_allclose(y.array, expected, atol=1e-4)
    np.testing.assert_allclose(
        x.grad.astype(np.float64).reshape(5, -1), gy @ W.array, rtol=5e-3, atol=1e-2)


def test_compact(in_bfloat16, values):
    x = values(2, 3, 4, 4)
    found = functions.compact(x)
    assert found.dtype == BFLOAT16
    np.testing.assert_array_equal(found.array.astype(np.float32), rounded(x).astype(np.float32))
    wanted = chainer.Variable(x)
    assert functions.compact(wanted) is wanted      # its gradient would be lost
    with using_precision('float32'):
        assert functions.compact(x) is x
    with chainer.using_config('train', False):
        assert functions.compact(x) is x            # gradients with fixed statistics are Chainer's
        with chainer.no_backprop_mode():
            assert functions.compact(x).dtype == BFLOAT16


def test_network_in_evaluation(in_bfloat16, values):
    """Folded or not, the features are those of float32 to a few thousandths."""
    trunk = ZFNet(64, width=0.25, image_features=64)
    x = values(4, 3, 64, 64)
    trunk(x)        # moves the running statistics
    with chainer.using_config('train', False), chainer.no_backprop_mode():
        with using_precision('float32'):
            exact = trunk(x).array
        found = trunk(x).array
        folded = fold_for_inference(trunk)(x).array
    for one in found, folded:
        assert one.dtype == np.float32
        cosines = (one * exact).sum(axis=1) / (
            np.linalg.norm(one, axis=1) * np.linalg.norm(exact, axis=1))
        assert cosines.min() > 0.999
        assert (one != exact).any()
