"""Which vector to search with: what a run's layers, whitened, joined and compared, are worth.

    python experiments/studies/vectors.py CATALOGUE RUN … \\
        -o experiments/studies/results/vectors.json

For each way to make a vector of a product, on the validation split: retrieval of the same
subcategory and of the same colour (mean average precision and recall@1, as the experiment
``retrieval`` measures them), and the average precision of the pairs of listings of one product, by
nothing but the cosine of their vectors. The parts of a joined vector have unit length, but for the
weight that the name gives. Runs are those of several seeds; figures are their means. The test split
is never looked at.
"""

import dataclasses

import numpy as np
from recipe_study import BLANK, finished_runs, save, show

from fashion_models.catalogue.io import open_catalogue
from fashion_models.data.prepare import prepare
from fashion_models.data.views import flattened
from fashion_models.experiments.retrieval import TASKS, histograms, pooled, scores
from fashion_models.provenance import provenance
from fashion_models.representation.encoder import Encoder
from fashion_models.representation.linear import Whitening, normalize
from fashion_models.representation.metrics import pair_average_precision, precision_recall
from fashion_models.training.run import Run

#: Training products that whitening is fitted to, at most.
FITTED = 2500
COLUMNS = (
    ('subcategory', ('subcategory, mAP', 'subcategory, recall@1')),
    ('colour', ('colour, mAP', 'colour, recall@1')), ('listings', ('listings',)))


class Parts:
    """What vectors are made of, for one set of products: each (products, d) of unit length."""

    def __init__(self, encoder, products):
        activations = encoder.embed_set(products, unit=False)
        self.representation = normalize(activations)
        self.scores = dict(zip(encoder.model.tasks, encoder.scores(activations)))
        self.mean_of_images = pooled(encoder.embed_set(flattened(products)), products, np.add)
        self.histogram = histograms(products, encoder.run.recipe.data.size)

    def probabilities(self, tasks, power=0.5):
        """The probabilities of these tasks, or by default their square roots, side by side."""
        return normalize(np.concatenate([
            normalize(softmax(self.scores[task]) ** power) for task in tasks], axis=1))


def softmax(y):
    """Probabilities from scores, (b, classes)."""
    y = np.exp(y - y.max(axis=1, keepdims=True))
    return y / y.sum(axis=1, keepdims=True)


def joined(*parts):
    """Vectors side by side."""
    return normalize(np.concatenate(parts, axis=1))


def ways(tasks, white):
    """From the name of each way to a function from :class:`Parts` to vectors."""
    searched = [task for task in TASKS if task in tasks]
    return {
        'representation': lambda own: own.representation,
        'representation, square roots': lambda own: normalize(np.sqrt(own.representation)),
        'representation, whitened': lambda own: normalize(white(own.representation)),
        'mean of the images\' representations': lambda own: own.mean_of_images,
        'colour histogram': lambda own: own.histogram,
        'representation + 0.2 histogram': lambda own: joined(
            own.representation, 0.2 * own.histogram),
        'representation + 0.4 histogram': lambda own: joined(
            own.representation, 0.4 * own.histogram),
        'scores': lambda own: joined(*(
            normalize(y - y.mean(axis=1, keepdims=True)) for y in own.scores.values())),
        'probabilities, all tasks': lambda own: own.probabilities(tasks, 1),
        'probabilities, subcategory and colour': lambda own: own.probabilities(searched),
        'representation + 1 probabilities, all tasks': lambda own: joined(
            own.representation, own.probabilities(tasks)),
        'representation + 0.5 probabilities': lambda own: joined(
            own.representation, 0.5 * own.probabilities(searched)),
        'representation + 1 probabilities': lambda own: joined(
            own.representation, own.probabilities(searched)),
        'representation + 2 probabilities': lambda own: joined(
            own.representation, 2 * own.probabilities(searched))}


def listings_of(products):
    """Each listing as a product of its own: (set, the row of the product of each)."""
    rows, images = [], []
    for row, (own, listing) in enumerate(zip(products.images, products.listings)):
        for number in np.unique(listing):
            rows.append(row)
            images.append(own[listing == number])
    rows = np.array(rows)
    return dataclasses.replace(products.rows(rows), images=images, listings=None), rows


def pairs_found(vectors, rows):
    """Average precision of the pairs of one product, by cosine; nan where there are none."""
    one, other = np.triu_indices(len(vectors), 1)
    same = rows[one] == rows[other]
    if not same.any():
        return np.nan
    _, precision, recall = precision_recall(
        (vectors @ vectors.T)[one, other], same, int(same.sum()))
    return pair_average_precision(precision, recall)


def measure(run, catalogue):
    """From each way to its figures, with the best network of a run."""
    encoder = Encoder(run, with_labels=False)
    store = prepare(catalogue, run.recipe.data.shorter_side)
    products = run.view.products(catalogue, store, run.vocabulary)
    train, validation = products['train'], products['validation']
    some = train.rows(range(0, len(train), -(-len(train) // FITTED)))
    white = Whitening(encoder.embed_set(some))
    listings, rows = listings_of(validation)
    parts, of_listings = Parts(encoder, validation), Parts(encoder, listings)
    t = {task: validation.t[:, run.vocabulary.tasks.index(task)] for task in TASKS}
    found = {}
    for name, way in ways(run.vocabulary.tasks, white).items():
        ranked = scores(way(parts), t, validation.groups)
        found[name] = {
            **{f'{task}, {metric}': float(np.nanmean(own))
               for (task, metric), own in ranked.items() if metric in ('mAP', 'recall@1')},
            'listings': pairs_found(way(of_listings), rows)}
    return found


def table(networks):
    """The figures as a reStructuredText table, means over the networks."""
    names = list(networks[0]['ways'])
    width = max(map(len, names))
    rule = '  '.join('=' * size for size in (width, *[8] * 5))
    lines = [
        rule,
        f'{BLANK:{width}}  {"subcategory":18}  {"colour":18}  listings',
        '  '.join('-' * size for size in (width, 18, 18, 8)),
        f'{"vector":{width}}  ' + '  '.join(
            f'{name:8}' for name in ('mAP', 'recall@1', 'mAP', 'recall@1', 'AP')).rstrip(),
        rule]
    for name in names:
        cells = '  '.join(
            f'{np.mean([one["ways"][name][key] for one in networks]):8.3f}'
            for _, keys in COLUMNS for key in keys)
        lines.append(f'{name:{width}}  {cells}')
    return '\n'.join([*lines, rule, ''])


def main():
    """Runs the command."""
    arguments = finished_runs(__doc__)
    catalogue = open_catalogue(arguments.catalogue)
    networks = []
    for folder in arguments.runs:
        run = Run.open(folder)
        networks.append({
            'run': folder, 'recipe': run.recipe.to_toml(), 'seed': run.recipe.training.seed,
            'catalogue': run.provenance['catalogue'], 'provenance': provenance(),
            'ways': measure(run, catalogue)})
    save(arguments.output, {'networks': networks})
    show(arguments.output, table(networks))


if __name__ == '__main__':
    main()
