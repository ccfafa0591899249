"""Files of embeddings: written, read, interrupted, damaged.

One file: the tests of writing and of reading need each other's half.
"""

import json
import os
import shutil
import signal
import struct
import subprocess
import sys
import tracemalloc

import filelock
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fashion_models.errors import UserError
from fashion_models.files import checksum
from fashion_models.representation.embeddings import Item, open_embeddings
from fashion_models.representation.embeddings_header import MAGIC, TRAILER, stamp_of
from fashion_models.representation.embeddings_writer import EmbeddingsWriter, remove_leftovers
from fashion_models.representation.linear import Projection, normalize

HEADER = {'per': 'product', 'size': 4, 'run': '/a run', 'catalogue_hash': 'abc'}


def unit(rows, size=4, seed=0):
    return normalize(np.random.default_rng(seed).normal(size=(rows, size))).astype(np.float32)


def items(start, stop):
    return [
        Item(f'p{n}', f'p{n}', f'g{n // 2}', {'type': 'bags', 'colour': 'Red|Blue'}, 'Shop',
             f'Tasche {n} für Ängstliche', '', (f'images/{n}.jpg',))
        for n in range(start, stop)]


def write(file, rows=5, **arguments):
    vectors = unit(rows)
    with EmbeddingsWriter(file, HEADER, **arguments) as writer:
        writer.add(vectors[:2], items(0, 2))
        writer.add(vectors[2:], items(2, rows))
    return vectors


def test_what_is_written_is_read(tmp_path):
    vectors = write(tmp_path / 'e')
    found = open_embeddings(tmp_path / 'e')
    np.testing.assert_array_equal(found.vectors, vectors)
    assert list(found.items) == items(0, 5)
    assert found.items[-1] == items(4, 5)[0]
    assert found.items[1:3] == items(1, 3)
    assert found.ids == ['p0', 'p1', 'p2', 'p3', 'p4']
    assert found.header == {**HEADER, 'dtype': 'float32', 'rows': 5}
    assert len(found) == 5
    assert os.listdir(tmp_path) == ['e']


def test_numpy_alone_reads_the_vectors(tmp_path):
    vectors = write(tmp_path / 'e')
    np.testing.assert_array_equal(np.load(tmp_path / 'e', allow_pickle=False), vectors)
    mapped = np.load(tmp_path / 'e', mmap_mode='r', allow_pickle=False)
    np.testing.assert_array_equal(mapped, vectors)


def test_vectors_are_mapped_and_read_only(tmp_path):
    write(tmp_path / 'e')
    vectors = open_embeddings(tmp_path / 'e').vectors
    assert not vectors.flags.writeable
    assert not vectors.flags.owndata


def test_half_the_bytes_with_float16(tmp_path):
    with EmbeddingsWriter(tmp_path / 'e', {**HEADER, 'dtype': 'float16'}) as writer:
        writer.add(unit(3), items(0, 3))
    vectors = open_embeddings(tmp_path / 'e').vectors
    assert vectors.dtype == np.float16
    np.testing.assert_array_equal(vectors, unit(3).astype(np.float16))


@settings(max_examples=30)
@given(text=st.text(max_size=5))
def test_any_text_comes_back(tmp_path_factory, text):
    file = tmp_path_factory.mktemp('any') / 'e'
    found = [
        Item(text, text, text, {'type': text}, text, text, text, (text,)),
        Item(f'{text}\n', '\ufffd', '\x85\u2028')]
    with EmbeddingsWriter(file, HEADER) as writer:
        writer.add(unit(2), found)
    embeddings = open_embeddings(file)
    assert list(embeddings.items) == found
    assert embeddings.ids == [item.id for item in found]


def test_row_of_an_id(tmp_path):
    write(tmp_path / 'e')
    assert open_embeddings(tmp_path / 'e').row('p3') == 3


def test_an_unknown_id_is_told_with_those_that_look_like_it(tmp_path):
    write(tmp_path / 'e')
    with pytest.raises(UserError, match=r"/e: no product has the id 'pp3'.*p3"):
        open_embeddings(tmp_path / 'e').row('pp3')


def test_projection_comes_back_and_projects_queries(tmp_path):
    projection = Projection(
        np.array([.1, 0, 0, 0], np.float32), np.eye(4, dtype=np.float32)[[1, 0]])
    with EmbeddingsWriter(tmp_path / 'e', {**HEADER, 'size': 2}, projection) as writer:
        writer.add(projection(unit(3)), items(0, 3))
    found = open_embeddings(tmp_path / 'e')
    np.testing.assert_array_equal(found.projection.components, projection.components)
    query = np.array([.5, .3, .8, 0], np.float32)
    np.testing.assert_allclose(found.project(query), [.6, .8], rtol=1e-6)
    np.testing.assert_allclose(found.project(unit(3)), found.vectors, rtol=1e-6)


def test_without_projection_queries_stay_as_they_are(tmp_path):
    write(tmp_path / 'e')
    found = open_embeddings(tmp_path / 'e')
    assert found.projection is None
    np.testing.assert_array_equal(found.project(unit(2)), unit(2))


@pytest.mark.parametrize('content', [b'', b'short', b'x' * 1000])
def test_other_files_are_refused(tmp_path, content):
    (tmp_path / 'e').write_bytes(content)
    with pytest.raises(UserError, match='/e: not a complete file of embeddings'):
        open_embeddings(tmp_path / 'e')


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(UserError, match='/e: no such file'):
        open_embeddings(tmp_path / 'e')
    with pytest.raises(UserError, match='is a folder, expected a file that'):
        open_embeddings(tmp_path)


def test_every_shorter_file_is_refused(tmp_path):
    write(tmp_path / 'e')
    whole = (tmp_path / 'e').read_bytes()
    for size in range(0, len(whole), 7):
        (tmp_path / 'e').write_bytes(whole[:size])
        with pytest.raises(UserError, match='not a complete file of embeddings'):
            open_embeddings(tmp_path / 'e')


def test_a_file_of_an_earlier_version_is_to_be_embedded_again(tmp_path):
    header = b'{"per": "product"}'
    (tmp_path / 'e').write_bytes(bytes(64) + header + struct.pack(
        '<8sqq', b'FMEMBED1', 64, len(header)))
    with pytest.raises(UserError, match='/e: is of an earlier version .*; embed again'):
        open_embeddings(tmp_path / 'e')


def with_header(file, change):
    """Changes the header (dict) of a file of embeddings, and writes it with the right checksum."""
    content = file.read_bytes()
    _, offset, length, _ = TRAILER.unpack(content[-TRAILER.size:])
    header = json.loads(content[offset:offset + length])
    change(header)
    text = json.dumps(header).encode()
    file.write_bytes(content[:offset] + text + TRAILER.pack(
        MAGIC, offset, len(text), checksum(text)))


@pytest.mark.parametrize('change', [
    {'rows': 6}, {'rows': -1}, {'rows': 1 << 62}, {'rows': '5'}, {'size': 0}, {'size': 1 << 40},
    {'dtype': 'float64'}, {'dtype': None}, {'dtype': 'nan'}, {'per': 3}, {'tasks': {'file': True}},
    {'tasks': {'season': 1}}, {'sections': {}}, {'sections': None}, {'run': 1}])
def test_a_header_that_says_something_else_is_refused(tmp_path, change):
    write(tmp_path / 'e')
    with_header(tmp_path / 'e', lambda header: header.update(change))
    with pytest.raises(UserError, match='/e: not a complete file of embeddings.*; embed again'):
        open_embeddings(tmp_path / 'e')


@pytest.mark.parametrize('place', [[0], [-64, 8, 0], [1 << 62, 8, 0], [0, 1 << 40, 0], ['0', 1, 2]])
@pytest.mark.parametrize('name', ['items', 'index', 'ids', 'checksums', 'preamble'])
def test_sections_elsewhere_are_refused(tmp_path, name, place):
    write(tmp_path / 'e')
    with_header(tmp_path / 'e', lambda header: header['sections'].update({name: place}))
    with pytest.raises(UserError, match='/e: not a complete file of embeddings'):
        open_embeddings(tmp_path / 'e')


class StoppedError(Exception):
    pass


def stop_after(file, rows, **arguments):
    def write_some():
        with EmbeddingsWriter(file, HEADER, **arguments) as writer:
            writer.add(unit(5)[:rows], items(0, rows))
            raise StoppedError

    with pytest.raises(StoppedError):
        write_some()


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path):
    vectors = write(tmp_path / 'e')
    stop_after(tmp_path / 'e', 1)
    np.testing.assert_array_equal(open_embeddings(tmp_path / 'e').vectors, vectors)
    assert os.listdir(tmp_path) == ['e']


def test_an_unfinished_file_is_resumed(tmp_path):
    stop_after(tmp_path / 'e', 3, resume=True)
    with EmbeddingsWriter(tmp_path / 'e', HEADER, resume=True) as writer:
        assert writer.rows == 3
        writer.add(unit(5)[3:], items(3, 5))
    write(tmp_path / 'in one go')
    assert (tmp_path / 'e').read_bytes() == (tmp_path / 'in one go').read_bytes()
    assert sorted(os.listdir(tmp_path)) == ['e', 'in one go']


def test_one_of_another_header_is_started_anew(tmp_path):
    stop_after(tmp_path / 'e', 3, resume=True)
    other = {**HEADER, 'catalogue_hash': 'another'}
    with EmbeddingsWriter(tmp_path / 'e', other, resume=True) as writer:
        assert writer.rows == 0
        writer.add(unit(1), items(0, 1))
    assert len(open_embeddings(tmp_path / 'e')) == 1


def test_an_interrupted_addition_leaves_whole_rows(tmp_path):
    class Interrupted(Item):
        def record(self):
            raise KeyboardInterrupt

    def write_some():
        with EmbeddingsWriter(tmp_path / 'e', HEADER, resume=True) as writer:
            writer.add(unit(5)[:1], items(0, 1))
            writer.add(unit(5)[1:3], [*items(1, 2), Interrupted('x', 'x', 'x')])

    with pytest.raises(KeyboardInterrupt):
        write_some()
    with EmbeddingsWriter(tmp_path / 'e', HEADER, resume=True) as writer:
        assert writer.rows == 1
        writer.add(unit(5)[1:], items(1, 5))
    np.testing.assert_array_equal(open_embeddings(tmp_path / 'e').vectors, unit(5))


KILLED = '''
import os, signal, sys
import numpy as np
from fashion_models.representation import embeddings, embeddings_writer

file, moment = sys.argv[1:]
embeddings_writer._SECONDS_BETWEEN = 0
kill = lambda: os.kill(os.getpid(), signal.SIGKILL)
replace = os.replace
os.replace = lambda old, new: kill() if str(new) == file else replace(old, new)
header = {'per': 'product', 'size': 4, 'run': '/a run', 'catalogue_hash': 'abc'}
with embeddings_writer.EmbeddingsWriter(file, header, resume=True) as writer:
    writer.add(np.eye(4, dtype=np.float32), [embeddings.Item(c, c, c) for c in 'abcd'])
    if moment == 'adding':
        writer._parts['vectors'].write(b'half a vector')
        writer._parts['vectors'].flush()
        kill()
'''


@pytest.mark.parametrize('moment', ['adding', 'finishing'])
def test_kill_9_leaves_the_old_file_and_whole_rows(tmp_path, moment):
    file = tmp_path / 'e'
    old = write(file)
    done = subprocess.run([sys.executable, '-c', KILLED, str(file), moment])
    assert done.returncode == -signal.SIGKILL
    np.testing.assert_array_equal(open_embeddings(file).vectors, old)
    with EmbeddingsWriter(file, HEADER, resume=True) as writer:
        assert writer.rows == 4
        writer.add(unit(1), items(4, 5))
    found = open_embeddings(file)
    np.testing.assert_array_equal(found.vectors, [*np.eye(4), *unit(1)])
    assert found.ids == ['a', 'b', 'c', 'd', 'p4']


def test_two_at_once_are_refused(tmp_path):
    with EmbeddingsWriter(tmp_path / 'e', HEADER) as writer:
        with (pytest.raises(UserError, match='another process is writing it'),
              EmbeddingsWriter(tmp_path / 'e', HEADER)):
            pass
        writer.add(unit(1), items(0, 1))
    assert len(open_embeddings(tmp_path / 'e')) == 1


@pytest.mark.parametrize('resume', [True, False])
def test_one_that_begins_as_another_ends_keeps_what_it_writes(tmp_path, monkeypatch, resume):
    release, begun = filelock.FileLock.release, []

    def then_another_begins(*arguments, **keywords):
        release(*arguments, **keywords)
        if not begun:
            begun.append(EmbeddingsWriter(tmp_path / 'e', HEADER, resume=resume))
            begun[0].__enter__()

    monkeypatch.setattr(filelock.FileLock, 'release', then_another_begins)
    with EmbeddingsWriter(tmp_path / 'e', HEADER, resume=resume) as writer:
        writer.add(unit(5), items(0, 5))
    begun[0].add(unit(2), items(0, 2))
    begun[0].__exit__(None, None, None)
    assert len(open_embeddings(tmp_path / 'e')) == 2
    assert os.listdir(tmp_path) == ['e']


def test_what_another_writes_is_no_leftover(tmp_path):
    with EmbeddingsWriter(tmp_path / 'e', HEADER, resume=True) as writer:
        writer.add(unit(1), items(0, 1))
        with pytest.raises(UserError, match='another process is writing it'):
            remove_leftovers(tmp_path / 'e')
    assert len(open_embeddings(tmp_path / 'e')) == 1
    stop_after(tmp_path / 'e', 1, resume=True)
    remove_leftovers(tmp_path / 'e')
    remove_leftovers(tmp_path / 'e')
    assert os.listdir(tmp_path) == ['e']


def test_nothing_to_write_is_told(tmp_path):
    with (pytest.raises(UserError, match='nothing to embed'),
          EmbeddingsWriter(tmp_path / 'e', HEADER)):
        pass
    assert os.listdir(tmp_path) == []


def test_a_full_disk_is_told(tmp_path):
    def write_to_full_disk():
        with EmbeddingsWriter(tmp_path / 'e', HEADER) as writer:
            writer._parts['items'].close()
            writer._parts['items'] = open('/dev/full', 'wb')  # noqa: SIM115
            writer.add(unit(5), items(0, 5))

    with pytest.raises(UserError, match='/e: cannot be written: No space left'):
        write_to_full_disk()
    assert os.listdir(tmp_path) == []


def test_a_place_that_cannot_be_written_is_told(tmp_path):
    for file in tmp_path, tmp_path / 'none' / 'e':
        with pytest.raises(UserError, match=str(file)), EmbeddingsWriter(file, HEADER):
            pass


def test_vectors_must_fit_items_and_size(tmp_path):
    for vectors in unit(3, 4), unit(2, 5), np.full((2, 4), np.nan):
        with (pytest.raises(ValueError, match='expected|finite'),
              EmbeddingsWriter(tmp_path / 'e', HEADER) as writer):
            writer.add(vectors, items(0, 2))


def test_memory_does_not_grow_with_the_rows(tmp_path):
    vectors, hundred = unit(100, 256), items(0, 100)

    def peak(rows):
        tracemalloc.start()
        try:
            with EmbeddingsWriter(tmp_path / 'e', {**HEADER, 'size': 256}, resume=True) as writer:
                for _ in range(0, rows, 100):
                    writer.add(vectors, hundred)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    # 4,000 vectors are 4 MB; what is left for difference are the files' buffers.
    assert peak(5000) < peak(1000) + 500_000


def everything(file):
    found = open_embeddings(file)
    return (found.header, found.vectors.tolist(), list(found.items), found.ids,
            found.projection and [found.projection.mean.tolist(),
                                  found.projection.components.tolist()])


def test_every_changed_byte_is_noticed(tmp_path):
    file = tmp_path / 'e'
    write(file, 3, projection=Projection(np.ones(6, np.float32), np.eye(4, 6, dtype=np.float32)))
    whole, expected = file.read_bytes(), everything(file)
    for place in range(len(whole)):
        changed = bytearray(whole)
        changed[place] ^= 1 << place % 8
        file.unlink()
        file.write_bytes(changed)
        try:
            assert everything(file) == expected     # of padding between the sections
            assert whole[place] == ord('\n')
        except UserError as error:
            assert str(error).startswith(f'{file}: ')  # noqa: PT017 (or nothing is raised)


def test_the_vector_that_was_changed_is_named(tmp_path):
    write(tmp_path / 'e')
    whole = (tmp_path / 'e').read_bytes()
    (tmp_path / 'e').unlink()
    (tmp_path / 'e').write_bytes(whole[:128 + 33] + b'\xff' + whole[128 + 34:])
    found = open_embeddings(tmp_path / 'e')
    found.check([0, 1, 3, 4])
    with pytest.raises(UserError, match='/e: .* damaged: vector 2 is not as it was written'):
        assert found.vectors is None


def test_nothing_is_written_through_a_link(tmp_path):
    outside = tmp_path / 'outside'
    outside.mkdir()
    (outside / 'vectors').write_text('mine')
    (tmp_path / '.e.partial').symlink_to(outside)
    with pytest.raises(UserError, match='is a symbolic link'):
        write(tmp_path / 'e')
    (tmp_path / '.e.partial').unlink()
    (tmp_path / '.e.partial').mkdir()
    (tmp_path / '.e.partial/vectors').symlink_to(outside / 'vectors')
    write(tmp_path / 'e')
    assert (outside / 'vectors').read_text() == 'mine'


def test_halves_of_surrogate_pairs_are_refused(tmp_path):
    """No table, page or database that is made of the file could hold them."""
    with EmbeddingsWriter(tmp_path / 'e', HEADER) as writer:
        writer.add(unit(2), [Item('a\ud800', 'a', 'g'), Item('b', 'b', 'g', {'type': '\udc00'})])
    embeddings = open_embeddings(tmp_path / 'e')
    for read in lambda: embeddings.ids, lambda: embeddings.items[0], lambda: embeddings.items[1]:
        with pytest.raises(UserError, match='is not as it was written; embed again'):
            read()


@pytest.mark.parametrize('progress', [
    '[]', '{}', 'null', '5', '[' * 9999, '{"sizes": {}, "rows": 1, "header": {}}',
    json.dumps({'sizes': {'vectors': 'x'}, 'rows': 1, 'header': HEADER}),
    json.dumps({'sizes': dict.fromkeys(('vectors', 'items', 'index', 'ids', 'checksums', 'sources',
                                        'texts', 'files'), -5),
                'rows': 1, 'header': {'dtype': 'float32', **HEADER}})])
def test_a_damaged_record_of_progress_starts_anew(tmp_path, progress):
    stop_after(tmp_path / 'e', 3, resume=True)
    (tmp_path / '.e.partial' / 'progress.json').write_text(progress)
    with EmbeddingsWriter(tmp_path / 'e', HEADER, resume=True) as writer:
        assert writer.rows == 0
        writer.add(unit(1), items(0, 1))
    assert len(open_embeddings(tmp_path / 'e')) == 1


def test_nothing_is_resumed_over_what_a_killed_writer_of_other_vectors_wrote(tmp_path):
    stop_after(tmp_path / 'e', 3, resume=True)
    with EmbeddingsWriter(tmp_path / 'e', {**HEADER, 'run': '/other'}, resume=True) as writer:
        writer.add(unit(3000, seed=1), items(0, 3000))
        shutil.copytree(tmp_path / '.e.partial', tmp_path / '.f.partial')   # as if killed here
    with EmbeddingsWriter(tmp_path / 'f', HEADER, resume=True) as writer:
        assert writer.rows == 0
        writer.add(unit(2), items(0, 2))
    np.testing.assert_array_equal(open_embeddings(tmp_path / 'f').vectors, unit(2))


def test_header_and_vectors_are_of_one_file(tmp_path, monkeypatch):
    vectors, of_map = write(tmp_path / 'e'), np.memmap
    first = (tmp_path / 'e').stat()

    def replaced_before(*arguments):
        write(tmp_path / 'e', 9)
        return of_map(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(np, 'memmap', replaced_before)
        found = open_embeddings(tmp_path / 'e')
    np.testing.assert_array_equal(found.vectors, vectors)
    assert found.ids == ['p0', 'p1', 'p2', 'p3', 'p4']
    assert found.stamp == stamp_of(first) != open_embeddings(tmp_path / 'e').stamp


def test_a_start_that_fails_holds_no_lock(tmp_path):
    (tmp_path / '.e.partial' / 'ids').mkdir(parents=True)
    with pytest.raises(IsADirectoryError), EmbeddingsWriter(tmp_path / 'e', HEADER):
        pass
    (tmp_path / '.e.partial' / 'ids').rmdir()
    write(tmp_path / 'e')


def test_the_longest_name(tmp_path):
    write(tmp_path / ('e' * 255))
    assert os.listdir(tmp_path) == ['e' * 255]


def test_a_file_of_another_kind_is_not_replaced(tmp_path):
    file = tmp_path / 'products.csv'
    file.write_text('product_id,images')
    with pytest.raises(UserError, match='csv: would replace a file of another kind'):
        write(file)
    assert file.read_text() == 'product_id,images'
    assert os.listdir(tmp_path) == ['products.csv']
    file.write_bytes(b'')
    write(file)
    write(file, rows=3)
    assert len(open_embeddings(file)) == 3


@pytest.mark.skipif(not hasattr(os, 'mkfifo'), reason='pipes are files on Unix')
def test_a_pipe_or_a_device_is_not_replaced(tmp_path):
    os.mkfifo(tmp_path / 'pipe')
    with pytest.raises(UserError, match='is a pipe or a device, expected a file'):
        write(tmp_path / 'pipe')
    assert (tmp_path / 'pipe').is_fifo()
    assert os.listdir(tmp_path) == ['pipe']
