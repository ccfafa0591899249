"""Which products, with which of their images, meet in which batch of an epoch."""

import dataclasses

import numpy as np

from fashion_models.errors import UserError

MAX_IMAGES = 5  # "0 < n < 6"


@dataclasses.dataclass(frozen=True)
class BatchPlan:
    """One batch: which products, and which of each product's images.

    Attributes:
        products (numpy.ndarray): (b,) rows of the product set.
        choice (numpy.ndarray): (b, n) positions among each product's own images.
    """

    products: np.ndarray
    choice: np.ndarray


def require_batch(products, batch_size):
    """Raises UserError if a number of products does not fill one batch."""
    if products < batch_size:
        raise UserError(
            f'the training split has {products} products, fewer than the {batch_size} of one '
            'batch: lower training.batch_size in the recipe')


def plan_epoch(image_counts, batch_size, seed, epoch, max_images=MAX_IMAGES):
    """Draws the batches of an epoch; the same arguments always give the same plan.

    The article's x is (b, c * n, x, y): all products of a batch have the same number n of images.
    Products are therefore put into buckets by their number of images. Of more than ``max_images``,
    that many are drawn anew each epoch. Those left over when a bucket is cut into batches of b go
    down to the next one with n - 1 of their images, so that fewer than b products sit an epoch out.

    Args:
        image_counts (sequence of int): Images of each product, at least 1.
        batch_size (int): Products a batch, b.
        seed (int): Seed of the run.
        epoch (int): Number of the epoch.
        max_images (int): Largest n.

    Returns:
        list of BatchPlan: In random order.

    Raises:
        UserError: If there are fewer products than make one batch.
    """
    require_batch(len(image_counts), batch_size)
    image_counts = np.asarray(image_counts)
    rng = np.random.default_rng((seed, epoch))
    batches = []
    left_over = np.empty(0, np.int64)
    for n in range(max_images, 0, -1):
        own = image_counts >= n if n == max_images else image_counts == n
        bucket = rng.permutation(np.concatenate([np.flatnonzero(own), left_over]))
        whole = len(bucket) // batch_size * batch_size
        left_over = bucket[whole:]
        for products in bucket[:whole].reshape(-1, batch_size):
            choice = [
                np.sort(rng.choice(image_counts[product], n, replace=False))
                for product in products]
            batches.append(BatchPlan(products, np.array(choice)))
    return [batches[number] for number in rng.permutation(len(batches))]
