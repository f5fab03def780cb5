"""A set of 64-bit numbers for the index of copies: a fourth of a Python set's memory.

Python keeps every number as an object of its own and a table with room to spare. Here
is one flat array with open addressing (Knuth, TAOCP 3, section 6.4): a number lies
where its low bits say, or in the next free place behind.
"""

from array import array
from collections.abc import Iterable, Iterator

FREE = 0  # marks a free place; the number 0 is kept apart
FULL = 0.6  # share of the places taken, beyond which the table is doubled


class NumberSet:
    """Remember numbers from 0 to 2**64 - 1 that are hashes: their low bits are random.

    Example: seen = NumberSet(); seen.update([7]); 7 in seen -> True
    """

    def __init__(self) -> None:
        self._places = array("Q", [FREE]) * 64
        self._has_zero = False
        self._count = 0

    def __len__(self) -> int:
        return self._count + self._has_zero

    def __iter__(self) -> Iterator[int]:
        if self._has_zero:
            yield 0
        yield from (number for number in self._places if number != FREE)

    def __contains__(self, number: int) -> bool:
        if number == FREE:
            return self._has_zero
        return self._places[self._place(number)] == number

    @property
    def n_bytes(self) -> int:
        """What the table takes."""
        return self._places.itemsize * len(self._places)

    def update(self, numbers: Iterable[int]) -> None:
        """Add numbers; those that are there already change nothing."""
        for number in numbers:
            if number == FREE:
                self._has_zero = True
                continue
            place = self._place(number)
            if self._places[place] == FREE:
                self._places[place] = number
                self._count += 1
                if self._count > FULL * len(self._places):
                    self._double()

    def _place(self, number: int) -> int:
        """Find where a number lies, or the free place where it would."""
        places, mask = self._places, len(self._places) - 1
        place = number & mask
        while places[place] != FREE and places[place] != number:
            place = (place + 1) & mask
        return place

    def _double(self) -> None:
        old = self._places
        self._places = array("Q", [FREE]) * (2 * len(old))
        for number in old:
            if number != FREE:
                self._places[self._place(number)] = number
