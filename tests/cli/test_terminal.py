import pytest

from fashion_models.cli.tables import aligned
from fashion_models.cli.terminal import visible, visible_line


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
