"""What a task is: one kind of label to predict of a product, such as its colour.

Every catalogue has the five of the article. Its header may declare further ones, such as pattern,
season, neckline or material; whatever handles tasks asks the catalogue which it has.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Collection, Iterable, Mapping

from fashion_models.errors import UserError

_NAME = re.compile('[a-z][a-z0-9_]*')
#: Names that stand beside those of tasks: in a training's log, in the index of a search.
_TAKEN = 'accuracy', 'file', 'groups', 'loss'
#: Joins several labels of one task in a text.
SEPARATOR = '|'


@dataclasses.dataclass(frozen=True)
class Task:
    """A task.

    Attributes:
        name (str): Lower-case letters, digits and underscores, as in ``'heel_height'``.
        title (str): The heading of its column in tables; made from the name where none is given.
        several (bool): Whether a product may have several labels, the first being *the* label.
        level (int): Its level in the taxonomy, from 0 for the widest, or None if it has none.

    Raises:
        ValueError: If the name is not of that form, or taken.
    """

    name: str
    title: str = ''
    several: bool = False
    level: int | None = None

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError(f'task: found {self.name!r}, expected a name of lower-case letters, '
                             'digits and underscores, such as heel_height')
        if self.name in _TAKEN:
            raise ValueError(f'task: found {self.name!r}, which is taken; choose another name')
        if not self.title:
            object.__setattr__(self, 'title', self.name.replace('_', ' ').capitalize())


#: The tasks of the article, which every catalogue has, by name.
DEFAULT_TASKS = {task.name: task for task in (
    Task('gender'),
    Task('colour', 'Color', several=True),
    Task('type', level=0),
    Task('category', level=1),
    Task('subcategory', level=2),
)}

#: Their names.
TASKS = tuple(DEFAULT_TASKS)

#: The names of those that form the taxonomy, from the widest to the narrowest.
LEVELS = tuple(task.name for task in DEFAULT_TASKS.values() if task.level is not None)


def with_further(tasks: Iterable[Task]) -> dict[str, Task]:
    """The default tasks and further ones, by name; ``several`` if any of the same name is."""
    found = dict(DEFAULT_TASKS)
    for task in tasks:
        if task.name not in DEFAULT_TASKS and not (
                task.name in found and found[task.name].several):
            found[task.name] = task
    return found


def tasks_of(header: Mapping) -> dict[str, Task]:
    """The default tasks and those that a header of embeddings names, by name.

    Args:
        header: Its ``tasks``, if any, say of each name whether a product may have several labels.

    Raises:
        ValueError: As of :class:`Task`.
    """
    return with_further(
        Task(name, several=several) for name, several in header.get('tasks', {}).items())


def further(tasks: Mapping[str, Task]) -> dict[str, Task]:
    """Those of some tasks that are not among the default ones, by name."""
    return {name: task for name, task in tasks.items() if name not in DEFAULT_TASKS}


def ordered(names: Collection[str]) -> list[str]:
    """Names of tasks, the default ones first and in their order, each once."""
    return [name for name in dict.fromkeys((*TASKS, *names)) if name in names]


def title_of(name: str) -> str:
    """The heading of a task's column in tables."""
    return DEFAULT_TASKS.get(name, Task(name)).title


def require(name: str, tasks: Iterable[str], where: str) -> None:
    """Makes sure that a task is one of some.

    Args:
        name: The task's name.
        tasks: The names that there are.
        where: What to say in front of the message.

    Raises:
        UserError: It is none of them.
    """
    tasks = list(tasks)
    if name not in tasks:
        raise UserError(f'{where}: there is no task {name!r}, only {", ".join(tasks)}')


def joined(labels: Iterable[str]) -> str:
    """Labels of one task as one text, the main one first; ``''`` if there are none."""
    return SEPARATOR.join(labels)


def parts(text: str) -> tuple[str, ...]:
    """The labels in what :func:`joined` made, without blanks at their ends and empty ones."""
    return tuple(part.strip() for part in text.split(SEPARATOR) if part.strip())
