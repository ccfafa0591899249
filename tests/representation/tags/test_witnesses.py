import numpy as np
import pytest

from fashion_models.representation.tags.witnesses import learn_weights

pytest.importorskip('scipy')
WEIGHTS = np.array([0.8, 2.0, -1.5, 1.0])


def words(count, wrong_labels, seed=0):
    """What witnesses say of words that are true as WEIGHTS have it, and whether labels confirm."""
    rng = np.random.default_rng(seed)
    x = np.column_stack([rng.normal(0, 3, count), rng.integers(0, 2, count),
                         rng.integers(0, 3, count)])
    true = rng.random(count) < 1 / (1 + np.exp(-(x @ WEIGHTS[:3] + WEIGHTS[3])))
    return x, true, true & (rng.random(count) >= wrong_labels)


@pytest.mark.parametrize('wrong_labels', [0.0, 0.15])
def test_weights_are_found_though_labels_are_wrong(wrong_labels):
    x, _, confirmed = words(20_000, wrong_labels)
    weights, wrong = learn_weights(x, confirmed)
    assert wrong == pytest.approx(wrong_labels, abs=0.02)
    assert weights == pytest.approx(WEIGHTS, abs=0.25)


def test_with_right_labels_they_are_those_of_scikit_learn():
    linear_model = pytest.importorskip('sklearn.linear_model')
    x, true, _ = words(20_000, 0)
    model = linear_model.LogisticRegression(C=1e4).fit(x, true)
    assert learn_weights(x, true)[0] == pytest.approx(
        [*model.coef_[0], model.intercept_[0]], abs=0.1)


def test_a_witness_never_counts_as_its_reverse():
    x, _, confirmed = words(2000, 0.1)
    weights, _ = learn_weights(-x, confirmed)
    assert weights[0] == 0
    assert weights[1] == 0
    assert weights[2] == 0
