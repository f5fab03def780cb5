"""Learn from who won: one loss and one loop, whatever it is that gives the scores.

A scorer turns rows into one number each. A reward model (`reward`) is one; so is a
policy compared with where it began (`direct`): that is all the difference between
RLHF's first step and DPO.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy
import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from course_lib.data import Example
from course_lib.runtime import keep_freed_memory

Rows = tuple[Example, Example]  # the chosen and the rejected, prompt and answer each


def bradley_terry_loss(
    chosen: Float[Tensor, " B"], rejected: Float[Tensor, " B"]
) -> Float[Tensor, ""]:
    """Return the mean surprise, in nats, that the chosen ones won.

    The winner's chance is the sigmoid of the difference: adding a number to all scores
    changes nothing (Bradley and Terry 1952).

    Example: scores 1 and 0 -> -ln(0.731) = 0.313; equal scores -> ln 2 = 0.693
    """
    return -F.logsigmoid(chosen - rejected).mean()


@dataclass(frozen=True)
class PreferenceConfig:
    """How long and how boldly to learn from pairs.

    Raises:
        ValueError: if a number is out of range.
    """

    epochs: int = 3
    pairs_a_step: int = 16
    learning_rate: float = 3e-4
    head_rate: float = 3e-3  # of parameters called "head", which begin at nothing
    warmup_steps: int = 3
    clip_norm: float = 1.0
    seed: int = 0

    def __post_init__(self) -> None:
        for name in (
            "epochs",
            "pairs_a_step",
            "learning_rate",
            "head_rate",
            "clip_norm",
        ):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} must be positive, got {getattr(self, name)}")
        for name in ("warmup_steps", "seed"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} must be >= 0, got {getattr(self, name)}")


@dataclass(frozen=True)
class PreferenceLog:
    """What one step did."""

    step: int  # 1 is the first
    steps: int  # in all
    loss: float  # nats a pair, before the step
    accuracy: float  # share of this step's pairs whose chosen one scored higher
    pairs: int  # looked at so far
    elapsed_s: float


def learn_preferences(
    scorer: nn.Module, pairs: Sequence[Rows], config: PreferenceConfig
) -> Iterator[PreferenceLog]:
    """Move the scorer until the chosen of each pair scores higher; yield every step.

    Every epoch goes through all pairs in a new order. Stop asking, and it stops.

    Raises:
        ValueError: if there are no pairs.
    """
    if not pairs:
        raise ValueError("there are no pairs to learn from; label at least one")
    optimizer = _optimizer(scorer, config)
    rates = [group["lr"] for group in optimizer.param_groups]
    batches = list(_batches(len(pairs), config))
    scorer.train()
    scorer.zero_grad(set_to_none=True)  # slopes of whoever used it before
    keep_freed_memory()
    seen, elapsed_s = 0, 0.0
    for step, batch in enumerate(batches):
        began = time.perf_counter()
        warm = (step + 1) / max(1, config.warmup_steps)
        share = min(warm, 1 - step / len(batches))
        for group, rate in zip(optimizer.param_groups, rates, strict=True):
            group["lr"] = rate * share
        rows = [pairs[k][side] for side in (0, 1) for k in batch]
        chosen, rejected = scorer(rows).split(len(batch))
        loss = bradley_terry_loss(chosen, rejected)
        loss.backward()
        nn.utils.clip_grad_norm_(scorer.parameters(), config.clip_norm)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        seen += len(batch)
        elapsed_s += time.perf_counter() - began
        right = float((chosen > rejected).float().mean())
        yield PreferenceLog(
            step + 1, len(batches), float(loss.detach()), right, seen, elapsed_s
        )
    scorer.eval()


def _optimizer(scorer: nn.Module, config: PreferenceConfig) -> torch.optim.Optimizer:
    named = [(n, p) for n, p in scorer.named_parameters() if p.requires_grad]
    head = [p for n, p in named if n.startswith("head")]
    rest = [p for n, p in named if not n.startswith("head")]
    groups = [
        {"params": some, "lr": rate}
        for some, rate in ((rest, config.learning_rate), (head, config.head_rate))
        if some
    ]
    return torch.optim.AdamW(groups, betas=(0.9, 0.95), weight_decay=0.01, fused=True)


def _batches(n: int, config: PreferenceConfig) -> Iterator[list[int]]:
    for epoch in range(config.epochs):
        order = numpy.random.default_rng([config.seed, epoch]).permutation(n).tolist()
        for start in range(0, n, config.pairs_a_step):
            yield order[start : start + config.pairs_a_step]
