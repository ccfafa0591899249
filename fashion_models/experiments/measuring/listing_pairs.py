"""How well pairs of listings of one product are found, by pictures and by texts."""

import numpy as np

from fashion_models.drawn.truth import ProductTruth
from fashion_models.experiments.kit.results import Figures
from fashion_models.representation.duplicates.calibration import Calibration, fit_model
from fashion_models.representation.duplicates.evidence import TEXT, Evidence, Texts, text_of
from fashion_models.representation.duplicates.labelled import pairs_of_one, same_product
from fashion_models.representation.duplicates.pairs import gather, judge
from fashion_models.representation.embeddings import Embeddings
from fashion_models.representation.metrics import (
    pair_average_precision,
    precision_recall,
    recall_at_precision,
)

WITNESSES = ('cosine', 'images', 'text', 'images and text')
PRECISION = 0.95   # of the operating point
PRECISIONS = (0.5, 0.8, PRECISION)
FIGURES = ('average precision', *(f'recall at precision {wanted}' for wanted in PRECISIONS))


class Split:
    """The listings of a split, and what is known about their pairs.

    Args:
        embeddings (~fashion_models.representation.embeddings.Embeddings): Of the listings.
    """

    def __init__(self, embeddings: Embeddings):
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

    def cosines(self) -> np.ndarray:
        """The cosine of the vectors of each pair of :attr:`evidence`: (m,)."""
        a, b = self.evidence.rows.T
        vectors = self.embeddings.vectors
        return np.einsum('md,md->m', vectors[a].astype(np.float32), vectors[b].astype(np.float32))


def judged(validation: Split, test: Split,
           calibration: Calibration) -> dict[str, tuple[np.ndarray, np.ndarray, float | None]]:
    """From each witness to pairs of the test split (m, 2), their scores (m,) and a threshold.

    The threshold is the one that reached :data:`PRECISION` on the validation split, or ``None``.
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


def measure(
        test: Split, rows: np.ndarray, scores: np.ndarray, threshold: float | None,
        draws: np.ndarray, across: bool = False) -> Figures:
    """Average precision and recall of some judgements, with intervals over groups of products.

    Args:
        test: The split.
        rows: (m, 2) pairs.
        scores: (m,) the higher, the likelier to be one product.
        threshold: An operating point, or ``None``.
        draws: (draws, groups) how often each group is drawn.
        across: Whether ``rows`` are only pairs of two retailers, so that no others can be missed.

    Returns:
        From each of :data:`FIGURES` to the value, followed by those of the draws; ``'curve'`` and
        ``'operating_point'``.
    """
    same = same_product(rows, test.products)
    counts = _positives(test, across)
    _, precision, recall = precision_recall(scores, same, counts.sum())
    values = [_figures(precision, recall)]
    a, b = test.groups[rows].T
    for draw in draws:
        # A pair across groups occurs as often as both are drawn together; one within a group, as
        # often as the group is drawn.
        weights = np.where(a == b, draw[a], draw[a] * draw[b])
        values.append(_figures(*precision_recall(scores, same, draw @ counts, weights)[1:]))
    point = None
    if threshold is not None:
        said = scores >= threshold
        point = {'threshold': threshold, 'pairs': int(said.sum()),
                 'precision': float(same[said].mean()) if said.any() else None,
                 'recall': float(same[said].sum() / counts.sum())}
    return {**dict(zip(FIGURES, np.array(values).T)), 'operating_point': point,
            'curve': _thinned(precision, recall)}


def _figures(precision, recall):
    return [pair_average_precision(precision, recall),
            *(recall_at_precision(precision, recall, wanted) for wanted in PRECISIONS)]


def _positives(test, across):
    """Number of pairs of one product in each group, or of those across retailers: (groups,)."""
    def pairs(listings):
        found = pairs_of_one([product for product, _ in listings])
        if across:
            found -= pairs_of_one([f'{len(product)} {product} {retailer}'
                                   for product, retailer in listings if retailer])
        return found

    listings = list(zip(test.products, test.retailers))
    return np.array([
        pairs([listings[row] for row in np.flatnonzero(test.groups == group)])
        for group in range(test.groups.max() + 1)])


def _thinned(precision, recall, points=200):
    """A curve thinned to at most this many points, evenly along the recall."""
    wanted = np.linspace(0, recall[-1] if len(recall) else 0, points)
    kept = np.unique(np.searchsorted(recall, wanted).clip(0, max(0, len(recall) - 1)))
    return {'precision': precision[kept], 'recall': recall[kept]} if len(recall) else {
        'precision': [], 'recall': []}


def kinds(test: Split, rows: np.ndarray, truth: dict[str, ProductTruth]) -> dict[str, int]:
    """What pairs really are: how many are one product, colourways, near twins, of equal labels.

    Args:
        test: The split.
        rows: (m, 2) pairs.
        truth: From each product's id to its truth, as far as known.

    Returns:
        From each of :data:`KINDS` to its number of pairs.
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


def colourways(test: Split) -> int:
    """Number of pairs of different products of one design."""
    return int(pairs_of_one(test.groups) - test.total)


def mean_of_seeds(found: list[Figures], name: str) -> tuple[float, tuple[float, float]]:
    """Mean over the seeds, and its interval over groups: (value, (low, high))."""
    values = np.mean([one[name] for one in found], axis=0)
    return float(values[0]), tuple(np.quantile(values[1:], (0.025, 0.975)).tolist())


def record_of(name: str, which: str, found: list[Figures]) -> Figures:
    """The figures of a witness, means over the seeds with intervals over groups."""
    record = {'witness': name, 'pairs': 'all' if which == 'all' else 'of two retailers'}
    for key in FIGURES:
        value, interval = mean_of_seeds(found, key)
        record[key] = {'value': value, 'interval': interval,
                       'seeds': [float(one[key][0]) for one in found]}
    record['operating_points'] = [one['operating_point'] for one in found]
    record['curve'] = found[0]['curve']
    return record
