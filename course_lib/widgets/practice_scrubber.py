"""Pin one problem, and scrub through practice: what was answered to it, when.

The scrubber is given answers and verdicts; it judges nothing itself. What a model wrote
is shown as text, never as HTML.
"""

import html
from collections.abc import Mapping, Sequence
from typing import Any

import traitlets

from course_lib.widgets.base import CourseWidget, RefusedValueError, script

Answers = Sequence[tuple[str, bool]]  # what was said, and whether it was right
SHOWN = 60  # letters of an answer in the static table


class PracticeScrubber(CourseWidget):
    """One problem at a time, its answers at every stage of practice.

    Takes for each problem its stages, the earliest first: a name ("step 10") and the
    answers given then. All problems have the same stages. `.pinned` and `.position`
    follow the list, the slider and the arrow keys.

    Raises:
        ValueError: if there is nothing to show, or problems differ in their stages.
    Example: `PracticeScrubber({"2 + 2": {"before": [("5", False)],
        "after": [("4", True)]}})`
    """

    _esm = script("practice_scrubber.js")
    problems = traitlets.List(traitlets.Unicode()).tag(sync=True)
    stages = traitlets.List(traitlets.Unicode()).tag(sync=True)
    answers = traitlets.List().tag(sync=True)  # [problem][stage][k] = [text, 0 or 1]
    pinned = traitlets.Int(0).tag(sync=True)
    position = traitlets.Int(0).tag(sync=True)

    def __init__(self, history: Mapping[str, Mapping[str, Answers]]) -> None:
        names = [list(stages) for stages in history.values()]
        if not names or not names[0]:
            raise ValueError("give at least one problem with at least one stage")
        if any(some != names[0] for some in names):
            raise ValueError(
                "every problem needs the same stages in the same order, got "
                + "; ".join(sorted({", ".join(some) for some in names}))
            )
        if not all(
            answers for stages in history.values() for answers in stages.values()
        ):
            raise ValueError("every stage of every problem needs an answer")
        super().__init__(
            problems=list(history),
            stages=names[0],
            answers=[
                [
                    [[text, int(right)] for text, right in some]
                    for some in stages.values()
                ]
                for stages in history.values()
            ],
        )

    @traitlets.validate("pinned", "position")
    def _check_place(self, proposal: Any) -> int:
        name = proposal["trait"].name
        count = len(self.problems if name == "pinned" else self.stages)
        if not 0 <= proposal["value"] < count:
            raise RefusedValueError(
                f"{name} must be 0 to {count - 1}, got {proposal['value']}"
            )
        return proposal["value"]

    @property
    def right(self) -> list[int]:
        """How many answers to the pinned problem were right, stage by stage."""
        return [sum(r for _, r in some) for some in self.answers[self.pinned]]

    def static_html(self) -> str:
        """Show every stage of the pinned problem, with its first answer."""
        rows = ""
        for stage, some in zip(self.stages, self.answers[self.pinned], strict=True):
            text, right = some[0]
            text = text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
            count = sum(r for _, r in some)
            rows += (
                f"<tr><td>{html.escape(stage)}</td><td>{count} of {len(some)}</td>"
                f'<td style="text-align:left"><code>{"✓" if right else "✗"} '
                f"{html.escape(text)}</code></td></tr>"
            )
        problem = html.escape(self.problems[self.pinned])
        return (
            f"<p><b>{problem}</b><br>where the notebook runs, choose another problem "
            "and move the slider</p><table><tr><th>when</th><th>right</th>"
            f'<th style="text-align:left">one of the answers</th></tr>{rows}</table>'
        )

    def __repr__(self) -> str:
        counts = f"{len(self.problems)} problems, {len(self.stages)} stages"
        return f"PracticeScrubber({counts})"
