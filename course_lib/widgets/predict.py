"""Take a guess before the result is shown, and keep score."""

import html
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import traitlets

from course_lib.widgets.base import CourseWidget, script


@dataclass
class Score:
    """Guesses of this session, over all predictions of the notebook."""

    right: int = 0
    total: int = 0

    def __str__(self) -> str:
        return f"{self.right} of {self.total} guesses right so far"


_score = Score()


def prediction_score() -> str:
    """Say how many predictions of this session were right."""
    return str(_score)


class Prediction(CourseWidget):
    """A question with options; the answer stays in Python until a guess is in.

    Alone, the first click is the guess. With "class poll" ticked, clicks are votes,
    and the answer waits for the button.
    """

    _esm = script("predict.js")
    question = traitlets.Unicode().tag(sync=True)
    options = traitlets.List(traitlets.Unicode()).tag(sync=True)
    votes = traitlets.List(traitlets.Int()).tag(sync=True)
    guess = traitlets.Int(-1).tag(sync=True)  # number of the option, set by the page
    reveal = traitlets.Bool(False).tag(sync=True)  # set by the poll's button
    answer = traitlets.Int(-1).tag(sync=True)  # -1 until the guess is in
    verdict = traitlets.Unicode().tag(sync=True)

    def __init__(
        self, question: str, options: Sequence[str], answer: str, because: str
    ) -> None:
        self._answer, self._because = options.index(answer), because
        super().__init__(
            question=question, options=list(options), votes=[0] * len(options)
        )
        self.observe(self._on_guess, "guess")
        self.observe(self._on_reveal, "reveal")

    def _on_guess(self, _change: object) -> None:
        if self.answer >= 0 or self.guess < 0:
            return
        right = self.guess == self._answer
        _score.right += right
        _score.total += 1
        truth = self.options[self._answer]
        opening = "Right." if right else f"Not this time: it is {truth}."
        self._show(f"{opening} {self._because}".strip() + f" ({_score})")

    def _on_reveal(self, _change: object) -> None:
        if self.answer >= 0 or not self.reveal:
            return
        right, total = self.votes[self._answer], sum(self.votes)
        truth = self.options[self._answer]
        self._show(f"It is {truth}: {right} of {total} votes. {self._because}".strip())

    def _show(self, verdict: str) -> None:
        with self.hold_sync():
            self.answer, self.verdict = self._answer, verdict

    def static_html(self) -> str:
        """Show question and options, never the answer."""
        options = " ".join(f"<code>{html.escape(o)}</code>" for o in self.options)
        return f"<p><b>Predict:</b> {html.escape(self.question)}<br>{options}</p>"

    def __repr__(self) -> str:
        return f"Predict: {self.question} [{'] ['.join(self.options)}]"


def predict(
    question: str,
    options: Sequence[object] | Mapping[str, float],
    answer: object | Callable[[], object],
    because: str = "",
) -> Prediction:
    """Ask for a guess; show the answer, and `because`, once the guess is in.

    `answer` may be a function, so that the cell holds the measurement and not its
    result: a reader of the code is not told the number. Where each option stands for a
    number, the answer is one, too, and the nearest option is the truth.

    Raises:
        ValueError: if the answer is not among the options, or options repeat.
    Example: `predict("How many bytes has 'ü'?", [1, 2, 4], lambda: len("ü".encode()))`
        and `predict("How many?", {"few": 0.1, "half": 0.5}, lambda: right / asked)`
    """
    names = [str(option) for option in options]
    if len(names) < 2 or len(set(names)) < len(names):
        raise ValueError(f"options must be two or more different ones, got {names}")
    found = answer() if callable(answer) else answer
    if isinstance(options, Mapping):
        found = min(options, key=lambda name: abs(options[name] - found))
    truth = str(found)
    if truth not in names:
        raise ValueError(f"the answer, {truth}, must be among the options {names}")
    return Prediction(question, names, truth, because)
