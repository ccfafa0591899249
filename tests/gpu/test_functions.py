"""Functions and losses: values and gradients on a GPU are those on the CPU, to rounding."""

import chainer
import numpy as np
import pytest

from fashion_models import functions
from fashion_models.devices import resolve
from fashion_models.links import POOLINGS, multi_task_loss
from fashion_models.links.metric_losses import arcface, proxy_anchor, supervised_contrastive

pytestmark = pytest.mark.gpu


def normal(*shape):
    return np.random.default_rng(sum(shape)).normal(0, 1, shape).astype(np.float32)


def normalized(x, gamma, beta, relu=False):
    xp = x.xp
    mean, variance = xp.zeros(gamma.shape, np.float32), xp.ones(gamma.shape, np.float32)
    y = functions.batch_normalization(x, gamma, beta, mean, variance, relu=relu)
    assert float(abs(mean).max()) > 0
    return y


def pooled(name, h, chosen=None):
    link = POOLINGS[name](h.shape[1])
    link.to_device(h.device)
    return link(h, 3, None if chosen is None else h.device.send(chosen))


SIDES = np.array([[True, False, True], [False, True, True], [True, True, False], [True] * 3])
LABELS = np.array([[0, 2], [1, -1], [-1, 0], [1, 1]], np.int32)
PRODUCTS = np.array([0, 0, 1, 1, 2, 2], np.int32)
GROUPS = np.array([0, 0, 0, 0, 1, 1], np.int32)


def task_loss(*ys, others=None, smoothing=0.0):
    send = ys[0].device.send
    return multi_task_loss(
        ys, send(LABELS), np.array([6, 4]), None if others is None else send(others),
        smoothing=smoothing)


def contrast(z, remembered):
    send = z.device.send
    return supervised_contrastive(
        chainer.functions.normalize(z), send(PRODUCTS), send(GROUPS), colourways=2.0,
        memory=(remembered.array, send(PRODUCTS + 1), send(GROUPS)))


def with_proxies(loss):
    def of_product(z, proxies):
        send = z.device.send
        return loss(chainer.functions.normalize(z), proxies, send(PRODUCTS), send(GROUPS[::2]))
    return of_product


CASES = {
    'convolution': (
        lambda x, W, b: functions.convolution_2d(x, W, b, stride=2, pad=1, relu=True),
        normal(4, 3, 17, 17), normal(8, 3, 5, 5), normal(8)),
    'linear': (
        lambda x, W, b: functions.linear(x, W, b, relu=True),
        normal(6, 20), normal(10, 20), normal(10)),
    'normalization of images': (normalized, normal(4, 5, 6, 6), normal(5), normal(5)),
    'normalization of rows': (
        lambda *arrays: normalized(*arrays, relu=True), normal(12, 7), normal(7), normal(7)),
    'max pooling': (
        lambda x: functions.max_pooling_2d(x, 3, stride=2), normal(4, 3, 12, 12)),
    **{f'{name} over images': (lambda h, name=name: pooled(name, h), normal(12, 5))
       for name in POOLINGS},
    **{f'{name} over chosen images': (
        lambda h, name=name: pooled(name, h, SIDES), normal(12, 5)) for name in POOLINGS},
    'losses of the tasks': (task_loss, normal(4, 2), normal(4, 3)),
    'losses with smoothing': (
        lambda *ys: task_loss(*ys, smoothing=0.1), normal(4, 2), normal(4, 3)),
    'losses with further labels': (
        lambda *ys: task_loss(*ys, others=np.array(
            [[[-1], [1]], [[-1], [-1]], [[-1], [-1]], [[-1], [2]]], np.int32)),
        normal(4, 2), normal(4, 3)),
    'contrast with a memory': (contrast, normal(6, 8), normal(6, 8)),
    'arcface': (with_proxies(arcface), normal(6, 8), normal(3, 8)),
    'proxies': (with_proxies(proxy_anchor), normal(6, 8), normal(3, 8)),
}


def computed(device, function, arrays):
    """Output and gradients, back on the CPU."""
    device.use()
    variables = [chainer.Variable(device.send(array)) for array in arrays]
    y = function(*variables)
    gy = 1 + np.arange(y.size, dtype=np.float32).reshape(y.shape) % 3
    y.grad = device.send(gy)
    y.backward()
    found = [y.array] + [variable.grad for variable in variables]
    assert all(type(array) is type(device.send(arrays[0])) for array in found if array is not None)
    return [None if array is None else chainer.cuda.to_cpu(array) for array in found]


@pytest.mark.parametrize('case', CASES)
def test_as_on_the_cpu(gpu, case):
    function, *arrays = CASES[case]
    there = computed(resolve(gpu)[0], function, arrays)
    here = computed(chainer.get_device('@numpy'), function, arrays)
    for ours, theirs in zip(there, here, strict=True):
        assert (ours is None) == (theirs is None)
        if ours is not None:
            np.testing.assert_allclose(ours, theirs, atol=2e-5 * max(1, abs(theirs).max()))


def test_dropout(gpu):
    device = resolve(gpu)[0]
    device.use()
    x = chainer.Variable(device.send(np.ones((200, 500), np.float32)))
    with chainer.using_config('train', True):
        y = functions.dropout(x, 0.25)
    values = chainer.cuda.to_cpu(y.array)
    assert set(np.unique(values)) == {0, np.float32(1 / 0.75)}
    assert abs((values == 0).mean() - 0.25) < 0.01
