"""The parts of a Transformer: norm, rotary positions, attention, MLP, block."""

import math

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from course_lib.model.cache import KVCache
from course_lib.model.causal import causal_attention
from course_lib.model.config import ModelConfig
from course_lib.model.rms_norm import RMSNorm

Rotation = tuple[Float[Tensor, "..."], Float[Tensor, "..."]]  # cosines and sines


def make_norm(config: ModelConfig) -> nn.Module:
    """Build the norm of the configuration; RMSNorm leaves out the mean and the bias.

    Source: Ba et al. 2016 (layer), Zhang and Sennrich 2019 (RMS).
    """
    if config.norm == "layer":
        return nn.LayerNorm(config.width, eps=config.norm_eps, bias=config.bias)
    return RMSNorm(config.width, eps=config.norm_eps)


def rotary_frequencies(
    config: ModelConfig, device: torch.device
) -> Float[Tensor, " half_D"]:
    """Return how far each pair of numbers turns per place, in radians.

    Source: Su et al. 2021, section 3.2; scaling as in Llama 3.1.
    """
    pairs = torch.arange(0, config.head_width, 2, dtype=torch.float32, device=device)
    frequencies = 1.0 / config.rope_base ** (pairs / config.head_width)
    scaling = config.rope_scaling
    if scaling is None:
        return frequencies
    turns = scaling.original_context * frequencies / (2 * math.pi)
    low, high = scaling.low_frequency_factor, scaling.high_frequency_factor
    keep = ((turns - low) / (high - low)).clamp(0, 1)  # 1: fast, untouched
    return keep * frequencies + (1 - keep) * frequencies / scaling.factor


def rotation(config: ModelConfig, places: Int[Tensor, "B T"]) -> Rotation:
    """Return cosines and sines of the angle by which each place turns each pair.

    The sines have the sign under which they enter: minus for a pair's first number.
    """
    frequencies = rotary_frequencies(config, places.device)
    angles = (places[..., None].float() * frequencies)[:, None]  # [B, 1, T, D/2]
    cosines, sines = angles.cos(), angles.sin()
    return torch.cat([cosines, cosines], -1), torch.cat([-sines, sines], -1)


def rotate(x: Float[Tensor, "B H T D"], by: Rotation) -> Float[Tensor, "B H T D"]:
    """Turn every pair (x[i], x[i + D/2]) by its angle.

    Two tokens' dot product then depends on how far apart they stand, not on where.
    """
    cosines, sines = by
    partner = x.roll(x.shape[-1] // 2, dims=-1)  # the other number of each pair
    return x * cosines.to(x.dtype) + partner * sines.to(x.dtype)


class Attention(nn.Module):
    """Let each token gather from the tokens before it (Vaswani et al. 2017).

    With fewer key-value heads than heads, several queries share a key and a value
    (grouped-query attention, Ainslie et al. 2023): the cache shrinks.
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        kv_width = config.n_kv_heads * config.head_width
        self.query = nn.Linear(config.width, config.width, bias=config.bias)
        self.key = nn.Linear(config.width, kv_width, bias=config.bias)
        self.value = nn.Linear(config.width, kv_width, bias=config.bias)
        self.out = nn.Linear(config.width, config.width, bias=config.bias)

    def project(
        self, x: Float[Tensor, "B T C"], by: Rotation | None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Return queries [B H T D], keys and values [B K T D], rotated."""
        shape = (*x.shape[:2], -1, self.config.head_width)
        query, key, value = (
            part(x).view(shape).transpose(1, 2)
            for part in (self.query, self.key, self.value)
        )
        if by is not None:
            query, key = rotate(query, by), rotate(key, by)
        return query, key, value

    def forward(
        self,
        x: Float[Tensor, "B T C"],
        by: Rotation | None,
        layer: int = 0,
        cache: KVCache | None = None,
        places: Int[Tensor, "#B T"] | None = None,  # one row may stand for all
    ) -> Float[Tensor, "B T C"]:
        query, key, value = self.project(x, by)
        mask = None
        if cache is not None:
            seen_key, seen_value = cache.append(layer, key, value, places)
            if cache.longest:  # else nothing is seen but these tokens: plain causal
                key, value, mask = seen_key, seen_value, cache.mask(places)
        gathered = self.gather(query, key, value, mask)
        return self.out(gathered.transpose(1, 2).flatten(2))

    def gather(
        self,
        query: Float[Tensor, "B H T D"],
        key: Float[Tensor, "B K S D"],
        value: Float[Tensor, "B K S D"],
        mask: Bool[Tensor, "B 1 T S"] | None,
    ) -> Float[Tensor, "B H T D"]:
        """Mix the values by how well their keys answer; without a mask, causally."""
        if query.shape[2] == 1:
            # A lone token sees all that the mask leaves. The queries that share a key
            # stand in for its row of tokens, so that no key has to be copied.
            shared = query.reshape(*key.shape[:2], -1, key.shape[3])
            return _gather_for_one(shared, key, value, mask).reshape(query.shape)
        shared = self.config.n_heads // self.config.n_kv_heads
        if shared > 1:
            key, value = (t.repeat_interleave(shared, dim=1) for t in (key, value))
        if mask is None and query.requires_grad and query.device.type == "cpu":
            return causal_attention(query, key, value)  # equal, and faster here
        return F.scaled_dot_product_attention(
            query, key, value, attn_mask=mask, is_causal=mask is None
        )

    def weights(
        self, x: Float[Tensor, "B T C"], by: Rotation | None
    ) -> Float[Tensor, "B H T T"]:
        """Compute the attention weights themselves, to be looked at. Slow and clear."""
        query, key, _ = self.project(x, by)
        key = key.repeat_interleave(self.config.n_heads // self.config.n_kv_heads, 1)
        scores = query @ key.transpose(-1, -2) / math.sqrt(self.config.head_width)
        future = torch.ones(scores.shape[-2:], dtype=torch.bool, device=x.device).triu(
            1
        )
        return scores.masked_fill(future, -math.inf).softmax(-1)


def _gather_for_one(
    query: Float[Tensor, "B K Q D"],
    key: Float[Tensor, "B K S D"],
    value: Float[Tensor, "B K S D"],
    mask: Bool[Tensor, "B 1 1 S"] | None,
) -> Float[Tensor, "B K Q D"]:
    """Attend from one place of each row: equal to torch's own, on a CPU faster."""
    if query.device.type != "cpu" or query.dtype != torch.float32:
        return F.scaled_dot_product_attention(query, key, value, mask)
    scores = (query / math.sqrt(query.shape[3])) @ key.transpose(-1, -2)
    if mask is not None:
        scores = scores.masked_fill(~mask, -math.inf)
    return scores.softmax(-1) @ value


class MLP(nn.Module):
    """Think about each token by itself: widen, bend, narrow.

    SwiGLU (Shazeer 2020) multiplies by a gate; GELU (GPT-2's tanh form) bends only.
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.up = nn.Linear(config.width, config.mlp_width, bias=config.bias)
        self.down = nn.Linear(config.mlp_width, config.width, bias=config.bias)
        if config.activation == "swiglu":
            self.gate = nn.Linear(config.width, config.mlp_width, bias=config.bias)
        self.gated = config.activation == "swiglu"

    def forward(self, x: Float[Tensor, "B T C"]) -> Float[Tensor, "B T C"]:
        if self.gated:
            return self.down(F.silu(self.gate(x)) * self.up(x))
        return self.down(F.gelu(self.up(x), approximate="tanh"))


class Block(nn.Module):
    """One layer: look around, then think; each adds to what was there."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.attention_norm = make_norm(config)
        self.attention = Attention(config)
        self.mlp_norm = make_norm(config)
        self.mlp = MLP(config)

    def forward(
        self,
        x: Float[Tensor, "B T C"],
        by: Rotation | None,
        layer: int = 0,
        cache: KVCache | None = None,
        places: Int[Tensor, "#B T"] | None = None,  # one row may stand for all
    ) -> Float[Tensor, "B T C"]:
        h = x + self.attention(self.attention_norm(x), by, layer, cache, places)
        return h + self.mlp(self.mlp_norm(h))
