"""The weighted next-token loss, once as one reads it and once as one trains with it."""

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.autograd.function import once_differentiable

CHUNK_NUMBERS = 2**18  # logits of one chunk: 1 MB in fp32, so that they stay in cache
CHUNK_ROWS = 32  # at least: with fewer, reading a large matrix again costs more


def weighted_loss(
    logits: Float[Tensor, "B T V"],
    targets: Int[Tensor, "B T"],
    weights: Float[Tensor, "B T"],
    total: Float[Tensor, ""] | None = None,
) -> Float[Tensor, ""]:
    """Average the surprise at the right tokens, in nats, each by its weight.

    A weight of 0 leaves a token out, a negative one teaches to avoid it. `total` is
    what the weighted sum is divided by: the sum of |weights| unless it is given, as
    it must be where one step is spread over several batches or machines.

    Example: two tokens with probabilities 1/2 and 1/4, weights 1 and 0 -> ln 2
    """
    log_probabilities = logits.float().log_softmax(-1)
    surprise = -log_probabilities.gather(-1, targets[..., None]).squeeze(-1)
    total = _total(weights) if total is None else total
    return (weights * surprise).sum() / total


def head_loss(
    hidden: Float[Tensor, "B T C"],
    matrix: Float[Tensor, "V C"],
    targets: Int[Tensor, "B T"],
    weights: Float[Tensor, "B T"],
    total: Float[Tensor, ""] | None = None,
) -> Float[Tensor, ""]:
    """Compute `weighted_loss(hidden @ matrix.T, ...)` without storing all the logits.

    The logits are by far the largest thing in a training step: B x T x V numbers,
    written and read several times. Here they are made a chunk of tokens at a time,
    and the gradient of a chunk is taken while it is still in the processor's cache.
    Tokens of weight 0 are left out, and so is the gradient of a frozen matrix.
    (Hsu et al. 2024, Liger Kernel, section 3.)
    """
    used = weights.flatten().nonzero().squeeze(-1)
    total = _total(weights) if total is None else total
    hidden, targets, weights = (
        hidden.flatten(0, 1),
        targets.flatten(),
        weights.flatten(),
    )
    if len(used) < len(weights):
        hidden, targets, weights = hidden[used], targets[used], weights[used]
    return _HeadLoss.apply(hidden, matrix, targets, weights / total)


def _total(weights: Tensor) -> Tensor:
    """Sum |weights|; a batch in which nothing counts gives a loss of 0, not of 0/0."""
    return weights.abs().sum().clamp(min=1e-8)


class _HeadLoss(torch.autograd.Function):
    """Sum of weights * surprise, with its gradient computed along the way."""

    @staticmethod
    def forward(ctx, hidden, matrix, targets, weights):
        device = hidden.device.type
        dtype = hidden.dtype
        if torch.is_autocast_enabled(device):
            dtype = torch.get_autocast_dtype(device)
        with torch.autocast(device, enabled=False):
            loss, for_hidden, for_matrix = _loss_and_gradients(
                hidden, matrix.to(dtype), targets, weights, dtype,
                frozen=not ctx.needs_input_grad[1],
            )  # fmt: skip
        if for_matrix is not None:
            for_matrix = for_matrix.to(matrix.dtype)
        ctx.save_for_backward(for_hidden.to(hidden.dtype), for_matrix)
        return loss

    @staticmethod
    @once_differentiable
    def backward(ctx, upstream):
        for_hidden, for_matrix = ctx.saved_tensors
        if for_matrix is not None:
            for_matrix = upstream * for_matrix
        return upstream * for_hidden, for_matrix, None, None


def _loss_and_gradients(
    hidden: Float[Tensor, "N C"],
    matrix: Float[Tensor, "V C"],
    targets: Int[Tensor, " N"],
    weights: Float[Tensor, " N"],
    dtype: torch.dtype,
    frozen: bool,
) -> tuple[Tensor, Tensor, Tensor | None]:
    """Walk over the tokens in chunks; the gradient is weights * (p - one_hot)."""
    vocab_size = matrix.shape[0]
    rows = max(CHUNK_ROWS, CHUNK_NUMBERS // vocab_size)
    loss = torch.zeros((), device=hidden.device)
    for_hidden = torch.empty_like(hidden, dtype=dtype)
    for_matrix = None if frozen else torch.zeros(matrix.shape, device=matrix.device)
    for start in range(0, len(hidden), rows):
        part = slice(start, start + rows)
        h, w = hidden[part].to(dtype), weights[part, None]
        target = targets[part, None]
        logits = (h @ matrix.T).float()
        highest = logits.amax(-1, keepdim=True)
        right = logits.gather(-1, target)
        # From here on `logits` is overwritten: first by exponentials, then by slopes.
        exponentials = logits.sub_(highest).exp_()
        norm = exponentials.sum(-1, keepdim=True)
        loss += (w * (norm.log() + highest - right)).sum()
        slopes = exponentials.mul_(w / norm)
        slopes.scatter_add_(-1, target, -w)
        slopes = slopes.to(dtype)
        torch.mm(slopes, matrix, out=for_hidden[part])
        if for_matrix is None:
            continue
        if dtype == torch.float32:
            for_matrix.addmm_(slopes.T, h)
        else:
            for_matrix += slopes.T @ h
    return loss, for_hidden, for_matrix
