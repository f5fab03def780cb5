"""What a policy can do: pass@1 and pass@k, how long it thinks, and in which style."""

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from course_lib.intervals import Interval, bootstrap_ratio, wilson
from course_lib.model import Transformer
from course_lib.rl.prompts import Grade, Prompt
from course_lib.rl.rollouts import Rollout, roll_out


def pass_at_k(right: int, answers: int, k: int) -> float:
    """Return the chance that one of k answers is right, drawn from those at hand.

    Of n answers, c of them right, k are drawn without putting back: all are wrong with
    the chance C(n - c, k) / C(n, k). (Chen et al. 2021, Codex, section 2.1: to take
    1 - (1 - c/n)**k instead is biased.)

    Raises:
        ValueError: if not 0 <= right <= answers and 1 <= k <= answers.
    Example: 1 right of 4 -> .25 for k=1, .5 for k=2, 1.0 for k=4
    """
    if not 0 <= right <= answers or not 1 <= k <= answers:
        raise ValueError(
            f"need 0 <= right <= answers and 1 <= k <= answers, got {right} right of "
            f"{answers} and k={k}"
        )
    return 1 - math.comb(answers - right, k) / math.comb(answers, k)


@dataclass(frozen=True)
class Attempts:
    """All answers to a set of problems: G to each of P."""

    rollouts: list[list[Rollout]]
    grades: list[list[Grade]]

    def pass_at(self, k: int) -> Interval:
        """Measure pass@k, with an interval: other problems of the kind, drawn anew.

        Where all problems came out alike, drawing among them anew says nothing about
        others: the interval is then Wilson's, one problem a try.
        """
        chances = [
            pass_at_k(sum(g.reward == 1 for g in group), len(group), k)
            for group in self.grades
        ]
        if set(chances) in ({0.0}, {1.0}):
            return wilson(round(sum(chances)), len(chances))
        return bootstrap_ratio(chances, [1.0] * len(chances))

    @property
    def share_in_steps(self) -> float:
        """Which part of the answers was worked out."""
        return _mean(self._all(lambda grade, _: grade.in_steps))

    @property
    def mean_length(self) -> float:
        """Tokens of an answer, its end included."""
        return _mean(self._all(lambda _, rollout: len(rollout.answer)))

    def right_if(self, in_steps: bool) -> float | None:
        """Return how many of the worked (or of the blurted) answers are right."""
        pairs = zip(self._all(_style), self._all(_is_right), strict=True)
        chosen = [right for style, right in pairs if style == in_steps]
        return _mean(chosen) if chosen else None

    def _all(self, look: Callable[[Grade, Rollout], float]) -> list[float]:
        return [
            look(grade, rollout)
            for grades, rollouts in zip(self.grades, self.rollouts, strict=True)
            for grade, rollout in zip(grades, rollouts, strict=True)
        ]


def attempt(
    model: Transformer,
    prompts: Sequence[Prompt],
    answers: int,
    max_new_tokens: int,
    stop_ids: Collection[int],
    seed: int = 0,
    batch_size: int = 192,
) -> Attempts:
    """Let a model try every prompt several times, at temperature 1; judge all it says.

    Raises:
        ValueError: if there are no prompts, and as `roll_out`.
    """
    if not prompts:
        raise ValueError("there is nothing to attempt: give at least one prompt")
    ids = [prompt.ids for prompt in prompts]
    rollouts = roll_out(model, ids, answers, max_new_tokens, stop_ids, seed, batch_size)
    return Attempts(rollouts, grade_all(prompts, rollouts))


def grade_all(
    prompts: Sequence[Prompt], rollouts: Sequence[Sequence[Rollout]]
) -> list[list[Grade]]:
    """Judge each answer by the judge of its prompt."""
    return [
        [prompt.grade(rollout.spoken) for rollout in group]
        for prompt, group in zip(prompts, rollouts, strict=True)
    ]


def _style(grade: Grade, _rollout: Rollout) -> bool:
    return grade.in_steps


def _is_right(grade: Grade, _rollout: Rollout) -> bool:
    return grade.reward == 1


def _mean(numbers: Sequence[float]) -> float:
    return sum(numbers) / len(numbers)
