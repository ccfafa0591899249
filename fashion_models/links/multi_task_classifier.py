"""Several labels from one representation: the article's multi-task network."""

from collections.abc import Iterator, Mapping

import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

from fashion_models import functions
from fashion_models.catalogue.tasks import Task
from fashion_models.functions.backend import Array


class MultiTaskClassifier(chainer.Chain):
    """An encoder with one linear classifier (head) a task.

    Args:
        encoder: Turns x into representations (b, encoder.out_size).
        classes: From each task's name to its number of classes, in the order of the columns
            of t. One task makes the single-task network.
    """

    def __init__(self, encoder: chainer.Chain, classes: Mapping[str, int]):
        super().__init__()
        self.tasks = tuple(classes)
        self._edges = None      # between the tasks' scores, once the heads are one layer
        with self.init_scope():
            self.encoder = encoder
            self.heads = chainer.Chain(**{
                task: L.Linear(encoder.out_size, number) for task, number in classes.items()})

    def forward(self, x: Array) -> list[chainer.Variable]:
        """Scores of all classes of all tasks.

        Args:
            x: (b, 3 * n, h, w) float32.

        Returns:
            For each task, (b, classes) unnormalised log probabilities.
        """
        return self.classify(self.encoder(x))

    def classify(self, representation: Array) -> list[chainer.Variable]:
        """Scores as of :meth:`forward`, from representations (b, encoder.out_size)."""
        if self._edges is not None:
            y = functions.linear(representation, self.joined.W, self.joined.b)
            return list(F.split_axis(y, self._edges, axis=1))
        return [
            functions.linear(representation, self.heads[task].W, self.heads[task].b)
            for task in self.tasks]

    def fold(self) -> None:
        """Joins the heads in one layer, for inference only: each takes longer to call than to
        compute."""
        heads = [self.heads[task] for task in self.tasks]
        xp = heads[0].xp
        W, b = (xp.concatenate([getattr(head, name).array for head in heads]) for name in 'Wb')
        if xp is np:
            W.setflags(write=False)     # see functions.linear
        self._edges = np.cumsum([len(head.b) for head in heads])[:-1]
        with self.init_scope():
            self.joined = L.Linear(None, len(W))    # without random weights, which are replaced
            self.joined.W, self.joined.b = chainer.Parameter(W), chainer.Parameter(b)

    def layers(self, x: Array) -> Iterator[tuple[str, chainer.Variable]]:
        """Yields the name and the values of each layer, the encoder's first."""
        for name, h in self.encoder.layers(x):
            yield f'encoder/{name}', h
        for task, y in zip(self.tasks, self.classify(h)):
            yield f'heads/{task}', y


def task_fault(name: str) -> str | None:
    """Why no classifier can have a task of this name, or None if one can."""
    try:
        Task(name)
    except ValueError as error:
        return str(error)
    # The heads are links of a Chain, by their tasks' names.
    if hasattr(chainer.Chain(), name):
        return f'task: found {name!r}, which Chainer needs for itself'
    return None
