import json
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fashion_models.catalogue.importers import reading
from fashion_models.catalogue.importers.tree import FolderTree, open_tree
from fashion_models.errors import UserError

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=10)


@pytest.fixture
def tree(tmp_path):
    def make(content):
        (tmp_path / 'file').write_bytes(content if isinstance(content, bytes) else content.encode())
        return FolderTree(tmp_path)
    return make


@given(elements=st.lists(values), chunk=st.integers(1, 40), indent=st.sampled_from([None, 1]),
       ascii_only=st.booleans())
def test_a_json_list_is_what_json_says(tmp_path_factory, elements, chunk, indent, ascii_only):
    content = json.dumps(elements, indent=indent, ensure_ascii=ascii_only)
    folder = tmp_path_factory.getbasetemp() / 'json'
    folder.mkdir(exist_ok=True)
    (folder / 'file').write_bytes(content.encode('utf-8', 'surrogatepass'))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, '_CHUNK', chunk)
        found = list(reading.json_list(FolderTree(folder), 'file'))
    assert found == elements


@pytest.mark.parametrize(('content', 'message'), [
    ('', 'file: expected a JSON list, found nothing'),
    ('{"a": 1}', 'file: expected a JSON list, found .{"a": 1}'),
    ('[', 'file: element 1: no JSON: Expecting value'),
    ('[1', 'file: element 1: the file ends after it'),
    ('[1,', 'file: element 2: no JSON: Expecting value'),
    ('[1,]', 'file: element 2: no JSON: Expecting value'),
    ('[1 2]', 'file: element 1: expected , after it, found .2]'),
    ('[{"a": 1}, {"a"}]', 'file: element 2: no JSON: Expecting .:. delimiter'),
])
def test_what_is_no_json_list(tree, content, message):
    with pytest.raises(UserError, match=message):
        list(reading.json_list(tree(content), 'file'))


@given(pairs=st.dictionaries(st.text(), values), chunk=st.integers(1, 40))
def test_a_json_object_is_what_json_says(tmp_path_factory, pairs, chunk):
    folder = tmp_path_factory.getbasetemp() / 'json'
    folder.mkdir(exist_ok=True)
    (folder / 'file').write_text(json.dumps(pairs))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, '_CHUNK', chunk)
        found = list(reading.json_object(FolderTree(folder), 'file'))
    assert found == list(pairs.items())


@pytest.mark.parametrize(('content', 'message'), [
    ('[]', 'file: expected a JSON object, found'),
    ('{"a" 1}', 'file: element 1: expected : after it, found .1}'),
    ('{"a": 1', 'file: element 1: the file ends after it'),
])
def test_what_is_no_json_object(tree, content, message):
    with pytest.raises(UserError, match=message):
        list(reading.json_object(tree(content), 'file'))


def test_a_list_that_begins_with_more_blanks_than_are_read_at_once(tree, monkeypatch):
    monkeypatch.setattr(reading, '_CHUNK', 4)
    assert list(reading.json_list(tree('[   \n   1]'), 'file')) == [1]


def test_elements_that_never_end_are_given_up(tree, monkeypatch):
    monkeypatch.setattr(reading, 'LONGEST', 1 << 17)
    with pytest.raises(UserError, match='element 1: no JSON: Unterminated string'):
        list(reading.json_list(tree('["' + 'x' * (1 << 19)), 'file'))


@pytest.mark.parametrize(('content', 'text'), [
    ('Größe €'.encode(), 'Größe €'),
    (b'\xef\xbb\xbfa', 'a'),
    ('Größe – €'.encode('cp1252'), 'Größe – €'),
    (b'\xe9 \xc3\xa9 \x81', 'é é \x81'),
    (b'ends in half a character \xc3', 'ends in half a character Ã'),
])
def test_untidy_encodings(tree, content, text):
    assert list(reading.lines(tree(content), 'file')) == [(1, text)]


@given(st.binary())
def test_all_bytes_are_some_text(content):
    text = content.decode('utf-8', reading.MIXED)
    try:
        assert text == content.decode('utf-8')
    except UnicodeDecodeError:
        assert len(text) <= len(content)


def test_lines(tree):
    assert list(reading.lines(tree('a\r\n\n  \n b \n'), 'file')) == [(1, 'a'), (4, ' b ')]


def test_files_that_cannot_be_read(tree, tmp_path):
    with pytest.raises(UserError, match=r'^none: No such file'):
        list(reading.lines(tree(''), 'none'))
    archive = tmp_path / 'archive.zip'
    with zipfile.ZipFile(archive, 'w') as file:
        file.writestr('list', b'one line\n' * 1000)
    content = bytearray(archive.read_bytes())
    content[200] ^= 1
    archive.write_bytes(content)
    with (open_tree(archive) as damaged,
          pytest.raises(UserError, match=r'^list: damaged or encrypted in the archive')):
        list(reading.lines(damaged, 'list'))


def test_many_small_elements_behind_a_long_one_take_no_time(tree):
    count = 300_000
    content = '["' + 'x' * 4_000_000 + '"' + ',1' * count + ']'
    assert sum(1 for _ in reading.json_list(tree(content), 'file')) == count + 1


def test_elements_that_are_nested_too_deep(tree):
    for deep in (102, 500, 990):
        with pytest.raises(UserError, match='element 1: no JSON: nested too deep'):
            list(reading.json_list(tree('[' + '[' * deep + ']' * deep + ']'), 'file'))
