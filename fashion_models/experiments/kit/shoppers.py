"""Simulated shoppers and merchandisers, whose tastes are known to the simulation alone.

This is a simulation: it says how well an order copes with tastes of this kind, not what people buy.
A taste is made of favourites among the true attributes of products (``truth.jsonl`` where the
catalogue has it, else its labels); our vectors play no part in it:

======================  ===========================================================================
1 to 3 categories       1 each
2 to 5 subcategories    1 each
2 to 4 colours          1 each, and 2 other colours -1; of a product with several, their mean
1 to 3 fabrics          0.5 each; where fabrics are not known, patterns, materials or usages
gender                  0 for one, -1 for the others
======================  ===========================================================================

The sum is what the product is worth to the shopper. Which values are favoured is drawn by how many
products have them (its square root) and by a fashion that all shoppers share, so that a popularity
among others means something.

A shopper comes with a past: of 80 products drawn at random, the 5 liked and the 5 disliked are
those that are worth most and least with noise added (Gumbel, of scale 0.35), so that some likes are
accidents.
"""


import dataclasses

import numpy as np

from fashion_models.catalogue.io import Catalogue
from fashion_models.drawn.truth import read_truth

#: What stands for the fabric, the first that any product has.
DETAILS = 'fabric', 'pattern', 'material', 'usage'
#: Attribute: worth of a favourite, fewest and most favourites.
FAVOURITES = {
    'category': (1.0, 1, 3), 'subcategory': (1.0, 2, 5), 'colour': (1.0, 2, 4),
    'detail': (0.5, 1, 3)}
DISLIKED_COLOURS = 2
SEEN, LIKES = 80, 5
NOISE = 0.35
#: Spread of the fashion: standard deviation of a value's log weight.
FASHION = 0.7


@dataclasses.dataclass(frozen=True)
class Shop:
    """What shoppers see of n products.

    Attributes:
        shares (dict): Attribute to (n, values) float64: 1 for a product's value, of several equal
            shares, 0 for all where it is not known.
    """

    shares: dict

    @classmethod
    def of(cls, attributes: dict):
        """The shop of products' attributes, a list of dicts to tuples of values."""
        shares = {}
        for name in ('gender', *FAVOURITES):
            values = sorted({value for own in attributes for value in own.get(name, ())})
            place = {value: number for number, value in enumerate(values)}
            of_name = np.zeros((len(attributes), len(values)))
            for row, own in enumerate(attributes):
                for value in own.get(name, ()):
                    of_name[row, place[value]] = 1 / len(own[name])
            shares[name] = of_name
        return cls(shares)

    def __len__(self):
        return len(self.shares['gender'])


@dataclasses.dataclass(frozen=True)
class Taste:
    """What somebody likes.

    Attributes:
        worth (numpy.ndarray): (n,) of each product.
        categories (numpy.ndarray): Numbers of the favourite categories.
    """

    worth: np.ndarray
    categories: np.ndarray


def true_attributes(catalogue: Catalogue) -> dict[str, dict]:
    """The true attributes of all products: id to a dict of tuples of values."""
    found = {}
    for product in catalogue.products:
        own = {task: (label,) for task, label in product.labels.items() if task != 'colour'}
        own['colour'] = product.colours
        found[product.id] = own | {
            name: tuple(text.split('|')) for name in DETAILS if (text := product.extra.get(name))}
    for id, truth in read_truth(catalogue.folder).items():
        found[id] = {
            **{task: (label,) for task, label in truth.labels.items() if task != 'colour'},
            'colour': truth.colours, 'fabric': (truth.fabric,)}
    detail = next((name for name in DETAILS if any(name in own for own in found.values())), None)
    return {id: own | {'detail': own.get(detail, ())} for id, own in found.items()}


class Population:
    """All who visit a shop.

    Args:
        shop (Shop): The products.
        seed (int): Another seed, other people and another fashion.
    """

    def __init__(self, shop, seed: int = 0):
        self._shop = shop
        self._seed = seed
        rng = np.random.default_rng([seed, 0])
        self._odds = {}
        for name, shares in shop.shares.items():
            odds = np.sqrt(shares.sum(axis=0)) * rng.lognormal(0, FASHION, shares.shape[1])
            self._odds[name] = odds / odds.sum() if len(odds) else odds

    def taste(self, number: int, purpose: int) -> tuple:
        """The taste of a person, and the random numbers for what that person does.

        Args:
            number (int): Which person.
            purpose (int): People of different purposes are different people.

        Returns:
            tuple: :class:`Taste` and a :class:`numpy.random.Generator`.
        """
        rng = np.random.default_rng([self._seed, purpose, number])
        shares = self._shop.shares
        worth = np.zeros(len(self._shop))
        favourites = {}
        for name, (value, fewest, most) in FAVOURITES.items():
            favourites[name] = self._draw(rng, name, rng.integers(fewest, most + 1))
            worth += value * shares[name][:, favourites[name]].sum(axis=1)
        disliked = np.setdiff1d(
            self._draw(rng, 'colour', len(favourites['colour']) + DISLIKED_COLOURS),
            favourites['colour'])[:DISLIKED_COLOURS]
        worth -= shares['colour'][:, disliked].sum(axis=1)
        worth -= np.delete(shares['gender'], self._draw(rng, 'gender', 1), axis=1).sum(axis=1)
        return Taste(worth, favourites['category']), rng

    def _draw(self, rng, name, count):
        odds = self._odds[name]
        if not len(odds):
            return np.zeros(0, np.int64)
        return rng.choice(len(odds), min(count, len(odds)), replace=False, p=odds)


def history(worth: np.ndarray, rng: np.random.Generator) -> tuple:
    """What a shopper has seen, liked and disliked of products that are worth (n,) to them.

    Returns:
        tuple: Three arrays of rows; the first holds the others.
    """
    seen = rng.choice(len(worth), min(SEEN, len(worth) // 2), replace=False)
    likes = min(LIKES, len(seen) // 2)
    liked = seen[np.argsort(-noisy(worth[seen], rng))[:likes]]
    rest = np.setdiff1d(seen, liked)
    disliked = rest[np.argsort(-noisy(-worth[rest], rng))[:likes]]
    return seen, liked, disliked


def noisy(worth: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """What products that are worth (n,) seem to be worth."""
    return worth + rng.gumbel(0, NOISE, len(worth))


def gains(worth: np.ndarray) -> np.ndarray:
    """What NDCG counts for products: 2^worth - 1, and 0 for those worth less than nothing."""
    return 2 ** np.maximum(worth, 0) - 1
