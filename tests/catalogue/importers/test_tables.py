import pytest

from fashion_models.catalogue.import_report import Report
from fashion_models.catalogue.importers import lines
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


@pytest.mark.parametrize(('cell', 'text'), [
    ('="0123"', '0123'), ('"=""0123"""', '0123'), ('"=""a, """"b"""""""', 'a, "b"'), ('=""', ''),
    ('=0123', '=0123'), ('="a"&"b"', '="a"&"b"'), ('\'="0123"', '\'="0123"'), ('x="1"', 'x="1"')])
@pytest.mark.parametrize('delimiter', [',', ';', '\t'])
def test_a_text_that_is_shielded_from_excel(read, cell, text, delimiter):
    assert read(f'a{delimiter}="b"\n{cell}{delimiter}x\n')[0] == [(2, {'a': text, 'b': 'x'})]


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
        'table.csv:2 (1 field, not 2)', 'table.csv:3 (3 fields, not 2)']
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
    with pytest.raises(UserError, match=r"table\.csv:3 \(1 field, not 2\): another number of"):
        list(Table(tmp_path / 'table.csv').all_rows())


@pytest.mark.parametrize('content', [
    '\n\n\na;b\n1;ü\n', 'a;b;Size (S, M, L, XL)\n1;ü;"S, M"\n', 'a;b;"c, d, e, f"\n1;ü;x\n',
    'a;b;c, d, e, f\n1;ü;1,99\n', 'a,b,c;d;e;f\n1,ü,x\n', 'sep=;;;\na;b\n1;ü\n'])
def test_the_delimiter_is_what_divides_the_rows(read, content):
    ((_, row),) = read(content)[0]
    assert (row['a'], row['b']) == ('1', 'ü')


def test_several_byte_order_marks(read):
    assert read(b'\xef\xbb\xbf' * 2 + 'a,b\n1,ü\n'.encode())[0] == ROWS
    assert read(b'\xef\xbb\xbf' + 'sep=;\n\ufeffa;b\n1;ü\n'.encode())[0][0][1] == ROWS[0][1]


def test_files_put_one_after_the_other(read):
    one, two = ('\ufeffa,b\r\n1,ü\r\n', '\ufeffa,b\r\n2,x\r\n')
    rows, report = read(one + two)
    assert [row for _, row in rows] == [{'a': '1', 'b': 'ü'}, {'a': '2', 'b': 'x'}]
    assert not report['dropped']


@pytest.mark.parametrize('end', ['', '4\ty\tw\n'])
def test_quotes_at_the_ends_of_two_rows_enclose_nothing(read, end):
    rows, _ = read('a\tb\tc\n1\t"bag\tx\n2\t9" heel\ty\n3\tsize 9"\tz\n' + end)
    assert [row['b'] for _, row in rows] == ['"bag', '9" heel', 'size 9"'] + ['y'] * bool(end)
    rows, _ = read('a\tb\tc\n1\t"bag\tx\n3\tsize 9"\tz\n')
    assert [tuple(row.values())[::-1] for _, row in rows] == [
        ('1', '"bag', 'x'), ('3', 'size 9"', 'z')]


def test_line_breaks_between_tabs(read):
    assert read('a\tb\n1\t"x\ny"\n2\tz\n')[0] == [
        (2, {'a': '1', 'b': 'x\ny'}), (4, {'a': '2', 'b': 'z'})]


def test_a_file_in_utf_16_that_was_cut(read):
    rows, report = read('a,b\n1,ü\n2,x'.encode('utf-16')[:-1])
    assert rows == ROWS
    assert report['dropped'] == {'not UTF-16; name the encoding of the file, such as cp1252': {
        'count': 1, 'examples': ['table.csv:3']}}
    half = 'a,b\n1,ü\n'.encode('utf-16-le') + b'2\0,\0\x3d\xd8\n\0' + '3,y\n'.encode('utf-16-le')
    assert [number for number, _ in read(b'\xff\xfe' + half)[0]] == [2, 4]


def test_bytes_that_are_taken_for_another_encoding_are_noted(read):
    rows, report = read('a,b\n1,ü\n2,x\n'.encode('cp1252'), mixed=True)
    assert rows == [*ROWS, (3, {'a': '2', 'b': 'x'})]
    (note,) = report['notes'].items()
    assert note == ('rows that are not UTF-8, taken for Windows-1252; if letters are wrong, name '
                    'the encoding of the file', {'count': 1, 'examples': ['table.csv:2']})
    assert not read('a,b\n1,ü\n', mixed=True)[1]['notes']


@pytest.mark.parametrize(('head', 'kind'), [
    (b'PK\x03\x04', r'an Excel, Numbers or OpenDocument file \(save it as CSV\)'),
    (b'\xd0\xcf\x11\xe0', 'an Excel file'), (b'\x1f\x8b\x08\0', 'a gzip archive'),
    (b'%PDF-1.7', 'a PDF file')])
def test_files_that_are_no_text(read, head, kind):
    for encoding in (None, 'cp1252'):
        with pytest.raises(UserError, match=f'table.csv: expected a table as text, found {kind}'):
            read(head + bytes(range(256)), encoding)


def test_required_columns_may_be_spelled_in_other_letter_cases(tmp_path):
    (tmp_path / 'table.csv').write_text('PRODUCT,Rank,rank\n1,2,3\n')
    table = Table(tmp_path / 'table.csv')
    table.require('product', 'rank')
    assert table.names == ['product', 'Rank', 'rank']


def test_what_excel_leaves_out_at_the_end_of_rows_is_empty(tmp_path):
    """Of columns at the end that are empty in sixteen rows, it writes no delimiters."""
    (tmp_path / 'table.csv').write_text('a,answer,title,note\n1,y\n2,n,x\n3,y,x,z\n4\n')
    table = Table(tmp_path / 'table.csv')
    table.require('answer', 'a')
    rows = table.all_rows()
    assert [next(rows)[1]['title'] for _ in range(3)] == ['', 'x', 'x']
    with pytest.raises(UserError, match=r'table\.csv:5 \(1 field, not 4\): another number'):
        next(rows)


def test_columns_that_excel_leaves_out_of_a_block_of_rows(tmp_path):
    # Excel writes sixteen rows at a time, and nothing of empty columns at their ends.
    rows = ['id,title,note'] + [f'{number},t,n' for number in range(1, 16)]
    rows += [f'{number},t' for number in range(16, 20)] + ['', *(f'{n},t' for n in range(21, 32))]
    rows += ['32,t,n', '33,t', '34,t,n']
    (tmp_path / 'a.csv').write_text('\n'.join(rows))
    report = Report()
    found = dict(Table(tmp_path / 'a.csv').rows(report))
    assert found['a.csv:17'] == {'id': '16', 'title': 't', 'note': ''}
    assert [row['id'] for row in found.values()] == [
        str(number) for number in range(1, 35) if number not in (20, 33)]
    record = report.record()
    assert sum(entry['count'] for entry in record['notes'].values()) == 15
    (dropped,) = record['dropped'].values()     # among whole rows, a short one is a bad one
    assert dropped['examples'] == ['a.csv:34 (2 fields, not 3)']


def test_a_table_of_which_no_row_may_be_left_out_may_come_from_excel(tmp_path):
    rows = ['id,title,note'] + [f'{number},t,n' for number in range(1, 16)]
    (tmp_path / 'a.csv').write_text('\n'.join([*rows, '16,t', '17,t']))
    assert [row['note'] for _, row in Table(tmp_path / 'a.csv').all_rows()] == ['n'] * 15 + [''] * 2


@pytest.mark.parametrize('encoding', ['undefined', 'utf\0', 'base64', 'é'])
def test_what_is_no_encoding(read, encoding):
    with pytest.raises(UserError, match='^encoding '):
        read(b'a,b\n1,2\n', encoding)


def test_quotes_that_are_never_closed_cost_rows_and_no_time(read, monkeypatch):
    broken = 'a","b\n' * 50
    text = 'a,b\n1,x\n' + broken + '2,y\n3,"z"\n'
    rows, _ = read(text)
    assert [row['a'] for _, row in rows] == ['1', '2', '3']
    monkeypatch.setattr(lines, '_PATIENCE', 100)    # else quadratic in the number of such lines
    again, report = read(text)
    assert (again, report['read']) == (rows, 50)


def test_a_line_of_separators_takes_no_time(read):
    assert read('sep=\t' + '\t' * 100_000 + 'x\n1\n')[0] == []
