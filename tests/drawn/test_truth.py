import json

import pytest

from fashion_models.drawn.truth import (
    TRUTH_FILE,
    OtherGarment,
    PictureTruth,
    ProductTruth,
    TextTruth,
    read_truth,
    truth_writer,
)
from fashion_models.errors import UserError

TEAL = ProductTruth(
    'p1', 'g1', {'gender': 'female', 'colour': ('Green', 'Red'), 'subcategory': 'gowns'},
    ('gender',), 'teal', 'Blue', True, 'satin', (TextTruth('Shop', 'red', True),),
    (PictureTruth('a.jpg', 'Shop', 'model', (1.0, 0.9, 1.1), True, (OtherGarment('caps', 'Red'),)),
     PictureTruth('b.jpg', 'Shop', 'front')))
PLAIN = ProductTruth('p2', 'g2', {'colour': ('Red',)})


def write(folder, *truths):
    with truth_writer(folder) as add:
        for truth in truths:
            add(truth)
    return folder / TRUTH_FILE


def test_what_is_written_is_read(tmp_path):
    path = write(tmp_path, TEAL, PLAIN)
    assert read_truth(tmp_path, ['p2']) == {'p1': TEAL, 'p2': PLAIN}
    assert json.loads(path.read_text().splitlines()[0])['pictures'][0]['others'] == [
        {'subcategory': 'caps', 'colour': 'Red'}]


def test_most_catalogues_have_none(tmp_path):
    assert read_truth(tmp_path, ['p1']) == {}


def test_a_file_that_is_not_finished_does_not_appear(tmp_path):
    with pytest.raises(TypeError):
        write(tmp_path, PLAIN, None)
    assert read_truth(tmp_path) == {}


def test_labels_by_hand():
    assert (TEAL.label('colour'), TEAL.label('subcategory')) == ('Green', 'gowns')
    assert TEAL.colours == ('Green', 'Red')
    assert TEAL.accepted_colours == {'Green', 'Red', 'Blue'}
    assert PLAIN.accepted_colours == {'Red'}
    assert TEAL.others == (OtherGarment('caps', 'Red'),)


@pytest.mark.parametrize('line', [
    b'{', b'\xff', b'[]', b'{"id": "p3"}', b'null',
    json.dumps({'id': 'p3', 'group': 'g3', 'labels': {'gender': 'male'}, 'wrong_labels': [],
                'shade': 'red', 'rival_colour': None, 'near_twin': False, 'fabric': 'satin',
                'texts': [], 'pictures': []}).encode()])
def test_a_line_that_is_something_else_is_named(tmp_path, line):
    path = write(tmp_path, PLAIN)
    path.write_bytes(path.read_bytes() + line + b'\n')
    with pytest.raises(UserError, match=r'truth\.jsonl, line 2: not the truth about a product'):
        read_truth(tmp_path)


def test_products_that_must_be_there(tmp_path):
    write(tmp_path, PLAIN)
    with pytest.raises(UserError, match='says nothing of product p1'):
        read_truth(tmp_path, ['p2', 'p1'])
