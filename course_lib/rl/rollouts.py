"""Let a policy answer: many prompts, several answers to each, and how sure it was."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from course_lib.data import Example
from course_lib.generate import SamplingConfig, generate_with_probabilities
from course_lib.model import Transformer


@dataclass(frozen=True)
class Rollout:
    """One answer that the policy gave, in ids."""

    prompt: tuple[int, ...]
    answer: tuple[int, ...]  # with the id that ended it, if it ended
    log_probabilities: tuple[float, ...]  # of each id of the answer, when it was drawn
    ended: bool  # False: it ran out of tokens

    @property
    def spoken(self) -> tuple[int, ...]:
        """The answer without the id that ended it."""
        return self.answer[:-1] if self.ended else self.answer

    def weighted(self, weight: float = 1.0) -> Example:
        """Return an example for `data`: the prompt is read, never learned.

        Every id of the answer gets the weight, also the one that ended it: to stop is
        a decision like any other. An answer that ran out of tokens ends without one,
        and so nothing says that it should have stopped there.
        """
        ids = [*self.prompt, *self.answer]
        return ids, [0.0] * len(self.prompt) + [weight] * len(self.answer)


def roll_out(
    model: Transformer,
    prompts: Sequence[Sequence[int]],
    answers: int,
    max_new_tokens: int,
    stop_ids: Collection[int],
    seed: int,
    batch_size: int = 192,
) -> list[list[Rollout]]:
    """Let the model answer every prompt several times, at temperature 1.

    At another temperature the answers would come from another policy than the one that
    is trained. Each answer has dice of its own; the same seed gives them again.

    Returns:
        for each prompt, in order, its `answers` rollouts.

    Raises:
        ValueError: if `answers` < 1; at bad prompts as `generate`.
    """
    if answers < 1:
        raise ValueError(f"answers must be at least 1, got {answers}")
    rows = [tuple(prompt) for prompt in prompts for _ in range(answers)]
    said = generate_with_probabilities(
        model, rows, SamplingConfig(seed=seed), max_new_tokens, stop_ids, batch_size
    )
    rollouts = []
    for prompt, drawn in zip(rows, said, strict=True):
        ids = tuple(token for token, _ in drawn)
        sure = tuple(log_probability for _, log_probability in drawn)
        rollouts.append(Rollout(prompt, ids, sure, ids[-1] in stop_ids))
    return [rollouts[k : k + answers] for k in range(0, len(rollouts), answers)]
