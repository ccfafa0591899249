"""The products of each split: their images in the store and their labels as numbers."""

import dataclasses
from collections.abc import Callable, Sequence

import numpy as np

from fashion_models.catalogue.io import Catalogue
from fashion_models.catalogue.split import SPLITS, split_of
from fashion_models.data.store import ImageStore
from fashion_models.data.vocabulary import MISSING, Vocabulary
from fashion_models.errors import UserError

#: Which of several labels counts as right in training: the first, as in the article, or any.
FIRST, ALL = ACCEPTED = 'first', 'all'


@dataclasses.dataclass(frozen=True)
class ProductSet:
    """Products to train on or to evaluate.

    Attributes:
        store (~fashion_models.data.store.ImageStore): Holds the images.
        ids (list of str): The products' ids.
        images (list of numpy.ndarray): For each product, the numbers of its images in the store.
        t (numpy.ndarray): (products, tasks) int32, -1 where a label is missing.
        others (numpy.ndarray): (products, tasks, k) int32, up to k further labels that are right,
            -1 where there are fewer; k is 0 where no product has several.
        groups (list of str): The products' groups.
        listings (list of numpy.ndarray): For each product, the number of the listing that each of
            its images is from; ``None`` if that is not known.
        shown (numpy.ndarray): (products,) int, from 0: rows of the same number show the same
            product; ``None`` where each is a product of its own.
    """

    store: ImageStore
    ids: list[str]
    images: list[np.ndarray]
    t: np.ndarray
    others: np.ndarray
    groups: list[str]
    listings: list[np.ndarray] | None = None
    shown: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def products(self) -> np.ndarray:
        """(rows,) int, from 0: the product that each row shows."""
        return np.arange(len(self)) if self.shown is None else self.shown

    @property
    def group_numbers(self) -> np.ndarray:
        """(rows,) int, from 0: the group of each row."""
        return np.unique(self.groups, return_inverse=True)[1]

    def rows(self, rows: Sequence[int]) -> 'ProductSet':
        """Some of the rows, in the order given."""
        rows = np.asarray(rows, int)
        return dataclasses.replace(
            self, ids=[self.ids[row] for row in rows], images=[self.images[row] for row in rows],
            t=self.t[rows], others=self.others[rows], groups=[self.groups[row] for row in rows],
            listings=self.listings and [self.listings[row] for row in rows],
            shown=None if self.shown is None else self.shown[rows])

    def kinds(self, tasks: Sequence[int]) -> np.ndarray:
        """(rows,) int, from 0: the same number for the same labels of some columns of t."""
        return np.unique(self.t[:, tasks], axis=0, return_inverse=True)[1].reshape(-1)

    def others_to_learn(self, accepted: str) -> np.ndarray | None:
        """What counts as right in training beside t: ``others`` for 'all', ``None`` for 'first'."""
        return self.others if accepted == ALL else None


def split_products(
        catalogue: Catalogue, store: ImageStore, vocabulary: Vocabulary,
        split_of: Callable[[str], str] = split_of) -> dict[str, ProductSet]:
    """The products of the catalogue that have images in the store, by split.

    Args:
        catalogue (~fashion_models.catalogue.io.Catalogue): Whose products.
        store (~fashion_models.data.store.ImageStore): Its images.
        vocabulary (~fashion_models.data.vocabulary.Vocabulary): Gives the labels numbers.
        split_of (callable): From a group's name to 'train', 'validation' or 'test'.

    Returns:
        dict: From 'train', 'validation' and 'test' to :class:`ProductSet`.
    """
    rows = {int(row): number for number, row in enumerate(store.product_index)}
    parts = {split: ([], [], [], [], [], []) for split in SPLITS}
    for row, product in enumerate(catalogue.products):
        if row in rows:
            ids, images, t, others, groups, listings = parts[split_of(product.group)]
            ids.append(product.id)
            images.append(np.asarray(store.product_images[rows[row]]))
            listing = np.repeat(
                np.arange(len(product.listings)), [len(one.images) for one in product.listings])
            listings.append(listing[store.image_index[images[-1]]])
            t.append(vocabulary.encode(product))
            others.append(vocabulary.others(product))
            groups.append(product.group)
    return {
        split: ProductSet(
            store, ids, images, np.array(t, np.int32).reshape(-1, len(vocabulary.tasks)),
            _padded(others, len(vocabulary.tasks)), groups, listings)
        for split, (ids, images, t, others, groups, listings) in parts.items()}


def _padded(others, tasks):
    """Lists of any length, one a product and task, as an array: (products, tasks, longest)."""
    longest = max((len(own) for of_product in others for own in of_product), default=0)
    padded = np.full((len(others), tasks, longest), MISSING, np.int32)
    for row, of_product in enumerate(others):
        for column, own in enumerate(of_product):
            padded[row, column, :len(own)] = own
    return padded


def require_products(products: ProductSet, split: str, catalogue: Catalogue) -> None:
    """Raises UserError if a split has no products."""
    if not len(products):
        raise UserError(
            f'{catalogue.folder}: no product falls into the {split} split; the catalogue has too '
            'few groups of products')
