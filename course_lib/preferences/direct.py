"""DPO: the policy itself as the reward model, and no reinforcement learning at all.

With a KL penalty, the best policy for a reward r is known: pi = pi_ref * exp(r / beta),
scaled to sum to 1. Turned round: r = beta * log(pi / pi_ref), plus a number that is the
same for all answers to one request and so drops out of every difference. Put into the
loss of Bradley and Terry, the policy learns from pairs directly (Rafailov et al. 2023).
"""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor, nn

from course_lib.data import Example, pad_examples
from course_lib.model import Transformer


def log_probabilities(
    model: Transformer, rows: Sequence[Example]
) -> Float[Tensor, " B"]:
    """Return the log-probability of each row's answer (weights above 0), with slopes.

    Raises:
        ValueError: as `pad_examples`.
    """
    device = next(model.parameters()).device
    batch = pad_examples(rows, pad_id=0).to(device)
    asked = batch.weights > 0
    logits = model.head(model.body(batch.token_ids)[asked]).float()
    said = logits.log_softmax(-1).gather(-1, batch.targets[asked][:, None])[:, 0]
    row_of = asked.nonzero()[:, 0]
    return torch.zeros(len(rows), device=device).index_add(0, row_of, said)


class ImplicitReward(nn.Module):
    """Score an answer by how much more likely the policy has made it, times beta.

    `learn_preferences(ImplicitReward(policy, reference, beta), pairs, config)` is DPO.
    The reference is not trained.

    Raises:
        ValueError: if beta is not positive.
    """

    def __init__(
        self, policy: Transformer, reference: Transformer, beta: float = 0.1
    ) -> None:
        super().__init__()
        if beta <= 0:
            raise ValueError(f"beta must be positive, got {beta}")
        self.policy, self.beta = policy, beta
        self._reference = [reference]  # in a list: not among the trained parameters

    def forward(self, rows: Sequence[Example]) -> Float[Tensor, " B"]:
        """Return beta * (log-probability now - log-probability at the start)."""
        with torch.no_grad():
            before = log_probabilities(self._reference[0], rows)
        return self.beta * (log_probabilities(self.policy, rows) - before)
