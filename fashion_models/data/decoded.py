"""Pictures of a few products, decoded in memory.

They are to these products what an image store is to a catalogue. Where every picture is needed once
and a catalogue is spread over many machines, nothing is gained by a store on disk.
"""

import dataclasses
import hashlib
import io
import os
from collections.abc import Callable, Sequence

import numpy as np

from fashion_models.catalogue.decode import MAX_FILE_BYTES, TOO_LARGE, ImageError, load_image
from fashion_models.catalogue.records import Product
from fashion_models.data.pictures import DIGEST_SIZE, DIGESTS
from fashion_models.data.stamps import Looked
from fashion_models.remote import Remote
from fashion_models.workers import Ahead

#: What an image file was: its size in bytes, -1 where there is none; the digest of its content,
#: zeros where it cannot be read.
FILES = np.dtype([('size', '<i8'), ('digest', DIGESTS)])

#: Takes an image's path within the catalogue; returns the size of its file (-1 where there is none)
#: and the content, or the reason why it cannot be read.
Read = Callable[[str], tuple[int, bytes | str]]


class Files:
    """Reads the image files of a catalogue on this machine; a :data:`Read`.

    Args:
        folder: The catalogue's.
    """

    def __init__(self, folder: str | os.PathLike) -> None:
        self._folder = folder

    def __call__(self, image: str) -> tuple[int, bytes | str]:
        file = os.path.join(self._folder, image)
        size = Looked().size(file)
        try:
            # Anything but a file, such as a pipe, could block for ever.
            if not os.path.isfile(file):
                return size, 'there is no such file' if size < 0 else 'it is no file'
            with open(file, 'rb') as opened:
                content = opened.read(MAX_FILE_BYTES + 1)
            return size, content if len(content) <= MAX_FILE_BYTES else TOO_LARGE
        except OSError as error:
            return size, error.strerror or str(error)


class RemoteFiles:
    """Reads the image files of a catalogue at an address; a :data:`Read`.

    Args:
        address: The catalogue's, such as ``s3://bucket/shop``.
    """

    def __init__(self, address: str) -> None:
        self._remote = Remote(address)

    def __call__(self, image: str) -> tuple[int, bytes | str]:
        try:
            content = self._remote.content(image, MAX_FILE_BYTES + 1)
            if len(content) > MAX_FILE_BYTES:
                return self._remote.size(image), TOO_LARGE
        except FileNotFoundError:
            return -1, 'there is no such file'
        return len(content), content


@dataclasses.dataclass(frozen=True)
class Decoded:
    """Images of products; the fields have the meaning that they have in an image store.

    Attributes:
        products: The products that they are of.
        files: (all images of the products,) :data:`FILES`, those that cannot be used included.
        product_index, image_index, digests, product_images, dropped: As of
            :class:`~fashion_models.data.store.ImageStore`.
    """

    products: Sequence[Product]
    files: np.ndarray
    product_index: list[int]
    product_images: list[range]
    image_index: np.ndarray
    digests: np.ndarray
    dropped: dict[str, list]
    _images: list[np.ndarray]

    def image(self, number: int) -> np.ndarray:
        """Image ``number``, (h, w, 3) uint8 RGB."""
        return self._images[number]


def decode_products(products: Sequence[Product], read: Read, shorter_side: int, threads: int = 1,
                    wanted: Callable[[Product], bool] = lambda product: True) -> Decoded:
    """Reads and decodes the pictures of some products.

    Args:
        products: Whose pictures.
        read: Reads an image file.
        shorter_side: Pixels to which the shorter side of a picture is scaled.
        threads: How many threads read and decode.
        wanted: Of which products pictures are decoded; those of others are only read.
    """
    def load(job):
        path, decoded = job
        size, content = read(path)
        if isinstance(content, str):
            return size, b'', content
        digest = hashlib.sha256(content).digest()[:DIGEST_SIZE]
        if not decoded:
            return size, digest, None
        try:
            return size, digest, load_image(io.BytesIO(content), shorter_side)
        except ImageError as error:
            return size, digest, str(error)

    jobs = ((path, own) for product in products
            for own in [wanted(product)] for path in product.images)
    files, images, kept = [], [], []
    product_index, product_images, image_index = [], [], []
    dropped = {'images': [], 'products': []}
    with Ahead(load, jobs, threads, 2 * threads) as loaded:
        for row, product in enumerate(products):
            first, decoded = len(images), wanted(product)
            for place, path in enumerate(product.images):
                size, digest, image = next(loaded)
                files.append((size, digest))
                if isinstance(image, str):
                    if decoded:
                        dropped['images'].append(
                            {'product': product.id, 'file': path, 'reason': image})
                elif image is not None:
                    images.append(image)
                    kept.append(digest)
                    image_index.append(place)
            if len(images) > first:
                product_index.append(row)
                product_images.append(range(first, len(images)))
            elif decoded:
                dropped['products'].append(product.id)
    return Decoded(
        products, np.array(files, FILES), product_index, product_images, np.array(image_index, int),
        np.array(kept, DIGESTS).view(np.uint8).reshape(-1, DIGEST_SIZE), dropped, images)
