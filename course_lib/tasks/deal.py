"""Deal out problems: the same ones at every call, training and test kept apart."""

import itertools
import math
import zlib
from collections.abc import Iterator
from typing import get_args

from course_lib.tasks.family import Draft, Family, Split
from course_lib.tasks.letters import BACKWARDS, LETTERS
from course_lib.tasks.numbers import (
    CLOCK,
    DECIMALS,
    PRODUCTS,
    SHEET,
    SORTING,
    SUMS,
)
from course_lib.tasks.problem import Problem
from course_lib.tasks.stories import STORIES
from course_lib.world.dice import Dice

FAMILIES = {
    family.name: family
    for family in (
        CLOCK,
        SUMS,
        PRODUCTS,
        STORIES,
        LETTERS,
        BACKWARDS,
        SORTING,
        DECIMALS,
        SHEET,
    )
}
TEST_SHARE = 5  # one problem in five is kept for tests
FEW = 20_000  # so many combinations are looked through; among more, one draws


def problems(
    family: str,
    n: int,
    level: int | None = None,
    seed: int = 0,
    split: Split = "train",
) -> list[Problem]:
    """Deal n different problems of one family and level.

    Whether a problem belongs to training or to tests is written in the problem itself
    (a checksum of its numbers, or its word), so no two seeds can mix them.

    Args:
        level: how hard; what it counts stands with each family, which also says what
            None means.

    Raises:
        ValueError: at an unknown family, level or split, or if there are fewer than n.
    Example: `problems("clock", 1)[0].question` -> "Keep the last digit: …"
    """
    kind = _checked_family(family, n, level, split)
    level = kind.level if level is None else level
    choices = kind.choices(level, split)
    combinations = math.prod(len(some) for some in choices)
    dice = Dice(zlib.crc32(f"{family} {level} {seed} {split}".encode()))
    if combinations <= FEW or n > combinations // 100:
        every = _distinct(_all(kind, choices, split))
        if n > len(every):
            raise ValueError(
                f"there are {len(every)} {family} problems of level {level} for "
                f"{split}, {n} were asked for; ask for fewer, or for another level"
            )
        drafts = dice.sample(every, n)
    else:
        drafts = _drawn(kind, choices, split, n, dice)
    return [kind.problem(draft, level) for draft in drafts]


def in_test(family: Family, draft: Draft) -> bool:
    """Say on which side of the split a problem stands."""
    if family.test_keys is not None:
        return draft.key in family.test_keys
    return zlib.crc32(f"{family.name} {draft.key}".encode()) % TEST_SHARE == 0


def _all(kind: Family, choices: list, split: Split) -> Iterator[Draft]:
    drafts = (kind.write(chosen) for chosen in itertools.product(*choices))
    return (d for d in drafts if d and in_test(kind, d) == (split == "test"))


def _distinct(drafts: Iterator[Draft]) -> list[Draft]:
    return list({draft.matter: draft for draft in drafts}.values())


def _drawn(
    kind: Family, choices: list, split: Split, n: int, dice: Dice
) -> list[Draft]:
    found: dict[str, Draft] = {}
    for _ in range(1000 * n + 1000):
        if len(found) == n:
            return list(found.values())
        draft = kind.write(tuple(dice.pick(some) for some in choices))
        if draft and in_test(kind, draft) == (split == "test"):
            found.setdefault(draft.matter, draft)
    raise AssertionError(f"{kind.name}: nearly no combination is a problem")


def _checked_family(family: str, n: int, level: int | None, split: Split) -> Family:
    if family not in FAMILIES:
        raise ValueError(f"unknown family {family!r}; there are {', '.join(FAMILIES)}")
    kind = FAMILIES[family]
    if n < 1:
        raise ValueError(f"ask for at least one problem, got n={n}")
    if level is not None and level not in kind.levels:
        raise ValueError(
            f"{family} has levels {kind.levels[0]} to {kind.levels[-1]}, got {level}"
        )
    if split not in get_args(Split):
        raise ValueError(f"split must be 'train' or 'test', got {split!r}")
    return kind
