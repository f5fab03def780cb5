"""See which earlier tokens a token looks at, in every layer and head."""

import html
from collections.abc import Sequence
from typing import Any

import numpy as np
import traitlets

from course_lib.widgets.base import CourseWidget, RefusedValueError, as_array, script

MAX_TOKENS = 64  # more do not fit on a page; cut the text, not the picture
STATIC_TOKENS = 12  # rows and columns of the table that stands in for the matrix


class AttentionView(CourseWidget):
    """The tokens with arcs to what one of them attends to, and the whole matrix.

    `weights[layer][head][query][key]`: what `Transformer.attention_weights` gives for
    one row of tokens, or numbers made by hand. Hovering over a token, or moving to it
    with the arrow keys, makes it the query. `.layer`, `.head`, `.query` follow.

    Raises:
        ValueError: if weights and tokens do not fit, or there are over `MAX_TOKENS`.
    Example: `AttentionView(model.attention_weights(ids[None]), ["the", "·hat"])`
    """

    _esm = script("attention_view.js")
    tokens = traitlets.List(traitlets.Unicode()).tag(sync=True)
    sizes = traitlets.List(traitlets.Int()).tag(sync=True)  # layers, heads
    layer = traitlets.Int(0).tag(sync=True)
    head = traitlets.Int(0).tag(sync=True)
    query = traitlets.Int(0).tag(sync=True)
    matrix = traitlets.List().tag(sync=True)  # [query][key], of the present head

    def __init__(self, weights: Sequence[Any], tokens: Sequence[str]) -> None:
        self._weights = [_heads(layer) for layer in weights]
        if not self._weights:
            raise ValueError("give the weights of one layer at least")
        n_tokens = len(tokens)
        if not 0 < n_tokens <= MAX_TOKENS:
            raise ValueError(f"the text must have 1 to {MAX_TOKENS} tokens: {n_tokens}")
        for k, layer in enumerate(self._weights):
            if layer.shape != (len(self._weights[0]), n_tokens, n_tokens):
                raise ValueError(
                    f"layer {k} must be [heads][{n_tokens}][{n_tokens}] for these "
                    f"{n_tokens} tokens, got the shape {list(layer.shape)}"
                )
        super().__init__(
            tokens=list(tokens),
            sizes=[len(self._weights), len(self._weights[0])],
            query=n_tokens - 1,
        )
        self.observe(self._show_head, ["layer", "head"])
        self._show_head()

    @traitlets.validate("layer", "head", "query")
    def _check_place(self, proposal: Any) -> int:
        name, place = proposal["trait"].name, proposal["value"]
        sizes = dict(zip(("layer", "head"), self.sizes, strict=True))
        size = sizes.get(name, len(self.tokens))
        if not 0 <= place < size:
            raise RefusedValueError(f"{name} must be 0 to {size - 1}, got {place}")
        return place

    def _show_head(self, _change: object = None) -> None:
        present = self._weights[self.layer][self.head]
        self.matrix = [[round(float(w), 4) for w in row] for row in present]

    def static_html(self) -> str:
        """Show the present head as a table of whole percents, a query in each row."""
        shown = self.tokens[:STATIC_TOKENS]
        names = [f"<code>{html.escape(token)}</code>" for token in shown]
        rows = "".join(
            f"<tr><th>{name}</th>"
            + "".join(
                f"<td>{f'{w:.0%}' if k <= q or w else ''}</td>"
                for k, w in enumerate(self.matrix[q][: len(shown)])
            )
            + "</tr>"
            for q, name in enumerate(names)
        )
        cut = len(self.tokens) - len(shown)
        more = f" (the first {len(shown)} of {len(self.tokens)} tokens)" if cut else ""
        return (
            f"<p>Layer {self.layer}, head {self.head}: how much the token of a row "
            f"attends to the token of a column{more}</p>"
            f"<table><tr><th></th>{''.join(f'<th>{n}</th>' for n in names)}</tr>"
            f"{rows}</table>"
        )

    def __repr__(self) -> str:
        layers, heads = self.sizes
        return (
            f"AttentionView(layer {self.layer} of {layers}, head {self.head} of "
            f"{heads}, {len(self.tokens)} tokens)"
        )


def _heads(layer: Any) -> np.ndarray:
    """Read [H][T][T] from lists, arrays or tensors; a batch of one row is no batch."""
    array = as_array(layer, np.float32)
    return array[0] if array.ndim == 4 and len(array) == 1 else array
