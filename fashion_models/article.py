"""The article's figures: accuracies by task, on its validation split.

They are looked up by task. Of a task that the article does not have there is none, which tables
show as ``-``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

#: All labels from all images of a product: the article's own network.
MULTI_TASK = {
    'gender': 0.886, 'colour': 0.675, 'type': 0.947, 'category': 0.661, 'subcategory': 0.485}
#: The same network, trained for one task alone; the article names two.
SINGLE_TASK = {'colour': 0.678, 'category': 0.662}
#: All labels from one image.
SINGLE_IMAGE = {
    'gender': 0.856, 'colour': 0.656, 'type': 0.930, 'category': 0.633, 'subcategory': 0.442}
#: Global accuracy once features of the text are added.
WITH_TEXT = 'above 0.800'
#: Numbers of classes; of the categories the article does not give the number.
CLASSES = {'gender': 2, 'colour': 16, 'type': 5, 'category': 30, 'subcategory': 158}


def row(figures: Mapping[str, float], tasks: Iterable[str]) -> list[float | None]:
    """The figures of some tasks, None of those that the article does not have."""
    return [figures.get(task) for task in tasks]


def comparable(tasks: Iterable[str]) -> bool:
    """Whether a mean over these tasks is one over the article's: over all five, and no other."""
    return set(tasks) == set(MULTI_TASK)


def mean(figures: Mapping[str, float], tasks: Iterable[str]) -> float | None:
    """Global accuracy, the article's "Multi-task" column; None beside a mean over other tasks."""
    return sum(figures.values()) / len(figures) if comparable(tasks) else None
