"""From the scores of all tokens to one token: temperature, top-k, top-p, a dart."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy
import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor

TINY = 1e-30  # a temperature below this is as good as this


@dataclass(frozen=True)
class SamplingConfig:
    """How a token is drawn from the model's probabilities.

    Raises:
        ValueError: if a number lies outside its range.
    """

    temperature: float = 1.0  # below 1 cautious, above 1 wilder, 0 always the likeliest
    top_k: int | None = None  # only the k likeliest; None keeps every token
    top_p: float | None = None  # only the likeliest that reach p together
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.temperature < math.inf:
            raise ValueError(f"temperature must be >= 0, got {self.temperature}")
        if self.top_k is not None and self.top_k < 1:
            raise ValueError(
                f"top_k must be at least 1, or None to keep all, got {self.top_k}"
            )
        if self.top_p is not None and not 0 < self.top_p <= 1:
            raise ValueError(
                f"top_p must be above 0 and at most 1, or None to keep all, got "
                f"{self.top_p}"
            )
        if self.seed < 0:
            raise ValueError(f"seed must not be negative, got {self.seed}")


def next_probabilities(
    logits: Float[Tensor, "... V"], sampling: SamplingConfig
) -> Float[Tensor, "... V"]:
    """Turn scores into the probabilities from which the next token is drawn.

    Temperature first, then top-k (Fan et al. 2018, section 5.4), then top-p of what is
    left (Holtzman et al. 2020, section 3.1). The token that crosses the threshold of
    top-p stays, so at least one always does. What stays is scaled up to sum to 1. At
    temperature 0 the likeliest token has it all, the lowest id among equals.

    Example: probabilities .5 .3 .2 and top_p=.6 -> .625 .375 0
    """
    logits = logits.float()
    if sampling.temperature == 0:
        return F.one_hot(logits.argmax(-1), logits.shape[-1]).float()
    scaled = logits
    if sampling.temperature != 1:
        # The largest becomes 0 first: a tiny temperature then overflows to -inf, never
        # to nan; one below what fp32 can hold would be 0.
        temperature = max(sampling.temperature, TINY)
        scaled = (logits - logits.amax(-1, keepdim=True)) / temperature
    if sampling.top_k is None and sampling.top_p is None:
        return scaled.softmax(-1)
    k = min(sampling.top_k or logits.shape[-1], logits.shape[-1])
    best, ids = scaled.topk(k)  # from the likeliest down
    kept = best.softmax(-1)
    if sampling.top_p is not None and sampling.top_p < 1:
        likelier = kept.cumsum(-1) - kept  # what the tokens before it have together
        kept = kept.masked_fill(likelier >= sampling.top_p, 0)
        kept = kept / kept.sum(-1, keepdim=True)
    return torch.zeros_like(scaled).scatter(-1, ids, kept)


def draw(
    probabilities: Float[Tensor, "B V"], darts: Float[Tensor, " B"]
) -> Int[Tensor, " B"]:
    """Lay a row's probabilities end to end, and see in which token its dart lands.

    Darts fly from 0 up to, but not including, 1. A token of probability 0 has no
    length, so it is never hit.

    Example: probabilities .2 .5 .3: a dart at .1 hits 0, at .2 hits 1, at .9 hits 2
    """
    ends = probabilities.cumsum(-1)
    landed = darts * ends[:, -1]  # rounding may leave the last end beside 1
    return torch.searchsorted(ends, landed[:, None], right=True)[:, 0]


def darts_of_rows(seed: int, rows: Sequence[int], n: int) -> Float[Tensor, "B n"]:
    """Throw `n` darts for each row before anything is generated, on the CPU.

    A row has dice of its own, made from the seed and the row's number: what it says
    depends neither on its neighbours nor on the device, and a second row with the same
    prompt says something else. The dice are NumPy's, which two numbers can seed; with
    one (seed + row), row 1 of seed 0 would say what row 0 of seed 1 says.
    """
    # NumPy cuts a large seed into pieces of 32 bits; the row stands between these.
    low, *high = (seed % 2**32, seed // 2**32) if seed >= 2**32 else (seed,)
    dice = [numpy.random.default_rng([low, row, *high]) for row in rows]
    return torch.from_numpy(numpy.stack([d.random(n, numpy.float32) for d in dice]))
