"""Class numbers and the labels that they stand for."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping

import numpy as np

from fashion_models.catalogue.records import Product
from fashion_models.errors import UnsuitableCatalogue, UserError
from fashion_models.files import atomic_write
from fashion_models.parsing import json_file

#: In place of a class number: the product has no label, or one that the vocabulary lacks.
MISSING, UNKNOWN = -1, -2


class Vocabulary:
    """The labels of each task, in the order of their class numbers.

    Args:
        labels (dict): From each task to its labels.
    """

    def __init__(self, labels: Mapping[str, Iterable[str]]) -> None:
        self.labels = {task: tuple(names) for task, names in labels.items()}
        self._numbers = {
            task: {name: number for number, name in enumerate(names)}
            for task, names in self.labels.items()}

    @classmethod
    def of(cls, products: Iterable[Product], tasks: Iterable[str]) -> Vocabulary:
        """The vocabulary of all labels that occur on ``products``, in alphabetical order.

        All splits count: a label that only the validation split has is one the model gets wrong,
        not one that is left out of its accuracy. A task of which no product has a label is left
        out.

        Raises:
            UnsuitableCatalogue: If no product has a label of any task.
        """
        found = {task: set() for task in tasks}
        for product in products:
            for task, names in found.items():
                names.add(product.label(task))
        labels = {task: sorted(names - {None}) for task, names in found.items()
                  if names - {None}}
        if not labels:
            raise UnsuitableCatalogue(
                f'no product of the catalogue has a label of {", ".join(found)}')
        return cls(labels)

    @classmethod
    def load(cls, path: str | os.PathLike) -> Vocabulary:
        """Reads what :meth:`save` wrote.

        Raises:
            UserError: The file holds something else.
        """
        try:
            labels = json_file(path)
            fits = all(_distinct(names) for names in labels.values())
        except (ValueError, AttributeError):
            fits = False
        if not fits:
            raise UserError(f'{path}: is damaged: expected, for each task, a list of its labels')
        return cls(labels)

    def save(self, path: str | os.PathLike) -> None:
        """Writes the vocabulary as JSON."""
        with atomic_write(path, 'w', encoding='utf-8') as file:
            json.dump(self.labels, file, ensure_ascii=False, indent=1)

    @property
    def tasks(self) -> tuple[str, ...]:
        """The tasks, in the order of the columns of t."""
        return tuple(self.labels)

    @property
    def classes(self) -> dict[str, int]:
        """From each task to its number of classes."""
        return {task: len(names) for task, names in self.labels.items()}

    def encode(self, product: Product) -> np.ndarray:
        """Class numbers of a product's labels.

        Returns:
            (tasks,) int32, :data:`MISSING` where the product has no label, :data:`UNKNOWN` where
            the vocabulary lacks it.
        """
        t = np.full(len(self.labels), MISSING, np.int32)
        for column, (task, numbers) in enumerate(self._numbers.items()):
            label = product.label(task)
            if label is not None:
                t[column] = numbers.get(label, UNKNOWN)
        return t

    def unknown(self, product: Product) -> dict[str, str]:
        """From tasks to those of a product's labels that the vocabulary lacks."""
        return {task: label for task, numbers in self._numbers.items()
                if (label := product.label(task)) is not None and label not in numbers}

    def others(self, product: Product) -> list[list[int]]:
        """Class numbers of what else is true of a product beside its labels, as other colours.

        Labels that the vocabulary does not know are left out: as no network of this vocabulary can
        answer with them, nothing depends on them.

        Returns:
            list of list of int: For each task, each number once, without that of the label itself.
        """
        return [
            [numbers[label] for label in dict.fromkeys(product.accepted(task)[1:])
             if label in numbers and label != product.label(task)]
            for task, numbers in self._numbers.items()]

    def __eq__(self, other):
        return isinstance(other, Vocabulary) and self.labels == other.labels

    __hash__ = None


def _distinct(names):
    """Whether these are labels of a task: at least one, no two the same, each a text."""
    return (isinstance(names, list) and bool(names)
            and all(isinstance(name, str) and name and name.encode() for name in names)
            and len(set(names)) == len(names))
