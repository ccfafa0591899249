"""The same-product objective: two sets of a product's images have one representation."""

from collections.abc import Sequence

import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

from fashion_models import functions
from fashion_models.functions.backend import Array
from fashion_models.links.blocks import DenseReLU
from fashion_models.links.metric_losses import arcface, proxy_anchor, supervised_contrastive

SUPCON = 'supcon'
#: From its name in a recipe to the loss that has a proxy for each product.
OF_PROXIES = {'arcface': arcface, 'proxy': proxy_anchor}
METRIC_LOSSES = (SUPCON, *OF_PROXIES)


class SameProduct(chainer.Chain):
    """Scores representations by how near those of one product are, and how far all others.

    It is trained beside the network and is no part of it: what compares is a projection of the
    representation, a hidden layer and a linear one, which is thrown away after the training (Chen
    et al., "A Simple Framework for Contrastive Learning", 2020). So the representation need not
    lose what the comparison does not ask for.

    The same comparison may be made of labels (Zhang et al., "Use All The Labels: A Hierarchical
    Multi-Label Contrastive Learning Framework", 2022): products of one subcategory, say, are then
    nearer to each other than to others, though not as near as one product to itself. Otherwise
    they are pushed apart like any two.

    The losses are those of :mod:`~fashion_models.links.metric_losses`. The memory, the proxies and
    the projection are saved with a training, so that it is resumed exactly.

    Args:
        in_size: Width of the representation.
        products: (rows,) int, from 0, the product that each row of the product set shows.
        groups: (rows,) int, from 0, its group of colourways.
        loss: ``'supcon'``, ``'arcface'`` or ``'proxy'``.
        temperature, colourways: Of the loss.
        margin: Of ``'arcface'`` and ``'proxy'``.
        projection: Width of the projection; 0 compares the representations themselves.
        memory: For ``'supcon'``, how many recent projections batches are compared with, too.
        normalize: Whether the projection's hidden layer is normalized.
        labels: (rows, tasks) int, negative where there is none; ``None`` to compare products alone.
        label_weights: (tasks,) of the comparison of each task's labels.
    """

    def __init__(
            self, in_size: int, products: np.ndarray, groups: np.ndarray, loss: str = SUPCON,
            temperature: float = 0.1, colourways: float = 1.0, margin: float = 0.3,
            projection: int = 128, memory: int = 0, normalize: bool = True,
            labels: np.ndarray | None = None, label_weights: Sequence[float] = ()):
        super().__init__()
        self._loss = loss
        self._options = {'temperature': temperature, 'colourways': colourways}
        # Not saved: they follow from the catalogue.
        self._products = np.asarray(products, np.int32)
        self._groups = np.asarray(groups, np.int32)
        self._labels = [
            (labels[:, task], weight) for task, weight in enumerate(label_weights) if weight]
        size = projection or in_size
        with self.init_scope():
            if projection:
                self.hidden = DenseReLU(in_size, in_size, normalize)
                self.projection = L.Linear(in_size, projection, nobias=True)
            if loss in OF_PROXIES:
                self._options['margin'] = margin
                self.proxies = chainer.Parameter(
                    chainer.initializers.Normal(size ** -0.5),
                    (int(self._products.max()) + 1, size))
        if loss in OF_PROXIES:
            self._of_product = np.zeros(len(self.proxies), np.int32)
            self._of_product[self._products] = self._groups
        elif memory:
            self.add_persistent('memory', np.zeros((memory, size), np.float32))
            self.add_persistent('memory_rows', np.full(memory, -1, np.int32))

    def forward(self, h: Array, rows: np.ndarray) -> chainer.Variable:
        """The loss of a batch, which in training is then remembered.

        Args:
            h: (m, in_size) representations, on the objective's device.
            rows: (m,) int, on the CPU, rows of the product set that they are of.

        Returns:
            Scalar.
        """
        z = F.normalize(self._project(h))
        send = self.device.send
        if self._loss in OF_PROXIES:
            loss = OF_PROXIES[self._loss](
                z, self.proxies, send(self._products[rows]), send(self._of_product),
                **self._options)
        else:
            loss = self._contrast(z, rows, self._products, self._groups, **self._options)
        for labels, weight in self._labels:
            loss += weight * self._contrast(
                z, rows, labels, labels, self._options['temperature'])
        if chainer.config.train and hasattr(self, 'memory'):
            kept = len(self.memory)
            self.memory = self.xp.concatenate([z.array, self.memory])[:kept]
            self.memory_rows = self.xp.concatenate(
                [send(np.asarray(rows, np.int32)), self.memory_rows])[:kept]
        return loss

    def _project(self, h):
        if not hasattr(self, 'projection'):
            return h
        return functions.linear(self.hidden(h), self.projection.W)

    def _contrast(self, z, rows, classes, groups, *arguments, **options):
        """The contrastive loss of rows, and of the memory, with these classes of all rows."""
        send, memory = self.device.send, None
        if hasattr(self, 'memory'):
            known = chainer.cuda.to_cpu(self.memory_rows)
            memory = (self.memory, *(
                send(np.where(known < 0, -1, own[known])) for own in (classes, groups)))
        return supervised_contrastive(
            z, send(classes[rows]), send(groups[rows]), *arguments, memory=memory, **options)
