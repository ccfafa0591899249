"""The words of a listing that a picture can confirm: colours, categories, style.

Colour words are those of :mod:`fashion_models.catalogue.colours`; each stands for its base colour.
Category words are the labels of a run, in singular and plural and with or without hyphens. Style
words are any others that are listed (``striped``, ``suede``, ``sneakers``).
"""

import dataclasses
import re
from collections.abc import Collection, Iterable, Mapping

from fashion_models.catalogue.colours import LYST16, fold
from fashion_models.catalogue.records import Listing, Product
from fashion_models.catalogue.tasks import LEVELS

COLOUR, CATEGORY, STYLE = 'colour', 'category', 'style'
_LONGEST = 4    # tokens of a phrase
_TOKEN = re.compile(r"[^\W\d_]+(?:['’\-‐‑][^\W\d_]+)*")
_PART = re.compile(r'[.,;:!?/|()\[\]&+\n]+')
_SINGULARS = {'scarves': 'scarf', 'accessories': 'accessory'}


@dataclasses.dataclass(frozen=True)
class Word:
    """What one or several words of a text stand for.

    Attributes:
        kind (str): ``'colour'``, ``'category'`` or ``'style'``.
        name (str): The base colour, the label, or the word itself.
    """

    kind: str
    name: str


class Lexicon:
    """Finds the words of texts.

    Args:
        labels: Task to labels; those of the taxonomy's tasks become category words.
        style: Words in lower case.
        not_colours: Keys (see :func:`key`) of colour words that name something else in this
            catalogue, as ``denim`` may.
    """

    def __init__(self, labels: Mapping[str, Iterable[str]], style: Iterable[str] = (),
                 not_colours: Collection[str] = ()) -> None:
        self._words = {key(word): Word(STYLE, word) for word in style}
        for base, shades in LYST16.items():
            for shade in (base, *shades):
                if key(shade) not in not_colours:
                    self._words[key(shade)] = Word(COLOUR, base)
        # A label found on several levels stands for the widest, which is the surest.
        for level in reversed(LEVELS):
            for label in labels.get(level, ()):
                for name in re.split(r'[&/,]|\band\b', label):
                    if name.strip():
                        self._words[key(name)] = Word(CATEGORY, label)

    def read(self, text: str) -> tuple[dict[Word, str], list[str]]:
        """Finds words from left to right, the longest first.

        Args:
            text: A title, a description, or both.

        Returns:
            From each word found to the part of the text, in lower case, that first says it; and
            the tokens that belong to none.
        """
        found, rest = {}, []
        for part in _PART.split(text):
            tokens = tokens_of(part)
            keys = [key(token) for token in tokens]
            start = 0
            while start < len(tokens):
                for end in range(min(len(tokens), start + _LONGEST), start, -1):
                    if word := self._words.get(''.join(keys[start:end])):
                        found.setdefault(word, ' '.join(tokens[start:end]))
                        start = end
                        break
                else:
                    rest.append(tokens[start])
                    start += 1
        return found, rest


def tokens_of(text: str) -> list[str]:
    """The words of a text in lower case; hyphens do not separate them."""
    return _TOKEN.findall(text.casefold())


def key(phrase: str) -> str:
    """The same for all spellings of a phrase, such as ``T-Shirts``, ``t shirt`` and ``tshirts``."""
    return ''.join(
        re.sub(r'\W', '', _singular(token)) for token in tokens_of(phrase))


def _singular(token):
    if token in _SINGULARS:
        return _SINGULARS[token]
    if token.endswith(('sses', 'shes', 'ches', 'xes')):
        return token[:-2]
    if token.endswith('ies') and len(token) > 4:
        return token[:-3] + 'y'
    if token.endswith('s') and not token.endswith(('ss', "'s", '’s')) and len(token) > 3:
        return token[:-1]
    return token


def text_of(listing: Listing) -> str:
    """Title and description of a listing, on two lines."""
    return '\n'.join(filter(None, (listing.title, listing.description)))


def true_words(product: Product) -> set[Word]:
    """The colour and category words that a product's labels make true."""
    colours = {base for colour in product.colours
               for base in ((colour,) if colour in LYST16 else fold(colour))}
    names = {label for level in LEVELS if (label := product.label(level))}
    return {Word(COLOUR, base) for base in colours} | {Word(CATEGORY, name) for name in names}
