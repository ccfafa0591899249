"""The article's table: global accuracy and that of each task."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from fashion_models.catalogue.tasks import title_of


def accuracy_table(rows: Mapping[str, Iterable[float | None]], tasks: Sequence[str]) -> str:
    """Rows of accuracies under the article's headings, as plain text.

    Args:
        rows: From each row's title to its accuracies: over all tasks (see :func:`with_mean`), the
            article's "Multi-task", then in the order of ``tasks``. Where there is none (nan or
            None) it shows ``-``.
        tasks: Headings.
    """
    headings = ['Multi-task', *(f'{title_of(task):>5}' for task in tasks)]  # as wide as 0.123
    margin = max(map(len, rows))
    lines = [' ' * margin + ''.join(f'  {heading}' for heading in headings)]
    for name, accuracies in rows.items():
        cells = (
            f'  {f"{value:.3f}" if _known(value) else "-":>{len(heading)}}'
            for value, heading in zip(accuracies, headings))
        lines.append(f'{name:{margin}}' + ''.join(cells))
    return '\n'.join(lines)


def with_mean(accuracies: Iterable[float | None]) -> list[float | None]:
    """Accuracies of tasks after their mean, the article's "Multi-task"; nan and None left out."""
    accuracies = list(accuracies)
    known = list(filter(_known, accuracies))
    return [sum(known) / len(known) if known else math.nan, *accuracies]


def _known(value):
    return value is not None and not math.isnan(value)
