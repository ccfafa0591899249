"""From stored uint8 images to the mean-subtracted float32 input of the network."""

from collections.abc import Iterable, Sequence

import numpy as np
import tqdm

from fashion_models.data.store import ImageStore


def crop_offsets(
        height: int, width: int, size: int,
        rng: np.random.Generator | None = None) -> tuple[int, int]:
    """Top and left of a crop (size, size) of an image: random with ``rng``, else in the centre."""
    spare = height - size, width - size
    if rng is None:
        return spare[0] // 2, spare[1] // 2
    return int(rng.integers(spare[0] + 1)), int(rng.integers(spare[1] + 1))


def crop(image: np.ndarray, size: int, offsets: tuple[int, int] | None = None) -> np.ndarray:
    """A view of (size, size, 3) of ``image`` (h, w, 3); in its centre without top and left."""
    top, left = offsets or crop_offsets(*image.shape[:2], size)
    return image[top:top + size, left:left + size]


def assemble(
        images: list[list[np.ndarray]], mean: np.ndarray, mirrored: np.ndarray,
        offsets: Sequence[Sequence[tuple[int, int]]] | None = None) -> np.ndarray:
    """Crops images, takes off the mean and lays them out as the network wants them.

    Args:
        images (list of list of numpy.ndarray): For each of b products its n images, (h, w, 3)
            uint8, h and w at least size.
        mean (numpy.ndarray): (3, size, size) float32.
        mirrored (numpy.ndarray): (b,) bool, whose images are mirrored left to right.
        offsets (sequence of sequence of tuple): For each product top and left of the crop of each
            of its images; ``None`` takes them in the centre.

    Returns:
        numpy.ndarray: (b, 3 * n, size, size) float32.
    """
    size = mean.shape[-1]
    x = np.empty((len(images), 3 * len(images[0]), size, size), np.float32)
    for row, (product, mirror) in enumerate(zip(images, mirrored)):
        for number, image in enumerate(product):
            part = crop(image, size, offsets and offsets[row][number])
            if mirror:
                part = part[:, ::-1]
            np.subtract(part.transpose(2, 0, 1), mean, out=x[row, 3 * number:3 * number + 3])
    return x


def mean_image(
        store: ImageStore, images: Iterable[int], size: int, progress: bool = True) -> np.ndarray:
    """Mean of the centre crops of some images of a store ("mean subtraction").

    Args:
        store (~fashion_models.data.store.ImageStore): Holds the images.
        images (iterable of int): Their numbers.
        size (int): Height and width of the crop.
        progress (bool): Whether to show a progress bar.

    Returns:
        numpy.ndarray: (3, size, size) float32.
    """
    images = list(images)
    # uint8 values sum exactly in int64, so that the mean does not depend on the order.
    total = np.zeros((size, size, 3), np.int64)
    for number in tqdm.tqdm(images, 'mean image', unit=' images', disable=not progress, delay=2):
        total += crop(store.image(number), size)
    return (total / len(images)).transpose(2, 0, 1).astype(np.float32)
