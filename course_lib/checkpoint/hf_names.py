"""The names that Hugging Face gives to what our Transformer has: sizes and tensors.

Both ways, for the two families that the Transformer can be: Llama and GPT-2.
"""

from typing import Any

import torch
from torch import Tensor

from course_lib.checkpoint.whole import check_kinds, reading
from course_lib.model import ModelConfig, RopeScaling

FAMILIES = ("llama", "gpt2")
LLAMA_PARTS = {
    "attention_norm": "input_layernorm",
    "mlp_norm": "post_attention_layernorm",
    "attention.query": "self_attn.q_proj",
    "attention.key": "self_attn.k_proj",
    "attention.value": "self_attn.v_proj",
    "attention.out": "self_attn.o_proj",
    "mlp.gate": "mlp.gate_proj",
    "mlp.up": "mlp.up_proj",
    "mlp.down": "mlp.down_proj",
}
GPT2_PARTS = {
    "attention_norm": "ln_1",
    "mlp_norm": "ln_2",
    "attention.out": "attn.c_proj",
    "mlp.up": "mlp.c_fc",
    "mlp.down": "mlp.c_proj",
}
QKV = ("query", "key", "value")  # one matrix in GPT-2's files


def family_of(config: ModelConfig) -> str:
    """Say which family a model belongs to.

    Raises:
        ValueError: if it mixes parts of both, as no published family does.
    """
    parts = config.norm, config.positions, config.activation
    if parts == ("rms", "rope", "swiglu"):
        return "llama"
    grouped = config.n_kv_heads != config.n_heads
    if parts == ("layer", "learned", "gelu") and config.bias and not grouped:
        return "gpt2"
    raise ValueError(
        f"a model with {', '.join(parts)}, bias={config.bias} and {config.n_kv_heads} "
        "key-value heads is neither a Llama nor a GPT-2, so no other program knows it; "
        "keep it with checkpoint.save"
    )


# --- Sizes ---


def config_from(content: dict[str, Any], where: str) -> ModelConfig:
    """Read a config.json of Hugging Face's.

    Raises:
        ValueError: at another architecture, at a part that our Transformer lacks, or
            where a size is missing or no size.
    """
    family = content.get("model_type")
    if family not in FAMILIES:
        raise ValueError(
            f"{where} describes the architecture {family!r}; the course's Transformer "
            f"can be {' or '.join(FAMILIES)}: choose a model of these families"
        )
    _check_parts(content, family, where)
    with reading(where):
        config = _llama(content, where) if family == "llama" else _gpt2(content)
    check_kinds(config, where)
    return config


def _check_parts(content: dict[str, Any], family: str, where: str) -> None:
    biased = content.get("attention_bias", False)
    wanted = {
        "llama": {
            "hidden_act": ["silu"],
            "mlp_bias": [biased],
            "pretraining_tp": [1],
        },
        "gpt2": {
            "activation_function": ["gelu_new", "gelu_pytorch_tanh"],
            "scale_attn_weights": [True],
            "scale_attn_by_inverse_layer_idx": [False],
            "add_cross_attention": [False],
        },
    }[family]
    for name, possible in wanted.items():
        if (value := content.get(name, possible[0])) not in possible:
            raise ValueError(
                f"{where} has {name}={value!r}; the course's Transformer knows "
                f"{possible[0]!r} only: choose another model"
            )


def _llama(content: dict[str, Any], where: str) -> ModelConfig:
    heads = content["num_attention_heads"]
    width = content["hidden_size"]
    if content.get("head_dim") not in (None, width // heads):
        raise ValueError(
            f"{where} has head_dim={content['head_dim']}; the course's heads share the "
            f"width, {width} / {heads}: choose another model"
        )
    # Release 5 of transformers writes one group, older ones wrote two entries.
    rope = content.get("rope_parameters") or content.get("rope_scaling") or {}
    base = rope.get("rope_theta", content.get("rope_theta", 10_000.0))
    return ModelConfig(
        vocab_size=content["vocab_size"],
        context=content["max_position_embeddings"],
        n_layers=content["num_hidden_layers"],
        width=width,
        n_heads=heads,
        n_kv_heads=content.get("num_key_value_heads") or heads,
        mlp_width=content["intermediate_size"],
        bias=content.get("attention_bias", False),
        tied=content.get("tie_word_embeddings", False),
        norm_eps=content["rms_norm_eps"],
        rope_base=float(base),
        rope_scaling=_scaling(rope, where),
    )


def _scaling(rope: dict[str, Any], where: str) -> RopeScaling | None:
    kind = rope.get("rope_type", rope.get("type", "default"))
    if kind == "default":
        return None
    if kind != "llama3":
        raise ValueError(
            f"{where} stretches rotary positions by {kind!r}; the course's Transformer "
            "knows 'llama3' only: choose another model"
        )
    return RopeScaling(
        factor=rope["factor"],
        low_frequency_factor=rope["low_freq_factor"],
        high_frequency_factor=rope["high_freq_factor"],
        original_context=rope["original_max_position_embeddings"],
    )


def _gpt2(content: dict[str, Any]) -> ModelConfig:
    return ModelConfig(
        vocab_size=content["vocab_size"],
        context=content["n_positions"],
        n_layers=content["n_layer"],
        width=content["n_embd"],
        n_heads=content["n_head"],
        n_kv_heads=content["n_head"],
        mlp_width=content.get("n_inner") or 4 * content["n_embd"],
        norm="layer",
        positions="learned",
        activation="gelu",
        bias=True,
        tied=content.get("tie_word_embeddings", True),
        norm_eps=content["layer_norm_epsilon"],
    )


def config_for(config: ModelConfig) -> dict[str, Any]:
    """Write our sizes as a config.json of Hugging Face's."""
    c = config
    if family_of(c) == "gpt2":
        return {
            "architectures": ["GPT2LMHeadModel"], "model_type": "gpt2",
            "vocab_size": c.vocab_size, "n_positions": c.context, "n_embd": c.width,
            "n_layer": c.n_layers, "n_head": c.n_heads, "n_inner": c.mlp_width,
            "activation_function": "gelu_new", "layer_norm_epsilon": c.norm_eps,
            "tie_word_embeddings": c.tied,
        }  # fmt: skip
    rope: dict[str, Any] = {"rope_type": "default", "rope_theta": c.rope_base}
    if s := c.rope_scaling:
        rope |= {
            "rope_type": "llama3", "factor": s.factor,
            "low_freq_factor": s.low_frequency_factor,
            "high_freq_factor": s.high_frequency_factor,
            "original_max_position_embeddings": s.original_context,
        }  # fmt: skip
    return {
        "architectures": ["LlamaForCausalLM"], "model_type": "llama",
        "vocab_size": c.vocab_size, "max_position_embeddings": c.context,
        "hidden_size": c.width, "intermediate_size": c.mlp_width,
        "num_hidden_layers": c.n_layers, "num_attention_heads": c.n_heads,
        "num_key_value_heads": c.n_kv_heads, "head_dim": c.head_width,
        "hidden_act": "silu", "rms_norm_eps": c.norm_eps,
        "attention_bias": c.bias, "mlp_bias": c.bias,
        "tie_word_embeddings": c.tied,
        # Twice: release 4 of transformers reads the last two, release 5 the first.
        "rope_parameters": rope, "rope_theta": c.rope_base,
        "rope_scaling": rope if c.rope_scaling else None,
    }  # fmt: skip


# --- Tensors ---


def names_of(config: ModelConfig) -> dict[str, str]:
    """Map our tensors' names to theirs; GPT-2's joined matrix is left to its caller."""
    gpt2 = family_of(config) == "gpt2"
    parts = GPT2_PARTS if gpt2 else LLAMA_PARTS
    names = {"embed.weight": "model.embed_tokens.weight",
             "final_norm.weight": "model.norm.weight"}  # fmt: skip
    if gpt2:
        names = {"embed.weight": "transformer.wte.weight",
                 "positions.weight": "transformer.wpe.weight",
                 "final_norm.weight": "transformer.ln_f.weight",
                 "final_norm.bias": "transformer.ln_f.bias"}  # fmt: skip
    if not config.tied:
        names["unembed.weight"] = "lm_head.weight"
    layers = "transformer.h" if gpt2 else "model.layers"
    for layer in range(config.n_layers):
        for ours, theirs in parts.items():
            kinds = ["weight"]
            if config.bias and (gpt2 or "norm" not in ours):
                kinds.append("bias")
            for kind in kinds:
                name = f"blocks.{layer}.{ours}.{kind}"
                names[name] = f"{layers}.{layer}.{theirs}.{kind}"
    return names


def to_ours(tensors: dict[str, Tensor], config: ModelConfig) -> dict[str, Tensor]:
    """Give their tensors our names; what has none keeps its own, to be complained of.

    GPT-2's matrices lie transposed in its files (its Conv1D computes x W), and its
    queries, keys and values are one.

    Raises:
        ValueError: if a model that shares its embedding brings another unembedding.
    """
    gpt2 = family_of(config) == "gpt2"
    left = {_full(name, gpt2): t for name, t in tensors.items() if not _is_table(name)}
    names = names_of(config)
    embed = left.get(names["embed.weight"])
    head = left.pop("lm_head.weight", embed) if config.tied else embed
    if head is not embed and (embed is None or not torch.equal(head, embed)):
        raise ValueError(
            "the file has an unembedding (lm_head.weight) that is not its embedding, "
            "though its config ties the two; set tie_word_embeddings to false there"
        )
    ours = {}
    for name, theirs in names.items():
        if theirs in left:
            tensor = left.pop(theirs)
            ours[name] = tensor.T if gpt2 and _lies(name, tensor) else tensor
    for layer in range(config.n_layers if gpt2 else 0):
        for kind in ("weight", "bias"):
            joined = left.pop(f"transformer.h.{layer}.attn.c_attn.{kind}", None)
            if joined is None:
                continue
            for part, third in zip(QKV, joined.chunk(3, dim=-1), strict=True):
                name = f"blocks.{layer}.attention.{part}.{kind}"
                ours[name] = third.T if _lies(name, third) else third
    return ours | left


def to_theirs(tensors: dict[str, Tensor], config: ModelConfig) -> dict[str, Tensor]:
    """Give our tensors their names: the way back from `to_ours`."""
    gpt2 = family_of(config) == "gpt2"
    theirs = {}
    for name, other in names_of(config).items():
        tensor = tensors[name]
        theirs[other] = tensor.T if gpt2 and _lies(name, tensor) else tensor
    for layer in range(config.n_layers if gpt2 else 0):
        for kind in ("weight", "bias"):
            at = f"blocks.{layer}.attention."
            joined = torch.cat([tensors[f"{at}{part}.{kind}"] for part in QKV])
            name = f"transformer.h.{layer}.attn.c_attn.{kind}"
            theirs[name] = joined.T if kind == "weight" else joined
    return theirs


def _full(name: str, gpt2: bool) -> str:
    """GPT-2's first files leave out the `transformer.` that newer ones write."""
    if not gpt2 or name.startswith(("transformer.", "lm_head.")):
        return name
    return f"transformer.{name}"


def _is_table(name: str) -> bool:
    """Old files also hold causal masks and rotary tables, which are computed here."""
    ends = (".attn.bias", ".attn.masked_bias", ".rotary_emb.inv_freq")
    return name.endswith(ends)


def _lies(name: str, tensor: Tensor) -> bool:
    return name.startswith("blocks.") and tensor.dim() == 2
