import types

import numpy as np

from fashion_models.catalogue.records import Listing, Product
from fashion_models.data.vocabulary import Vocabulary
from fashion_models.representation.audit import sections
from fashion_models.representation.audit.judge import Judged


def test_a_product_that_went_while_it_was_judged_is_left_out(monkeypatch):
    monkeypatch.setattr(sections, 'judge', lambda probabilities, t: Judged(
        np.array([1, 0, 2]), np.array([True, True, False]), np.array([1, 0, 0])))
    answers = types.SimpleNamespace(
        ids=['1', '2', '3'], t=np.array([[0], [1], [1]]),
        vocabulary=Vocabulary({'colour': ['Blue', 'Red']}),
        probabilities=lambda task: np.array([[0.2, 0.8], [0.9, 0.1], [0.4, 0.6]]))
    products = [Product(id, id, {'colour': ('Blue',)}, [Listing(images=['a'])]) for id in '13']
    (heading, (suspect,)), = sections.review_sections(
        types.SimpleNamespace(products=products), answers, 9)
    assert (suspect.product.id, suspect.suggested) == ('1', 'Red')
    assert heading == 'colour: 1 of 2 suspected labels, of 3 in all'
