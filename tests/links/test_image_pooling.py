import chainer
import numpy as np
import pytest
from chainer import gradient_check
from hypothesis import given, settings
from hypothesis import strategies as st

from fashion_models.links.image_pooling import POOLINGS

B, N, D = 4, 3, 5
SCORES = np.linspace(-1, 2, D)


def pooling(name, dtype=np.float32):
    made = POOLINGS[name](D)
    if name == 'attention':
        made.score.W.array = SCORES[None].astype(dtype)
    return made


def expected(name, images):
    """The same of one product's images (n, D), worked out with NumPy alone."""
    if name == 'max_mean':
        return np.concatenate([images.max(axis=0), images.mean(axis=0)])
    if name == 'attention':
        weights = np.exp(images @ SCORES)
        return (weights / weights.sum()) @ images
    return getattr(np, name)(images, axis=0)


def features(seed=0, n=N):
    return np.random.default_rng(seed).normal(size=(B, n, D)).astype(np.float32)


@pytest.mark.parametrize('name', POOLINGS)
@pytest.mark.parametrize('n', [1, 2, 5])
def test_all_images(name, n):
    h, link = features(n=n), pooling(name)
    found = link(h.reshape(-1, D), n).array
    assert found.shape == (B, link.out_size)
    np.testing.assert_allclose(found, [expected(name, own) for own in h], rtol=1e-5, atol=1e-6)


@settings(max_examples=20)
@given(name=st.sampled_from(sorted(POOLINGS)), seed=st.integers(0, 99), chosen=st.lists(
    st.integers(1, 2 ** N - 1), min_size=B, max_size=B))
def test_chosen_images_are_pooled_as_if_there_were_no_others(name, seed, chosen):
    h = features(seed)
    chosen = (np.array(chosen)[:, None] >> np.arange(N)) & 1 == 1
    found = pooling(name)(h.reshape(-1, D), N, chosen).array
    np.testing.assert_allclose(
        found, [expected(name, own[which]) for own, which in zip(h, chosen)], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize('name', POOLINGS)
@pytest.mark.parametrize('some', [False, True])
def test_gradients(name, some):
    link = pooling(name, np.float64)
    h = features().astype(np.float64).reshape(-1, D)
    chosen = np.array([[1, 0, 0], [1, 1, 0], [0, 1, 1], [1, 1, 1]], bool) if some else None
    gradient_check.check_backward(
        lambda h, *_: link(h, N, chosen), h, np.ones((B, link.out_size)) * 0.7,
        tuple(link.params()), dtype=np.float64, atol=1e-6)


def test_attention_begins_as_the_mean():
    h = features().reshape(-1, D)
    np.testing.assert_allclose(
        POOLINGS['attention'](D)(h, N).array, POOLINGS['mean'](D)(h, N).array, rtol=1e-6)


@pytest.mark.parametrize('name', POOLINGS)
def test_only_attention_has_something_to_learn(name):
    assert sum(param.size for param in pooling(name).params()) == (D if name == 'attention' else 0)


@pytest.mark.parametrize('name', POOLINGS)
def test_an_image_that_is_not_chosen_is_not_pulled(name):
    h = chainer.Variable(features().reshape(-1, D))
    chosen = np.ones((B, N), bool)
    chosen[:, 1] = False
    chainer.functions.sum(pooling(name)(h, N, chosen)).backward()
    assert not h.grad.reshape(B, N, D)[:, 1].any()
    assert np.isfinite(h.grad).all()
