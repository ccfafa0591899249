"""Several labels from one representation: the article's multi-task network."""

import chainer
import chainer.links as L

from fashion_models import functions


class MultiTaskClassifier(chainer.Chain):
    """An encoder with one linear classifier (head) a task.

    Args:
        encoder (~chainer.Chain): Turns x into representations (b, encoder.out_size).
        classes (dict): From each task's name to its number of classes, in the order of the columns
            of t. One task makes the single-task network.
    """

    def __init__(self, encoder, classes):
        super().__init__()
        self.tasks = tuple(classes)
        with self.init_scope():
            self.encoder = encoder
            self.heads = chainer.Chain(**{
                task: L.Linear(encoder.out_size, number) for task, number in classes.items()})

    def forward(self, x):
        """Scores of all classes of all tasks.

        Args:
            x: (b, 3 * n, h, w) float32.

        Returns:
            list of ~chainer.Variable: For each task, (b, classes) unnormalised log probabilities.
        """
        return self.classify(self.encoder(x))

    def classify(self, representation):
        """Scores as of :meth:`forward`, from representations (b, encoder.out_size)."""
        return [
            functions.linear(representation, self.heads[task].W, self.heads[task].b)
            for task in self.tasks]

    def layers(self, x):
        """Yields the name and the values of each layer, the encoder's first."""
        for name, h in self.encoder.layers(x):
            yield f'encoder/{name}', h
        for task, y in zip(self.tasks, self.classify(h)):
            yield f'heads/{task}', y
