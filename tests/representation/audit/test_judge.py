import sys

import numpy as np
import pytest

from fashion_models.errors import UserError
from fashion_models.representation.audit import judge as audit
from fashion_models.representation.audit.judge import METHODS, judge


def softly(classes, k, share):
    """Probabilities that put ``share`` on the class of each product, the rest on all others."""
    p = np.full((len(classes), k), (1 - share) / (k - 1), np.float32)
    p[np.arange(len(classes)), classes] = share
    return p


def test_planted_labels_are_found():
    pytest.importorskip('cleanlab')
    rng = np.random.default_rng(0)
    true = rng.integers(0, 4, 400).astype(np.int32)
    t = true.copy()
    wrong = rng.random(400) < 0.1
    t[wrong] = (t[wrong] + 1) % 4
    t[:5], wrong[:5] = -1, False
    judged = audit.judge(softly(true, 4, 0.9), t)
    np.testing.assert_array_equal(np.sort(judged.order), np.arange(5, 400))
    np.testing.assert_array_equal(np.sort(judged.order[:wrong.sum()]), np.flatnonzero(wrong))
    np.testing.assert_array_equal(judged.suspected, wrong)
    np.testing.assert_array_equal(judged.suggested[wrong], true[wrong])


def test_order_by_hand():
    pytest.importorskip('cleanlab')
    p = np.array([[0.6, 0.3, 0.1], [0.1, 0.5, 0.4], [0.3, 0.3, 0.4], [0.0, 0.2, 0.8]])
    t = np.array([0, 0, 1, 1], np.int32)
    # The label's own probability: 0.6, 0.1, 0.3, 0.2.
    judged = audit.judge(p, t)
    np.testing.assert_array_equal(judged.order, [1, 3, 2, 0])
    np.testing.assert_array_equal(judged.suggested, [1, 1, 2, 2])
    # Less that of the best other: 0.3, -0.4, -0.1, -0.6.
    judged = audit.judge(p, t, 'normalized_margin')
    np.testing.assert_array_equal(judged.order, [3, 1, 2, 0])


def test_nothing_labelled():
    pytest.importorskip('cleanlab')
    judged = audit.judge(np.full((3, 2), 0.5), np.full(3, -1, np.int32))
    assert len(judged.order) == 0
    assert not judged.suspected.any()


def test_missing_library(monkeypatch):
    monkeypatch.setitem(sys.modules, 'cleanlab', None)
    with pytest.raises(UserError, match='needs cleanlab.*pip install "cleanlab'):
        audit.judge(np.full((3, 2), 0.5), np.zeros(3, np.int32))


def test_a_task_of_one_class_has_nothing_suspicious():
    pytest.importorskip('cleanlab')
    for method in METHODS:
        found = judge(np.ones((3, 1), np.float32), np.array([0, -1, 0]), method)
        assert found.order.tolist() == [0, 2]
        assert not found.suspected.any()
