"""Causal attention that skips the future, for training on a CPU.

A square of T x T scores is half future. Here the queries go block by block, each block
against the keys up to its own end, so most of that half is never computed. It equals
`scaled_dot_product_attention(..., is_causal=True)`; on a GPU that one is faster.
"""

import math

import torch
from jaxtyping import Float
from torch import Tensor

BLOCK = 64  # queries at a time: few enough to skip much, many enough to multiply well


def causal_attention(
    query: Float[Tensor, "B H T D"],
    key: Float[Tensor, "B H T D"],
    value: Float[Tensor, "B H T D"],
) -> Float[Tensor, "B H T D"]:
    """Let each query gather values up to its own place (Vaswani et al. 2017, 3.2.1).

    The probabilities are kept for the way back, T x T numbers a head: at the lengths
    of this course that is cheaper than to compute them twice (Dao et al. 2022 do, for
    long rows on a GPU, where memory is what is slow).
    """
    rows = (t.flatten(0, 1) for t in (query, key, value))
    return _CausalAttention.apply(*rows).view(query.shape)


class _CausalAttention(torch.autograd.Function):
    """Rows are heads of all texts, [B*H, T, D]; gradients by the chain rule."""

    @staticmethod
    def forward(ctx, query, key, value):
        length, width = query.shape[1:]
        future = torch.full((BLOCK, BLOCK), -math.inf, device=query.device).triu_(1)
        query = query * (1 / math.sqrt(width))
        gathered, kept = torch.empty_like(value), []
        for start in range(0, length, BLOCK):
            end = min(start + BLOCK, length)
            n = end - start
            scores = torch.bmm(query[:, start:end], key[:, :end].mT).float()
            scores[:, :, start:] += future[:n, :n]
            weights = scores.softmax(-1).to(value.dtype)
            torch.bmm(weights, value[:, :end], out=gathered[:, start:end])
            kept.append(weights)
        ctx.save_for_backward(query, key, value, gathered, *kept)
        return gathered

    @staticmethod
    def backward(ctx, upstream):
        query, key, value, gathered, *kept = ctx.saved_tensors
        # What the softmax takes off each row: the mean of its slopes, by its weights.
        mean = (upstream * gathered).sum(-1, keepdim=True)
        for_query = torch.empty_like(query)
        for_key, for_value = torch.zeros_like(key), torch.zeros_like(value)
        for k, weights in enumerate(kept):
            start, end = k * BLOCK, k * BLOCK + weights.shape[1]
            above = upstream[:, start:end]
            for_value[:, :end] += torch.bmm(weights.mT, above)
            slopes = torch.bmm(above, value[:, :end].mT)
            slopes = slopes.sub_(mean[:, start:end]).mul_(weights)
            torch.bmm(slopes, key[:, :end], out=for_query[:, start:end])
            for_key[:, :end] += torch.bmm(slopes.mT, query[:, start:end])
        return for_query.mul_(1 / math.sqrt(query.shape[-1])), for_key, for_value
