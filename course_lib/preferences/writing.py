"""Let a policy write, have it judged, and say how far it has moved from where it began.

Also the bridge to `rl`: prompts whose reward is a reward model's score.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from course_lib.chat import COURSE, ChatTemplate, Message
from course_lib.generate import score as log_probabilities_of
from course_lib.model import Transformer
from course_lib.preferences.pairs import example_of
from course_lib.preferences.reward import RewardModel
from course_lib.rl import Grade, Prompt, roll_out
from course_lib.tokenizer import BPETokenizer

LONGEST = 40  # tokens of an answer


@dataclass(frozen=True)
class Writings:
    """What a policy wrote to some requests: G answers to each of P."""

    requests: tuple[str, ...]
    texts: tuple[tuple[str, ...], ...]
    kl: float | None  # nats an answer away from a reference; None without one

    def flat(self) -> list[tuple[str, str]]:
        """Return (request, answer) of all, request by request."""
        rows = zip(self.requests, self.texts, strict=True)
        return [(request, text) for request, texts in rows for text in texts]


def write_answers(
    policy: Transformer,
    tokenizer: BPETokenizer,
    requests: Sequence[str],
    answers: int = 1,
    seed: int = 0,
    reference: Transformer | None = None,
    max_new_tokens: int = LONGEST,
    template: ChatTemplate = COURSE,
) -> Writings:
    """Let a policy answer each request several times, at temperature 1.

    The distance to a reference is the mean, over answers, of log(policy / reference)
    summed over an answer's tokens: an estimate of the KL divergence that is right on
    average, and noisy for few answers.

    Raises:
        ValueError: as `rl.roll_out`.
    """
    prompts = [template.prompt([Message("user", r)], tokenizer) for r in requests]
    stops = template.stop_ids(tokenizer)
    groups = roll_out(policy, prompts, answers, max_new_tokens, stops, seed)
    texts = tuple(
        tuple(tokenizer.decode(list(rollout.spoken)).strip() for rollout in group)
        for group in groups
    )
    if reference is None:
        return Writings(tuple(requests), texts, None)
    every = [rollout for group in groups for rollout in group]
    theirs = log_probabilities_of(
        reference, [r.prompt for r in every], [r.answer for r in every]
    )
    gaps = [
        sum(rollout.log_probabilities) - float(found.sum())
        for rollout, found in zip(every, theirs, strict=True)
    ]
    return Writings(tuple(requests), texts, sum(gaps) / len(gaps))


def scores_of(
    reward_model: RewardModel,
    tokenizer: BPETokenizer,
    writings: Writings,
    template: ChatTemplate = COURSE,
) -> Float[Tensor, "P G"]:
    """Have everything scored that was written, in the template it was written in."""
    rows = [example_of(*both, tokenizer, template) for both in writings.flat()]
    return reward_model.score(rows).view(len(writings.requests), -1)


def prompts_judged_by(
    reward_model: RewardModel,
    requests: Sequence[str],
    tokenizer: BPETokenizer,
    template: ChatTemplate = COURSE,
) -> list[Prompt]:
    """Make prompts for `rl.practise` whose reward is what a reward model says.

    Nobody checks an answer here: the policy is rewarded for pleasing a model.
    """

    def judge(request: str) -> Prompt:
        asked = template.prompt([Message("user", request)], tokenizer)

        def grade(answer: Sequence[int]) -> Grade:
            text = tokenizer.decode(list(answer)).strip()
            row = example_of(request, text, tokenizer, template)
            with torch.inference_mode():
                return Grade(float(reward_model([row])[0]))

        return Prompt(tuple(asked), grade)

    return [judge(request) for request in requests]
