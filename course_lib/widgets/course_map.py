"""The way through the course: what comes when, what it leans on, what you have solved.

No live form: it is a table that is drawn anew whenever its cell runs.
"""

import html
from collections.abc import Collection, Sequence

from course_lib.progress import count, marks, overview, progress_file, read_progress
from course_lib.syllabus import Chapter, syllabus

HEADS = ("chapter", "minutes", "leans on", "new words", "your exercises")
# JupyterLab sets tables to the right; colours are left to its theme.
LEFT = 'style="text-align:left;vertical-align:top"'


class CourseMap:
    """Show every chapter, and how far you are.

    Args:
        chapters: all of the course if left out.
        solved: names of solved exercises; if left out, those in your progress file.

    Example: `CourseMap()` in a cell of its own; run the cell again to see it grow.
    """

    def __init__(
        self,
        chapters: Sequence[Chapter] | None = None,
        solved: Collection[str] | None = None,
    ) -> None:
        self.chapters = syllabus() if chapters is None else list(chapters)
        self.note = ""
        self.solved = self._read() if solved is None else solved

    def _read(self) -> Collection[str]:
        """Read what is solved; a damaged file is said, and stops nothing."""
        path = progress_file()
        if path is None:
            self.note = "Nothing is kept here: exercises count in your own copy only."
            return ()
        try:
            return read_progress(path)
        except (OSError, ValueError) as error:
            self.note = f"Your progress cannot be read: {error}"
            return ()

    def __repr__(self) -> str:
        note = f"\n({self.note})" if self.note else ""
        return overview(self.chapters, self.solved) + note

    def _repr_html_(self) -> str:
        """Return a table that reads well in both themes, on GitHub and aloud."""
        last = overview(self.chapters, self.solved).splitlines()[-1]
        heads = "".join(f'<th scope="col" {LEFT}>{head}</th>' for head in HEADS)
        rows = "".join(map(self._row, self.chapters))
        note = f"<p>{html.escape(self.note)}</p>" if self.note else ""
        return (
            f'<table><caption style="text-align:left">{html.escape(last)}</caption>'
            f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>{note}"
        )

    def _row(self, one: Chapter) -> str:
        times = sorted({one.minutes, one.minutes_with_exercises})
        told = count(one, self.solved)
        cells = (
            "\u00a0to\u00a0".join(map(str, times)),  # on one line
            ", ".join(one.leans_on) or "–",
            html.escape(", ".join(one.new_words)),
            f'<span role="img" aria-label="{told} solved" '
            f'style="white-space:nowrap">{marks(one, self.solved)}</span>',
        )
        name = (
            f'<a href="{html.escape(one.file)}">{one.number} '
            f'{html.escape(one.title)}</a><br><span style="font-weight:normal">'
            f"{html.escape(one.question)}</span>"
        )
        rest = "".join(f"<td {LEFT}>{cell}</td>" for cell in cells)
        return f'<tr><th scope="row" {LEFT}>{name}</th>{rest}</tr>'
