import math

import chainer
import numpy as np
import pytest
from chainer import gradient_check

from fashion_models.links.metric_losses import arcface, proxy_anchor, supervised_contrastive

PRODUCTS = np.array([0, 1, 0, 2, 1, 3, 0])
GROUPS_OF_PRODUCTS = np.array([0, 1, 0, 2, 2])      # 0 and 2 are colourways; so are 3 and 4
GROUPS = GROUPS_OF_PRODUCTS[PRODUCTS]


def unit(rng, *shape):
    z = rng.normal(size=shape)
    return z / np.linalg.norm(z, axis=-1, keepdims=True)


@pytest.fixture
def z():
    return unit(np.random.default_rng(0), 7, 4)


@pytest.fixture
def proxies():
    return np.random.default_rng(1).normal(size=(5, 4))


@pytest.fixture
def memory():
    return (unit(np.random.default_rng(2), 6, 4),
            np.array([0, 4, 3, 2, -1, -1]), np.array([0, 2, 2, 0, -1, -1]))


def contrast(z, temperature, colourways, memory):
    """Equation 2 of Khosla et al., anchor by anchor, written out."""
    losses = []
    for i, (product, group) in enumerate(zip(PRODUCTS, GROUPS)):
        denominator, positives = 0.0, []
        for a in range(len(z)):
            if a == i:
                continue
            odds = math.exp(z[i] @ z[a] / temperature)
            if PRODUCTS[a] == product:
                positives.append(odds)
            elif GROUPS[a] == group:
                odds *= colourways
            denominator += odds
        for vector, other, its_group in zip(*memory) if memory else ():
            if other >= 0 and other != product:
                odds = math.exp(z[i] @ vector / temperature)
                denominator += odds * (colourways if its_group == group else 1)
        if positives:
            losses.append(-np.mean([math.log(odds / denominator) for odds in positives]))
    return np.mean(losses)


@pytest.mark.parametrize('temperature', [0.1, 0.7])
@pytest.mark.parametrize('colourways', [0.0, 1.0, 3.0])
@pytest.mark.parametrize('with_memory', [False, True])
def test_supervised_contrastive(z, memory, temperature, colourways, with_memory):
    memory = memory if with_memory else None
    found = supervised_contrastive(
        chainer.Variable(z), PRODUCTS, GROUPS, temperature, colourways, memory)
    assert float(found.array) == pytest.approx(contrast(z, temperature, colourways, memory))


def test_two_pairs_by_hand():
    # Cosines within a pair are 1, across pairs 0; each anchor has one positive among three others.
    z = np.array([[1, 0], [1, 0], [0, 1], [0, 1]], float)
    found = supervised_contrastive(
        chainer.Variable(z), np.array([0, 0, 1, 1]), np.array([0, 0, 1, 1]), 0.5)
    assert float(found.array) == pytest.approx(math.log(1 + 2 * math.exp(-2)))


def test_rows_without_class_take_no_part(z):
    classes = np.array([0, -1, 0, 1, -1, 1, 2])
    known = classes >= 0
    found, expected = (
        supervised_contrastive(chainer.Variable(rows), labels, labels)
        for rows, labels in ((z, classes), (z[known], classes[known])))
    assert float(found.array) == pytest.approx(float(expected.array))


def test_alone_nothing_pulls():
    z = chainer.Variable(unit(np.random.default_rng(0), 3, 4).astype(np.float32))
    loss = supervised_contrastive(z, np.array([4, 1, 2]), np.array([0, 0, 0]))
    loss.backward()
    assert float(loss.array) == 0
    assert not z.grad.any()


def test_rows_that_only_others_are_away_from_have_finite_gradients(z):
    # With colourways left out, the third row has nothing to be compared with at all.
    z = chainer.Variable(z[:3])
    supervised_contrastive(z, np.array([0, 0, 1]), np.array([0, 0, 0]), colourways=0.0).backward()
    assert np.isfinite(z.grad).all()


@pytest.mark.parametrize('margin', [0.0, 0.3])
@pytest.mark.parametrize('colourways', [0.0, 1.0, 3.0])
def test_arcface(z, proxies, margin, colourways):
    losses = []
    for row, product in zip(z, PRODUCTS):
        angles = np.arccos(proxies @ row / np.linalg.norm(proxies, axis=1))
        assert angles[product] + margin < math.pi
        odds = np.exp(np.cos(angles + margin * (np.arange(5) == product)) / 0.2)
        weights = np.where(GROUPS_OF_PRODUCTS[product] == GROUPS_OF_PRODUCTS, colourways, 1.0)
        weights[product] = 1
        losses.append(-math.log(odds[product] / (odds * weights).sum()))
    found = arcface(
        chainer.Variable(z), chainer.Variable(proxies), PRODUCTS, GROUPS_OF_PRODUCTS, 0.2,
        colourways, margin)
    assert float(found.array) == pytest.approx(np.mean(losses), rel=1e-4)


def test_arcface_beyond_180_degrees_keeps_falling_with_the_cosine():
    proxies = np.array([[1.0, 0, 0], [0, 0, 1]])
    angles = np.linspace(2.5, math.pi - 1e-3, 50)
    losses = [float(arcface(
        chainer.Variable(np.array([[math.cos(angle), math.sin(angle), 0]])),
        chainer.Variable(proxies), np.array([0]), np.array([0, 1]), 1.0, margin=0.5).array)
        for angle in angles]
    assert (np.diff(losses) > 0).all()


@pytest.mark.parametrize('colourways', [0.0, 1.0, 3.0])
def test_proxy_anchor(z, proxies, colourways):
    cosines = z @ (proxies / np.linalg.norm(proxies, axis=1, keepdims=True)).T
    near, far = [], []
    for proxy in range(5):
        own = proxy == PRODUCTS
        if own.any():
            near.append(math.log(1 + np.exp(-(cosines[own, proxy] - 0.1) / 0.2).sum()))
        weights = np.where(GROUPS_OF_PRODUCTS[proxy] == GROUPS, colourways, 1.0)
        far.append(math.log(1 + (weights * np.exp((cosines[:, proxy] + 0.1) / 0.2))[~own].sum()))
    found = proxy_anchor(
        chainer.Variable(z), chainer.Variable(proxies), PRODUCTS, GROUPS_OF_PRODUCTS, 0.2,
        colourways, 0.1)
    assert float(found.array) == pytest.approx(np.mean(near) + np.mean(far), rel=1e-4)


@pytest.mark.parametrize('colourways', [0.0, 1.0, 3.0])
def test_gradients(z, proxies, memory, colourways):
    def supcon(z):
        return supervised_contrastive(z, PRODUCTS, GROUPS, 0.5, colourways, memory)
    gradient_check.check_backward(supcon, z, np.array(1.0), dtype=np.float64, atol=1e-5)
    for loss in arcface, proxy_anchor:
        def of_proxies(z, proxies, loss=loss):
            return loss(z, proxies, PRODUCTS, GROUPS_OF_PRODUCTS, 0.5, colourways)
        gradient_check.check_backward(
            of_proxies, (z, proxies), np.array(1.0), dtype=np.float64, atol=1e-4)
