"""The whole network: embed, a stack of blocks, norm, unembed."""

import math

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from course_lib.model.cache import KVCache
from course_lib.model.config import ModelConfig
from course_lib.model.layers import Block, Rotation, make_norm, rotation


class Transformer(nn.Module):
    """Predict the next token at every place of every row.

    `seed` fixes the random weights that an untrained model begins with. With a cache,
    the ids are taken as the continuation of what each row holds.

    Example: `Transformer(ModelConfig.tiny())(token_ids)` -> logits [B, T, V]
    """

    def __init__(self, config: ModelConfig, seed: int = 0) -> None:
        super().__init__()
        self.config = config
        self.embed = _embedding(config.vocab_size, config.width)
        if config.positions == "learned":
            self.positions = _embedding(config.context, config.width)
        self.blocks = nn.ModuleList(Block(config) for _ in range(config.n_layers))
        self.final_norm = make_norm(config)
        if not config.tied:
            self.unembed = nn.Linear(config.width, config.vocab_size, bias=False)
        self._start_weights(seed)

    def forward(
        self, token_ids: Int[Tensor, "B T"], cache: KVCache | None = None
    ) -> Float[Tensor, "B T V"]:
        return self.head(self.body(token_ids, cache))

    def body(
        self, token_ids: Int[Tensor, "B T"], cache: KVCache | None = None
    ) -> Float[Tensor, "B T C"]:
        """Run everything but the unembedding, which is needed only where one predicts.

        Raises:
            ValueError: if the ids are no batch of rows, or reach beyond the context.
        """
        x, by, places = self._start(token_ids, cache)
        for layer, block in enumerate(self.blocks):
            x = block(x, by, layer, cache, places)
        if cache is not None:
            cache.advance(token_ids.shape[1])
        return self.final_norm(x)

    def head(self, hidden: Float[Tensor, "... C"]) -> Float[Tensor, "... V"]:
        """Score every token of the vocabulary as the next one."""
        return hidden @ self.unembedding().T

    def unembedding(self) -> Float[Tensor, "V C"]:
        """Return the matrix by which `head` scores the vocabulary."""
        return self.embed.weight if self.config.tied else self.unembed.weight

    @torch.no_grad()
    def attention_weights(
        self, token_ids: Int[Tensor, "B T"]
    ) -> list[Float[Tensor, "B H T T"]]:
        """Return, for each layer, how much each token looks at each earlier one."""
        x, by, _ = self._start(token_ids, None)
        weights = []
        for block in self.blocks:
            weights.append(block.attention.weights(block.attention_norm(x), by))
            x = block(x, by)
        return weights

    def n_parameters(self) -> int:
        """Count every learned number once; a tied unembedding is the embedding."""
        return sum(parameter.numel() for parameter in self.parameters())

    def flops_per_token(self, training: bool = True, length: int | None = None) -> int:
        """Count multiplications and additions per token, at rows of `length` tokens.

        Two for each weight that a token meets, the head included and the embedding
        look-up not, and for attention's two products over the whole row (the masked
        half is counted, as is the custom); three times as many in training.
        Source: Chowdhery et al. 2022 (PaLM), appendix B.
        """
        length = self.config.context if length is None else length
        matrices = sum(p.numel() for p in self.blocks.parameters() if p.dim() == 2)
        matrices += self.config.vocab_size * self.config.width
        attention = 2 * self.config.n_layers * self.config.width * length
        return (3 if training else 1) * 2 * (matrices + attention)

    def _start(
        self, token_ids: Int[Tensor, "B T"], cache: KVCache | None
    ) -> tuple[Float[Tensor, "B T C"], Rotation | None, Int[Tensor, "#B T"]]:
        """Embed the ids, and say where they stand."""
        if token_ids.dim() != 2 or token_ids.shape[1] == 0:
            raise ValueError(
                f"token_ids must be rows of ids, [B, T] with T > 0, got shape "
                f"{list(token_ids.shape)}"
            )
        if cache is not None and len(token_ids) != len(cache.lengths):
            raise ValueError(
                f"the cache was made for {len(cache.lengths)} rows, got "
                f"{len(token_ids)}; make one with KVCache(config, {len(token_ids)})"
            )
        n_new = token_ids.shape[1]
        n_before = 0 if cache is None else cache.longest
        if n_before + n_new > self.config.context:
            raise ValueError(
                f"the model's context is {self.config.context} tokens, got "
                f"{n_before + n_new}; shorten the text"
            )
        if cache is None:
            places = torch.arange(n_new, device=token_ids.device)[None]
        else:
            places = cache.places(n_new)
        x = self.embed(token_ids)
        if self.config.positions == "learned":
            return x + self.positions(places), None, places
        return x, rotation(self.config, places), places

    def _start_weights(self, seed: int) -> None:
        """Draw the first weights, small enough that no layer shouts (GPT-2, sec. 2.3).

        What writes into the residual stream is drawn smaller, by the root of their
        number, so that the stream does not grow with depth.
        """
        if self.embed.weight.is_meta:
            return
        generator = torch.Generator().manual_seed(seed)
        writers = 1 / math.sqrt(2 * self.config.n_layers)
        for name, parameter in self.named_parameters():
            if parameter.dim() == 2:
                small = writers if name.endswith(("out.weight", "down.weight")) else 1
                drawn = torch.randn(parameter.shape, generator=generator)
                with torch.no_grad():
                    parameter.copy_(drawn * 0.02 * small)
            elif name.endswith("bias"):
                nn.init.zeros_(parameter)


def _embedding(n: int, width: int) -> nn.Embedding:
    """Make room for vectors, not drawn yet.

    torch's own first draw, made where there is no memory to fill ("meta"), imports its
    compiler: seconds, and 150 MB, for every checkpoint that is loaded.
    """
    return nn.Embedding.from_pretrained(torch.empty(n, width), freeze=False)
