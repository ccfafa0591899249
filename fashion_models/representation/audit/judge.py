"""Which labels of a catalogue are probably wrong, according to networks that never saw them.

A network trained on a wrong label may have learned it by heart. So the probabilities here are out
of sample: each product is judged by a network trained without it and its group. Confident learning
(Northcutt, Jiang and Chuang, "Confident learning: estimating uncertainty in dataset labels", 2021),
by the library cleanlab, then finds the suspicious labels, task by task.
"""

import dataclasses
import warnings

import numpy as np

from fashion_models.optional import require

#: How labels are ranked, the most suspicious first: by their probability, cleanlab's default. The
#: margin to the likeliest other label, which it also offers, found fewer of the wrong colours
#: planted in fashion-product-images (average precision 0.51 against 0.70): it puts first those for
#: which the network is surest of another label; with two close shades it often is, and wrongly.
METHOD = 'self_confidence'
METHODS = METHOD, 'normalized_margin', 'confidence_weighted_entropy'


@dataclasses.dataclass(frozen=True)
class Judged:
    """The labels of one task, judged.

    Attributes:
        order (numpy.ndarray): The rows of all labelled products, the most suspicious label first.
        suspected (numpy.ndarray): (products,) bool, the labels that confident learning finds wrong.
            Their number is an estimate of how many are.
        suggested (numpy.ndarray): (products,) the likeliest class other than the label.
    """

    order: np.ndarray
    suspected: np.ndarray
    suggested: np.ndarray


def judge(probabilities: np.ndarray, t: np.ndarray, method: str = METHOD) -> Judged:
    """Judges the labels of one task.

    Args:
        probabilities: (products, classes), out of sample.
        t: (products,) the labels, -1 where there is none.
        method: One of :data:`METHODS`.

    Raises:
        UserError: If cleanlab is not installed.
    """
    find_label_issues = _cleanlab('filter').find_label_issues
    get_label_quality_scores = _cleanlab('rank').get_label_quality_scores
    rows = np.flatnonzero(t >= 0)
    suspected = np.zeros(len(t), bool)
    suggested = probabilities.copy()
    suggested[rows, t[rows]] = -1
    # In float32 the sums differ from 1 by more than cleanlab allows.
    known = probabilities[rows].astype(np.float64)
    known /= known.sum(axis=1, keepdims=True)
    if len(rows) and probabilities.shape[1] > 1:    # a label without an alternative cannot be wrong
        with warnings.catch_warnings():
            # About classes of hardly any products; the documentation names them.
            warnings.filterwarnings('ignore', 'May not flag all label issues', UserWarning)
            suspected[rows] = find_label_issues(t[rows], known, n_jobs=1)
        scores = get_label_quality_scores(t[rows], known, method=method)
        rows = rows[np.argsort(scores, kind='stable')]
    return Judged(rows, suspected, suggested.argmax(axis=1))


def require_cleanlab() -> None:
    """Raises UserError if cleanlab is not installed: to be called before anything is trained."""
    _cleanlab('filter')


def _cleanlab(module):
    return require(f'cleanlab.{module}', extra='audit', purpose='an audit of labels')
