"""Draw chances that come out the same on every machine.

Only `random.Random.random()` is used: the standard library keeps its sequence from
one Python version to the next, while `choice` and `shuffle` may change.
"""

import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """A seeded source of chance; two with the same seed throw the same numbers.

    Example: Dice(7).pick("abc") gives the same letter today and next year.
    """

    def __init__(self, seed: int):
        self._random = random.Random(seed).random

    def chance(self, probability: float) -> bool:
        """Say yes with the given probability."""
        return self._random() < probability

    def below(self, n: int) -> int:
        """Throw a whole number from 0 to n - 1."""
        return int(self._random() * n)

    def between(self, low: int, high: int) -> int:
        """Throw a whole number from low to high, both included."""
        return low + int(self._random() * (high - low + 1))

    def pick(self, items: Sequence[T]) -> T:
        """Take one item; all are equally likely."""
        return items[int(self._random() * len(items))]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """Return the items in a new order (Fisher and Yates)."""
        deck = list(items)
        for last in range(len(deck) - 1, 0, -1):
            other = int(self._random() * (last + 1))
            deck[last], deck[other] = deck[other], deck[last]
        return deck

    def sample(self, items: Sequence[T], count: int) -> list[T]:
        """Take `count` different positions, in random order."""
        deck = list(items)
        for place in range(count):
            other = place + int(self._random() * (len(deck) - place))
            deck[place], deck[other] = deck[other], deck[place]
        return deck[:count]
