"""AdamW for vectors and embeddings, Muon for the matrices in between."""

from collections.abc import Iterable

import torch
import torch.distributed as dist
from jaxtyping import Float
from torch import Tensor, nn

# Five steps with these numbers bring singular values between 0.01 and 1 to between
# about 0.7 and 1.2, which is as good as 1 here (Jordan et al. 2024).
NEWTON_SCHULZ = (3.4445, -4.7750, 2.0315)
NEWTON_SCHULZ_STEPS = 5


def orthogonalize(matrices: Float[Tensor, "N R C"]) -> Float[Tensor, "N R C"]:
    """Set all singular values of each matrix to about 1, and keep its directions.

    A gradient's few strong directions drown its many weak ones; after this, all are
    followed equally. Newton-Schulz iteration needs products only, no decomposition.
    """
    a, b, c = NEWTON_SCHULZ
    tall = matrices.shape[-2] > matrices.shape[-1]
    x = matrices.mT if tall else matrices
    x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    for _ in range(NEWTON_SCHULZ_STEPS):
        square = x @ x.mT
        x = a * x + (b * square + c * square @ square) @ x
    return x.mT if tall else x


class Muon(torch.optim.Optimizer):
    """Momentum, made orthogonal (Jordan et al. 2024), for weight matrices.

    Matrices of one shape are stacked and handled by one batched product.

    Raises:
        ValueError: if a parameter is no matrix.
    """

    def __init__(
        self,
        parameters: Iterable[nn.Parameter],
        lr: float = 0.02,
        momentum: float = 0.95,
        weight_decay: float = 0.0,
        dtype: torch.dtype = torch.float32,
    ) -> None:
        parameters = list(parameters)
        if bad := [list(p.shape) for p in parameters if p.dim() != 2]:
            raise ValueError(
                f"Muon is for matrices, got shapes {bad}; give those to AdamW"
            )
        defaults = {"lr": lr, "momentum": momentum, "weight_decay": weight_decay}
        self.dtype = dtype  # of the products inside
        super().__init__(parameters, defaults)

    @torch.no_grad()
    def step(self, closure: None = None) -> None:
        if closure is not None:
            raise ValueError(
                "Muon takes no closure; call loss.backward() before step()"
            )
        for group in self.param_groups:
            by_shape: dict[tuple[int, ...], list[nn.Parameter]] = {}
            for parameter in group["params"]:
                if parameter.grad is not None:
                    # A wide matrix and its tall transpose share the same products.
                    by_shape.setdefault(_lying(parameter).shape, []).append(parameter)
            for parameters in by_shape.values():
                self._step_one_shape(parameters, group)

    def _step_one_shape(self, parameters: list[nn.Parameter], group: dict) -> None:
        directions = []
        for parameter in parameters:
            state = self.state[parameter]
            if not state:
                state["momentum"] = torch.zeros_like(parameter)
            mean = state["momentum"].lerp_(parameter.grad, 1 - group["momentum"])
            ahead = parameter.grad.lerp(mean, group["momentum"])  # Nesterov
            directions.append(ahead if _lies(parameter) else ahead.mT)
        stacked = torch.stack(directions).to(self.dtype)
        updates = _orthogonalize_together(stacked).to(parameters[0].dtype)
        for parameter, update in zip(parameters, updates, strict=True):
            rows, columns = parameter.shape
            rate = group["lr"] * max(1, rows / columns) ** 0.5
            parameter.mul_(1 - group["lr"] * group["weight_decay"])
            parameter.add_(update if _lies(parameter) else update.mT, alpha=-rate)


def _orthogonalize_together(matrices: Float[Tensor, "N R C"]) -> Float[Tensor, "N R C"]:
    """Let each process under `torchrun` do its share, and hand all the results round.

    All hold the same gradients: without this, each would compute all of it.
    """
    if not dist.is_initialized():
        return orthogonalize(matrices)
    mine = slice(dist.get_rank(), None, dist.get_world_size())
    updates = torch.zeros_like(matrices)
    if len(matrices[mine]):
        updates[mine] = orthogonalize(matrices[mine])
    dist.all_reduce(updates)  # to zeros, so a sum is a collection
    return updates


def _lies(matrix: Tensor) -> bool:
    return matrix.shape[0] <= matrix.shape[1]


def _lying(matrix: Tensor) -> Tensor:
    return matrix if _lies(matrix) else matrix.mT


def make_optimizers(
    model: nn.Module, name: str, learning_rate: float, muon_rate: float,
    weight_decay: float, dtype: torch.dtype = torch.float32,
) -> list[torch.optim.Optimizer]:  # fmt: skip
    """Share the parameters out: matrices inside the blocks to Muon, the rest to AdamW.

    With `name` "adamw", all go to AdamW. Only matrices decay. Frozen parameters have
    no optimizer.

    Raises:
        ValueError: if all are frozen.
    """
    matrices, rest = [], []
    for path, parameter in model.named_parameters():
        if not parameter.requires_grad:
            continue
        in_block = "blocks." in path and parameter.dim() == 2
        (matrices if in_block else rest).append(parameter)
    muon = [Muon(matrices, muon_rate, 0.95, weight_decay, dtype)] if matrices else []
    if name == "adamw":
        muon = []
        rest = rest + matrices
    groups = [
        {"params": [p for p in rest if p.dim() >= 2], "weight_decay": weight_decay},
        {"params": [p for p in rest if p.dim() < 2], "weight_decay": 0.0},
    ]
    groups = [group for group in groups if group["params"]]
    if not groups and not muon:
        raise ValueError(
            "nothing can be trained: all parameters are frozen. Adapters that were "
            "merged can go on after adapters.unmerge()"
        )
    if not groups:  # all that is trained are adapters
        return list(muon)
    adamw = torch.optim.AdamW(groups, learning_rate, betas=(0.9, 0.95), fused=True)
    return [adamw, *muon]
