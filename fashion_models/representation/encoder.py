"""A trained network in use: from the images of a product to its representation and its labels.

Every picture that a trained network is shown passes through :class:`Encoder`. Only a training
evaluates its own network, which is still changing, by itself
(:mod:`fashion_models.training.evaluation`).
"""

import contextlib
import dataclasses
import itertools
import os
from collections.abc import Callable, Iterable, Iterator, Sequence

import chainer
import chainer.functions as F
import numpy as np

from fashion_models.arrays import require_finite
from fashion_models.data.batches import IMAGES_PER_BATCH, batches
from fashion_models.data.crops import assemble
from fashion_models.data.products import ProductSet
from fashion_models.devices import resolve
from fashion_models.files import sha256
from fashion_models.functions import steady_rows
from fashion_models.functions.backend import choice
from fashion_models.functions.precision import FLOAT32, require_precision, using_precision
from fashion_models.links import MultiTaskClassifier
from fashion_models.representation.linear import normalize
from fashion_models.representation.picture_encoder import WINDOW, Paths, PictureEncoder, listed
from fashion_models.training.run import Run
from fashion_models.training.snapshots import BEST
from fashion_models.workers import Ahead

#: The tasks whose probabilities are part of a vector, beside the representation, where the network
#: was taught them.
LABELS = 'subcategory', 'colour'


def load(run_folder: str | os.PathLike, which: str = 'best', device: str = '@numpy') -> 'Encoder':
    """Loads a trained network; :func:`fashion_models.load` is the same.

    Args:
        run_folder: What ``fashion-models train`` wrote.
        which: ``'best'`` (lowest validation loss) or ``'last'`` snapshot.
        device: Where to compute: ``'@numpy'`` is the CPU, ``'0'`` the first GPU.

    Raises:
        UserError: If there is no such run, snapshot or device.
    """
    return Encoder(Run.open(run_folder), which, device)


class Encoder(PictureEncoder):
    """The trained network of a run, for inference only.

    It sees images as training and evaluation do: the shorter side scaled, the centre cropped, the
    mean image subtracted. It pools all the images it is given of a product; training draws five
    where there are more, but evaluation takes all of them, too.

    Args:
        run: The run.
        which: ``'best'`` or ``'last'`` snapshot.
        device: Where to compute.
        model: Another network with the recipe of the run, instead of the snapshot's.
        precision: ``'float32'``, or ``'bfloat16'``, which is faster on a CPU that has instructions
            for it.
        with_labels: Whether vectors have the probabilities of :data:`LABELS`, too: see
            :meth:`vectors`. Without, they are the representations, as in the article.

    Attributes:
        run (~fashion_models.training.run.Run): The run.
        which (str): ``'best'`` or ``'last'``.
        device (~chainer.backend.Device): Where it computes.
        precision (str): What it computes with.
        labels (tuple of str): The tasks whose probabilities are part of a vector.
        size (int): Numbers in a vector. Of the representation they are 1024 in the article.
        model (~fashion_models.links.MultiTaskClassifier): The network.
    """

    def __init__(self, run: Run, which: str = 'best', device: str = '@numpy',
                 model: MultiTaskClassifier | None = None, precision: str = FLOAT32,
                 with_labels: bool = True) -> None:
        self.run = run
        self.which = which
        self.device = resolve(device)[0]
        require_precision(precision, [self.device])
        self.precision = precision
        self.model = run.load_model(which) if model is None else model
        self.model.to_device(self.device)
        self.labels = tuple(
            task for task in LABELS if task in self.model.tasks) if with_labels else ()
        self.size = self.model.encoder.out_size + sum(
            len(run.vocabulary.labels[task]) for task in self.labels)
        self.shorter_side = run.recipe.data.shorter_side

    def origin(self) -> dict:
        run = self.run
        snapshot = run.snapshots / BEST if self.which == 'best' else run.last_snapshot()
        return {
            'run': run.address or str(run.folder.resolve()), 'snapshot': snapshot.name,
            'snapshot_sha256': sha256(snapshot), 'recipe': run.recipe.hash(),
            **({'labels': list(self.labels)} if self.labels else {}),
            # Only where it is not the usual, so that what was begun before can be finished.
            **({} if self.precision == FLOAT32 else {'precision': self.precision})}

    def embed_set(self, products: ProductSet, unit: bool = True,
                  done: Callable[[int], object] | None = None) -> np.ndarray:
        """The vectors of the products of a set.

        Args:
            products: p products, with their images in a store.
            unit: Whether they are to be vectors of unit length, instead of :meth:`activations`.
            done: Called after each batch with its number of images.

        Returns:
            (p, size) float32, or the activations, in the order of the set.
        """
        if not len(products):
            return np.empty((0, self._width(unit)), np.float32)
        return self._whole(products.images, products.store.image, unit, done)

    def _width(self, unit):
        return self.size if unit else self.model.encoder.out_size

    @contextlib.contextmanager
    def windows(self, products: Iterable[Sequence], load: Callable[..., np.ndarray],
                unit: bool = True, done: Callable[[int], object] | None = None,
                steady: bool = False) -> Iterator[Iterator[np.ndarray]]:
        # NumPy adds up in an order that depends on a product's place among others.
        images = 1 if steady and self._by_numpy() else IMAGES_PER_BATCH

        def jobs():
            remaining = iter(products)
            while part := list(itertools.islice(remaining, WINDOW)):
                window = _Window(
                    part, np.empty((len(part), self._width(unit)), np.float32), len(part))
                for rows in batches([len(pictures) for pictures in part], images):
                    yield window, rows

        def prepare(job):
            window, rows = job
            x = self._assemble(
                [[load(picture) for picture in window.products[row]] for row in rows])
            return window, rows, self._filled(x) if steady else x

        def encoded(prepared):
            for window, rows, x in prepared:
                with steady_rows(steady):
                    vectors = self.encode(x) if unit else self.activations(x)
                window.vectors[rows] = vectors[:len(rows)]
                window.missing -= len(rows)
                if done:
                    done(len(rows) * x.shape[1] // 3)
                if not window.missing:
                    yield window.vectors

        with Ahead(prepare, jobs()) as prepared:
            yield encoded(prepared)

    def predict(self, paths: Paths) -> dict[str, dict[str, float]]:
        labels = self.run.vocabulary.labels
        return {
            task: {labels[task][number]: float(values[number])
                   for number in np.argsort(-values, kind='stable')}
            for task, (values,) in self.probabilities(self.read(paths)).items()}

    def probabilities(self, x: np.ndarray) -> dict[str, np.ndarray]:
        """The probabilities of all labels.

        Args:
            x: Input of the network, as :meth:`encode` takes it, for any number b of products.

        Returns:
            From each task to (b, classes) float32.
        """
        step = max(1, IMAGES_PER_BATCH // (x.shape[1] // 3))
        parts = [self.scores(self.activations(x[start:start + step]))
                 for start in range(0, len(x), step)]
        return {task: F.softmax(np.concatenate(own)).array
                for task, own in zip(self.model.tasks, zip(*parts))}

    def encode(self, x: np.ndarray) -> np.ndarray:
        """The vectors (b, size) float32, of unit length, of a batch.

        Args:
            x: (b, 3 * n, side, side) float32, mean-subtracted; see
                :func:`fashion_models.data.crops.assemble`.
        """
        return self.vectors(self.activations(x))

    def vectors(self, activations: np.ndarray) -> np.ndarray:
        """What products are compared by, from :meth:`activations`: (b, size), of unit length.

        The first numbers are the representation, the others the square roots of the probabilities
        of each of :attr:`labels`. So the dot product of two vectors is half the cosine of their
        representations, and half the mean of the Bhattacharyya coefficients of their
        probabilities, which say how far they agree on the label. (``experiments/studies/vectors``
        has what else was tried.)
        """
        unit = normalize(activations)
        if not self.labels:
            return unit
        scores = dict(zip(self.model.tasks, self.scores(activations)))
        share = np.float32(len(self.labels) ** -0.5)
        return normalize(np.concatenate([unit, *(
            share * np.sqrt(F.softmax(scores[task]).array) for task in self.labels)], axis=1))

    def activations(self, x: np.ndarray) -> np.ndarray:
        """The network's last layer: (b, d) non-negative numbers, d being 1024 in the article.

        Args:
            x: As of :meth:`encode`.

        Raises:
            UserError: One of them is not finite.
        """
        with self._inference():
            return self._answer(self.model.encoder(self.device.send(x)))

    def scores(self, activations: np.ndarray) -> list[np.ndarray]:
        """The scores (b, classes) of each task, from :meth:`activations`."""
        with self._inference():
            return list(map(
                self._answer, self.model.classify(self.device.send(activations))))

    def _answer(self, y):
        return require_finite(
            chainer.cuda.to_cpu(y.array), self.run.address or self.run.folder)

    def read(self, paths: Paths) -> np.ndarray:
        """The input for one product from its image files: (1, 3 * n, side, side) float32.

        Raises:
            UserError: If there is no file, or one of them is not an image.
        """
        return self._assemble([list(map(self._load, listed(paths)))])

    def _assemble(self, images):
        return assemble(images, self.run.mean, np.zeros(len(images), bool))

    @property
    def _on_cpu(self):
        return isinstance(self.device, chainer.backend.CpuDevice)

    def _by_numpy(self):
        return self._on_cpu and choice().library is None

    def _filled(self, x):
        """A batch with its first product once more, until it is as large as a GPU wants it."""
        # The libraries of a GPU choose how to add up by the exact size.
        size = 3 * IMAGES_PER_BATCH // x.shape[1]
        if self._on_cpu or len(x) >= size:
            return x
        return np.concatenate([x, np.broadcast_to(x[:1], (size - len(x), *x.shape[1:]))])

    @contextlib.contextmanager
    def _inference(self):
        self.device.use()
        with (using_precision(self.precision), chainer.using_config('train', False),
              chainer.no_backprop_mode()):
            yield


@dataclasses.dataclass
class _Window:
    """Products that are encoded together, their vectors, and how many of these are missing."""

    products: list
    vectors: np.ndarray
    missing: int
