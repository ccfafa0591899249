"""Which words of texts are true, and texts with planted errors.

If the catalogue has a ``truth.jsonl``, as the embedded one does, it decides. A colour word is true
if the product has that colour, or if it is the other name of the product's shade; a category word,
if it is a true label or a shop's name for such a product; a style word, if it is such a name or
that of the fabric. Whether other style words (``favourite``) are true is unknown. In other
catalogues the labels decide, and no style word is known to be true or false.
"""

import dataclasses
import re
from collections.abc import Callable

import numpy as np

from fashion_models.catalogue.io import Catalogue
from fashion_models.catalogue.records import Product
from fashion_models.catalogue.tasks import LEVELS
from fashion_models.drawn.assortment import KINDS
from fashion_models.drawn.copywriting import MATERIALS
from fashion_models.drawn.truth import read_truth
from fashion_models.representation.tags.words import (
    CATEGORY,
    COLOUR,
    STYLE,
    Lexicon,
    Word,
    key,
    text_of,
    tokens_of,
    true_words,
)


class WordTruth:
    """Tells whether words are true of products.

    Args:
        catalogue: The products' catalogue.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._records = read_truth(catalogue.folder)
        self.materials = _keys(MATERIALS.values()) if self._records else set()
        self._names = {name: _keys((name, *kind.words)) for name, kind in KINDS.items()}
        #: The style words that are known to be true or false of each product.
        self.style = self.materials.union(*self._names.values()) if self._records else set()

    def of(self, product: Product, lexicon: Lexicon) -> Callable[[Word], bool | None]:
        """What is true of a product.

        Returns:
            A function from a word to whether it is true; ``None`` if that is unknown.
        """
        record = self._records.get(product.id)
        if record is None:
            true = true_words(product)
            return lambda word: None if word.kind == STYLE else word in true
        kind = record.label('subcategory')
        colours = record.accepted_colours
        categories = {record.label(level) for level in LEVELS} | {
            word.name for name in (kind, *KINDS[kind].words) for word in lexicon.read(name)[0]
            if word.kind == CATEGORY}
        style = self._names[kind] | _keys([MATERIALS.get(record.fabric, '')])

        def is_true(word):
            if word.kind == STYLE:
                return key(word.name) in style if key(word.name) in self.style else None
            return word.name in (colours if word.kind == COLOUR else categories)
        return is_true


def _keys(phrases):
    return {key(token) for phrase in phrases for token in tokens_of(phrase)}


def planted(products: list[Product], truth: WordTruth, labels: dict[str, list[str]], share: float,
            rng: np.random.Generator) -> list[Product]:
    """Products with false words in their texts.

    A share of the colours, categories and (if known) materials that the texts name is replaced by
    false ones. These are drawn from all texts, so that each is as frequent as it is there.

    Args:
        products: The catalogue's.
        truth: What is true of them.
        labels: From each task to its labels.
        share: Share of the words to replace.
        rng: Chooses them.

    Returns:
        Products with the same ids, labels and images.
    """
    lexicon = Lexicon(labels, truth.materials)
    said = {kind: [] for kind in (COLOUR, CATEGORY, STYLE)}
    for product in products:
        for listing in product.listings:
            for word, words in lexicon.read(text_of(listing))[0].items():
                said[word.kind].append((word, words))

    def changed(product, listing):
        is_true = truth.of(product, lexicon)
        title, description = listing.title, listing.description
        for word, words in lexicon.read(text_of(listing))[0].items():
            if rng.random() >= share:
                continue
            other = _false_word(said[word.kind], is_true, rng)
            if other is not None:
                pattern = re.compile(rf'\b{_spelling(words)}\b', re.IGNORECASE)
                title, description = (pattern.sub(other, text) for text in (title, description))
        return dataclasses.replace(listing, title=title, description=description)

    return [dataclasses.replace(product, listings=tuple(
        changed(product, listing) for listing in product.listings)) for product in products]


def _false_word(said, is_true, rng, tries=50):
    for place in rng.integers(len(said), size=tries):
        word, words = said[place]
        if is_true(word) is False:
            return words
    return None


def _spelling(words):
    return r'\W+'.join(map(re.escape, words.split()))
