"""The words that are found in texts."""

import pytest

from fashion_models.representation.tags.words import CATEGORY, COLOUR, STYLE, Lexicon, Word, key

LABELS = {
    'type': ['bags', 'Shoes'], 'category': ['dresses', 'Hoodies & Sweatshirts', 'scarves'],
    'subcategory': ['hi-top trainers', 'Tshirts', 'Shoes', 'shirt dresses', 'denim jackets']}


def found(text, **options):
    return {(word.kind, word.name): words
            for word, words in Lexicon(LABELS, **options).read(text)[0].items()}


@pytest.mark.parametrize(('text', 'kind', 'name', 'said'), [
    ('A red bag', COLOUR, 'Red', 'red'),
    ('NAVY-BLUE tote', COLOUR, 'Navy', 'navy-blue'),
    ('Navy blue tote', COLOUR, 'Navy', 'navy blue'),
    ('in burgundy', COLOUR, 'Red', 'burgundy'),
    ('shoulder bag', CATEGORY, 'bags', 'bag'),
    ('The Zia Dress, red', CATEGORY, 'dresses', 'dress'),
    ('HI TOP TRAINER', CATEGORY, 'hi-top trainers', 'hi top trainer'),
    ('Hi-top trainers', CATEGORY, 'hi-top trainers', 'hi-top trainers'),
    ('T-shirt', CATEGORY, 'Tshirts', 't-shirt'),
    ('two t shirts', CATEGORY, 'Tshirts', 't shirts'),
    ('a sweatshirt', CATEGORY, 'Hoodies & Sweatshirts', 'sweatshirt'),
    ('silk scarf', CATEGORY, 'scarves', 'scarf'),
    ('striped shirt dress', CATEGORY, 'shirt dresses', 'shirt dress')])
def test_finds_a_word(text, kind, name, said):
    assert found(text)[kind, name] == said


def test_the_longest_phrase_wins_and_its_words_are_used_up():
    assert list(found('denim jacket')) == [(CATEGORY, 'denim jackets')]
    assert (CATEGORY, 'dresses') not in found('shirt dress')


def test_phrases_end_at_punctuation():
    assert (COLOUR, 'Navy') in found('navy. Blue')
    assert (COLOUR, 'Blue') in found('navy. Blue')


def test_a_label_of_two_levels_is_one_word():
    assert Lexicon(LABELS).read('shoe')[0] == {Word(CATEGORY, 'Shoes'): 'shoe'}
    assert found('Shoes') == {(CATEGORY, 'Shoes'): 'shoes'}


def test_the_rest_is_told():
    words, rest = Lexicon(LABELS, style=['striped']).read('Our Striped, stone-set bag')
    assert set(words) == {Word(STYLE, 'striped'), Word(CATEGORY, 'bags')}
    assert rest == ['our', 'stone-set']


def test_colour_words_may_be_taken_out():
    assert (COLOUR, 'Blue') in found('denim')
    assert found('denim', not_colours={'denim'}) == {}


@pytest.mark.parametrize(('one', 'other'), [
    ('dress', 'dresses'), ('watch', 'watches'), ('box', 'boxes'), ('shoe', 'Shoes'),
    ('glove', 'gloves'), ('scarf', 'scarves'), ('body', 'bodies'), ('tie', 'ties'),
    ('low-top trainer', 'Low top trainers')])
def test_spellings_that_mean_the_same(one, other):
    assert key(one) == key(other)


@pytest.mark.parametrize(('one', 'other'), [
    ('dress', 'dre'), ("women's", 'women'), ('bus', 'bu'), ('tops', 'topping')])
def test_spellings_that_do_not(one, other):
    assert key(one) != key(other)
