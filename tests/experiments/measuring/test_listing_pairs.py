import numpy as np
import pytest

from fashion_models.drawn.truth import ProductTruth
from fashion_models.experiments.measuring.listing_pairs import Split, kinds, measure
from fashion_models.representation.embeddings import Item, open_embeddings
from fashion_models.representation.embeddings_writer import EmbeddingsWriter

pytest.importorskip('sklearn')


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


def test_pairs_within_a_retailer_cannot_be_missed_across(tmp_path):
    """One product twice at one retailer, another at two, a third at unknown ones."""
    items = [Item(f'{product}/{number}', product, product, {}, retailer)
             for number, (product, retailer) in enumerate([
                 ('a', 'x'), ('a', 'x'), ('b', 'x'), ('b', 'y'), ('c', ''), ('c', '')])]
    with EmbeddingsWriter(tmp_path / 'listings', {'per': 'listing', 'size': 6}) as writer:
        writer.add(np.eye(6, dtype=np.float32), items)
    split = Split(open_embeddings(tmp_path / 'listings'))
    rows, scores = np.array([[2, 3], [4, 5]]), np.array([0.9, 0.8])
    assert measure(split, rows, scores, 0.5, np.ones((1, 3)), across=True)[
        'average precision'] == pytest.approx([1, 1])
    found = measure(split, rows, scores, 0.5, np.ones((1, 3)))
    assert found['average precision'] == pytest.approx([2 / 3] * 2)
    assert found['operating_point']['recall'] == pytest.approx(2 / 3)
