import numpy as np
import pytest

from fashion_models.errors import UserError
from fashion_models.representation import linear
from fashion_models.representation.linear import (
    Whitening,
    in_blocks,
    normalize,
    principal_components,
)


def test_a_vector_of_zeros_stays_one():
    np.testing.assert_array_equal(normalize(np.zeros((2, 3))), np.zeros((2, 3)))


def test_whitened_vectors_vary_alike_in_all_directions():
    rng = np.random.default_rng(0)
    vectors = rng.normal(2, 1, (5000, 4)) * [9, 3, 1, 0.1]
    white = Whitening(vectors).linear(vectors)
    values = np.linalg.eigvalsh(np.cov(vectors.T))
    # By hand: along an eigenvector of variance v, with m the mean of the v, the variance is
    # v before the whitening, which divides by v plus three times m.
    expected = values / (values + 3 * values.mean())
    assert np.linalg.eigvalsh(np.cov(white.T)) == pytest.approx(expected, rel=0.01)
    assert np.linalg.norm(Whitening(vectors)(vectors), axis=1) == pytest.approx(1)


def test_whitening_copes_with_few_vectors_and_with_equal_ones():
    assert np.isfinite(Whitening(np.eye(2, 5))(np.eye(2, 5))).all()
    assert (Whitening(np.ones((3, 5)))(np.ones((3, 5))) == 0).all()


def test_fewer_components_are_those_that_vary_most():
    rng = np.random.default_rng(0)
    vectors = rng.normal(2, 1, (5000, 4)) * [9, 3, 1, 0.1]
    white = Whitening(vectors, 0.01, 2).linear(vectors)
    assert white.shape == (5000, 2)
    # Almost without shrinkage: both of the same variance, and along the first two axes.
    np.testing.assert_allclose(np.cov(white.T), np.eye(2), atol=0.05)
    for column, axis in zip(white.T, vectors.T):
        assert abs(np.corrcoef(column, axis)[0, 1]) > 0.99


def test_weights_of_whitened_vectors_order_the_vectors_themselves():
    rng = np.random.default_rng(0)
    vectors, weights = rng.normal(size=(50, 6)), rng.normal(size=6)
    whitening = Whitening(vectors)
    scores = whitening.linear(vectors) @ weights - vectors @ whitening.pull_back(weights)
    np.testing.assert_allclose(scores, scores[0], atol=1e-5)


def test_blocks_are_put_together(monkeypatch):
    monkeypatch.setattr(linear, '_BLOCK', 7)
    vectors = np.random.default_rng(0).normal(size=(50, 3))
    np.testing.assert_array_equal(in_blocks(normalize, vectors), normalize(vectors))


def test_principal_components_do_not_depend_on_blocks(monkeypatch):
    vectors = np.random.default_rng(0).normal(size=(50, 6)).astype(np.float32)
    selected = np.arange(50) % 3 > 0
    one, _ = principal_components(vectors, selected, 2)
    monkeypatch.setattr(linear, '_BLOCK', 7)
    many, _ = principal_components(vectors, selected, 2)
    np.testing.assert_allclose(one.components, many.components, atol=1e-6)


def test_too_few_vectors_for_the_components():
    with pytest.raises(UserError, match='needs more than 3 vectors of the training split, found 2'):
        principal_components(np.eye(4), np.arange(4) < 2, 3)
