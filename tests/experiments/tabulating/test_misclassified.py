import numpy as np
import pytest

from fashion_models.experiments.measuring.error_causes import Answers
from fashion_models.experiments.tabulating.misclassified import confusion_table


@pytest.fixture
def answers():
    """Six products, one of them without a label, and one network; red twice taken for blue."""
    probabilities = np.array([
        [.8, .1, .1], [.3, .4, .3], [.05, .9, .05], [.1, .1, .8], [.2, .35, .45], [1, 0, 0]])
    return Answers(['red', 'blue', 'pink'], np.array([0, 0, 0, 1, 1, -1]), probabilities[None],
                   list('abcdef'))


def test_frequent_confusions(answers):
    gender = Answers(['f', 'm'], np.array([0]), np.array([[[0, 1]]]), ['a'])
    table = confusion_table({'gender': gender, 'colour': answers})
    assert table.rows == (('colour', 'red', 'blue', '66.7%', '50.0%'),
                          ('colour', 'blue', 'pink', '100.0%', '50.0%'))
