"""Drag a threshold, and watch which answers are given and which are refused."""

import html
import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import traitlets

from course_lib.widgets.base import CourseWidget, RefusedValueError, script

BAR_BLOCKS = 30
BLOCKS = ("█", "▒", "·")

Answers = Sequence[tuple[float, bool]]  # (confidence, was it right) each


class Shares(NamedTuple):
    """How many answers of a group are right, wrong, and held back."""

    correct: int
    wrong: int
    refused: int


class ThresholdBars(CourseWidget):
    """One bar a group, cut into correct, wrong and refused by a threshold to drag.

    Answers with at least the threshold's confidence are given, all others refused.
    `.threshold` and `.shares` follow in Python.

    Args:
        instead: what becomes of the others, if it is not that they are refused.

    Raises:
        ValueError: if a group is empty, or a confidence does not lie from 0 to 1.
    Example: `ThresholdBars({"never told": [(0.3, False)], "often": [(0.9, True)]})`
    """

    _esm = script("threshold_bars.js")
    title = traitlets.Unicode().tag(sync=True)
    labels = traitlets.List(traitlets.Unicode()).tag(sync=True)
    confidences = traitlets.List().tag(sync=True)  # a list for each group
    right = traitlets.List().tag(sync=True)  # 0 or 1, likewise
    threshold = traitlets.Float(0.0).tag(sync=True)
    instead = traitlets.Unicode().tag(sync=True)

    def __init__(
        self,
        groups: Mapping[str, Answers],
        title: str | None = None,
        threshold: float = 0.0,
        instead: str = "refused",
    ) -> None:
        if not groups or not all(groups.values()):
            raise ValueError("every group needs an answer; leave empty groups out")
        for label, answers in groups.items():
            if not all(0 <= confidence <= 1 for confidence, _ in answers):
                raise ValueError(
                    f"confidences must be from 0 to 1, in {label!r} one is not; for "
                    "log-probabilities take math.exp of each"
                )
        super().__init__(
            title=title
            or f"Answers above the threshold are given, all others {instead}",
            instead=instead,
            labels=list(groups),
            # Four digits: enough to drag by, and little to send.
            confidences=[[_rounded(c) for c, _ in some] for some in groups.values()],
            right=[[int(r) for _, r in some] for some in groups.values()],
            threshold=threshold,
        )

    @traitlets.validate("threshold")
    def _check_threshold(self, proposal: Any) -> float:
        if not 0 <= proposal["value"] <= 1:
            raise RefusedValueError(
                f"threshold must be from 0 to 1, got {proposal['value']}"
            )
        return proposal["value"]

    @property
    def shares(self) -> dict[str, Shares]:
        """What becomes of each group's answers at the present threshold."""
        found = {}
        rows = zip(self.labels, self.confidences, self.right, strict=True)
        for label, confidences, right in rows:
            pairs = zip(confidences, right, strict=True)
            given = [r for c, r in pairs if c >= self.threshold]
            correct = sum(given)
            found[label] = Shares(
                correct, len(given) - correct, len(confidences) - len(given)
            )
        return found

    def static_html(self) -> str:
        """Show every group's bar at the present threshold."""
        rows = []
        for label, counts in self.shares.items():
            total = sum(counts)
            bar = "".join(
                block * round(BAR_BLOCKS * count / total)
                for block, count in zip(BLOCKS, counts, strict=True)
            )
            numbers = "".join(f"<td>{count / total:.0%}</td>" for count in counts)
            name = f"<td>{html.escape(label)}</td>"
            style = ' style="text-align:left"'
            rows.append(f"<tr>{name}{numbers}<td{style}><code>{bar}</code></td></tr>")
        heads = "".join(
            f"<th>{html.escape(kind)} {block}</th>"
            for kind, block in zip(
                ("correct", "wrong", self.instead), BLOCKS, strict=True
            )
        )
        return (
            f"<p><b>{html.escape(self.title)}</b><br>threshold {self.threshold:.2f}; "
            "where the notebook runs, drag it</p>"
            f"<table><tr><th></th>{heads}<th></th></tr>{''.join(rows)}</table>"
        )

    def __repr__(self) -> str:
        names = ", ".join(self.labels)
        return f"ThresholdBars(threshold {self.threshold:.2f}; {names})"


def _rounded(confidence: float) -> float:
    return math.floor(round(confidence * 10_000, 6)) / 10_000  # .57 is not .5699
