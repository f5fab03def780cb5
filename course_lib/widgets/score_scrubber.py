"""Scrub through a training, read what was written, and say where it was best.

The scrubber is given texts and two numbers for each: a score that is shown at once, and
a hidden one that stays in Python until the reader has decided. What a model wrote is
shown as text, never as HTML.
"""

import html
from collections.abc import Mapping, Sequence
from typing import Any

import traitlets

from course_lib.widgets.base import CourseWidget, RefusedValueError, script

Scored = Sequence[tuple[str, float, float]]  # text, shown score, hidden worth
SHOWN = 60  # letters of a text in the static table


class ScoreScrubber(CourseWidget):
    """Texts of every stage on a slider, their scores, and where the reader likes them.

    The button "Best here" sets `.best` to the stage in view; then the hidden numbers
    may be shown. `.position` follows the slider and the arrow keys.

    Raises:
        ValueError: if there are not two stages at least, or one has no text.
    Example: `ScoreScrubber({"step 0": [("Tea.", 0.1, 0.0)], "step 9": [...]})`
    """

    _esm = script("score_scrubber.js")
    title = traitlets.Unicode().tag(sync=True)
    names = traitlets.List(traitlets.Unicode()).tag(sync=True)  # of the two numbers
    stages = traitlets.List(traitlets.Unicode()).tag(sync=True)
    texts = traitlets.List().tag(sync=True)  # [stage][k]
    scores = traitlets.List().tag(sync=True)  # likewise
    worths = traitlets.List().tag(sync=True)  # likewise; empty until shown
    position = traitlets.Int(0).tag(sync=True)  # set by the page
    best = traitlets.Int(-1).tag(sync=True)  # set by the page's button
    reveal = traitlets.Bool(False).tag(sync=True)  # likewise
    verdict = traitlets.Unicode().tag(sync=True)

    def __init__(
        self,
        history: Mapping[str, Scored],
        title: str = "Read, and find the stage at which the texts are best",
        names: tuple[str, str] = ("score", "truth"),
    ) -> None:
        if len(history) < 2 or not all(history.values()):
            raise ValueError(
                f"give two stages at least, and a text for each; got {len(history)} "
                f"stages with {[len(some) for some in history.values()]} texts"
            )
        self._worths = [[round(w, 2) for *_, w in some] for some in history.values()]
        super().__init__(
            title=title,
            names=list(names),
            stages=list(history),
            texts=[[text for text, *_ in some] for some in history.values()],
            scores=[[round(s, 2) for _, s, _ in some] for some in history.values()],
        )
        self.observe(self._on_reveal, "reveal")

    @traitlets.validate("position", "best")
    def _check_place(self, proposal: Any) -> int:
        lowest = -1 if proposal["trait"].name == "best" else 0
        if not lowest <= proposal["value"] < len(self.stages):
            raise RefusedValueError(
                f"{proposal['trait'].name} must be {lowest} to "
                f"{len(self.stages) - 1}, got {proposal['value']}"
            )
        return proposal["value"]

    @property
    def means(self) -> list[tuple[float, float]]:
        """The mean of both numbers, stage by stage."""
        rows = zip(self.scores, self._worths, strict=True)
        return [(_mean(scores), _mean(worths)) for scores, worths in rows]

    @property
    def true_best(self) -> int:
        """The stage at which the hidden number is highest."""
        worths = [worth for _, worth in self.means]
        return worths.index(max(worths))

    def _on_reveal(self, _change: object) -> None:
        if self.worths or not self.reveal or self.best < 0:
            return
        mine, highest = self.means[self.best][1], self.means[self.true_best][1]
        with self.hold_sync():
            self.worths = self._worths
            self.verdict = (
                f"You stopped at {self.stages[self.best]}: {self.names[1]} {mine:.2f}. "
                f"It was highest at {self.stages[self.true_best]}: {highest:.2f}."
            )

    def static_html(self) -> str:
        """Show every stage with its mean score and first text, never the truth."""
        rows = ""
        for k, stage in enumerate(self.stages):
            text = self.texts[k][0]
            text = text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
            rows += (
                f"<tr><td>{html.escape(stage)}</td><td>{_mean(self.scores[k]):.2f}</td>"
                f'<td style="text-align:left"><code>{html.escape(text)}</code></td>'
                "</tr>"
            )
        return (
            f"<p><b>{html.escape(self.title)}</b><br>where the notebook runs, move the "
            f"slider</p><table><tr><th>when</th><th>{html.escape(self.names[0])}</th>"
            f'<th style="text-align:left">one of the texts</th></tr>{rows}</table>'
        )

    def __repr__(self) -> str:
        return f"ScoreScrubber({len(self.stages)} stages)"


def _mean(numbers: Sequence[float]) -> float:
    return sum(numbers) / len(numbers)
