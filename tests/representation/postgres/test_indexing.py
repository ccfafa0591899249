"""The index is made in the memory given, and how far it is can be seen."""

import numpy as np
import pytest

from fashion_models.errors import UserError
from fashion_models.representation.embeddings import Item, open_embeddings
from fashion_models.representation.embeddings_writer import EmbeddingsWriter
from fashion_models.representation.postgres import indexing, open_table, publish


@pytest.fixture(scope='module')
def embeddings(tmp_path_factory):
    """A file of a thousand vectors, whose index takes more than a megabyte."""
    file = tmp_path_factory.mktemp('embeddings') / 'e'
    vectors = np.random.default_rng(0).normal(size=(1000, 512))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    header = {'per': 'product', 'size': 512, 'dtype': 'float16', 'snapshot_sha256': 'a',
              'tasks': {'type': False}}
    with EmbeddingsWriter(file, header) as writer:
        writer.add(vectors, [
            Item(f'p{row}', f'p{row}', f'p{row}', {'type': 'Shoes'}, '', '', '', [])
            for row in range(len(vectors))])
    return open_embeddings(file)


@pytest.mark.parametrize(('memory', 'fitted'), [('1MB', False), ('64MB', True)])
def test_whether_the_memory_was_enough_is_told(empty, embeddings, memory, fitted):
    done = publish(embeddings, empty, progress=False, index_memory=memory)
    assert (done.new, done.fitted) == (1000, fitted)
    assert done.advice().startswith('the index did not fit into 1MB') != fitted
    with open_table(empty) as table:
        assert len(table.like('p7', 10)) == 10


@pytest.mark.parametrize('memory', ['much', '4 apples', '-1', '', '1B'])
def test_what_is_no_amount_of_memory_is_refused_before_anything_is_sent(
        empty, embeddings, memory):
    with pytest.raises(UserError, match='index memory: found .*, expected an amount such as'):
        publish(embeddings, empty, progress=False, index_memory=memory)
    with pytest.raises(UserError, match='nothing was published'), open_table(empty):
        pass


def test_how_far_it_is_is_shown(empty, embeddings, monkeypatch):
    shown = []

    class Bar(indexing.tqdm):
        def update(self, n):
            super().update(n)
            shown.append(self.n)

    monkeypatch.setattr(indexing, 'tqdm', lambda **named: Bar(**{**named, 'disable': False}))
    monkeypatch.setattr(indexing, '_PAUSE', 0.01)
    publish(embeddings, empty, progress=True, index_memory='1MB')
    assert shown == sorted(shown)
    assert shown[-1] == 1000
    assert any(0 < n < 1000 for n in shown)
