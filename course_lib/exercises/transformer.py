"""Exercises of the Transformer: turn, norm, count; `attention` has three more."""

from collections.abc import Callable

import torch
from torch import Tensor

from course_lib.exercises.attention import call_untouched, compare
from course_lib.exercises.board import Mistake, exercise, expect, pin

__all__ = ["exercise"]  # so that a chapter needs one import


def _turned(pairs: Tensor, angles: Tensor) -> Tensor:
    a, b = pairs[..., 0], pairs[..., 1]
    cosine, sine = angles.cos(), angles.sin()
    return torch.stack([a * cosine - b * sine, a * sine + b * cosine], dim=-1)


def check_turn(answer: Callable[[Tensor, Tensor], Tensor]) -> None:
    pairs = torch.tensor([[1.0, 0.0], [0.0, 2.0], [3.0, 1.0]])
    angles = torch.tensor([0.5, 1.0, 2.0])
    wanted = _turned(pairs, angles)
    a, b = pairs.T
    first = a * angles.cos() - b * angles.sin()
    spoiled = torch.stack([first, first * angles.sin() + b * angles.cos()], -1)
    mirrored = torch.stack([first, a * angles.sin() - b * angles.cos()], -1)
    wrong = [
        (_turned(pairs, -angles), "you turned the other way round. Positive angles "
         "turn against the clock: (1, 0) by a quarter turn is (0, 1)."),
        (_turned(pairs, torch.deg2rad(angles)), "angles are in radians here, and "
         "torch's cos and sin want radians: nothing has to be converted."),
        (spoiled, "the second line already uses the NEW first number. Both new numbers "
         "are made of the two old ones."),
        (mirrored, "a sign is wrong: that is a mirror, not a turn. The second new "
         "number is a · sin + b · cos."),
        (_turned(pairs, angles[:1]), "every pair was turned by the first angle; each "
         "has an angle of its own."),
        (pairs + angles[:, None], "you added the angle to the numbers. A turn keeps "
         "the length of the arrow."),
        (wanted.T, "the axes are swapped: put the two new numbers side by side in the "
         "LAST axis, torch.stack([...], dim=-1)."),
    ]  # fmt: skip
    compare("turn(pairs, angles)", call_untouched(answer, pairs, angles), wanted, wrong)
    batch = torch.arange(24.0).reshape(3, 4, 2)
    wanted = _turned(batch, torch.arange(4.0))
    compare("turn of pairs [3, 4, 2]", answer(batch, torch.arange(4.0)), wanted, [])


@pin(
    "04.turn",
    check_turn,
    hints=(
        "<code>a, b = pairs[..., 0], pairs[..., 1]</code> takes all first and all "
        "second numbers (<code>...</code> inside brackets means: all other axes).",
        "<code>torch.stack([new_a, new_b], dim=-1)</code> puts the two side by side "
        "again, as the last axis.",
    ),
)
def _turn(pairs, angles):
    a, b = pairs[..., 0], pairs[..., 1]
    new_a = a * angles.cos() - b * angles.sin()
    new_b = a * angles.sin() + b * angles.cos()
    return torch.stack([new_a, new_b], dim=-1)


def _root_mean_square(x: Tensor, axis: int = -1) -> Tensor:
    return x.pow(2).mean(axis, keepdim=True).sqrt()


def check_rms_norm(answer: Callable[[Tensor, Tensor], Tensor]) -> None:
    x = torch.tensor([[3.0, 4.0, 0.0, 5.0], [-10.0, 20.0, 30.0, 40.0]])
    weight = torch.tensor([1.0, 2.0, 0.5, 3.0])
    size, centred = _root_mean_square(x), x - x.mean(-1, keepdim=True)
    wrong = [
        (x / size, "the weight is missing: multiply by it at the end."),
        (centred / _root_mean_square(centred) * weight, "you took off the mean. That "
         "is LayerNorm, GPT-2's; RMSNorm leaves the mean alone."),
        (x / _root_mean_square(x, 0) * weight, "you measured along the wrong axis: "
         "each TOKEN is brought to size, over its own C numbers, dim=-1."),
        (x / _root_mean_square(x.flatten()) * weight, "one size for all tokens. Each "
         "row has a size of its own: .mean(-1, keepdim=True)."),
        (x / size**2 * weight, "the root is missing: you divided by the mean square."),
        (x / x.norm(dim=-1, keepdim=True) * weight, "you divided by the length, the "
         "root of the SUM of squares; it is the root of their MEAN."),
        (x / x.abs().mean(-1, keepdim=True) * weight, "that is the mean of the sizes; "
         "square first, then mean, then root."),
        (x / x.mean(-1, keepdim=True) * weight, "you divided by the mean, which may be "
         "zero. Square first, then mean, then root."),
    ]  # fmt: skip
    got = call_untouched(answer, x, weight)
    compare("rms_norm(x, weight)", got, x / size * weight, wrong)
    batch = torch.arange(1.0, 25).reshape(2, 3, 4)
    wanted = batch / _root_mean_square(batch) * weight
    wrong = [
        (
            batch / _root_mean_square(batch, 1) * weight,
            "it works for [T, C] and "
            "not for [B, T, C]: the C numbers are the LAST axis, dim=-1.",
        )
    ]
    compare("rms_norm of [2, 3, 4]", answer(batch, weight), wanted, wrong)
    zeros = torch.zeros(1, 4)
    if torch.isnan(answer(zeros, weight)).any():
        raise Mistake(
            "a token of zeros becomes nan, 0 / 0. Add 1e-5 to the mean square, inside "
            "of the root."
        )
    small = torch.tensor([[0.001, -0.002, 0.001, 0.003]])
    inside = small / (small.pow(2).mean(-1, keepdim=True) + 1e-5).sqrt() * weight
    outside = small / (_root_mean_square(small) + 1e-5) * weight
    message = "add 1e-5 INSIDE of the root, to the mean square, as Llama does."
    compare(
        "rms_norm of very small numbers", answer(small, weight), inside,
        [(outside, message)],
    )  # fmt: skip


@pin(
    "04.rms_norm",
    check_rms_norm,
    hints=(
        "Read the name backwards: <b>s</b>quare all numbers, take their <b>m</b>ean "
        "(over the last axis), take the <b>r</b>oot. Divide by that.",
        "<code>x.pow(2).mean(-1, keepdim=True)</code> is the mean square of each "
        "token; <code>keepdim</code> keeps the axis, with length 1, so that the "
        "division fits.",
    ),
)
def _rms_norm(x, weight):
    mean_square = x.pow(2).mean(-1, keepdim=True)
    return x / (mean_square + 1e-5).sqrt() * weight


def check_block_parameters(answer: Callable[[int, int, int], int]) -> None:
    C, H, M = 6, 3, 10
    D = C // H
    named = {
        4 * C * C + 3 * C * M: "the two norms have a weight per number of the stream: "
        "2 · C more.",
        4 * C * C + 3 * C * M + C: "there are two norms in a block, one before each "
        "part.",
        3 * C * C + 3 * C * M + 2 * C: "attention has four matrices: query, key, "
        "value, and `out`, which mixes the heads.",
        4 * C * C + 2 * C * M + 2 * C: "you counted two matrices in the MLP. That is "
        "GPT-2's; with a gate there are three.",
        H * 4 * C * C + 3 * C * M + 2 * C: "you counted the attention matrices once a "
        "head. The heads SHARE them: each takes D = C / H columns.",
        4 * C * D + 3 * C * M + 2 * C: "you counted one head only; H heads of D "
        "columns each make matrices of C × C.",
        H * 3 * C * D + C * D + 3 * C * M + 2 * C: "`out` takes all heads side by "
        "side, H · D = C numbers: it is C × C.",
        4 * C * C + 3 * C * M + 4 * C: "RMSNorm has a weight and no bias: C numbers "
        "each.",
        4 * C * C + 3 * M * M + 2 * C: "the MLP's matrices lead from C to M or from M "
        "to C: each has C · M numbers.",
    }
    got = answer(C, H, M)
    if isinstance(got, float):
        raise Mistake("parameters are counted: return a whole number (use //, not /).")
    if got in named:
        raise Mistake(named[got])
    wanted = 4 * C * C + 3 * C * M + 2 * C
    expect(got, wanted, f"block_parameters(C={C}, H={H}, M={M})")
    expect(answer(64, 4, 176), 50_304, "block_parameters(C=64, H=4, M=176)")


@pin(
    "04.block_parameters",
    check_block_parameters,
    hints=(
        "Go through the table of shapes: four matrices of C × C in attention, three "
        "in the MLP, and two norms with one weight for each of the C numbers.",
        "Does H occur in the answer at all? H heads of C / H numbers each make C.",
    ),
)
def _block_parameters(C, H, M):
    D = C // H
    attention = 4 * C * (H * D)  # query, key, value, out; and H * D is C again
    mlp = 3 * C * M  # gate, up, down
    norms = 2 * C
    return attention + mlp + norms
