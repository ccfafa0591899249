"""Orders products for a shopper by what they liked.

How near a product is to the shopper's taste is measured by Rocchio's rule for relevance feedback
(1971): the mean of what was liked, less a share of the mean of what was disliked. A handful of
likes is too little to fit weights to, and the rule has none. What it needs is a space in which
nearness means as much in every direction. The representation is not such a space (what tells shoes
from clothing is most of its variance), so it is whitened first: for one exemplar that is linear
discriminant analysis with the whole catalogue as background (Hariharan, Malik & Ramanan, 2012,
"Discriminative decorrelation for clustering and classification").

The nearest products alone would be ten alike. Maximal marginal relevance (Carbonell & Goldstein,
1998) puts next what is relevant and unlike everything that stands before it. It has one parameter,
which can be read as a price, works with any relevance, learned ones included, and each place can be
explained by one product before it; determinantal point processes offer neither.
"""

import dataclasses
from collections.abc import Callable

import numpy as np

from fashion_models.errors import UserError
from fashion_models.representation.embeddings import Embeddings, Item
from fashion_models.representation.linear import Whitening, in_blocks, normalize

#: The weight of what is disliked, where that of what is liked is 1. Chosen on validation products,
#: where it hardly mattered: 0.25 to 1 do about equally well.
DISLIKED = 0.5
#: The share of the diversity term; see experiments/ordering.py for what it costs and gives.
DIVERSITY = 0.2


@dataclasses.dataclass(frozen=True)
class Ordered:
    """A product and its place.

    Attributes:
        rank (int): From 1.
        relevance (float): How well it fits, before the diversity term.
        row (int): Of its vector.
        item (~fashion_models.representation.embeddings.Item): What it is.
    """

    rank: int
    relevance: float
    row: int
    item: Item


class Shopper:
    """The taste of somebody who liked some products.

    Args:
        whitening (Whitening): Of the catalogue.
        liked (numpy.ndarray): (m, d) vectors of what was liked, one or more.
        disliked (numpy.ndarray): (m', d), of what was disliked; may be empty.
    """

    def __init__(self, whitening: Whitening, liked: np.ndarray, disliked: np.ndarray = ()) -> None:
        self._whitening = whitening
        taste = whitening(liked).mean(axis=0)
        if len(disliked):
            taste = taste - DISLIKED * whitening(disliked).mean(axis=0)
        self._taste = normalize(taste)

    def relevance(self, vectors: np.ndarray) -> np.ndarray:
        """How near products (n, d) are to the taste: (n,) float32, cosines in whitened space."""
        return in_blocks(lambda block: self._whitening(block) @ self._taste, vectors)


def diversify(relevance: np.ndarray, vectors: np.ndarray, diversity: float, top: int) -> np.ndarray:
    """Maximal marginal relevance: the most relevant products first, but not many alike.

    Each place goes to the product with the largest ::

        (1 - diversity) * relevance - diversity * similarity

    where relevance is scaled to 0…1 over the set, and similarity is the largest cosine with a
    product that stands before it, or 0 if that is negative.

    Args:
        relevance (numpy.ndarray): (n,), in any unit.
        vectors: (n, d) rows of unit length, or anything that gives these by their numbers.
        diversity (float): 0, the order of relevance, up to less than 1.
        top (int): Places to fill in this manner; the rest follow by relevance.

    Returns:
        numpy.ndarray: (n,) int64, the rows in order. Of equals the first row goes first.
    """
    order = np.argsort(-relevance, kind='stable')
    top = min(top, len(order))
    if not diversity or top < 2:
        return order
    relevance = np.asarray(relevance, np.float64)
    span = np.ptp(relevance)
    relevance = (relevance - relevance.min()) / (span if span > 0 else 1)
    # Of the ``top`` most relevant one is always still to be placed, and worth this or more. What is
    # worth less even if it is like nothing can never be placed, and its vector need not be read.
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
        embeddings (~fashion_models.representation.embeddings.Embeddings): The products.
        relevance (callable): Given vectors (n, d), how well each fits, (n,): the method of
            :class:`Shopper` or of
            :class:`~fashion_models.representation.ordering.merchandiser.LinearOrder`.
        rows (numpy.ndarray): Of the products to order; by default all.
        diversity (float): The share of the diversity term, 0 to less than 1.
        top (int): How many.
        whitening (Whitening): Where products are compared with each other; by default, that of
            the embeddings.

    Returns:
        list of Ordered: ``top`` of them, or all if there are fewer.

    Raises:
        UserError: If diversity or top cannot be used.
    """
    if not 0 <= diversity < 1:
        raise UserError(f'diversity: found {diversity:g}, expected 0 to less than 1')
    if top < 1:
        raise UserError(f'top: found {top}, expected 1 or more')
    vectors = embeddings.vectors
    rows = np.arange(len(vectors)) if rows is None else np.asarray(rows)
    scores = relevance(_Rows(vectors, rows))
    whitening = whitening or Whitening(vectors)
    order = diversify(scores, _Rows(vectors, rows, whitening), diversity, top)[:top]
    return [Ordered(rank, float(scores[place]), int(rows[place]), embeddings.items[rows[place]])
            for rank, place in enumerate(order, 1)]


class _Rows:
    """Some rows of an array, read (and whitened) when they are asked for."""

    def __init__(self, vectors, rows, change=None):
        self._vectors = vectors
        self._rows = rows
        self._change = change

    def __len__(self):
        return len(self._rows)

    def __getitem__(self, places):
        found = np.asarray(self._vectors[self._rows[places]], np.float32)
        return self._change(found) if self._change else found
