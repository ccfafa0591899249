"""The accuracy that a drawn catalogue allows at best: ``python -m fashion_models.drawn.bound DIR``.

Accuracy is measured against the labels that the catalogue gives, and some of those are wrong or one
of two that fit. The bound is the share of the products, by task and split, that a predictor gets
right which sees everything that is true of a product (the truth file) but not what its moderator
put down, and always gives the likeliest label. Two predictors, two bounds:

``labels``
    It knows the true labels, and gives them: of several colours the main one, of a shade between
    two colours the name that moderators prefer (they choose the other for 0.4 of them). So it is
    wrong where the catalogue's label is another: a mistake, or the shade's other name. A mistaken
    label is never as likely as the true one, so no predictor does better, save by luck or by having
    seen the product's labels.

``look-alikes``
    It also takes a near twin (a nightdress cut like a slip dress) for the subcategory that it is
    cut like, and gives the true label that is the commonest among all products of that look: the
    near twins, and the subcategory's own products. This assumes that nothing else tells them apart.
    A length or a fabric sometimes does, so a good network may end between the two bounds.

Not included, because the truth file does not tell how much they hide: views that show too little,
other garments in the picture, coloured walls, and clothes that look the same for women and men.

The bound counts the products at hand. It is not an expectation: another seed gives another.
"""

import argparse
import collections
import sys
from collections.abc import Iterable, Sequence

from fashion_models.catalogue.io import Catalogue, open_catalogue
from fashion_models.catalogue.records import Product
from fashion_models.catalogue.split import SPLITS, split_of
from fashion_models.catalogue.tasks import LEVELS, TASKS
from fashion_models.drawn.assortment import KINDS
from fashion_models.drawn.truth import TRUTH_FILE, ProductTruth, read_truth
from fashion_models.errors import UserError

#: The mean of all tasks.
GLOBAL = 'global'
LABELS, LOOK_ALIKES = 'labels', 'look-alikes'


def bounds(catalogue: Catalogue) -> dict[str, dict[str, dict[str, float]]]:
    """The best accuracy that a drawn catalogue allows.

    Args:
        catalogue: A drawn catalogue, with its truth file.

    Returns:
        From :data:`LABELS` and :data:`LOOK_ALIKES` to split to task, and :data:`GLOBAL`, to the
        share of the products whose label in the catalogue can be predicted. Splits without products
        are left out.

    Raises:
        UserError: The catalogue has no truth file, or that says nothing of one of its products.
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
    """The share of right predictions of each task; products without a label do not count."""
    shares = {}
    for task in TASKS:
        right = [product.label(task) == predict(truth, task)
                 for product, truth in pairs if product.label(task) is not None]
        if right:
            shares[task] = sum(right) / len(right)
    return {GLOBAL: sum(shares.values()) / len(shares), **shares}


def _look(truth: ProductTruth) -> str:
    """The subcategory whose cut a product has."""
    kind = truth.label('subcategory')
    return KINDS[kind].twin_of if truth.near_twin else kind


def _likeliest(truths: Iterable[ProductTruth]) -> dict[tuple[str, str], str]:
    """From a task and a look to the commonest true label of the products of that look."""
    counts = collections.defaultdict(collections.Counter)
    for truth in truths:
        for task in LEVELS:     # a cut says nothing of gender and colour
            counts[task, _look(truth)][truth.label(task)] += 1
    return {key: own.most_common(1)[0][0] for key, own in counts.items()}


def table(found: dict[str, dict[str, dict[str, float]]]) -> str:
    """The bounds as a text table: a row for each bound and split, a column for each task."""
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
