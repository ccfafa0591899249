"""An index that follows a changed file finds what one that was learned anew would find."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fashion_models.representation.embeddings import Item, open_embeddings
from fashion_models.representation.embeddings_writer import EmbeddingsWriter
from fashion_models.representation.search import index as module
from fashion_models.representation.search.following import drift, matched
from fashion_models.representation.search.index import build_index, index_folder, open_index
from fashion_models.representation.search.neighbours import exact_search

faiss = pytest.importorskip('faiss')
marks = st.lists(st.integers(0, 6), max_size=12).map(lambda values: np.array(values, np.uint64))


@given(marks, marks)
def test_vectors_are_matched_once_each(old, new):
    rows = matched(old, new)
    found = rows[rows >= 0]
    assert len(set(found.tolist())) == len(found)
    np.testing.assert_array_equal(new[found], old[rows >= 0])
    common = sum(min(np.count_nonzero(old == mark), np.count_nonzero(new == mark))
                 for mark in range(7))
    assert len(found) == common
    assert drift(rows, len(new)) == len(old) + len(new) - 2 * common


def write(file, vectors, groups):
    with EmbeddingsWriter(file, {'per': 'product', 'size': vectors.shape[1]}) as writer:
        writer.add(vectors, [Item(f'{group}', f'{group}', f'{group}') for group in groups])
    return open_embeddings(file)


def unit(vectors):
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


@pytest.mark.parametrize('size', [32, 160], ids=['whole vectors', 'components'])
def test_it_follows(tmp_path, size, monkeypatch):
    rng = np.random.default_rng(0)
    vectors, file = unit(rng.normal(size=(4000, size))), tmp_path / 'e'
    build_index(write(file, vectors, range(4000)).file)
    # A tenth goes, new ones come in between, and the order changes.
    kept = rng.permutation(4000)[:3800]
    new = unit(rng.normal(size=(200, size)))
    changed = np.concatenate([vectors[kept[:1000]], new, vectors[kept[1000:]]])
    embeddings = write(file, changed, range(4000))
    assert open_index(embeddings) is None

    def learned(vectors):
        raise AssertionError('learned anew')

    with monkeypatch.context() as patch:
        patch.setattr(module, '_learned', learned)
        index = build_index(file)
    assert len(index) == 4000
    everywhere = {'nprobe': 10**6}
    ids = index._index.search(changed[:50], 4000, params=faiss.SearchParametersIVF(**everywhere))[1]
    assert all(sorted(row) == list(range(4000)) for row in ids.tolist())
    truth, _ = exact_search(changed, changed[900:1300:20], 10)
    anew = module.Index(index_folder(file), _rebuilt(file))
    for rows, query in zip(truth, changed[900:1300:20]):
        assert rows[0] in index.candidates(query, 100)
    recalls = [np.mean([np.isin(rows, one.candidates(query, 100)).mean()
                        for rows, query in zip(truth, changed[900:1300:20])])
               for one in (index, anew)]
    assert recalls[0] > recalls[1] - 0.05


def _rebuilt(file):
    folder = index_folder(file)
    (folder / 'index.json').unlink()
    build_index(file)
    return module.unsealed(json.loads((folder / 'index.json').read_text()))


def test_a_large_change_and_a_damaged_index_are_learned_anew(tmp_path, monkeypatch):
    rng = np.random.default_rng(0)
    vectors, file = unit(rng.normal(size=(2000, 32))), tmp_path / 'e'
    build_index(write(file, vectors, range(2000)).file)
    anew, learned = [], module._learned
    monkeypatch.setattr(module, '_learned', lambda vectors: anew.append(1) or learned(vectors))
    for number in range(1, 4):      # each time 5 % go and 5 % come: it adds up
        vectors = np.concatenate([vectors[100:], unit(rng.normal(size=(100, 32)))])
        build_index(write(file, vectors, range(2000)).file)
        assert len(anew) == (number > 2)
    marks = index_folder(file) / 'marks.npy'
    marks.write_bytes(marks.read_bytes()[:-1])
    build_index(write(file, vectors[1:], range(1999)).file)
    assert len(anew) == 2
