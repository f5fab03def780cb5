"""Read a chapter as a lecturer: for each section what to say, to click, to expect.

What a lecturer should know stands in `chapters/run_sheets.toml`, one table a section;
minutes, cells to run, exercises and the lengths of live runs are counted in the chapter
itself, so that they cannot fall behind it. Standard library only.
"""

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from course_lib.runtime import DATA, ROOT

NOTES = ROOT / "chapters" / "run_sheets.toml"
RUNS = DATA / "live_runs.json"  # see widgets.recorded
READING = 130  # words a minute, spoken
PER_CELL, PER_EXERCISE, PER_WIDGET = 0.5, 4.0, 1.5  # minutes
WIDGETS = {
    "predict": "vote",
    "ChatPanel": "chat",
    "TokenExplorer": "type into the explorer",
    "NextTokenStepper": "step through the tokens",
    "ThresholdBars": "drag the threshold",
    "ToolTrace": "step through the call",
    "PickOut": "pick out the odd ones",
    "CurveGuess": "draw the curve",
    "QueryArrow": "drag the arrow",
    "AttentionView": "hover over the tokens",
    "GuessGame": "guess the words",
    "MergeStepper": "step through the merges",
    "PracticeScrubber": "scrub through the training",
    "ScoreScrubber": "scrub past the peak",
    "LabelPairs": "label pairs",
}
# How every chapter closes: nothing in them differs on stage.
CLOSING = {
    "Summary": {"say": "What to take home, in a few lines.", "expect": "the list"},
    "Exercises": {
        "say": "To take home, easy ones first.",
        "expect": "the list; agree on two for next time",
    },
    "References": {"say": "Where all this stands.", "expect": "the list of papers"},
}
_USED = re.compile(r"(?<!import )\b(" + "|".join(WIDGETS) + r")\(")
_EXERCISE = re.compile(r"@exercise\(\"([\w.]+)\"\)")
_CHART = re.compile(r"LiveChart: (.+) \(points: ")
_ASKED_FOR = re.compile(r"\*\((\d+) minutes?(?:, the heart)?\)\*")
_HEADING = re.compile(r"##? (.+)")


@dataclass(frozen=True)
class Section:
    """One section of a chapter, as the run sheet shows it."""

    title: str
    sentence: str
    clicks: str
    picture: str
    minutes: int
    skip: str
    needs: tuple[str, ...] = ()  # ids of earlier cells that a rewind runs first
    exercise_minutes: int = 0  # of the minutes


def run_sheet(chapter: Path, notes: Path = NOTES) -> list[Section]:
    """Return a line for every section, in order.

    Raises:
        ValueError: if a note skips to no later section, or needs no earlier cell.
    """
    cells = json.loads(chapter.read_text(encoding="utf-8"))["cells"]
    written = notes_of(notes).get(chapter.name[:2], {})
    parts = sections(cells)
    titles = [title for title, _ in parts]
    sheet = []
    for k, (title, some) in enumerate(parts):
        note = CLOSING.get(closing_kind(title), {}) | written.get(title, {})
        skip = titles[k + 1] if k + 1 < len(parts) else "the end"
        if "skip" in note:
            skip = _one_that_begins(note["skip"], titles[k + 1 :], title)
        total, exercises = _minutes(some)
        clicks = [_clicks(some), note.get("click", "")]
        sheet.append(
            Section(
                title,
                note.get("say") or _sentence(some),
                "; ".join(filter(None, clicks)) or "nothing to run",
                note.get("expect") or _picture(some) or "the text alone",
                total,
                skip,
                tuple(note.get("needs", ())),
                exercises,
            )
        )
    return sheet


def notes_of(path: Path = NOTES) -> dict[str, dict]:
    """Read what lecturers are told, by chapter ("09") and title of the section."""
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def closing_kind(title: str) -> str:
    """Return the title without its number, up to the first colon: "Summary"."""
    return re.sub(r"^\d+\.\d+ ", "", title).partition(":")[0].split(" to ")[0]


def as_text(sheet: list[Section]) -> str:
    """Lay a run sheet out for a terminal or a printer."""
    lines = []
    for one in sheet:
        lines.append(f"{one.title}  ({one.minutes} min)")
        for label, text in (
            ("say", one.sentence), ("click", one.clicks), ("expect", one.picture),
            ("skip to", one.skip),
        ):  # fmt: skip
            lines.append(f"    {label + ':':9}{text}")
    total = sum(one.minutes for one in sheet)
    talk = total - sum(one.exercise_minutes for one in sheet)
    return "\n".join([*lines, f"\n{total} minutes in all, {talk} without exercises"])


def split_at_headings(cells: list[dict]) -> Iterator[dict]:
    """Yield the cells, cut where a section begins in the middle of one."""
    for cell in cells:
        pieces = [cell["source"]]
        if cell["cell_type"] == "markdown":
            pieces = _pieces("".join(cell["source"]))
        for k, source in enumerate(pieces):
            new = {"id": f"{cell.get('id', 'cell')}-{k}"} if k else {}
            yield {**cell, **new, "source": source}


def sections(cells: list[dict]) -> list[tuple[str, list[dict]]]:
    """Group cells by the `#` or `##` heading above them."""
    found: list[tuple[str, list[dict]]] = []
    for cell in split_at_headings(cells):
        prose = "".join(cell["source"]) if cell["cell_type"] == "markdown" else ""
        head = _HEADING.match(prose)
        if head or not found:
            found.append((_plain(head.group(1)) if head else "", []))
        found[-1][1].append(cell)
    return found


def _pieces(text: str) -> list[str]:
    """Cut Markdown before its headings, but not inside a block of code."""
    pieces, fenced = [""], False
    for line in text.splitlines(keepends=True):
        fenced ^= line.startswith("```")
        if _HEADING.match(line) and not fenced and pieces[-1].strip():
            pieces.append("")
        pieces[-1] += line
    return pieces


def _one_that_begins(start: str, titles: list[str], here: str) -> str:
    found = [title for title in titles if title.startswith(start)]
    if not found:
        raise ValueError(
            f"{here!r} skips to {start!r}, which no later section begins with"
        )
    return found[0]


def _plain(text: str) -> str:
    """Take the marks of Markdown out of a line."""
    return re.sub(r"[*`]|\]\([^)]*\)|\[", "", text).strip()


def _sentence(cells: list[dict]) -> str:
    """Take the first sentence below the heading."""
    if cells[0]["cell_type"] != "markdown":
        return ""
    lines = "".join(cells[0]["source"]).splitlines()[1:]
    text = _plain(" ".join(lines).strip().split("|")[0])
    return re.split(r"(?<=[.?!:])\s", text)[0][:200]


def _code(cells: list[dict]) -> list[str]:
    return ["".join(c["source"]) for c in cells if c["cell_type"] == "code"]


def _clicks(cells: list[dict]) -> str:
    code = _code(cells)
    if not code:
        return ""
    found = dict.fromkeys(name for text in code for name in _USED.findall(text))
    named = [WIDGETS[name] for name in found]
    named += [f"watch {title} ({_length(title)})" for title in _charts(cells)]
    named += [f"exercise {n}" for text in code for n in _EXERCISE.findall(text)]
    run = f"run {len(code)} cell{'s' if len(code) > 1 else ''}"
    return ", ".join([run, *named])


def _charts(cells: list[dict]) -> dict[str, None]:
    texts = (text for cell in cells for text in _shown(cell))
    return dict.fromkeys(title for text in texts for title in _CHART.findall(text))


def _length(title: str) -> str:
    """Say how long a live run takes; what was not recorded live is a replay."""
    runs = json.loads(RUNS.read_text(encoding="utf-8")) if RUNS.exists() else {}
    seconds = sum(run["seconds"] for run in runs.get(title, []))
    return f"live, about {max(1, round(seconds))} s" if seconds else "replayed"


def _shown(cell: dict) -> Iterator[str]:
    """Yield what a cell shows as plain text."""
    for output in cell.get("outputs", []):
        text = output.get("text") or output.get("data", {}).get("text/plain", "")
        yield "".join(text)


def _picture(cells: list[dict]) -> str:
    """Take the last line that the section's cells print."""
    lines = [
        line.strip()
        for cell in cells
        for text in _shown(cell)
        for line in text.splitlines()
        if line.strip()
    ]
    return lines[-1][:110] if lines else ""


def _minutes(cells: list[dict]) -> tuple[int, int]:
    """Return the minutes of a section, and how many of them its exercises take."""
    code, prose = _code(cells), "".join(
        "".join(c["source"]) + "\n" for c in cells if c["cell_type"] == "markdown"
    )  # fmt: skip
    exercises = sum(bool(_EXERCISE.search(text)) for text in code)
    stated = [int(minutes) for minutes in _ASKED_FOR.findall(prose)]
    writing = sum(stated) + PER_EXERCISE * max(0, exercises - len(stated))
    widgets = sum(len(_USED.findall(text)) for text in code)
    spoken = len(prose.split()) / READING + PER_CELL * (len(code) - exercises)
    total = max(1, round(spoken + writing + PER_WIDGET * widgets))
    return total, min(total, round(writing))
