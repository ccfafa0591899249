"""Orders for a shopper, quick enough to follow each click."""

import threading
from collections.abc import Sequence

import numpy as np

from fashion_models.caching import cached_property
from fashion_models.representation.linear import Whitening, in_blocks
from fashion_models.representation.ordering.merchandiser import RankedList, learn_order
from fashion_models.representation.ordering.order import Ordered, Shopper, order_products
from fashion_models.serve.shop import Shop

#: Variety is looked for among so many of the most relevant products: whitening tens of thousands
#: of vectors at each click would take seconds.
CONTENDERS = 2000


class Orders:
    """Orders a shop's products.

    Args:
        shop: The shop.
    """

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._lock = threading.Lock()

    def for_shopper(self, liked: Sequence[int], disliked: Sequence[int], rows: np.ndarray,
                    diversity: float, top: int) -> list[Ordered]:
        """The products that come first for somebody with these likes.

        Args:
            liked: Rows, at least one.
            disliked: Rows.
            rows: Those to order.
            diversity: From 0 to less than 1.
            top: How many.
        """
        vectors = self._shop.embeddings.vectors
        whitening, lengths = self._space
        shopper = Shopper(whitening, vectors[list(liked)], vectors[list(disliked)])
        # The cosine in whitened space, without whitening every vector again: (x - m) W · t is
        # (x - m) · W t.
        towards = whitening.pull_back(shopper.taste)
        scores = in_blocks(lambda block: (np.asarray(block, np.float32) - whitening.mean) @ towards,
                           vectors) / lengths
        return self._order(scores, shopper.relevance, rows, diversity, top)

    def like_lists(self, lists: Sequence[RankedList], rows: np.ndarray, diversity: float,
                   top: int) -> list[Ordered]:
        """The products that come first if ordered as in these lists.

        Raises:
            UserError: If there is nothing to learn from them.
        """
        embeddings = self._shop.embeddings
        learned = learn_order(list(lists), embeddings, self._space[0])
        return self._order(learned.relevance(embeddings.vectors), learned.relevance, rows,
                           diversity, top)

    def _order(self, scores, relevance, rows, diversity, top):
        most = max(CONTENDERS, top)
        if len(rows) > most:
            rows = np.sort(rows[np.argpartition(-scores[rows], most)[:most]])
        return order_products(
            self._shop.embeddings, relevance, rows, diversity, top, self._space[0])

    @property
    def _space(self):
        with self._lock:
            return self._whitened

    @cached_property
    def _whitened(self):
        """The whitening, and the length of each whitened vector: (n,) float32."""
        vectors = self._shop.embeddings.vectors
        whitening = Whitening(vectors)
        lengths = in_blocks(lambda block: np.linalg.norm(whitening.linear(block), axis=1), vectors)
        return whitening, np.where(lengths > 0, lengths, 1)
