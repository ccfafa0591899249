import numpy as np
import pytest
from PIL import Image

from fashion_models.catalogue.colours import LYST16
from fashion_models.catalogue.records import Header
from fashion_models.experiments.drawing.confusion_matrix import draw_confusion, in_order, parents

TREE = {'shoes': {'heels': ['pumps', 'kitten heels'], 'flats': ['loafers']},
        'clothing': {'tops': ['vests'], '': ['kaftans']}}


def test_labels_stand_in_the_order_of_the_taxonomy():
    header = Header('x', taxonomy=TREE, genders=('male', 'female'))
    for task, labels, expected in (
            ('gender', ['female', 'male'], ['male', 'female']),
            ('type', ['bags', 'clothing', 'shoes'], ['shoes', 'clothing', 'bags']),
            ('category', ['flats', 'heels', 'tops'], ['heels', 'flats', 'tops']),
            ('subcategory', ['loafers', 'other', 'pumps', 'another', 'vests'],
             ['pumps', 'loafers', 'vests', 'another', 'other'])):
        assert in_order(task, labels, header) == expected
    assert in_order('colour', ['White', 'Lavender', 'Black'], header) == [
        'Black', 'White', 'Lavender']
    assert in_order('colour', sorted(LYST16), header) == list(LYST16)
    assert parents('subcategory', ['pumps', 'kaftans', 'other'], header) == ['heels', '', '']
    assert parents('category', ['heels', 'tops'], header) == ['shoes', 'clothing']


@pytest.mark.parametrize('n', [2, 16, 158])
def test_a_confusion_matrix_is_dark_where_predictions_are(tmp_path, n):
    names = [f'label {number}' for number in range(n)]
    draw_confusion(np.eye(n), names, [str(number // 5) for number in range(n)], 'Task',
                   tmp_path / 'matrix.png')
    image = np.asarray(Image.open(tmp_path / 'matrix.png').convert('RGB')).astype(int)
    assert (tmp_path / 'matrix.png').stat().st_size < 300_000
    assert image.shape[1] <= 1080
    dark = (abs(image - (8, 48, 107)) < 3).all(axis=2)      # the end of the blues
    assert np.corrcoef(*np.nonzero(dark))[0, 1] > (0.7 if n == 2 else 0.99)
