"""What shops write: HTML in descriptions, genders in category names and titles."""

import html
import re
from collections.abc import Set
from html.parser import HTMLParser

from fashion_models.catalogue.importers.source import clean

#: Words (apostrophes left out) to the gender they name. ``man``, ``boy`` and ``girl`` alone are not
#: among them: man-made leather and boy shorts name none.
GENDERS = {
    'men': 'Men', 'mens': 'Men', 'male': 'Men', 'gentlemen': 'Men', 'gents': 'Men',
    'women': 'Women', 'womens': 'Women', 'female': 'Women', 'ladies': 'Women',
    'unisex': 'Unisex', 'boys': 'Boys', 'girls': 'Girls',
    'kids': 'Kids', 'children': 'Kids', 'childrens': 'Kids',
}

_BREAKING = {'p', 'br', 'li', 'ul', 'ol', 'div', 'tr', 'td', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6'}


def plain_text(text: str) -> str:
    """Returns a text without HTML's tags and entities, with single spaces."""
    if '<' not in text:
        return clean(html.unescape(text))
    parser = _Text()
    parser.feed(text)
    parser.close()
    return clean(''.join(parser.parts))


class _Text(HTMLParser):
    def __init__(self):
        super().__init__()
        self.parts = []

    def handle_starttag(self, tag, attributes):
        if tag in _BREAKING:
            self.parts.append(' ')

    def handle_endtag(self, tag):
        self.handle_starttag(tag, None)

    def handle_data(self, data):
        if self.cdata_elem is None:     # neither a script nor a style
            self.parts.append(data)


def genders(text: str) -> set[str]:
    """Returns the genders that the words of a text name."""
    return {GENDERS[word] for word in _words(text) if word in GENDERS}


def names_only_a_gender(text: str) -> bool:
    """Says whether a text is only a gender, as ``Men`` and ``Women's`` are."""
    words = _words(text)
    return len(words) == 1 and words[0] in GENDERS


def one_gender(found: Set[str]) -> str:
    """Returns the gender that a set of genders comes to; ``''`` if they leave it open.

    What is for men and for women, or for Unisex among others, is Unisex.
    """
    if len(found) == 1:
        return next(iter(found))
    return 'Unisex' if 'Unisex' in found or found == {'Men', 'Women'} else ''


def _words(text):
    return re.findall(r'[^\W\d_]+', re.sub("['’]", '', text.casefold()))
