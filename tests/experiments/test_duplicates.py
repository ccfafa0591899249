import json
import pathlib
import random

import numpy as np
import pytest
from PIL import Image

from fashion_models.catalogue.io import CatalogueWriter
from fashion_models.catalogue.records import Header, Listing, Product
from fashion_models.drawn.truth import ProductTruth
from fashion_models.experiments import duplicates
from fashion_models.experiments.duplicates import FIGURES, Split, kinds, main, measure
from fashion_models.representation.duplicates.calibration import Calibration
from fashion_models.representation.embeddings import EmbeddingsWriter, Item, open_embeddings

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
    assert set(found) == {(name, which) for name in duplicates.WITNESSES
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
    assert main(words) == 2
    assert 'no product of its validation split has two listings' in capsys.readouterr().err


@pytest.fixture
def split(tmp_path):
    """Two designs in two colours each and a third product; two listings of each product."""
    vectors = np.eye(10, dtype=np.float32)
    items = [Item(f'{product}/{listing}', product, product[0], {
        'gender': 'male', 'colour': product[1], 'subcategory': product[0]}, str(listing))
        for product in ('ax', 'ay', 'bx', 'by', 'cx') for listing in (1, 2)]
    with EmbeddingsWriter(tmp_path / 'listings', {'per': 'listing', 'size': 10}) as writer:
        writer.add(vectors, items)
    return Split(open_embeddings(tmp_path / 'listings'))


def test_pairs_that_are_no_candidates_count_as_missed(split):
    rows = np.array([[0, 1], [2, 3], [0, 2]])
    found = measure(split, rows, np.array([0.9, 0.7, 0.8]), 0.75, np.ones((1, 3)))
    # By falling score: right, wrong, right; five are one product.
    assert found['average precision'] == pytest.approx([(1 + 2 / 3) / 5] * 2)
    assert found['recall at precision 0.5'] == pytest.approx([2 / 5] * 2)
    assert found['recall at precision 0.95'] == pytest.approx([1 / 5] * 2)
    assert found['operating_point'] == {
        'threshold': 0.75, 'pairs': 2, 'precision': 0.5, 'recall': 0.2}


def test_a_draw_repeats_and_leaves_out_whole_groups(split):
    rows = np.array([[0, 1], [4, 5], [0, 4]])
    # Design a twice, b once, c not at all: five right pairs that anybody could find.
    draw = np.array([[2, 1, 0]])
    found = measure(split, rows, np.array([0.7, 0.8, 0.9]), None, draw)
    # By falling score: the wrong pair of both designs, twice; b's; a's, twice.
    total = 2 * 2 + 2
    expected = (1 / 3 * 1 + 3 / 5 * 2) / total
    assert found['average precision'][1] == pytest.approx(expected)


def test_kinds_of_pairs(split):
    truth = {name: ProductTruth(name, name[0], {'subcategory': name[0]}, near_twin=name == 'cx')
             for name in ('ax', 'ay', 'bx', 'by', 'cx')}
    rows = np.array([[0, 1], [0, 2], [0, 4], [0, 8]])
    assert list(kinds(split, rows, truth).values()) == [1, 1, 1, 0, 1]
    assert list(kinds(split, rows, {}).values()) == [1, 1, 0, 0, 2]
