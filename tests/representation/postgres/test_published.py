"""Among more rows than are compared one by one, as many are found as in the file."""

import numpy as np
import pytest

from fashion_models.representation.embeddings import Item, open_embeddings
from fashion_models.representation.embeddings_writer import EmbeddingsWriter
from fashion_models.representation.postgres import open_table, publish, published
from fashion_models.representation.search.searcher import Searcher

CLOTHING, SHOES = 2000, 300


@pytest.fixture
def embeddings(tmp_path):
    """A file of clothing and shoes, which lie far apart."""
    vectors = 0.3 * np.random.default_rng(0).normal(size=(CLOTHING + SHOES, 8))
    vectors[:, 0] += np.where(np.arange(len(vectors)) < CLOTHING, 1, -1)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    header = {'per': 'product', 'size': 8, 'snapshot_sha256': 'a', 'tasks': {'type': False}}
    with EmbeddingsWriter(tmp_path / 'e', header) as writer:
        writer.add(vectors, [
            Item(f'p{row}', '', '', {'type': 'Clothing' if row < CLOTHING else 'Shoes'})
            for row in range(len(vectors))])
    return open_embeddings(tmp_path / 'e')


def test_where_none_of_the_nearest_fits_all_that_fit_are_compared(
        empty, embeddings, monkeypatch):
    publish(embeddings, empty, progress=False)
    monkeypatch.setattr(published, 'EXACT_LIMIT', SHOES - 1)
    searcher = Searcher(embeddings)
    with open_table(empty) as table:
        # As in a table of millions: the index costs less, and the scan ends long before the shoes.
        table._connection.execute('set seq_page_cost = 10000')
        table._connection.execute('set hnsw.max_scan_tuples = 200')
        for id in [f'p{row}' for row in range(12)]:     # a statement is prepared after five
            for where in {'type': 'Clothing'}, {'type': 'Shoes'}:
                found, expected = ([hit.item.id for hit in one.like(id, 10, where)]
                                   for one in (table, searcher))
                assert found == expected
