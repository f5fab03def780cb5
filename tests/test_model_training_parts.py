"""What training computes by hand equals what torch puts together, slopes included."""

import pytest
import torch
import torch.nn.functional as F

from course_lib.model.causal import BLOCK, causal_attention
from course_lib.model.rms_norm import RMSNorm


def drawn(*shape: int, seed: int = 0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=generator).requires_grad_()


def slopes(output: torch.Tensor, inputs) -> tuple[torch.Tensor, ...]:
    upstream = drawn(*output.shape, seed=9).detach()
    return torch.autograd.grad(output, inputs, upstream)


@pytest.mark.parametrize("length", [1, BLOCK - 1, BLOCK, 3 * BLOCK + 5])
def test_causal_attention_equals_torchs(length):
    inputs = [drawn(2, 3, length, 8, seed=k) for k in range(3)]
    ours = causal_attention(*inputs)
    torchs = F.scaled_dot_product_attention(*inputs, is_causal=True)
    torch.testing.assert_close(ours, torchs)
    for mine, expected in zip(
        slopes(ours, inputs), slopes(torchs, inputs), strict=True
    ):
        torch.testing.assert_close(mine, expected, rtol=1e-4, atol=1e-5)  # other order


def test_causal_attention_takes_views_that_are_not_contiguous():
    inputs = [drawn(2, 70, 3, 8, seed=k) for k in range(3)]
    views = [t.transpose(1, 2) for t in inputs]
    torchs = F.scaled_dot_product_attention(*views, is_causal=True)
    torch.testing.assert_close(causal_attention(*views), torchs)


@pytest.mark.parametrize("eps", [1e-5, None])
@pytest.mark.parametrize("rows", [(3, 5), ()])
def test_rms_norm_equals_torchs(rows, eps):
    x, theirs, ours = drawn(*rows, 16), torch.nn.RMSNorm(16, eps), RMSNorm(16, eps)
    with torch.no_grad():
        for norm in (theirs, ours):
            norm.weight.copy_(drawn(16, seed=4))
    expected, got = theirs(x), ours(x)
    torch.testing.assert_close(got, expected)
    pairs = zip(
        slopes(got, [x, ours.weight]), slopes(expected, [x, theirs.weight]), strict=True
    )
    for mine, wanted in pairs:
        torch.testing.assert_close(mine, wanted)
    with torch.no_grad():  # the other path
        torch.testing.assert_close(ours(x), expected)
