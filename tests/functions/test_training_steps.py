"""Training with oneDNN and without gives the same network, to rounding."""

import numpy as np
import pytest

from fashion_models.functions import backend
from fashion_models.functions.precision import using_precision
from fashion_models.links import MultiTaskClassifier, ProductEncoder, ZFNet, multi_task_loss
from fashion_models.training.optimizer import MomentumSGD

CLASSES = {'gender': 2, 'colour': 16, 'type': 5}


def ten_steps(n):
    np.random.seed(0)  # noqa: NPY002
    model = MultiTaskClassifier(
        ProductEncoder(ZFNet(64, width=0.125, image_features=64), 32, 32, 32), CLASSES)
    optimizer = MomentumSGD(lr=1e-4, momentum=0.9, weight_decay=1e-4)
    optimizer.setup(model)
    random = np.random.RandomState(1)
    losses = []
    for _ in range(10):
        x = random.randn(8, 3 * n, 64, 64).astype(np.float32)
        t = np.stack([random.randint(-1, k, 8) for k in CLASSES.values()], axis=1).astype(np.int32)
        loss = multi_task_loss(model(x), t)
        model.cleargrads()
        loss.backward()
        optimizer.update()
        losses.append(float(loss.array))
    return losses, {name: param.array for name, param in model.namedparams()}


@pytest.mark.parametrize('n', [1, 3])
def test_ten_steps_agree(onednn, request, n):
    assert backend.choice().library is not None
    ours, our_params = ten_steps(n)
    request.getfixturevalue('without_onednn')
    chainers, chainers_params = ten_steps(n)
    assert ours != chainers  # two computations, not one
    np.testing.assert_allclose(ours, chainers, rtol=2e-4)
    for name, found in our_params.items():
        scale = np.abs(chainers_params[name]).max()
        np.testing.assert_allclose(
            found / scale, chainers_params[name] / scale, atol=2e-3, err_msg=name)


def test_ten_steps_in_bfloat16(needs_bfloat16):
    with using_precision('bfloat16'):
        (losses, params), (again, _) = ten_steps(2), ten_steps(2)
    assert losses == again
    exact, exact_params = ten_steps(2)
    assert losses != exact
    np.testing.assert_allclose(losses, exact, rtol=5e-3)
    for name, found in params.items():
        assert found.dtype == exact_params[name].dtype
        if name.endswith(('W', 'gamma')):   # the others begin at 0 and have hardly moved
            scale = np.abs(exact_params[name]).max()
            np.testing.assert_allclose(
                found / scale, exact_params[name] / scale, atol=0.01, err_msg=name)


def test_ten_steps_are_reproducible(onednn):
    (losses, params), (again, params_again) = ten_steps(2), ten_steps(2)
    assert losses == again
    for name, array in params.items():
        np.testing.assert_array_equal(array, params_again[name], err_msg=name)
