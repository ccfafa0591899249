"""What a vector stands for, product by product, and what a file of embeddings says of itself."""

import hashlib
import pathlib
from collections.abc import Iterable, Iterator, Sequence

from fashion_models.catalogue import decode
from fashion_models.catalogue.io import Catalogue
from fashion_models.catalogue.records import Product
from fashion_models.catalogue.split import split_of
from fashion_models.data.decoded import Decoded
from fashion_models.data.store import ImageStore
from fashion_models.provenance import versions
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
        'catalogue': catalogue.address or str(pathlib.Path(catalogue.folder).resolve()),
        'tasks': {name: task.several for name, task in catalogue.tasks.items()},
        'catalogue_name': catalogue.header.name, 'catalogue_hash': catalogue_hash,
        'store': store, 'versions': versions(), 'per': per, 'split': split or 'all',
        'size': encoder.size, 'dtype': dtype}


def units(products: Iterable[Product], images: ImageStore | Decoded, per: str,
          split: str | None = None) -> Iterator[tuple[Item, list[int]]]:
    """Yields what to embed, in the products' order.

    Args:
        products: Those that ``images`` was made of.
        images: Their images.
        per: ``'product'``, ``'listing'`` or ``'image'``.
        split: If given, only products of this split.

    Yields:
        An item, and the numbers of its images in the store, one or more.
    """
    parts = {'product': _product, 'listing': _listings, 'image': _images}[per]
    place = 0
    for row, product in enumerate(products):
        if place == len(images.product_index):
            return
        if images.product_index[place] != row:
            continue    # none of its images can be read
        numbers = images.product_images[place]
        place += 1
        if split is None or split_of(product.group) == split:
            # Places among the product's images in the catalogue → numbers in the store.
            yield from parts(product, dict(zip(images.image_index[numbers].tolist(), numbers)))


def source_of(images: ImageStore | Decoded, numbers: Sequence[int]) -> bytes:
    """A digest of the pictures (their numbers) that a vector is computed from."""
    content = f'{decode.VERSION} '.encode() + images.digests[numbers].tobytes()
    return hashlib.sha256(content).digest()[:SOURCE_SIZE]


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
