"""The experiment with texts: its figures by hand, and as a whole on the toy catalogue."""

import json
import pathlib

import pytest

from fashion_models.catalogue.io import open_catalogue
from fashion_models.catalogue.split import split_of
from fashion_models.experiments import with_text
from fashion_models.experiments.kit import fusion
from fashion_models.experiments.kit.predictions import ALL
from fashion_models.experiments.measuring.ambiguous_products import BOTH, CONTROL, IMAGES, TEXT
from fashion_models.experiments.with_text import main


def test_with_text(words, monkeypatch, capsys):
    pytest.importorskip('sklearn')
    fitted = []

    class Features(fusion.TextFeatures):
        def __init__(self, texts):
            fitted.append(texts)
            super().__init__(texts)
    monkeypatch.setattr(fusion, 'TextFeatures', Features)
    assert main([*words, '--seeds', '2']) == 0
    # Texts of other splits have no part in the features.
    catalogue = open_catalogue(words[1])
    train = [product for product in catalogue.products if split_of(product.group) == 'train']
    assert fitted == [[product.listings[0].title for product in train]]
    path = pathlib.Path(words[-1]) / 'with_text' / 'toy' / 'results.json'
    first = path.read_text()
    figures = json.loads(first)['figures']
    # A title is "red disc", the very subcategory: pictures, after an epoch, know less.
    for split in 'validation', 'test':
        own = figures[split]
        assert own['accuracy'][TEXT]['subcategory']['value'] == 1
        assert own['accuracy'][BOTH]['subcategory']['value'] > 0.9
        for way in IMAGES, CONTROL, TEXT:
            assert own['difference'][way][ALL]['value'] == pytest.approx(
                own['accuracy'][BOTH][ALL]['value'] - own['accuracy'][way][ALL]['value'])
    assert figures['test']['difference'][IMAGES]['colour']['value'] > 0.2
    assert figures['text']['products_without'] == {'train': 0, 'validation': 0, 'test': 0}
    assert 'by_pictures' not in figures
    assert figures['test']['unseen'] == {'share': 0}    # there are six titles
    output = capsys.readouterr().out
    assert 'the article: with text' in output
    assert [f'joining network {number} of 6' in output for number in range(1, 8)] == [
        *[True] * 6, False]
    # Finished work is kept: the second time nothing is trained.
    monkeypatch.setattr(fusion, 'train', None)
    assert main([*words, '--seeds', '2']) == 0
    assert json.loads(path.read_text())['figures'] == figures


def test_a_catalogue_without_texts_is_told(words, monkeypatch, capsys):
    pytest.importorskip('sklearn')
    monkeypatch.setattr(
        with_text.fusion, 'product_texts', lambda catalogue: {
            product.id: '' for product in catalogue.products})
    assert main([*words, '--seeds', '1']) == 3
    assert 'a catalogue that has titles or descriptions' in capsys.readouterr().err


def test_without_texts_nothing_is_trained(lacking, capsys, tmp_path):
    pytest.importorskip('sklearn')
    assert main(lacking(texts=True)) == 3
    assert 'with a title or a description, expected' in capsys.readouterr().err
    assert not (tmp_path / 'runs').exists()
