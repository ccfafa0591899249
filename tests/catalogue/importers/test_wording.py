import html.parser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fashion_models.catalogue.importers.source import clean
from fashion_models.catalogue.importers.wording import (
    genders,
    names_only_a_gender,
    one_gender,
    plain_text,
    unescaped,
)


@pytest.mark.parametrize(('text', 'plain'), [
    ('Yoga Pant ', 'Yoga Pant'),
    ('<p>Warm &amp; dry.</p>\n<p>&bull; Two-tone.<br />&bull; Hood.</p>',
     'Warm & dry. • Two-tone. • Hood.'),
    ('<ul><li>One<li>Two</ul>', 'One Two'),
    ('in <b>bl</b>ack', 'in black'),
    ('Tee&trade;', 'Tee™'),
    ('a < b and c > d', 'a < b and c > d'),
    ('', '')])
def test_plain_text(text, plain):
    assert plain_text(text) == plain


@pytest.mark.parametrize(('text', 'found'), [
    ('Men', {'Men'}), ("Women's Shoes", {'Women'}), ('Women’s Shoes', {'Women'}),
    ('WOMENS', {'Women'}), ('for Men & Women', {'Men', 'Women'}), ('Girls|Boys', {'Girls', 'Boys'}),
    ('Man-made leather', set()), ('Boy shorts', set()), ('Mention', set()), ('', set())])
def test_genders(text, found):
    assert genders(text) == found


def test_names_only_a_gender():
    assert names_only_a_gender('Men')
    assert names_only_a_gender("Women's")
    assert not names_only_a_gender('Men Sale')
    assert not names_only_a_gender('Tops')
    assert not names_only_a_gender('')


@pytest.mark.parametrize(('found', 'gender'), [
    ({'Men'}, 'Men'), ({'Men', 'Women'}, 'Unisex'), ({'Men', 'Boys', 'Unisex'}, 'Unisex'),
    ({'Men', 'Boys'}, ''), (set(), '')])
def test_one_gender(found, gender):
    assert one_gender(found) == gender


def test_scripts_and_styles_are_no_text():
    assert plain_text('<style>p {color: red}</style><p>Soft</p><script>let x = "<p>"</script>'
                      ' &amp; light') == 'Soft & light'


def test_what_cannot_be_seen_makes_no_other_label():
    for unseen in '\u200b\u200e\ufeff\xad\u2060':
        assert clean(f'{unseen} Red{unseen} wine \xa0{unseen}') == 'Red wine'
    assert clean('Zwei\u200cfach') == 'Zwei\u200cfach'     # some scripts need it


class Library(html.parser.HTMLParser):
    """What Python's own parser takes for text."""

    def __init__(self, text):
        super().__init__()
        self.parts = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        if tag in ('p', 'br', 'li', 'div'):
            self.parts.append(' ')

    def handle_endtag(self, tag):
        self.handle_starttag(tag, None)

    def handle_data(self, data):
        if self.cdata_elem is None:
            self.parts.append(data)


@given(st.lists(st.sampled_from([
    'one', ' ', '&amp;', '&#8226;', '&nbsp', '<', ' > ', '<p>', '</p >', '<BR/>', '<li\nid=1>',
    '<b>', '</b>', '<img alt="a > b" src=\'"\'>', '<a href = "x">', '<p x=y\'z>', '<!-- <p> > -->',
    '<!DOCTYPE x>', '<?xml v="1"?>', '<script>if (a<b) "</p>"</script>', '</>', '<3',
    '<style>p > b {}</STYLE >'])))
def test_text_is_what_pythons_parser_takes_for_text(pieces):
    text = ''.join(pieces)
    assert plain_text(text) == clean(''.join(Library(text).parts))


@pytest.mark.parametrize('piece', [
    '<', '<a', '<a ', '<a b="', '<a b=', '</', '</a ', '<!', '<!--', '<?', '<![CDATA[', '<script>',
    '<a/', '<a b="\'', '&', '&#'])
def test_markup_that_does_not_end_takes_no_time(piece):
    plain_text('<b>' + piece * 100_000)     # for minutes, by Python's own parser


def test_numbers_of_characters_that_are_none():
    assert unescaped('&#38;&#000000000000038;&#x26;&amp;') == '&&&&'
    for text in ('&#' + '9' * 5000 + ';', '&#x' + 'f' * 5000 + ';'):
        assert unescaped(text) == plain_text(f'<p>{text}') == '\ufffd'
