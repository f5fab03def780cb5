"""Where strings end: problems become prompts of ids, and a judge for answers in ids."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from course_lib import tasks
from course_lib.chat import COURSE, Message
from course_lib.tasks import Problem
from course_lib.tokenizer import BPETokenizer


class Grade(NamedTuple):
    """What an answer earned, and whether it showed its steps (which earns nothing)."""

    reward: float
    in_steps: bool = False


class Prompt(NamedTuple):
    """A prompt to practise on: what is read, and how an answer to it is judged.

    `grade` sees the ids of an answer, without the one that ended it.
    """

    ids: tuple[int, ...]
    grade: Callable[[Sequence[int]], Grade]


def prompts_for(
    problems: Sequence[Problem],
    tokenizer: BPETokenizer,
    reward: Callable[[Problem, str], float] = tasks.reward,
) -> list[Prompt]:
    """Ask each problem as a user of the course's assistants would.

    The model is told the problem's question and nothing else: neither the answer nor
    how to find it.

    Args:
        reward: what an answer earns; `tasks.reward` looks at the final answer alone.
    """
    return [
        Prompt(
            tuple(COURSE.prompt([Message("user", problem.question)], tokenizer)),
            _judge(problem, tokenizer, reward),
        )
        for problem in problems
    ]


def _judge(
    problem: Problem,
    tokenizer: BPETokenizer,
    reward: Callable[[Problem, str], float],
) -> Callable[[Sequence[int]], Grade]:
    def grade(answer: Sequence[int]) -> Grade:
        text = tokenizer.decode(list(answer))
        return Grade(float(reward(problem, text)), tasks.shows_steps(text))

    return grade
