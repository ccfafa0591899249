"""Are several colours named where several are prominent, and one where there is one?

    python -m fashion_models.experiments.colours
    python -m fashion_models.experiments.colours --catalogue DIR --seeds 1

The article's network is taught one colour a product, and "can fail when multiple colors are
prominent"; "both are correct but we do not currently account for multiple colour labels". Where the
catalogue has products of several colours, a second network is taught to take any of them for right
(``accepted = "all"`` in the recipe), all else being the same. Both are evaluated by the catalogue's
labels in two ways: strictly, where only a product's first colour counts, as in all other tables,
and where any of its colours counts. Differences are paired, with 95 % intervals over
groups of products and over seeds (:mod:`~fashion_models.experiments.kit.statistics`).

For the products of the test split, two ways to name more than one colour are compared:

* by parts: ``fashion-models colour``, which asks the network about one part of a picture at a time;
* by probabilities: the labels to which the network gives at least a quarter, and the likeliest.

For products of several colours, for those of one, and among the latter, where the catalogue says
so (``truth.jsonl`` of the embedded one), for those whose shade lies between two names. Of each:

* first: how often the colour named first is one of the product's;
* several: how often more than one is named;
* precision and recall of the names, means over products.

Time: two trainings a seed, one of which ``main_table`` shares, and a minute or two.
"""


import operator
import pathlib
import sys
from collections.abc import Sequence

import numpy as np

from fashion_models.catalogue.io import Catalogue
from fashion_models.catalogue.split import split_of
from fashion_models.data.prepare import prepare
from fashion_models.data.products import ALL, FIRST, ProductSet
from fashion_models.data.store import ImageStore
from fashion_models.drawn.truth import read_truth
from fashion_models.errors import UnsuitableCatalogue
from fashion_models.experiments.kit import pictures, predictions, statistics
from fashion_models.experiments.kit.command import command
from fashion_models.experiments.kit.results import Figures, Table
from fashion_models.experiments.kit.settings import Settings
from fashion_models.representation.colour import PROMINENT, colours
from fashion_models.representation.encoder import Encoder
from fashion_models.training.run import Run

SEVERAL, ONE, BETWEEN = 'several colours', 'one colour', 'one colour, between two names'
MEASURES = 'first', 'several', 'precision', 'recall'
PARTS, PROBABILITIES = 'by parts', 'by probabilities'
#: What networks are taught of a product, and what recipes call it.
TAUGHT_FIRST, TAUGHT_ALL = 'the first colour', 'any of its colours'
TAUGHT = {TAUGHT_FIRST: FIRST, TAUGHT_ALL: ALL}
STRICT, ACCEPTED = 'only the first colour', 'any of its colours'
EVERY = 'all products'


def by_probabilities(found: dict) -> tuple[str, ...]:
    """The labels (tuple) to which the network gives a probability as high as a prominent share."""
    labels = list(found.probabilities)
    return tuple(labels[:1] + [
        label for label in labels[1:] if found.probabilities[label] >= PROMINENT])


WAYS = {PARTS: operator.attrgetter('prominent'), PROBABILITIES: by_probabilities}


def judge(named: tuple[str, ...], true: set[str]) -> tuple[float, float, float, float]:
    """The measures of one product, in the order of ``MEASURES``.

    Args:
        named (tuple of str): What it is said to have, one or more.
        true (set of str): What it has, one or more.
    """
    right = len(true.intersection(named))
    return float(named[0] in true), float(len(named) > 1), right / len(named), right / len(true)


def known_colours(catalogue: Catalogue, store: ImageStore) -> list[tuple]:
    """The test split's products whose colours are known.

    Args:
        catalogue (~fashion_models.catalogue.io.Catalogue): The products.
        store (~fashion_models.data.store.ImageStore): Their images.

    Returns:
        list of tuple: Id, group, image files, colours (set) and kind, one of the three above.
    """
    readable = pictures.readable_files(catalogue, store, {
        product.id for product in catalogue.products if split_of(product.group) == 'test'})
    truth = read_truth(catalogue.folder)
    found = []
    for product in catalogue.products:
        if product.id not in readable:
            continue
        record = truth.get(product.id)
        true = set(record.colours if record else product.colours)
        if true:
            between = record is not None and record.rival_colour is not None
            kind = SEVERAL if len(true) > 1 else BETWEEN if between else ONE
            found.append((product.id, product.group, readable[product.id], true, kind))
    return found


def experiment(settings: Settings, folder: pathlib.Path) -> tuple[Figures, list[Table]]:
    """Runs the experiment; see :func:`~fashion_models.experiments.kit.command.command`."""
    products = known_colours(
        settings.catalogue, prepare(settings.catalogue, settings.recipe.data.shorter_side))
    if not products:
        raise UnsuitableCatalogue(
            f'{settings.catalogue.folder}: no product of the test split has a colour')
    several = any(len(product.colours) > 1 for product in settings.catalogue.products)
    settings.networks = len(settings.seeds) * (2 if several else 1)
    kinds = {
        taught: (f'multi-image-{accepted}', settings.recipe.replace(training__accepted=accepted))
        for taught, accepted in TAUGHT.items() if several or accepted == FIRST}
    settings.train([(*kind, None) for kind in kinds.values()])
    runs = {taught: settings.seeds_of(*kind) for taught, kind in kinds.items()}
    figures, tables = named_figures(runs, products)
    if several:
        test = settings.products(runs[TAUGHT_FIRST][0].recipe)['test']
        figures['right'] = right_figures(runs, test)
        tables.append(right_table(figures['right']))
    return figures, tables


def named_figures(runs: dict[str, list[Run]], products: list[tuple]) -> tuple[Figures, list[Table]]:
    """How well the colours of products are named.

    Args:
        runs: From what networks were taught to their runs, one a seed.
        products: As :func:`known_colours` returns them.
    """
    kinds = np.array([kind for *_, kind in products])
    groups = np.array([group for _, group, *_ in products])
    chosen = {kind: own for kind in (SEVERAL, ONE, BETWEEN) if (own := kinds == kind).any()}
    figures = {
        'products': {kind: int(own.sum()) for kind, own in chosen.items()},
        'kinds': {kind: {taught: {} for taught in runs} for kind in chosen}}
    for taught, of_seeds in runs.items():
        scores = {way: [] for way in WAYS}      # (seeds, products, measures)
        for run in of_seeds:
            encoder = Encoder(run, device=run.devices)
            found = [colours(encoder, files) for _, _, files, _, _ in products]
            for way, name in WAYS.items():
                scores[way].append([
                    judge(name(one), true) for one, (_, _, _, true, _) in zip(found, products)])
        for kind, own in chosen.items():
            figures['kinds'][kind][taught] = {way: {
                measure: statistics.accuracy(values[:, own, column], groups[own])
                for column, measure in enumerate(MEASURES)}
                for way, values in ((way, np.array(values)) for way, values in scores.items())}
    rows = [
        (f'{kind} ({figures["products"][kind]})', taught, way, *(
            f'{own[measure].value:.3f} ({own[measure].range()})' for measure in MEASURES))
        for kind, of_kind in figures['kinds'].items()
        for taught, ways in of_kind.items() for way, own in ways.items()]
    return figures, [Table(
        'Prominent colours, test split', ('products', 'taught', 'named', *MEASURES), rows)]


def right_figures(runs: dict[str, list[Run]], products: ProductSet) -> Figures:
    """How often networks answer with a right colour: the product's first, or any of its colours.

    Args:
        runs: As in :func:`named_figures`, taught in both ways.
        products: The products to classify.

    Returns:
        For all products, and for those of several colours: their number, and, for each way of
        counting, the accuracy of each kind of network and the difference.
    """
    column = runs[TAUGHT_FIRST][0].vocabulary.tasks.index('colour')
    several = (products.others[:, column] >= 0).any(axis=1)
    answers = {taught: [predictions.evaluate_run(run, products) for run in of_seeds]
               for taught, of_seeds in runs.items()}
    figures = {}
    for whose, rows in ((EVERY, products.t[:, column] >= 0), (SEVERAL, several)):
        if not rows.any():
            continue
        groups = np.array(products.groups)[rows]
        figures[whose] = {'products': int(rows.sum())}
        for counts, others in ((STRICT, None), (ACCEPTED, products.others)):
            right = {taught: predictions.correct(evaluations, others)[:, rows, column]
                     for taught, evaluations in answers.items()}
            figures[whose][counts] = {
                'accuracy': {taught: statistics.accuracy(own, groups)
                             for taught, own in right.items()},
                'difference': statistics.difference(
                    right[TAUGHT_ALL], right[TAUGHT_FIRST], groups)}
    return figures


def right_table(figures: Figures) -> Table:
    """The figures of :func:`right_figures` as a table."""
    return Table(
        'Accuracy of colour, test split, by what counts as right and by what the network was '
        'taught; differences with 95 % intervals',
        ('products', 'right is', *(f'taught {taught}' for taught in TAUGHT), 'difference'),
        [(f'{whose} ({of_whose["products"]})', counts,
          *(of_whose[counts]['accuracy'][taught].value for taught in TAUGHT),
          of_whose[counts]['difference'])
         for whose, of_whose in figures.items() for counts in (STRICT, ACCEPTED)])


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit status."""
    return command('colours', __doc__, experiment, argv)


if __name__ == '__main__':
    sys.exit(main())
