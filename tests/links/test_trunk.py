"""The contract of a trunk, of every trunk that a recipe can name."""

import chainer
import numpy as np
import pytest

from fashion_models.links import TRUNKS, Trunk
from fashion_models.links.blocks import ConvBNReLU, DenseReLU

trunks = pytest.mark.parametrize('trunk', TRUNKS.values(), ids=TRUNKS)


@trunks
def test_features_of_the_smallest_images(trunk):
    size = trunk.minimum_size
    network = trunk(size, width=0.05, image_features=7, dropout=0.3, normalize=True)
    x = np.random.default_rng(0).normal(size=(2, 3, size, size)).astype(np.float32)
    assert network.out_size == 7
    assert network(x).shape == (2, 7)
    names, values = zip(*network.layers(x))
    assert len(set(names)) == len(names)
    assert values[-1].shape == (2, 7)


@trunks
def test_smaller_images_are_refused(trunk):
    with pytest.raises(ValueError, match=f'expected at least {trunk.minimum_size}'):
        trunk(trunk.minimum_size - 1)


@trunks
def test_made_of_blocks_alone(trunk):
    """So that it uses the engine and folds."""
    network = trunk(64, width=0.05, image_features=7)
    own = {id(layer) for block in network.links() if isinstance(block, (ConvBNReLU, DenseReLU))
           for layer in block.links()}
    assert all(id(link) in own for link in network.links() if list(link.params(False))
               and not list(link.children()))


@trunks
def test_dense_layers_are_normalized_if_wanted(trunk):
    for normalize in False, True:
        network = trunk(64, width=0.05, image_features=7, normalize=normalize)
        dense = [link for link in network.links() if isinstance(link, DenseReLU)]
        assert dense
        assert all((link.bn is not None) == normalize for link in dense)


def test_a_trunk_without_its_contract_is_refused_when_it_is_defined():
    with pytest.raises(TypeError, match='minimum_size'):
        type('Bare', (Trunk,), {'layers': lambda self, x: iter(())})
    with pytest.raises(TypeError, match='layers'):
        type('Empty', (Trunk,), {'minimum_size': 8})


def test_normalization_of_a_dense_layer_takes_the_place_of_its_bias():
    layer = DenseReLU(3, 4, normalize=True)
    x = np.random.default_rng(0).normal(size=(16, 3)).astype(np.float32)
    h = x @ layer.linear.W.array.T
    expected = np.maximum((h - h.mean(axis=0)) / np.sqrt(h.var(axis=0) + layer.bn.eps), 0)
    with chainer.using_config('train', True):
        np.testing.assert_allclose(layer(x).array, expected, rtol=1e-3, atol=1e-5)
    assert layer.linear.b is None
