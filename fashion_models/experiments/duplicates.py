"""Listings of one product: how many are found, how precisely, by pictures and by texts.

    python -m fashion_models.experiments.duplicates
    python -m fashion_models.experiments.duplicates --catalogue DIR --seeds 1

A catalogue in which products have several listings knows which listings are one product. Each
listing of its validation and test split is embedded alone, as if nobody knew. On the validation
split a calibration is learnt; on the test split it is measured, over all pairs and over those of
two retailers. Hard negatives are the colourways of a design, which are different products, and, in
the embedded catalogue, products that are cut like another kind.

Pairs of pictures' neighbours are judged by pictures alone or by both witnesses; texts alone judge
pairs that are neighbours by their words. ``cosine`` is the plain cosine of the representations,
without whitening and margin (:mod:`fashion_models.representation.duplicates.evidence`).

The operating point is the lowest threshold with which the validation split's pairs had a precision
of 0.95; where there is none, none is told.

Found, on 10,000 drawn products with all difficulties: pictures and texts together put pairs in a
better order (average precision 0.16) than either alone (0.07 and 0.09), and these than the plain
cosine (0.05). No threshold had a precision of 0.95. Colourways are hardly ever taken for one
product.

Writes ``precision-recall.png`` and ``calibration.json``, that of the first seed, for
``fashion-models duplicates --calibration``, too. Beyond the training it takes half a minute of
processor time for 1,500 listings a split and each seed.
"""

import pathlib
import sys
import tempfile

import numpy as np

from fashion_models.catalogue.split import split_of
from fashion_models.drawn.truth import read_truth
from fashion_models.errors import UserError
from fashion_models.experiments.kit.results import Table
from fashion_models.experiments.kit.settings import command
from fashion_models.representation.duplicates.calibration import fit_model
from fashion_models.representation.duplicates.evidence import TEXT, Evidence, Texts, text_of
from fashion_models.representation.duplicates.pairs import (
    calibrate_on,
    gather,
    judge,
    of_two_retailers,
    pairs_of_one,
    same_product,
)
from fashion_models.representation.embed import embed
from fashion_models.representation.encoder import Encoder
from fashion_models.representation.metrics import (
    pair_average_precision,
    precision_recall,
    recall_at_precision,
)

SPLITS = ('validation', 'test')
WITNESSES = ('cosine', 'images', 'text', 'images and text')
PRECISION = 0.95   # of the operating point
PRECISIONS = (0.5, 0.8, PRECISION)
FIGURES = ('average precision', *(f'recall at precision {wanted}' for wanted in PRECISIONS))
DRAWS = 200
QUICK_DRAWS = 20


class Split:
    """The listings of a split, and what is known about their pairs.

    Args:
        embeddings (~fashion_models.representation.embeddings.Embeddings): Of the listings.
    """

    def __init__(self, embeddings):
        self.embeddings = embeddings
        self.items = list(embeddings.items)
        self.products = [item.product for item in self.items]
        self.retailers = [item.retailer for item in self.items]
        self.total = pairs_of_one(self.products)
        self.groups = np.unique([item.group for item in self.items], return_inverse=True)[1]
        self.evidence = gather(embeddings)
        self.same = same_product(self.evidence.rows, self.products)
        texts = [text_of(item) for item in self.items]
        self.by_text = None
        if any(texts):
            texts = Texts(texts)
            rows = texts.candidates()
            self.by_text = Evidence(rows, texts.evidence(rows))

    def cosines(self):
        """The cosine of the representations of each pair of :attr:`evidence`: (m,)."""
        a, b = self.evidence.rows.T
        vectors = self.embeddings.vectors
        return np.einsum('md,md->m', vectors[a].astype(np.float32), vectors[b].astype(np.float32))


def judged(validation, test, calibration):
    """What each witness says of the test split: dict to pairs (m, 2), scores (m,), threshold.

    The threshold is the one that reached :data:`PRECISION` on the validation split, or None.
    """
    probabilities, _ = judge(test.evidence, calibration)
    pictures = calibration.models['images']
    found = {
        'cosine': (test.evidence.rows, test.cosines(), None),
        'images': (test.evidence.rows, pictures.probability(test.evidence),
                   pictures.threshold(PRECISION))}
    if 'images and text' in calibration.models:
        same = same_product(validation.by_text.rows, validation.products)
        text = fit_model(TEXT, validation.by_text, same, validation.total)
        found['text'] = (test.by_text.rows, text.probability(test.by_text),
                         text.threshold(PRECISION))
        found['images and text'] = (test.evidence.rows, probabilities,
                                    calibration.models['images and text'].threshold(PRECISION))
    return {name: found[name] for name in WITNESSES if name in found}


def measure(test, rows, scores, threshold, draws):
    """Average precision and recall of some judgements, with intervals over groups of products.

    Args:
        test (Split): The split.
        rows (numpy.ndarray): (m, 2) pairs.
        scores (numpy.ndarray): (m,) the higher, the likelier one product.
        threshold (float): An operating point, or None.
        draws (numpy.ndarray): (draws, groups) how often each group is drawn.

    Returns:
        dict: From each of :data:`FIGURES` to the value, followed by those of the draws;
        ``'curve'`` and ``'operating_point'``.
    """
    same = same_product(rows, test.products)
    _, precision, recall = precision_recall(scores, same, test.total)
    values = [_figures(precision, recall)]
    counts = _positives(test)
    a, b = test.groups[rows].T
    for draw in draws:
        # Two groups meet as often as both are drawn; a group meets itself as often as it is.
        weights = np.where(a == b, draw[a], draw[a] * draw[b])
        values.append(_figures(*precision_recall(scores, same, draw @ counts, weights)[1:]))
    point = None
    if threshold is not None:
        said = scores >= threshold
        point = {'threshold': threshold, 'pairs': int(said.sum()),
                 'precision': float(same[said].mean()) if said.any() else None,
                 'recall': float(same[said].sum() / test.total)}
    return {**dict(zip(FIGURES, np.array(values).T)), 'operating_point': point,
            'curve': _thinned(precision, recall)}


def _figures(precision, recall):
    return [pair_average_precision(precision, recall),
            *(recall_at_precision(precision, recall, wanted) for wanted in PRECISIONS)]


def _positives(test):
    """Pairs that are one product in each group: (groups,)."""
    return np.array([
        pairs_of_one([test.products[row] for row in np.flatnonzero(test.groups == group)])
        for group in range(test.groups.max() + 1)])


def _thinned(precision, recall, points=200):
    """A curve of at most so many points, evenly along the recall."""
    wanted = np.linspace(0, recall[-1] if len(recall) else 0, points)
    kept = np.unique(np.searchsorted(recall, wanted).clip(0, max(0, len(recall) - 1)))
    return {'precision': precision[kept], 'recall': recall[kept]} if len(recall) else {
        'precision': [], 'recall': []}


def kinds(test, rows, truth):
    """What pairs really are: how many are one product, colourways, near twins, of equal labels.

    Args:
        test (Split): The split.
        rows (numpy.ndarray): (m, 2) pairs.
        truth (dict): From product id to its
            :class:`~fashion_models.drawn.truth.ProductTruth`, as far as known.

    Returns:
        dict: From each kind to the number of pairs.
    """
    counts = dict.fromkeys(KINDS, 0)
    for a, b in rows.tolist():
        one, other = test.items[a], test.items[b]
        if one.product == other.product:
            kind = 'one product'
        elif one.group == other.group:
            kind = 'colourways of a design'
        elif _near_twins(truth.get(one.product), truth.get(other.product)):
            kind = 'near twins'
        elif all(one.labels.get(task) == other.labels.get(task)
                 for task in ('gender', 'colour', 'subcategory')):
            kind = 'of the same gender, colour and subcategory'
        else:
            kind = 'others'
        counts[kind] += 1
    return counts


KINDS = ('one product', 'colourways of a design', 'near twins',
         'of the same gender, colour and subcategory', 'others')


def _near_twins(one, other):
    return bool(one and other and (one.near_twin or other.near_twin)
                and one.label('subcategory') != other.label('subcategory'))


def _splits(settings, run, folder):
    """The listings of the validation and of the test split, embedded by a run into a folder."""
    encoder = Encoder(run, device=run.recipe.training.devices)
    return [Split(embed(
        encoder, settings.catalogue, pathlib.Path(folder, f'{split}.embeddings'), 'listing', split))
        for split in SPLITS]


def _require_listings(catalogue):
    """Raises UserError, before anything is trained, if the catalogue cannot answer."""
    several = {split_of(product.group) for product in catalogue.products
               if sum(bool(listing.images) for listing in product.listings) > 1}
    for split in SPLITS:
        if split not in several:
            raise UserError(
                f'{catalogue.folder}: no product of its {split} split has two listings, so that it '
                'says of no pair that it is one product')


def experiment(settings, folder):
    """Returns figures and tables; writes the picture and the calibration."""
    _require_listings(settings.catalogue)
    truth = read_truth(settings.catalogue.folder)
    rng = np.random.default_rng(0)
    draws = None
    measured, called, calibrations = {}, {}, []
    for seed in settings.seeds:
        run = settings.run('multi-image', seed)
        with tempfile.TemporaryDirectory() as scratch:
            validation, test = _splits(settings, run, scratch)
            calibration = calibrate_on(validation.embeddings)
            if draws is None:
                groups = test.groups.max() + 1
                draws = rng.multinomial(
                    groups, np.full(groups, 1 / groups), QUICK_DRAWS if settings.quick else DRAWS)
                calibration.save(folder / 'calibration.json')
            for name, (rows, scores, threshold) in judged(validation, test, calibration).items():
                across = of_two_retailers(rows, test.retailers)
                for which, chosen in (('all', np.ones(len(rows), bool)), ('two', across)):
                    measured.setdefault((name, which), []).append(
                        measure(test, rows[chosen], scores[chosen], threshold, draws))
                if name != 'cosine':
                    called.setdefault(name, []).append(kinds(test, rows[scores >= 0.5], truth))
            calibrations.append(calibration)
    figures = {
        'precision': PRECISION,
        'listings': {'validation': len(validation.items), 'test': len(test.items)},
        'pairs_of_one_product': {'validation': validation.total, 'test': test.total},
        'colourway_pairs_in_test': _colourways(test),
        'witnesses': [_record(name, which, found) for (name, which), found in measured.items()],
        'called_one_product_at_0.5': called,
        'weights': [{name: dict(zip(model.features, model.weights))
                     for name, model in calibration.models.items()}
                    for calibration in calibrations]}
    _draw(measured, folder / 'precision-recall.png')
    return figures, _tables(measured, called, test)


def _colourways(test):
    return int(pairs_of_one(test.groups) - test.total)


def _mean(found, name):
    """Mean over the seeds, and its interval over groups: (value, (low, high))."""
    values = np.mean([one[name] for one in found], axis=0)
    return float(values[0]), tuple(np.quantile(values[1:], (0.025, 0.975)).tolist())


def _record(name, which, found):
    record = {'witness': name, 'pairs': 'all' if which == 'all' else 'of two retailers'}
    for key in FIGURES:
        value, interval = _mean(found, key)
        record[key] = {'value': value, 'interval': interval,
                       'seeds': [float(one[key][0]) for one in found]}
    record['operating_points'] = [one['operating_point'] for one in found]
    record['curve'] = found[0]['curve']
    return record


def _tables(measured, called, test):
    rows = []
    for (name, which), found in measured.items():
        cells = [_cell(*_mean(found, key)) for key in FIGURES]
        points = [one['operating_point'] for one in found if one['operating_point']]
        for key in ('precision', 'recall'):
            known = [point[key] for point in points if point[key] is not None]
            cells.append(float(np.mean(known)) if len(known) == len(found) else None)
        rows.append((f'{name}, {"all pairs" if which == "all" else "of two retailers"}', *cells))
    tables = [Table(
        f'Duplicates among {len(test.items):,} listings of the test split, with {test.total:,} '
        'pairs of one product',
        ('witness', *FIGURES[:2], *(f'at {wanted}' for wanted in PRECISIONS[1:]),
         'operating point: precision', 'recall'), rows)]
    colourways = _colourways(test)
    rows = []
    for kind in KINDS:
        title = {'one product': f'{kind} (of {test.total:,})',
                 'colourways of a design': f'{kind} (of {colourways:,})'}.get(kind, kind)
        rows.append((title, *(
            f'{np.mean([counts[kind] for counts in found]):.0f}' for found in called.values())))
    tables.append(Table(
        'What the pairs are that are called one product, with a probability of 0.5 or more',
        ('pairs', *called), rows))
    return tables


def _cell(value, interval):
    return f'{value:.2f} ({interval[0]:.2f} to {interval[1]:.2f})'


def _draw(measured, path):
    """Precision over recall, of the first seed, all pairs."""
    import matplotlib

    matplotlib.use('Agg')
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(6, 4.2), layout='constrained')
    for (name, which), found in measured.items():
        if which == 'two':
            continue
        curve, point = found[0]['curve'], found[0]['operating_point']
        line, = axes.plot(curve['recall'], curve['precision'], label=name)
        if point and point['precision'] is not None:
            axes.plot(point['recall'], point['precision'], 'o', color=line.get_color())
    axes.axhline(PRECISION, color='grey', linewidth=0.8, linestyle='--')
    axes.set(xlabel='recall', ylabel='precision', xlim=(0, 1), ylim=(0, 1.02))
    axes.legend(frameon=False)
    figure.savefig(path, dpi=110)
    pyplot.close(figure)


def main(argv=None):
    """Runs the command; returns its exit status."""
    return command('duplicates', __doc__, experiment, argv)


if __name__ == '__main__':
    sys.exit(main())
