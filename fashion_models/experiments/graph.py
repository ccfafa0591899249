"""The computational graph of a mini-batch, as SVG: the picture that the article links to.

    python -m fashion_models.experiments.graph [--catalogue DIR] [--recipe FILE]

writes ``graph.svg``, and ``graph.dot`` from which Graphviz' ``dot`` draws it, of the first batch of
the recipe's training whose products have several images, from its images to its loss; nothing is
trained. Without ``dot`` (of the package graphviz) there is no SVG, and a message says so.

Time: seconds.
"""

import collections
import pathlib
import sys
from collections.abc import Sequence

import numpy as np

from fashion_models.data.batches import TrainingIterator
from fashion_models.data.crops import mean_image
from fashion_models.data.prepare import prepare
from fashion_models.data.products import require_products, split_products
from fashion_models.data.vocabulary import Vocabulary
from fashion_models.experiments.kit.command import command
from fashion_models.experiments.kit.results import Figures, Table
from fashion_models.experiments.kit.settings import Settings
from fashion_models.training.graph import write_graph
from fashion_models.training.model import build_loss, build_model


def graph(settings: Settings, folder: pathlib.Path) -> tuple[Figures, list[Table]]:
    """Runs the experiment; see :func:`~fashion_models.experiments.kit.command.command`."""
    recipe = settings.recipe
    vocabulary = Vocabulary.of(settings.catalogue.products, recipe.model.tasks)
    model = build_model(recipe, vocabulary.classes)
    batch = _batch(settings, vocabulary)
    loss = build_loss(recipe)(model(batch.x), batch.t, others=batch.others)
    drawn = write_graph(loss, folder)
    if not drawn:
        print('graph: this machine has no dot (of the package graphviz): there is graph.dot, and '
              'no graph.svg; where there is one: dot -Tsvg graph.dot -o graph.svg', file=sys.stderr)
    functions = collections.Counter(_functions(loss))
    figures = {
        'x': batch.x.shape, 't': batch.t.shape, 'images_per_product': batch.x.shape[1] // 3,
        'drawn': drawn, 'functions': dict(sorted(functions.items())),
        'parameters': {name: parameter.shape for name, parameter in sorted(model.namedparams())}}
    rows = sorted(functions.items(), key=lambda item: (-item[1], item[0]))
    return figures, [Table(
        f'Functions between x {batch.x.shape} and the loss, and how often each occurs',
        ('function', 'times'), rows)]


def _batch(settings, vocabulary):
    """The first batch of several images a product, or the very first if no product has several."""
    recipe = settings.recipe
    images = prepare(settings.catalogue, recipe.data.shorter_side)
    products = split_products(settings.catalogue, images, vocabulary)['train']
    require_products(products, 'train', settings.catalogue)
    # The graph is the same whatever is subtracted; a few images are soon averaged.
    mean = mean_image(images, np.concatenate(products.images[:16]), recipe.data.size)
    iterator = TrainingIterator(
        products, mean, recipe.training.batch_size, recipe.training.seed, recipe.data.max_images,
        recipe.data.mirror, accepted=recipe.training.accepted)
    with iterator:
        batches = (iterator.next() for _ in range(iterator.batches_per_epoch))
        first = next(batches)
        return next((batch for batch in (first, *batches) if batch.x.shape[1] > 3), first)


def _functions(loss):
    """The labels of all functions that led to a loss, each once."""
    seen, ahead = set(), [loss.creator_node]
    while ahead:
        node = ahead.pop()
        if node is None or id(node) in seen:
            continue
        seen.add(id(node))
        yield node.label
        ahead += [variable.creator_node for variable in node.inputs]


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit status."""
    return command('graph', __doc__, graph, argv, splits=('train',))


if __name__ == '__main__':
    sys.exit(main())
