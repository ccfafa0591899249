import pytest

from fashion_models.catalogue.importers.source import clean
from fashion_models.catalogue.importers.wording import (
    genders,
    names_only_a_gender,
    one_gender,
    plain_text,
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
