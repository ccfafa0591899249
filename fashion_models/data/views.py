"""Other ways to see a catalogue than as products in its own split: k folds, and single images."""

import collections
import dataclasses
import hashlib

import numpy as np

from fashion_models.catalogue.io import Catalogue
from fashion_models.data.products import ProductSet, split_products
from fashion_models.data.store import ImageStore
from fashion_models.data.vocabulary import Vocabulary
from fashion_models.errors import UserError
from fashion_models.plural import counted


@dataclasses.dataclass(frozen=True)
class View:
    """What a training sees of a catalogue. The plain ``View()`` is the catalogue's own split.

    It is plain data, which a run records: the run is resumed and evaluated with the view that it
    was trained with.

    Attributes:
        folds (int): Number k of folds for a cross-validation; 0 keeps the catalogue's split.
        fold (int): Which fold is held out, 0 to k - 1. Its products are the validation split, those
            of the others the training split; the test split is empty. Whoever reports what a fold
            reached takes the last snapshot, since the best one is chosen by that very fold.
        flattened (bool): Whether each image is a product of its own: see :func:`flattened`.
        training_products (int): How many products to train on at most; 0 takes all. See
            :func:`first_groups`.
    """

    folds: int = 0
    fold: int = 0
    flattened: bool = False
    training_products: int = 0

    def __post_init__(self):
        if self.folds == 1 or not 0 <= self.fold < max(self.folds, 1):
            raise ValueError(f'expected a fold from 0 to k - 1, of k = 2 or more: {self}')
        if self.training_products < 0:
            raise ValueError(f'expected 0 or more training products: {self}')

    def products(
            self, catalogue: Catalogue, store: ImageStore,
            vocabulary: Vocabulary) -> dict[str, ProductSet]:
        """The products of a catalogue, by split, as this view has them.

        Args:
            catalogue (~fashion_models.catalogue.io.Catalogue): Whose.
            store (~fashion_models.data.store.ImageStore): Its images.
            vocabulary (~fashion_models.data.vocabulary.Vocabulary): Gives the labels numbers.

        Returns:
            dict: From 'train', 'validation' and 'test' to
            :class:`~fashion_models.data.products.ProductSet`.

        Raises:
            UserError: If there are fewer groups than folds.
        """
        if self.folds:
            fold_of = group_folds(catalogue, self.folds)
            parts = split_products(
                catalogue, store, vocabulary,
                lambda group: 'validation' if fold_of[group] == self.fold else 'train')
        else:
            parts = split_products(catalogue, store, vocabulary)
        if self.training_products:
            parts['train'] = first_groups(parts['train'], self.training_products)
        if self.flattened:
            parts = {split: flattened(part) for split, part in parts.items()}
        return parts


def group_folds(catalogue: Catalogue, k: int) -> dict[str, int]:
    """Deals the groups of a catalogue's products out to k folds.

    The groups are put in the order of a hash of their names and dealt like cards, so that no group
    straddles two folds and each fold has as many groups as any other, but for one. In a merged
    catalogue (whose products have the extra text ``catalogue``) each source's groups follow those
    of another, so that every fold has its share of each.

    Args:
        catalogue (~fashion_models.catalogue.io.Catalogue): Whose groups.
        k (int): Number of folds, at least 2.

    Returns:
        dict: From each group's name to its fold, 0 to k - 1. The same groups always give the same.

    Raises:
        UserError: If there are fewer groups than folds.
    """
    sources = {}
    for product in catalogue.products:
        sources.setdefault(product.group, product.extra.get('catalogue', ''))
    if len(sources) < k:
        raise UserError(
            f'{catalogue.folder}: has {counted(len(sources), "group")} of products, too few for '
            f'{k} folds')

    def place(group):
        return sources[group], _digest(group), group

    return {group: number % k for number, group in enumerate(sorted(sources, key=place))}


def first_groups(products: ProductSet, count: int) -> ProductSet:
    """At most so many products: whole groups, in the order of a hash of their names.

    A smaller number of the same products gives a part of what a larger one gives.

    Args:
        products (~fashion_models.data.products.ProductSet): Of which to take some.
        count (int): How many to take at most.

    Returns:
        ~fashion_models.data.products.ProductSet: Those products, in the order that they had.
    """
    sizes = collections.Counter(products.groups)
    taken, chosen = 0, set()
    for group in sorted(sizes, key=lambda group: (_digest(group), group)):
        taken += sizes[group]
        if taken > count:
            break
        chosen.add(group)
    return products.rows([row for row, group in enumerate(products.groups) if group in chosen])


def _digest(group):
    return hashlib.sha256(group.encode('utf-8', 'surrogatepass')).digest()


def flattened(products: ProductSet) -> ProductSet:
    """Each image as a product of its own, with the labels and the group of the product it shows.

    That is what a single-image network is trained on.

    Args:
        products (~fashion_models.data.products.ProductSet): p products with m images in all.

    Returns:
        ~fashion_models.data.products.ProductSet: m products of one image each, in the order of
        the products and of their images; their ids are ``'<product id>/<number from 1>'``.
    """
    rows = np.repeat(np.arange(len(products)), [len(images) for images in products.images])
    return ProductSet(
        products.store,
        [f'{id_}/{number}' for id_, images in zip(products.ids, products.images)
         for number in range(1, len(images) + 1)],
        [images[position:position + 1] for images in products.images
         for position in range(len(images))],
        products.t[rows],
        products.others[rows],
        [products.groups[row] for row in rows],
        shown=products.products[rows])
