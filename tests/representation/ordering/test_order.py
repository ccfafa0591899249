"""Orders against cases made by hand, and against the definitions carried out one by one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fashion_models.errors import UserError
from fashion_models.representation.embeddings import Item, open_embeddings
from fashion_models.representation.embeddings_writer import EmbeddingsWriter
from fashion_models.representation.linear import Whitening, normalize
from fashion_models.representation.ordering.order import Shopper, diversify, order_products


@pytest.fixture
def shop(tmp_path):
    """Embeddings of 60 products in three clusters of twenty: a…, b… and c…"""
    rng = np.random.default_rng(0)
    centres = np.eye(3, 8)
    vectors = normalize(np.repeat(centres, 20, axis=0) + rng.normal(0, 0.03, (60, 8)))
    items = [Item(f'{"abc"[row // 20]}{row % 20}', f'{row}', f'g{row}') for row in range(60)]
    file = tmp_path / 'shop.embeddings'
    with EmbeddingsWriter(file, {'per': 'product', 'size': 8}) as writer:
        writer.add(vectors, items)
    return open_embeddings(file)


def shopper(shop, liked, disliked=()):
    rows = [shop.row(id) for id in liked], [shop.row(id) for id in disliked]
    return Shopper(Whitening(shop.vectors), *(shop.vectors[own] for own in rows))


def test_what_was_liked_comes_first_and_what_was_disliked_last(shop):
    taste = shopper(shop, ['a3', 'a5'], ['b1', 'b2'])
    order = [entry.item.id for entry in order_products(shop, taste.relevance, diversity=0, top=60)]
    assert {id[0] for id in order[:20]} == {'a'}
    assert {id[0] for id in order[20:40]} == {'c'}
    assert {id[0] for id in order[40:]} == {'b'}


def test_only_the_given_products_are_ordered(shop):
    rows = np.array([41, 3, 25])
    found = order_products(shop, shopper(shop, ['a1']).relevance, rows, top=10)
    assert [entry.rank for entry in found] == [1, 2, 3]
    assert [entry.row for entry in found][0] == 3
    assert {entry.row for entry in found} == set(rows)
    assert [entry.item.id for entry in found] == [shop.ids[entry.row] for entry in found]


@pytest.mark.parametrize('rows', [[], np.zeros(0, np.int64)], ids=['list', 'array'])
def test_of_no_products_there_is_an_order_of_none(shop, rows):
    assert order_products(shop, shopper(shop, ['a1']).relevance, rows) == []


def test_diversity_brings_another_cluster_forward(shop):
    taste = shopper(shop, ['a1', 'a2', 'a3', 'b1'])
    alike = order_products(shop, taste.relevance, diversity=0, top=8)
    mixed = order_products(shop, taste.relevance, diversity=0.4, top=8)
    assert {entry.item.id[0] for entry in alike} == {'a'}
    assert {entry.item.id[0] for entry in mixed} >= {'a', 'b'}
    assert mixed[0].row == alike[0].row


def test_marginal_relevance_by_hand():
    vectors = np.array([[1, 0], [1, 0], [0.6, 0.8], [0, 1]])
    relevance = np.array([1.0, 0.9, 0.8, 0.0])
    # After row 0: row 1 is worth .5 * .9 - .5 * 1 = -.05, row 2 .5 * .8 - .5 * .6 = .1, row 3
    # 0 - 0 = 0. After 0 and 2: row 1 still -.05, row 3 0 - .5 * .8 = -.4.
    assert diversify(relevance, vectors, 0.5, 4).tolist() == [0, 2, 1, 3]
    assert diversify(relevance, vectors, 0, 4).tolist() == [0, 1, 2, 3]
    # A unit of relevance does not matter, nor does an offset.
    assert diversify(relevance * 40 - 7, vectors, 0.5, 4).tolist() == [0, 2, 1, 3]


def by_definition(relevance, vectors, diversity, top):
    """Maximal marginal relevance as its authors wrote it down: over all, one after the other."""
    scaled = (relevance - relevance.min()) / (np.ptp(relevance) or 1)
    placed, left = [], list(range(len(relevance)))
    while left and len(placed) < top:
        worth = [(1 - diversity) * scaled[row] - diversity * max(
            [0.0, *(float(vectors[row] @ vectors[other]) for other in placed)]) for row in left]
        placed.append(left.pop(int(np.argmax(worth))))
    return placed


@settings(max_examples=60)
@given(st.integers(0, 10_000), st.integers(1, 30), st.integers(1, 12),
       st.sampled_from([0.05, 0.3, 0.7]))
def test_no_product_that_could_be_placed_is_left_unread(seed, n, top, diversity):
    rng = np.random.default_rng(seed)
    vectors = normalize(rng.normal(size=(n, 3))).astype(np.float32)
    relevance = rng.normal(size=n).round(2)
    order = diversify(relevance, vectors, diversity, top)
    assert sorted(order) == list(range(n))
    expected = by_definition(relevance, vectors.astype(np.float64), diversity, top)
    # Of equals, the two may choose differently: compare what they are worth.
    assert relevance[order[:top]] == pytest.approx(relevance[expected])
    assert np.all(np.diff(relevance[order[top:]]) <= 0)


@pytest.mark.parametrize(('diversity', 'top', 'words'), [
    (1, 5, 'diversity: found 1, expected 0 to less than 1'),
    (-0.1, 5, 'diversity: found -0.1, '), (0.5, 0, 'top: found 0, expected 1 or more')])
def test_numbers_that_cannot_be_used(shop, diversity, top, words):
    with pytest.raises(UserError, match=words):
        order_products(shop, shopper(shop, ['a1']).relevance, None, diversity, top)
