import contextlib
import json
import shutil
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fashion_models import cli
from fashion_models.catalogue.io import open_catalogue
from fashion_models.errors import UserError
from fashion_models.representation.embed import embed
from fashion_models.representation.embeddings import Item, open_embeddings
from fashion_models.representation.embeddings_writer import EmbeddingsWriter
from fashion_models.representation.encoder import load
from fashion_models.representation.linear import normalize
from fashion_models.representation.search import index
from fashion_models.representation.search import searcher as search
from fashion_models.representation.search.searcher import Searcher, encoder_of

TYPES = 'shoes', 'bags', 'coats'


def write(file, vectors, groups_of=1, dtype='float32'):
    """A file of vectors; item n is of type n % 3, of group n // groups_of, every tenth is rare."""
    with EmbeddingsWriter(file, {'per': 'product', 'size': vectors.shape[1], 'dtype': dtype,
                                 'run': '/no/run', 'catalogue': '/no/catalogue'}) as writer:
        writer.add(vectors, [
            Item(str(n), str(n), str(n // groups_of),
                 {'type': TYPES[n % 3], 'colour': 'red|rare' if n % 10 == 0 else 'red'},
                 title=f'item {n}') for n in range(len(vectors))])
    return open_embeddings(file)


def clustered(n, size, seed=0, clusters=30):
    """Vectors around a few centres, as those of products are."""
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(clusters, size))
    return normalize(np.maximum(
        centres[rng.integers(0, clusters, n)] + 0.5 * rng.normal(size=(n, size)), 0)
    ).astype(np.float32)


def nearest(vectors, query, k, allowed):
    """The oracle: rows of the k nearest among those that ``allowed`` says."""
    similarity = np.where(allowed, vectors.astype(np.float64) @ query.astype(np.float64), -2)
    return np.argsort(-similarity, kind='stable')[:min(k, np.count_nonzero(allowed))]


@pytest.fixture(scope='module')
def shop(tmp_path_factory):
    file = tmp_path_factory.mktemp('shop') / 'shop.embeddings'
    return write(file, clustered(300, 24), groups_of=4)


@settings(max_examples=40)
@given(row=st.integers(0, 299), k=st.integers(1, 60), other_groups=st.booleans(),
       type=st.sampled_from([None, *TYPES]), colour=st.sampled_from([None, 'red', 'rare']))
def test_neighbours_of_an_item(shop, row, k, other_groups, type, colour):
    where = {task: label for task, label in (('type', type), ('colour', colour)) if label}
    hits = Searcher(shop).like(str(row), k, where, other_groups)
    rows = np.arange(300)
    allowed = rows // 4 != row // 4 if other_groups else rows != row
    if type:
        allowed &= rows % 3 == TYPES.index(type)
    if colour == 'rare':
        allowed &= rows % 10 == 0
    # The vectors are all different, and their similarities, too.
    expected = nearest(shop.vectors, shop.vectors[row], k, allowed)
    assert [hit.row for hit in hits] == expected.tolist()
    assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
    assert all(hit.item == shop.items[hit.row] for hit in hits)
    np.testing.assert_allclose(
        [hit.similarity for hit in hits],
        shop.vectors[[hit.row for hit in hits]] @ shop.vectors[row], atol=1e-6)


def test_equal_items_come_in_the_order_of_the_file(tmp_path):
    vectors = np.tile(clustered(4, 16), (50, 1))
    embeddings = write(tmp_path / 'equal', vectors)
    rows = [hit.row for hit in Searcher(embeddings).like('6', 49)]
    assert rows == [row for row in range(2, 200, 4) if row != 6]


# With an index.

@pytest.fixture
def small_limit(monkeypatch):
    pytest.importorskip('faiss', reason='needs the extra "search"')
    monkeypatch.setattr(search, 'EXACT_LIMIT', 500)


@pytest.fixture(scope='module')
def large_vectors():
    return clustered(3000, 200)


@pytest.fixture
def large(small_limit, tmp_path, large_vectors):
    return write(tmp_path / 'large.embeddings', large_vectors)


def recall(embeddings, hits_of, queries, allowed):
    """Mean share of the ten nearest that are found; also checks that there are always ten."""
    shares = []
    for row in queries:
        hits = hits_of(row)
        assert len(hits) == 10
        assert [hit.similarity for hit in hits] == sorted(
            (hit.similarity for hit in hits), reverse=True)
        assert all(allowed[hit.row] and hit.row != row for hit in hits)
        others = allowed & (np.arange(len(embeddings)) != row)
        expected = nearest(embeddings.vectors, embeddings.vectors[row], 10, others)
        shares.append(len({hit.row for hit in hits} & set(expected)) / 10)
    return np.mean(shares)


@pytest.mark.parametrize(('size', 'dtype'), [(200, 'float32'), (200, 'float16'), (16, 'float32')])
def test_recall_of_the_index(small_limit, tmp_path, size, dtype):
    embeddings = write(tmp_path / 'large', clustered(3000, size), dtype=dtype)
    searcher = Searcher(embeddings)
    assert searcher._index is not None
    assert recall(embeddings, lambda row: searcher.like(str(row)), range(0, 3000, 30),
                  np.ones(3000, bool)) >= 0.95


def test_recall_of_the_index_among_some(large):
    searcher = Searcher(large)
    allowed = np.arange(3000) % 3 == 1
    assert recall(large, lambda row: searcher.like(str(row), where={'type': 'bags'}),
                  range(0, 3000, 30), allowed) >= 0.95


def test_recall_where_what_is_wanted_lies_far_from_the_query(small_limit, tmp_path, monkeypatch):
    monkeypatch.setattr(index, 'PROBES', 2)
    # Bags on one side of the sphere, everything else on the other: no bag in the nearest cells.
    vectors = clustered(3000, 32)
    vectors[:, 0] = np.where(np.arange(3000) % 3 == 1, -2, 2)
    embeddings = write(tmp_path / 'sides', normalize(vectors))
    searcher = Searcher(embeddings)
    monkeypatch.setattr(searcher, '_from_all', None)    # the index has to find them itself
    hits = searcher.like('0', where={'type': 'bags'})
    assert len(hits) == 10
    assert all(hit.row % 3 == 1 for hit in hits)


def test_few_that_are_wanted_are_all_compared(large):
    # 100 of 3000: exact, and never fewer than there are.
    searcher = Searcher(large)
    allowed = np.arange(3000) % 30 == 10
    hits = searcher.like('40', 300, {'type': 'bags', 'colour': 'rare'})
    expected = nearest(large.vectors, large.vectors[40], 300,
                       allowed & (np.arange(3000) != 40))
    assert [hit.row for hit in hits] == expected.tolist()
    assert len(hits) == 99


def test_as_many_as_there_are_wanted_are_found(large):
    # More than the nearest cells hold.
    assert len(Searcher(large).like('0', 2999)) == 2999


def test_exact_needs_no_index(large, tmp_path):
    hits = Searcher(large, exact=True).like('0')
    assert [hit.row for hit in hits] == nearest(
        large.vectors, large.vectors[0], 10, np.arange(3000) != 0).tolist()
    assert not index.index_folder(large.file).exists()


@pytest.fixture
def builds(monkeypatch):
    """The files that an index was built of, in order."""
    built = []

    def build(file, stamp):
        built.append(file)
        return index.build_index(file, stamp)

    monkeypatch.setattr(search, 'build_index', build)
    return built


def test_the_index_is_built_once(large, builds):
    one = Searcher(large).like('7')
    assert Searcher(large).like('7') == one
    assert len(builds) == 1


def test_who_waits_for_an_index_that_another_process_builds_uses_it(large, monkeypatch, capsys):
    built = []

    def building_elsewhere(path, if_busy):
        if_busy()
        built.append(build(large, path.parent))     # until then this process waits
        monkeypatch.setattr(index, '_build', lambda *_: pytest.fail('builds it again'))
        return contextlib.nullcontext()

    build = index._build
    monkeypatch.setattr(index, 'locked', building_elsewhere)
    assert len(index.build_index(large.file)) == len(built[0])
    assert 'waiting for another process, which is building it' in capsys.readouterr().err


def test_an_index_of_other_content_is_not_used(large, builds, large_vectors):
    Searcher(large)
    changed = write(large.file, large_vectors[::-1])
    assert [hit.row for hit in Searcher(changed).like('7', 3)] == nearest(
        changed.vectors, changed.vectors[7], 3, np.arange(3000) != 7).tolist()
    assert len(builds) == 2
    Searcher(changed)
    assert len(builds) == 2


def test_an_index_moves_with_its_file(large, builds, tmp_path):
    Searcher(large)
    moved = tmp_path / 'elsewhere' / 'moved'
    moved.parent.mkdir()
    shutil.copy(large.file, moved)
    shutil.copytree(index.index_folder(large.file), index.index_folder(moved))
    Searcher(open_embeddings(moved))
    assert len(builds) == 1
    header = json.loads((index.index_folder(moved) / 'index.json').read_text())
    assert header['stamp']['inode'] == moved.stat().st_ino  # need not be read again


def test_an_index_that_was_not_finished_is_not_used(large, builds, monkeypatch):
    def fail(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(index.Labels, 'of', fail)
        with pytest.raises(KeyboardInterrupt):
            Searcher(large)
    assert index.open_index(large) is None
    Searcher(large)
    assert len(builds) == 2


def test_a_damaged_index(large):
    Searcher(large)
    (index.index_folder(large.file) / 'cells.faiss').write_bytes(b'IwPT')
    with pytest.raises(UserError, match='large.embeddings.index: the index is damaged; delete it'):
        Searcher(large)


def test_without_faiss(large, monkeypatch):
    monkeypatch.setitem(sys.modules, 'faiss', None)
    with pytest.raises(UserError, match=r'exact search.*pip install "faiss-cpu'):
        Searcher(large)


def test_a_folder_that_cannot_be_written(large, tmp_path):
    index.index_folder(large.file).write_text('in the way')
    with pytest.raises(UserError, match='large.embeddings.index: cannot be written'):
        Searcher(large)


def test_a_run_that_went_on_or_away(tiny_run, tmp_path):
    run, catalogue = tiny_run
    embeddings = embed(
        load(run), open_catalogue(catalogue), tmp_path / 'toys.embeddings', progress=False)
    copy = shutil.copytree(run, tmp_path / 'copy')
    assert encoder_of(embeddings, copy).run.folder == copy
    (copy / 'snapshots/best.npz').write_bytes(b'another')
    with pytest.raises(UserError, match='best snapshot is not the one that .* was made with'):
        encoder_of(embeddings, copy)
    embeddings.header['run'] = str(tmp_path / 'gone')
    with pytest.raises(UserError, match='gone, which is not there; say where it is'):
        encoder_of(embeddings)


def test_index_command(large, capsys, builds):
    assert cli.main(['index', str(large.file)]) == 0
    assert capsys.readouterr().out.startswith(
        f'{index.index_folder(large.file)}: 3,000 vectors, ')
    Searcher(large)
    assert builds == []


@pytest.mark.parametrize('name', ['cells.faiss', 'labels.npz', 'index.json'])
def test_a_changed_byte_of_the_index_is_noticed(large, builds, name):
    Searcher(large)
    file = index.index_folder(large.file) / name
    whole = file.read_bytes()
    for place in np.random.default_rng(0).integers(len(whole), size=20):
        changed = bytearray(whole)
        changed[place] ^= 1
        file.unlink()
        file.write_bytes(changed)
        if name == 'index.json':    # says nothing that can be relied on: the index is built anew
            found = index.open_index(large)
            assert found is None or json.loads(changed) == json.loads(whole)
        else:
            with pytest.raises(UserError, match=f'the index is damaged; delete it .{name} is not'):
                index.open_index(large)


@pytest.mark.parametrize('count', [1, 3, 250])
def test_rows_that_are_left_out_change_nothing_else(tmp_path, count):
    rng = np.random.default_rng(0)
    vectors = rng.standard_normal((400, 8)).astype(np.float32)
    vectors[5:9] = vectors[4]       # ties, in the order of their rows
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    with EmbeddingsWriter(tmp_path / 'a.embeddings', {'per': 'product', 'size': 8}) as writer:
        writer.add(vectors, [Item(str(row), str(row), str(row)) for row in range(400)])
    searcher = Searcher(open_embeddings(tmp_path / 'a.embeddings'))
    without = [4, *rng.permutation(400)[:count - 1].tolist()]
    found = [hit.row for hit in searcher.nearest(vectors[4], 10, without=without)]
    similarities = (vectors.astype(float) * vectors[4]).sum(axis=1)
    order = [row for row in np.argsort(-similarities, kind='stable') if row not in without]
    assert found == order[:10]
