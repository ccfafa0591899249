"""How good a list of suspicious labels is: precision and recall by its length."""

import numpy as np

from fashion_models.experiments.kit import statistics
from fashion_models.experiments.kit.held_out import HeldOut
from fashion_models.experiments.kit.results import Figures
from fashion_models.experiments.measuring.label_truth import LabelTruth
from fashion_models.representation.audit import judge as audit
from fashion_models.representation.audit.judge import Judged
from fashion_models.representation.metrics import average_precision

#: Lengths of the list, as shares of the task's labels.
SHARES = 0.01, 0.02, 0.05, 0.1, 0.2
SUSPECTED = 'suspected'


def listed_length(order: np.ndarray, share: float) -> int:
    """The length of this share of a list."""
    return round(share * len(order))


def list_figures(answers: HeldOut, task: str, judged: Judged, truth: LabelTruth) -> Figures:
    """How good a task's list of suspicious labels is.

    Args:
        answers: The answers for all products.
        task: The task.
        judged: The list.
        truth: Which labels are wrong.

    Returns:
        ``lengths``: from each of :data:`SHARES`, and from ``'suspected'`` (the labels that cleanlab
        believes to be wrong), to the number of labels, precision and recall, with intervals over
        products. ``average_precision``: the mean of the precisions at each wrong label, for each
        way to rank; ``by_seed``: that of each seed's own list.
    """
    wrong = np.array([task in truth.wrong[id_] for id_ in answers.ids])
    t = answers.t[:, answers.vocabulary.tasks.index(task)]
    lists = {str(share): judged.order[:listed_length(judged.order, share)] for share in SHARES}
    lists[SUSPECTED] = np.flatnonzero(judged.suspected)

    def among(rows, others):
        """The share of rows that are among others."""
        if not len(rows) or not len(others):
            return None if not len(rows) else 0.0
        found = np.isin(rows, others).astype(np.float64)
        return statistics.accuracy(found[None], [answers.groups[row] for row in rows])

    def precision_of(other):
        """The average precision of a list; nan if no label is wrong."""
        return float(average_precision(wrong[other.order][np.newaxis])[0])

    rows_wrong = np.flatnonzero(wrong & (t >= 0))
    return {
        'labels': len(judged.order), 'wrong': len(rows_wrong),
        'lengths': {name: {'labels': len(rows), 'precision': among(rows, rows_wrong),
                           'recall': among(rows_wrong, rows)} for name, rows in lists.items()},
        'average_precision': {
            method: precision_of(audit.judge(answers.probabilities(task), t, method))
            for method in audit.METHODS},
        'by_seed': [
            precision_of(audit.judge(answers.probabilities(task, seed), t))
            for seed in range(len(answers.evaluations))],
        'found_after': np.flatnonzero(wrong[judged.order]) + 1}
