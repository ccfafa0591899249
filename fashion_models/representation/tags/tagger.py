"""Which words of a listing's text are true of its pictures, and which true ones it lacks.

One linear probe a word tells from a product's vector whether the word holds. Colours and categories
are learned from the products' labels, style words from the texts that say them, on the training
split alone. The probes are linear discriminants that share one covariance, so that a thousand words
cost hardly more than one: in whitened space a word's weights are the difference of the mean vectors
of products with and without it.

What the probes say is calibrated on the validation split: of words given the probability 0.8, eight
in ten hold. For style words, whose truth nobody has labelled, it is the probability that the text
says them, and only those are learned that a picture shows: whose probe tells texts with the word
from texts without it *by the same retailer*. A retailer's own phrases, which its way of
photographing gives away, thus are no style words.

A word that the text says is judged by both witnesses. Texts are right more often than not, how
often is measured where labels tell, and the picture must outweigh that::

    odds(word | text, picture) = odds(word | picture) / odds(word) * odds(a word of a text is true)
"""

import collections
import dataclasses
import json
import zipfile

import numpy as np

from fashion_models.catalogue.colours import LYST16, fold
from fashion_models.catalogue.split import split_of
from fashion_models.catalogue.tasks import LEVELS
from fashion_models.errors import UnsuitableCatalogue, UserError
from fashion_models.files import atomic_write, told_if_unwritable
from fashion_models.optional import require
from fashion_models.representation.ordering.order import Whitening
from fashion_models.representation.tags.words import CATEGORY, COLOUR, STYLE, Lexicon, Word, key

#: A word that fewer training products have has no probe.
LEAST = 20
#: Style words, at most: the commonest.
MOST_STYLE = 1000
#: Area under the ROC curve from which on a style word counts as one that a picture shows.
VISUAL = 0.7
SHRINKAGE = 1.0
#: Words that texts say are kept from this probability on, those that they lack proposed.
KEEP, PROPOSE = 0.5, 0.8
#: However often texts are right on validation products, a few more might show them wrong.
_MOST_RELIABLE = 0.995
_PAIRS = 200_000
_SURE = 1e-9
_FORMAT = 'fashion-models tags 1'


@dataclasses.dataclass(frozen=True)
class Tag:
    """A word and how likely it is true.

    Attributes:
        word (Word): Which.
        said (str): How the text says it; empty if it does not.
        probability (float): That it is true of the product.
    """

    word: Word
    said: str
    probability: float

    def record(self):
        """As a JSON object (dict)."""
        said = {'said': self.said} if self.said else {}
        return {'word': self.word.name, 'kind': self.word.kind, **said,
                'probability': round(self.probability, 4)}


@dataclasses.dataclass(frozen=True)
class Tags:
    """What is made of a listing's text: three lists of :class:`Tag`, the likeliest first."""

    kept: list
    rejected: list
    missing: list

    def record(self):
        """As a JSON object (dict)."""
        return {name: [tag.record() for tag in getattr(self, name)]
                for name in ('kept', 'rejected', 'missing')}


class Tagger:
    """Judges the words of listings.

    Args:
        facts (dict): JSON-ready: ``labels`` (task to labels), ``style`` and ``not_colours`` (as of
            :class:`~.words.Lexicon`), ``words`` (pairs of kind and name, one a probe), ``levels``
            (name of each category word to its task), ``space`` (of the vectors, see
            :attr:`~fashion_models.representation.embeddings.Embeddings.space`),
            ``calibration`` (kind to the weights of a probe's evidence and of the word's log odds
            in the training split, and an offset: together the log odds) and ``reliability`` (kind
            to the share of texts' words that are true).
        weights (numpy.ndarray): (d, w) float32, one column a word.
        offsets (numpy.ndarray): (w,) float32.
        shares (numpy.ndarray): (w,) float32, of training products that have each word.
    """

    def __init__(self, facts, weights, offsets, shares):
        self.facts = facts
        self.words = [Word(*pair) for pair in facts['words']]
        self.lexicon = Lexicon(facts['labels'], facts['style'], facts['not_colours'])
        self._weights = np.asarray(weights, np.float32)
        self._offsets = np.asarray(offsets, np.float32)
        self._shares = np.asarray(shares, np.float32)
        self._places = {word: place for place, word in enumerate(self.words)}
        kinds = np.array([word.kind for word in self.words])
        # A text that says too little should say the most: the narrowest category.
        narrowest = next((level for level in reversed(LEVELS)
                          if level in facts['levels'].values()), None)
        self._proposable = np.flatnonzero([
            word.kind != CATEGORY or facts['levels'][word.name] == narrowest
            for word in self.words])
        levels = np.array([facts['levels'].get(word.name) if word.kind == CATEGORY else None
                           for word in self.words])
        self._exclusive = [np.flatnonzero(levels == level) for level in LEVELS]
        self._slopes, self._shifts, self._trust = np.zeros((3, len(self.words)))
        for kind, (evidence, share, shift) in facts['calibration'].items():
            own = kinds == kind
            self._slopes[own] = evidence
            self._shifts[own] = share * _logit(self._shares[own]) + shift
            self._trust[own] = _logit(facts['reliability'][kind])

    @property
    def proposable(self):
        """The words that may be proposed to a text (list of Word)."""
        return [self.words[place] for place in self._proposable]

    def log_odds(self, vectors):
        """Log odds (n, w) float64 of each word, from products' vectors (n, d)."""
        evidence = np.asarray(vectors, np.float32) @ self._weights + self._offsets
        log_odds = evidence * self._slopes + self._shifts
        probability = _sigmoid(log_odds)
        # A product has one label of each level: where several would fit, they share.
        for places in self._exclusive:
            if len(places):
                odds = np.exp(log_odds[:, places] - log_odds[:, places].max(axis=1, keepdims=True))
                probability[:, places] = np.minimum(
                    probability[:, places], odds / odds.sum(axis=1, keepdims=True))
        return _logit(np.clip(probability, _SURE, 1 - _SURE))

    def judge(self, text, log_odds, keep=KEEP, propose=PROPOSE):
        """Judges the text of one listing.

        Args:
            text (str): Title and description.
            log_odds (numpy.ndarray): (w,), the product's row of :meth:`log_odds`.
            keep (float): Words of the text less probable are rejected.
            propose (float): Words that it lacks must be as probable to be named.

        Returns:
            Tags: A word that has no probe, as too few training products had it, is in none.
        """
        said = {word: words for word, words in self.lexicon.read(text)[0].items()
                if word in self._places}
        judged = []
        for word, words in said.items():
            place = self._places[word]
            odds = log_odds[place] - _logit(self._shares[place]) + self._trust[place]
            judged.append(Tag(word, words, float(_sigmoid(odds))))
        probable = self._proposable[log_odds[self._proposable] >= _logit(propose)]
        missing = [Tag(self.words[place], '', float(_sigmoid(log_odds[place])))
                   for place in probable if self.words[place] not in said]
        return Tags(*(sorted(tags, key=lambda tag: -tag.probability) for tags in (
            [tag for tag in judged if tag.probability >= keep],
            [tag for tag in judged if tag.probability < keep], missing)))

    def save(self, path):
        """Writes the tagger to a ``.npz`` file, without pickle.

        Raises:
            UserError: If it cannot be written.
        """
        with told_if_unwritable(path), atomic_write(path) as file:
            np.savez(file, format=np.array(_FORMAT), facts=np.array(json.dumps(self.facts)),
                     weights=self._weights, offsets=self._offsets, shares=self._shares)

    @classmethod
    def load(cls, path):
        """Reads what :meth:`save` wrote.

        Raises:
            UserError: If it is something else.
        """
        try:
            with np.load(path, allow_pickle=False) as content:
                if str(content['format']) == _FORMAT:
                    return cls(json.loads(str(content['facts'])), *(
                        content[name] for name in ('weights', 'offsets', 'shares')))
        except (OSError, EOFError, TypeError, ValueError, KeyError, zipfile.BadZipFile):
            pass
        raise UserError(f'{path}: no words were kept here; expected a file that "fashion-models '
                        'tags" kept')

    def check(self, embeddings):
        """Raises UserError if the embeddings are not in the space that the words are for."""
        if (embeddings.header['size'] != len(self._weights)
                or self.facts.get('space') != embeddings.space):
            raise UserError(f'{embeddings.file}: is of another network than the words that were '
                            'learned, or was reduced otherwise; learn them anew')


def learn_tags(products, embeddings, labels):
    """Learns a tagger from the training and the validation split of a catalogue.

    Args:
        products (iterable of ~fashion_models.catalogue.records.Product): The catalogue's; texts
            as of :func:`text_of` their listings.
        embeddings (~fashion_models.representation.embeddings.Embeddings): One vector a product;
            products that have none are passed over.
        labels (dict): Task to labels: the run's vocabulary.

    Returns:
        Tagger

    Raises:
        UserError: If there are too few products or texts, or scikit-learn is not installed.
    """
    train, validation = _Split(), _Split()
    rows = {id: row for row, id in enumerate(embeddings.ids)}
    for product in products:
        split = {'train': train, 'validation': validation}.get(split_of(product.group))
        if split is not None and product.id in rows:
            split.add(product, rows[product.id])
    if len(train.products) < LEAST or len(validation.products) < LEAST:
        raise UnsuitableCatalogue(
            f'{embeddings.file}: words are learned from {LEAST} training and {LEAST} validation '
            f'products or more, and it holds {len(train.products)} and '
            f'{len(validation.products)} with a text')
    not_colours = _not_colours(train, Lexicon(labels))
    style = _style_words(train, Lexicon(labels, (), not_colours))
    lexicon = Lexicon(labels, style, not_colours)
    levels = {label: level for level in reversed(LEVELS) for label in labels.get(level, ())}
    words = ([Word(COLOUR, base) for base in LYST16] + [Word(CATEGORY, name) for name in levels]
             + [Word(STYLE, word) for word in style])
    truth = _truth(train, words, lexicon)
    words, truth = _selected(
        (truth.sum(axis=0) >= LEAST) & ((~truth).sum(axis=0) >= LEAST), words, truth)
    weights, offsets = _probes(np.asarray(embeddings.vectors[train.rows], np.float32), truth)
    evidence = np.asarray(embeddings.vectors[validation.rows], np.float32) @ weights + offsets
    words, truth, weights, offsets, evidence = _selected(
        _visual(validation, evidence, words, lexicon), words, truth, weights, offsets, evidence)
    if not words:
        raise UnsuitableCatalogue(
            f'{embeddings.file}: no word is frequent enough to be learned')
    shares = truth.mean(axis=0)
    return Tagger({
        'labels': {level: list(labels.get(level, ())) for level in LEVELS},
        'style': [word.name for word in words if word.kind == STYLE],
        'not_colours': sorted(not_colours), 'levels': levels,
        'words': [[word.kind, word.name] for word in words],
        'space': embeddings.space,
        'calibration': _calibration(evidence, _truth(validation, words, lexicon), shares, words),
        'reliability': _reliability(validation, lexicon, words)}, weights, offsets, shares)


def _selected(good, words, *arrays):
    """Of words and of arrays (…, w), those that are good (w,) bool."""
    return [word for word, own in zip(words, good) if own], *(array[..., good] for array in arrays)


class _Split:
    """The products of a split that have a text, and the rows of their vectors."""

    def __init__(self):
        self.products = []
        self.rows = []

    def add(self, product, row):
        if any(map(text_of, product.listings)):
            self.products.append(product)
            self.rows.append(row)


def text_of(listing):
    """Title and description of a listing, on two lines."""
    return '\n'.join(filter(None, (listing.title, listing.description)))


def true_words(product):
    """The colour and category words that a product's labels make true (set of Word)."""
    colours = {base for colour in product.colours
               for base in ((colour,) if colour in LYST16 else fold(colour))}
    names = {label for level in LEVELS if (label := product.label(level))}
    return {Word(COLOUR, base) for base in colours} | {Word(CATEGORY, name) for name in names}


def _truth(split, words, lexicon):
    """(n, w) bool: labels for colours and categories, what the texts say for style words."""
    places = {word: place for place, word in enumerate(words)}
    truth = np.zeros((len(split.products), len(words)), bool)
    for row, product in enumerate(split.products):
        said = {word for listing in product.listings for word in lexicon.read(text_of(listing))[0]
                if word.kind == STYLE}
        truth[row, [places[word] for word in said | true_words(product) if word in places]] = True
    return truth


def _not_colours(train, lexicon):
    """Keys of colour words that seldom name the colour of the product, as ``denim`` may not."""
    said, right = collections.Counter(), collections.Counter()
    for product in train.products:
        true = true_words(product)
        for listing in product.listings:
            for word, words in lexicon.read(text_of(listing))[0].items():
                if word.kind == COLOUR:
                    said[key(words)] += 1
                    right[key(words)] += word in true
    return {name for name, count in said.items() if count >= 5 and right[name] < count / 2}


def _style_words(train, lexicon):
    """The commonest words beside colours and categories, but those that carry no meaning."""
    stop_words = _scikit_learn('feature_extraction.text').ENGLISH_STOP_WORDS
    counts, spellings = collections.Counter(), collections.defaultdict(collections.Counter)
    for product in train.products:
        tokens = {token for listing in product.listings
                  for token in lexicon.read(text_of(listing))[1]
                  if len(token) > 2 and token not in stop_words}
        for token in tokens:
            spellings[key(token)][token] += 1
        counts.update({key(token) for token in tokens})
    common = sorted((name for name in counts if counts[name] >= LEAST),
                    key=lambda name: (-counts[name], name))
    return [min(spellings[name], key=lambda token: (-spellings[name][token], token))
            for name in common[:MOST_STYLE]]


def _probes(vectors, truth):
    """Linear discriminants: weights (d, w) and offsets (w,) of the evidence for each word.

    Evidence is the log of how much likelier the vector is with the word than without it.
    """
    whitening = Whitening(vectors, SHRINKAGE)
    white = whitening.linear(vectors)
    with_word = white.T @ truth / truth.sum(axis=0)
    without = (white.sum(axis=0)[:, np.newaxis] - white.T @ truth) / (~truth).sum(axis=0)
    weights = whitening.pull_back(with_word - without)
    offsets = -whitening.mean @ weights - (
        (with_word ** 2).sum(axis=0) - (without ** 2).sum(axis=0)) / 2
    return weights.astype(np.float32), offsets.astype(np.float32)


def _visual(validation, evidence, words, lexicon):
    """Which words pictures show: (w,) bool, true for all that were learned from labels."""
    places = {word: place for place, word in enumerate(words)}
    by_retailer = collections.defaultdict(list)
    for row, product in enumerate(validation.products):
        for listing in product.listings:
            said = [places[word] for word in lexicon.read(text_of(listing))[0]
                    if word.kind == STYLE and word in places]
            by_retailer[listing.retailer].append((row, said))
    better, pairs = np.zeros(len(words)), np.zeros(len(words))
    for listings in by_retailer.values():
        said = np.zeros((len(listings), len(words)), bool)
        for number, (_, own) in enumerate(listings):
            said[number, own] = True
        # Of each word, the ranks of the listings that say it (Mann and Whitney's U).
        ranks = evidence[[row for row, _ in listings]].argsort(axis=0).argsort(axis=0) + 1
        count = said.sum(axis=0)
        better += (ranks * said).sum(axis=0) - count * (count + 1) / 2
        pairs += count * (len(listings) - count)
    return np.array([word.kind != STYLE for word in words]) | (
        better >= VISUAL * np.maximum(pairs, 1))


def _calibration(evidence, truth, shares, words):
    """For each kind, the weights of evidence and of log shares, and an offset: the log odds.

    Platt scaling on validation products. Were the discriminants' assumptions true (normal
    distributions that differ in their means alone), it would give 1, 1 and 0; and the network has
    seen the training products, on which the evidence was learned, too often.
    """
    linear_model = _scikit_learn('linear_model')
    found = {}
    for kind in (COLOUR, CATEGORY, STYLE):
        own = [place for place, word in enumerate(words) if word.kind == kind]
        x = np.stack(np.broadcast_arrays(evidence[:, own], _logit(shares[own])), axis=2)
        x, y = x.reshape(-1, 2), truth[:, own].ravel()
        if len(x) > _PAIRS:
            chosen = np.random.default_rng(0).choice(len(x), _PAIRS, replace=False)
            x, y = x[chosen], y[chosen]
        if y.any() and not y.all():
            model = linear_model.LogisticRegression(C=1e6).fit(x, y)
            # Evidence worse than none on validation products is not to count as its reverse.
            found[kind] = [max(0.0, float(model.coef_[0, 0])), float(model.coef_[0, 1]),
                           float(model.intercept_[0])]
        else:
            found[kind] = [1.0, 1.0, 0.0]
    return found


def _reliability(validation, lexicon, words):
    """Share of the words of validation texts that the labels say are true, of each kind."""
    right, said = collections.Counter(), collections.Counter()
    for product in validation.products:
        true = true_words(product)
        for listing in product.listings:
            for word in lexicon.read(text_of(listing))[0]:
                if word.kind != STYLE and word in words:
                    said[word.kind] += 1
                    right[word.kind] += word in true
    # Nobody has labelled style; the texts' words of the other kinds stand for it.
    said[STYLE], right[STYLE] = sum(said.values()), sum(right.values())
    return {kind: min(_MOST_RELIABLE, max(0.5, (right[kind] + 1) / (said[kind] + 2)))
            for kind in (COLOUR, CATEGORY, STYLE)}


def _scikit_learn(module):
    return require(
        f'sklearn.{module}', extra='analysis', purpose='learning the words of texts')


def _logit(probability):
    return np.log(probability) - np.log1p(-np.asarray(probability))


def _sigmoid(log_odds):
    return 1 / (1 + np.exp(-log_odds))
