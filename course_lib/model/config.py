"""What makes one Transformer differ from another: sizes, and four choices of part."""

from dataclasses import dataclass, fields
from typing import Literal, Self, get_args

Norm = Literal["layer", "rms"]
Positions = Literal["learned", "rope"]
Activation = Literal["gelu", "swiglu"]


@dataclass(frozen=True)
class RopeScaling:
    """Stretch rotary positions to a longer context, as Llama 3.1 does.

    Fast rotations, which tell neighbours apart, stay as they are; slow ones, which
    would turn further than in training, are slowed down by `factor`; those in between
    are blended. Source: Meta's reference code of Llama 3.1.
    """

    factor: float = 8.0
    low_frequency_factor: float = 1.0
    high_frequency_factor: float = 4.0
    original_context: int = 8192


@dataclass(frozen=True)
class ModelConfig:
    """Describe a model; `Transformer(config)` builds it.

    Raises:
        ValueError: if a size is not positive, sizes do not divide, or a choice is
            unknown.
    """

    vocab_size: int
    context: int  # the most tokens it can read at once
    n_layers: int
    width: int  # numbers per token between the layers
    n_heads: int
    n_kv_heads: int  # fewer than n_heads: grouped-query attention
    mlp_width: int
    norm: Norm = "rms"
    positions: Positions = "rope"
    activation: Activation = "swiglu"
    bias: bool = False
    tied: bool = True  # the unembedding is the embedding, transposed
    norm_eps: float = 1e-5
    rope_base: float = 10_000.0
    rope_scaling: RopeScaling | None = None

    def __post_init__(self) -> None:
        sizes = ("vocab_size", "context", "n_layers", "width", "n_heads", "n_kv_heads",
                 "mlp_width")  # fmt: skip
        for name in sizes:
            value = getattr(self, name)
            if type(value) is not int or value < 1:  # True is an int, and no size
                raise ValueError(
                    f"{name} must be a positive whole number, got {value!r}"
                )
        if self.width % self.n_heads or self.n_heads % self.n_kv_heads:
            raise ValueError(
                f"n_heads must divide width and n_kv_heads must divide n_heads, got "
                f"width={self.width}, n_heads={self.n_heads}, "
                f"n_kv_heads={self.n_kv_heads}"
            )
        if self.positions == "rope" and self.head_width % 2:
            raise ValueError(
                f"rotary positions turn pairs of numbers, so width / n_heads must be "
                f"even, got {self.head_width}"
            )
        choices = {"norm": Norm, "positions": Positions, "activation": Activation}
        for name, allowed in choices.items():
            if getattr(self, name) not in get_args(allowed):
                raise ValueError(
                    f"{name} must be one of {', '.join(get_args(allowed))}, got "
                    f"{getattr(self, name)!r}"
                )

    @property
    def head_width(self) -> int:
        """Numbers per head (D)."""
        return self.width // self.n_heads

    def __str__(self) -> str:
        lines = [f"{f.name:>12} {getattr(self, f.name)}" for f in fields(self)]
        return "\n".join(lines)

    @classmethod
    def tiny(cls, vocab_size: int = 2048, context: int = 256) -> Self:
        """The course's own size: a plain Llama that a laptop trains in minutes."""
        return cls(vocab_size, context, n_layers=4, width=128, n_heads=4, n_kv_heads=4,
                   mlp_width=352)  # fmt: skip

    @classmethod
    def gpt2(cls) -> Self:
        """GPT-2 124M (Radford et al. 2019)."""
        return cls(50_257, 1024, n_layers=12, width=768, n_heads=12, n_kv_heads=12,
                   mlp_width=3072, norm="layer", positions="learned",
                   activation="gelu", bias=True)  # fmt: skip

    @classmethod
    def llama3_8b(cls) -> Self:
        """Llama 3.1 8B (Llama Team 2024, table 3, and its published config)."""
        return cls(128_256, 131_072, n_layers=32, width=4096, n_heads=32, n_kv_heads=8,
                   mlp_width=14_336, tied=False, rope_base=500_000.0,
                   rope_scaling=RopeScaling())  # fmt: skip

    @classmethod
    def smollm2_135m(cls) -> Self:
        """SmolLM2 135M (Ben Allal et al. 2025, and its published config)."""
        return cls(49_152, 8192, n_layers=30, width=576, n_heads=9, n_kv_heads=3,
                   mlp_width=1536, rope_base=100_000.0)  # fmt: skip
