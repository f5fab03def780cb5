"""What the apprentice imitates before it practises: chains, and mostly blurted answers.

Two labellers answer. One blurts nearly always and works a chain out now and then; asked
"step by step", the other always shows the steps. So the skill is there, and the habit
is not.
"""

from collections.abc import Sequence
from dataclasses import replace

from course_lib.chat import COURSE, Message
from course_lib.data import Example
from course_lib.tasks import FAMILIES, MARKER, Problem, problems
from course_lib.tokenizer import BPETokenizer
from course_lib.world.dice import Dice

FAMILY = FAMILIES["clock"]
FEW = 100  # all that is asked for of the shortest chains, of which there are not many


def chains(
    n: int, levels: Sequence[int], seed: int, split: str = "train"
) -> list[Problem]:
    """Deal chains of several lengths in turn, in which no step stands twice.

    Whoever has just added 7 finds the next step in the question behind "+ 7". If that
    stands there twice, this does not help, and a small model counts instead, badly.
    """
    share = -(-n // len(levels))
    found = {}
    for level in levels:
        # Of nine steps one in sixteen chains has no two alike.
        wanted = (
            FEW if level == 2 else share * (2 if level < 6 else 6 if level < 9 else 30)
        )
        dealt = problems(FAMILY.name, wanted, level, seed, split)
        found[level] = [p for p in dealt if not repeats_itself(p)]
    picked = []
    for k in range(n):
        some = found[levels[k % len(levels)]]
        picked.append(some[k // len(levels) % len(some)])
    return picked


def steps_of(problem: Problem) -> list[tuple[str, str]]:
    """Example: "7 * 3 + 4" -> [("*", "3"), ("+", "4")]"""
    words = problem.matter.split()[1:]
    return list(zip(words[::2], words[1::2], strict=True))


def repeats_itself(problem: Problem) -> bool:
    """Say whether a step stands twice. Example: "7 * 3 + 3 * 3" -> True"""
    steps = steps_of(problem)
    return len(set(steps)) < len(steps)


def in_other_words(
    problems: Sequence[Problem], seed: int, held_out: bool
) -> list[Problem]:
    """Ask each in one of the wordings of training, or of those kept for tests."""
    dice = Dice(seed)
    ways = FAMILY.held_out if held_out else FAMILY.instructions
    return [replace(p, question=p.asked(dice.pick(ways))) for p in problems]


def badly_worked(problem: Problem, dice: Dice, wrong: float) -> str:
    """Work a chain out, each step wrong by chance: a labeller who cannot count."""
    value, said = int(problem.matter.split()[0]), []
    for sign, number in steps_of(problem):
        now = (value + int(number) if sign == "+" else value * int(number)) % 10
        if dice.chance(wrong):
            now = (now + dice.between(1, 9)) % 10
        said.append(f"{value} {sign} {number} = {now}")
        value = now
    return f"{', '.join(said)}. {MARKER} {value}"


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
    dice = Dice(1000 + seed)
    asked = in_other_words(chains(n_plain + n_in_steps, levels, seed), seed, False)
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
