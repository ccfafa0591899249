"""What shops write: HTML in descriptions, genders in category names and titles."""

import html
import re
from collections.abc import Iterable, Iterator, Set

from fashion_models.catalogue.importers.gender_words import ALONE, ANYWHERE, ENGLISH
from fashion_models.catalogue.importers.source import clean

#: More digits than any character's number has; Python refuses to read thousands of them.
_DIGITS = re.compile(r'(?<=&#)\d{9,}')
_MARKUP = re.compile(r'<(?:(/?)([a-zA-Z][^\s/>]*)|[/!?])')
#: What ends a tag, or begins a value in which nothing does.
_END_OR_VALUE = re.compile(r'''>|=\s*["']''')
#: What may join the genders of one level, as in *Men and Women*.
_JOINING = {'and', 'und', 'et', 'y', 'e', 'en', 'og', 'och', 'i', 'ja', 'a', 've', 'и', 'και'}
#: What shops call ages at which nobody is a man or a woman; *Kids* is among the genders.
_CHILDREN = {'newborn', 'newborns', 'infant', 'infants', 'baby', 'babies', 'toddler', 'toddlers'}
_OF_CHILDREN = {'Men': 'Boys', 'Women': 'Girls', 'Unisex': 'Kids', '': 'Kids'}
_BREAKING = {'p', 'br', 'li', 'ul', 'ol', 'div', 'tr', 'td', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6'}


def plain_text(text: str) -> str:
    """Returns a text without HTML's tags and entities, with single spaces."""
    return clean(''.join(map(unescaped, _pieces(text))))


def unescaped(text: str) -> str:
    """Returns a text with the characters that HTML's entities stand for."""
    return html.unescape(_DIGITS.sub(lambda match: match[0].lstrip('0')[:8] or '0', text))


def _pieces(text) -> Iterator[str]:
    """Yields what stands between tags, and a blank for each that breaks a line.

    As HTMLParser does, which takes a minute for 20 kB of tags that do not end: its time is
    quadratic. Here, whoever looks ahead goes there, or does not look for the same again.
    """
    place, comments_end = 0, True
    while match := _MARKUP.search(text, place):
        yield text[place:match.start()]
        place, end = match.start(), -1
        if comments_end and text.startswith('<!--', place):
            end = text.find('-->', place + 4)
            comments_end = end >= 0
            end += 3 * comments_end
        if end < 0:
            end = _end_of_tag(text, match.end()) if match[2] else text.find('>', place) + 1 or -1
        if end < 0:
            break   # no tag, then, and none after it
        place, tag = end, (match[2] or '').lower()
        if tag in _BREAKING:
            yield ' '
        elif tag in ('script', 'style') and not match[1]:
            closing = re.compile(f'</{tag}', re.IGNORECASE).search(text, place)
            if not closing:
                return
            place = closing.start()
    yield text[place:]


def _end_of_tag(text, place):
    """Where a tag ends whose name does at ``place``; -1 if nowhere."""
    while match := _END_OR_VALUE.search(text, place):
        place = match.end()
        if match[0] == '>':
            return place
        if (closing := text.find(match[0][-1], place)) < 0:
            return text.find('>', place) + 1 or -1   # somebody has forgotten the other quote
        place = closing + 1
    return -1


def genders(text: str) -> set[str]:
    """Returns the genders that the words of a text in English name."""
    return {ENGLISH[word] for word in _words(text) if word in ENGLISH}


def genders_in_any_language(text: str) -> set[str]:
    """Returns the genders that the words of a text name, in English or else in another language.

    So *Donna Karan Men's shirt* is for men.
    """
    if found := genders(text):
        return found
    if gender := ALONE.get(_folded(text)):
        return {gender}
    return {ANYWHERE[word] for word in _words(text) if word in ANYWHERE}


def names_only_a_gender(text: str) -> bool:
    """Says whether a text is only a gender, as ``Men`` and ``Damen``, or some: ``Boys & Girls``."""
    words = _words(text)
    others = [word for word in words if word not in ENGLISH and word not in ANYWHERE]
    return _folded(text) in ALONE or len(others) < len(words) and _JOINING.issuperset(others)


def genders_of_paths(paths: Iterable[Iterable[str]], longest: Iterable[str]) -> set[str]:
    """Returns the genders that category paths name, in any language.

    Levels that are only a gender decide; without any, the words of the longest path do.

    Args:
        paths: The category paths of a product, each a list of levels.
        longest: The levels of the longest.
    """
    only = [name for path in paths for name in path if names_only_a_gender(name)]
    return {gender for name in only or longest for gender in genders_in_any_language(name)}


def one_gender(found: Set[str]) -> str:
    """Returns the gender that a set of genders comes to; ``''`` if they leave it open.

    What is for men and for women, or for Unisex among others, is Unisex.
    """
    if len(found) == 1:
        return next(iter(found))
    return 'Unisex' if 'Unisex' in found or found == {'Men', 'Women'} else ''


def gender_in_shop(found: Set[str], ages: Iterable[str] = ()) -> str:
    """Returns the gender that what a shop says of a product comes to; ``''`` if it leaves it open.

    Other than by :func:`one_gender`, *Kids > Boys* is for boys, *Boys & Girls* for kids; and what
    is male and of an age group of children is for boys.

    Args:
        found: The genders that the shop names.
        ages: The age groups that it names.
    """
    children = found & {'Boys', 'Girls'}
    if len(children) == 2:
        found = found - children | {'Kids'}
    elif children:
        found = found - {'Kids'}
    gender = one_gender(found)
    ages = list(filter(None, ages))
    if ages and all(map(_is_of_children, ages)):
        return _OF_CHILDREN.get(gender, gender)
    return gender


def _is_of_children(age):
    return not _CHILDREN.isdisjoint(_words(age)) or genders_in_any_language(age) == {'Kids'}


def _words(text):
    return re.findall(r'[^\W\d_]+', _folded(text))


def _folded(text):
    return re.sub("['’]", '', text.casefold()).strip()
