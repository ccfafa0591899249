import chainer
import numpy as np
import pytest

from fashion_models.links import MultiTaskClassifier, TextFusion, multi_task_loss


def values(rng, *shape):
    return rng.normal(size=shape).astype(np.float32)


@pytest.mark.parametrize(('image_size', 'text_size'), [(5, 7), (5, 0), (0, 7)])
def test_one_representation_a_product(image_size, text_size):
    rng = np.random.default_rng(0)
    fusion = TextFusion(image_size, text_size, text_features=4, out_size=6)
    image, text = (values(rng, 3, size) if size else None for size in (image_size, text_size))
    assert fusion(image, text).shape == (3, 6)
    assert fusion.out_size == 6


def test_by_hand():
    fusion = TextFusion(2, 3, text_features=2, out_size=2)
    fusion.text.linear.W.array[:] = [[1, 0, 2], [0, -1, 0]]
    fusion.text.linear.b.array[:] = [-1, 0.5]
    fusion.fusion.linear.W.array[:] = [[1, 1, 1, 0], [0, -1, 0, 2]]
    fusion.fusion.linear.b.array[:] = [0.25, 0]
    # The text's layer gives 1 + 2 * 2 - 1 = 4 and -3 + 0.5, of which ReLU leaves 0.
    # Beside the image, 3 and 1: 3 + 1 + 4 + 0.25, and -1.
    with chainer.using_config('train', False):
        h = fusion(np.array([[3, 1]], np.float32), np.array([[1, 3, 2]], np.float32))
    np.testing.assert_allclose(h.array, [[8.25, 0]])


def test_both_branches_reach_the_heads():
    rng = np.random.default_rng(0)
    fusion = TextFusion(5, 7, text_features=8, out_size=16)
    image, text = values(rng, 1, 5), values(rng, 1, 7)
    with chainer.using_config('train', False):
        h = fusion(image, text).array
        assert np.abs(fusion(image + 1, text).array - h).max() > 0
        assert np.abs(fusion(image, text + 1).array - h).max() > 0


def test_gradients_are_those_of_finite_differences():
    rng = np.random.default_rng(2)
    np.random.seed(2)  # noqa: NPY002
    model = MultiTaskClassifier(
        TextFusion(4, 5, text_features=3, out_size=6, dropout=0.0), {'gender': 2, 'colour': 3})
    image, text = (chainer.Variable(values(rng, 3, size)) for size in (4, 5))
    t = np.array([[0, 2], [1, -1], [-1, 0]], np.int32)

    def loss():
        return multi_task_loss(model.classify(model.encoder(image, text)), t)

    model.cleargrads()
    loss().backward()
    assert all(np.abs(parameter.grad).max() > 0 for parameter in model.params())
    step = 1e-3
    for parameter in [*model.params(), image, text]:
        analytic, numeric = parameter.grad.copy(), np.zeros(parameter.shape)
        for place in np.ndindex(parameter.shape):
            value, losses = parameter.array[place], []
            for moved in value + step, value - step:
                parameter.array[place] = moved
                losses.append(float(loss().array))
            parameter.array[place] = value
            numeric[place] = (losses[0] - losses[1]) / (2 * step)
        np.testing.assert_allclose(analytic, numeric, atol=2e-3)


def test_dropout_is_for_training_only():
    rng = np.random.default_rng(0)
    fusion = TextFusion(50, 50)
    image, text = values(rng, 2, 50), values(rng, 2, 50)
    with chainer.using_config('train', True):
        assert np.abs(fusion(image, text).array - fusion(image, text).array).max() > 0
    with chainer.using_config('train', False):
        np.testing.assert_array_equal(fusion(image, text).array, fusion(image, text).array)


def test_what_does_not_fit_is_an_error():
    with pytest.raises(ValueError, match='pictures, a text, or both'):
        TextFusion(0, 0)
    x = np.zeros((2, 3), np.float32)
    with pytest.raises(ValueError, match='text: found 0 values a product, expected 4'):
        TextFusion(3, 4)(x, None)
    with pytest.raises(ValueError, match='text: found 3 values a product, expected 0'):
        TextFusion(3, 0)(x, x)
