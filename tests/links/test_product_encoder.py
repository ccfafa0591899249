import chainer
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fashion_models.links import ProductEncoder, ZFNet

SIZE = 48


@pytest.fixture(scope='module')
def encoder():
    np.random.seed(0)  # noqa: NPY002
    return ProductEncoder(ZFNet(SIZE, width=0.05, image_features=12), 10, 9, 8)


def images(b, n, seed=0):
    x = np.random.default_rng(seed).normal(0, 50, (b, 3 * n, SIZE, SIZE))
    return x.astype(np.float32)


def encode(encoder, x):
    with chainer.using_config('train', False), chainer.no_backprop_mode():
        return encoder(x).array


@pytest.mark.parametrize('n', [1, 2, 5])
def test_one_representation_a_product(encoder, n):
    assert encode(encoder, images(3, n)).shape == (3, 8)


def test_articles_width():
    encoder = ProductEncoder(ZFNet(SIZE, width=0.05))
    assert encode(encoder, images(2, 2)).shape == (2, 1024)


def test_pools_the_largest_activation_of_each_feature(encoder):
    x = images(2, 3)
    layers = dict(encoder.layers(x))
    rows = layers['pre_pool'].array
    assert rows.shape == (6, 10)
    expected = [np.maximum.reduce(rows[0:3]), np.maximum.reduce(rows[3:6])]
    np.testing.assert_array_equal(layers['column_max_pooling'].array, expected)


@pytest.mark.parametrize(('pooling', 'pooled'), [('sum', np.sum), ('mean', np.mean)])
def test_other_poolings(pooling, pooled):
    encoder = ProductEncoder(ZFNet(SIZE, width=0.05, image_features=12), 10, 9, 8, pooling)
    layers = dict(encoder.layers(images(2, 3)))
    rows = layers['pre_pool'].array.reshape(2, 3, 10)
    np.testing.assert_allclose(
        layers[f'column_{pooling}_pooling'].array, pooled(rows, axis=1), rtol=1e-5)


@settings(max_examples=15)
@given(n=st.integers(1, 5), order=st.randoms(use_true_random=False), seed=st.integers(0, 99))
def test_order_of_the_images_does_not_matter(encoder, n, order, seed):
    x = images(2, n, seed)
    shuffled = list(range(n))
    order.shuffle(shuffled)
    y = x.reshape(2, n, 3, SIZE, SIZE)[:, shuffled].reshape(x.shape)
    np.testing.assert_allclose(encode(encoder, y), encode(encoder, x), rtol=1e-4, atol=1e-4)


def test_an_image_given_twice_changes_nothing(encoder):
    x = images(2, 1)
    np.testing.assert_allclose(
        encode(encoder, np.concatenate([x, x], axis=1)), encode(encoder, x), rtol=1e-4, atol=1e-4)


@settings(max_examples=10)
@given(b=st.integers(1, 7), seed=st.integers(0, 99))
def test_the_rest_of_the_batch_does_not_matter(encoder, b, seed):
    x = images(b, 2, seed)
    alone = np.concatenate([encode(encoder, x[row:row + 1]) for row in range(b)])
    np.testing.assert_allclose(encode(encoder, x), alone, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize('channels', [0, 1, 4])
def test_channels_that_make_no_images_are_refused(encoder, channels):
    with pytest.raises(ValueError, match=r'must be \(b, 3 \* n, h, w\)'):
        encoder(np.zeros((2, channels, SIZE, SIZE), np.float32))
