import chainer
import numpy as np
import pytest
from chainer.links.model.vision.resnet import ResNet50Layers

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
    with pytest.raises(ValueError, match='at least 32 pixels, not 31'):
        ResNet50(31)
