import chainer
import numpy as np
import pytest
from chainer.links.model.vision.resnet import BuildingBlock, ResNet50Layers

from fashion_models.links import ProductEncoder, ResNet50


def test_has_the_weights_of_chainers_resnet_50():
    ours = ResNet50(image_features=1000)
    theirs = ResNet50Layers(pretrained_model=None)
    # Theirs has a bias in the first convolution, which batch normalization takes away.
    assert ours.count_params() == theirs.count_params() - theirs.conv1.b.size


def test_stages_at_224():
    x = np.zeros((1, 3, 224, 224), np.float32)
    with chainer.using_config('train', False), chainer.no_backprop_mode():
        shapes = {name: h.shape[1:] for name, h in ResNet50().layers(x)}
    assert shapes['res2'][0] == 256
    assert shapes['res5'] == (2048, 7, 7)
    assert shapes['fc6'] == (4096,)


def test_serves_as_trunk():
    encoder = ProductEncoder(ResNet50(32, width=0.1, image_features=12), 8, 8, 6)
    x = np.random.default_rng(0).normal(size=(2, 6, 32, 32)).astype(np.float32)
    assert encoder(x).shape == (2, 6)


def test_smaller_images_are_refused():
    with pytest.raises(ValueError, match='found 31 pixels, expected at least 32'):
        ResNet50(31)


@pytest.mark.parametrize('train', [False, True])
def test_a_stage_equals_chainers_own(train):
    ours = ResNet50(32, width=0.2, image_features=12).res3
    mid, in_channels = ours[0].conv1.conv.W.shape[:2]
    theirs = BuildingBlock(4, in_channels, mid, 4 * mid, 2)
    for block, reference in zip(ours, [theirs.a, theirs.b1, theirs.b2, theirs.b3]):
        names = {'conv1': '1', 'conv2': '2', 'conv3': '3'}
        if block.shortcut is not None:
            names['shortcut'] = '4'
        for name, number in names.items():
            reference[f'conv{number}'].W.array[...] = block[name].conv.W.array
    x = np.random.default_rng(0).normal(size=(4, in_channels, 9, 9)).astype(np.float32)
    with chainer.using_config('train', train):
        np.testing.assert_allclose(ours(x).array, theirs(x).array, rtol=1e-3, atol=1e-4)
