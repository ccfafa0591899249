"""Are several colours named where several are prominent, and one where there is one?

    python -m fashion_models.experiments.colours
    python -m fashion_models.experiments.colours --catalogue DIR --seeds 1

The article's network is taught one colour a product, and "can fail when multiple colors are
prominent". For the products of the test split, two ways to name more are compared:

* by parts: "fashion-models colour", which asks the network about one part of a picture at a time;
* by probabilities: the labels to which the network gives at least a quarter, and the likeliest.

For products of several colours, for those of one, and among the latter, where the catalogue says
so (truth.jsonl of the embedded one), for those whose shade lies between two names. Of each:

* first: how often the colour named first is one of the product's;
* several: how often more than one is named;
* precision and recall of the names, means over products.

Takes a minute beyond the training.
"""

import json
import sys

import numpy as np

from fashion_models.catalogue.split import split_of
from fashion_models.errors import UserError
from fashion_models.experiments import statistics
from fashion_models.experiments.arguments import command
from fashion_models.experiments.results import Table
from fashion_models.representation.colour import PROMINENT, colours
from fashion_models.representation.encoder import Encoder

SEVERAL, ONE, BETWEEN = 'several colours', 'one colour', 'one colour, between two names'
MEASURES = 'first', 'several', 'precision', 'recall'
PARTS, PROBABILITIES = 'by parts', 'by probabilities'


def by_probabilities(found):
    """The labels (tuple) to which the network gives a probability as high as a prominent share."""
    labels = list(found.probabilities)
    return tuple(labels[:1] + [
        label for label in labels[1:] if found.probabilities[label] >= PROMINENT])


def judge(named, true):
    """The measures of one product, in the order of ``MEASURES``.

    Args:
        named (tuple of str): What it is said to have, one or more.
        true (set of str): What it has, one or more.
    """
    right = len(true.intersection(named))
    return float(named[0] in true), float(len(named) > 1), right / len(named), right / len(true)


def known_colours(catalogue):
    """The test split's products whose colours are known.

    Returns:
        list of tuple: Id, group, image files, colours (set) and kind, one of the three above.
    """
    truth = {}
    file = catalogue.folder / 'truth.jsonl'
    if file.is_file():
        with open(file, encoding='utf-8') as lines:
            truth = {record['id']: record for record in map(json.loads, lines)}
    found = []
    for product in catalogue.products:
        if split_of(product.group) != 'test':
            continue
        record = truth.get(product.id)
        true = set(record['labels']['colour'] if record else product.colours)
        if true:
            between = record is not None and record['rival_colour'] is not None
            kind = SEVERAL if len(true) > 1 else BETWEEN if between else ONE
            files = [catalogue.image_file(image) for image in product.images]
            found.append((product.id, product.group, files, true, kind))
    return found


def experiment(settings, folder):
    """Returns figures and tables."""
    products = known_colours(settings.catalogue)
    if not products:
        raise UserError(
            f'{settings.catalogue.folder}: no product of the test split has a colour')
    scores = {PARTS: [], PROBABILITIES: []}     # (seeds, products, measures)
    for seed in settings.seeds:
        encoder = Encoder(settings.run('multi-image', seed))
        found = [colours(encoder, files) for _, _, files, _, _ in products]
        for way, name in ((PARTS, lambda one: one.prominent), (PROBABILITIES, by_probabilities)):
            scores[way].append([
                judge(name(one), true) for one, (_, _, _, true, _) in zip(found, products)])
    kinds = np.array([kind for *_, kind in products])
    groups = np.array([group for _, group, *_ in products])
    figures, rows = {'products': {}, 'kinds': {}}, []
    for kind in (SEVERAL, ONE, BETWEEN):
        chosen = kinds == kind
        if not chosen.any():
            continue
        figures['products'][kind] = int(chosen.sum())
        figures['kinds'][kind] = {way: {
            measure: statistics.accuracy(values[:, chosen, column], groups[chosen])
            for column, measure in enumerate(MEASURES)}
            for way, values in ((way, np.array(values)) for way, values in scores.items())}
        for way, own in figures['kinds'][kind].items():
            rows.append((f'{kind} ({chosen.sum()})', way, *(
                f'{own[measure].value:.3f} ({own[measure].range()})' for measure in MEASURES)))
    return figures, [Table(
        'Prominent colours, test split', ('products', 'named', *MEASURES), rows)]


def main(argv=None):
    """Runs the command; returns its exit status."""
    return command('colours', __doc__, experiment, argv)


if __name__ == '__main__':
    sys.exit(main())
