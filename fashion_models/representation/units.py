"""What a vector stands for, product by product, and what a file of embeddings says of itself."""

import hashlib
import pathlib
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from fashion_models.catalogue import decode
from fashion_models.catalogue.io import Catalogue
from fashion_models.catalogue.products import LINE_DIGEST
from fashion_models.catalogue.records import Product
from fashion_models.catalogue.split import split_of
from fashion_models.data.decoded import Decoded
from fashion_models.data.store import ImageStore
from fashion_models.provenance import versions
from fashion_models.remote import without_password
from fashion_models.representation.embeddings import Item
from fashion_models.representation.embeddings_header import SOURCE_SIZE
from fashion_models.representation.picture_encoder import PictureEncoder


def header_of(encoder: PictureEncoder, catalogue: Catalogue, per: str, split: str | None,
              dtype: str, catalogue_hash: str | None, store: str | None) -> dict:
    """The header of a file of embeddings.

    Args:
        encoder: What makes the vectors.
        catalogue: Whose.
        per: ``'product'``, ``'listing'`` or ``'image'``.
        split: Of one split only, or None.
        dtype: Of the numbers.
        catalogue_hash: The catalogue's hash; None if it is not known yet.
        store: The key of the catalogue's image store; None if it is not known yet.
    """
    return {
        **encoder.origin(),
        'catalogue': (without_password(catalogue.address)
                      or str(pathlib.Path(catalogue.folder).resolve())),
        'tasks': {name: task.several for name, task in catalogue.tasks.items()},
        'catalogue_name': catalogue.header.name, 'catalogue_hash': catalogue_hash,
        'store': store, 'versions': versions(), 'per': per, 'split': split or 'all',
        'size': encoder.size, 'dtype': dtype}


class Unit(NamedTuple):
    """What a vector stands for, and what it is made of.

    That is what the file says of it, the numbers of its images in the store, the digest of its
    pictures, and :func:`text_digest` of its product with its own place among the product's.
    """

    item: Item
    images: list[int]
    source: bytes
    text: tuple[bytes, int]


def units(product: Product, line: bytes, images: ImageStore | Decoded, numbers: range,
          per: str, split: str | None = None) -> Iterator[Unit]:
    """Yields what to embed of a product.

    Args:
        product: The product.
        line: The digest of its line in the catalogue.
        images: The images of the catalogue.
        numbers: Those of the product, in its order.
        per: ``'product'``, ``'listing'`` or ``'image'``.
        split: If given, only products of this split.
    """
    if split is not None and split_of(product.group) != split:
        return
    parts = {'product': _product, 'listing': _listings, 'image': _images}[per]
    text = text_digest(line, images, numbers)
    # Places among the product's images in the catalogue → numbers in the store.
    found = parts(product, dict(zip(images.image_index[numbers].tolist(), numbers)))
    for place, (item, own) in enumerate(found):
        yield Unit(item, own, _digest(images, own), (text, place))


def text_digest(line: bytes, images: ImageStore | Decoded, numbers: range) -> bytes:
    """Identifies all that the vectors of a product, and what is said of them, are made of."""
    own = slice(numbers.start, numbers.stop)    # NumPy takes a range for a list, ten times as slow
    places = np.asarray(images.image_index[own], '<i8').tobytes()
    return _digest(images, own, line.ljust(LINE_DIGEST, b'\0') + places)


def _digest(images, numbers, more=b''):
    """A digest of pictures, given their numbers."""
    content = f'{decode.VERSION} '.encode() + images.digests[numbers].tobytes()
    return hashlib.sha256(content + more).digest()[:SOURCE_SIZE]


def _product(product, numbers):
    yield _item(product, product.id, product.listings, numbers), list(numbers.values())


def _listings(product, numbers):
    start = 0
    for count, listing in enumerate(product.listings, 1):
        end = start + len(listing.images)
        own = {place: number for place, number in numbers.items() if start <= place < end}
        if own:
            yield _item(product, f'{product.id}/{count}', [listing], own), list(own.values())
        start = end


def _images(product, numbers):
    place = 0
    seen = set()
    for listing in product.listings:
        for path in listing.images:
            # Two listings may show the same file.
            if place in numbers and path not in seen:
                seen.add(path)
                yield (_item(product, f'{product.id}/{path}', [listing], {place: None}),
                       [numbers[place]])
            place += 1


def _item(product, id, listings, places):
    paths = product.images
    return Item(
        id, product.id, product.group,
        {task: product.label_text(task) for task in product.labels},
        '|'.join(dict.fromkeys(listing.retailer for listing in listings if listing.retailer)),
        next((listing.title for listing in listings if listing.title), ''),
        next((listing.description for listing in listings if listing.description), ''),
        tuple(paths[place] for place in places))
