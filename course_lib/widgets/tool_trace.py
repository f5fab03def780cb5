"""Walk through one answer step by step: text, call, result, and on.

The trace is given what happened; it calls no tool and no model. What a page or a model
wrote is shown as text, never as HTML.
"""

import html
from collections.abc import Sequence
from typing import Any

import traitlets

from course_lib.widgets.base import CourseWidget, RefusedValueError, script

TITLES = {
    "asked": "The question",
    "said": "The assistant writes",
    "call": "The assistant calls {tool} and waits",
    "result": "{tool} answers; the result enters the context",
    "problem": "Something went wrong",
}
COLOURS = {
    "asked": "#e8e8e8", "said": "#cfe8ff", "call": "#ffe7c2", "result": "#d9f2d0",
    "problem": "#f5b8d0",
}  # fmt: skip


class ToolTrace(CourseWidget):
    """One answer of an assistant with tools, a step at a time.

    Takes the question and `Answer.steps` of `tools.answer_all` (or those that
    `stream_steps` yields; single tokens are passed over). `.position` follows the
    buttons and the arrow keys.

    Raises:
        ValueError: if the question is empty or a step of an unknown kind.
    Example: `ToolTrace("Where does Orla Venn live?", answer.steps)`
    """

    _esm = script("tool_trace.js")
    steps = traitlets.List().tag(sync=True)  # [kind, title, text] each
    position = traitlets.Int(0).tag(sync=True)

    def __init__(self, question: str, steps: Sequence[Any]) -> None:
        if not question.strip():
            raise ValueError("the question is empty: give what the user asked")
        shown = [["asked", TITLES["asked"], question]]
        for step in steps:
            if step.kind == "token":
                continue
            if step.kind not in TITLES:
                raise ValueError(
                    f"unknown kind of step {step.kind!r}; there are "
                    f"{', '.join(list(TITLES)[1:])} and token"
                )
            title = TITLES[step.kind].format(tool=step.tool or "The tool")
            shown.append([step.kind, title, step.text])
        super().__init__(steps=shown)

    @traitlets.validate("position")
    def _check_position(self, proposal: Any) -> int:
        if not 0 <= proposal.value < len(self.steps):
            raise RefusedValueError(
                f"position must be 0 to {len(self.steps) - 1}, got {proposal.value}"
            )
        return proposal.value

    def static_html(self) -> str:
        """Show all steps, one below the other."""
        rows = "".join(
            f'<tr><td>{k}</td><td style="text-align:left">{html.escape(title)}</td>'
            f'<td style="text-align:left"><code style="background:{COLOURS[kind]};'
            f'color:#111;white-space:pre-wrap">{html.escape(text)}</code></td></tr>'
            for k, (kind, title, text) in enumerate(self.steps)
        )
        return (
            "<table><tr><th></th><th>step</th>"
            f'<th style="text-align:left">text</th></tr>{rows}</table>'
        )

    def __repr__(self) -> str:
        kinds = [kind for kind, _, _ in self.steps]
        counts = [(kinds.count(k), k) for k in ("call", "result", "problem")]
        told = ", ".join(f"{n} {k}{'' if n == 1 else 's'}" for n, k in counts if n)
        return f"ToolTrace({len(kinds)} steps{': ' if told else ''}{told})"
