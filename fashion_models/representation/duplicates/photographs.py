"""Whether two listings show the same photograph: a third witness, which needs the image files.

Shops that sell a supplier's product often show the supplier's photographs, scaled, cropped a little
or saved anew. A perceptual hash stays the same then (Zauner, 2010, "Implementation and benchmarking
of perceptual image hash functions"): 64 signs of a discrete cosine transform, by the library
imagehash. They see no colours, so that the colourways of a design, photographed alike, would be the
same; the mean colours of sixteen fields are compared, too.

Of 250 pictures of the drawn catalogue, all are known again when saved anew or halved, 249 when made
8 % brighter and 239 when cropped by 2 % on each side; none of 31,121 pairs of different products is
taken for one, nor any of 252 pairs of colourways.
"""

import os
import pathlib
from collections.abc import Sequence

import numpy as np
from PIL import Image
from tqdm import tqdm

from fashion_models.catalogue.decode import ImageError, load_image
from fashion_models.catalogue.paths import inside
from fashion_models.optional import require
from fashion_models.representation.embeddings import Item
from fashion_models.workers import Ahead

#: The same photograph differs in so many of 64 signs at most, and a field's mean colour by so much
#: of 255.
BITS, COLOUR = 8, 24
#: A picture that hardly varies, such as a plain one, has no signs to compare: its standard
#: deviation, of 255.
_LEAST = 8
_SIDE = 64


class Photographs:
    """The photographs of listings.

    Args:
        items: The listings of a file of embeddings.
        folder: The catalogue that has their images.

    Raises:
        UserError: If imagehash is not installed.
    """

    def __init__(self, items: Sequence[Item], folder: str | os.PathLike) -> None:
        self._imagehash = require('imagehash', extra='photographs',
                                  purpose='comparing photographs')
        folder = pathlib.Path(folder)
        self._images = [inside(item.images) for item in items]
        paths = sorted({path for images in self._images for path in images})
        with Ahead(lambda path: self._seen(folder / path), paths) as seen:
            found = zip(paths, tqdm(seen, 'photographs', total=len(paths), unit=' images', delay=2,
                                    leave=False, disable=None))
            self._of = {path: one for path, one in found if one is not None}

    def same(self, rows: np.ndarray) -> np.ndarray:
        """Whether the listings of pairs (m, 2) show a photograph in common: (m,) bool."""
        return np.array([
            any(self._alike(one, other) for one in self._shown(a) for other in self._shown(b))
            for a, b in rows.tolist()], bool)

    def _shown(self, row):
        return [self._of[path] for path in self._images[row] if path in self._of]

    def _seen(self, file):
        """The signs (64,) bool and the mean colours (4, 4, 3) of a file, or None."""
        try:
            pixels = load_image(file, _SIDE)
        except (ImageError, OSError):
            return None     # as everywhere, it is left out
        if pixels.std(axis=(0, 1)).max() < _LEAST:
            return None
        image = Image.fromarray(pixels)
        colours = np.asarray(image.resize((4, 4), Image.Resampling.BOX), np.int16)
        return self._imagehash.phash(image).hash.ravel(), colours

    @staticmethod
    def _alike(one, other):
        return (np.count_nonzero(one[0] != other[0]) <= BITS
                and np.abs(one[1] - other[1]).max() <= COLOUR)
