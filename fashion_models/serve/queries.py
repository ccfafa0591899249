"""Queries by picture: pictures of one product that somebody uploads, and their vector."""

import collections
import dataclasses
import hashlib
import io
import threading
import typing
from collections.abc import Sequence

import numpy as np

from fashion_models.catalogue.decode import ImageError, load_image
from fashion_models.serve.refusal import Refusal
from fashion_models.serve.shop import Shop
from fashion_models.serve.thumbnails import jpeg

if typing.TYPE_CHECKING:    # they import Chainer, which only pictures need
    from fashion_models.representation.colour import Colours
    from fashion_models.representation.picture_encoder import Paths, PictureEncoder

#: Pictures of one query, and bytes and pixels of each, at most.
PICTURES, PICTURE_BYTES, PICTURE_PIXELS = 8, 16 << 20, 50_000_000
#: Queries that are remembered, so that a link to one can be sent to somebody.
KEPT = 256
_SHOWN = 320
_AT_ONCE = 2


@dataclasses.dataclass(frozen=True)
class Query:
    """A query by picture.

    Attributes:
        token (str): Its name in URLs.
        vector (numpy.ndarray): (d,) in the space of the shop's vectors.
        pictures (tuple of bytes): What was uploaded, as small JPEGs.
    """

    token: str
    vector: np.ndarray
    pictures: tuple


class Queries:
    """Makes queries, and remembers the last :data:`KEPT`.

    Args:
        shop: Its network makes the vectors.
    """

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._kept = collections.OrderedDict()
        self._lock = threading.Lock()
        self._decoding = threading.Semaphore(_AT_ONCE)

    def make(self, uploads: Sequence[bytes]) -> Query:
        """The query of the pictures of one product.

        Args:
            uploads: Image files, 1 to :data:`PICTURES`.

        Raises:
            Refusal: If one is too large or no picture, or there are too many or none.
        """
        token = hashlib.sha256(b''.join(
            hashlib.sha256(upload).digest() for upload in uploads)).hexdigest()[:24]
        with self._lock:
            if token in self._kept:
                self._kept.move_to_end(token)
                return self._kept[token]
        pictures = self.decode(uploads)
        encoder = self.encoder()
        with self._shop.network:
            vector = encoder.encode(encoder.read(pictures))[0]
        query = Query(token, self._shop.embeddings.project(vector),
                      tuple(jpeg(picture, _SHOWN) for picture in pictures))
        with self._lock:
            self._kept[token] = query
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return query

    def get(self, token: str) -> Query:
        """A query that was made before.

        Raises:
            Refusal: If it has been forgotten.
        """
        with self._lock:
            if token in self._kept:
                self._kept.move_to_end(token)
                return self._kept[token]
        raise Refusal(404, 'this search by picture is no longer remembered; add the pictures again')

    def colours(self, pictures: 'Paths') -> 'Colours':
        """The colours of a product; see :func:`fashion_models.representation.colour.colours`."""
        from fashion_models.representation.colour import colours

        encoder = self.encoder()
        with self._shop.network:
            return colours(encoder, pictures)

    def encoder(self) -> 'PictureEncoder':
        """The shop's network.

        Raises:
            Refusal: If there is none.
        """
        if not self._shop.has_network:
            raise Refusal(503, 'the run that embedded these products is not there, and pictures '
                               'cannot be looked at without its network')
        return self._shop.encoder

    def decode(self, uploads: Sequence[bytes]) -> list[np.ndarray]:
        """The pictures in image files: (h, w, 3) uint8 each, scaled as the network takes them.

        Raises:
            Refusal: As :meth:`make`.
        """
        if not 1 <= len(uploads) <= PICTURES:
            raise Refusal(400, f'pictures: found {len(uploads)}, expected 1 to {PICTURES}')
        side = self.encoder().shorter_side
        return [self._decode(number, upload, side) for number, upload in enumerate(uploads, 1)]

    def _decode(self, number, upload, side):
        if len(upload) > PICTURE_BYTES:
            raise Refusal(413, f'picture {number}: found {len(upload) / 2**20:.1f} MB, expected at '
                               f'most {PICTURE_BYTES >> 20}')
        try:
            with self._decoding:
                return load_image(io.BytesIO(upload), side, PICTURE_PIXELS)
        except ImageError as error:
            raise Refusal(415, f'picture {number}: not a usable picture: {error}') from None
