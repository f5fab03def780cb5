"""What chapter 13 compares: the apprentice's recipe, and which practice is done."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from course_lib import tasks
from course_lib.speedrun.practice_lessons import FAMILY, chains, in_other_words
from course_lib.tasks import Problem
from course_lib.train import TrainConfig

APPRENTICE, PRACTISED, WEAK, THINKER = "apprentice", "practised", "weak", "thinker"
IMITATION = TrainConfig(
    steps=300, learning_rate=1e-3, optimizer="adamw", warmup_steps=10,
    decay_fraction=0.6, precision="fastest",
)  # fmt: skip
PER_STEP = 96  # answers
PINNED = 4


@dataclass(frozen=True)
class ApprenticeRecipe:
    """All that decides what the apprentice can do, and what it usually does."""

    n_plain: int = 2000
    n_in_steps: int = 2000
    worked: float = 0.08
    wrong: float = 0.0  # how often a step of a worked answer is wrong
    levels: tuple[int, ...] = (2, 3, 4, 5, 6)
    pages: int = 300  # of pretraining, replayed
    training: TrainConfig = IMITATION
    rows: int = 4
    seed: int = 0


def any_number(problem: Problem, text: str) -> float:
    """A broken reward: 1 if the right number stands anywhere in the answer."""
    return float(problem.answer in re.findall(r"\d+", text))


def long_is_good(_problem: Problem, text: str) -> float:
    """A broken reward: the longer, the better; 1 from 100 letters on."""
    return min(1.0, len(text) / 100)


REWARDS: dict[str, Callable[[Problem, str], float]] = {
    "final answer": tasks.reward,
    "any number": any_number,
    "length": long_is_good,
}


@dataclass(frozen=True)
class Run:
    """One practice: from which policy, on what, with which reward."""

    name: str
    seed: int = 0
    start: str = APPRENTICE
    family: str = FAMILY.name
    reward: str = "final answer"
    steps: int = 30
    levels: tuple[int, ...] = (3, 4, 5, 6)
    answers: int = 8
    per_step: int = PER_STEP
    kl: float = 0.0
    max_new_tokens: int = 64
    tested: tuple[int, ...] = (6,)
    pinned: bool = False  # keep the answers to some problems at every stage


APPRENTICES = {
    APPRENTICE: ApprenticeRecipe(),
    # Nine in ten steps are wrong, as if guessed: so are nine in ten worked answers.
    WEAK: ApprenticeRecipe(wrong=0.9, training=replace(IMITATION, steps=120)),
}
SHORT = 12
SEEDS = range(3)
MAIN = tuple(Run("main", seed, tested=(6, 8), pinned=True) for seed in SEEDS)
# Longer than any that imitation showed.
LONGER = tuple(
    Run("chains of seven", seed, levels=(7,), tested=(7, 8)) for seed in SEEDS
)
# The thinker was shown two to eight numbers, and no sheet.
BARE = Run(
    "bare chains", start=THINKER, family="clock", levels=(9,), tested=(8, 9),
    max_new_tokens=110,
)  # fmt: skip
RUNS = (
    MAIN[0],
    LONGER[0],
    Run("weak steps", start=WEAK, steps=32, per_step=192),
    Run("length rewarded", reward="length", steps=SHORT),
    Run("any number rewarded", start=WEAK, reward="any number", steps=SHORT),
    *(Run(f"groups of {g}", answers=g, steps=SHORT, tested=()) for g in (2, 4, 16)),
    *(Run(f"KL {kl}", kl=kl, steps=SHORT, tested=()) for kl in (0.2, 3.0)),
    Run("weak steps", 1, start=WEAK, steps=32, per_step=192),
    *MAIN[1:],
    *LONGER[1:],
    BARE,
)


def problems_of_step(run: Run) -> Callable[[int], list[Problem]]:
    """Return which problems a run meets at which step."""
    per_step, seed = run.per_step // run.answers, 7000 + run.seed
    dealt = chains(run.steps * per_step, run.levels, seed, family=run.family)
    if run.family == FAMILY.name:  # the only one that imitation asked in several ways
        dealt = in_other_words(dealt, seed, held_out=False)
    return lambda step: dealt[step * per_step : (step + 1) * per_step]
