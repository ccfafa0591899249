import io
import itertools
import os
import subprocess
import sys
import tracemalloc
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fashion_models.catalogue.importers import scratch
from fashion_models.catalogue.importers.tree import open_tree
from fashion_models.errors import UserError


# Of all characters: names of files and JSON hold halves of surrogate pairs.
@given(st.lists(st.tuples(st.text(st.characters()), st.integers(0, 9)), max_size=30))
def test_groups_and_tables_are_those_of_a_dict(rows):
    expected = {}
    for key, value in rows:
        expected.setdefault(key, []).append(value)
    # Sorted by bytes; UTF-8 keeps the order of code points.
    assert list(scratch.grouped(rows)) == sorted(expected.items())
    with scratch.table(rows) as get:
        assert all(get(key) == values[0] for key, values in expected.items())
        assert get('another key') is None or 'another key' in expected


def test_groups_do_not_fill_memory():
    rows = ((str(number % 20_000), ['x' * 100, number]) for number in range(40_000))
    tracemalloc.start()
    groups = sum(1 for _ in scratch.grouped(rows))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert groups == 20_000
    assert peak < 1 << 20


def test_images_by_name(tmp_path, form):
    source = form(tmp_path / 'source', {
        'b/two.names.JPG': b'x', 'a/two.names.jpg': b'x', 'list.txt': b'x', 'c/one.png': b'x'})
    with open_tree(source) as tree, scratch.images_by_name(tree) as path_of:
        assert path_of('two.names') == 'a/two.names.jpg'
        assert path_of('one') == 'c/one.png'
        assert path_of('list') is None


def test_paths_of_a_tree(tmp_path, form):
    names = ['a.txt', 'b/c.txt', 'b/d/e.txt', 'f/g.txt']
    with open_tree(form(tmp_path / 'source', dict.fromkeys(names, b'x'))) as tree:
        assert list(tree.paths()) == names


def test_paths_of_a_folder_that_links_to_itself(tmp_path):
    (tmp_path / 'source/shots').mkdir(parents=True)
    (tmp_path / 'source/shots/1.jpg').write_bytes(b'x')
    (tmp_path / 'source/images').symlink_to(tmp_path / 'source/shots')
    (tmp_path / 'source/shots/back').symlink_to(tmp_path / 'source')
    with open_tree(tmp_path / 'source') as tree:
        assert list(itertools.islice(tree.paths(), 9)) == ['images/1.jpg']


@pytest.mark.parametrize('relative', [False, True])
def test_links_that_leave_a_folder_are_not_followed(tmp_path, monkeypatch, relative):
    monkeypatch.chdir(tmp_path)
    (tmp_path / 'mine').mkdir()
    (tmp_path / 'mine/secret.jpg').write_bytes(b'secret')
    (tmp_path / 'source').mkdir()
    (tmp_path / 'source/1.jpg').write_bytes(b'x')
    (tmp_path / 'source/2.jpg').symlink_to('1.jpg')
    (tmp_path / 'source/3.jpg').symlink_to('../mine/secret.jpg')
    (tmp_path / 'source/all').symlink_to(tmp_path / 'mine')
    with open_tree('source' if relative else tmp_path / 'source') as tree:
        assert list(tree.paths()) == ['1.jpg', '2.jpg']
        assert tree.find('1.jpg') == ['1.jpg']
        assert tree.find('secret.jpg') == []
        for path in ('3.jpg', 'all/secret.jpg'):
            assert tree.leaves(path)
            assert tree.size(path) is None
            with pytest.raises(OSError, match='is a link that leaves the source'):
                tree.read(path)
    # A link to the folder itself is what the user named.
    (tmp_path / 'link').symlink_to('source')
    with open_tree(tmp_path / 'link') as tree:
        assert tree.read('2.jpg') == b'x'


@pytest.mark.parametrize(('place', 'byte'), [(6, 250), (28, 0), (8, 1), (10, 99)])
def test_archives_with_a_damaged_directory(tmp_path, place, byte):
    """A version that nobody knows, a name of no letters, an encrypted member, another method."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, 'w') as archive:
        archive.writestr('a.txt', b'x')
    content = bytearray(file.getvalue())
    content[content.rfind(b'PK\x01\x02') + place] = byte
    (tmp_path / 'a.zip').write_bytes(content)
    problem = 'archive'
    try:
        with open_tree(tmp_path / 'a.zip') as tree:
            for path in tree.paths():
                tree.read(path)
    except (UserError, OSError) as error:
        problem = str(error)
    assert 'archive' in problem


def test_a_pipe_is_no_archive(tmp_path):
    os.mkfifo(tmp_path / 'a.zip')
    with (pytest.raises(UserError, match=r'a\.zip: there is no such file or folder'),
          open_tree(tmp_path / 'a.zip')):
        pass


def test_paths_by_their_ends():
    paths = ['front.jpg', 'a/front.jpg', 'b/a/front.jpg', 'b/afront.jpg', 'a/front.jpg.png']
    with scratch.endings((path, path) for path in paths) as find:
        assert set(find(['a', 'front.jpg'])) == {'a/front.jpg', 'b/a/front.jpg'}
        assert find(['a', 'front.jpg'], whole=True) == ['a/front.jpg']
        assert find(['front.jpg'], whole=True) == ['front.jpg']
        assert len(find(['front.jpg'])) == 2    # of three
        assert find(['c', 'front.jpg']) == []


@pytest.mark.skipif(os.name == 'nt', reason='limits of files')
def test_a_full_temporary_folder_is_one_line():
    script = '''
import resource
from fashion_models.catalogue.importers import scratch
from fashion_models.errors import UserError
resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
try:
    list(scratch.grouped((str(number), 'x' * 1000) for number in range(20_000)))
except UserError as error:
    print(error)
'''
    done = subprocess.run(
        [sys.executable, '-c', script], capture_output=True, text=True, timeout=60)
    assert 'a temporary file cannot be kept there' in done.stdout
    assert not done.stderr
