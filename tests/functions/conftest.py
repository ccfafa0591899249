"""What it takes to compare our functions with Chainer's."""

import chainer
import numpy as np
import pytest

from fashion_models.functions import backend
from fashion_models.onednn import library


@pytest.fixture(scope='session')
def onednn():
    """Skips where oneDNN is not installed, so that nothing is compared with itself."""
    try:
        library.load()
    except library.Unavailable as unavailable:
        pytest.skip(f'needs oneDNN: {unavailable}')


@pytest.fixture
def without_onednn():
    """The functions as they are where oneDNN is not installed."""
    with backend.without_onednn():
        yield


@pytest.fixture(scope='session')
def agree():
    """:func:`assert_agree`."""
    return assert_agree


@pytest.fixture(scope='session')
def values():
    """:func:`normal_values`."""
    return normal_values


def gradients(function, arrays, gy):
    """Output of ``function``, and from its gradient ``gy`` those of ``arrays``."""
    variables = [chainer.Variable(array) for array in arrays]
    y = function(*variables)
    y.grad = gy.astype(y.dtype)
    y.backward()
    return [y.array] + [variable.grad for variable in variables]


def assert_agree(ours, chainers, arrays, seed=0, tolerance=1e-5):
    """Asserts that outputs and gradients of two functions agree.

    Chainer's function gets the values in double precision, so that what differs is the rounding of
    ours alone; it is measured against the largest value, or against 1, the size of the inputs,
    where sums have cancelled to less.
    """
    with chainer.using_config('dtype', np.float64):
        doubles = [array.astype(np.float64) for array in arrays]
        shape = chainers(*doubles).shape
        gy = np.random.RandomState(seed).randn(*shape).astype(np.float32)
        expected = gradients(chainers, doubles, gy)
    for name, found, wanted in zip(
            ['y'] + [f'gradient {i}' for i in range(len(arrays))],
            gradients(ours, arrays, gy), expected):
        assert found.dtype == np.float32
        assert found.shape == wanted.shape
        scale = max(1.0, float(np.abs(wanted).max()))
        np.testing.assert_allclose(found / scale, wanted / scale, atol=tolerance, err_msg=name)


def normal_values(*shape, seed=0, order='C'):
    """Normally distributed float32 values, lying as ``order`` says."""
    x = np.random.RandomState(seed).randn(*shape).astype(np.float32)
    if order == 'channels last':
        return np.ascontiguousarray(x.transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2)
    if order == 'with gaps':
        wide = np.zeros((*shape[:-1], 2 * shape[-1]), np.float32)
        wide[..., ::2] = x
        return wide[..., ::2]
    if order == 'backwards':
        return x[::-1]
    assert order == 'C'
    return x
