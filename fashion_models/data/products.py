"""The products of each split: their images in the store and their labels as numbers."""

import dataclasses

import numpy as np

from fashion_models.catalogue.split import SPLITS, split_of
from fashion_models.errors import UserError


@dataclasses.dataclass(frozen=True)
class ProductSet:
    """Products to train on or to evaluate.

    Attributes:
        store (~fashion_models.catalogue.store.ImageStore): Holds the images.
        ids (list of str): The products' ids.
        images (list of numpy.ndarray): For each product, the numbers of its images in the store.
        t (numpy.ndarray): (products, tasks) int32, -1 where a label is missing.
        groups (list of str): The products' groups.
    """

    store: object
    ids: list
    images: list
    t: np.ndarray
    groups: list

    def __len__(self):
        return len(self.ids)


def split_products(catalogue, store, vocabulary, split_of=split_of):
    """The products of the catalogue that have images in the store, by split.

    Args:
        catalogue (~fashion_models.catalogue.io.Catalogue): Whose products.
        store (~fashion_models.catalogue.store.ImageStore): Its images.
        vocabulary (~fashion_models.data.vocabulary.Vocabulary): Gives the labels numbers.
        split_of (callable): From a group's name to 'train', 'validation' or 'test'.

    Returns:
        dict: From 'train', 'validation' and 'test' to :class:`ProductSet`.
    """
    rows = {int(row): number for number, row in enumerate(store.product_index)}
    parts = {split: ([], [], [], []) for split in SPLITS}
    for row, product in enumerate(catalogue.products):
        if row in rows:
            ids, images, t, groups = parts[split_of(product.group)]
            ids.append(product.id)
            images.append(np.asarray(store.product_images[rows[row]]))
            t.append(vocabulary.encode(product))
            groups.append(product.group)
    return {
        split: ProductSet(
            store, ids, images, np.array(t, np.int32).reshape(-1, len(vocabulary.tasks)), groups)
        for split, (ids, images, t, groups) in parts.items()}


def require_products(products, split, catalogue):
    """Raises UserError if a split has no products."""
    if not len(products):
        raise UserError(
            f'{catalogue.folder}: no product falls into the {split} split; the catalogue has too '
            'few groups of products')
