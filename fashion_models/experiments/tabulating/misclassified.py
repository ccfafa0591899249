"""The tables of wrong answers: their causes, and the most frequent confusions."""

import numpy as np

from fashion_models.experiments.kit.results import Figures, Table
from fashion_models.experiments.measuring.error_causes import MARGIN, Answers

FREQUENT = 10   # confusions in the table, of each task


def cause_table(task: str, found: Figures) -> Table:
    """Where the errors of a task come from."""
    rows = [('all', found['products'], found['error_rate'].value, found['error_rate'].range(),
             None, None, None)]
    for kind, own in found['causes'].items():
        rate, share = own.get('error_rate'), own['share_of_errors']
        rows.append((
            kind, own.get('products'), rate.value if rate else None,
            rate.range() if rate else None, share.value, share.range(), own.get('by_chance')))
    for kind, name in (('the label is ranked second', 'label_is_second'),
                       (f'the label is less likely by {MARGIN} at most', 'small_margin')):
        rows.append((kind, None, None, None, found[name].value, found[name].range(), None))
    return Table(
        f'Wrong answers in {task}, test split: what they are, with 95 % intervals',
        ('the answer is', 'products', 'their error rate', 'interval', 'share of errors',
         'interval', 'by chance'), rows)


def confusion_table(answers: dict[str, Answers]) -> Table:
    """The most frequent errors of each task with more than two labels."""
    rows = []
    for task, own in answers.items():
        if len(own.names) < 3:
            continue
        matrix = own.confusion()
        errors = matrix * (1 - np.eye(len(matrix), dtype=int))
        pairs = np.argsort(-errors, axis=None, kind='stable')[:FREQUENT]
        for label, predicted in zip(*np.unravel_index(pairs, errors.shape)):
            if times := errors[label, predicted]:
                rows.append((
                    task, own.names[label], own.names[predicted],
                    f'{times / matrix[label].sum():.1%}', f'{times / errors.sum():.1%}'))
    return Table(
        'The most frequent confusions, test split, all seeds',
        ('task', 'label', 'predicted', "of the label's products", "of the task's errors"), rows)
