"""The loop: read a batch, measure the loss, follow its slope, tell what happened.

A generator, so that a notebook owns printing and plotting. The same code trains on
one processor, on a GPU, and under `torchrun` on several at once.
"""

import itertools
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

import torch
import torch.distributed as dist
from torch import nn

from course_lib.data import Batch
from course_lib.interrupts import interrupted_afterwards
from course_lib.runtime import fastest_dtype, keep_freed_memory
from course_lib.train.loss import head_loss
from course_lib.train.optimizer import Muon, make_optimizers

DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16}


@dataclass(frozen=True)
class TrainConfig:
    """How long and how boldly to train.

    Raises:
        ValueError: if a number is out of range.
    """

    steps: int
    learning_rate: float = 3e-3  # AdamW's; Muon has its own
    muon_rate: float = 0.02
    optimizer: Literal["adamw", "muon"] = "muon"
    weight_decay: float = 0.0
    warmup_steps: int = 20
    decay_fraction: float = 0.5  # the last part of the steps, in which the rate falls
    final_rate: float = 0.05  # at least so much of the full rate, at the end
    clip_norm: float = 1.0
    accumulate: int = 1  # batches per step, to imitate a larger one
    # What products are computed in; weights stay in fp32. "fastest": bf16 where that
    # pays, as measured on the model's device.
    precision: Literal["fp32", "bf16", "fastest"] = "fp32"
    compile: bool = False

    def __post_init__(self) -> None:
        for name in ("steps", "accumulate"):
            if getattr(self, name) < 1:
                raise ValueError(
                    f"{name} must be at least 1, got {getattr(self, name)}"
                )
        for name in ("learning_rate", "muon_rate", "clip_norm"):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} must be positive, got {getattr(self, name)}")
        for name in ("warmup_steps", "weight_decay"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} must be >= 0, got {getattr(self, name)}")
        for name in ("decay_fraction", "final_rate"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(
                    f"{name} must lie between 0 and 1, got {getattr(self, name)}"
                )
        if self.optimizer not in ("adamw", "muon"):
            raise ValueError(f"optimizer must be adamw or muon, got {self.optimizer!r}")
        if self.precision not in (*DTYPES, "fastest"):
            raise ValueError(
                f"precision must be fp32, bf16 or fastest, got {self.precision!r}"
            )

    def rate_at(self, step: int) -> float:
        """Return the share of the full learning rate at a step (0 is the first).

        Up in a line, level, and down in a line at the end: a run can be stopped or
        lengthened while it is level (Hu et al. 2024, MiniCPM, section 4.2).
        """
        warm = (step + 1) / (self.warmup_steps + 1)
        falling = max(1, round(self.steps * self.decay_fraction))
        left = (self.steps - step) / falling
        return min(1.0, warm, max(self.final_rate, left))


@dataclass(frozen=True)
class StepLog:
    """What one step did."""

    step: int  # 1 is the first
    loss: float  # nats per token, before the step
    learning_rate: float
    gradient_norm: float
    tokens: int  # read so far, those of weight 0 included, over all machines
    elapsed_s: float  # since training began, pauses of the notebook left out

    @property
    def tokens_per_s(self) -> float:
        """Mean speed so far."""
        return self.tokens / max(self.elapsed_s, 1e-9)


@dataclass
class TrainState:
    """What must be kept besides the weights to go on as if nothing had happened."""

    optimizers: list[torch.optim.Optimizer]
    dtype: torch.dtype = torch.float32  # of products, from the first step to the last
    step: int = 0
    tokens: int = 0
    elapsed_s: float = 0.0
    stopped: bool = field(default=False)  # by ■, in the middle of a run

    @classmethod
    def fresh(cls, model: nn.Module, config: TrainConfig) -> "TrainState":
        """Begin at step 0; here it is decided what `precision="fastest"` is."""
        fastest = config.precision == "fastest"
        dtype = _measured(model) if fastest else DTYPES[config.precision]
        return cls.computing_in(dtype, model, config)

    @classmethod
    def computing_in(
        cls, dtype: torch.dtype, model: nn.Module, config: TrainConfig
    ) -> "TrainState":
        """Begin at step 0, with products of a given kind."""
        optimizers = make_optimizers(
            model, config.optimizer, config.learning_rate, config.muon_rate,
            config.weight_decay, dtype,
        )  # fmt: skip
        return cls(optimizers, dtype)

    @property
    def precision(self) -> str:
        """What products are computed in, as a config names it."""
        return {dtype: name for name, dtype in DTYPES.items()}[self.dtype]

    def set_rates(self, config: TrainConfig) -> None:
        """Give every optimizer the learning rate of the step that comes now."""
        share = config.rate_at(self.step)
        for optimizer in self.optimizers:
            muon = isinstance(optimizer, Muon)
            rate = config.muon_rate if muon else config.learning_rate
            for group in optimizer.param_groups:
                group["lr"] = rate * share

    def forget_slopes(self) -> None:
        """Begin the next step's slopes at nothing."""
        for optimizer in self.optimizers:
            optimizer.zero_grad(set_to_none=True)

    def autocast(self, device: torch.device) -> torch.autocast:
        """Compute the products of a block in the state's dtype."""
        lower = self.dtype != torch.float32
        return torch.autocast(device.type, self.dtype, enabled=lower)


def train(
    model: nn.Module,
    batches: Iterable[Batch],
    config: TrainConfig,
    state: TrainState | None = None,
) -> Iterator[StepLog]:
    """Train, and yield a log after every step; stop asking, and training stops.

    The ■ button (KeyboardInterrupt) ends it between two steps as far as weights, slopes
    and rates are concerned: what was learned stays in `model`, `state.stopped` is set,
    and training goes on with the same state as if nothing had happened. A second ■
    does not wait for the end of the step, which may then be half taken, and uncounted.

    To resume, pass the state that `load_run` gave and batches that begin where the
    run was cut off. Under `torchrun`, each process takes its share of the batches,
    and the steps are those of one process with batches that many times larger.

    Raises:
        ValueError: if the batches run out before the steps do.
    Example: `for log in train(model, windows(ids, 256, 16, seed=0), config): ...`
    """
    model.train()  # first: a model that cannot be trained says so
    state = state or TrainState.fresh(model, config)
    state.stopped = False
    model.zero_grad()  # slopes of whoever used it before, of frozen parts, too
    workers = dist.get_world_size() if dist.is_initialized() else 1
    rank = dist.get_rank() if dist.is_initialized() else 0
    own_batches = itertools.islice(batches, rank, None, workers)
    keep_freed_memory()
    body = torch.compile(model.body) if config.compile else model.body
    while state.step < config.steps:
        began = time.perf_counter()
        micro = list(itertools.islice(own_batches, config.accumulate))
        if len(micro) < config.accumulate:
            raise ValueError(
                f"the batches ran out at step {state.step} of {config.steps}; give "
                "more text, fewer steps, or an endless iterator such as windows()"
            )
        rate = config.learning_rate * config.rate_at(state.step)
        try:
            loss, tokens = _add_slopes(model, body, micro, state)
            with interrupted_afterwards():  # half a step would be another run
                norm = _follow_slopes(model, config, state)
                state.step += 1
                state.tokens += tokens
                state.elapsed_s += time.perf_counter() - began
        except KeyboardInterrupt:
            state.forget_slopes()
            state.stopped = True
            return
        yield StepLog(state.step, loss, rate, norm, state.tokens, state.elapsed_s)


def _follow_slopes(model: nn.Module, config: TrainConfig, state: TrainState) -> float:
    """Move the weights; return the norm that the slopes had."""
    norm = nn.utils.clip_grad_norm_(model.parameters(), config.clip_norm)
    state.set_rates(config)
    for optimizer in state.optimizers:
        optimizer.step()
    state.forget_slopes()
    return float(norm)


def _add_slopes(model, body, micro, state) -> tuple[float, int]:
    """Add the slopes of some batches; return loss and tokens."""
    device = next(model.parameters()).device
    micro = [batch.to(device) for batch in micro]
    total = sum(batch.weights.abs().sum() for batch in micro)
    tokens = torch.tensor(sum(b.token_ids.numel() for b in micro), device=device)
    for number in (total, tokens):
        _sum_over_workers(number)
    total = total.clamp(min=1e-8)
    loss = torch.zeros((), device=device)
    for batch in micro:
        with state.autocast(device):
            part = head_loss(
                body(batch.token_ids), model.unembedding(), batch.targets,
                batch.weights, total,
            )  # fmt: skip
        part.backward()
        loss += part.detach()
    gradients = [p.grad for p in model.parameters() if p.grad is not None]
    for gradient in (*gradients, loss):
        _sum_over_workers(gradient)
    return float(loss), int(tokens)


def _measured(model: nn.Module) -> torch.dtype:
    """Find the fastest dtype; one process measures for all, so that all agree."""
    device = next(model.parameters()).device
    if not dist.is_initialized():
        return fastest_dtype(device)
    lower = dist.get_rank() == 0 and fastest_dtype(device) == torch.bfloat16
    chosen = torch.tensor(int(lower), device=device)
    dist.broadcast(chosen, src=0)
    return torch.bfloat16 if chosen.item() else torch.float32


def _sum_over_workers(number: torch.Tensor) -> None:
    if dist.is_initialized():
        dist.all_reduce(number)
