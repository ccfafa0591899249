import html.parser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fashion_models.catalogue.importers.gender_words import ALONE, ANYWHERE, ENGLISH
from fashion_models.catalogue.importers.source import clean
from fashion_models.catalogue.importers.wording import (
    gender_in_shop,
    genders,
    genders_in_any_language,
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
    assert names_only_a_gender('Boys & Girls')
    assert names_only_a_gender('Hombre y mujer')
    assert not names_only_a_gender('Men Sale')
    assert not names_only_a_gender('and')
    assert not names_only_a_gender('Tops')
    assert not names_only_a_gender('')


@pytest.mark.parametrize(('level', 'gender'), [
    ('Damen', 'Women'), ('Herren', 'Men'), ('Femme', 'Women'), ('HOMME', 'Men'), ('Mujer', 'Women'),
    ('Donna', 'Women'), ('Uomo', 'Men'), ('Dames', 'Women'), ('Heren', 'Men'), ('Herr', 'Men'),
    ('Dam', 'Women'), ('Kvinder', 'Women'), ('Mænd', 'Men'), ('Damskie', 'Women'),
    ('Męskie', 'Men'), ('Mulher', 'Women'), ('Homem', 'Men'), ('Naiset', 'Women'),
    ('Ženy', 'Women'), ('Női', 'Women'), ('Bărbați', 'Men'), ('Женщинам', 'Women'),
    ('ΓΥΝΑΙΚΕΣ', 'Women'),
    ('Άνδρας', 'Men'), ('KADIN', 'Women'), ('レディース', 'Women'), ('ผู้หญิง', 'Women'),
    ('Jungen', 'Boys'), ('Mädchen', 'Girls'), ('Kinder', 'Kids'), ('Niños', 'Kids')])
def test_levels_that_are_a_gender_in_other_languages(level, gender):
    assert names_only_a_gender(level)
    assert genders_in_any_language(level) == {gender}
    assert genders_in_any_language("Women's") == {'Women'}


@pytest.mark.parametrize(('text', 'found'), [
    ('Scarpe donna', {'Women'}), ('Kleider für Damen', {'Women'}),
    ('Camisas hombre y mujer', {'Men', 'Women'}),
    ("Donna Karan Men's shirt", {'Men'}), ('Notre Dame hoodie', set()), ('Herr Schmidt', set()),
    ('Comme des Garçons tee', set()), ('kinder to your skin', set()), ('Hoover Dam', set()),
    ('Man-made leather', set()), ('Barn coat', set()), ('Damask', set())])
def test_genders_in_other_languages_inside_a_text(text, found):
    assert genders_in_any_language(text) == found
    assert not names_only_a_gender(text)


def test_no_word_names_two_genders():
    for other in (ANYWHERE, ALONE):
        assert not ENGLISH.keys() & other.keys()
    assert not ANYWHERE.keys() & ALONE.keys()
    assert {*ANYWHERE.values()} == {*ALONE.values()} == {*ENGLISH.values()}


@pytest.mark.parametrize(('found', 'gender'), [
    ({'Men'}, 'Men'), ({'Men', 'Women'}, 'Unisex'), ({'Men', 'Boys', 'Unisex'}, 'Unisex'),
    ({'Men', 'Boys'}, ''), (set(), '')])
def test_one_gender(found, gender):
    assert one_gender(found) == gender


@pytest.mark.parametrize(('found', 'ages', 'gender'), [
    ({'Kids', 'Boys'}, (), 'Boys'), ({'Boys', 'Girls'}, (), 'Kids'), ({'Kids'}, (), 'Kids'),
    ({'Men', 'Boys'}, (), ''), ({'Men', 'Women'}, ['Adults'], 'Unisex'), (set(), (), ''),
    ({'Men'}, ['kids'], 'Boys'), ({'Women'}, ['Babies', 'Toddlers'], 'Girls'),
    ({'Girls'}, ['Kids'], 'Girls'),
    ({'Unisex'}, ['newborn'], 'Kids'), (set(), ['infant'], 'Kids'), ({'Men'}, ['Kinder'], 'Boys'),
    ({'Men'}, ['Kids', 'Adults'], 'Men'), ({'Men'}, ['', 'adult'], 'Men')])
def test_gender_in_shop(found, ages, gender):
    assert gender_in_shop(found, ages) == gender


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
