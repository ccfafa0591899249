import pytest

from fashion_models.catalogue.import_report import Report
from fashion_models.catalogue.importers.tables import Table
from fashion_models.errors import UserError


@pytest.fixture
def read(tmp_path):
    """Writes a table and returns (rows, report); each row is (line, fields)."""
    def run(content, *arguments, **options):
        path = tmp_path / 'table.csv'
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        report = Report()
        rows = [(int(where.split(':')[1]), fields)
                for where, fields in Table(path, *arguments, **options).rows(report)]
        return rows, report.record()
    return run


ROWS = [(2, {'a': '1', 'b': 'ü'})]


@pytest.mark.parametrize('encoding', ['utf-8', 'utf-8-sig', 'utf-16', 'utf-16-le', 'utf-16-be'])
@pytest.mark.parametrize('delimiter', [',', ';', '\t'])
@pytest.mark.parametrize('end', ['\n', '\r\n', '\r'])
def test_encodings_delimiters_and_line_ends(read, encoding, delimiter, end):
    text = f'a{delimiter}b{end}1{delimiter}ü{end}'
    assert read(text.encode(encoding))[0] == ROWS


def test_other_encodings_are_named(read):
    assert read('a,b\n1,ü\n'.encode('cp1252'), 'cp1252')[0] == ROWS
    assert read('a,b\n1,ü\n'.encode('cp1252'), mixed=True)[0] == ROWS
    with pytest.raises(UserError, match="encoding klingon: unknown encoding: klingon"):
        read('a,b\n', 'klingon')


def test_bytes_that_cannot_be_decoded_cost_their_row(read):
    rows, report = read(b'a,b\n1,x\n2,' + 'ü'.encode('cp1252') + b'\n3,y\n')
    assert [number for number, _ in rows] == [2, 4]
    assert report['dropped'] == {'not UTF-8; name the encoding of the file, such as cp1252': {
        'count': 1, 'examples': ['table.csv:3']}}
    with pytest.raises(UserError, match='table.csv:1: not UTF-8; name the encoding'):
        read('a,ü\n1,x\n'.encode('cp1252'))


@pytest.mark.parametrize('first', ['sep=;\n', '"sep=;"\r\n', 'SEP=;\n'])
def test_the_first_line_may_name_the_separator(read, first):
    assert read(f'{first}a;b\n1;ü\n')[0] == [(3, {'a': '1', 'b': 'ü'})]
    assert read('sep=|\na|b\n1|ü\n')[0] == [(3, {'a': '1', 'b': 'ü'})]


@pytest.mark.parametrize('first', ['sep="', 'sep=', 'sep=x', 'sep=\r'])
def test_a_first_line_that_names_no_separator_is_of_the_table(tmp_path, first):
    (tmp_path / 'table.csv').write_bytes(f'{first}\na,b\n'.encode())
    assert Table(tmp_path / 'table.csv').names[0].startswith('sep=')


def test_empty_columns_at_the_end_and_empty_lines(read):
    assert read('\n\na,b,,\n1,ü,,\n,,,\n\n2,x\n3,y,,,,\n')[0] == [
        (4, {'a': '1', 'b': 'ü'}), (7, {'a': '2', 'b': 'x'}), (8, {'a': '3', 'b': 'y'})]


def test_rows_of_another_length(read):
    rows, report = read('a,b\n1\n1,2,3\n1,2\n')
    assert [number for number, _ in rows] == [4]
    assert report['dropped']["another number of fields than the first line's"]['examples'] == [
        'table.csv:2 (1 fields, not 2)', 'table.csv:3 (3 fields, not 2)']
    assert read('a,b\n1\n', fill=True)[0] == [(2, {'a': '1', 'b': ''})]


@pytest.mark.parametrize('bad', ['1,"open', '1,"closed" too early', '"1,2'])
@pytest.mark.parametrize('end', ['', '2,"x\ny"\n3,z\n'])
def test_a_quote_that_is_wrong_costs_its_row(read, bad, end):
    rows, report = read(f'a,b\n0,o\n{bad}\n{end}')
    assert rows == [(2, {'a': '0', 'b': 'o'})] + [
        (4, {'a': '2', 'b': 'x\ny'}), (6, {'a': '3', 'b': 'z'})] * bool(end)
    assert sum(entry['count'] for entry in report['dropped'].values()) == 1


def test_quotes_inside_of_fields(read):
    assert read('a,b\n1,29" wide\n2,"say ""x"", y"\n')[0] == [
        (2, {'a': '1', 'b': '29" wide'}), (3, {'a': '2', 'b': 'say "x", y'})]


def test_columns_are_renamed(read):
    assert read('Nr;b\n1;2\n', columns={'a': 'nr'})[0] == [(2, {'a': '1', 'b': '2'})]
    with pytest.raises(UserError, match="table.csv:1: no column 'id'; found Nr, b"):
        read('Nr;b\n', columns={'a': 'id'})


def test_a_renamed_column_takes_the_place_of_one_of_that_name(read):
    assert read('a,Nr\n1,2\n', columns={'a': 'Nr'})[0][0][1]['a'] == '2'


def test_of_columns_of_one_name_the_first_counts(read):
    assert read('a,a\n1,2\n')[0] == [(2, {'a': '1'})]


def test_an_empty_file_has_no_columns(read, tmp_path):
    assert read('') == ([], Report().record())
    with pytest.raises(UserError, match='table.csv:1: expected a table; missing column a; found'):
        Table(tmp_path / 'table.csv').require('a')
    with pytest.raises(UserError, match='none.csv: cannot be read: No such'):
        Table(tmp_path / 'none.csv')


def test_where_no_row_may_be_left_out_a_bad_one_is_an_error(tmp_path):
    (tmp_path / 'table.csv').write_text('a,b\n1,2\n3\n')
    with pytest.raises(UserError, match=r"table\.csv:3 \(1 fields, not 2\): another number of"):
        list(Table(tmp_path / 'table.csv').all_rows())
