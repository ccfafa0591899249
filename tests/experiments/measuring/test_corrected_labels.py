import numpy as np

from fashion_models.catalogue.records import Product
from fashion_models.experiments.measuring.corrected_labels import accepted_colours, correct_names


def test_answers_by_name():
    products = [Product('1', 'g', {'colour': ('Red', 'Blue'), 'type': 'shoes'}, []),
                Product('2', 'g', {'colour': ('Teal',)}, [])]     # teal is new to the network
    names = np.array([['Blue', 'shoes'], ['Red', 'bags']], object)
    np.testing.assert_array_equal(
        correct_names(names, products, ['colour', 'type']), [[0, 1], [0, np.nan]])
    np.testing.assert_array_equal(
        accepted_colours(names[:, 0], [{'Red', 'Blue'}, set()]), [1, np.nan])
