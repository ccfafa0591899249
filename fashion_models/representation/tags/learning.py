"""Learns which words of texts a picture shows: one linear probe per word.

Colours and categories are learned from the products' labels, style words from the texts that say
them, on the training split alone. The probes are linear discriminants that share one covariance, so
that a thousand words cost hardly more than one: in whitened space a word's weights are the
difference between the mean vectors of products with and without it.

What the probes say is calibrated on the validation split: of the words with probability 0.8, eight
in ten hold. For style words, whose truth nobody has labelled, it is the probability that the text
says them. Only those are learned that a picture shows: the probe must tell texts with the word from
texts without it *by the same retailer*. A retailer's own phrases, which its way of photographing
gives away, are thus no style words.
"""

import collections
from collections.abc import Iterable

import numpy as np

from fashion_models.catalogue.colours import LYST16
from fashion_models.catalogue.records import Product
from fashion_models.catalogue.split import split_of
from fashion_models.catalogue.tasks import LEVELS
from fashion_models.errors import UnsuitableCatalogue
from fashion_models.optional import require
from fashion_models.representation.embeddings import Embeddings
from fashion_models.representation.linear import Whitening
from fashion_models.representation.tags.tagger import Tagger, logit
from fashion_models.representation.tags.witnesses import learn_weights
from fashion_models.representation.tags.words import (
    CATEGORY,
    COLOUR,
    STYLE,
    Lexicon,
    Word,
    key,
    text_of,
    true_words,
)

#: A word that fewer training products have gets no probe.
LEAST = 20
#: At most this many style words are learned, the commonest ones.
MOST_STYLE = 1000
#: A style word counts as one that pictures show from this area under the ROC curve on.
VISUAL = 0.7
SHRINKAGE = 1.0
#: However often texts are right on validation products, a few more might show them wrong.
_MOST_RELIABLE = 0.995
_PAIRS = 200_000


def learn_tags(products: Iterable[Product], embeddings: Embeddings,
               labels: dict[str, list[str]]) -> Tagger:
    """Learns a tagger from the training and the validation split of a catalogue.

    Args:
        products: The catalogue's products, with the texts of their listings.
        embeddings: One vector per product; products without one are skipped.
        labels: Task to labels: the run's vocabulary.

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
            f'products: found {len(train.products)} training and '
            f'{len(validation.products)} validation products with a text, expected {LEAST} of '
            'each or more to learn words from')
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
        raise UnsuitableCatalogue(f'{embeddings.file}: no word is frequent enough to be learned')
    shares = truth.mean(axis=0)
    facts = {
        'labels': {level: list(labels.get(level, ())) for level in LEVELS},
        'style': [word.name for word in words if word.kind == STYLE],
        'not_colours': sorted(not_colours), 'levels': levels,
        'words': [[word.kind, word.name] for word in words],
        'space': embeddings.space,
        'calibration': _calibration(evidence, _truth(validation, words, lexicon), shares, words),
        'witnesses': dict.fromkeys((COLOUR, CATEGORY, STYLE), [1.0, 0.0, 0.0, 0.0])}
    tagger = Tagger(facts, weights, offsets, shares)
    log_odds = tagger.log_odds(embeddings.vectors[validation.rows])
    return Tagger({**facts, 'witnesses': _witnesses(validation, tagger, log_odds)},
                  weights, offsets, shares)


def _selected(good, words, *arrays):
    """Selects words and columns of arrays (…, w) by ``good`` (w,) bool."""
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
    """Keys of colour words that seldom name the product's colour, such as ``denim``."""
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
    """The commonest words apart from colours, categories and stop words."""
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
    """Which words pictures show: (w,) bool, true for all words learned from labels."""
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
        # For each word, the ranks of the listings that say it (Mann and Whitney's U).
        ranks = evidence[[row for row, _ in listings]].argsort(axis=0).argsort(axis=0) + 1
        count = said.sum(axis=0)
        better += (ranks * said).sum(axis=0) - count * (count + 1) / 2
        pairs += count * (len(listings) - count)
    return np.array([word.kind != STYLE for word in words], bool) | (
        better >= VISUAL * np.maximum(pairs, 1))


def _calibration(evidence, truth, shares, words):
    """For each kind, the weights of evidence and of log shares, and an offset.

    Platt scaling on validation products. It would give 1, 1 and 0 if the discriminants' assumptions
    held (normal distributions that differ in their means alone) and the network had not seen the
    training products, on which the evidence was learned, so often.
    """
    linear_model = _scikit_learn('linear_model')
    found = {}
    for kind in (COLOUR, CATEGORY, STYLE):
        own = [place for place, word in enumerate(words) if word.kind == kind]
        x = np.stack(np.broadcast_arrays(evidence[:, own], logit(shares[own])), axis=2)
        x, y = x.reshape(-1, 2), truth[:, own].ravel()
        if len(x) > _PAIRS:
            chosen = np.random.default_rng(0).choice(len(x), _PAIRS, replace=False)
            x, y = x[chosen], y[chosen]
        if y.any() and not y.all():
            model = linear_model.LogisticRegression(C=1e6).fit(x, y)
            # Evidence that misleads on validation products must not count as its reverse.
            found[kind] = [max(0.0, float(model.coef_[0, 0])), float(model.coef_[0, 1]),
                           float(model.intercept_[0])]
        else:
            found[kind] = [1.0, 1.0, 0.0]
    return found


def _witnesses(validation, tagger, log_odds):
    """For each kind, the weights of what the witnesses say of a text's words, and an offset.

    They are learned (:mod:`~.witnesses`) from the words of the validation texts, which labels
    confirm or deny. Of a kind with too few of either, the picture's evidence is taken as it is, and
    other texts are not heard.

    Args:
        validation: The split.
        tagger: Has the words.
        log_odds: (n, w) of the split's products.
    """
    words = set(tagger.words)
    said, right = collections.defaultdict(list), collections.defaultdict(list)
    for product, row in zip(validation.products, log_odds):
        true = true_words(product)
        read = [tagger.lexicon.read(text_of(listing))[0] for listing in product.listings]
        for number, own in enumerate(read):
            for word in own:
                if word.kind != STYLE and word in words:
                    said[word.kind].append(tagger.testimony(
                        word, row, read[:number] + read[number + 1:]))
                    right[word.kind].append(word in true)
    # Nobody has labelled style, so the other kinds stand in for it.
    right[STYLE] = right[COLOUR] + right[CATEGORY]
    found = {}
    for kind in (COLOUR, CATEGORY, STYLE):
        count, true = len(right[kind]), sum(right[kind])
        if kind != STYLE and min(true, count - true) >= LEAST:
            found[kind], _ = learn_weights(said[kind], right[kind])
        else:
            share = min(_MOST_RELIABLE, max(0.5, (true + 1) / (count + 2)))
            found[kind] = [1.0, 0.0, 0.0, float(logit(share))]
    return found


def _scikit_learn(module):
    return require(
        f'sklearn.{module}', extra='analysis', purpose='learning the words of texts')
