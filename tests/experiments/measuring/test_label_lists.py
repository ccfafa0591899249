import numpy as np
import pytest

from fashion_models.data.vocabulary import Vocabulary
from fashion_models.experiments.kit.held_out import HeldOut
from fashion_models.experiments.measuring.label_lists import list_figures
from fashion_models.experiments.measuring.label_truth import LabelTruth
from fashion_models.representation.audit.judge import Judged
from fashion_models.training.evaluation import Evaluation


def test_figures_of_a_list_by_hand():
    """100 products, each its group; wrong are 0 to 9; the list begins with 3 of them."""
    pytest.importorskip('cleanlab')
    ids = [str(number) for number in range(100)]
    truth = LabelTruth({id_: {'colour': 'x'} if int(id_) < 10 else {} for id_ in ids}, {})
    p = np.full((100, 2), 0.5, np.float32)
    answers = HeldOut(ids, ids, Vocabulary({'colour': ['a', 'b']}), [
        Evaluation({'colour': np.log(p)}, np.zeros((100, 1), np.int32))])
    order = np.array([0, 1, 2, *range(10, 100), *range(3, 10)])
    suspected = np.isin(np.arange(100), [0, 50])
    found = list_figures(answers, 'colour', Judged(order, suspected, None), truth)
    assert (found['labels'], found['wrong']) == (100, 10)
    for share, labels, wrong in ((0.01, 1, 1), (0.02, 2, 2), (0.05, 5, 3), (0.1, 10, 3),
                                 (0.2, 20, 3)):
        own = found['lengths'][str(share)]
        assert own['labels'] == labels
        assert own['precision'].value == pytest.approx(wrong / labels)
        assert own['recall'].value == pytest.approx(wrong / 10)
    own = found['lengths']['suspected']
    assert (own['labels'], own['precision'].value, own['recall'].value) == (2, 0.5, 0.1)
    np.testing.assert_array_equal(found['found_after'], [1, 2, 3, *range(94, 101)])
