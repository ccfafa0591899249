import numpy as np
import pytest

from fashion_models.experiments.measuring.ambiguous_products import BOTH, TEXT
from fashion_models.experiments.measuring.unseen_texts import unseen_texts
from fashion_models.training.evaluation import Evaluation

TRAINING = ['Red shoe', 'Blue bag']


def says(right):
    """What a network says that is right about some products (n,) bool."""
    scores = np.log(np.where(np.array(right)[:, None], [0.9, 0.1], [0.1, 0.9]))
    return Evaluation({'type': scores}, np.zeros((len(right), 1), np.int32))


def test_only_products_with_a_new_text_count():
    """Of 30, ten have a text of a training product, and looking it up is always right."""
    texts = [f'red  SHOE {"" if number < 10 else number}' for number in range(30)]
    looked_up = says([number < 15 for number in range(30)])
    both = says([number < 20 for number in range(30)])
    found = unseen_texts({TEXT: [looked_up], BOTH: [both]}, texts, TRAINING, ['type'], range(30))
    assert found['share'] == pytest.approx(20 / 30)
    assert found['products'] == 20
    assert found['accuracy'][TEXT]['type'].value == pytest.approx(5 / 20)
    assert found['difference'][TEXT]['type'].value == pytest.approx(5 / 20)


@pytest.mark.parametrize(('new', 'share'), [(9, 9 / 30), (30, 1.0)])
def test_too_few_and_all(new, share):
    texts = [f'new {number}' if number < new else 'blue bag' for number in range(30)]
    found = unseen_texts(
        {TEXT: [says([True] * 30)], BOTH: [says([True] * 30)]}, texts, TRAINING, ['type'],
        range(30))
    assert found == {'share': pytest.approx(share)}
