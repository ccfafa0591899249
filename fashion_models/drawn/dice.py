"""Random numbers that do not depend on the machine or the versions of Python and NumPy.

Python guarantees only that :class:`random.Random`, seeded with a string, keeps giving the same
``random()``; ``choice``, ``shuffle`` and the distributions have changed before. They are therefore
written here, on top of ``random()``.
"""

import random
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

T = TypeVar('T')


class Dice:
    """A stream of random numbers, named after its purpose: ``Dice(seed, 'product', 17)``.

    Streams of different names are independent, so one product can be drawn without those before
    it.
    """

    def __init__(self, *name: object):
        self.name = name
        self._random = random.Random('/'.join(str(part) for part in name)).random

    def chance(self, probability: float) -> bool:
        """True with the given probability."""
        return self._random() < probability

    def uniform(self, low: float = 0.0, high: float = 1.0) -> float:
        """A float in [low, high)."""
        return low + (high - low) * self._random()

    def bell(self, spread: float) -> float:
        """A float around 0 with standard deviation ``spread``, never more than 3 of them away.

        A sum of three uniform numbers, because C libraries round logarithms differently.
        """
        return 2.0 * spread * (self._random() + self._random() + self._random() - 1.5)

    def below(self, n: int) -> int:
        """An integer in [0, n)."""
        return int(self._random() * n)

    def choice(self, items: Sequence[T]) -> T:
        """An item of a sequence, each as likely as the others."""
        return items[self.below(len(items))]

    def weighted(self, weights: Mapping[T, float]) -> T:
        """A key of ``weights``, with a probability proportional to its value."""
        left = self._random() * sum(weights.values())
        for key, weight in weights.items():
            left -= weight
            if left < 0:
                return key
        return key

    def shuffled(self, items: Iterable[T]) -> list[T]:
        """The items in random order, as a new list."""
        items = list(items)
        for last in range(len(items) - 1, 0, -1):
            other = self.below(last + 1)
            items[last], items[other] = items[other], items[last]
        return items
