import io
import json
import sys

import pytest

from fashion_models import cli
from fashion_models.cli.tables import aligned
from fashion_models.terminal import ready_streams, shortened, visible, visible_line


@pytest.mark.parametrize(('text', 'shown'), [
    ('\x1b[2JShoes', r'\x1b[2JShoes'), ('a\rb', r'a\rb'), ('\x9b31m', r'\x9b31m'),
    ('\u202eseohs', r'\u202eseohs'), ('\ud800', r'\ud800'), ('a\x00\x7f', r'a\x00\x7f')])
def test_what_a_terminal_would_obey_is_escaped(text, shown):
    assert visible(text) == visible_line(text) == shown


def test_letters_of_all_kinds_stay():
    text = 'Größe 38 · 靴 · حذاء · 👟 · e\u0301'
    assert visible(text) == visible_line(text) == text


def test_line_breaks():
    assert visible('a\nb') == 'a\nb'
    assert visible_line('a\nb') == r'a\nb'


def test_a_table_shows_no_control_character():
    assert aligned([('title',), ('\x1b[31mred\nshoes',)]) == 'title\n' + r'\x1b[31mred\nshoes'


@pytest.mark.parametrize(('encoding', 'shown'), [
    ('ascii', r'wei\u00df \ud83d\udc57 \ud800'), ('latin-1', r'weiß \ud83d\udc57 \ud800'),
    ('utf-8', r'weiß 👗 \ud800')])
def test_what_a_terminal_cannot_encode_is_escaped(monkeypatch, encoding, shown):
    stream = io.TextIOWrapper(io.BytesIO(), encoding)
    monkeypatch.setattr(sys, 'stdout', stream)
    ready_streams()
    print('weiß 👗 \ud800', flush=True)
    assert stream.buffer.getvalue().decode(encoding) == shown + '\n'
    assert json.loads(f'"{shown}"') == 'weiß 👗 \ud800'


def test_a_name_of_megabytes_does_not_flood_the_terminal(tmp_path, capsys):
    assert cli.main(['catalogue', 'check', f'{tmp_path}/{"x" * 50_000}/end']) == 2
    error = capsys.readouterr().err
    assert error.startswith(f'fashion-models: error: {tmp_path}/xxx')
    assert ' … xxx' in error
    assert len(error) < 4100


def test_errors_of_common_length_are_told_whole():
    assert shortened('x' * 4000) == 'x' * 4000
