"""One batch: rows of ids, what comes next at each place, and how much that counts."""

from dataclasses import dataclass

import numpy
import torch
from jaxtyping import Float, Int
from torch import Tensor


@dataclass(frozen=True)
class Batch:
    """Rows of questions: after `token_ids[b, :t + 1]`, is `targets[b, t]` next?

    A weight says how much an answer counts: 1 in pretraining, 0 or 1 where a model
    learns from some of the tokens only, 0 for padding.
    """

    token_ids: Int[Tensor, "B T"]
    targets: Int[Tensor, "B T"]
    weights: Float[Tensor, "B T"]

    def to(self, device: str | torch.device) -> "Batch":
        """Copy to a device."""
        return Batch(
            self.token_ids.to(device), self.targets.to(device), self.weights.to(device)
        )


def shifted(
    rows: Int[numpy.ndarray, "B T+1"], weights: Float[numpy.ndarray, "B T"]
) -> Batch:
    """Make each token the answer to what stands before it.

    Example: the row 7 8 9 -> token_ids 7 8, targets 8 9
    """
    ids = torch.from_numpy(rows)
    return Batch(ids[:, :-1], ids[:, 1:], torch.from_numpy(weights))


def check_numbers(context: int, batch_size: int, seed: int, start_step: int) -> None:
    """Refuse sizes and steps that mean nothing.

    Raises:
        ValueError: with the number and what it should be.
    """
    for name, value in (("context", context), ("batch_size", batch_size)):
        if value < 1:
            raise ValueError(f"{name} must be at least 1, got {value}")
    for name, value in (("seed", seed), ("start_step", start_step)):
        if value < 0:
            raise ValueError(f"{name} must not be negative, got {value}")
