"""Causal attention that skips the future, for training on a CPU.

A square of T x T scores is half future. Here the queries go block by block, each block
against the keys up to its own end, so most of that half is never computed. It equals
`scaled_dot_product_attention(..., is_causal=True)`; on a GPU that one is faster.
"""

import math

import torch
from jaxtyping import Float
from torch import Tensor
from torch.autograd.function import once_differentiable

BLOCK = 64  # queries at a time: few enough to skip much, many enough to multiply well
GROUP = 16  # heads at a time: so that their scores stay in a core's cache


def causal_attention(
    query: Float[Tensor, "B H T D"],
    key: Float[Tensor, "B H T D"],
    value: Float[Tensor, "B H T D"],
) -> Float[Tensor, "B H T D"]:
    """Let each query gather values up to its own place (Vaswani et al. 2017, 3.2).

    The probabilities are kept for the way back, nearly T x T a head: at the lengths
    of this course that is cheaper than to compute them twice (Dao et al. 2022 do, for
    long rows on a GPU, where memory is what is slow).
    """
    rows = (t.flatten(0, 1) for t in (query, key, value))
    return _CausalAttention.apply(*rows).view(query.shape)


class _CausalAttention(torch.autograd.Function):
    """Rows are the heads of all texts, [B*H, T, D]; slopes by the chain rule."""

    @staticmethod
    def forward(ctx, query, key, value):
        query = query * (1 / math.sqrt(query.shape[-1]))
        gathered, kept = torch.empty_like(value), []
        parts = (t.split(GROUP) for t in (query, key, value, gathered))
        for group in zip(*parts, strict=True):
            kept += _gather(*group)
        ctx.save_for_backward(query, key, value, gathered, *kept)
        return gathered

    @staticmethod
    @once_differentiable
    def backward(ctx, upstream):
        query, key, value, gathered, *kept = ctx.saved_tensors
        # What the softmax takes off each row: the mean of its slopes, by its weights.
        mean = (upstream * gathered).sum(-1, keepdim=True)
        slopes = torch.empty_like(query), torch.zeros_like(key), torch.zeros_like(value)
        parts = (t.split(GROUP) for t in (query, key, value, upstream, mean, *slopes))
        n_blocks = math.ceil(query.shape[1] / BLOCK)
        for k, group in enumerate(zip(*parts, strict=True)):
            _go_back(*group, kept[k * n_blocks : (k + 1) * n_blocks])
        slopes[0].mul_(1 / math.sqrt(query.shape[-1]))
        return slopes


def _gather(query, key, value, gathered) -> list[Tensor]:
    """Fill `gathered`, block by block; return each block's attention weights."""
    length, kept = query.shape[1], []
    future = torch.full((BLOCK, BLOCK), -math.inf, device=query.device).triu_(1)
    for start in range(0, length, BLOCK):
        end = min(start + BLOCK, length)
        n = end - start
        scores = torch.bmm(query[:, start:end], key[:, :end].mT).float()
        scores[:, :, start:] += future[:n, :n]
        weights = scores.softmax(-1).to(value.dtype)
        gathered[:, start:end] = torch.bmm(weights, value[:, :end])
        kept.append(weights)
    return kept


def _go_back(query, key, value, upstream, mean, d_query, d_key, d_value, kept) -> None:
    """Fill the slopes of queries, keys and values, block by block."""
    start = 0
    for weights in kept:
        end = start + weights.shape[1]
        above = upstream[:, start:end]
        d_value[:, :end] += torch.bmm(weights.mT, above)
        slopes = torch.bmm(above, value[:, :end].mT)
        slopes = slopes.sub_(mean[:, start:end]).mul_(weights)
        d_query[:, start:end] = torch.bmm(slopes, key[:, :end])
        d_key[:, :end] += torch.bmm(slopes.mT, query[:, start:end])
        start = end
