"""What the apprentice imitates before it practises: chains, and mostly blurted answers.

Two labellers answer. One blurts nearly always and works a chain out now and then; asked
"step by step", the other always fills the sheet in. So the skill is there, and the
habit is not.
"""

from collections.abc import Sequence
from dataclasses import replace

from course_lib.chat import COURSE, Message
from course_lib.data import Example
from course_lib.tasks import FAMILIES, MARKER, Problem, problems
from course_lib.tasks.numbers import keep_last_digit
from course_lib.tokenizer import BPETokenizer
from course_lib.world.dice import Dice

FAMILY = FAMILIES["sheet"]
# There are not many more of the shortest: how many, by (split, level).
FEW = {("train", 2): 100, ("train", 3): 1000, ("test", 2): 28, ("test", 3): 400}


def chains(
    n: int,
    levels: Sequence[int],
    seed: int,
    split: str = "train",
    family: str = FAMILY.name,
) -> list[Problem]:
    """Deal chains of several lengths in turn; of the shortest some come again."""
    share = -(-n // len(levels))
    found = {
        level: problems(family, min(share, few), level, seed, split)
        for level in levels
        for few in [FEW.get((split, level), share)]
    }
    picked = []
    for k in range(n):
        some = found[levels[k % len(levels)]]
        picked.append(some[k // len(levels) % len(some)])
    return picked


def in_other_words(
    problems: Sequence[Problem], seed: int, held_out: bool
) -> list[Problem]:
    """Ask each in one of the wordings of training, or of those kept for tests."""
    dice = Dice(seed)
    ways = FAMILY.held_out if held_out else FAMILY.instructions
    return [replace(p, question=p.asked(dice.pick(ways))) for p in problems]


def badly_worked(problem: Problem, dice: Dice, wrong: float) -> str:
    """Fill a sheet in, each blank wrong by chance: a labeller who cannot count."""
    first, *rest = problem.matter.partition(",")[0].replace(" = _", "").split()
    value, said = int(first), first
    for sign, number in zip(rest[::2], rest[1::2], strict=True):
        value = keep_last_digit(value, sign, int(number))
        if dice.chance(wrong):
            value = (value + dice.between(1, 9)) % 10
        said += f" {sign} {number} = {value}"
    return f"{said}. {MARKER} {value}"


def lessons(
    n_plain: int,
    n_in_steps: int,
    worked: float,
    levels: Sequence[int],
    tokenizer: BPETokenizer,
    seed: int,
    wrong: float = 0.0,
) -> list[Example]:
    """Encode what the two labellers wrote.

    Args:
        worked: share of the plain questions that the first labeller works out.
        wrong: how often a step of a worked answer is wrong.
    """
    n, dice = n_plain + n_in_steps, Dice(1000 + seed)
    asked = in_other_words(chains(n, levels, seed), seed, held_out=False)
    examples = []
    for k, problem in enumerate(asked):
        in_steps = k >= n_plain
        question = problem.step_by_step if in_steps else problem.question
        answer = problem.direct
        if in_steps or dice.chance(worked):
            answer = badly_worked(problem, dice, wrong)
        said = [Message("user", question), Message("assistant", answer)]
        examples.append(COURSE.encode(said, tokenizer))
    return examples
