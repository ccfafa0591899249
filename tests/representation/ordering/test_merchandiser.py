"""Learned orders against orders whose rule is known."""

import tracemalloc

import numpy as np
import pytest

from fashion_models.errors import UserError
from fashion_models.representation.embeddings import Item, open_embeddings
from fashion_models.representation.embeddings_writer import EmbeddingsWriter
from fashion_models.representation.linear import Projection, normalize
from fashion_models.representation.ordering import merchandiser
from fashion_models.representation.ordering.merchandiser import (
    PAIRS,
    LinearOrder,
    RankedList,
    kendall_tau,
    learn_order,
    read_ranked_lists,
)
from fashion_models.representation.ordering.order import order_products


@pytest.fixture
def shop(tmp_path):
    """Embeddings of 300 products; the rule of the merchandiser is the second coordinate."""
    rng = np.random.default_rng(1)
    vectors = normalize(rng.normal(1, 1, (300, 6))).astype(np.float32)
    file = tmp_path / 'shop.embeddings'
    with EmbeddingsWriter(file, {'per': 'product', 'size': 6, 'snapshot_sha256': 'ab'}) as writer:
        writer.add(vectors, [Item(str(row), str(row), str(row)) for row in range(300)])
    return open_embeddings(file)


def ranked_lists(shop, count=8, size=15):
    rng = np.random.default_rng(2)
    lists = []
    for number in range(count):
        rows = rng.choice(200, size, replace=False)
        ranks = np.argsort(np.argsort(-shop.vectors[rows, 1]))
        lists.append(RankedList(f'list {number}', tuple(map(str, rows)), tuple(ranks + 1.0)))
    return lists


def test_learns_a_linear_rule_and_applies_it_to_products_never_ranked(shop):
    pytest.importorskip('sklearn')
    order = learn_order(ranked_lists(shop), shop)
    assert order.facts['tau'] > 0.8
    assert order.facts['lists'] == 8
    assert order.facts['pairs'] == 8 * 15 * 14 // 2
    rows = np.arange(200, 300)
    found = order_products(shop, order.relevance, rows, diversity=0, top=100)
    assert kendall_tau(-shop.vectors[[entry.row for entry in found], 1], np.arange(100)) < -0.8


def test_what_is_saved_orders_as_what_was_learned(shop, tmp_path):
    pytest.importorskip('sklearn')
    order = learn_order(ranked_lists(shop, 2), shop)
    order.save(tmp_path / 'order.npz')
    again = LinearOrder.load(tmp_path / 'order.npz')
    assert again.relevance(shop.vectors).tolist() == order.relevance(shop.vectors).tolist()
    assert again.facts == order.facts
    again.check(shop)
    assert b'pickle' not in (tmp_path / 'order.npz').read_bytes()


def test_one_list_will_do_and_has_no_lists_to_be_judged_by(shop):
    pytest.importorskip('sklearn')
    order = learn_order(ranked_lists(shop, 1), shop)
    assert order.facts['tau'] is None


def test_an_order_of_another_network_is_refused(shop):
    with pytest.raises(UserError, match='another network'):
        LinearOrder(np.ones(6), {'space': ['cd']}).check(shop)
    with pytest.raises(UserError, match='another network'):
        LinearOrder(np.ones(5), {'space': ['ab']}).check(shop)
    LinearOrder(np.ones(6), {'space': ['ab']}).check(shop)


def test_an_order_is_not_for_vectors_that_were_reduced_by_themselves(tmp_path):
    """Two shops' principal components are other axes, though of one network and as many."""
    pytest.importorskip('sklearn')

    def reduced(seed):
        components = np.linalg.qr(np.random.default_rng(seed).normal(size=(6, 3)))[0].T
        header = {'per': 'product', 'size': 3, 'snapshot_sha256': 'ab'}
        file = tmp_path / f'{seed}.embeddings'
        with EmbeddingsWriter(file, header, Projection(np.zeros(6), components)) as writer:
            writer.add(np.eye(3), [Item(str(row), str(row), str(row)) for row in range(3)])
        return open_embeddings(file)

    order = learn_order([RankedList('a', ('0', '1', '2'), (1.0, 2.0, 3.0))], reduced(0))
    order.check(reduced(0))
    with pytest.raises(UserError, match='or was reduced differently'):
        order.check(reduced(1))


def test_the_smallest_lists_that_say_anything(shop):
    """A pair, alone or beside another list."""
    pytest.importorskip('sklearn')
    pair, other = (RankedList(name, ids, (1.0, 2.0)) for name, ids in (
        ('a', ('163', '51')), ('b', ('7', '8'))))
    nothing = RankedList('c', ('71',), (1.0,))
    for lists in ([pair], [pair, nothing], [pair, other], [pair, *ranked_lists(shop, 1)]):
        order = learn_order(lists, shop)
        first, second = order.relevance(shop.vectors[[163, 51]])
        assert first > second


def test_a_place_that_cannot_be_written_is_told(shop, tmp_path):
    with pytest.raises(UserError, match='order.npz: cannot be written: No such file'):
        LinearOrder(np.ones(6), {}).save(tmp_path / 'none' / 'order.npz')


def test_what_is_no_saved_order_is_refused(tmp_path):
    (tmp_path / 'text').write_text('list,product,rank\n')
    np.savez(tmp_path / 'other.npz', weights=np.ones(3))
    (tmp_path / 'empty').touch()
    np.save(tmp_path / 'array.npy', np.ones(3))     # as a file of embeddings begins
    for name, value in ('inf.npz', np.inf), ('huge.npz', 3e38):      # of which scores overflow
        LinearOrder(np.full(6, value), {}).save(tmp_path / name)
    for name in 'text', 'other.npz', 'missing', 'empty', 'array.npy', 'inf.npz', 'huge.npz':
        with pytest.raises(UserError, match=f'{name}: not a learned order'):
            LinearOrder.load(tmp_path / name)


def test_reads_lists(tmp_path):
    path = tmp_path / 'lists.csv'
    path.write_text('\ufeffrank,list,product,note\n1,spring,a,x\n2,spring,b,\n1.5,autumn,a,\n'
                    '1.5,autumn,c,\n', encoding='utf-8')
    assert read_ranked_lists(path) == [
        RankedList('spring', ('a', 'b'), (1.0, 2.0)), RankedList('autumn', ('a', 'c'), (1.5, 1.5))]


def test_reads_lists_as_a_spreadsheet_saves_them(tmp_path):
    path = tmp_path / 'lists.csv'
    path.write_text('List;Product;Rank\r\nspring;a\xa0;1\r\nspring;b;1,5\r\nspring;c;2.25\r\n',
                    encoding='utf-16')
    assert read_ranked_lists(path) == [RankedList('spring', ('a', 'b', 'c'), (1.0, 1.5, 2.25))]


@pytest.mark.parametrize(('text', 'words'), [
    ('list,product\na,b\n',
     'lists.csv:1: expected ordered lists; missing column rank; found list, product'),
    ('', 'lists.csv:1: expected ordered lists; missing column list, product, rank; found nothing'),
    ('list,product,rank\ns,a,1\ns,b,first\n', "lists.csv:3: rank 'first' is not a number"),
    ('list;product;rank\ns;a;1\ns;b;1,000\n', "lists.csv:3: rank '1,000' is not a number"),
    ('list,product,rank\ns,a,1\ns,b,1_0\n', "lists.csv:3: rank '1_0' is not a number"),
    ('list,product,rank\ns,a,1\ns,b\n', r'lists.csv:3 \(2 fields, not 3\): another number'),
    ('list,product,rank\ns,a,1\ns,a,2\n', "lists.csv:3: product 'a' is in list 's' already"),
    ('list,product,rank\ns,a,1\nt,b,2\n', 'no list has products of two ranks')])
def test_says_what_is_wrong_with_lists(tmp_path, text, words):
    (tmp_path / 'lists.csv').write_text(text)
    with pytest.raises(UserError, match=words):
        read_ranked_lists(tmp_path / 'lists.csv')


def test_a_product_that_is_not_in_the_file_is_named(shop):
    pytest.importorskip('sklearn')
    with pytest.raises(UserError, match="no product has the id 'x9'"):
        learn_order([RankedList('a', ('1', 'x9'), (1, 2))], shop)


@pytest.mark.parametrize('ranks', [
    [2, 1], [1, 1], [3, 1, 2, 2, 1], [0.5], *(
        np.random.default_rng(size).integers(0, most, size)
        for size in (20, 60, 70, 300) for most in (1, 2, 9, 400))])
def test_pairs_are_those_of_all_pairs(ranks):
    ranks = np.asarray(ranks)
    expected = np.argwhere(ranks[:, np.newaxis] < ranks)
    if len(expected) > PAIRS:
        expected = expected[np.random.default_rng(7).choice(len(expected), PAIRS, replace=False)]
    np.testing.assert_array_equal(merchandiser._pairs(ranks, 7), expected)


def test_a_long_list_takes_no_more_memory_than_its_products():
    ranks = np.random.default_rng(0).permutation(5000)
    tracemalloc.start()
    pairs = merchandiser._pairs(ranks, 0)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (ranks[pairs[:, 0]] < ranks[pairs[:, 1]]).all()
    assert len(np.unique(pairs, axis=0)) == PAIRS
    assert peak < 5000 ** 2 / 8


def test_kendall_tau_by_hand():
    assert kendall_tau(np.array([3, 2, 1]), np.array([1, 2, 3])) == 1
    assert kendall_tau(np.array([1, 2, 3]), np.array([1, 2, 3])) == -1
    # Pairs: (1, 2) right, (1, 3) right, (2, 3) wrong.
    assert kendall_tau(np.array([3, 1, 2]), np.array([1, 2, 3])) == pytest.approx(1 / 3)
    # A pair with equal ranks is no pair; one with equal scores is half right.
    assert kendall_tau(np.array([2, 2, 1]), np.array([1, 2, 2])) == pytest.approx(1 / 2)
