import chainer
import numpy as np
import pytest

from fashion_models.links import (
    MultiTaskClassifier,
    ProductEncoder,
    ResNet50,
    ZFNet,
    fold_for_inference,
)


def trained(trunk, normalize=False):
    """A network whose normalization does not leave values as they are."""
    model = MultiTaskClassifier(
        ProductEncoder(trunk, pre_pool=20, post_pool=20, representation=10,
                       normalize=normalize), {'gender': 2})
    random = np.random.RandomState(0)
    for link in model.links():
        if isinstance(link, chainer.links.BatchNormalization):
            link.gamma.array[...] = random.uniform(-2, 2, link.gamma.shape)
            link.beta.array[...] = random.randn(*link.beta.shape)
            link.avg_mean[...] = random.randn(*link.avg_mean.shape)
            link.avg_var[...] = random.uniform(0.1, 3, link.avg_var.shape)
    return model


def evaluate(model):
    x = np.random.RandomState(1).randn(2, 6, 64, 64).astype(np.float32)
    with chainer.using_config('train', False), chainer.no_backprop_mode():
        return [y.array for y in model(x)]


@pytest.mark.parametrize('normalize', [False, True])
@pytest.mark.parametrize('make', [ZFNet, ResNet50])
def test_folding_changes_no_result(make, normalize):
    model = trained(make(64, width=0.1, image_features=30, normalize=normalize), normalize)
    before = evaluate(model)
    assert fold_for_inference(model) is model
    for _ in range(2):  # the second time with the kept copies of the weights
        for found, expected in zip(evaluate(model), before):
            np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize('normalize', [False, True])
@pytest.mark.parametrize('make', [ZFNet, ResNet50])
def test_no_normalization_is_left(make, normalize):
    model = fold_for_inference(
        trained(make(64, width=0.1, image_features=30, normalize=normalize), normalize))
    assert not [
        link for link in model.links() if isinstance(link, chainer.links.BatchNormalization)]


def test_every_layer_has_a_bias_then():
    model = fold_for_inference(trained(ZFNet(64, width=0.1, image_features=30)))
    assert not [
        link for link in model.links() if isinstance(link, chainer.links.BatchNormalization)]
    assert {name for name, _ in model.encoder.trunk.namedparams() if name.endswith('/b')} == {
        f'/{layer}/b' for layer in (
            'conv1/conv', 'conv2/conv', 'conv3/conv', 'conv4/conv', 'conv5/conv', 'fc6/linear',
            'fc7/linear')}
