import pytest

from fashion_models.drawn import copywriting, product
from fashion_models.drawn.assortment import KINDS
from fashion_models.drawn.dice import Dice
from fashion_models.drawn.difficulty import EASY, Difficulty
from fashion_models.drawn.palette import BY_COLOUR
from fashion_models.drawn.retailers import RETAILERS

SPEC = product('overcoats', 'female', 'Navy')
KIND = KINDS['overcoats']


def written(retailer, difficulty=EASY, n=200):
    return [copywriting.write(SPEC, retailer, Dice(retailer.name, i), KIND, difficulty)
            for i in range(n)]


@pytest.mark.parametrize('retailer', RETAILERS, ids=lambda retailer: retailer.name)
def test_every_retailer_names_the_kind_mostly_and_the_colour_often(retailer):
    found = written(retailer)
    said = [f'{text.title} {text.description}'.lower() for text in found]
    assert sum(any(word in text for word in KIND.words) for text in said) > 150
    named = [text.colour_word is not None for text in found]
    assert 0.3 * len(found) < sum(named) < 0.95 * len(found)
    for text, words in zip(found, said):
        assert text.colour_word is None or text.colour_word in words


def test_easy_texts_are_never_wrong():
    assert not any(text.wrong for retailer in RETAILERS for text in written(retailer))


def test_wrong_texts_name_another_colour():
    wrong = [text for text in written(RETAILERS[0], Difficulty(text_errors=0.5)) if text.wrong]
    assert 50 < len(wrong) < 130
    colours = {shade.name: shade.colour for shades in BY_COLOUR.values() for shade in shades}
    assert all(colours[text.colour_word] != 'Navy' for text in wrong)


def test_retailers_write_in_their_own_manner():
    styles = {retailer.style for retailer in RETAILERS}
    assert styles == set(copywriting.STYLES)
    titles = {style: copywriting.STYLES[style](SPEC, 'coat', 'navy', 'tweed', Dice('x'))[0]
              for style in styles}
    assert len(set(titles.values())) == len(styles)
