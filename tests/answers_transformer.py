"""Typical wrong answers of the Transformer exercises, and what they are told."""

# ruff: noqa: ARG005

import math

import torch


def future(scores):
    return torch.ones(scores.shape[-2:]).triu(1).bool()


def hide(scores, value=-math.inf):
    return scores.masked_fill(future(scores), value)


def hide_in_place(scores):
    return scores.masked_fill_(future(scores), -math.inf)


def hide_by_a_factor(scores):
    return scores * torch.ones(future(scores).shape).masked_fill(
        future(scores), -math.inf
    )


def scores_of(query, key):
    return query @ key.mT / query.shape[-1] ** 0.5


def attend_one_head_only(query, key, value):
    return (
        hide(query @ key.transpose(0, 1) / query.shape[-1] ** 0.5).softmax(-1) @ value
    )


def attend_with_dim_1(query, key, value):
    return hide(scores_of(query, key)).softmax(1) @ value


def running(x):
    return x.cumsum(0)


def counts(x):
    return torch.arange(1.0, len(x) + 1)[:, None]


def turned(pairs, angles):
    a, b = pairs[..., 0], pairs[..., 1]
    cos, sin = angles.cos(), angles.sin()
    return torch.stack([a * cos - b * sin, a * sin + b * cos], dim=-1)


def turn_in_place(pairs, angles):
    a = pairs[..., 0]
    pairs[..., 0] = a * angles.cos() - pairs[..., 1] * angles.sin()
    pairs[..., 1] = a * angles.sin() + pairs[..., 1] * angles.cos()
    return pairs


def turn_with_the_new_first(pairs, angles):
    a, b = pairs[..., 0], pairs[..., 1]
    a = a * angles.cos() - b * angles.sin()
    b = a * angles.sin() + b * angles.cos()
    return torch.stack([a, b], dim=-1)


def mean_square(x, axis=-1):
    return x.pow(2).mean(axis, keepdim=True)


def centred(x):
    return x - x.mean(-1, keepdim=True)


WRONG = {
    "04.average_past": [
        (lambda x: x.mean(0), "one average for all"),
        (lambda x: x.mean(0).expand(len(x), -1), "sees the future"),
        (running, "those are sums"),
        (lambda x: running(x) / len(x), "divided every row by 4"),
        (
            lambda x: torch.stack([x[:t].mean(0) for t in range(len(x))]),
            "x[:t] ends before t",
        ),
        (lambda x: x.cumsum(1) / torch.arange(1.0, 3), "wrong axis"),
        (lambda x: [x[: t + 1].mean(0) for t in range(len(x))], "return a tensor"),
        (lambda x: x.div_(2), "changed the tensor"),
        (lambda x: x / counts(x), "and yours is"),
        (lambda _: None, "is there a `return`"),
    ],
    "04.causal_mask": [
        (lambda scores: scores.tril(), "with zeros"),
        (lambda scores: hide(scores, math.inf), "plus infinity"),
        (
            lambda s: s.masked_fill(torch.ones(s.shape).triu().bool(), -math.inf),
            "diagonal, too",
        ),
        (lambda scores: hide(scores.mT).mT, "upside down"),
        (lambda scores: hide(scores).softmax(-1), "return scores"),
        (lambda scores: scores.clone(), "nothing is hidden"),
        (hide_in_place, "changed the tensor"),
        (hide_by_a_factor, "[1.0, inf, nan]"),
    ],
    "04.attend": [
        (lambda q, k, v: hide(scores_of(q, k)).softmax(-2) @ v, "wrong axis"),
        (lambda q, k, v: scores_of(q, k).softmax(-1).tril() @ v, "after softmax"),
        (lambda q, k, v: hide(q @ k.mT).softmax(-1) @ v, "root of D is missing"),
        (lambda q, k, v: hide(q @ k.mT / q.shape[-1]).softmax(-1) @ v, "divided by D"),
        (
            lambda q, k, v: hide(q @ k.mT / q.shape[-2] ** 0.5).softmax(-1) @ v,
            "root of T",
        ),
        (lambda q, k, v: scores_of(q, k).softmax(-1) @ v, "nothing is masked"),
        (lambda q, k, v: hide(scores_of(k, q)).softmax(-1) @ v, "swapped"),
        (lambda q, k, _: hide(scores_of(q, k)).softmax(-1), "those are the weights"),
        (lambda q, k, _: hide(scores_of(q, k)).softmax(-1) @ k, "averaged the keys"),
        (attend_one_head_only, "not for several"),
        (attend_with_dim_1, "several heads"),
    ],
    "04.turn": [
        (lambda pairs, angles: turned(pairs, -angles), "other way round"),
        (lambda pairs, angles: turned(pairs, torch.deg2rad(angles)), "radians"),
        (turn_with_the_new_first, "the NEW first number"),
        (lambda pairs, angles: turned(pairs, angles[:1]), "the first angle"),
        (lambda pairs, angles: pairs + angles[:, None], "added the angle"),
        (lambda pairs, angles: turned(pairs, angles).T, "axes are swapped"),
        (turn_in_place, "changed the tensor"),
    ],
    "04.rms_norm": [
        (lambda x, _: x / mean_square(x).sqrt(), "weight is missing"),
        (
            lambda x, w: centred(x) / mean_square(centred(x)).sqrt() * w,
            "LayerNorm",
        ),
        (lambda x, w: x / mean_square(x, 0).sqrt() * w, "wrong axis"),
        (
            lambda x, w: x / (mean_square(x, 1) + 1e-5).sqrt() * w,
            "not for [B, T, C]",
        ),
        (lambda x, w: x / x.pow(2).mean().sqrt() * w, "one size for all"),
        (lambda x, w: x / mean_square(x) * w, "root is missing"),
        (lambda x, w: x / x.norm(dim=-1, keepdim=True) * w, "root of the SUM"),
        (lambda x, w: x / mean_square(x).sqrt() * w, "becomes nan"),
        (lambda x, w: x / (mean_square(x).sqrt() + 1e-5) * w, "INSIDE"),
    ],
    "04.block_parameters": [
        (lambda C, H, M: 4 * C * C + 3 * C * M, "two norms have a weight"),
        (lambda C, H, M: 3 * C * C + 3 * C * M + 2 * C, "four matrices"),
        (lambda C, H, M: 4 * C * C + 2 * C * M + 2 * C, "two matrices in the MLP"),
        (lambda C, H, M: 4 * H * C * C + 3 * C * M + 2 * C, "once a head"),
        (lambda C, H, M: 4 * C * (C / H) * H + 3 * C * M + 2 * C, "whole number"),
        (lambda C, H, M: 4 * C * (C // H) + 3 * C * M + 2 * C, "one head only"),
        (lambda C, H, M: 4 * C * C + 3 * C * M + 4 * C, "no bias"),
        (lambda C, H, M: 4 * C * C + 3 * C * M + 12, "should be 50304"),
    ],
}
RIGHT = {
    "04.average_past": [
        lambda x: running(x) / counts(x),
        lambda x: torch.ones(len(x), len(x)).tril() / counts(x) @ x,
    ],
    "04.causal_mask": [lambda s: torch.where(future(s), -math.inf, s)],
    "04.attend": [
        lambda q, k, v: torch.nn.functional.scaled_dot_product_attention(
            q, k, v, is_causal=True
        )
    ],
    "04.turn": [turned],
    "04.rms_norm": [
        lambda x, w: torch.nn.functional.rms_norm(x, x.shape[-1:], w, 1e-5)
    ],
    "04.block_parameters": [lambda C, H, M: C * (4 * C + 3 * M + 2)],
}
