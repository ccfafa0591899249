import dataclasses
import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fashion_models.representation.embeddings_writer import EmbeddingsWriter
from fashion_models.serve.browse import Browser, View
from fashion_models.serve.folding import folded
from fashion_models.serve.shop import Shop


@pytest.mark.parametrize(('text', 'plain'), [
    ('Sandały', 'sandaly'), ('SUKIENKA WĄSKA', 'sukienka waska'), ('Größe', 'grosse'),
    ('Ærø Œuvre Þór', 'aero oeuvre thor'), ('Đà Nẵng', 'da nang'), ('IŞIK ışık', 'isik isik'),
    ('\ufb01ne', 'fine'), ('ΤΣΆΝΤΕΣ τσάντες', 'τσαντεσ τσαντεσ'), ('Red', 'red')])
def test_accents_and_case_are_left_out(text, plain):
    for form in 'NFC', 'NFD':
        assert folded(unicodedata.normalize(form, text)) == plain


@given(st.text(max_size=40))
def test_what_is_composed_is_folded_as_what_is_not(text):
    assert folded(unicodedata.normalize('NFC', text)) == folded(unicodedata.normalize('NFD', text))
    assert folded(folded(text)) == folded(text)


def test_it_is_quick():
    texts = [f'Sandały damskie skórzane na koturnie, wokół kostki, {n}' for n in range(10_000)]
    start = time.process_time()
    for text in texts:
        folded(text)
    # Hundredths of a second; with a normal form of each text it was nearly one.
    assert time.process_time() - start < 0.3


@pytest.fixture
def titled(toys, tmp_path):
    """A function that opens a shop of two products with these titles."""
    def shop(*titles):
        source = Shop(toys[0]).embeddings
        with EmbeddingsWriter(tmp_path / 'x.embeddings', {
                name: value for name, value in source.header.items()
                if name not in ('rows', 'dtype')}) as writer:
            writer.add(source.vectors[:2], [
                dataclasses.replace(item, title=title)
                for item, title in zip(source.items, titles)])
        return Shop(tmp_path / 'x.embeddings')
    return shop


@pytest.mark.parametrize('text', ['sandaly', 'sandały', 'SANDAŁY', 'sandały czarne'])
def test_words_are_found_with_accents_and_without(titled, text):
    browser = Browser(titled('Czarne Sandały', 'Czarne spodnie'))
    assert browser.find(View(text=text)).rows.tolist() == [0]
    assert browser.find(View(text='sandaly spodnie')).rows.tolist() == []
