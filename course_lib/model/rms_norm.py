"""RMSNorm in few passes over its numbers, with its gradient written by hand."""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.autograd.function import once_differentiable


class RMSNorm(nn.RMSNorm):
    """Give every token's vector the length √C, then scale each of its C numbers.

    Source: Zhang and Sennrich 2019. The same as `torch.nn.RMSNorm`, but on a CPU torch
    puts its gradient together from a dozen steps, each of which reads all numbers.
    """

    def forward(self, x: Float[Tensor, "... C"]) -> Float[Tensor, "... C"]:
        if x.device.type != "cpu" or x.dtype != torch.float32:
            return super().forward(x)
        eps = torch.finfo(x.dtype).eps if self.eps is None else self.eps
        if x.requires_grad:
            return _RMSNorm.apply(x, self.weight, eps)
        return x * _shrink(x, eps) * self.weight


def _shrink(x: Float[Tensor, "... C"], eps: float) -> Float[Tensor, "... 1"]:
    squares = torch.linalg.vector_norm(x, dim=-1, keepdim=True).square_()
    return squares.div_(x.shape[-1]).add_(eps).rsqrt_()


class _RMSNorm(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, weight, eps):
        shrink = _shrink(x, eps)
        even = x * shrink
        ctx.save_for_backward(even, shrink, weight)
        return even * weight

    @staticmethod
    @once_differentiable
    def backward(ctx, upstream):
        even, shrink, weight = ctx.saved_tensors
        width = even.shape[-1]
        along = upstream * even
        for_weight = along.reshape(-1, width).sum(0)
        # What would only lengthen the vector is undone by the norm: leave it out.
        lengthening = (along @ weight)[..., None] / width
        for_x = (upstream * weight).addcmul_(even, lengthening, value=-1)
        return for_x.mul_(shrink), for_weight, None
