"""What a family of problems has to say about itself."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from course_lib.tasks.problem import MARKER, Problem

Split = Literal["train", "test"]


@dataclass(frozen=True)
class Draft:
    """A problem before it has its instruction.

    Two drafts with the same key are the same problem in other clothes (the same
    numbers the other way round, the same story with other names), and never stand on
    both sides of the split.
    """

    matter: str
    answer: str
    steps: tuple[str, ...]
    key: str


@dataclass(frozen=True)
class Family:
    """Problems of one kind, in graded levels.

    A draft is made of one choice from each list of `choices`; `write` returns None
    where the choices do not go together.
    """

    name: str
    instructions: tuple[str, ...]  # the first is the usual one
    held_out: tuple[str, ...]  # for tests only: no training asks like this
    levels: range
    level: int  # the usual one
    choices: Callable[[int, Split], list[Sequence[Any]]]
    write: Callable[[tuple], Draft | None]
    test_keys: frozenset[str] | None = None  # None: drawn by the key's checksum

    def problem(self, draft: Draft, level: int) -> Problem:
        """Put the instruction before a draft, and write both answers."""
        last = f"{MARKER} {draft.answer}"
        return Problem(
            self.name,
            f"{self.instructions[0]}: {draft.matter}",
            draft.answer,
            last,
            f"{', '.join(draft.steps)}. {last}",
            level,
        )
