"""An index is of the vectors that were opened, whatever is at their path by now."""

import contextlib
import importlib.metadata
import json

import numpy as np
import pytest

from fashion_models.errors import UserError
from fashion_models.representation.embeddings import Embeddings, Item, open_embeddings
from fashion_models.representation.embeddings_writer import EmbeddingsWriter
from fashion_models.representation.linear import normalize
from fashion_models.representation.search import index, searcher

pytest.importorskip('faiss', reason='needs the extra "search"')

VECTORS = normalize(np.random.default_rng(0).normal(size=(600, 16))).astype(np.float32)


def write(file, vectors=VECTORS):
    with EmbeddingsWriter(file, {'per': 'product', 'size': 16}) as writer:
        writer.add(vectors, [Item(str(n), str(n), str(n)) for n in range(len(vectors))])
    return open_embeddings(file)


@pytest.fixture
def file(tmp_path):
    write(tmp_path / 'e')
    return tmp_path / 'e'


def proposes_its_own_rows(found, vectors):
    return all(row in found.candidates(vectors[row], 20) for row in range(0, 600, 40))


def test_a_file_that_is_replaced_while_another_process_builds(file, monkeypatch):
    def replaced_meanwhile(path, if_busy):
        if_busy()
        write(file, VECTORS[::-1])
        return contextlib.nullcontext()

    monkeypatch.setattr(index, 'locked', replaced_meanwhile)
    index.build_index(file)
    assert proposes_its_own_rows(index.open_index(open_embeddings(file)), VECTORS[::-1])


def test_a_file_that_is_replaced_while_it_is_indexed(file, monkeypatch):
    def replaced_meanwhile(*_):
        write(file, VECTORS[::-1])
        return labels_of([], {})

    labels_of = index.Labels.of
    monkeypatch.setattr(index.Labels, 'of', replaced_meanwhile)
    with pytest.raises(UserError, match='was replaced while it was being indexed'):
        index.build_index(file)
    assert index.open_index(open_embeddings(file)) is None


def test_a_file_that_is_replaced_once_it_is_opened(file, monkeypatch):
    monkeypatch.setattr(searcher, 'EXACT_LIMIT', 500)
    opened = open_embeddings(file)
    write(file, VECTORS[::-1])
    index.build_index(file)
    made = (index.index_folder(file) / 'index.json').read_bytes()
    with pytest.raises(UserError, match='/e: was replaced since it was opened; open it again'):
        searcher.Searcher(opened)
    assert (index.index_folder(file) / 'index.json').read_bytes() == made
    hits = searcher.Searcher(open_embeddings(file)).nearest(VECTORS[-1], 1)
    assert [hit.row for hit in hits] == [0]


@pytest.mark.parametrize('ready', [True, False])
def test_an_index_that_another_process_builds_anew_while_it_is_opened(file, monkeypatch, ready):
    index.build_index(file)
    opened, checksum = open_embeddings(file), index._checksum

    def rebuilt_meanwhile(path):
        monkeypatch.setattr(index, '_checksum', checksum)
        write(file, VECTORS[::-1])
        index.build_index(file)
        if not ready:
            (index.index_folder(file) / 'index.json').unlink()  # as it begins
        return checksum(path)

    monkeypatch.setattr(index, '_checksum', rebuilt_meanwhile)
    assert index.open_index(opened) is None
    assert (index.open_index(open_embeddings(file)) is not None) == ready


def test_an_index_of_a_moved_file_that_is_built_anew_while_the_file_is_read(file, monkeypatch):
    index.build_index(file)
    file.write_bytes(file.read_bytes())     # of another stamp, as if moved
    opened, sha256 = open_embeddings(file), Embeddings.sha256

    def rebuilt_meanwhile(embeddings):
        found = sha256(embeddings)
        monkeypatch.setattr(Embeddings, 'sha256', sha256)
        write(file, VECTORS[::-1])
        index.build_index(file)
        return found

    monkeypatch.setattr(Embeddings, 'sha256', rebuilt_meanwhile)
    assert index.open_index(opened) is None
    assert proposes_its_own_rows(index.open_index(open_embeddings(file)), VECTORS[::-1])


def test_a_damaged_index_is_told(file):
    index.build_index(file)
    (index.index_folder(file) / 'marks.npy').write_bytes(b'damaged')
    with pytest.raises(UserError, match='e.index: the index is damaged; delete it .marks.npy is'):
        index.open_index(open_embeddings(file))


def test_faiss_of_another_distribution(file, monkeypatch):
    def not_installed(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, 'version', not_installed)
    index.build_index(file)
    header = json.loads((index.index_folder(file) / 'index.json').read_text())
    assert header['versions'].keys() == {'faiss', 'numpy'}
