"""Remember keys and values, so that a new token costs one token's work.

Rows of a batch may have different lengths (ragged): each appends at its own end, and
what lies behind a row's end is never looked at.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from course_lib.model.config import ModelConfig


@dataclass(frozen=True)
class _Step:
    """What every layer asks of one step: where its tokens go, and what they may see."""

    places: Int[Tensor, "B T"]
    ends: Int[Tensor, " BKT"]  # all rows and heads numbered through, as a layer does
    mask: Bool[Tensor, "B 1 T S"]


class KVCache:
    """Preallocated room for the keys and values of every layer.

    `lengths` says how many tokens of each row count. A ragged batch of prompts is
    read in one go: pad on the right, run the model, then `keep(true_lengths)`.
    Without a `dtype` it takes that of the first keys, so it fits any model.

    Example:
        cache = KVCache(model.config, batch_size=2, length=64)
        hidden = model.body(prompts, cache)   # [2, T], the second row padded
        cache.keep(torch.tensor([9, 5]))      # the padding is forgotten
        hidden = model.body(next_ids, cache)  # [2, 1], at places 9 and 5
    """

    def __init__(
        self,
        config: ModelConfig,
        batch_size: int,
        length: int,
        device: str | torch.device = "cpu",
        dtype: torch.dtype | None = None,
    ) -> None:
        if not 0 < length <= config.context:
            raise ValueError(
                f"a cache can hold 1 to {config.context} tokens (the model's context), "
                f"got length={length}"
            )
        shape = (config.n_layers, batch_size, config.n_kv_heads, length)
        self.keys = torch.zeros(*shape, config.head_width, device=device, dtype=dtype)
        self.values = torch.zeros_like(self.keys)
        self._takes_dtype = dtype is None  # of the first keys that come
        self.lengths = torch.zeros(batch_size, dtype=torch.long, device=device)
        self.longest = 0  # of all rows; kept here so that no GPU has to be asked
        self._prepared: _Step | None = None  # the same for every layer

    @property
    def capacity(self) -> int:
        """The most tokens a row can hold."""
        return self.keys.shape[3]

    def places(self, n_new: int) -> Int[Tensor, "B T"]:
        """Return where each row's next tokens go.

        Raises:
            ValueError: if the longest row would not fit.
        """
        if self.longest + n_new > self.capacity:
            raise ValueError(
                f"the cache holds {self.capacity} tokens a row; {self.longest} + "
                f"{n_new} do not fit. Make it longer, or stop generating"
            )
        new = torch.arange(n_new, device=self.lengths.device)
        return self.lengths[:, None] + new

    def mask(self, places: Int[Tensor, "B T"]) -> Bool[Tensor, "B 1 T S"] | None:
        """Let each new token see its own row up to itself, and nothing else.

        None where that is all there is: one new token in the only row.
        """
        return None if places.shape == (1, 1) else self._step(places).mask

    def append(
        self,
        layer: int,
        keys: Float[Tensor, "B K T D"],
        values: Float[Tensor, "B K T D"],
        places: Int[Tensor, "B T"],
    ) -> tuple[Float[Tensor, "B K S D"], Float[Tensor, "B K S D"]]:
        """Write one layer's new keys and values; return all that may be seen.

        Raises:
            ValueError: if the cache was made for numbers of another kind.
        """
        if keys.dtype != self.keys.dtype:
            self._take_dtype(keys.dtype)
        self._takes_dtype = False  # from now on it holds something
        n_seen = self.longest + places.shape[1]
        old_keys, old_values = self.keys[layer], self.values[layer]
        if places.shape[0] == 1:  # one row has one end, and a slice is quicker
            old_keys[:, :, self.longest : n_seen] = keys
            old_values[:, :, self.longest : n_seen] = values
        else:
            ends = self._step(places).ends
            old_keys.view(-1, keys.shape[3]).index_copy_(0, ends, keys.flatten(0, 2))
            old_values.view(-1, keys.shape[3]).index_copy_(
                0, ends, values.flatten(0, 2)
            )
        return old_keys[:, :, :n_seen], old_values[:, :, :n_seen]

    def _step(self, places: Int[Tensor, "B T"]) -> _Step:
        """Prepare what the layers have in common, once for all of them."""
        if self._prepared is None or self._prepared.places is not places:
            n_rows, n_heads, capacity = self.keys.shape[1:4]
            heads = torch.arange(n_rows * n_heads, device=places.device)
            ends = heads.view(n_rows, n_heads, 1) * capacity + places[:, None]
            seen = torch.arange(self.longest + places.shape[1], device=places.device)
            mask = (seen <= places[..., None])[:, None]
            self._prepared = _Step(places, ends.flatten(), mask)
        return self._prepared

    def _take_dtype(self, dtype: torch.dtype) -> None:
        if not self._takes_dtype:
            raise ValueError(
                f"the cache holds {self.keys.dtype}, the model gives {dtype}; make it "
                f"with KVCache(..., dtype={dtype}), or leave dtype out"
            )
        self.keys = torch.zeros_like(self.keys, dtype=dtype)
        self.values = torch.zeros_like(self.keys)

    def advance(self, n_new: int) -> None:
        """Count `n_new` more tokens in every row; the model calls this itself."""
        self.lengths = self.lengths + n_new
        self.longest += n_new
        self._prepared = None

    def keep(self, lengths: Int[Tensor, " B"]) -> None:
        """Forget what lies behind `lengths` in each row, such as padding.

        Raises:
            ValueError: if a row is asked to keep more than it holds, or less than 0.
        """
        lengths = lengths.to(self.lengths)
        fits = lengths.shape == self.lengths.shape
        if not fits or bool(((lengths < 0) | (lengths > self.lengths)).any()):
            raise ValueError(
                f"keep() can only shorten rows of lengths {self.lengths.tolist()}, got "
                f"{lengths.tolist()}"
            )
        self.lengths = lengths
        self.longest = int(lengths.max())
        self._prepared = None

    def select(self, rows: Int[Tensor, " N"]) -> None:
        """Go on with these rows only, in this order; a row may be named twice.

        Rows that have finished leave the batch; a prompt read once is continued often.
        """
        self.keys, self.values = self._of(self.keys, rows), self._of(self.values, rows)
        self.lengths = self.lengths[rows]
        self.longest = int(self.lengths.max())
        self._prepared = None

    def _of(
        self, held: Float[Tensor, "L B K S D"], rows: Int[Tensor, " N"]
    ) -> Float[Tensor, "L N K S D"]:
        """Copy rows as far as anything is written: the rest is only room."""
        shape = (held.shape[0], len(rows), *held.shape[2:])
        picked = held.new_zeros(shape)
        picked[:, :, :, : self.longest] = held[:, rows, :, : self.longest]
        return picked
