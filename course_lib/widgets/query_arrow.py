"""Drag a query among keys in two dimensions, and watch the attention follow."""

import html
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import traitlets

from course_lib.widgets.base import CourseWidget, script

REACH = 3.0  # the plane shows -REACH to REACH both ways
MAX_KEYS = 8
BAR_BLOCKS = 20


@dataclass(frozen=True)
class QueryWeights:
    """What a query makes of the keys, step by step; one number a key."""

    products: list[float]  # query · key
    scores: list[float]  # divided by the scale
    weights: list[float]  # softmax: positive, sum 1


def weigh_keys(
    query: Sequence[float], keys: Sequence[Sequence[float]], scale: float
) -> QueryWeights:
    """Compute attention weights of one query, with nothing but sums and products."""
    products = [sum(q * k for q, k in zip(query, key, strict=True)) for key in keys]
    scores = [product / scale for product in products]
    highest = max(scores)  # taken off first: e to the 800 is too large for a computer
    powers = [math.exp(score - highest) for score in scores]
    return QueryWeights(products, scores, [power / sum(powers) for power in powers])


class QueryArrow(CourseWidget):
    """A query arrow among key arrows: dot products, scores, weights, as it is dragged.

    The arrow keys move the query, too. With `values` the weighted mean of the values
    is drawn as a cross: what the query brings home. `.query`, `.weights` and `.output`
    follow in Python.

    Raises:
        ValueError: if there are no keys or over `MAX_KEYS`, if one has not two numbers
            within the plane, if values and keys differ in their names, or if the scale
            is not positive.
    Example: `QueryArrow({"hat": (2, 1), "ferry": (-1, 2)})`
    """

    _esm = script("query_arrow.js")
    labels = traitlets.List(traitlets.Unicode()).tag(sync=True)
    key_arrows = traitlets.List().tag(sync=True)  # [x, y] each
    value_points = traitlets.List().tag(sync=True)  # [x, y] each, or none at all
    query = traitlets.List(traitlets.Float(), [1.0, 0.5]).tag(sync=True)
    scale = traitlets.Float().tag(sync=True)
    scaled = traitlets.Bool(True).tag(sync=True)  # the page's box: divide or not
    reach = traitlets.Float(REACH).tag(sync=True)

    def __init__(
        self,
        keys: Mapping[str, Sequence[float]],
        values: Mapping[str, Sequence[float]] | None = None,
        *,
        query: Sequence[float] = (1.0, 0.5),
        scale: float = math.sqrt(2),
    ) -> None:
        if not 0 < len(keys) <= MAX_KEYS:
            raise ValueError(f"give 1 to {MAX_KEYS} keys, got {len(keys)}")
        if values is not None and set(values) != set(keys):
            raise ValueError(
                f"values must have the names of the keys, {sorted(keys)}, got "
                f"{sorted(values)}"
            )
        if scale <= 0:
            raise ValueError(f"scale must be positive, √D usually, got {scale}")
        super().__init__(
            labels=list(keys),
            key_arrows=[_point(name, key) for name, key in keys.items()],
            value_points=[_point(name, values[name]) for name in keys]
            if values
            else [],
            query=_point("query", query),
            scale=scale,
        )

    @property
    def attention(self) -> QueryWeights:
        """Dot products, scores and weights of the present query."""
        scale = self.scale if self.scaled else 1.0
        return weigh_keys(self.query, self.key_arrows, scale)

    @property
    def weights(self) -> dict[str, float]:
        """The weight of each key; they sum to 1."""
        return dict(zip(self.labels, self.attention.weights, strict=True))

    @property
    def output(self) -> list[float] | None:
        """The weighted mean of the values; None if there are none."""
        if not self.value_points:
            return None
        weights = self.attention.weights
        return [
            sum(
                w * value[axis]
                for w, value in zip(weights, self.value_points, strict=True)
            )
            for axis in (0, 1)
        ]

    def static_html(self) -> str:
        """Show keys, dot products, scores and weights of the present query."""
        now = self.attention
        rows = "".join(
            f"<tr><td>{html.escape(label)}</td><td>({key[0]:g}, {key[1]:g})</td>"
            f"<td>{product:.2f}</td><td>{score:.2f}</td><td>{weight:.0%}</td>"
            f'<td style="text-align:left">{"█" * round(weight * BAR_BLOCKS)}</td></tr>'
            for label, key, product, score, weight in zip(
                self.labels, self.key_arrows, *vars(now).values(), strict=True
            )
        )
        x, y = self.query
        divided = f"÷ {self.scale:.2f}" if self.scaled else "not divided"
        return (
            f"<p>Query ({x:g}, {y:g})</p><table><tr><th>key</th><th>arrow</th>"
            f"<th>query · key</th><th>{divided}</th><th>weight</th><th></th></tr>"
            f"{rows}</table>"
        )

    def __repr__(self) -> str:
        x, y = self.query
        shares = ", ".join(f"{name} {w:.0%}" for name, w in self.weights.items())
        return f"QueryArrow(query ({x:g}, {y:g}): {shares})"


def _point(name: str, numbers: Sequence[float]) -> list[float]:
    point = [float(number) for number in numbers]
    if len(point) != 2 or not all(abs(number) <= REACH for number in point):
        raise ValueError(
            f"{name} must be two numbers from {-REACH:g} to {REACH:g}, got {point}"
        )
    return point
