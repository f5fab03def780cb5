"""Low-rank adapters: teach a model something new without touching what it has.

A finetuned matrix is the old one plus a change. Here the change is the product of two
thin matrices, and they alone are trained and saved: a few MB beside a model of
hundreds. (Hu et al. 2021, LoRA, section 4.1.)
"""

import hashlib
import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

import torch
import torch.nn.functional as F
from jaxtyping import Float
from safetensors import SafetensorError, safe_open
from safetensors.torch import save as safetensors_bytes
from torch import Tensor, nn

from course_lib.model import Transformer
from course_lib.runtime import atomic_write

FORMAT, ENTRY = "course-lora-1", "course"  # in every file, checked on loading
ALL_LINEAR = ("query", "key", "value", "out", "gate", "up", "down")
SAMPLES = 1024  # numbers of each tensor that go into a fingerprint


@dataclass(frozen=True)
class LoraConfig:
    """Which layers get an adapter, and how large a change it can make.

    Raises:
        ValueError: if a number is out of range, or no layer is named.
    """

    rank: int = 16  # of the change: more can be learned with more, up to a point
    alpha: float = 32.0  # the change is scaled by alpha / rank
    targets: tuple[str, ...] = ALL_LINEAR  # last names of linear layers
    seed: int = 0

    def __post_init__(self) -> None:
        if self.rank < 1 or not 0 < self.alpha < math.inf:
            raise ValueError(
                f"rank must be at least 1 and alpha positive, got {self.rank} and "
                f"{self.alpha}"
            )
        if not self.targets or isinstance(self.targets, str):
            raise ValueError(f"targets must be names of layers, got {self.targets!r}")

    @property
    def scale(self) -> float:
        """What the change is multiplied by; `alpha` can stay as `rank` grows."""
        return self.alpha / self.rank


class LoraLinear(nn.Module):
    """A linear layer and beside it the change B A, which begins as zero.

    `a` makes `rank` numbers of the input, `b` makes a change of the output from them.
    Both stay in fp32, also beside a layer in bf16: small steps would be rounded away.
    """

    def __init__(
        self, base: nn.Linear, config: LoraConfig, generator: torch.Generator
    ) -> None:
        super().__init__()
        self.base, self.scale, self.merged = base, config.scale, False
        device = base.weight.device
        a = torch.randn(config.rank, base.in_features, generator=generator)
        self.a = nn.Parameter((a / math.sqrt(base.in_features)).to(device))
        self.b = nn.Parameter(
            torch.zeros(base.out_features, config.rank, device=device)
        )

    def forward(self, x: Float[Tensor, "... I"]) -> Float[Tensor, "... O"]:
        if self.merged:
            return self.base(x)
        few = F.linear(x, (self.scale * self.a).to(x.dtype))
        return self.base(x) + F.linear(few, self.b.to(x.dtype))

    @torch.no_grad()
    def change(self) -> Float[Tensor, "O I"]:
        """Return what is added to the weight of the layer."""
        return self.scale * self.b @ self.a


class Adapters:
    """The adapters of one model; `attach` and `load` make them."""

    def __init__(
        self, model: Transformer, config: LoraConfig, base_fingerprint: str
    ) -> None:
        self.model, self.config = model, config
        self.base_fingerprint = base_fingerprint  # empty: a model without numbers
        self.merged = False

    @property
    def layers(self) -> dict[str, LoraLinear]:
        """Every adapted layer by its full name, such as `blocks.0.mlp.up`."""
        modules = self.model.named_modules()
        return {name: m for name, m in modules if isinstance(m, LoraLinear)}

    def n_parameters(self) -> int:
        """Count the numbers that are trained."""
        return sum(tensor.numel() for tensor in self.tensors().values())

    def tensors(self) -> dict[str, nn.Parameter]:
        """Return what is trained, by name: `blocks.0.mlp.up.a` and so on."""
        return {
            f"{name}.{part}": getattr(layer, part)
            for name, layer in self.layers.items()
            for part in "ab"
        }

    @torch.no_grad()
    def merge(self) -> Self:
        """Add each change to its layer's weight: the model is then as fast as before.

        In fp32 `unmerge` brings the weights back up to rounding; in bf16 the rounding
        is a few thousandths of each weight, so merge there for good only.
        """
        self._add(1, merged=True)
        return self

    @torch.no_grad()
    def unmerge(self) -> Self:
        """Take the changes off the weights again, to go on training."""
        self._add(-1, merged=False)
        return self

    def _add(self, sign: int, merged: bool) -> None:
        if self.merged == merged:
            return
        for layer in self.layers.values():
            weight = layer.base.weight
            weight.copy_(weight.float() + sign * layer.change())
            layer.merged = merged
            layer.requires_grad_(not merged)  # else training would change nothing
            layer.base.requires_grad_(False)
        self.merged = merged

    def detach(self) -> Transformer:
        """Take the adapters off; what was merged stays. All can be trained again."""
        for name, layer in self.layers.items():
            _replace(self.model, name, layer.base)
        return self.model.requires_grad_(True)

    def save(
        self, path: str | Path, notes: dict[str, Any] | None = None,
        dtype: torch.dtype = torch.bfloat16,
    ) -> Path:  # fmt: skip
        """Write one safetensors file, whole or not at all, with all that belongs to it.

        Raises:
            ValueError: if the model has no numbers, if the adapters were taken off, or
                if the notes are no JSON.
        """
        if not self.layers:
            raise ValueError(
                "these adapters were taken off with detach(), and what they learned "
                "went with them; save first, then detach"
            )
        if not self.base_fingerprint:
            raise ValueError(
                "these adapters were attached to a model on the meta device, which has "
                "no numbers; load its weights first, then attach"
            )
        told = {
            "format": FORMAT,
            "base_fingerprint": self.base_fingerprint,
            "config": asdict(self.config),
            "notes": notes or {},
        }
        try:
            text = json.dumps(told)
        except (TypeError, ValueError) as error:
            raise ValueError(f"notes cannot be written as JSON ({error})") from error
        tensors = {
            name: tensor.detach().to("cpu", dtype).contiguous()
            for name, tensor in self.tensors().items()
        }
        # One entry: with several, their order in the file would differ at each save.
        return atomic_write(path, safetensors_bytes(tensors, {ENTRY: text}))


def attach(model: Transformer, config: LoraConfig | None = None) -> Adapters:
    """Put an adapter beside every layer that `targets` names, and freeze all the rest.

    The model computes what it did before until the adapters are trained. `train` needs
    to know nothing of them: it trains what requires a gradient.

    Raises:
        ValueError: if no linear layer has such a name, or if the model has adapters.
    Example: `adapters = attach(model, LoraConfig(rank=4, targets=("query", "value")))`
    """
    config = config or LoraConfig()
    _check_plain(model)
    modules = dict(model.named_modules())
    linear = {name: m for name, m in modules.items() if isinstance(m, nn.Linear)}
    last_names = {name.rpartition(".")[2] for name in linear}
    gate = {"gate"}  # GPT-2 has none; to ask for all that Llama has is no mistake
    if unknown := sorted(set(config.targets) - last_names - gate):
        raise ValueError(
            f"the model has no linear layers {unknown}; it has {sorted(last_names)}"
        )
    fingerprint_before = weights_fingerprint(model)
    model.requires_grad_(False)
    generator = torch.Generator().manual_seed(config.seed)
    for name, layer in linear.items():
        if name.rpartition(".")[2] in config.targets:
            _replace(model, name, LoraLinear(layer, config, generator))
    return Adapters(model, config, fingerprint_before)


def _check_plain(model: Transformer) -> None:
    if any(isinstance(module, LoraLinear) for module in model.modules()):
        raise ValueError(
            "the model has adapters; take them off first with adapters.detach()"
        )


def load(path: str | Path, model: Transformer) -> Adapters:
    """Attach the adapters of a file to the model that they were trained for.

    Raises:
        ValueError: if the file is missing, damaged or of another kind, if the model is
            another one, or if it has adapters.
    """
    path = Path(path)
    tensors, told = _read(path)
    config = _config_of(told, path)
    _check_plain(model)  # before its weights are compared: adapters change them, too
    here, there = weights_fingerprint(model), told.get("base_fingerprint")
    if here and here != there:
        raise ValueError(
            f"{path} was trained for the model {there}, this one is {here}: added "
            "to other weights, a change means nothing. Load the model that it was made "
            "for, without merged adapters"
        )
    adapters = attach(model, config)
    expected = adapters.tensors()
    shapes = [{n: t.shape for n, t in some.items()} for some in (expected, tensors)]
    if shapes[0] != shapes[1]:
        adapters.detach()
        raise ValueError(f"{path} does not hold what its configuration says")
    with torch.no_grad():
        for name, parameter in expected.items():
            parameter.copy_(tensors[name])
    return adapters


def load_notes(path: str | Path) -> dict[str, Any]:
    """Read what was noted when the file was saved.

    Raises:
        ValueError: if the file is missing, damaged or of another kind.
    """
    return _read(Path(path))[1].get("notes", {})


def weights_fingerprint(model: Transformer) -> str:
    """Tell models apart by some of their numbers; "" for a model on the meta device.

    Evenly spaced numbers of every tensor, rounded to bf16: the same model in fp32 and
    in bf16 has one fingerprint, and training changes it.
    """
    hashed = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        if tensor.is_meta:
            return ""
        numbers = tensor.flatten()
        some = numbers[:: max(1, len(numbers) // SAMPLES)]
        hashed.update(f"{name} {list(tensor.shape)}".encode())
        rounded = some.bfloat16().cpu().contiguous()
        hashed.update(rounded.view(torch.uint8).numpy().tobytes())
    return hashed.hexdigest()[:16]


def _replace(model: nn.Module, name: str, layer: nn.Module) -> None:
    parent, _, last = name.rpartition(".")
    setattr(model.get_submodule(parent), last, layer)


def _read(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Return the tensors of a file that `save` wrote, and what it says of them."""
    if not path.is_file():
        raise ValueError(f"no adapters at {path}; train some and save them there")
    try:
        with safe_open(path, "pt") as file:
            told = json.loads((file.metadata() or {}).get(ENTRY, "{}"))
            tensors = {name: file.get_tensor(name) for name in list(file.keys())}
    except (SafetensorError, OSError, ValueError) as error:
        raise ValueError(
            f"{path} is damaged, cut off or no safetensors file ({error}); save or "
            "download it again"
        ) from error
    if told.get("format") != FORMAT:
        raise ValueError(
            f"{path} has format {told.get('format')!r}, expected {FORMAT!r}; was it "
            "written by Adapters.save?"
        )
    return tensors, told


def _config_of(told: dict[str, Any], path: Path) -> LoraConfig:
    try:
        values = told["config"]
        return LoraConfig(**values | {"targets": tuple(values["targets"])})
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(
            f"{path}: this version of the course cannot read its configuration "
            f"({error}); update with `git pull`"
        ) from error
