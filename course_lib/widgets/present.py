"""Present a chapter inside JupyterLab: one section at a time, with live cells."""

import html
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import traitlets

from course_lib.widgets.base import CourseWidget


@dataclass(frozen=True)
class RunSheet:
    """What a lecturer needs of one section, in a line each."""

    title: str  # as the heading says it
    sentence: str = ""  # to begin with
    clicks: str = ""  # what to run and to touch
    picture: str = ""  # what is to be seen then
    minutes: int = 0
    skip: str = ""  # where to go on if time is short
    needs: Sequence[str] = ()  # ids of earlier cells that a rewind runs again, first


class Present(CourseWidget):
    """A button that turns the notebook around it into full-screen slides.

    Keys: Page Down and Page Up (a clicker's), → and ←, Home, End; Shift Enter runs the
    next cell; r puts the section back to its first state and runs again what had run
    (needs a JupyterLab that this course started); c code on and off, n the speaker's
    notes and clock in a window of their own, b a black screen, + and − the size, Esc
    back to the notebook. Keys typed into a cell or a form stay there.

    Args:
        sheets: notes for each section, found by its title.
        scale: how much larger everything is drawn.

    Raises:
        ValueError: if the scale is not from 1 to 4.
    Example: `Present()` in a cell of its own, at the top of a chapter
    """

    _esm = Path(__file__).with_name("present.js")
    sheets = traitlets.List(traitlets.Dict()).tag(sync=True)
    scale = traitlets.Float(1.5).tag(sync=True)
    show_code = traitlets.Bool(True).tag(sync=True)
    slide = traitlets.Int(-1).tag(sync=True)  # -1: not presenting
    count = traitlets.Int(0).tag(sync=True)  # slides, once presenting has begun

    def __init__(self, sheets: Sequence[RunSheet] = (), scale: float = 1.5) -> None:
        if not 1 <= scale <= 4:
            raise ValueError(f"scale must be from 1 to 4, got {scale}")
        super().__init__(sheets=[asdict(sheet) for sheet in sheets], scale=scale)

    def static_html(self) -> str:
        """Return the run sheet as a table: what a printed page can use."""
        if not self.sheets:
            return "<p>▶ Present: works in JupyterLab only.</p>"
        heads = ("section", "minutes", "say", "click", "expect")
        keys = ("title", "minutes", "sentence", "clicks", "picture")
        top = "".join(f"<th>{head}</th>" for head in heads)
        rows = "".join(
            "<tr>"
            + "".join(f"<td>{html.escape(str(sheet[key]))}</td>" for key in keys)
            + "</tr>"
            for sheet in self.sheets
        )
        return f"<table><tr>{top}</tr>{rows}</table>"

    def __repr__(self) -> str:
        return f"Present: {len(self.sheets)} sections with notes"
