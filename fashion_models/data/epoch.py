"""Which products, with which of their images, meet in which batch of an epoch."""

import dataclasses
from collections.abc import Sequence

import numpy as np

from fashion_models.errors import UserError
from fashion_models.plural import counted

MAX_IMAGES = 5  # "0 < n < 6"
#: Of examples that meet, so many products stand together.
CLUSTER = 4
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


@dataclasses.dataclass(frozen=True)
class Meetings:
    """Which examples meet in a batch, for an objective that compares them.

    Attributes:
        products (numpy.ndarray): (rows,) int, the product that each row of the product set shows.
            Examples of one product stand together; a product of one image comes twice, for two
            crops of it.
        kinds (numpy.ndarray): (rows,) int, from 0: products of one kind stand together by fours, or
            fewer, and so do those of one group: each epoch, one or the other by chance. ``None``
            puts products together at random.
        groups (numpy.ndarray): (rows,) int, from 0, each product's group.
    """

    products: np.ndarray
    kinds: np.ndarray | None = None
    groups: np.ndarray | None = None

def require_batch(products: int, batch_size: int) -> None:
    """Raises UserError if a number of products does not fill one batch."""
    if products < batch_size:
        raise UserError(
            f'the training split has {counted(products, "product")}, fewer than the '
            f'{batch_size} of one batch: lower training.batch_size in the recipe')


def plan_epoch(
        image_counts: Sequence[int] | np.ndarray, batch_size: int, seed: int, epoch: int,
        max_images: int = MAX_IMAGES, examples: str = TOGETHER,
        meetings: Meetings | None = None) -> list[BatchPlan]:
    """Draws the batches of an epoch; the same arguments always give the same plan.

    The article's x is (b, c * n, x, y): all examples of a batch have the same number n of images.
    Examples are therefore put into buckets by their number of images. Those left over when a bucket
    is cut into batches of b go down to the next one with n - 1 of their images, so that fewer than
    b of them sit an epoch out.

    With ``examples='together'`` a product is one example; if it has more than ``max_images``, that
    many are drawn anew each epoch. With ``'groups'`` a product's images are dealt at random into 1,
    2, … or as many groups as there are images, each number equally likely, and each group is an
    example (groups of more than ``max_images`` are divided): every image is still seen once an
    epoch, but for those that left-over examples lose, and every n occurs for every product. With
    ``'single'`` each image is an example.

    Args:
        image_counts (sequence of int): Images of each product, at least 1.
        batch_size: Examples a batch, b.
        seed: Seed of the run.
        epoch: Number of the epoch.
        max_images: Largest n.
        examples: ``'together'``, ``'groups'`` or ``'single'``.
        meetings: Which examples meet in a batch; ``None`` leaves it to chance.

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
        bucket = _ordered(buckets.get(n, []) + left_over, image_counts, meetings, rng)
        whole = len(bucket) // batch_size * batch_size
        left_over = bucket[whole:]
        for start in range(0, whole, batch_size):
            part = bucket[start:start + batch_size]
            choice = [np.sort(rng.choice(own, n, replace=False)) for _, own in part]
            batches.append(BatchPlan(np.array([product for product, _ in part]), np.array(choice)))
    return [batches[number] for number in rng.permutation(len(batches))]


def _ordered(bucket, image_counts, meetings, rng):
    """The examples of a bucket in random order, but for those that are to meet."""
    if meetings is None:
        return [bucket[place] for place in rng.permutation(len(bucket))]
    has_one_image = np.bincount(meetings.products, image_counts)[meetings.products] == 1
    of_product = {}
    for example in bucket:
        of_product.setdefault(int(meetings.products[example[0]]), []).append(example)
    units = [
        own * 2 if len(own) == 1 and has_one_image[own[0][0]] else own
        for own in of_product.values()]
    order = rng.permutation(len(units))
    if meetings.kinds is not None:
        order = _clustered(order, np.array([own[0][0] for own in units], int), meetings, rng)
    return [example for place in order for example in units[place]]


def _clustered(order, rows, meetings, rng):
    """An order of units, of which those of one kind, or of one group, follow each other."""
    several = np.bincount(meetings.groups)[meetings.groups] > 1
    by_group = several & (rng.random(meetings.groups.max() + 1) < 0.5)[meetings.groups]
    keys = np.where(by_group, meetings.kinds.max() + 1 + meetings.groups, meetings.kinds)
    keys = keys[rows][order]
    order = order[np.argsort(keys, kind='stable')]
    starts = np.flatnonzero(np.diff(np.sort(keys), prepend=-1))
    clusters = [
        part for own in np.split(order, starts[1:])
        for part in np.split(own, range(CLUSTER, len(own), CLUSTER))]
    return [place for number in rng.permutation(len(clusters)) for place in clusters[number]]


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
