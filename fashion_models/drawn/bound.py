"""The best accuracy that a drawn catalogue allows: ``python -m fashion_models.drawn.bound DIR``.

Accuracy is measured against the catalogue's labels, and some of those are wrong, or one of two that
fit. A bound is the accuracy, by task and split, of a predictor that knows everything true of a
product (the truth file) except the moderator's choice, and always gives the likeliest label. There
are two such predictors:

``labels``
    Gives the true labels: of several colours the main one, of a shade between two colours the name
    that moderators prefer (they choose the other one 40 % of the time). It is wrong where the
    catalogue has a mistake or the shade's other name. A mistake is never as likely as the true
    label, so no predictor does better, except by luck or by having seen the product's labels.

``look-alikes``
    Also mistakes a near twin (a nightdress cut like a slip dress) for the subcategory that it looks
    like, and gives the most frequent true label among all products of that look: the near twins and
    the subcategory's own products. This assumes that nothing else tells them apart. Length or
    fabric sometimes does, so a good network may end up between the two bounds.

Views that show too little, other garments in the picture, coloured walls, and clothes that look the
same for women and men are left out, because the truth file does not say how much they hide.

The bounds count the products at hand; they are no expectation, and change with the seed.
"""

import argparse
import collections
import sys
from collections.abc import Iterable, Sequence

from fashion_models.catalogue.io import TRUTH_FILE, Catalogue, open_catalogue
from fashion_models.catalogue.records import Product
from fashion_models.catalogue.split import SPLITS, split_of
from fashion_models.catalogue.tasks import LEVELS, TASKS
from fashion_models.drawn.assortment import KINDS
from fashion_models.drawn.truth import ProductTruth, read_truth
from fashion_models.errors import UserError

#: The mean of all tasks.
GLOBAL = 'global'
LABELS, LOOK_ALIKES = 'labels', 'look-alikes'


def bounds(catalogue: Catalogue) -> dict[str, dict[str, dict[str, float]]]:
    """The best accuracy that a drawn catalogue allows.

    Args:
        catalogue: A drawn catalogue, with its truth file.

    Returns:
        The share of products whose catalogue label can be predicted, by predictor
        (:data:`LABELS`, :data:`LOOK_ALIKES`), split and task (or :data:`GLOBAL`). Splits without
        products are left out.

    Raises:
        UserError: The catalogue has no truth file, or one of its products is missing from it.
    """
    products = list(catalogue.products)
    truths = read_truth(catalogue.folder, [product.id for product in products])
    if not truths:
        raise UserError(f'{catalogue.folder}: found no {TRUTH_FILE}, expected a drawn catalogue')
    pairs = [(product, truths[product.id]) for product in products]
    likeliest = _likeliest(truth for _, truth in pairs)
    predictors = {
        LABELS: lambda truth, task: truth.label(task),
        LOOK_ALIKES: lambda truth, task: likeliest.get((task, _look(truth)), truth.label(task))}
    found = {}
    for name, predict in predictors.items():
        found[name] = {}
        for split in SPLITS:
            own = [pair for pair in pairs if split_of(pair[0].group) == split]
            if own:
                found[name][split] = _accuracies(own, predict)
    return found


def _accuracies(pairs: Sequence[tuple[Product, ProductTruth]], predict) -> dict[str, float]:
    """The share of right predictions, by task; products without a label do not count."""
    shares = {}
    for task in TASKS:
        right = [product.label(task) == predict(truth, task)
                 for product, truth in pairs if product.label(task) is not None]
        if right:
            shares[task] = sum(right) / len(right)
    return {GLOBAL: sum(shares.values()) / len(shares), **shares}


def _look(truth: ProductTruth) -> str:
    """The subcategory that a product looks like."""
    kind = truth.label('subcategory')
    return KINDS[kind].twin_of if truth.near_twin else kind


def _likeliest(truths: Iterable[ProductTruth]) -> dict[tuple[str, str], str]:
    """The most frequent true label of the products of a look, by task and look."""
    counts = collections.defaultdict(collections.Counter)
    for truth in truths:
        for task in LEVELS:     # the look says nothing about gender and colour
            counts[task, _look(truth)][truth.label(task)] += 1
    return {key: own.most_common(1)[0][0] for key, own in counts.items()}


def table(found: dict[str, dict[str, dict[str, float]]]) -> str:
    """The bounds as a text table, with a row per bound and split and a column per task."""
    tasks = list(next(iter(found[LABELS].values())))
    lines = [f'{"bound":12}{"split":12}' + ''.join(f'{task:>13}' for task in tasks)]
    for name, splits in found.items():
        for split, shares in splits.items():
            lines.append(f'{name:12}{split:12}' + ''.join(f'{shares[task]:13.3f}'
                                                          for task in tasks))
    return '\n'.join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the bounds of a catalogue; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog='python -m fashion_models.drawn.bound',
        description='Prints the best accuracy that a drawn catalogue allows, by task and split.')
    parser.add_argument('catalogue', metavar='DIR', help='folder of the drawn catalogue')
    try:
        print(table(bounds(open_catalogue(parser.parse_args(arguments).catalogue))))
    except UserError as error:
        parser.error(str(error))
    return 0


if __name__ == '__main__':
    sys.exit(main())
