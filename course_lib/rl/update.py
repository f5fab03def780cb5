"""One step of learning from judged answers: advantages become weights, and slopes."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from course_lib.data import pad_examples
from course_lib.generate import score
from course_lib.model import Transformer
from course_lib.rl.advantages import group_advantages
from course_lib.rl.objective import held_by_clip, kl_estimate, token_weights
from course_lib.rl.prompts import Grade
from course_lib.rl.rollouts import Rollout
from course_lib.rl.settings import PracticeConfig
from course_lib.train import TrainState, head_loss


@dataclass(frozen=True)
class Learned:
    """What the updates of one step tell; the fields are explained in `PracticeLog`."""

    useful: float
    kl: float | None
    clipped: float = 0.0
    gradient_norm: float = 0.0


@dataclass(frozen=True)
class _Lesson:
    """Answers to learn from, each with its advantage; one entry an answer."""

    rollouts: list[Rollout]
    advantages: list[float]
    scales: list[float]
    reference: list[Tensor] | None  # log-probabilities of each token


def learn(
    model: Transformer,
    groups: Sequence[Sequence[Rollout]],
    grades: Sequence[Sequence[Grade]],
    config: PracticeConfig,
    pad_id: int,
    reference: nn.Module | None,
    state: TrainState,
) -> Learned:
    """Take the updates of one step."""
    rewards = torch.tensor([[grade.reward for grade in group] for group in grades])
    advantages = group_advantages(rewards, config.by_spread)
    useful = float((advantages != 0).any(1).float().mean())
    lesson, kl = _lesson(groups, advantages, config, reference)
    if not lesson.rollouts:
        return Learned(useful, kl)
    state.set_rates(config.training)
    for _ in range(config.updates):
        clipped, norm = _update(model, lesson, config, pad_id, state)
    return Learned(useful, kl, clipped, norm)


def _lesson(
    groups: Sequence[Sequence[Rollout]],
    advantages: Tensor,
    config: PracticeConfig,
    reference: nn.Module | None,
) -> tuple[_Lesson, float | None]:
    """Choose the answers that have something to say; compare with the reference."""
    every = [rollout for group in groups for rollout in group]
    values = advantages.flatten().tolist()
    theirs, kl = None, None
    if reference is not None:
        prompts, answers = [r.prompt for r in every], [r.answer for r in every]
        theirs = score(reference, prompts, answers)
        sampled = [torch.tensor(rollout.log_probabilities) for rollout in every]
        kl = float(kl_estimate(torch.cat(sampled), torch.cat(theirs)).mean())
    # Without a price for leaving the reference, an advantage of 0 teaches nothing.
    chosen = [k for k, value in enumerate(values) if value or config.kl]
    # Answers of like length together: less padding.
    chosen.sort(key=lambda k: len(every[k].prompt) + len(every[k].answer))
    total = len(every) * config.max_new_tokens
    scales = [_scale(len(every[k].answer), total, config) for k in chosen]
    return _Lesson(
        [every[k] for k in chosen],
        [values[k] for k in chosen],
        scales,
        None if theirs is None else [theirs[k] for k in chosen],
    ), kl


def _scale(length: int, total: int, config: PracticeConfig) -> float:
    """Return what each token of an answer is multiplied by.

    One constant for all tokens, or GRPO's 1 / length. The latter makes a token of a
    long wrong answer count less than one of a short wrong answer, and so teaches to be
    wrong at length (Liu et al. 2025, section 3.1).
    """
    if config.by_length:
        return config.max_new_tokens / length / total
    return 1 / total


def _update(
    model: Transformer,
    lesson: _Lesson,
    config: PracticeConfig,
    pad_id: int,
    state: TrainState,
) -> tuple[float, float]:
    """Take one step on all answers; return the share clipped, the gradient's norm."""
    clipped, tokens = 0, 0
    for start in range(0, len(lesson.rollouts), config.rows):
        part = slice(start, start + config.rows)
        held, n = _add_slopes(model, lesson, part, config, pad_id, state)
        clipped, tokens = clipped + held, tokens + n
    norm = nn.utils.clip_grad_norm_(model.parameters(), config.training.clip_norm)
    for optimizer in state.optimizers:
        optimizer.step()
    state.forget_slopes()
    return clipped / tokens, float(norm)


def _add_slopes(
    model: Transformer,
    lesson: _Lesson,
    part: slice,
    config: PracticeConfig,
    pad_id: int,
    state: TrainState,
) -> tuple[int, int]:
    """Add the slope of some answers; return how many tokens are clipped, of all."""
    rollouts = lesson.rollouts[part]
    device = next(model.parameters()).device
    batch = pad_examples([r.weighted() for r in rollouts], pad_id).to(device)
    spoken = batch.weights > 0
    lengths = torch.tensor([len(r.answer) for r in rollouts], device=device)

    def each_token(values: Sequence[float]) -> Tensor:
        return torch.tensor(values, device=device).repeat_interleave(lengths)

    sampled = torch.cat([torch.tensor(r.log_probabilities) for r in rollouts])
    sampled = sampled.to(device)
    advantages = each_token(lesson.advantages[part])
    theirs = None
    if config.kl:
        theirs = torch.cat(lesson.reference[part]).to(device)
    with state.autocast(device):
        hidden = model.body(batch.token_ids)
        now = _log_probabilities(model, hidden, batch.targets, spoken)
        weights = token_weights(
            now, sampled, advantages, config.clip, theirs, config.kl
        )
        batch.weights[spoken] = weights * each_token(lesson.scales[part])
        loss = head_loss(
            hidden, model.unembedding(), batch.targets, batch.weights,
            torch.ones((), device=device),
        )  # fmt: skip
    loss.backward()
    return int(held_by_clip(now, sampled, advantages, config.clip).sum()), len(now)


@torch.no_grad()
def _log_probabilities(
    model: Transformer, hidden: Tensor, targets: Tensor, spoken: Tensor
) -> Tensor:
    """Return the log-probability of each spoken token, row by row."""
    logits = model.head(hidden[spoken]).float()
    return logits.log_softmax(-1).gather(-1, targets[spoken][:, None]).squeeze(-1)
