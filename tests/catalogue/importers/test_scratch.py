import itertools
import tracemalloc

from hypothesis import given, settings
from hypothesis import strategies as st

from fashion_models.catalogue.importers import scratch
from fashion_models.catalogue.importers.tree import open_tree


@settings(deadline=None)
@given(st.lists(st.tuples(st.text(st.characters(codec='utf-8')), st.integers(0, 9)), max_size=30))
def test_groups_and_tables_are_those_of_a_dict(rows):
    expected = {}
    for key, value in rows:
        expected.setdefault(key, []).append(value)
    # SQLite sorts by bytes; UTF-8 keeps the order of code points.
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
    (tmp_path / 'shots').mkdir()
    (tmp_path / 'shots/1.jpg').write_bytes(b'x')
    (tmp_path / 'source').mkdir()
    (tmp_path / 'source/images').symlink_to(tmp_path / 'shots')
    (tmp_path / 'shots/back').symlink_to(tmp_path / 'source')
    with open_tree(tmp_path / 'source') as tree:
        assert list(itertools.islice(tree.paths(), 9)) == ['images/1.jpg']
