"""What texts add where they are new: on products whose whole text no training product has.

Catalogues name many products alike. Where a training product has the very same text, to answer from
texts is to look up, and groups do not keep the two apart: they hold what is the same product.
"""

from collections.abc import Sequence

import numpy as np

from fashion_models.experiments.kit.results import Figures
from fashion_models.experiments.measuring.ambiguous_products import FEWEST_PRODUCTS, compare
from fashion_models.training.evaluation import Evaluation


def unseen_texts(
        answers: dict[str, list[Evaluation]], texts: Sequence[str], training: Sequence[str],
        tasks: Sequence[str], groups: Sequence[str]) -> Figures:
    """The share of products whose text is new, and the figures of these.

    Texts that differ in case and blanks only count as the same.

    Args:
        answers: From each way to its evaluations, one a seed.
        texts: (products,)
        training: Those of the training products.
        tasks: Names of the tasks.
        groups: (products,)

    Returns:
        ``share``, and the figures of :func:`.compare` if there are enough of them, but not if all
        are new.
    """
    known = set(map(_plain, training))
    rows = np.flatnonzero([_plain(text) not in known for text in texts])
    figures = {'share': len(rows) / len(texts)}
    if FEWEST_PRODUCTS <= len(rows) < len(texts):
        figures |= compare(
            {way: [one.of_rows(rows) for one in of_seeds] for way, of_seeds in answers.items()},
            tasks, [groups[row] for row in rows])
    return figures


def _plain(text):
    return ' '.join(text.casefold().split())
