"""The tags experiment: its figures by hand, and as a whole on the toy catalogue."""

import json
import pathlib
import re

import numpy as np
import pytest

from fashion_models.catalogue.records import Listing, Product
from fashion_models.experiments.tags import area_under_roc, main, missing_figures, said_figures
from fashion_models.representation.tags.words import CATEGORY, COLOUR, Word


class Oracle:
    """Red is true, other colours are not."""

    def of(self, product, lexicon):
        return lambda word: word.name == 'Red'


def test_said_figures_by_hand():
    products = [Product(str(n), f'g{n}', {}, [Listing(images=['x.png'])]) for n in range(4)]
    said = [('0', 'Red', 0.9), ('1', 'Red', 0.4), ('2', 'Blue', 0.2), ('3', 'Blue', 0.8)]
    verdicts = {(id, 0, Word(COLOUR, name)): probability for id, name, probability in said}
    own = said_figures(products, Oracle(), {}, [verdicts])[COLOUR]
    assert (own['words'], own['wrong']) == (4, 2)
    assert own['trusted']['precision'].value == pytest.approx(1 / 2)
    assert own['trusted']['recall'].value == 1
    # Kept: 0, rightly, and 3, wrongly. Rejected: 1, wrongly, and 2, rightly.
    for which in 'kept', 'rejected':
        assert own[which]['precision'].value == pytest.approx(1 / 2)
        assert own[which]['recall'].value == pytest.approx(1 / 2)
    # Of the four pairs of a true and a false word, only 1 and 3 are the wrong way round.
    assert own['area_under_roc'] == [pytest.approx(3 / 4)]


def test_missing_figures_by_hand():
    of_seed = {COLOUR: [('a', True, True, True), ('b', True, False, False),
                        ('c', False, False, True), ('d', True, True, False)]}
    own = missing_figures([of_seed])[COLOUR]
    assert own['texts'] == 4
    assert own['proposed']['precision'].value == pytest.approx(2 / 3)
    assert own['proposed']['recall'].value == pytest.approx(2 / 4)
    assert own['commonest']['recall'].value == pytest.approx(2 / 4)


def test_area_under_roc_by_hand():
    assert area_under_roc(np.array([3, 1, 2, 2]), np.array([True, False, True, False])) == (
        pytest.approx((4 - 0.5) / 4))
    assert area_under_roc(np.ones(2), np.ones(2, bool)) is None


def test_tags(words, make_toy_catalogue, tmp_path, capsys):
    pytest.importorskip('sklearn')
    shop = make_toy_catalogue(tmp_path / 'shop', products=320)
    assert main([*words, '--quick', '--catalogue', str(shop)]) == 0
    folder = pathlib.Path(words[-1]) / 'tags' / 'toy'
    figures = json.loads((folder / 'results.json').read_text())['figures']
    # All texts are right as they are: "red disc" is the subcategory "red discs".
    given, false = (figures['said'][version][CATEGORY] for version in ('given', 'planted'))
    assert given['wrong'] == 0
    assert false['wrong'] > 0
    assert false['trusted']['precision']['value'] == pytest.approx(
        1 - false['wrong'] / false['words'])
    assert given['trusted']['recall']['value'] == 1
    assert set(figures['missing']) == {COLOUR}
    out = capsys.readouterr().out
    assert re.search(r'\ntexts with false words: \d+ category words?, \d+ wrong\n', out)
    assert re.search(r'\n\d+ texts? without a true colour word\n', out)


def test_without_texts_nothing_is_trained(lacking, capsys, tmp_path):
    pytest.importorskip('sklearn')
    assert main(lacking(texts=True)) == 3
    assert 'with a title or a description, expected' in capsys.readouterr().err
    assert not (tmp_path / 'runs').exists()
