"""The names that GGUF gives to what our Transformer has, and how llama.cpp lays it out.

llama.cpp turns neighbouring numbers of a head, ours (and Hugging Face's) the two
halves: the rows of the query and key matrices are reordered on the way.
"""

from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from course_lib.checkpoint.hf_names import family_of
from course_lib.checkpoint.whole import check_kinds, reading
from course_lib.model import ModelConfig, RopeScaling
from course_lib.model.layers import rotary_frequencies

WHOLE = {"token_embd": "embed", "output_norm": "final_norm", "output": "unembed"}
PARTS = {
    "attn_norm": "attention_norm",
    "attn_q": "attention.query",
    "attn_k": "attention.key",
    "attn_v": "attention.value",
    "attn_output": "attention.out",
    "ffn_norm": "mlp_norm",
    "ffn_gate": "mlp.gate",
    "ffn_up": "mlp.up",
    "ffn_down": "mlp.down",
}
SIZES = {
    "context_length": "context",
    "block_count": "n_layers",
    "embedding_length": "width",
    "attention.head_count": "n_heads",
    "attention.head_count_kv": "n_kv_heads",
    "feed_forward_length": "mlp_width",
}
ORIGINAL = "llama.rope.scaling.original_context_length"


def our_name(name: str) -> str:
    """Translate a tensor's name; what is unknown keeps its own.

    Example: blk.3.attn_q.weight -> blocks.3.attention.query.weight
    """
    parts = name.split(".")
    if parts[0] == "blk" and len(parts) == 4 and parts[2] in PARTS:
        return f"blocks.{parts[1]}.{PARTS[parts[2]]}.{parts[3]}"
    return ".".join([WHOLE.get(parts[0], parts[0]), *parts[1:]])


def their_names(config: ModelConfig) -> dict[str, str]:
    """Map our tensors' names to theirs."""
    layers = [f"blk.{k}.{part}" for k in range(config.n_layers) for part in PARTS]
    whole = [name for name in WHOLE if name != "output" or not config.tied]
    theirs = [f"{name}.weight" for name in [*whole, *layers]]
    return {our_name(name): name for name in theirs}


# --- Sizes ---


def config_from(
    metadata: dict[str, Any], names: set[str], factors: Tensor | None, where: str
) -> ModelConfig:
    """Read the sizes from a file's metadata.

    Raises:
        ValueError: at another architecture or way to stretch positions, or where a
            size is missing or no size.
    """
    with reading(where):
        config = _config_from(metadata, names, factors, where)
    check_kinds(config, where)
    return config


def _config_from(
    metadata: dict[str, Any], names: set[str], factors: Tensor | None, where: str
) -> ModelConfig:
    family = metadata.get("general.architecture")
    if family != "llama":
        raise ValueError(
            f"{where} holds the architecture {family!r}; the course reads GGUF files "
            "of 'llama' only: choose a model of that family"
        )
    if metadata.get("llama.expert_count"):
        raise ValueError(f"{where} is a mixture of experts; choose a dense model")
    sizes = {ours: metadata.get(f"llama.{name}") for name, ours in SIZES.items()}
    sizes["n_kv_heads"] = sizes["n_kv_heads"] or sizes["n_heads"]
    eps = metadata.get("llama.attention.layer_norm_rms_epsilon")
    vocab_size = len(metadata.get("tokenizer.ggml.tokens", ()))
    vocab_size = metadata.get("llama.vocab_size") or vocab_size
    found = sizes | {"vocab_size": vocab_size, "layer_norm_rms_epsilon": eps}
    if lacking := sorted(name for name, value in found.items() if not value):
        raise ValueError(
            f"{where} does not tell {', '.join(lacking)}; download another"
        )
    config = ModelConfig(
        **sizes,
        vocab_size=vocab_size,
        tied="output.weight" not in names,
        norm_eps=_shortest(eps),
        rope_base=_shortest(metadata.get("llama.rope.freq_base", 10_000.0)),
    )
    head_width = metadata.get("llama.rope.dimension_count", config.head_width)
    kind = metadata.get("llama.rope.scaling.type", "none")
    if head_width != config.head_width or kind != "none":
        raise ValueError(
            f"{where} turns {head_width} of {config.head_width} numbers of a head, "
            f"stretched by {kind!r}; the course turns all: choose another model"
        )
    return config if factors is None else _scaled(config, metadata, factors, where)


def _scaled(
    config: ModelConfig, metadata: dict[str, Any], factors: Tensor, where: str
) -> ModelConfig:
    """Find the scaling that slows each pair down by the factor that the file gives."""
    original = metadata.get(ORIGINAL, RopeScaling().original_context)
    factor = _shortest(float(factors.max()))
    scaling = RopeScaling(factor=factor, original_context=original)
    scaled = replace(config, rope_scaling=scaling)
    fits = list(factors.shape) == [config.head_width // 2]  # before so many are made
    if not fits or not torch.allclose(frequency_factors(scaled), factors, rtol=1e-4):
        raise ValueError(
            f"{where} stretches rotary positions (rope_freqs.weight) in another way "
            "than Llama 3; choose another model"
        )
    return scaled


def frequency_factors(config: ModelConfig) -> Tensor:
    """Say by how much each pair turns slower than without scaling."""
    cpu = torch.device("cpu")
    plain = rotary_frequencies(replace(config, rope_scaling=None), cpu)
    return plain / rotary_frequencies(config, cpu)


def _shortest(value: float) -> float:
    """Read a 32-bit number as the decimal that was meant: 9.99999975e-06 is 1e-05."""
    return float(f"{value:.7g}")


def metadata_for(config: ModelConfig) -> dict[str, Any]:
    """Write our sizes as GGUF's metadata.

    Raises:
        ValueError: if the model is no plain Llama, or one stretched in its own way.
    """
    s = config.rope_scaling
    if family_of(config) != "llama" or config.bias:
        raise ValueError(
            "the course writes GGUF for a plain Llama without biases only; use "
            "export_hf and llama.cpp's own converter"
        )
    if s and (s.low_frequency_factor, s.high_frequency_factor) != (1.0, 4.0):
        raise ValueError(f"{s} is not Llama 3's; GGUF readers know its 1 and 4 only")
    told: dict[str, Any] = {
        f"llama.{name}": getattr(config, ours) for name, ours in SIZES.items()
    }
    told |= {
        "general.name": "course",
        "llama.vocab_size": config.vocab_size,
        "llama.rope.dimension_count": config.head_width,
        "llama.rope.freq_base": float(config.rope_base),
        "llama.attention.layer_norm_rms_epsilon": float(config.norm_eps),
    }
    return told | ({ORIGINAL: s.original_context} if s else {})


# --- Layout ---


def turned_back(name: str, tensor: Tensor, config: ModelConfig) -> Tensor:
    """Reorder rows from neighbouring pairs to two halves, where they are rotated."""
    heads = _rotated_heads(name, config)
    if heads is None:
        return tensor
    return tensor.unflatten(0, (heads, -1, 2)).transpose(1, 2).reshape(tensor.shape)


def turned_pairs(name: str, tensor: Tensor, config: ModelConfig) -> Tensor:
    """Reorder rows from two halves to neighbouring pairs: the way back."""
    heads = _rotated_heads(name, config)
    if heads is None:
        return tensor
    return tensor.unflatten(0, (heads, 2, -1)).transpose(1, 2).reshape(tensor.shape)


def _rotated_heads(name: str, config: ModelConfig) -> int | None:
    if name.endswith("attn_q.weight"):
        return config.n_heads
    return config.n_kv_heads if name.endswith("attn_k.weight") else None
