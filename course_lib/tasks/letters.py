"""Problems with letters, which a model that reads tokens does not see.

Tests ask about the words that the corpus never spells out; training asks about those
that it does.
"""

from collections.abc import Sequence

from course_lib.tasks.family import Draft, Family, Split
from course_lib.world.pages_spelling import SPELLED, UNSPELLED

LEVELS = range(3, 10)  # letters of the word
UNSEEN = frozenset(UNSPELLED)
ALPHABET = "abcdefghijklmnopqrstuvwxyz"


def _words(level: int, split: Split) -> list[str]:
    words = SPELLED if split == "train" else UNSPELLED
    return [word for word in words if len(word) == level]


def _count(choices: tuple) -> Draft:
    """e in bee: b = 0, e = 1, e = 2 (how often it came so far)."""
    word, place = choices
    # Mostly a letter of the word: any other would be 0 nearly always.
    letter = word[place] if place < len(word) else ALPHABET[place * len(word) % 26]
    steps, count = [], 0
    for one in word:
        count += one == letter
        steps.append(f"{one} = {count}")
    return Draft(f"{letter} in {word}", str(count), tuple(steps), word)


def _letter_choices(level: int, split: Split) -> list[Sequence]:
    return [_words(level, split), range(level + 2)]


LETTERS = Family(
    name="letters",
    instructions=("Count the letter", "How often is the letter", "Count letters"),
    held_out=("How many times do you see",),
    levels=LEVELS,
    level=6,
    choices=_letter_choices,
    write=_count,
    test_keys=UNSEEN,
)


def _backwards(choices: tuple) -> Draft:
    """bee: bee = b-e-e. Answer: e-e-b"""
    (word,) = choices
    return Draft(word, "-".join(word[::-1]), (f"{word} = {'-'.join(word)}",), word)


BACKWARDS = Family(
    name="backwards",
    instructions=("Spell backwards", "Letters from last to first"),
    held_out=("Spell it from the end",),
    levels=LEVELS,
    level=6,
    choices=lambda level, split: [_words(level, split)],
    write=_backwards,
    test_keys=UNSEEN,
)
