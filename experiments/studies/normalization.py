"""Statistics of normalization after the pooling: one set for all numbers of images, or one each.

    python experiments/studies/normalization.py CATALOGUE RUN … \\
        -o experiments/studies/results/normalization.json

All examples of a training batch have the same number n of images, and in training, normalization
goes by the batch's own mean and variance. Whether running statistics are kept for each n or for all
together therefore changes nothing in training, only how the trained network answers. So networks
need not be trained anew: this estimates the statistics of the layers after the pooling once more,
for each n and for all of them, from the batches of six epochs, and puts them in the place
of the running ones.

Accuracies over all tasks, on the validation split, by the number of images; differences are paired,
with 95 % intervals over groups of products and over the networks, which are those of several seeds.
The test split is never looked at.
"""

import pathlib

import numpy as np
from recipe_study import finished_runs, save, show

from fashion_models.catalogue.io import open_catalogue
from fashion_models.data.batches import TrainingIterator
from fashion_models.data.prepare import prepare
from fashion_models.experiments.kit import predictions
from fashion_models.experiments.kit.predictions import ALL
from fashion_models.experiments.kit.results import Table, portable_provenance
from fashion_models.links import fold_for_inference
from fashion_models.provenance import provenance
from fashion_models.representation.encoder import Encoder
from fashion_models.training import snapshots
from fashion_models.training.evaluation import Evaluation
from fashion_models.training.model import build_model
from fashion_models.training.run import Run

# isort: split

import chainer
from chainer.functions import log_softmax

#: Epochs of batches that statistics are estimated from.
EPOCHS = 6
RUNNING, TOGETHER, BY_N = 'running', 'estimated, all n', 'estimated, by n'
DIFFERENCES = (TOGETHER, RUNNING), (BY_N, RUNNING), (BY_N, TOGETHER)


def network(run, statistics=()):
    """The best network of a run, its normalization not yet folded; with other statistics if given.

    Args:
        run: The run.
        statistics: (mean, variance) of each layer after the pooling.
    """
    model = build_model(run.recipe, run.vocabulary.classes)
    snapshots.load_model(model, run.snapshot('best'))
    for link, (mean, variance) in zip(normalizations(model), statistics):
        link.avg_mean[...], link.avg_var[...] = mean, variance
    return model


def normalizations(model):
    """The normalization of each layer after the pooling."""
    found = [model.encoder.post_pool.bn, model.encoder.representation.bn]
    if None in found:
        raise SystemExit('normalization: error: the layers after the pooling are not normalized')
    return found


def estimated(run, products):
    """Means and variances of the layers after the pooling, for each n and for all (key 0).

    Returns:
        From n to a list with (mean, variance) of each layer, each (width,); and from n to the
        number of batches.
    """
    model, recipe = network(run), run.recipe
    wanted = normalizations(model)
    for link in wanted:
        link.decay = 0.0    # leaves a batch's own statistics
    sums, counts = {}, {}
    with (
        TrainingIterator(
            products, run.mean, recipe.training.batch_size, recipe.training.seed,
            recipe.data.max_images, recipe.data.mirror, examples=recipe.data.examples) as batches,
        chainer.no_backprop_mode(), chainer.using_config('train', True),
    ):
        while batches.epoch < EPOCHS:
            x = next(batches).x
            model.encoder(x)
            own = [np.stack([link.avg_mean, link.avg_var]) for link in wanted]
            for n in 0, x.shape[1] // 3:
                sums[n] = [a + b for a, b in zip(sums.get(n, [0, 0]), own)]
                counts[n] = counts.get(n, 0) + 1
    return {n: [part / counts[n] for part in own] for n, own in sums.items()}, counts


def answers(run, products, statistics=None):
    """The evaluation of a run's best network, with other statistics if there are some.

    Args:
        run: The run.
        products: What to evaluate it on.
        statistics: As of :func:`estimated`; products with more images than any n have those of the
            largest.
    """
    counts = np.array([len(images) for images in products.images])
    keys = np.minimum(counts, max(statistics)) if statistics else np.zeros(len(counts), int)
    scores = {}
    for n in np.unique(keys):
        model = network(run, statistics[n] if statistics else ())
        encoder = Encoder(run, model=fold_for_inference(model), with_labels=False)
        rows = np.flatnonzero(keys == n)
        found = encoder.scores(encoder.embed_set(products.rows(rows), unit=False))
        for task, y in zip(encoder.model.tasks, found):
            own = scores.setdefault(task, np.empty((len(counts), y.shape[1]), np.float32))
            own[rows] = log_softmax(y).array
    return Evaluation(scores, products.t)


def measure(run, catalogue):
    """Evaluations by the kind of statistics; the products; and how many batches each n had."""
    products = run.view.products(
        catalogue, prepare(catalogue, run.recipe.data.shorter_side), run.vocabulary)
    found, counts = estimated(run, products['train'])
    validation = products['validation']
    together = found.pop(0)
    return {
        RUNNING: answers(run, validation),
        TOGETHER: answers(run, validation, dict.fromkeys(found, together)),
        BY_N: answers(run, validation, found)}, validation, counts


def compare(evaluations, products, tasks):
    """Accuracies and differences, by number of images.

    Args:
        evaluations: From each kind of statistics to one evaluation a network.
        products: The products they are of.
        tasks: Names of the tasks.
    """
    right = {kind: predictions.correct(own) for kind, own in evaluations.items()}
    counts = np.array([len(images) for images in products.images])
    parts = {'all': np.arange(len(counts))}
    parts |= {str(n): np.flatnonzero(counts == n) for n in np.unique(counts)}
    found = {}
    for part, rows in parts.items():
        groups = [products.groups[row] for row in rows]
        found[part] = {
            'products': len(rows),
            'accuracy': {kind: predictions.accuracies(own[:, rows], tasks, groups)[ALL]
                         for kind, own in right.items()},
            'differences': {f'{a} - {b}': predictions.differences(
                right[a][:, rows], right[b][:, rows], tasks, groups)[ALL]
                for a, b in DIFFERENCES}}
    return found


def table(figures):
    """The figures as a reStructuredText table."""
    header = ['', 'products', RUNNING, TOGETHER, BY_N, *(f'{a} − {b}' for a, b in DIFFERENCES)]
    rows = [[
        'all' if part == 'all' else f'{part} images' if part != '1' else '1 image',
        own['products'], *(own['accuracy'][kind].value for kind in (RUNNING, TOGETHER, BY_N)),
        *(own['differences'][f'{a} - {b}'] for a, b in DIFFERENCES)]
        for part, own in figures.items()]
    return Table('', header, rows).rst()


def main():
    """Runs the command."""
    arguments = finished_runs(__doc__)
    catalogue = open_catalogue(arguments.catalogue)
    evaluations, networks = {}, []
    for number, folder in enumerate(arguments.runs, 1):
        print(f'network {number} of {len(arguments.runs)}', flush=True)
        run = Run.open(folder)
        found, products, counts = measure(run, catalogue)
        for kind, evaluation in found.items():
            evaluations.setdefault(kind, []).append(evaluation)
        networks.append({
            'run': pathlib.Path(folder).name, 'recipe': run.recipe.to_toml(),
            'seed': run.recipe.training.seed, 'commit': run.provenance['commit'],
            'machine': run.provenance['machine'],
            'batches': {n: count for n, count in sorted(counts.items()) if n}})
    figures = compare(evaluations, products, run.vocabulary.tasks)
    save(arguments.output, {
        'networks': networks, 'provenance': portable_provenance(provenance()),
        'catalogue': {key: value for key, value in run.provenance['catalogue'].items()
                      if key != 'folder'},
        'figures': {part: {
            'products': own['products'],
            **{what: {name: interval.record() for name, interval in own[what].items()}
               for what in ('accuracy', 'differences')}} for part, own in figures.items()}})
    show(arguments.output, table(figures))


if __name__ == '__main__':
    main()
