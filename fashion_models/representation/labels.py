"""The labels of all items of a file as numbers, to search among some of them only."""

import collections
import difflib
import re
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from fashion_models.catalogue.tasks import DEFAULT_TASKS, TASKS, Task, parts, require
from fashion_models.errors import UserError
from fashion_models.representation.embeddings import Item

_MOST_CHOICES = 40


def parse_where(texts: Iterable[str], tasks: Iterable[str] = TASKS) -> dict[str, str]:
    """Reads conditions such as ``gender=female,type=shoes``.

    Args:
        texts: Any number of conditions. A comma belongs to the label unless ``task=`` follows it.
        tasks: The names of the catalogue's tasks.

    Returns:
        Task to label.

    Raises:
        UserError: If one is not ``task=label``, or names an unknown task or one task twice.
    """
    where = {}
    for text in texts:
        for condition in re.split(r',(?=\s*\w+=)', text):
            task, _, label = (word.strip() for word in condition.partition('='))
            if not label:
                raise UserError(f'where {text}: expected TASK=LABEL, as in type=shoes')
            require(task, tasks, f'where {text}')
            if task in where:
                raise UserError(f'where {text}: {task} may be given once')
            where[task] = label
    return where


class Labels:
    """The labels and groups of n items.

    Attributes:
        names (dict): Task to the list of its labels; several labels of an item are one name, joined
            by ``|``.
        numbers (dict): Task to (n,) int32, the place of each item's label in that list, or -1 if it
            has none.
        groups (numpy.ndarray): (n,) int32, equal for items of one group.
        tasks (dict): Those of the catalogue, by name.
    """

    def __init__(self, names: dict[str, list[str]], numbers: dict[str, np.ndarray],
                 groups: np.ndarray, tasks: Mapping[str, Task] = DEFAULT_TASKS) -> None:
        self.names = names
        self.numbers = numbers
        self.groups = groups
        self.tasks = tasks

    @classmethod
    def of(cls, items: Sequence[Item], tasks: Mapping[str, Task] = DEFAULT_TASKS) -> 'Labels':
        """The labels of items."""
        known = {task: {} for task in tasks}
        groups_known = {}
        numbers = {task: np.full(len(items), -1, np.int32) for task in tasks}
        groups = np.empty(len(items), np.int32)
        for row, item in enumerate(items):
            groups[row] = groups_known.setdefault(item.group, len(groups_known))
            for task, label in item.labels.items():
                if task in known:
                    numbers[task][row] = known[task].setdefault(label, len(known[task]))
        return cls({task: list(names) for task, names in known.items()}, numbers, groups,
                   tasks)

    def allowed(self, where: Mapping[str, str | Sequence[str]]) -> np.ndarray:
        """Which items have all the given labels; if one has several of a task, any of them counts.

        Args:
            where: Task to label, or to several labels, any of which will do.

        Returns:
            (n,) bool.

        Raises:
            UserError: If there is no such task, or no item has one of the labels.
        """
        allowed = np.ones(len(self.groups), bool)
        for task, labels in where.items():
            require(task, self.tasks, 'where')
            fitting = [number for label in ([labels] if isinstance(labels, str) else labels)
                       for number in self._fitting(task, label)]
            allowed &= np.isin(self.numbers[task], fitting)
        return allowed

    def counts(self, task: str, allowed: np.ndarray) -> dict[str, int]:
        """How many of some items have each label of a task, the commonest first.

        Args:
            task: The task.
            allowed: (n,) bool, the items to count.
        """
        numbers = self.numbers[task][allowed]
        counts = np.bincount(numbers[numbers >= 0], minlength=len(self.names[task]))
        found = collections.Counter()
        for name, count in zip(self.names[task], counts.tolist()):
            found.update(dict.fromkeys(self._parts(task, name), count))
        return {label: count for label, count in sorted(
            found.items(), key=lambda pair: (-pair[1], pair[0])) if count}

    def _fitting(self, task, label):
        fitting = [number for number, name in enumerate(self.names[task])
                   if label in self._parts(task, name)]
        if not fitting:
            raise UserError(f'where {task}={label}: {self._choices(task, label)}')
        return fitting

    def _choices(self, task, label):
        choices = sorted({part for name in self.names[task] for part in self._parts(task, name)})
        if not choices:
            return f'no item has a {task}'
        shown = choices
        if len(choices) > _MOST_CHOICES:
            # Shops write Shoes where a person types shoes.
            folded = {choice.casefold(): choice for choice in reversed(choices)}
            close = difflib.get_close_matches(label.casefold(), folded, 5, 0.5)
            shown = [folded[name] for name in close] or choices[:_MOST_CHOICES]
        more = len(choices) - len(shown)
        return (f'no item has this {task}; there are {", ".join(shown)}'
                + (f' and {more} others' if more else ''))

    def _parts(self, task, name):
        return parts(name) if self.tasks[task].several else [name]
