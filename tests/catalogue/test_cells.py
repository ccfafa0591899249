import pytest

from fashion_models.catalogue.cells import cell, text_in


@pytest.mark.parametrize('text', [
    '=HYPERLINK("http://example.com")', '+1', '-', '@SUM(A1)', '\t=1', ' -x', "'=1", "''@a"])
def test_a_formula_becomes_text_and_is_read_back(text):
    assert cell(text) == f"'{text}"
    assert text_in(cell(text)) == text


@pytest.mark.parametrize('text', ['', 'Shoes', 'T-shirt', "'90s", "Levi's", '4711', 'a=b'])
def test_other_texts_stay_as_they_are(text):
    assert cell(text) == text_in(text) == text
