"""What is known of held-out products: their words, pictures and truth, for orders of them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from fashion_models.catalogue.io import Catalogue
from fashion_models.catalogue.split import split_of
from fashion_models.errors import UnsuitableCatalogue
from fashion_models.experiments.kit.fusion import product_texts
from fashion_models.experiments.kit.shoppers import Shop
from fashion_models.optional import require
from fashion_models.representation.embeddings import Embeddings
from fashion_models.representation.linear import Whitening, normalize

if TYPE_CHECKING:   # SciPy comes with the extra ``analysis``
    from scipy.sparse import csr_matrix


class Words:
    """The words of texts, weighted by TF-IDF as learnt from some products.

    Args:
        catalogue: The products.
        ids: Those to learn from.

    Raises:
        UnsuitableCatalogue: If no two of them share a word.
        UserError: If scikit-learn is not installed.
    """

    def __init__(self, catalogue: Catalogue, ids: Sequence[str]):
        self._texts = product_texts(catalogue)
        text = require(
            'sklearn.feature_extraction.text', extra='analysis', purpose='an order by words')
        self._vectorizer = text.TfidfVectorizer(
            sublinear_tf=True, ngram_range=(1, 2), min_df=2, stop_words='english')
        try:
            self._vectorizer.fit(self._texts[id] for id in ids)
        except ValueError:      # scikit-learn: an empty vocabulary
            raise UnsuitableCatalogue(
                f'{catalogue.folder}: no word occurs in the texts of two training products, and '
                'this experiment compares pictures with words') from None

    def __call__(self, ids: Sequence[str]) -> 'csr_matrix':
        """(n, w) vectors of unit length of n products."""
        return self._vectorizer.transform(self._texts[id] for id in ids)


class Scene:
    """Held-out products as all parties see them.

    Attributes:
        validation, test (numpy.ndarray): Rows of the products of these splits, of all n of both.
        shop (Shop): What shoppers see of the n.
        white (numpy.ndarray): (n, d) whitened vectors.
        words (numpy.ndarray): (n, w) TF-IDF vectors of unit length, sparse.
        truth (numpy.ndarray): (n, v) the true attributes, of unit length.
    """

    def __init__(self, words: Words, embeddings: Embeddings,
                 attributes: list[dict[str, tuple[str, ...]]]):
        splits = np.array([split_of(item.group) for item in embeddings.items])
        self.rows = np.flatnonzero(splits != 'train')
        self.validation, self.test = (
            np.flatnonzero(splits[self.rows] == split) for split in ('validation', 'test'))
        ids = [embeddings.ids[row] for row in self.rows]
        self.shop = Shop.of([attributes[id] for id in ids])
        self.whitening = Whitening(embeddings.vectors)
        self.vectors = np.asarray(embeddings.vectors[self.rows], np.float32)
        self.white = self.whitening(self.vectors)
        self.words = words(ids)
        self.truth = normalize(np.concatenate(list(self.shop.shares.values()), axis=1))
