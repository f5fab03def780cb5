"""Hold a model's matrices in 8 bits, so that a token costs a quarter of the reading.

To say one token, a processor reads every weight and multiplies it once: the reading
takes the time. So the weights are made smaller. This is for talking on a CPU, never
for training. On a GPU, or where rounding must not show, use the plain model in bf16.
"""

import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Self

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int, Int8
from torch import Tensor, nn

from course_lib.model.layers import MLP, Attention, Rotation, rotate
from course_lib.model.transformer import Transformer

STEPS = 127  # whole numbers on each side of zero that 8 bits have
TINY = torch.tensor(1e-30)  # a tensor: torch makes one of a plain number every time


def quantise(model: Transformer, coarse: bool = False) -> "Int8Transformer":
    """Make an 8-bit copy that `generate`, `stream` and `score` use like the original.

    Norms, positions and biases are kept in fp32, and so is all that goes from one
    matrix to the next. How far it strays from the original, `bench_decode.py` measures.
    Source: Dettmers et al. 2022 (LLM.int8()), section 2.

    Args:
        coarse: where a token comes alone, round what goes into a matrix only once, to
            8 bits: quicker, and several times less exact. Prompts and batches are
            computed as without it.

    Raises:
        ValueError: if a weight is nan or infinite, or if the model has 8 bits already,
            or adapters beside its matrices.
    Example: `next(stream(quantise(model), prompt, SamplingConfig(), 50))`
    """
    if isinstance(model, Int8Transformer):
        raise ValueError("the model is held in 8 bits already; use it as it is")
    with torch.device("meta"):
        plain = Transformer(model.config).state_dict().keys()
    if model.state_dict().keys() != plain:
        raise ValueError(
            "only a plain Transformer can be held in 8 bits; put its adapters into the "
            "weights first: adapters.merge().detach()"
        )
    for name, parameter in model.named_parameters():
        if not bool(parameter.isfinite().all()):
            raise ValueError(
                f"{name} holds nan or inf, which 8 bits cannot; load a checkpoint from "
                "before the training diverged"
            )
    return Int8Transformer(model, coarse)


def rounded_rows(
    matrix: Float[Tensor, "N C"],
) -> tuple[Int8[Tensor, "N C"], Float[Tensor, " N"]]:
    """Round each row to whole numbers from -127 to 127, times one step for the row.

    The step is the row's largest number by 127 (absmax), so no number moves by more
    than half a step. One step per row, because rows differ: a single large number
    anywhere would otherwise make every row coarse.

    Example: [1.0, -0.5, 0.26] -> [127, -64, 33] and 1/127 (-63.5 goes to even)
    """
    matrix = matrix.detach().float()
    steps = (matrix.abs().amax(-1) / STEPS).clamp_min(torch.finfo(torch.float32).tiny)
    return (matrix / steps[:, None]).round().to(torch.int8), steps


# --- One matrix ---


class Int8Linear(nn.Module):
    """Multiply by a matrix of 8-bit numbers; several with the same input become one.

    Real inputs have a few loud numbers among many quiet ones, which 8 bits cannot hold
    together. So each token's input becomes two rows of whole numbers, as hours and
    minutes: one counts steps of its loudest number by 127, the other 254ths of a step
    that are left. Reading the matrix takes the time, so the second row costs little.
    Then a result is off by at most sum(|x|) * step / 2, with the step of its row of
    weights, and a little for the input: sum(|w|) * max(|x|) / 64,000.
    (Where the processor leaves inputs 7 bits, by 63, and / 15,800.)

    Where torch has no such product (`largest_input`), the rounded weights are held as
    plain fp32 numbers: as right, but as large and as slow as those.
    """

    def __init__(self, *sources: nn.Linear, coarse: bool = False) -> None:
        super().__init__()
        self.coarse = coarse
        weights, steps = rounded_rows(torch.cat([part.weight for part in sources]))
        biases = [part.bias for part in sources if part.bias is not None]
        self.bias = torch.cat(biases).detach().float() if biases else None
        self.largest = largest_input() if weights.device.type == "cpu" else None
        if self.largest is None:
            self.register_buffer("plain", weights * steps[:, None])
        else:
            self.parts = torch.tensor(2.0 * self.largest)  # of a step
            self.packed = pack(weights, steps)

    def forward(self, x: Float[Tensor, "... C"]) -> Float[Tensor, "... N"]:
        if self.largest is None:
            return F.linear(x.float(), self.plain, self.bias)
        if self.coarse and x.numel() == x.shape[-1]:
            y = rounded_once(x.float(), self.packed, self.largest)
            return y if self.bias is None else y.add_(self.bias)
        loudest = torch.linalg.vector_norm(x.float(), math.inf, -1, keepdim=True)
        step = torch.add(TINY, loudest, alpha=1 / self.largest)  # all zeros: not 0 / 0
        steps = x / step
        rest = (steps - steps.round()) * self.parts
        both = product(torch.stack([steps, rest]), self.packed, self.largest)
        y = torch.add(both[0], both[1], alpha=0.5 / self.largest).mul_(step)
        return y if self.bias is None else y.add_(self.bias)

    def weights(self) -> Float[Tensor, "N C"]:
        """Return the rounded matrix as plain numbers."""
        if self.largest is None:
            return self.plain
        with _quietly():
            return torch.ops.quantized.linear_unpack(self.packed)[0].dequantize()


class Int8Embedding(nn.Module):
    """Look up rows of 8-bit numbers."""

    def __init__(self, source: nn.Embedding) -> None:
        super().__init__()
        weights, steps = rounded_rows(source.weight)
        self.register_buffer("rows", weights)
        self.register_buffer("steps", steps)

    def forward(self, ids: Int[Tensor, "B T"]) -> Float[Tensor, "B T C"]:
        return self.rows[ids] * self.steps[ids][..., None]


# --- torch's product of 8-bit numbers ---


def product(x: Float[Tensor, "... C"], packed: torch.ScriptObject, largest: int):
    """Round `x` to whole numbers from -largest to largest, and multiply them."""
    multiply = torch.ops.quantized.linear_with_input_q_dq_qweight_dq_output_fp32
    return multiply(x, 1.0, largest + 1, packed)  # held without sign: largest + 1 is 0


def rounded_once(x: Float[Tensor, "*rows C"], packed: torch.ScriptObject, largest: int):
    """Multiply one token, its range cut into 255 steps (127 where 7 bits are safe)."""
    return torch.ops.quantized.linear_dynamic(x, packed, largest < STEPS)


@cache
def largest_input() -> int | None:
    """Say up to which whole number inputs are multiplied rightly here; None if never.

    fbgemm, torch's library for x86, adds two products in 16 bits on older processors,
    where the largest numbers overflow: there inputs get 7 bits. Elsewhere it is absent.
    """
    return next((n for n in (STEPS, STEPS // 2) if _is_right(n)), None)


def _is_right(largest: int) -> bool:
    """Multiply whole numbers, the largest among them, and see whether it was exact."""
    x = torch.full((3, 64), float(largest))
    x[1] = torch.arange(64).remainder(2 * largest + 1) - largest
    x[2] = -largest
    weights = torch.full((32, 64), STEPS, dtype=torch.int8)
    weights[16:] = torch.arange(1024).remainder(255).sub(STEPS).view(16, 64)
    try:
        got = product(x, pack(weights, torch.ones(32)), largest)
    except (RuntimeError, AttributeError):
        return False  # not built into this torch, or not for this processor
    return torch.equal(got, x @ weights.T.float())


def pack(weights: Int8[Tensor, "N C"], steps: Float[Tensor, " N"]):
    """Lay out a matrix in the order in which the product will read it."""
    before = torch.backends.quantized.engine
    with _quietly():
        try:
            torch.backends.quantized.engine = "fbgemm"
            zeros = torch.zeros(len(steps), dtype=torch.long)
            whole = torch._make_per_channel_quantized_tensor(
                weights, steps.double(), zeros, 0
            )
            return torch.ops.quantized.linear_prepack(whole, None)
        finally:
            torch.backends.quantized.engine = before


@contextmanager
def _quietly() -> Iterator[None]:
    """torch 2.13 warns that this layout will move to another package some day."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*quantized tensor.*deprecated.*")
        yield


# --- The whole network ---


class Int8Attention(Attention):
    """Attention with queries, keys and values made by one product."""

    def __init__(self, source: Attention, coarse: bool) -> None:
        nn.Module.__init__(self)  # not Attention's: it makes matrices of its own
        self.config = source.config
        three = (source.query, source.key, source.value)
        self.all_three = Int8Linear(*three, coarse=coarse)
        self.out = Int8Linear(source.out, coarse=coarse)

    def project(
        self, x: Float[Tensor, "B T C"], by: Rotation | None
    ) -> tuple[Tensor, Tensor, Tensor]:
        shape = (*x.shape[:2], -1, self.config.head_width)
        heads = self.all_three(x).view(shape).transpose(1, 2)
        n, n_rotated = self.config.n_heads, self.config.n_heads + self.config.n_kv_heads
        turned, value = heads[:, :n_rotated], heads[:, n_rotated:]
        if by is not None:
            turned = rotate(turned, by)
        query, key = turned[:, :n], turned[:, n:]
        return query, key, value


class Int8MLP(MLP):
    """An MLP whose gate and first matrix are one."""

    def __init__(self, source: MLP, coarse: bool) -> None:
        nn.Module.__init__(self)
        self.gated = source.gated
        first = [source.gate, source.up] if self.gated else [source.up]
        self.first = Int8Linear(*first, coarse=coarse)
        self.down = Int8Linear(source.down, coarse=coarse)

    def forward(self, x: Float[Tensor, "B T C"]) -> Float[Tensor, "B T C"]:
        first = self.first(x)
        if self.gated:
            gate, up = first.chunk(2, -1)
            return self.down(F.silu(gate).mul_(up))
        return self.down(F.gelu(first, approximate="tanh"))


class Int8Transformer(Transformer):
    """A `Transformer` that talks from 8-bit matrices, and cannot be trained."""

    def __init__(self, source: Transformer, coarse: bool = False) -> None:
        with torch.device("meta"):  # the parts, without memory for their numbers
            super().__init__(source.config)
        self._n_parameters = source.n_parameters()
        self.embed = Int8Embedding(source.embed)
        for block, original in zip(self.blocks, source.blocks, strict=True):
            block.attention = Int8Attention(original.attention, coarse)
            block.mlp = Int8MLP(original.mlp, coarse)
        self.unembed = Int8Linear(_as_linear(source.unembedding()), coarse=coarse)
        numbers = source.state_dict()
        for name, _ in list(self.named_parameters()):  # norms and positions
            part, _, kind = name.rpartition(".")
            number = numbers[name].to(torch.float32, copy=True)
            setattr(self.get_submodule(part), kind, nn.Parameter(number, False))
        self.eval()

    def head(self, hidden: Float[Tensor, "... C"]) -> Float[Tensor, "... V"]:
        return self.unembed(hidden)

    def unembedding(self) -> Float[Tensor, "V C"]:
        return self.unembed.weights()

    def n_parameters(self) -> int:
        return self._n_parameters

    def train(self, mode: bool = True) -> Self:
        """Refuse.

        Raises:
            ValueError: unless `mode` is False.
        """
        if mode:
            raise ValueError(
                "8-bit weights cannot be trained, a step of training is smaller than "
                "theirs; train the model they were made of, then quantise it again"
            )
        return super().train(False)


def _as_linear(matrix: Float[Tensor, "N C"]) -> nn.Linear:
    linear = nn.Linear(1, 1, bias=False, device="meta")
    linear.weight = nn.Parameter(matrix.detach(), requires_grad=False)
    return linear
