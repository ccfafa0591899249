import chainer
import chainer.links as L
import numpy as np
import pytest
from chainer import serializers

from fashion_models.functions import backend
from fashion_models.onednn import library
from fashion_models.onednn.momentum import BLOCK
from fashion_models.training.optimizer import MomentumSGD


@pytest.fixture(params=['onednn', 'numpy'])
def engine(request, monkeypatch):
    """The update with oneDNN and without."""
    if request.param == 'numpy':
        monkeypatch.setattr(backend, '_choice', type('', (), {'library': None, 'reason': ''}))
    else:
        try:
            library.load()
        except library.Unavailable as unavailable:
            pytest.skip(f'needs oneDNN: {unavailable}')
    return request.param


class Model(chainer.Chain):

    def __init__(self, shapes, seed=0, dtype=np.float32):
        super().__init__()
        random = np.random.RandomState(seed)
        with self.init_scope():
            for i, shape in enumerate(shapes):
                setattr(self, f'p{i}', chainer.Parameter(random.randn(*shape).astype(dtype)))


SHAPES = [(7, 5), (3,), (2, 3, 3, 3), (BLOCK + 77,), (1,)]


def train(optimizer, model, steps=10, hook=None):
    random = np.random.RandomState(1)
    optimizer.setup(model)
    if hook is not None:
        optimizer.add_hook(hook)
    for step in range(steps):
        if step == 5:
            optimizer.lr *= 0.1
        for param in model.params():
            param.grad = random.randn(*param.shape).astype(param.dtype)
        optimizer.update()
    return model


def chainers(momentum, weight_decay, model):
    return train(
        chainer.optimizers.MomentumSGD(0.05, momentum), model,
        hook=chainer.optimizer_hooks.WeightDecay(weight_decay))


@pytest.mark.parametrize('momentum', [0, 0.9])
@pytest.mark.parametrize('weight_decay', [0, 0.01])
def test_agrees_with_chainers_rule_and_hook(engine, momentum, weight_decay):
    ours = train(MomentumSGD(0.05, momentum, weight_decay), Model(SHAPES))
    expected = chainers(momentum, weight_decay, Model(SHAPES))
    for found, wanted in zip(ours.params(), expected.params()):
        np.testing.assert_allclose(found.array, wanted.array, rtol=1e-5, atol=1e-5)


def test_without_onednn_to_the_last_bit(monkeypatch):
    monkeypatch.setattr(backend, '_choice', type('', (), {'library': None, 'reason': ''}))
    ours = train(MomentumSGD(0.05, 0.9, 0.01), Model(SHAPES))
    for found, wanted in zip(ours.params(), chainers(0.9, 0.01, Model(SHAPES)).params()):
        np.testing.assert_array_equal(found.array, wanted.array)


def test_one_step_by_hand(engine):
    model = Model([(2,)])
    model.p0.array[...] = [1, -2]
    optimizer = MomentumSGD(lr=0.5, momentum=0.5, weight_decay=0.25)
    optimizer.setup(model)
    for grad, expected in [([1, 0], [0.375, -1.75]), ([0, 0], [0.015625, -1.40625])]:
        model.p0.grad = np.array(grad, np.float32)
        optimizer.update()
        np.testing.assert_array_equal(model.p0.array, expected)
        np.testing.assert_array_equal(model.p0.grad, grad)


def test_double_precision(engine):
    ours = train(MomentumSGD(0.05, 0.9, 0.01), Model(SHAPES, dtype=np.float64))
    expected = chainers(0.9, 0.01, Model(SHAPES, dtype=np.float64))
    for found, wanted in zip(ours.params(), expected.params()):
        assert found.dtype == np.float64
        np.testing.assert_allclose(found.array, wanted.array, rtol=1e-12)


def test_arrays_that_lie_in_another_order(engine):
    ours, expected = Model([(6, 4)]), Model([(6, 4)])
    ours.p0.array = np.asfortranarray(ours.p0.array)
    train(MomentumSGD(0.05, 0.9, 0.01), ours)
    chainers(0.9, 0.01, expected)
    np.testing.assert_allclose(ours.p0.array, expected.p0.array, rtol=1e-5, atol=1e-6)


def test_parameter_without_a_gradient_stays(engine):
    model = L.Linear(3, 2)
    before = model.W.array.copy()
    MomentumSGD(weight_decay=1).setup(model)
    model.W.cleargrad()
    model.W.update()
    np.testing.assert_array_equal(model.W.array, before)


def test_goes_on_from_a_snapshot_of_itself_and_of_chainers(engine, tmp_path):
    for name, make in [
            ('ours.npz', lambda: MomentumSGD(0.05, 0.9)),
            ('chainers.npz', lambda: chainer.optimizers.MomentumSGD(0.05, 0.9))]:
        optimizer = make()
        train(optimizer, Model([(7, 5)]), steps=4)
        serializers.save_npz(tmp_path / name, optimizer)
        again = MomentumSGD(0.05, 0.9)
        again.setup(Model([(7, 5)]))
        serializers.load_npz(tmp_path / name, again)
        assert again.t == 4
        np.testing.assert_array_equal(
            again.target.p0.update_rule.state['v'], optimizer.target.p0.update_rule.state['v'])


def test_hyperparameters_are_attributes():
    optimizer = MomentumSGD(0.1, 0.8, 0.02)
    assert (optimizer.lr, optimizer.momentum, optimizer.weight_decay) == (0.1, 0.8, 0.02)
    model = Model([(1,)])
    optimizer.setup(model)
    optimizer.lr = 0.01
    assert model.p0.update_rule.hyperparam.lr == 0.01
    assert model.p0.update_rule.hyperparam.weight_decay == 0.02
