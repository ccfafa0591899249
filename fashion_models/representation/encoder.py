"""A trained network in use: from the images of a product to its representation and its labels."""

import contextlib
import os

import chainer
import numpy as np

from fashion_models.devices import resolve
from fashion_models.errors import UserError
from fashion_models.representation.embeddings import normalize
from fashion_models.training.prediction import probabilities, read_product
from fashion_models.training.run import Run

IMAGES_PER_BATCH = 64


def load(run_folder, which='best', device='@numpy'):
    """Loads a trained network; :func:`fashion_models.load` is the same.

    Args:
        run_folder: What ``fashion-models train`` made.
        which (str): ``'best'`` (lowest validation loss) or ``'last'`` snapshot.
        device (str): Where to compute: ``'@numpy'`` is the CPU, ``'0'`` the first GPU.

    Returns:
        Encoder

    Raises:
        UserError: If there is no such run, snapshot or device.
    """
    return Encoder(Run.open(run_folder), which, device)


class Encoder:
    """The trained network of a run.

    It sees images as training and evaluation do: their shorter side scaled, their centre cropped,
    the mean image taken off. It pools all images of a product that it is given. Training draws five
    of a product that has more; evaluation, and this, take them all.

    Args:
        run (~fashion_models.training.run.Run): The run.
        which (str): ``'best'`` or ``'last'`` snapshot.
        device (str): Where to compute.

    Attributes:
        run (~fashion_models.training.run.Run): The run.
        which (str): ``'best'`` or ``'last'``.
        size (int): Numbers in a representation; 1024 in the article.
        model (~fashion_models.links.MultiTaskClassifier): The network, for evaluation only.
    """

    def __init__(self, run, which='best', device='@numpy'):
        self.run = run
        self.which = which
        self.device = resolve(device)[0]
        self.model = run.load_model(which)
        self.model.to_device(self.device)
        self.size = self.model.encoder.out_size

    def embed(self, paths):
        """The representation of one product.

        Args:
            paths: One image file of it, or a list of several.

        Returns:
            numpy.ndarray: (size,) float32 of unit length, so that the dot product of two is the
            cosine of their angle, 1 at most. (All zero if the network's last layer is silent.)

        Raises:
            UserError: If there is no file, or one of them is no image.
        """
        return self.embed_products([paths])[0]

    def embed_products(self, products):
        """The representations of k products.

        Args:
            products: For each of them what :meth:`embed` takes.

        Returns:
            numpy.ndarray: (k, size) float32, rows of unit length.

        Raises:
            UserError: If a product has no file, or one is no image.
        """
        products = [_list(paths) for paths in products]     # counted before they are read
        vectors = np.empty((len(products), self.size), np.float32)
        for rows in batches([len(paths) for paths in products]):
            vectors[rows] = self.encode(np.concatenate(
                [self.read(products[row]) for row in rows]))
        return vectors

    def predict(self, paths):
        """The labels of one product.

        Args:
            paths: One image file of it, or a list of several.

        Returns:
            dict: From each task to a dict from label to probability, the likeliest first.

        Raises:
            UserError: If there is no file, or one of them is no image.
        """
        with self._inference():
            ys = self.model(self.device.send(self.read(paths)))
        return probabilities(self.run.vocabulary, ys)

    def encode(self, x):
        """The representations (b, size), of unit length, of a batch as the network wants it.

        Args:
            x (numpy.ndarray): (b, 3 * n, size, size) float32, mean-subtracted; see
                :func:`fashion_models.data.crops.assemble`.
        """
        with self._inference():
            return normalize(chainer.cuda.to_cpu(
                self.model.encoder(self.device.send(x)).array))

    def encode_and_classify(self, x):
        """What :meth:`encode` gives, and the scores of each task, (b, classes), in a list."""
        with self._inference():
            representation = self.model.encoder(self.device.send(x))
            return [normalize(chainer.cuda.to_cpu(representation.array)), *(
                chainer.cuda.to_cpu(y.array) for y in self.model.classify(representation))]

    @contextlib.contextmanager
    def _inference(self):
        self.device.use()
        with chainer.using_config('train', False), chainer.no_backprop_mode():
            yield

    def read(self, paths):
        """The network's input for one product: (1, 3 * n, size, size) float32, mean-subtracted."""
        return read_product(
            _list(paths), self.run.recipe.data.shorter_side, self.run.mean)


def batches(image_counts, images_per_batch=IMAGES_PER_BATCH):
    """Puts products with the same number of images together: yields (b,) rows of each batch.

    Args:
        image_counts: (k,) images of each product.
        images_per_batch (int): Bounds the memory: so many images, or one product if it has more.
    """
    image_counts = np.asarray(image_counts)
    for n in np.unique(image_counts):
        rows = np.flatnonzero(image_counts == n)
        b = max(1, images_per_batch // max(1, n))
        for start in range(0, len(rows), b):
            yield rows[start:start + b]


def _list(paths):
    paths = [paths] if isinstance(paths, str | os.PathLike) else list(paths)
    if not paths:
        raise UserError('a product without images cannot be embedded; expected one or more')
    return paths
