"""``fashion-models catalogue relabel``; more in tests/catalogue/test_relabel.py."""

import pytest

from fashion_models.catalogue.io import open_catalogue
from fashion_models.errors import UserError


def test_answers_are_applied(catalogue, tmp_path, command):
    review = tmp_path / 'review.csv'
    review.write_text('product,task,label,suggested,answer\n1,colour,Blue,Red,y\n'
                      '2,gender,Women,Men,\n')
    status, output = command('relabel', catalogue, review, tmp_path / 'new')
    assert status == 0
    assert '1 label of 1 product changed: colour 1' in output
    assert [product.label('colour') for product in open_catalogue(tmp_path / 'new').products] == [
        'Red', 'Red', 'Blue']


def test_a_review_without_answers(catalogue, tmp_path, command):
    review = tmp_path / 'review.csv'
    review.write_text('product,task,label,suggested,answer\n1,colour,Blue,Red,\n')
    with pytest.raises(UserError, match='no answer in it changes a label'):
        command('relabel', catalogue, review, tmp_path / 'new')
