"""Best of n: write n answers, keep the one that the reward model likes best.

No training, and the plainest way to push against a reward model: n says how hard.
"""

import itertools
import math

import torch
from jaxtyping import Float, Real
from torch import Tensor


def best_of_n_kl(n: int) -> float:
    """Return how far best of n moves from the model that wrote: log n - (n-1)/n nats.

    Exact where no two draws score alike. With ties, and an answer drawn twice is one,
    it is an upper bound (Stiennon et al. 2020, appendix G.3; Gao et al. 2022, section
    2; Beirami et al. 2024 prove the bound).

    Raises:
        ValueError: if n is below 1.
    Example: n = 1 -> 0; n = 4 -> 0.636; n = 64 -> 3.175
    """
    if n < 1:
        raise ValueError(f"n must be at least 1, got {n}")
    return math.log(n) - (n - 1) / n


def best_of_n(
    scores: Float[Tensor, "P G"], values: Real[Tensor, "P G"], n: int
) -> Float[Tensor, " P"]:
    """Return, for each request, what the winner among n of its G answers is worth.

    `scores` chooses, `values` is measured; both may be the same. It is the mean over
    all ways to draw n of the G, computed at once: the answer of rank k wins if it is
    drawn and nothing better is (as in Nakano et al. 2021, WebGPT). Those that score
    alike share their chances.

    Raises:
        ValueError: if n is not from 1 to G, or the shapes differ.
    Example: scores [[3., 1., 2.]], values [[0., 0., 6.]], n = 2 -> [2.]
    """
    g = scores.shape[-1]
    if scores.shape != values.shape or not 1 <= n <= g:
        raise ValueError(
            f"scores and values must have one shape and n lie from 1 to {g}, got "
            f"{list(scores.shape)}, {list(values.shape)} and n = {n}"
        )
    values = values if values.is_floating_point() else values.float()
    # Rank 0 is the best: it wins if drawn, rank k if drawn with n - 1 of those below.
    chances = [math.comb(g - 1 - k, n - 1) / math.comb(g, n) for k in range(g)]
    summed = [0.0, *itertools.accumulate(chances)]
    of_the_first = torch.tensor(summed, dtype=values.dtype, device=values.device)
    mine, others = scores[..., :, None], scores[..., None, :]
    better, alike = (others > mine).sum(-1), (others == mine).sum(-1)
    share = (of_the_first[better + alike] - of_the_first[better]) / alike
    return (values * share).sum(-1)
