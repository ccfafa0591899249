"""The evidence that two listings are the same product: their pictures and their texts.

A representation trained to tell labels apart puts all black ankle boots in one place, so the plain
cosine of two listings says little about which boot it is. Two remedies, neither of which needs
labels:

* **Whitening.** Labels account for most of the variation among listings. Scaled down to the level
  of the rest, differences between products with the same labels count as much (Jégou & Chum, 2012,
  "Negative evidences and co-occurences in image retrieval: the benefit of PCA and whitening").
* **Margin.** Where many listings lie close together, a high similarity is nothing special. So it is
  compared with how similar each of the two is to its nearest neighbours (Conneau et al., 2018,
  "Word translation without parallel data": cross-domain similarity local scaling). Neighbours that
  show the very same pictures do not count.
"""

import dataclasses
import re
from collections.abc import Sequence

import numpy as np

from fashion_models.catalogue.colours import fold
from fashion_models.optional import require
from fashion_models.representation.duplicates.nearest import BLOCK_BYTES, largest, nearest
from fashion_models.representation.embeddings import Item
from fashion_models.representation.linear import Whitening, in_blocks

#: A listing is paired with this many of its nearest neighbours.
NEIGHBOURS = 20
#: How many of them its neighbourhood's density is estimated from.
DENSITY = 10
#: At this whitened cosine or more, two listings show the same pictures.
SAME_PICTURES = 0.999

IMAGES = ('similarity', 'margin')
TEXT = ('words', 'colours')

COMPONENTS = 256
#: Added to each component's variance, as a share of all variance: what varies less is noise.
RIDGE = 0.001


@dataclasses.dataclass(frozen=True)
class Evidence:
    """Pairs of listings, and the evidence that each is one product.

    Attributes:
        rows (numpy.ndarray): (m, 2) int64, two rows of the file, the lower first.
        features (dict): ``'similarity'``, ``'margin'``, ``'words'`` and ``'colours'``, each to (m,)
            float64. Those of the texts are nan if either listing has no text. Where files were
            compared, also ``'photograph'``: 1 if both show the same one.
    """

    rows: np.ndarray
    features: dict

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def photographs(self) -> np.ndarray:
        """Which pairs are known to show the same photograph: (m,) bool."""
        return self.features.get('photograph', np.zeros(len(self))) > 0

    def columns(self, names: Sequence[str]) -> np.ndarray:
        """Some features side by side: (m, len(names))."""
        return np.column_stack([self.features[name] for name in names])

    def chosen(self, selected: np.ndarray) -> 'Evidence':
        """The evidence about some of the pairs, selected by a mask or by number."""
        return Evidence(
            self.rows[selected], {name: f[selected] for name, f in self.features.items()})


class Pictures:
    """Evidence from pictures: whitened vectors and their neighbourhoods.

    Args:
        vectors: (n, d) float32 or float16, n at least 2, rows of unit length.
        exact: Whether to compare all vectors, however many there are.
    """

    def __init__(self, vectors: np.ndarray, exact: bool = False) -> None:
        self.whitened = whitened(vectors)
        self._nearest, similarities = nearest(self.whitened, NEIGHBOURS, exact)
        self._density = density(similarities)

    def candidates(self, mutual: bool = False) -> np.ndarray:
        """Pairs in which one is among the other's nearest neighbours: (m, 2) int64, sorted.

        Args:
            mutual: Whether each must be among the other's. A listing that is near to very many, as
                one with a dull picture is, is then paired with few of them.
        """
        n, k = self._nearest.shape
        return _sorted_pairs(np.repeat(np.arange(n), k), self._nearest.ravel(), 1 + mutual)

    def evidence(self, rows: np.ndarray) -> dict[str, np.ndarray]:
        """What the pictures say about pairs (m, 2): the features :data:`IMAGES`, (m,) each.

        And ``mutual``: 1 where each is among the other's nearest neighbours, else 0.
        """
        a, b = rows.T
        similarity = np.empty(len(rows))
        mutual = np.empty(len(rows))
        for start in range(0, len(rows), 1 << 16):
            part = slice(start, start + (1 << 16))
            mutual[part] = self._has(a[part], b[part]) & self._has(b[part], a[part])
            similarity[part] = np.einsum(
                'md,md->m', self.whitened[a[part]], self.whitened[b[part]])
        return {'similarity': similarity,
                'margin': 2 * similarity - self._density[a] - self._density[b], 'mutual': mutual}

    def _has(self, a, b):
        """Whether b is among the nearest neighbours of a, pair by pair: (m,) bool."""
        return (self._nearest[a] == b[:, None]).any(axis=1)


def density(similarities: np.ndarray) -> np.ndarray:
    """How close a listing's neighbours are, apart from those that show the same pictures.

    Args:
        similarities: (n, k) of each listing to its nearest neighbours, the most similar first.

    Returns:
        (n,) float64, the mean of the first :data:`DENSITY` of them. It is 1 if all k show the same
        pictures: a picture shared by so many listings is a placeholder or a size chart.
    """
    other = similarities < SAME_PICTURES
    counted = other & (np.cumsum(other, axis=1) <= DENSITY)
    counts = counted.sum(axis=1)
    sums = np.where(counted, similarities, 0).sum(axis=1, dtype=np.float64)
    return np.where(counts, sums / np.maximum(counts, 1), 1.0)


def same_pictures(features: dict) -> np.ndarray:
    """Which pairs show the same pictures, unless all their neighbours show them, too.

    Args:
        features: Those of :class:`Evidence`.

    Returns:
        (m,) bool.
    """
    return (features['similarity'] >= SAME_PICTURES) & (
        features['margin'] > 1 - SAME_PICTURES)


class Texts:
    """Evidence from texts: their words, of which rare ones count more, and the colours they name.

    Args:
        texts: One for each of the n listings; empty if it has none.

    Raises:
        UserError: If scikit-learn is not installed.
    """

    def __init__(self, texts: list[str]) -> None:
        text = require('sklearn.feature_extraction.text', extra='analysis',
                       purpose='comparing texts (comparing images alone does without)')
        self._known = np.array([bool(WORD.search(text)) for text in texts], bool)
        # Numbers are words, too: a model number is the most telling of all.
        vectorizer = text.TfidfVectorizer(
            sublinear_tf=True, dtype=np.float32, token_pattern=WORD.pattern)
        self._words = vectorizer.fit_transform(texts) if self._known.any() else None
        self._colours = [frozenset(fold(text)) for text in texts]

    def candidates(self) -> np.ndarray:
        """Pairs in which one is among the other's nearest by words: (m, 2) int64, sorted."""
        if self._words is None:
            return np.empty((0, 2), np.int64)
        pairs = []
        step = max(1, BLOCK_BYTES // (4 * self._words.shape[0]))
        for start in range(0, self._words.shape[0], step):
            scores = (self._words[start:start + step] @ self._words.T).toarray()
            own = np.arange(len(scores))
            scores[own, start + own] = -1
            near = largest(scores, NEIGHBOURS)
            # Without a word in common they are no neighbours.
            some = np.take_along_axis(scores, near, axis=1) > 0
            pairs.append((np.repeat(start + own, some.sum(axis=1)), near[some]))
        return _sorted_pairs(*map(np.concatenate, zip(*pairs)))

    def evidence(self, rows: np.ndarray) -> dict[str, np.ndarray]:
        """What the texts say about pairs (m, 2): the features :data:`TEXT`, (m,) each.

        ``'words'`` is the cosine of the texts' TF-IDF weights. ``'colours'`` is 1 if the two name a
        colour in common, -1 if both name colours but none in common, and 0 if either names none.
        Colour names are the English ones of :mod:`fashion_models.catalogue.colours`.
        """
        a, b = rows.T
        words = np.full(len(rows), np.nan)
        both = np.flatnonzero(self._known[a] & self._known[b])
        for start in range(0, len(both), 1 << 16):
            part = both[start:start + (1 << 16)]
            words[part] = np.asarray(
                self._words[a[part]].multiply(self._words[b[part]]).sum(axis=1)).ravel()
        colours = np.array([
            (1 if one & other else -1) if (one := self._colours[i]) and (other := self._colours[j])
            else 0 for i, j in rows.tolist()], np.float64)
        return {'words': words, 'colours': np.where(np.isnan(words), np.nan, colours)}


#: Letters or digits, two or more, or single digits.
WORD = re.compile(r'\b\w\w+\b|\b\d\b')


def text_of(item: Item) -> str:
    """The text by which a listing is compared: its title and description."""
    return f'{item.title} {item.description}'.strip()


def whitened(vectors: np.ndarray) -> np.ndarray:
    """Scales vectors so that all their components vary alike.

    Args:
        vectors: (n, d) float32 or float16.

    Returns:
        (n, at most :data:`COMPONENTS`) float32 of unit length.
    """
    whitening = Whitening(vectors, RIDGE * vectors.shape[1], COMPONENTS)
    return in_blocks(whitening, vectors)


def _sorted_pairs(a, b, times=1):
    """The pairs of two different rows that are there so many times, once each."""
    different = a != b
    pairs = np.sort(np.column_stack([a[different], b[different]]).astype(np.int64), axis=1)
    found, counts = np.unique(pairs, axis=0, return_counts=True)
    return found[counts >= times]
