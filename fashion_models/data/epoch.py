"""Which products, with which of their images, meet in which batch of an epoch."""

import dataclasses

import numpy as np

from fashion_models.errors import UserError

MAX_IMAGES = 5  # "0 < n < 6"
#: How a product's images become training examples: all together as in the article, in random groups
#: drawn anew each epoch, or each by itself.
TOGETHER, GROUPS, SINGLE = EXAMPLES = 'together', 'groups', 'single'


@dataclasses.dataclass(frozen=True)
class BatchPlan:
    """One batch: which products, and which of each product's images.

    Attributes:
        products (numpy.ndarray): (b,) rows of the product set; several examples may be of one.
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


def plan_epoch(
        image_counts, batch_size: int, seed: int, epoch: int, max_images: int = MAX_IMAGES,
        examples: str = TOGETHER) -> list[BatchPlan]:
    """Draws the batches of an epoch; the same arguments always give the same plan.

    The article's x is (b, c * n, x, y): all examples of a batch have the same number n of images.
    Examples are therefore put into buckets by their number of images. Those left over when a bucket
    is cut into batches of b go down to the next one with n - 1 of their images, so that fewer than
    b of them sit an epoch out.

    With ``examples='together'`` a product is one example; of more than ``max_images``, that many
    are
    drawn anew each epoch. With ``'groups'`` a product's images are dealt at random into 1, 2, … or
    as
    many groups as there are images, each number equally likely, and each group is an example (those
    of more than ``max_images`` are divided): every image is still seen once an epoch, and every n
    occurs for every product. With ``'single'`` each image is an example.

    Args:
        image_counts (sequence of int): Images of each product, at least 1.
        batch_size: Examples a batch, b.
        seed: Seed of the run.
        epoch: Number of the epoch.
        max_images: Largest n.
        examples: ``'together'``, ``'groups'`` or ``'single'``.

    Returns:
        In random order.

    Raises:
        UserError: If there are fewer products than make one batch.
    """
    require_batch(len(image_counts), batch_size)
    rng = np.random.default_rng((seed, epoch))
    buckets = _BUCKETS[examples](np.asarray(image_counts), max_images, rng)
    batches = []
    left_over = []
    for n in range(max_images, 0, -1):
        bucket = buckets.get(n, []) + left_over
        bucket = [bucket[place] for place in rng.permutation(len(bucket))]
        whole = len(bucket) // batch_size * batch_size
        left_over = bucket[whole:]
        for start in range(0, whole, batch_size):
            part = bucket[start:start + batch_size]
            choice = [np.sort(rng.choice(own, n, replace=False)) for _, own in part]
            batches.append(BatchPlan(np.array([product for product, _ in part]), np.array(choice)))
    return [batches[number] for number in rng.permutation(len(batches))]


def _together(image_counts, max_images, rng):
    """From n to the (product, positions of its images) pairs with n images to choose from."""
    buckets = {}
    for product, count in enumerate(image_counts):
        buckets.setdefault(min(count, max_images), []).append((product, np.arange(count)))
    return buckets


def _groups(image_counts, max_images, rng):
    buckets = {}
    for product, count in enumerate(image_counts):
        order = rng.permutation(count)
        cuts = rng.choice(count - 1, rng.integers(count), replace=False) + 1 if count > 1 else ()
        for group in np.split(order, np.sort(cuts)):
            for part in np.array_split(group, -(-len(group) // max_images)):
                buckets.setdefault(len(part), []).append((product, np.sort(part)))
    return buckets


def _single(image_counts, max_images, rng):
    return {1: [(product, np.array([image]))
                for product, count in enumerate(image_counts) for image in range(count)]}


_BUCKETS = {TOGETHER: _together, GROUPS: _groups, SINGLE: _single}
