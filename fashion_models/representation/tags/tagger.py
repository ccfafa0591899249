"""Which words of a listing's text are true of its pictures, and which true words it lacks.

One linear probe per word tells from a product's vector whether the word holds
(:mod:`fashion_models.representation.tags.learning` learns them). For a word that a text says
there are two witnesses, the picture and the product's other texts, which say it, too, or another in
its place::

    log odds(word | all) = a log(odds(word | picture) / odds(word))
                           + b (texts that say it, too) + c (texts that say another) + d

What each is worth, and that texts are mostly right (d), is learned where labels tell.
"""

import dataclasses
import json
import os
from collections.abc import Collection, Sequence

import numpy as np

from fashion_models.arrays import read_npz, write_npz
from fashion_models.catalogue.records import Listing
from fashion_models.catalogue.tasks import LEVELS
from fashion_models.errors import UserError
from fashion_models.parsing import json_value, require_form
from fashion_models.representation.embeddings import Embeddings
from fashion_models.representation.tags.words import (
    CATEGORY,
    COLOUR,
    STYLE,
    Lexicon,
    Word,
    text_of,
)

#: A word of the text is kept from this probability on; one that it lacks is proposed from the
#: other on.
KEEP, PROPOSE = 0.5, 0.8
_SURE = 1e-9
_FORMAT = 'fashion-models tags 2'
_FACTS = {'labels': {str: [str]}, 'style': [str], 'not_colours': [str], 'words': [[str]],
          'levels': {str: str}, 'space': [str], 'calibration': {str: [float]},
          'witnesses': {str: [float]}}


@dataclasses.dataclass(frozen=True)
class Tag:
    """A word and how likely it is true.

    Attributes:
        word (Word): The word.
        said (str): How the text says it; empty if it does not.
        probability (float): That it is true of the product.
    """

    word: Word
    said: str
    probability: float

    def record(self) -> dict:
        """The same as a JSON object."""
        said = {'said': self.said} if self.said else {}
        return {'word': self.word.name, 'kind': self.word.kind, **said,
                'probability': round(self.probability, 4)}


@dataclasses.dataclass(frozen=True)
class Tags:
    """A listing's text, judged.

    Attributes:
        kept (list of Tag): Words of the text that are probably true, the likeliest first.
        rejected (list of Tag): Its other words.
        missing (list of Tag): Words that it lacks although they are probably true.
    """

    kept: list[Tag]
    rejected: list[Tag]
    missing: list[Tag]

    def record(self) -> dict:
        """The same as a JSON object."""
        return {name: [tag.record() for tag in getattr(self, name)]
                for name in ('kept', 'rejected', 'missing')}


class Tagger:
    """Judges the words of listings.

    Args:
        facts: JSON-ready: ``labels`` (task to labels), ``style`` and ``not_colours`` (see
            :class:`~.words.Lexicon`), ``words`` (pairs of kind and name, one per probe), ``levels``
            (name of each category word to its task), ``space`` (of the vectors, see
            :attr:`~fashion_models.representation.embeddings.Embeddings.space`),
            ``calibration`` (kind to the weights of a probe's evidence and of the word's log odds
            in the training split, and an offset: their sum is the log odds) and ``witnesses``
            (kind to the a, b, c and d above).
        weights: (d, w) float32, one column per word.
        offsets: (w,) float32.
        shares: (w,) float32, of the training products that have each word.

    Attributes:
        facts (dict): As given.
        words (list of Word): The w words.
        lexicon (Lexicon): Finds them in texts.
    """

    def __init__(self, facts: dict, weights: np.ndarray, offsets: np.ndarray,
                 shares: np.ndarray) -> None:
        self.facts = facts
        self.words = [Word(*pair) for pair in facts['words']]
        self.lexicon = Lexicon(facts['labels'], facts['style'], facts['not_colours'])
        self._weights = np.asarray(weights, np.float32)
        self._offsets = np.asarray(offsets, np.float32)
        self._shares = np.asarray(shares, np.float32)
        self._places = {word: place for place, word in enumerate(self.words)}
        kinds = np.array([word.kind for word in self.words])
        # What a text lacks it should gain in full: of categories, the narrowest is proposed.
        narrowest = next((level for level in reversed(LEVELS)
                          if level in facts['levels'].values()), None)
        self._proposable = np.flatnonzero([
            word.kind != CATEGORY or facts['levels'][word.name] == narrowest
            for word in self.words])
        levels = np.array([facts['levels'].get(word.name) if word.kind == CATEGORY else None
                           for word in self.words])
        self._exclusive = [np.flatnonzero(levels == level) for level in LEVELS]
        self._slopes, self._shifts = np.zeros((2, len(self.words)))
        for kind, (evidence, share, shift) in facts['calibration'].items():
            own = kinds == kind
            self._slopes[own] = evidence
            self._shifts[own] = share * logit(self._shares[own]) + shift

    @property
    def proposable(self) -> list[Word]:
        """The words that may be proposed for a text."""
        return [self.words[place] for place in self._proposable]

    def log_odds(self, vectors: np.ndarray) -> np.ndarray:
        """The log odds (n, w) float64 of each word, from products' vectors (n, d).

        Raises:
            UserError: One is not finite.
        """
        with np.errstate(over='ignore', invalid='ignore'):
            evidence = np.asarray(vectors, np.float32) @ self._weights + self._offsets
            log_odds = evidence * self._slopes + self._shifts
        if not np.isfinite(log_odds).all():
            raise UserError('what was learnt of the words gives odds that are not finite: it is '
                            'damaged, learn them again')
        probability = sigmoid(log_odds)
        # A product has one label of each level: where several fit, they share the probability.
        for places in self._exclusive:
            if len(places):
                odds = np.exp(log_odds[:, places] - log_odds[:, places].max(axis=1, keepdims=True))
                probability[:, places] = np.minimum(
                    probability[:, places], odds / odds.sum(axis=1, keepdims=True))
        return logit(np.clip(probability, _SURE, 1 - _SURE))

    def judge(self, text: str, log_odds: np.ndarray, keep: float = KEEP,
              propose: float = PROPOSE, others: Sequence[str] = ()) -> Tags:
        """Judges the text of one listing.

        Args:
            text: Title and description.
            log_odds: (w,), the product's row of :meth:`log_odds`.
            keep: Less probable words of the text are rejected.
            propose: Words that it lacks are named from this probability on.
            others: The texts of the product's other listings.

        Returns:
            The words in three lists. A word without a probe, because too few training products
            had it, is in none of them.
        """
        said = {word: words for word, words in self.lexicon.read(text)[0].items()
                if word in self._places}
        elsewhere = [self.lexicon.read(other)[0] for other in others]
        judged = [
            Tag(word, words, float(sigmoid(np.dot(
                self.facts['witnesses'][word.kind],
                [*self.testimony(word, log_odds, elsewhere), 1]))))
            for word, words in said.items()]
        probable = self._proposable[log_odds[self._proposable] >= logit(propose)]
        missing = [Tag(self.words[place], '', float(sigmoid(log_odds[place])))
                   for place in probable if self.words[place] not in said]
        return Tags(*(sorted(tags, key=lambda tag: -tag.probability) for tags in (
            [tag for tag in judged if tag.probability >= keep],
            [tag for tag in judged if tag.probability < keep], missing)))

    def judge_listings(self, listings: Sequence[Listing], log_odds: np.ndarray, keep: float = KEEP,
                       propose: float = PROPOSE) -> list[Tags]:
        """Judges the texts of all listings of a product, each with the others as witnesses.

        Args:
            listings: All of them.
            log_odds, keep, propose: As of :meth:`judge`.
        """
        texts = [text_of(listing) for listing in listings]
        return [self.judge(text, log_odds, keep, propose, texts[:number] + texts[number + 1:])
                for number, text in enumerate(texts)]

    def testimony(self, word: Word, log_odds: np.ndarray,
                  elsewhere: Sequence[Collection[Word]]) -> tuple[float, int, int]:
        """What the witnesses say of a word that a text says and that has a probe.

        Args:
            word: The word.
            log_odds: (w,), the product's row of :meth:`log_odds`.
            elsewhere: The words of each of the product's other texts.

        Returns:
            The picture's evidence, in log odds, how many other texts say the word, and how many say
            another in its place: another colour, or another category of its level.
        """
        place = self._places[word]
        agreeing = sum(word in own for own in elsewhere)
        contradicting = sum(word not in own and any(map(self._rivals(word), own))
                            for own in elsewhere)
        return log_odds[place] - logit(self._shares[place]), agreeing, contradicting

    def _rivals(self, word):
        """A function that tells whether a word is another of the same sort."""
        levels = self.facts['levels']

        def is_rival(other):
            return (other.kind == word.kind != STYLE and other != word
                    and levels.get(other.name) == levels.get(word.name))
        return is_rival

    def save(self, path: str | os.PathLike) -> None:
        """Writes the tagger to a ``.npz`` file, without pickle.

        Raises:
            UserError: If it cannot be written, or is there and no ``.npz`` file.
        """
        write_npz(path, format=np.array(_FORMAT), facts=np.array(json.dumps(self.facts)),
                  weights=self._weights, offsets=self._offsets, shares=self._shares)

    @classmethod
    def load(cls, path: str | os.PathLike) -> 'Tagger':
        """Reads what :meth:`save` wrote.

        Raises:
            UserError: If the file holds anything else.
        """
        try:
            content = read_npz(path)
            if str(content['format']) != _FORMAT:
                raise ValueError('another format')
            return cls(*_checked(json_value(str(content['facts'])), *(
                content[name] for name in ('weights', 'offsets', 'shares'))))
        except (UserError, OSError, ValueError, KeyError) as error:
            raise UserError(f'{path}: holds no learned words; expected a file of '
                            'words that were kept (save)') from error

    def check(self, embeddings: Embeddings) -> None:
        """Raises UserError if the embeddings are not in the space of the probes."""
        if (embeddings.header['size'] != len(self._weights)
                or self.facts.get('space') != embeddings.space):
            raise UserError(f'{embeddings.file}: was made by another network than the learned '
                            'words, or reduced differently; learn the words again')


def _checked(facts, weights, offsets, shares):
    """Facts and arrays of a tagger, as they are; ValueError if they do not belong together."""
    require_form(facts, _FACTS)
    count = len(facts['words'])
    fits = (
        all(len(word) == 2 and word[0] in (COLOUR, CATEGORY, STYLE) for word in facts['words'])
        and all(name in facts['levels'] for kind, name in facts['words'] if kind == CATEGORY)
        and all(len(numbers) == 3 for numbers in facts['calibration'].values())
        and facts['witnesses'].keys() == {COLOUR, CATEGORY, STYLE}
        and all(len(numbers) == 4 and np.isfinite(numbers).all()
                for numbers in facts['witnesses'].values())
        and all(array.dtype.kind == 'f' and np.isfinite(array).all()
                for array in (weights, offsets, shares))
        and weights.ndim == 2 and weights.shape[1] == count
        and offsets.shape == shares.shape == (count,)
        and ((shares > 0) & (shares < 1)).all())
    if not fits:
        raise ValueError('what it says does not fit together')
    return facts, weights, offsets, shares


def logit(probability: np.ndarray | float) -> np.ndarray:
    """Log odds of probabilities between 0 and 1."""
    return np.log(probability) - np.log1p(-np.asarray(probability))


def sigmoid(log_odds: np.ndarray | float) -> np.ndarray:
    """Probabilities of log odds, the inverse of :func:`logit`."""
    return 1 / (1 + np.exp(-log_odds))
