"""Batches for training and evaluation, made in background threads while the model computes."""

import dataclasses
import itertools
import time
from collections.abc import Iterator, Sequence

import chainer
import numpy as np

from fashion_models.data.crops import assemble, crop_offsets
from fashion_models.data.epoch import MAX_IMAGES, TOGETHER, Meetings, plan_epoch
from fashion_models.data.products import FIRST, ProductSet
from fashion_models.workers import Ahead

#: Bounds the memory of inference: a batch holds this many images, or one product if it has more.
IMAGES_PER_BATCH = 64


@dataclasses.dataclass(frozen=True)
class Batch:
    """The input of one step of the network.

    Attributes:
        x (numpy.ndarray): (b, 3 * n, size, size) float32, mean-subtracted.
        t (numpy.ndarray): (b, tasks) int32, -1 where a label is missing.
        products (numpy.ndarray): (b,) rows of the product set.
        others (numpy.ndarray): (b, tasks, k) int32, further labels that count as right, -1 where
            there are fewer than k; ``None`` where each product has one label a task.
        sides (numpy.ndarray): (b, n) bool, of batches whose products are to be compared with
            themselves: which images are on one side, the others being on the other; ``None`` in
            other batches, and where n is 1.
    """

    x: np.ndarray
    t: np.ndarray
    products: np.ndarray
    others: np.ndarray | None = None
    sides: np.ndarray | None = None

    @property
    def images(self) -> int:
        """Number of images in the batch, b * n."""
        return self.x.shape[0] * self.x.shape[1] // 3


class TrainingIterator(chainer.dataset.Iterator):
    """Endless batches of b products with n images each; see :func:`~.epoch.plan_epoch`.

    Every random choice follows from (seed, epoch, number of the batch in the epoch), so that the
    batches do not depend on the number of workers and continue, after a resume, where they stopped.

    Args:
        products (~fashion_models.data.products.ProductSet): What to train on.
        mean (numpy.ndarray): (3, size, size) float32; its size is that of the random crops.
        batch_size (int): Products a batch, b.
        seed (int): Seed of the run.
        max_images (int): Largest n.
        mirror (float): Share of each batch's products that are mirrored. The article copies and
            mirrors half the batch; here a mirrored product takes the original's place.
        workers (int): Threads that make batches.
        epoch_batches (int): How many batches are called an epoch; 0 for a whole pass, as many as
            it takes for every product to come once. The sequence of batches is the same.
        accepted (str): ``'first'``, or ``'all'`` for batches that have the ``others``, too.
        examples (str): How a product's images become examples; see :func:`~.epoch.plan_epoch`.
        meetings (~fashion_models.data.epoch.Meetings): Which examples meet in a batch; if given,
            batches have ``sides``, which are of different listings where there are several.
        part (tuple of int): ``(i, k)`` for the i-th of k equal parts of each batch, from 0; other
            processes make the others.

    Attributes:
        waited (float): Seconds that the last call of ``next`` waited for its batch.
    """

    def __init__(
            self, products: ProductSet, mean: np.ndarray, batch_size: int, seed: int,
            max_images: int = MAX_IMAGES, mirror: float = 0.5, workers: int = 2,
            epoch_batches: int = 0, accepted: str = FIRST, examples: str = TOGETHER,
            meetings: Meetings | None = None, part: tuple[int, int] = (0, 1)) -> None:
        self._batches = None
        self._products = products
        self._mean = mean
        self._batch_size = batch_size
        self._seed = seed
        self._max_images = max_images
        self._mirror = mirror
        self._workers = workers
        self._examples = examples
        self._meetings = meetings
        number, parts = part
        self._part = slice(number * batch_size // parts, (number + 1) * batch_size // parts)
        self._others = products.others_to_learn(accepted)
        self._image_counts = [len(images) for images in products.images]
        # Of random groups, other passes have a few batches more or less.
        self.batches_per_epoch = epoch_batches or len(self._plan(0))
        self._count = 0  # batches given so far
        self.waited = 0.0

    def __next__(self) -> Batch:
        started = time.perf_counter()
        if self._batches is None:
            self._batches = Ahead(self._make, self._jobs(*self._place()), self._workers)
        batch = next(self._batches)
        self._count += 1
        self.waited = time.perf_counter() - started
        return batch

    next = __next__

    @property
    def epoch(self) -> int:
        """Number of epochs completed."""
        return self._count // self.batches_per_epoch

    @property
    def epoch_detail(self) -> float:
        """Number of epochs, as a fraction."""
        return self._count / self.batches_per_epoch

    @property
    def previous_epoch_detail(self) -> float:
        """What ``epoch_detail`` was before the last batch."""
        return max(self._count - 1, 0) / self.batches_per_epoch

    @property
    def is_new_epoch(self) -> bool:
        """Whether the last batch was the last of its epoch."""
        return self._count > 0 and self._count % self.batches_per_epoch == 0

    def finalize(self) -> None:
        """Stops the threads; call it when done, or use the iterator in a ``with`` block."""
        if self._batches is not None:
            self._batches.close()
            self._batches = None

    def __del__(self):
        """Waits for nothing, as Chainer's would by calling :meth:`finalize`; see
        :class:`~fashion_models.workers.Ahead`.
        """

    def serialize(self, serializer: chainer.AbstractSerializer) -> None:
        """Saves or restores the place in the sequence of batches."""
        count = int(serializer('count', self._count))
        if count != self._count:    # read, not written: a snapshot does not stop the threads
            self._count = count
            self.finalize()

    def _place(self):
        """Which pass over the products comes next, and with which of its batches."""
        number, start = 0, self._count
        while start >= (batches := len(self._plan(number))):
            number, start = number + 1, start - batches
        return number, start

    def _plan(self, epoch):
        return plan_epoch(
            self._image_counts, self._batch_size, self._seed, epoch, self._max_images,
            self._examples, self._meetings)

    def _jobs(self, epoch, start):
        while True:
            for number, plan in list(enumerate(self._plan(epoch)))[start:]:
                yield epoch, number, plan
            epoch, start = epoch + 1, 0

    def _make(self, job):
        epoch, number, plan = job
        rng = np.random.default_rng((self._seed, epoch, number))
        b = len(plan.products)
        mirrored = np.zeros(b, bool)
        mirrored[rng.permutation(b)[:round(self._mirror * b)]] = True
        store, size, part = self._products.store, self._mean.shape[-1], self._part
        images = [
            self._products.images[product][choice]
            for product, choice in zip(plan.products, plan.choice)]
        # Drawn for the whole batch, so that its parts are those of a batch that is not divided.
        offsets = [[crop_offsets(*store.sizes[image], size, rng) for image in own]
                   for own in images]
        sides = None if self._meetings is None else self._sides(plan, rng)
        x = assemble(
            [[store.image(image) for image in own] for own in images[part]], self._mean,
            mirrored[part], offsets[part])
        products = plan.products[part]
        return Batch(
            x, self._products.t[products], products,
            None if self._others is None else self._others[products],
            None if sides is None else sides[part])

    def _sides(self, plan, rng):
        """Which images of each product are on one side: some listings', or just some."""
        b, n = plan.choice.shape
        if n == 1:
            return None
        sides = np.zeros((b, n), bool)
        for row, (product, choice) in enumerate(zip(plan.products, plan.choice)):
            parts = np.arange(n)
            if self._products.listings is not None:
                listings = self._products.listings[product][choice]
                parts = listings if len(np.unique(listings)) > 1 else parts
            known = rng.permutation(np.unique(parts))
            sides[row] = np.isin(parts, known[:rng.integers(1, len(known))])
        return sides


def batches(image_counts: Sequence[int], images_per_batch: int = IMAGES_PER_BATCH,
            ) -> Iterator[np.ndarray]:
    """Puts products with the same number of images together, each product into one batch.

    Args:
        image_counts (sequence of int): The number of images of each of k products.
        images_per_batch (int): Bounds the memory: so many images, or one product if it has more.

    Yields:
        numpy.ndarray: (b,) rows of the products of a batch.
    """
    image_counts = np.asarray(image_counts)
    for n in np.unique(image_counts):
        rows = np.flatnonzero(image_counts == n)
        b = max(1, images_per_batch // n)
        for start in range(0, len(rows), b):
            yield rows[start:start + b]


def evaluation_batches(
        products: ProductSet, mean: np.ndarray, images_per_batch: int = IMAGES_PER_BATCH,
        workers: int = 2, part: tuple[int, int] = (0, 1)) -> Ahead:
    """Batches that hold every product exactly once, with all its images, cropped centrally.

    Args:
        products (~fashion_models.data.products.ProductSet): What to evaluate.
        mean (numpy.ndarray): (3, size, size) float32.
        images_per_batch (int): Bounds the memory: so many images, or one product if it has more.
        workers (int): Threads that make batches.
        part (tuple of int): ``(i, k)`` for every k-th batch, beginning with the i-th, from 0; other
            processes make the others.

    Returns:
        ~fashion_models.workers.Ahead: Of :class:`Batch`; in each, all products have the same number
        of images. Use it in a ``with`` block.
    """
    def make(rows):
        images = [[products.store.image(image) for image in products.images[row]] for row in rows]
        return Batch(assemble(images, mean, np.zeros(len(rows), bool)), products.t[rows], rows)

    jobs = batches([len(images) for images in products.images], images_per_batch)
    return Ahead(make, itertools.islice(jobs, part[0], None, part[1]), workers)
