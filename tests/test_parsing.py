import io
import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fashion_models import parsing
from fashion_models.parsing import json_value, lines, require_form, toml_tables

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda parts: st.lists(parts) | st.dictionaries(st.text(), parts))


@given(JSON)
def test_json_is_read_as_it_was_written(value):
    assert json_value(json.dumps(value)) == value
    assert json_value(json.dumps(value).encode()) == value


@pytest.mark.parametrize(('text', 'problem'), [
    ('[' * 100_000, 'nested too deep'), ('{"a":' * 100_000, 'nested too deep'),
    ('9' * 5000, 'a number of thousands of digits'), ('{"a": 1', "Expecting ',' delimiter"),
    (b'"\xff"', "can't decode byte 0xff"), (b'', 'Expecting value')])
def test_what_is_no_json_is_a_value_error(text, problem):
    with pytest.raises(ValueError, match=problem):
        json_value(text)


@pytest.mark.parametrize(('text', 'problem'), [
    ('a = ' + '[' * 20_000, 'nested too deep'), ('a = ' + '9' * 5000, 'thousands of digits'),
    ('a = 1\na = 2', 'Cannot overwrite a value')])
def test_what_is_no_toml_is_a_value_error(text, problem):
    with pytest.raises(ValueError, match=problem):
        toml_tables(text)


@pytest.mark.parametrize('kind', [io.StringIO, lambda text: io.BytesIO(text.encode())])
def test_no_line_is_read_beyond_bounds(monkeypatch, kind):
    monkeypatch.setattr(parsing, 'LONGEST', 4)
    assert [len(line) for line in lines(kind('abc\nd\n\nefgh'))] == [4, 2, 1, 4]
    with pytest.raises(ValueError, match='more than 4 characters'):
        list(lines(kind('abc\nabcde\n')))


FORM = {'name': str, 'size?': int, 'scores': [float], 'tasks': {str: bool},
        'hash': (str, None), 'part': {'a': int}}
GOOD = {'name': 'x', 'scores': [1, 0.5], 'tasks': {'season': True}, 'hash': None, 'part': {'a': 3}}


def test_a_value_of_the_form():
    require_form(GOOD, FORM)
    require_form(GOOD | {'size': 3, 'more': [], 'hash': 'x', 'scores': []}, FORM)


@pytest.mark.parametrize(('change', 'problem'), [
    ({'name': 3}, 'name: found 3, expected a text'),
    ({'size': True}, 'size: found True, expected a whole number'),
    ({'size': 1.0}, 'size: found 1.0, expected a whole number'),
    ({'size': 1 << 64}, 'size: found 18446744073709551616, expected a whole number'),
    ({'scores': {}}, 'scores: found {}, expected a list'),
    ({'scores': [1, float('nan')]}, 'scores 2: found nan, expected a number'),
    ({'scores': [10 ** 400]}, 'scores 1: found 1000'),
    ({'tasks': {'season': 1}}, 'tasks.season: found 1, expected true or false'),
    ({'hash': 1}, 'hash: found 1'),
    ({'part': {}}, 'part.a is missing'),
    ({'part': None}, 'part: found None, expected an object'),
    ({'name': 'x' * 99, 'size': 'y' * 99}, 'size: found .y{59}…, expected')])
def test_a_value_of_another_form_is_named(change, problem):
    with pytest.raises(ValueError, match=problem):
        require_form(GOOD | change, FORM)


def test_a_number_too_large_to_show():
    with pytest.raises(ValueError, match='found a value too large to show'):
        require_form({'a': 10 ** 5000}, {'a': str})


@pytest.mark.parametrize(('text', 'number'), [
    ('0', 0), ('0042', 42), ('9' * 18, 10 ** 18 - 1), ('9' * 5000, None), ('', None), ('-1', None),
    ('1.5', None), (' 1', None), ('²', None), ('٣', None)])
def test_whole_number(text, number):
    assert parsing.whole_number(text) == number


@pytest.mark.parametrize(('open', 'close'), [('[', ']'), ('{"a":', '}')])
def test_what_is_made_of_a_document_may_nest_deeper_than_its_reading(open, close):
    for deep in (99, 100):
        json.dumps(json_value(open * deep + '1' + close * deep))
    for deep in (101, 500, 900, 990):
        with pytest.raises(ValueError, match='nested too deep'):
            json_value(open * deep + '1' + close * deep)
    with pytest.raises(ValueError, match='nested too deep'):
        toml_tables('.'.join('a' * 500) + ' = 1')


@pytest.mark.parametrize(('head', 'told'), [
    (b'no picture', "'no picture'"), (b'x', "'x'"), (b'', "''"), (b'<html>\n', "'<html>\\n'"),
    (b'<svg xmlns="http', "'<svg xmlns=\"http'"), ('żadne'.encode(), "'żadne'"),
    ('\ufeffżadne'.encode()[:-1], "'żadn'"), ('nożyczki ż'.encode()[:-1], "'nożyczki '"),
    (b'%PDF-1.7\n%\xe2\xe3\xcf', "'%PDF-1.7\\n%'"), (b'\x89PNG\r\n', '89 50 4e 47 0d 0a'),
    (bytes(3), '00 00 00'), (b'\xff\xfe<\0', 'ff fe 3c 00'), ('ab\u202ecd'.encode(),
                                                            '61 62 e2 80 ae 63 64')])
def test_the_beginning_of_a_file_is_shown_as_text_or_else_as_hex(head, told):
    assert parsing.beginning(head) == told


@given(st.text(max_size=40), st.sampled_from(['NFC', 'NFKC', 'NFD', 'NFKD']))
def test_normal_forms_are_those_of_unicode(text, form):
    assert parsing.normal(form, text) == unicodedata.normalize(form, text)


def test_accents_are_sorted_in_no_time():
    text = parsing.normal('NFC', 'a' + '\u0301' * 100_000 + '\u0327' * 100_000)
    assert text == parsing.normal('NFC', 'a' + '\u0301' * 30)
    assert len(text) == 30
