"""Orders products for a shopper by what they liked.

A shopper's taste follows Rocchio's rule for relevance feedback (1971): the mean of what was liked,
less a share of the mean of what was disliked. A handful of likes is too little to fit weights to,
and the rule has none. What it needs is a space in which nearness means as much in every direction.
The representation is not such a space (most of its variance tells shoes from clothing), so it is
whitened first: for one exemplar, that is linear discriminant analysis with the whole catalogue as
background (Hariharan, Malik & Ramanan, 2012,
"Discriminative decorrelation for clustering and classification").

The ten nearest products would all be alike. Maximal marginal relevance (Carbonell & Goldstein,
1998) puts next what is relevant and unlike everything before it. It has one parameter, which reads
as a price; it works with any relevance, including a learned one; and one earlier product explains
each place. Determinantal point processes offer none of this.
"""

import dataclasses
from collections.abc import Callable

import numpy as np

from fashion_models.errors import UserError
from fashion_models.representation.embeddings import Embeddings, Item
from fashion_models.representation.linear import Whitening, in_blocks, normalize

#: The weight of what is disliked, with 1 for what is liked. Chosen on validation products, where it
#: hardly mattered: 0.25 to 1 do about equally well.
DISLIKED = 0.5
#: The share of the diversity term; :mod:`fashion_models.experiments.ordering` measures its effect.
DIVERSITY = 0.2


@dataclasses.dataclass(frozen=True)
class Ordered:
    """A product and its place.

    Attributes:
        rank (int): From 1.
        relevance (float): How well it fits, before the diversity term.
        row (int): The row of its vector.
        item (~fashion_models.representation.embeddings.Item): The product.
    """

    rank: int
    relevance: float
    row: int
    item: Item


class Shopper:
    """A shopper's taste, from what they liked and disliked.

    Args:
        whitening: That of the catalogue.
        liked: (m, d) vectors of liked products, at least one.
        disliked: (m', d) vectors of disliked products; may be empty.

    Attributes:
        taste (numpy.ndarray): (c,) float32 of unit length, in whitened space.
    """

    def __init__(self, whitening: Whitening, liked: np.ndarray, disliked: np.ndarray = ()) -> None:
        self._whitening = whitening
        taste = whitening(liked).mean(axis=0)
        if len(disliked):
            taste = taste - DISLIKED * whitening(disliked).mean(axis=0)
        self.taste = normalize(taste)

    def relevance(self, vectors: np.ndarray) -> np.ndarray:
        """The nearness of products (n, d) to the taste: (n,) float32, cosines in whitened space."""
        return in_blocks(lambda block: self._whitening(block) @ self.taste, vectors)


def diversify(relevance: np.ndarray, vectors: np.ndarray, diversity: float, top: int) -> np.ndarray:
    """Maximal marginal relevance: the most relevant products first, but not all alike.

    Each place goes to the product with the largest ::

        (1 - diversity) * relevance - diversity * similarity

    where relevance is scaled to 0…1 over the set, and similarity is the largest cosine to a product
    placed before, or 0 if that is negative.

    Args:
        relevance: (n,), in any unit.
        vectors: (n, d), rows of unit length, or anything that can be indexed by rows to give them.
        diversity: From 0, the order of relevance, to less than 1.
        top: How many places to fill like this; the rest follow by relevance.

    Returns:
        (n,) int64, the rows in order; ties in the order of their rows.
    """
    order = np.argsort(-relevance, kind='stable')
    top = min(top, len(order))
    if not diversity or top < 2:
        return order
    relevance = np.asarray(relevance, np.float64)
    span = np.ptp(relevance)
    relevance = (relevance - relevance.min()) / (span if span > 0 else 1)
    # One of the ``top`` most relevant is always still unplaced, and worth this or more. What is
    # worth less even if unlike everything can never be placed: its vector need not be read.
    least = relevance[order[top - 1]] - diversity / (1 - diversity)
    rows = order[relevance[order] >= least - 1e-6]
    contenders = np.asarray(vectors[rows], np.float32)
    worth = (1 - diversity) * relevance[rows]
    similarity = np.zeros(len(rows))
    placed = []
    for _ in range(top):
        best = int(np.argmax(worth - diversity * similarity))
        placed.append(best)
        worth[best] = -np.inf
        similarity = np.maximum(similarity, contenders @ contenders[best])
    chosen = rows[placed]
    return np.concatenate([chosen, order[~np.isin(order, chosen)]])


def order_products(embeddings: Embeddings, relevance: Callable, rows: np.ndarray | None = None,
                   diversity: float = DIVERSITY, top: int = 100,
                   whitening: Whitening | None = None) -> list[Ordered]:
    """The products that come first.

    Args:
        embeddings: The products.
        relevance: From vectors (n, d) to how well each fits, (n,): the method of
            :class:`Shopper` or
            :class:`~fashion_models.representation.ordering.merchandiser.LinearOrder`.
        rows: Those of the products to order; by default all.
        diversity: The share of the diversity term, 0 to less than 1.
        top: How many.
        whitening: The space in which products are compared with each other; by default, that of the
            embeddings.

    Returns:
        The first ``top``, or all if there are fewer.

    Raises:
        UserError: If diversity or top is out of range.
    """
    if not 0 <= diversity < 1:
        raise UserError(f'diversity: found {diversity:g}, expected 0 to less than 1')
    if top < 1:
        raise UserError(f'top: found {top}, expected 1 or more')
    vectors = embeddings.vectors
    rows = np.arange(len(vectors)) if rows is None else np.asarray(rows, np.int64)
    scores = relevance(_Rows(vectors, rows))
    whitening = whitening or Whitening(vectors)
    order = diversify(scores, _Rows(vectors, rows, whitening), diversity, top)[:top]
    return [Ordered(rank, float(scores[place]), int(rows[place]), embeddings.items[rows[place]])
            for rank, place in enumerate(order, 1)]


class _Rows:
    """Some rows of an array, read (and whitened) on access."""

    def __init__(self, vectors, rows, change=None):
        self._vectors = vectors
        self._rows = rows
        self._change = change

    def __len__(self):
        return len(self._rows)

    def __getitem__(self, places):
        found = np.asarray(self._vectors[self._rows[places]], np.float32)
        return self._change(found) if self._change else found
