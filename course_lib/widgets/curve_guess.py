"""Draw the curve you expect with one sweep of the mouse, then see the measured one."""

import html
from collections.abc import Callable, Sequence
from typing import Any

import traitlets

from course_lib.intervals import Interval
from course_lib.widgets.base import CourseWidget, RefusedValueError, script

START = 0.5  # where every point stands until it is drawn

Truth = Sequence[Interval]


class CurveGuess(CourseWidget):
    """A share for each bin, guessed by drawing; what was measured waits in Python.

    A guess put on paper cannot be bent afterwards to "I knew that". `.guess` holds it,
    one share from 0 to 1 a bin; once the truth is shown it stays as it is. `truth` may
    be a function, which is called when the button is pressed: it may take its time.

    Raises:
        ValueError: if there are fewer than two labels, or truth or guess have another
            length than the labels or hold a number outside 0 to 1.
    Example: `CurveGuess("Recall", ["never", "1"], [wilson(3, 100), wilson(17, 100)])`
    """

    _esm = script("curve_guess.js")
    title = traitlets.Unicode().tag(sync=True)
    labels = traitlets.List(traitlets.Unicode()).tag(sync=True)
    x_label = traitlets.Unicode().tag(sync=True)
    y_label = traitlets.Unicode().tag(sync=True)
    guess = traitlets.List(traitlets.Float()).tag(sync=True)  # set by the page
    drawn = traitlets.List(traitlets.Bool()).tag(sync=True)  # False: nobody moved it
    reveal = traitlets.Bool(False).tag(sync=True)  # set by the page's button
    truth_points = traitlets.List().tag(
        sync=True
    )  # [value, low, high] each, when shown
    verdict = traitlets.Unicode().tag(sync=True)

    def __init__(
        self,
        title: str,
        labels: Sequence[str],
        truth: Truth | Callable[[], Truth],
        x_label: str = "how often the fact was read",
        y_label: str = "share recalled",
    ) -> None:
        if len(labels) < 2:
            raise ValueError(
                f"a curve needs two or more labels, got {list(labels)}: name every bin"
            )
        self._truth = truth if callable(truth) else _checked(truth, labels)
        super().__init__(
            title=title,
            labels=list(labels),
            x_label=x_label,
            y_label=y_label,
            guess=[START] * len(labels),
            drawn=[False] * len(labels),
        )
        self.observe(self._on_guess, "guess")
        self.observe(self._on_reveal, "reveal")

    @traitlets.validate("guess")
    def _check_guess(self, proposal: Any) -> list[float]:
        guess = list(proposal["value"])
        if self.truth_points and guess != self._settled:
            # Of the kind that takes a page's message back; self.guess is new already.
            raise RefusedValueError(
                f"the truth is shown, so the guess stays {self._settled}: run the cell "
                "again for a new one"
            )
        if len(guess) != len(self.labels) or not all(0 <= g <= 1 for g in guess):
            raise RefusedValueError(
                f"guess must be {len(self.labels)} shares from 0 to 1, one a label, "
                f"got {guess}"
            )
        return guess

    def _on_guess(self, _change: object) -> None:
        was_drawn = zip(self.guess, self.drawn, strict=True)
        self.drawn = [drawn or share != START for share, drawn in was_drawn]

    def _on_reveal(self, _change: object) -> None:
        if self.truth_points or not self.reveal:
            return
        try:
            found = self._truth() if callable(self._truth) else self._truth
            truth = _checked(found, self.labels)
        except Exception as error:
            # The page would wait for ever, and the traceback goes to a log.
            self.reveal, self.verdict = False, f"The measurement failed: {error}"
            raise
        self._settled = list(self.guess)
        with self.hold_sync():
            self.truth_points = [[i.value, i.low, i.high] for i in truth]
            self.verdict = verdict_on(self.labels, self.guess, truth)

    def static_html(self) -> str:
        """Show title and bins and invite a guess; never the truth."""
        bins = " ".join(f"<code>{html.escape(label)}</code>" for label in self.labels)
        return (
            f"<p><b>Draw the curve you expect:</b> {html.escape(self.title)}<br>"
            f"{html.escape(self.x_label)}: {bins}<br>"
            f"<i>Sketch the {html.escape(self.y_label)}, from 0 % to 100 %, on paper; "
            "where the notebook runs, draw it here and see what was measured.</i></p>"
        )

    def __repr__(self) -> str:
        return f"CurveGuess: {self.title} [{'] ['.join(self.labels)}]"


def verdict_on(labels: Sequence[str], guess: Sequence[float], truth: Truth) -> str:
    """Say how far off a guess was on average, and where it was furthest off.

    Example: "On average you were 12 percentage points off; furthest off at '1' (you
    60 %, measured 7 %)."
    """
    measured = [interval.value for interval in truth]
    off = [abs(g - m) for g, m in zip(guess, measured, strict=True)]
    worst = off.index(max(off))
    points = f"{100 * sum(off) / len(off):.0f}"
    return (
        f"On average you were {points} percentage point{'s' * (points != '1')} off; "
        f"furthest off at '{labels[worst]}' (you {100 * guess[worst]:.0f} %, measured "
        f"{100 * measured[worst]:.0f} %)."
    )


def _checked(truth: Truth, labels: Sequence[str]) -> list[Interval]:
    """Return the truth as a list, if it fits the labels and the chart."""
    found = list(truth)
    if len(found) != len(labels):
        raise ValueError(
            f"truth must hold one Interval a label, {len(labels)}, got {len(found)}"
        )
    for label, interval in zip(labels, found, strict=True):
        if not all(0 <= v <= 1 for v in (interval.value, interval.low, interval.high)):
            raise ValueError(
                f"truth must be shares from 0 to 1, got {interval} at '{label}': "
                "divide percent by 100"
            )
    return found
