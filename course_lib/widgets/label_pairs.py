"""Two answers side by side: which is better? Clicks become pairs in a file, at once.

The widget writes labels and nothing else; what is learned from them is the business of
the function it is given.
"""

import html
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import traitlets

from course_lib.preferences import Pair, labellers_agree, read_pairs, write_pairs
from course_lib.widgets.base import CourseWidget, script

CHOICES = ("left", "right")


class Candidates(NamedTuple):
    """A request and the two answers to be compared."""

    request: str
    left: str
    right: str


class LabelPairs(CourseWidget):
    """Choose the better of two answers, by click or key; every choice is saved.

    Keys: left arrow or 1, right arrow or 2, s to skip, u to undo. Whoever gives a name
    starts from the first pair, so that a class takes turns and sees how often two of
    them agree. A file that is already there is gone on with: nothing is lost with the
    kernel. `.pairs` are all labels in the file.

    Args:
        path: where labels are kept, one line of JSON each.
        learn: what the button "Learn from the labels" calls, with all of them; the text
            it returns is shown. None leaves the button out.

    Raises:
        ValueError: if there are no candidates, two answers are equal, or the file holds
            something else.
    Example: `LabelPairs([("A slogan for tea.", "Tea!", "Golden tea.")], "mine.jsonl")`
    """

    _esm = script("label_pairs.js")
    request = traitlets.Unicode().tag(sync=True)
    left = traitlets.Unicode().tag(sync=True)
    right = traitlets.Unicode().tag(sync=True)
    labeller = traitlets.Unicode().tag(sync=True)  # the page may change this
    progress = traitlets.Unicode().tag(sync=True)
    agreed = traitlets.Unicode().tag(sync=True)
    note = traitlets.Unicode().tag(sync=True)  # the newest message, read out
    learned = traitlets.Unicode().tag(sync=True)
    busy = traitlets.Bool(False).tag(sync=True)
    can_learn = traitlets.Bool(False).tag(sync=True)
    can_undo = traitlets.Bool(False).tag(sync=True)
    done = traitlets.Bool(False).tag(sync=True)

    def __init__(
        self,
        candidates: Sequence[tuple[str, str, str]],
        path: str | Path,
        labeller: str = "",
        learn: Callable[[list[Pair]], str] | None = None,
    ) -> None:
        self._candidates = [Candidates(*some) for some in candidates]
        if not self._candidates:
            raise ValueError("there is nothing to compare; give at least one pair")
        for request, left, right in self._candidates:
            Pair(request, left, right)  # says what is wrong with it
        self.path, self._learn = Path(path), learn
        self.pairs = read_pairs(self.path) if self.path.exists() else []
        self._skipped: set[tuple[str, Candidates]] = set()
        self._times_s: list[float] = []
        super().__init__(labeller=labeller, can_learn=learn is not None)
        self._show()
        self.observe(self._on_labeller, "labeller")
        self.on_msg(self._on_message)

    @property
    def seconds_a_label(self) -> float | None:
        """How long a choice took, half of them longer; None before the third."""
        # The first waits for a reader who has not begun.
        return statistics.median(self._times_s[1:]) if len(self._times_s) > 2 else None

    # --- From Python, and from the page ---

    def choose(self, side: str) -> None:
        """Prefer the "left" or the "right" answer, save that, and show the next pair.

        Raises:
            ValueError: if it is no side.
        """
        if side not in CHOICES:
            raise ValueError(f"side must be 'left' or 'right', got {side!r}")
        if (now := self._current()) is None:
            return
        answers = (now.left, now.right)
        chosen, rejected = answers if side == "left" else answers[::-1]
        pair = Pair(now.request, chosen, rejected, self.labeller)
        self._save([*self._on_disk(), pair])
        self._times_s.append(time.monotonic() - self._shown_at)
        self._show(f"saved: {chosen}")

    def skip(self) -> None:
        """Show the next pair, and save nothing about this one."""
        if (now := self._current()) is not None:
            self._skipped.add((self.labeller, now))
            self._show("skipped")

    def undo(self) -> None:
        """Take back the present labeller's newest label, and show its pair again."""
        pairs = self._on_disk()
        mine = [k for k, pair in enumerate(pairs) if pair.labeller == self.labeller]
        if not mine:
            self._show("nothing to take back")
            return
        taken = pairs.pop(mine[-1])
        self._skipped = {key for key in self._skipped if key[0] != self.labeller}
        self._save(pairs)
        self._show(f"taken back: {taken.chosen}")

    def learn(self) -> str:
        """Call the function given as `learn` with all labels; return what it says."""
        if self._learn is None or not self.pairs:
            self.learned = "Label at least one pair first." if self._learn else ""
            return self.learned
        self.busy = True
        try:
            self.learned = str(self._learn(list(self.pairs)))
        except Exception as error:  # from the page nobody would see it
            self.learned = f"That did not work: {error}"
        finally:
            self.busy = False
        return self.learned

    def _on_message(self, _widget: object, content: Any, _buffers: object) -> None:
        action = content.get("do") if isinstance(content, dict) else None
        if action == "learn":
            self.learn()
        if action not in (*CHOICES, "skip", "undo"):
            return
        # A second click on a pair that is gone must not label or skip the next one.
        seen = [content.get(name) for name in ("request", "left", "right")]
        if seen != [self.request, self.left, self.right]:
            return
        if action in CHOICES:
            self.choose(action)
        else:
            getattr(self, action)()

    def _on_labeller(self, _change: object) -> None:
        self._show(f"labelling as {self.labeller}" if self.labeller else "")

    # --- State ---

    def _judged(self) -> set[tuple[str, frozenset[str]]]:
        mine = (pair for pair in self.pairs if pair.labeller == self.labeller)
        return {(pair.request, pair.answers) for pair in mine}

    def _current(self) -> Candidates | None:
        """Find the present labeller's first pair neither judged nor skipped."""
        judged = self._judged()
        for some in self._candidates:
            seen = (some.request, frozenset(some[1:])) in judged
            if not seen and (self.labeller, some) not in self._skipped:
                return some
        return None

    def _on_disk(self) -> list[Pair]:
        """Read again: somebody else may have labelled into the same file."""
        return read_pairs(self.path) if self.path.exists() else []

    def _save(self, pairs: list[Pair]) -> None:
        write_pairs(self.path, pairs)
        self.pairs = pairs

    def _show(self, note: str = "") -> None:
        now = self._current()
        mine = sum(pair.labeller == self.labeller for pair in self.pairs)
        with self.hold_sync():
            self.request, self.left, self.right = now or ("", "", "")
            self.done, self.can_undo = now is None, mine > 0
            self.progress = (
                f"{mine} label{'' if mine == 1 else 's'} by {self.labeller or 'you'}, "
                f"{len(self.pairs)} in the file; {len(self._candidates)} pairs to judge"
            )
            self.agreed = "; ".join(
                f"{one or 'nameless'} and {other or 'nameless'} chose alike: {found}"
                for (one, other), found in labellers_agree(self.pairs).items()
            )
            self.note = note
        self._shown_at = time.monotonic()

    # --- Forms that need no kernel ---

    def static_html(self) -> str:
        """Show the first pair with boxes to tick on paper."""
        first = self._candidates[0]
        cells = "".join(f"<td>☐ {html.escape(text)}</td>" for text in first[1:])
        return (
            f"<p><b>Which is better?</b> {html.escape(first.request)} "
            f"(pair 1 of {len(self._candidates)})</p>"
            f"<table><tr>{cells}</tr></table>"
        )

    def __repr__(self) -> str:
        return f"LabelPairs({len(self._candidates)} pairs to judge)"
