"""Pick out the odd ones of a list, by hand, before the truth is shown."""

import html
from collections.abc import Sequence

import traitlets

from course_lib.widgets.base import CourseWidget, script


class PickOut(CourseWidget):
    """A list of texts to tick; which of them are odd stays in Python until asked.

    The button works once as many are ticked as there are odd ones. `.picked` holds
    what is ticked, `.found` how many of them were odd, None before that.

    Raises:
        ValueError: if texts and marks differ in number, or if none or all are odd.
    Example: `PickOut("Which are made up?", ["a hat", "a dragon"], [False, True])`
    """

    _esm = script("pick_out.js")
    question = traitlets.Unicode().tag(sync=True)
    texts = traitlets.List(traitlets.Unicode()).tag(sync=True)
    count = traitlets.Int().tag(sync=True)  # how many to pick
    picked = traitlets.List(traitlets.Int()).tag(sync=True)  # numbers, set by the page
    reveal = traitlets.Bool(False).tag(sync=True)  # set by the page's button
    odd = traitlets.List(traitlets.Int()).tag(sync=True)  # empty until revealed
    notes = traitlets.List(traitlets.Unicode()).tag(sync=True)  # likewise
    verdict = traitlets.Unicode().tag(sync=True)

    def __init__(
        self,
        question: str,
        texts: Sequence[str],
        is_odd: Sequence[bool],
        notes: Sequence[str] = (),
    ) -> None:
        if len(texts) != len(is_odd) or (notes and len(notes) != len(texts)):
            raise ValueError(
                f"every text needs its mark, got {len(texts)} texts, {len(is_odd)} "
                f"marks and {len(notes)} notes"
            )
        if not 0 < sum(is_odd) < len(texts):
            raise ValueError(
                f"some must be odd and some not, got {sum(is_odd)} of {len(texts)}"
            )
        self._odd = [k for k, odd in enumerate(is_odd) if odd]
        self._notes = list(notes)
        super().__init__(question=question, texts=list(texts), count=len(self._odd))
        self.observe(self._on_reveal, "reveal")

    @property
    def found(self) -> int | None:
        """How many of the ticked ones are odd; None until the truth is shown."""
        return len(set(self.picked) & set(self.odd)) if self.odd else None

    def _on_reveal(self, _change: object) -> None:
        if self.odd or not self.reveal:
            return
        hits = len(set(self.picked) & set(self._odd))
        by_luck = self.count**2 / len(self.texts)
        with self.hold_sync():
            self.odd, self.notes = self._odd, self._notes
            self.verdict = (
                f"You found {hits} of {self.count}. Ticking blindly finds "
                f"{by_luck:.1f} on average."
            )

    def static_html(self) -> str:
        """Show the texts with boxes to tick on paper, never the truth."""
        items = "".join(f"<li>☐ {html.escape(text)}</li>" for text in self.texts)
        question = html.escape(self.question)
        return f"<p><b>Pick {self.count}:</b> {question}</p><ol>{items}</ol>"

    def __repr__(self) -> str:
        return f"PickOut: {self.question} ({self.count} of {len(self.texts)})"
