"""From advantages to the weight of every token: then the loss is the course's own.

PPO's clipped objective and the penalty for leaving a reference both have the slope of
a weighted next-token loss, `train.weighted_loss`. Here its weights are computed.
"""

import torch
from jaxtyping import Bool, Float
from torch import Tensor


def clipped_objective(
    now: Float[Tensor, "..."],
    sampled: Float[Tensor, "..."],
    advantages: Float[Tensor, "..."],
    clip: float = 0.2,
) -> Float[Tensor, "..."]:
    """Return PPO's objective for each token, which practice makes as large as it can.

    `now` and `sampled` are the log-probabilities of the token under the policy as it is
    and as it was when it said it. Their ratio corrects for the difference; beyond
    1 +- `clip` a token gains nothing from moving further (Schulman et al. 2017, eq. 7).

    Example: ratio 1.5, advantage 1, clip 0.2 -> 1.2; ratio 1.5, advantage -1 -> -1.5
    """
    ratio = (now - sampled).exp()
    kept = ratio.clamp(1 - clip, 1 + clip)
    return torch.minimum(ratio * advantages, kept * advantages)


def kl_estimate(
    now: Float[Tensor, "..."], reference: Float[Tensor, "..."]
) -> Float[Tensor, "..."]:
    """Estimate from each token how far the policy is from a reference, in nats.

    This is k3 of Schulman 2020, *Approximating KL divergence*: never negative, and
    right on average over tokens that the policy itself has drawn.

    Example: equal log-probabilities -> 0; twice as probable now -> 0.5 - 1 + ln 2
    """
    ratio = (reference - now).exp()
    return ratio - 1 - (reference - now)


def held_by_clip(
    now: Float[Tensor, "..."],
    sampled: Float[Tensor, "..."],
    advantages: Float[Tensor, "..."],
    clip: float = 0.2,
) -> Bool[Tensor, "..."]:
    """Say which tokens have moved so far that they gain nothing by moving further."""
    ratio = (now - sampled).exp()
    up = (advantages > 0) & (ratio > 1 + clip)
    return up | ((advantages < 0) & (ratio < 1 - clip))


def token_weights(
    now: Float[Tensor, "..."],
    sampled: Float[Tensor, "..."],
    advantages: Float[Tensor, "..."],
    clip: float = 0.2,
    reference: Float[Tensor, "..."] | None = None,
    kl: float = 0.0,
) -> Float[Tensor, "..."]:
    """Return the weights that give the next-token loss the slope of RL's objective.

    The slope of `clipped_objective - kl * kl_estimate` in a token's log-probability:
    advantage * ratio, or 0 where the clip holds, plus kl * (reference / now - 1).
    At the first step after sampling the ratio is 1, and without `kl` the weight of a
    token is its answer's advantage and nothing else.

    Example: a fresh token with advantage 0.5 -> 0.5
    """
    weights = advantages * (now - sampled).exp()
    weights = weights.masked_fill(held_by_clip(now, sampled, advantages, clip), 0)
    if reference is not None:
        weights = weights + kl * ((reference - now).exp() - 1)
    return weights
