"""Random numbers that are the same on every machine, Python and NumPy version.

Of Python's :class:`random.Random` only ``random()`` after seeding with a string is promised to stay
as it is; ``choice``, ``shuffle`` and the distributions have changed before. So those are written
here, on top of ``random()``.
"""

import random
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

T = TypeVar('T')


class Dice:
    """A stream of random numbers named by what it is for, such as ``Dice(seed, 'product', 17)``.

    Two streams with different names are independent, so one product can be drawn without drawing
    those before it.
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
        """A float around 0 with standard deviation ``spread``, never beyond 2.5 of them.

        The sum of three uniform numbers, which needs no logarithm whose last bit a C library may
        round its own way.
        """
        return 2.0 * spread * (self._random() + self._random() + self._random() - 1.5)

    def below(self, n: int) -> int:
        """An integer in [0, n)."""
        return int(self._random() * n)

    def choice(self, items: Sequence[T]) -> T:
        """One of a sequence, all equally likely."""
        return items[self.below(len(items))]

    def weighted(self, weights: Mapping[T, float]) -> T:
        """A key of the dict ``weights``, as likely as its value says."""
        left = self._random() * sum(weights.values())
        for key, weight in weights.items():
            left -= weight
            if left < 0:
                return key
        return key

    def shuffled(self, items: Iterable[T]) -> list[T]:
        """The items as a new list in random order."""
        items = list(items)
        for last in range(len(items) - 1, 0, -1):
            other = self.below(last + 1)
            items[last], items[other] = items[other], items[last]
        return items
