import json
import pathlib
import random

import numpy as np
import pytest
from PIL import Image

from fashion_models.catalogue.io import CatalogueWriter
from fashion_models.catalogue.records import Header, Listing, Product
from fashion_models.experiments import duplicates
from fashion_models.experiments.duplicates import main
from fashion_models.experiments.measuring.listing_pairs import FIGURES, WITNESSES
from fashion_models.representation.duplicates.calibration import Calibration

pytest.importorskip('sklearn')


@pytest.fixture(scope='module')
def shop(tmp_path_factory):
    """A catalogue of 450 products of plain colours, sold by two retailers each."""
    folder = tmp_path_factory.mktemp('duplicates') / 'shop'
    (folder / 'images').mkdir(parents=True)
    rng = random.Random(0)
    with CatalogueWriter(folder, Header('shop')) as writer:
        for number in range(450):
            name = rng.choice(('red', 'green', 'blue'))
            shade = [rng.randrange(256) for _ in range(3)]
            left, top = rng.randrange(20), rng.randrange(20)
            listings = []
            for retailer in 'one', 'two':
                path = f'images/{number}-{retailer}.png'
                picture = Image.new('RGB', (52, 52), 'white')
                # The second retailer's photograph is a little darker.
                colour = tuple(value - (value * len(listings)) // 20 for value in shade)
                picture.paste(colour, (left, top, left + 30, top + 25))
                picture.save(folder / path)
                listings.append(Listing(retailer, f'{name} flag {number}', '', [path]))
            writer.add(Product(str(number), f'g{number // 2}', {
                'gender': 'male', 'colour': name, 'type': 'flag', 'category': 'flags',
                'subcategory': f'{name} flags'}, listings))
    return folder


@pytest.fixture(scope='module')
def results(shop, words):
    arguments = ['--catalogue', str(shop), *words[2:], '--seeds', '2']
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(duplicates, 'DRAWS', 10)
        assert main(arguments) == 0
    return pathlib.Path(words[-1]) / 'duplicates' / 'shop'


def test_every_witness_is_measured(results):
    figures = json.loads((results / 'results.json').read_text())['figures']
    found = {(own['witness'], own['pairs']): own for own in figures['witnesses']}
    assert set(found) == {(name, which) for name in WITNESSES
                          for which in ('all', 'of two retailers')}
    for own in found.values():
        for name in FIGURES:
            low, high = own[name]['interval']
            assert 0 <= low <= high <= 1
            assert own[name]['value'] == pytest.approx(np.mean(own[name]['seeds']))
    # The titles are as good as a name: number and colour are the same.
    assert found['text', 'all']['average precision']['value'] > 0.95
    assert (found['images and text', 'all']['average precision']['value']
            > found['images', 'all']['average precision']['value'])
    assert figures['colourway_pairs_in_test'] > 0


def test_tables_picture_and_calibration_are_written(results):
    text = (results / 'table.txt').read_text()
    assert 'images and text, of two retailers' in text
    assert 'colourways of a design (of ' in text
    with Image.open(results / 'precision-recall.png') as picture:
        assert picture.width > 500
    assert Calibration.load(results / 'calibration.json').origin['split'] == 'validation'


def test_a_catalogue_without_several_listings_is_refused(words, capsys):
    assert main(words) == 3
    assert 'no product of its validation split has two listings' in capsys.readouterr().err
