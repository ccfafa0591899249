import codecs
import pathlib
import tempfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fashion_models.catalogue.cells import cell, text_in, write_table
from fashion_models.catalogue.importers.tables import Table
from fashion_models.errors import UserError


@pytest.mark.parametrize('text', [
    '=HYPERLINK("http://example.com")', '+1', '-', '@SUM(A1)', '\t=1', ' -x', "'=1", "''@a", '＝1',
    '\n=1', '\0=1'])
def test_a_formula_becomes_text_and_is_read_back(text):
    assert cell(text) == f"'{text}"
    assert text_in(cell(text)) == text


@pytest.mark.parametrize(('text', 'found'), [
    ('Dress;=1+1;', "Dress;'=1+1;"), ('a\n@b', "a\n'@b"), ('a; "=1";\'+2', "a;' \"=1\";''+2"),
    ('=1;=2', "'=1;'=2"), ('a;b=c', 'a;b=c')])
def test_a_formula_in_a_cell_that_a_semicolon_begins_becomes_text(text, found):
    assert cell(text) == found
    assert text_in(found) == text


@given(st.text(st.sampled_from('a=-@\'";\n\t ')))
def test_what_becomes_a_cell_is_read_back(text):
    assert text_in(cell(text)) == text


@pytest.mark.parametrize('text', ['', 'Shoes', 'T-shirt', "'90s", "Levi's", '4711', 'a=b'])
def test_other_texts_stay_as_they_are(text):
    assert cell(text) == text_in(text) == text


@given(st.lists(st.tuples(st.text(st.characters(exclude_categories=['Cs'])), st.integers()),
                max_size=5))
def test_a_table_is_read_back(rows):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, 'table.csv')
        write_table(path, ('text', 'number'), rows)
        found = [(text_in(row['text']), int(row['number'])) for _, row in Table(path).all_rows()]
    assert found == rows


def test_a_table_begins_with_a_byte_order_mark_and_has_no_formulas(tmp_path):
    write_table(tmp_path / 'table.csv', ('id', 'probability'), [('=1+1', -0.5), ('Größe', None)])
    content = (tmp_path / 'table.csv').read_bytes()
    assert content.startswith(codecs.BOM_UTF8)
    assert content.decode('utf-8-sig') == "id,probability\r\n'=1+1,-0.5\r\nGröße,\r\n"
    with pytest.raises(UserError, match='none/table.csv: cannot be written'):
        write_table(tmp_path / 'none' / 'table.csv', ('id',), [])


@pytest.mark.parametrize(('content', 'replaced'), [
    ('id,title\r\n1,a\r\n', True), ('\ufeffID;title', True), ('\ufeffgroup,id\r\n', True),
    ('My thesis', False), ('product_id,images', False)])
def test_only_a_table_of_its_own_is_replaced(tmp_path, content, replaced):
    file = tmp_path / 'file.csv'
    file.write_text(content, encoding='utf-8')
    if replaced:
        write_table(file, ['id', 'title'], [['2', 'b']], replaces=['group'])
        assert file.read_bytes() == '\ufeffid,title\r\n2,b\r\n'.encode()
    else:
        with pytest.raises(UserError, match=r'file.csv: would replace a file of another kind'):
            write_table(file, ['id', 'title'], [['2', 'b']], replaces=['group'])
        assert file.read_text(encoding='utf-8') == content
