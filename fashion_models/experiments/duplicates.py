"""Listings of one product: how many are found, how precisely, by pictures and by texts.

    python -m fashion_models.experiments.duplicates
    python -m fashion_models.experiments.duplicates --catalogue DIR --seeds 1

A catalogue in which products have several listings knows which listings are one product. Each
listing of its validation and test split is embedded alone, as if that were not known. A calibration
is learnt on the validation split and measured on the test split, over all pairs and over those of
two retailers. Hard negatives are the colourways of a design, which are different products, and, in
the embedded catalogue, products that are cut like another kind.

Pairs of pictures' neighbours are judged by pictures alone or by both witnesses; texts alone judge
pairs that are neighbours by their words. ``cosine`` is the plain cosine of the vectors,
without whitening and margin (:mod:`fashion_models.representation.duplicates.evidence`).

The operating point is the lowest threshold with which the validation split's pairs had a precision
of 0.95, if there is one.

Writes ``precision-recall.png`` and ``calibration.json``, the calibration of the first seed, which
``fashion-models duplicates --calibration`` reads.

Time: one training a seed, shared with other experiments; then half a minute of processor time a
seed for 1,500 listings a split.
"""

import pathlib
import sys
import tempfile
from collections.abc import Sequence

import numpy as np

from fashion_models.catalogue.split import split_of
from fashion_models.drawn.truth import read_truth
from fashion_models.errors import UnsuitableCatalogue
from fashion_models.experiments.drawing.precision_recall import draw_curves
from fashion_models.experiments.kit.command import command
from fashion_models.experiments.kit.results import Figures, Table
from fashion_models.experiments.kit.settings import Settings
from fashion_models.experiments.measuring.listing_pairs import (
    PRECISION,
    Split,
    colourways,
    judged,
    kinds,
    measure,
    record_of,
)
from fashion_models.experiments.measuring.requirements import require_scikit_learn
from fashion_models.experiments.tabulating.listing_pairs import pair_tables
from fashion_models.representation.duplicates.calibration import LEAST
from fashion_models.representation.duplicates.labelled import calibrate_on
from fashion_models.representation.duplicates.pairs import of_two_retailers
from fashion_models.representation.embed import embed
from fashion_models.representation.encoder import Encoder

SPLITS = ('validation', 'test')
DRAWS = 200
QUICK_DRAWS = 20


def _splits(settings, run, folder):
    """The listings of the validation and of the test split, embedded by a run into a folder."""
    encoder = Encoder(run, device=run.devices)
    return [Split(embed(
        encoder, settings.catalogue, pathlib.Path(folder, f'{split}.embeddings'), 'listing', split))
        for split in SPLITS]


def _require_listings(catalogue):
    """Raises :class:`.UnsuitableCatalogue` if no product of a split has two listings."""
    several = {split_of(product.group) for product in catalogue.products
               if sum(bool(listing.images) for listing in product.listings) > 1}
    for split in SPLITS:
        if split not in several:
            raise UnsuitableCatalogue(
                f'{catalogue.folder}: no product of its {split} split has two listings, so that no '
                'pair is known to be one product')


def _require_pairs(catalogue, validation):
    """Raises :class:`.UnsuitableCatalogue` if too few pairs are there to calibrate on."""
    found = int(validation.same.sum())
    if found < LEAST:
        raise UnsuitableCatalogue(
            f'{catalogue.folder}: among neighbours in its validation split {found} pairs are one '
            f'product, expected {LEAST} or more')


def experiment(settings: Settings, folder: pathlib.Path) -> tuple[Figures, list[Table]]:
    """Returns figures and tables; writes the picture and the calibration."""
    # Before anything is trained.
    require_scikit_learn()
    _require_listings(settings.catalogue)
    settings.networks = len(settings.seeds)
    truth = read_truth(settings.catalogue.folder)
    rng = np.random.default_rng(0)
    draws = None
    measured, called, calibrations = {}, {}, []
    for run in settings.seeds_of('multi-image'):
        with tempfile.TemporaryDirectory() as scratch:
            validation, test = _splits(settings, run, scratch)
            _require_pairs(settings.catalogue, validation)
            calibration = calibrate_on(validation.embeddings)
            if draws is None:
                groups = test.groups.max() + 1
                draws = rng.multinomial(
                    groups, np.full(groups, 1 / groups), QUICK_DRAWS if settings.quick else DRAWS)
                calibration.save(folder / 'calibration.json')
            for name, (rows, scores, threshold) in judged(validation, test, calibration).items():
                across = of_two_retailers(rows, test.retailers)
                measured.setdefault((name, 'all'), []).append(
                    measure(test, rows, scores, threshold, draws))
                measured.setdefault((name, 'two'), []).append(
                    measure(test, rows[across], scores[across], threshold, draws, across=True))
                if name != 'cosine':
                    called.setdefault(name, []).append(kinds(test, rows[scores >= 0.5], truth))
            calibrations.append(calibration)
    figures = {
        'precision': PRECISION,
        'listings': {'validation': len(validation.items), 'test': len(test.items)},
        'pairs_of_one_product': {'validation': validation.total, 'test': test.total},
        'colourway_pairs_in_test': colourways(test),
        'witnesses': [record_of(name, which, found) for (name, which), found in measured.items()],
        'called_one_product_at_0.5': called,
        'weights': [{name: dict(zip(model.features, model.weights))
                     for name, model in calibration.models.items()}
                    for calibration in calibrations]}
    draw_curves(measured, folder / 'precision-recall.png')
    return figures, pair_tables(measured, called, test)


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit status."""
    return command('duplicates', __doc__, experiment, argv)


if __name__ == '__main__':
    sys.exit(main())
