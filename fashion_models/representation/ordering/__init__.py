"""Ordering: which products to show first, for a shopper or as a merchandiser would.

A shopper's taste comes from what they liked and disliked; a merchandiser's order is learned from
lists they ranked. Either way, the products that come first are not all alike.
"""

from fashion_models.representation.ordering.merchandiser import (
    LinearOrder,
    RankedList,
    learn_order,
    read_ranked_lists,
)
from fashion_models.representation.ordering.order import Ordered, Shopper, order_products

__all__ = ['LinearOrder', 'Ordered', 'RankedList', 'Shopper', 'learn_order', 'order_products',
           'read_ranked_lists']
