"""How good the representation is for search: are the nearest products of the same kind and colour?

    python -m fashion_models.experiments.retrieval
    python -m fashion_models.experiments.retrieval --catalogue DIR --seeds 1 --single-image

Queries are the products of the test split, each with all its images; the gallery of each is the
test split without the query's group, so that no product finds itself or its colourways. What has
the query's subcategory, or its colour, should come first:

* recall@k: one of the first k has it (k = 1, 5, 10);
* mean average precision (mAP), over the whole gallery.

The network's representation of all images together is compared with

* what single images give, each embedded alone by the same network: the mean or the maximum of these
  vectors;
* with ``--single-image``, which trains once more, the mean of those by a network trained on single
  images (that of ``single_vs_multi``: as many epochs, and so more updates, half as many again on
  the embedded catalogue);
* a colour histogram (8 x 8 x 8 cells of RGB, all images together, compared by the Bhattacharyya
  coefficient);
* an untrained network of the same architecture: random weights, with the statistics of its batch
  normalization taken from training batches.

Similarity is the cosine. Intervals are over queries; those of one group are drawn together.
``--init`` names a run to begin with: a catalogue of a few thousand products teaches too little.

Time: one training a seed, two with ``--single-image``, shared with other experiments; then half a
minute of processor time for 1,000 queries, a minute for 4,000.
"""


import argparse
import pathlib
import sys
from collections.abc import Sequence

import chainer
import numpy as np

from fashion_models.data.batches import TrainingIterator
from fashion_models.data.crops import crop
from fashion_models.data.products import ProductSet, require_products
from fashion_models.data.views import View, flattened
from fashion_models.errors import UnsuitableCatalogue
from fashion_models.experiments.kit import statistics
from fashion_models.experiments.kit.command import add_init, command
from fashion_models.experiments.kit.results import Figures, Table
from fashion_models.experiments.kit.settings import Settings
from fashion_models.links import MultiTaskClassifier, fold_for_inference
from fashion_models.representation.encoder import Encoder
from fashion_models.representation.linear import normalize
from fashion_models.representation.metrics import (
    average_precision,
    ranking,
    recall_at_k,
)
from fashion_models.training.model import build_model
from fashion_models.training.run import Run

TASKS = 'subcategory', 'colour'
METRICS = {
    'recall@1': lambda ranked: recall_at_k(ranked, 1),
    'recall@5': lambda ranked: recall_at_k(ranked, 5),
    'recall@10': lambda ranked: recall_at_k(ranked, 10),
    'mAP': average_precision}
MULTI = 'multi-image'
SINGLE = 'mean, single-image network'
#: The article's vector, without the probabilities of labels.
ALONE = 'representation alone'
OTHERS = (ALONE, 'mean of single images', 'maximum of single images', SINGLE, 'colour histogram',
          'untrained')

#: Training batches that an untrained network takes its statistics from. With Chainer's decay of
#: 0.9 the first of them counts for less than a hundredth.
STATISTICS_BATCHES = 50
_BINS = 8
_QUERIES = 256  # at once: bounds the memory


def pooled(vectors: np.ndarray, products: ProductSet, how: np.ufunc) -> np.ndarray:
    """Vectors of single images put together to one of each product, of unit length.

    Args:
        vectors (numpy.ndarray): (images, size), in the order of
            :func:`~fashion_models.data.views.flattened`.
        products (~fashion_models.data.products.ProductSet): Whose images they are.
        how (numpy.ufunc): ``numpy.add``, which gives the direction of the mean, or
            ``numpy.maximum``.
    """
    counts = np.array([len(images) for images in products.images])
    return normalize(how.reduceat(vectors, np.cumsum(counts) - counts))


def histograms(products: ProductSet, size: int) -> np.ndarray:
    """Square roots of colour histograms, (products, 512) of unit length.

    Their scalar product is the Bhattacharyya coefficient of the histograms.

    Args:
        products (~fashion_models.data.products.ProductSet): p products.
        size (int): Of the crop in the centre that the network sees, too.
    """
    counts = np.zeros((len(products), _BINS ** 3))
    for row, images in enumerate(products.images):
        for number in images:
            r, g, b = (crop(products.store.image(number), size) // (256 // _BINS)).reshape(
                -1, 3).T.astype(np.int64)
            counts[row] += np.bincount((r * _BINS + g) * _BINS + b, minlength=_BINS ** 3)
    return normalize(np.sqrt(counts)).astype(np.float32)


def untrained_model(run: Run, products: ProductSet,
                    device: chainer.backend.Device) -> MultiTaskClassifier:
    """The network of a run with random weights, except for batch normalization.

    Its running statistics start as if all activations had mean 0 and variance 1, with which an
    untrained network's signal fades from layer to layer. They are taken from training
    batches, in which each product shows all its images.

    Args:
        run (~fashion_models.training.run.Run): Says architecture and seed.
        products (~fashion_models.data.products.ProductSet): Of the training split.
        device (~chainer.backend.Device): Where to compute.

    Returns:
        ~fashion_models.links.MultiTaskClassifier: On ``device``, for evaluation only.
    """
    model = build_model(run.recipe, run.vocabulary.classes)
    model.to_device(device)
    device.use()
    training = run.recipe.training
    iterator = TrainingIterator(
        products, run.mean, min(training.batch_size, len(products)), training.seed,
        run.recipe.data.max_images, run.recipe.data.mirror)
    with iterator, chainer.using_config('train', True), chainer.no_backprop_mode():
        for _ in range(STATISTICS_BATCHES):
            model.encoder(device.send(next(iterator).x))
    model.to_cpu()
    fold_for_inference(model)
    model.to_device(device)
    return model


def scores(vectors: np.ndarray, t: dict[str, np.ndarray],
           groups: Sequence[str]) -> dict[tuple[str, str], np.ndarray]:
    """Each query's score, by each task and metric.

    Args:
        vectors (numpy.ndarray): (n, size) of unit length.
        t (dict): From each task to the class of each vector, (n,), -1 where it is not known.
        groups (sequence of str): (n,) no part of the gallery of their own members.

    Returns:
        dict: From each task and each of :data:`METRICS` to (n,) float64; nan without a class, or
        where no other group has it.
    """
    groups = np.unique(groups, return_inverse=True)[1]
    found = {(task, metric): [] for task in t for metric in METRICS}
    for start in range(0, len(vectors), _QUERIES):
        part = slice(start, start + _QUERIES)
        own = groups[part, None] == groups
        order = ranking(vectors[part] @ vectors.T, own)
        for task, classes in t.items():
            relevant = (classes[part, None] == classes) & (classes >= 0) & ~own
            ranked = np.take_along_axis(relevant, order, axis=1)
            for metric, score in METRICS.items():
                found[task, metric].append(score(ranked))
    return {key: np.concatenate(parts) for key, parts in found.items()}


def representations(run: Run, single_image_run: Run | None,
                    parts: dict[str, ProductSet]) -> dict[str, np.ndarray]:
    """The test split's products, (p, size) of unit length, by each representation (dict).

    Args:
        run (~fashion_models.training.run.Run): Of the multi-image network.
        single_image_run (~fashion_models.training.run.Run): Of the other, or ``None``.
        parts (dict): Products by split, as the multi-image network has them.
    """
    devices = run.devices
    test = parts['test']
    images = flattened(test)
    encoder = Encoder(run, device=devices)
    single = encoder.embed_set(images)
    alone = Encoder(run, device=devices, with_labels=False)
    untrained = Encoder(run, device=devices, with_labels=False, model=untrained_model(
        run, parts['train'], encoder.device))
    found = {
        MULTI: encoder.embed_set(test),
        ALONE: alone.embed_set(test),
        'mean of single images': pooled(single, test, np.add),
        'maximum of single images': pooled(single, test, np.maximum),
        'colour histogram': histograms(test, run.recipe.data.size),
        'untrained': untrained.embed_set(test)}
    if single_image_run is not None:
        encoder = Encoder(single_image_run, device=devices)
        found[SINGLE] = pooled(encoder.embed_set(images), test, np.add)
    return found


def experiment(
        settings: Settings, folder: pathlib.Path,
        arguments: argparse.Namespace) -> tuple[Figures, list[Table]]:
    """Returns figures and tables."""
    settings.begin_with(arguments.init)
    parts = settings.products(settings.recipe)
    test = parts['test']
    require_products(test, 'test', settings.catalogue)
    t = _classes(test, settings.tasks, settings.catalogue)
    settings.networks = len(settings.seeds) * (2 if arguments.single_image else 1)
    settings.train([('multi-image', None, None)] + [
        ('single-image', None, View(flattened=True))] * arguments.single_image)
    found = {}
    for seed in settings.seeds:
        run = settings.run('multi-image', seed)
        single_image_run = None
        if arguments.single_image:
            single_image_run = settings.run('single-image', seed, view=View(flattened=True))
        for name, vectors in representations(run, single_image_run, parts).items():
            for (task, metric), values in scores(vectors, t, test.groups).items():
                found.setdefault((task, metric, name), []).append(values)
    found = {key: np.array(values) for key, values in found.items()}    # (seeds, products)
    several = np.array([len(images) > 1 for images in test.images])
    figures = {'products': len(test), 'with_several_images': int(several.sum()), 'tasks': {
        task: _figures(found, task, test.groups, several) for task in t}}
    return figures, [table for task in t for table in _tables(task, figures)]


def _classes(test, tasks, catalogue):
    """From each of :data:`TASKS` that has something to find to the products' classes, (p,).

    Raises:
        UnsuitableCatalogue: If none has.
    """
    found = {}
    for task in TASKS:
        if task in tasks:
            classes = test.t[:, tasks.index(task)]
            known = {pair for pair in zip(classes, test.groups) if pair[0] >= 0}
            if len(known) > len({label for label, _ in known}):    # one that two groups have
                found[task] = classes
    if not found:
        raise UnsuitableCatalogue(
            f'{catalogue.folder}: no two products of the test split, of different groups, have the '
            f'same {" or ".join(TASKS)}, so that no search has anything to find; expected some')
    return found


def _figures(found, task, groups, several):
    groups = np.array(groups)
    figures = {'queries': int((~np.isnan(found[task, 'mAP', MULTI][0])).sum())}
    others = [name for name in OTHERS if (task, 'mAP', name) in found]
    for which, chosen in (('all', np.ones(len(groups), bool)), ('several_images', several)):
        if np.isnan(found[task, 'mAP', MULTI][:, chosen]).all():
            continue
        figures[which] = {name: {
            metric: statistics.accuracy(found[task, metric, name][:, chosen], groups[chosen])
            for metric in METRICS} for name in (MULTI, *others)}
        figures[f'{which}_difference'] = {name: {
            metric: statistics.difference(
                found[task, metric, MULTI][:, chosen], found[task, metric, name][:, chosen],
                groups[chosen])
            for metric in METRICS} for name in others}
    return figures


def _tables(task, figures):
    own = figures['tasks'][task]
    queries = own['queries']
    for which, whose in (
            ('all', f'{queries:,} queries among {figures["products"]:,} products'),
            ('several_images', 'queries with several images only')):
        if which not in own:
            continue
        rows = []
        for name, values in own[which].items():
            difference = own[f'{which}_difference'].get(name)
            rows.append((
                name, *(values[metric].value for metric in METRICS),
                values['mAP'].range(), str(difference['mAP']) if difference else None))
        yield Table(
            f'Retrieval of the same {task}: {whose}',
            ('representation', *METRICS, 'interval', 'multi-image mAP is higher by'), rows)


def _add_arguments(parser):
    add_init(parser)
    parser.add_argument('--single-image', action='store_true', help=(
        'compare with a network trained on single images, too'))


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit status."""
    return command('retrieval', __doc__, experiment, argv, _add_arguments)


if __name__ == '__main__':
    sys.exit(main())
