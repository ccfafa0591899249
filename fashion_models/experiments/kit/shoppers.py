"""Simulated shoppers and merchandisers, whose tastes only the simulation knows.

It tells how well an order copes with tastes of this kind, not what people buy. A taste is made of
favourites among products' true attributes (from ``truth.jsonl`` if the catalogue has it, otherwise
from its labels); our vectors play no part in it:

======================  ===========================================================================
1 to 3 categories       1 each
2 to 5 subcategories    1 each
2 to 4 colours          1 each, and -1 for 2 others; the mean if a product has several
1 to 3 fabrics          0.5 each; if fabrics are unknown, patterns, materials or usages
gender                  0 for one, -1 for the others
======================  ===========================================================================

The sum is what the product is worth to the shopper. The odds of a value becoming a favourite are
the square root of the number of products that have it, times a fashion that all shoppers share, so
that popularity means something.

A shopper comes with a past: of 80 products drawn at random, the 5 liked and the 5 disliked are
those worth most and least once noise is added (Gumbel, of scale 0.35), so that some likes are
accidents.
"""

import dataclasses
from collections.abc import Sequence

import numpy as np

from fashion_models.catalogue.io import Catalogue
from fashion_models.drawn.truth import read_truth

#: What serves as the fabric: the first of these that any product has.
DETAILS = 'fabric', 'pattern', 'material', 'usage'
#: Attribute to the worth of a favourite, and the fewest and most favourites.
FAVOURITES = {
    'category': (1.0, 1, 3), 'subcategory': (1.0, 2, 5), 'colour': (1.0, 2, 4),
    'detail': (0.5, 1, 3)}
DISLIKED_COLOURS = 2
#: Products in a shopper's past, and how many of them are liked, and disliked.
SEEN, LIKES = 80, 5
#: Scale of the Gumbel noise.
NOISE = 0.35
#: Spread of the fashion: standard deviation of a value's log weight.
FASHION = 0.7


@dataclasses.dataclass(frozen=True)
class Shop:
    """What shoppers see of n products.

    Attributes:
        shares: From each attribute to (n, values) float64: 1 for a product's value, equal shares
            for several, 0 for all if it is unknown.
    """

    shares: dict[str, np.ndarray]

    @classmethod
    def of(cls, attributes: Sequence[dict[str, tuple[str, ...]]]) -> 'Shop':
        """The shop of n products, from the attributes of each."""
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

    def __len__(self) -> int:
        return len(self.shares['gender'])


@dataclasses.dataclass(frozen=True)
class Taste:
    """What a person likes.

    Attributes:
        worth: (n,) what each product is worth to them.
        categories: Numbers of the favourite categories.
    """

    worth: np.ndarray
    categories: np.ndarray


def true_attributes(catalogue: Catalogue) -> dict[str, dict[str, tuple[str, ...]]]:
    """The true attributes of all products, by id."""
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
        shop: The products.
        seed: Another seed gives other people and another fashion.
    """

    def __init__(self, shop: Shop, seed: int = 0) -> None:
        self._shop = shop
        self._seed = seed
        rng = np.random.default_rng([seed, 0])
        self._odds = {}
        for name, shares in shop.shares.items():
            odds = np.sqrt(shares.sum(axis=0)) * rng.lognormal(0, FASHION, shares.shape[1])
            self._odds[name] = odds / odds.sum() if len(odds) else odds

    def taste(self, number: int, purpose: int) -> tuple[Taste, np.random.Generator]:
        """A person's taste, and the random numbers for what that person does.

        Args:
            number: The person's number.
            purpose: Different purposes have different people.
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


def seen_of(products: int) -> int:
    """How many of so many products a shopper has seen."""
    return min(SEEN, products // 2)


def history(
        worth: np.ndarray,
        rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Which products a shopper has seen, liked and disliked.

    Args:
        worth: (n,) what each product is worth to them.
        rng: Draws the products and the noise.

    Returns:
        Three arrays of rows; the first contains the other two.
    """
    seen = rng.choice(len(worth), seen_of(len(worth)), replace=False)
    likes = min(LIKES, len(seen) // 2)
    liked = seen[np.argsort(-noisy(worth[seen], rng))[:likes]]
    rest = np.setdiff1d(seen, liked)
    disliked = rest[np.argsort(-noisy(-worth[rest], rng))[:likes]]
    return seen, liked, disliked


def noisy(worth: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """What products of this worth (n,) seem to be worth: with noise added."""
    return worth + rng.gumbel(0, NOISE, len(worth))


def gains(worth: np.ndarray) -> np.ndarray:
    """The gain of each product in NDCG: 2^worth - 1, and 0 for a negative worth."""
    return 2 ** np.maximum(worth, 0) - 1
