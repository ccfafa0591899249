import chainer
import chainer.functions as F
import numpy as np
import pytest

from fashion_models.links import ZFNet


def random_images(n, size, seed=0):
    return np.random.default_rng(seed).normal(0, 50, (n, 3, size, size)).astype(np.float32)


def shapes(trunk, size):
    with chainer.using_config('train', False), chainer.no_backprop_mode():
        return {name: h.shape[1:] for name, h in trunk.layers(random_images(1, size))}


def test_shapes_at_the_articles_size():
    # ZFNet's own (Zeiler & Fergus, figure 3), with Chainer's pooling that covers every pixel.
    assert shapes(ZFNet(), 224) == {
        'conv1': (96, 110, 110), 'pool1': (96, 55, 55), 'conv2': (256, 26, 26),
        'pool2': (256, 13, 13), 'conv3': (384, 13, 13), 'conv4': (384, 13, 13),
        'conv5': (256, 13, 13), 'pool5': (256, 6, 6), 'fc6': (4096,), 'fc7': (4096,)}


def test_number_of_weights_at_the_articles_size():
    convolutions = [(3, 96, 7), (96, 256, 5), (256, 384, 3), (384, 384, 3), (384, 256, 3)]
    expected = sum(i * o * k * k + 2 * o for i, o, k in convolutions)  # 2 o: gamma and beta
    expected += (256 * 6 * 6 + 1) * 4096 + (4096 + 1) * 4096
    assert ZFNet().count_params() == expected


def test_first_filters_of_one_pixel():
    """As in the article's network that is trained on colour only."""
    trunk = ZFNet(64, width=0.1, image_features=10, first_ksize=1)
    assert trunk.conv1.conv.W.shape == (10, 3, 1, 1)
    x = random_images(1, 64)
    with chainer.using_config('train', False), chainer.no_backprop_mode():
        h = dict(trunk.layers(x))['conv1'].array
    np.testing.assert_allclose(
        h[0, :, 5, 7], F.relu(trunk.conv1.conv.W.array[:, :, 0, 0] @ x[0, :, 10, 14]).array,
        rtol=1e-4)


@pytest.mark.parametrize('first_ksize', [1, 3, 5])
@pytest.mark.parametrize('size', [48, 63, 64])
def test_first_filters_of_other_sizes(size, first_ksize):
    trunk = ZFNet(size, width=0.05, image_features=10, first_ksize=first_ksize)
    assert shapes(trunk, size)['fc7'] == (10,)


@pytest.mark.parametrize('size', [48, 49, 63, 64, 97])
def test_any_size_from_48_up(size):
    trunk = ZFNet(size, width=0.05, image_features=10)
    assert shapes(trunk, size)['fc7'] == (10,)


def test_smaller_images_are_refused():
    with pytest.raises(ValueError, match='found 47 pixels, expected at least 48'):
        ZFNet(47)


def test_width_scales_channels_and_hidden_units_but_not_the_image_features():
    trunk = ZFNet(64, width=0.5)
    assert trunk.conv1.conv.W.shape == (48, 3, 7, 7)
    assert trunk.fc6.linear.W.shape[0] == 2048
    assert trunk.out_size == 4096


def test_every_parameter_is_initialised_at_construction():
    assert all(param.is_initialized for param in ZFNet(64, width=0.1).params())


@pytest.mark.parametrize('normalize', [False, True])
@pytest.mark.parametrize('train', [False, True])
def test_equals_chainers_own_links(train, normalize):
    size = 64
    trunk = ZFNet(size, width=0.1, image_features=20, dropout=0.0, normalize=normalize)
    x = random_images(4, size)
    with chainer.using_config('train', train):
        h = x
        reference = trunk.copy('copy')
        for name in 'conv1', 'conv2', 'conv3', 'conv4', 'conv5':
            block = reference[name]
            h = F.relu(block.bn(block.conv(h)))
            if name in ('conv1', 'conv2', 'conv5'):
                h = F.max_pooling_2d(h, 3, 2)
        for name in 'fc6', 'fc7':
            block = reference[name]
            h = F.relu(block.bn(block.linear(h)) if normalize else block.linear(h))
        np.testing.assert_allclose(trunk(x).array, h.array, rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(trunk.conv5.bn.avg_var, reference.conv5.bn.avg_var, rtol=1e-3)


def test_dropout_only_in_training():
    trunk = ZFNet(48, width=0.05, image_features=400, dropout=0.5)
    x = random_images(2, 48)
    with chainer.using_config('train', False):
        np.testing.assert_array_equal(trunk(x).array, trunk(x).array)
    with chainer.using_config('train', True):
        assert not np.array_equal(trunk(x).array, trunk(x).array)


@pytest.mark.parametrize('second_stride', [1, 2])
@pytest.mark.parametrize('last_pool', [True, False])
@pytest.mark.parametrize('size', [48, 64])
def test_more_of_small_images_reaches_the_dense_layers(size, last_pool, second_stride):
    trunk = ZFNet(
        size, width=0.05, image_features=10, second_stride=second_stride, last_pool=last_pool)
    last = shapes(trunk, size)
    assert ('pool5' in last) == last_pool
    assert last['fc7'] == (10,)
    # From 11 (15) values in each direction after pool1, by hand.
    expected = {(48, 2): 2, (48, 1): 3, (64, 2): 3, (64, 1): 5}[size, second_stride]
    assert last['conv5'][1:] == (expected, expected)


@pytest.mark.parametrize('last_pool', [True, False])
@pytest.mark.parametrize('second_stride', [1, 2, 5])
@pytest.mark.parametrize('first_ksize', [1, 2, 7, 8, 64])
def test_smallest_images_that_leave_something(first_ksize, second_stride, last_pool):
    options = {
        'first_ksize': first_ksize, 'second_stride': second_stride, 'last_pool': last_pool}
    smallest = ZFNet.smallest(**options)
    trunk = ZFNet(smallest, width=0.02, image_features=4, **options)
    last = shapes(trunk, smallest)['pool5' if last_pool else 'conv5']
    assert last[1:] == (1, 1) or smallest == ZFNet.minimum_size
    with pytest.raises(ValueError, match=f'expected at least {smallest} for ZFNet'):
        ZFNet(smallest - 1, **options)


@pytest.mark.parametrize('std', [0.0, 0.01])
def test_filters_at_first(std):
    trunk = ZFNet(48, width=0.5, image_features=16, first_std=std)
    for number in range(1, 6):
        W = trunk[f'conv{number}'].conv.W.array
        expected = np.sqrt(2 / W[0].size)    # He et al. (2015)
        if number == 1 and std:
            expected = std
        assert W.std() == pytest.approx(expected, rel=0.1)
        assert abs(W.mean()) < 0.1 * expected
