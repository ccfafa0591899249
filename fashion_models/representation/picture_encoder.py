"""What every encoder has in common: from the images of a product to a vector."""

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np

from fashion_models.catalogue.decode import ImageError, load_image, scale_shorter_side
from fashion_models.errors import UserError

#: Products that are encoded together: batches within a window come in any order.
WINDOW = 1024

#: One image file of a product, or several; among several may be decoded images, (h, w, 3) uint8.
Paths = str | os.PathLike | Iterable[str | os.PathLike | np.ndarray]


class PictureEncoder:
    """Turns products into vectors.

    Attributes:
        size (int): Numbers in a vector.
        shorter_side (int): To which the shorter side of an image is scaled first.
        run (~fashion_models.training.run.Run): The run that trained it; None if none of ours did.
    """

    size: int
    shorter_side: int
    run = None

    def origin(self) -> dict:
        """What its vectors come from, for the header of a file of embeddings (JSON values).

        ``snapshot_sha256`` is a digest that differs where the network does.
        """
        raise NotImplementedError

    def windows(self, products: Iterable[Sequence], load: Callable[..., np.ndarray],
                unit: bool = True, done: Callable[[int], object] | None = None,
                steady: bool = False) -> contextlib.AbstractContextManager[Iterator[np.ndarray]]:
        """Encodes products window by window, while threads prepare the batches to come.

        ::

            with encoder.windows(numbers, store.image) as windows:
                for vectors in windows:
                    ...

        Args:
            products: For each product its pictures, one or more, in any form that ``load`` takes.
            load: Returns a picture as (h, w, 3) uint8; called from several threads.
            unit: Whether rows are scaled to unit length.
            done: Called after each batch with its number of images.
            steady: Whether a product's vector must be the same, bit for bit, whichever others are
                encoded with it. Libraries add up in another order for another number of rows, so
                batches are filled up, or products are encoded one by one.

        Yields:
            An iterator over arrays (:data:`WINDOW` or fewer, size) float32, in the order of the
            products. The threads end with the ``with`` block.
        """
        raise NotImplementedError

    def read(self, paths: Paths) -> np.ndarray:
        """The input for one product from its image files, to :meth:`encode`.

        Raises:
            UserError: If there is no file, or one of them is not an image.
        """
        raise NotImplementedError

    def predict(self, paths: Paths) -> dict[str, dict[str, float]]:
        """The labels of one product.

        Args:
            paths: One image file of it, or several.

        Returns:
            From each task to a dict from label to probability, the likeliest first. It is empty if
            the network was taught no labels.

        Raises:
            UserError: If there is no file, or one of them is not an image.
        """
        return {}

    def encode(self, x: np.ndarray) -> np.ndarray:
        """The vectors (b, size) float32, of unit length, of what :meth:`read` gives."""
        raise NotImplementedError

    def embed(self, paths: Paths) -> np.ndarray:
        """The representation of one product.

        Args:
            paths: One image file of it, or several.

        Returns:
            (size,) float32 of unit length, so that the dot product of two is the cosine of their
            angle. (All zeros if the network's last layer is silent.)

        Raises:
            UserError: If there is no file, or one of them is not an image.
        """
        return self.embed_products([paths])[0]

    def embed_products(self, products: Iterable[Paths]) -> np.ndarray:
        """The representations of k products.

        Args:
            products: For each of them what :meth:`embed` takes.

        Returns:
            (k, size) float32, rows of unit length.

        Raises:
            UserError: If a product has no file, or one is not an image.
        """
        return self._whole([listed(paths) for paths in products], self._load)

    def _load(self, path):
        if isinstance(path, np.ndarray):
            return scale_shorter_side(path, self.shorter_side)
        try:
            return load_image(path, self.shorter_side)
        except (ImageError, OSError) as error:
            raise UserError(f'{path}: not a usable image: {error}') from error

    def _whole(self, *arguments):
        with self.windows(*arguments) as windows:
            return np.concatenate(list(windows) or [np.empty((0, self.size), np.float32)])


def listed(paths: Paths) -> list:
    """The images of a product as a list.

    Raises:
        UserError: If there is none.
    """
    paths = [paths] if isinstance(paths, str | os.PathLike) else list(paths)
    if not paths:
        raise UserError('a product without images cannot be encoded; expected one or more')
    return paths
