"""Placeholders, among listings with drawn vectors."""

import numpy as np
import pytest

from fashion_models.representation.duplicates.evidence import Evidence
from fashion_models.representation.duplicates.pairs import find
from fashion_models.representation.duplicates.placeholders import placeholders, without
from fashion_models.representation.embeddings import Item, open_embeddings
from fashion_models.representation.embeddings_writer import EmbeddingsWriter

KINDS = [('shoes', 'boots'), ('shoes', 'sandals'), ('clothing', 'dresses'), ('bags', 'totes')]


def item(row, title='', kind=None):
    labels = dict(zip(('type', 'category'), kind)) if kind else {}
    return Item(str(row), str(row), str(row), labels, title=title)


def unlike(row, labels=True):
    """A product that shares its kind with every fourth and no word with any."""
    return item(row, f'model{row} name{row}', KINDS[row % 4] if labels else None)


def write(file, shared, items):
    """A file of 120 listings, the first of which show one picture."""
    vectors = np.random.default_rng(3).normal(size=(120, 16))
    vectors[:shared] = vectors[0]
    items = [*items, *(item(row) for row in range(len(items), 120))]
    with EmbeddingsWriter(file, {'per': 'listing', 'size': 16}) as writer:
        writer.add(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), items)
    return open_embeddings(file)


@pytest.mark.parametrize('labels', [True, False])
@pytest.mark.parametrize('shared', [5, 12, 20, 60])
@pytest.mark.parametrize('texts', [True, False])
def test_a_picture_of_unlike_products_makes_no_pairs(tmp_path, shared, labels, texts):
    pytest.importorskip('sklearn')
    embeddings = write(tmp_path / 'shop', shared, [unlike(row, labels) for row in range(shared)])
    found = find(embeddings, texts=texts, threshold=0.9)
    assert found.pairs == []
    assert [[one.id for one in group] for group in found.placeholders] == [
        [str(row) for row in range(shared)]]


@pytest.mark.parametrize('items', [
    [item(row, f'black boots {row}', KINDS[0]) for row in range(6)],    # alike in both
    [item(row, 'black boots', KINDS[row % 2]) for row in range(6)],     # wrong labels
    [item(row, f'model{row}', KINDS[0]) for row in range(6)],           # in their own words
    [item(0, 'black boots'), item(1, 'Chelsea')],
    [item(row) for row in range(6)],                                    # nothing is known
])
def test_a_supplier_picture_is_no_placeholder(tmp_path, items):
    embeddings = write(tmp_path / 'shop', len(items), items)
    found = find(embeddings, texts=False, threshold=0.9)
    assert found.placeholders == []
    assert len(found.pairs) == len(items) * (len(items) - 1) / 2


def test_one_type_makes_unlike_products_no_more_alike(tmp_path):
    items = [item(row, f'model{row} name{row}', ('clothing',)) for row in range(8)]
    found = find(write(tmp_path / 'shop', 8, items), texts=False, threshold=0.9)
    assert found.pairs == []
    assert len(found.placeholders) == 1


def test_two_unlike_products_are_enough(tmp_path):
    embeddings = write(tmp_path / 'shop', 2, [unlike(0), unlike(2)])
    found = find(embeddings, texts=False, threshold=0.9)
    assert found.pairs == []
    assert len(found.placeholders) == 1


def test_pairs_connect_groups_and_only_pairs_within_one_go():
    rows = np.array([[0, 3], [1, 2], [2, 3], [0, 1], [4, 5], [0, 4], [6, 7]])
    similarity = np.array([1, 1, 1, 0.5, 1, 0.2, 0.3])
    evidence = Evidence(rows, {'similarity': similarity})
    groups = placeholders(evidence, [unlike(row) for row in range(8)])
    assert groups == [[0, 1, 2, 3], [4, 5]]
    assert without(evidence, groups).rows.tolist() == [[0, 4], [6, 7]]
    assert without(evidence, []).rows.tolist() == rows.tolist()
