"""Problems whose answers can be checked: dealt out, answered two ways, rewarded.

    train = problems("clock", 2000)
    test = problems("clock", 200, split="test")      # none of those, whatever the seeds
    train[0].question, train[0].direct, train[0].worked
    reward(test[0], "7 * 3 = 1, 1 + 3 = 4. Answer: 4")   # 1.0 or 0.0

Each of the `FAMILIES` has levels, instructions for training and others for tests only.
Strings only; no model, no tokens.
"""

from course_lib.tasks.deal import FAMILIES, problems
from course_lib.tasks.family import Family
from course_lib.tasks.problem import (
    MARKER,
    Problem,
    final_answer,
    reward,
    shows_steps,
)

__all__ = [
    "FAMILIES",
    "MARKER",
    "Family",
    "Problem",
    "final_answer",
    "problems",
    "reward",
    "shows_steps",
]
