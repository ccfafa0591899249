"""The words of a listing that a picture can speak of: colours, categories, style.

Colour words are those of :mod:`fashion_models.catalogue.colours`; each stands for its base colour.
Category words are the labels of a run, in singular and plural and with or without hyphens. Style
words are any others that are given (``striped``, ``suede``, ``sneakers``).
"""

import dataclasses
import re

from fashion_models.catalogue.colours import LYST16
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
        labels (dict): Task to labels; those of the taxonomy's tasks become category words.
        style (iterable of str): Words in lower case.
        not_colours (iterable of str): Keys of colour words, as of :meth:`read`, that name something
            else in this catalogue, as ``denim`` may.
    """

    def __init__(self, labels, style=(), not_colours=()):
        self._words = {key(word): Word(STYLE, word) for word in style}
        for base, shades in LYST16.items():
            for shade in (base, *shades):
                if key(shade) not in not_colours:
                    self._words[key(shade)] = Word(COLOUR, base)
        # A label of several levels stands for the widest, which is the surest.
        for level in reversed(LEVELS):
            for label in labels.get(level, ()):
                for name in re.split(r'\s*(?:[&/,]|\band\b)\s*', label):
                    if name:
                        self._words[key(name)] = Word(CATEGORY, label)

    def read(self, text):
        """Finds words from left to right, the longest first.

        Args:
            text (str): A title, a description, or both.

        Returns:
            tuple: A dict from each :class:`Word` found to the part of the text (str, in lower case)
            that first says it; and the list of the tokens that belong to none.
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


def tokens_of(text):
    """The words of a text (list of str), in lower case; hyphens do not separate."""
    return _TOKEN.findall(text.casefold())


def key(phrase):
    """What the spellings of a phrase share: ``T-Shirts``, ``t shirt`` and ``tshirts`` do."""
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
