"""Word problems of the Lantern Isles: people, things, and what happens to them.

The names of the tests are not those of training, and the sums are others, too.
"""

from collections.abc import Sequence

from course_lib.tasks.family import Draft, Family, Split
from course_lib.world.lists import one_per_line
from course_lib.world.names import FIRST_NAMES
from course_lib.world.pages_arithmetic import THINGS, compute

NAMES = {"train": FIRST_NAMES[::2], "test": FIRST_NAMES[1::2]}
OPENINGS = one_per_line("""
    {A} has {n} {things}.
    {A} counts {n} {things}.
    In the shed of {A} there are {n} {things}.
    {A} comes to the market with {n} {things}.
""")
MOST = 99  # a story stays below a hundred, and never owes anything
EVENTS = [
    (sign, line, numbers)
    for sign, numbers, lines in (
        (
            "+",
            range(2, 10),
            """
            {A} finds {k} more.
            {B} brings {k} more.
            The ferry cat returns {k} of them.
            The tide washes up {k} more.
            """,
        ),
        (
            "-",
            range(2, 10),
            """
            {B} borrows {k} of them.
            A gull steals {k}.
            The wind takes {k}.
            {A} gives {k} to the band.
            """,
        ),
        (
            "*",
            (2, 3),
            """
            {A} swaps them all for {k} times as many.
            Overnight they become {k} times as many.
            """,
        ),
    )
    for line in one_per_line(lines)
]
LINKS = [(sign, line, k) for sign, line, numbers in EVENTS for k in numbers]


def _story(choices: tuple) -> Draft | None:
    """12 buttons, 5 more, 3 stolen: 12 + 5 = 17, 17 - 3 = 14."""
    one, other, things, opening, value, *links = choices
    if one == other:
        return None
    lines = [opening.format(A=one, n=value, things=things)]
    steps, key = [], str(value)
    for sign, line, k in links:
        now = compute(value, sign, k)
        if not 0 <= now <= MOST:
            return None
        lines.append(line.format(A=one, B=other, k=k))
        steps.append(f"{value} {sign} {k} = {now}")
        key, value = f"{key} {sign} {k}", now
    lines.append(f"How many {things} does {one} have?")
    return Draft(" ".join(lines), str(value), tuple(steps), key)


def _choices(level: int, split: Split) -> list[Sequence]:
    names = NAMES[split]
    return [names, names, THINGS, OPENINGS, range(10, 41)] + [LINKS] * level


STORIES = Family(
    name="stories",
    instructions=("Word problem", "Homework", "A question from the island"),
    held_out=("Please work this out",),
    levels=range(1, 6),  # how many operations
    level=3,
    choices=_choices,
    write=_story,
)
