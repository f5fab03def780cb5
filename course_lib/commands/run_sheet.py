"""Read a chapter as a lecturer: for each section what to say, to click, to expect.

Made from the chapter itself, so that it cannot fall behind it. Standard library only.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path

READING = 130  # words a minute, spoken
PER_CELL, PER_EXERCISE, PER_WIDGET = 0.5, 4.0, 1.5  # minutes
WIDGETS = {
    "predict": "vote",
    "ChatPanel": "chat",
    "LiveChart": "watch the training",
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
_USED = re.compile(r"(?<!import )\b(" + "|".join(WIDGETS) + r")\(")
_EXERCISE = re.compile(r"@exercise\(\"([\w.]+)\"\)")


@dataclass(frozen=True)
class Section:
    """One section of a chapter, as the run sheet shows it."""

    title: str
    sentence: str
    clicks: str
    picture: str
    minutes: int
    skip: str


def run_sheet(chapter: Path) -> list[Section]:
    """Return a line for every section, in order."""
    parts = _sections(json.loads(chapter.read_text(encoding="utf-8"))["cells"])
    titles = [title for title, _ in parts]
    return [
        Section(
            title,
            _sentence(cells),
            _clicks(cells),
            _picture(cells),
            _minutes(cells),
            titles[k + 1] if k + 1 < len(titles) else "",
        )
        for k, (title, cells) in enumerate(parts)
    ]


def as_text(sheet: list[Section]) -> str:
    """Lay a run sheet out for a terminal or a printer."""
    lines = []
    for one in sheet:
        lines.append(f"{one.title}  ({one.minutes} min)")
        for label, text in (
            ("say", one.sentence), ("click", one.clicks), ("expect", one.picture),
        ):  # fmt: skip
            if text:
                lines.append(f"    {label + ':':8}{text}")
    total = sum(one.minutes for one in sheet)
    return "\n".join([*lines, f"\n{total} minutes in all, exercises included"])


def _sections(cells: list[dict]) -> list[tuple[str, list[dict]]]:
    found: list[tuple[str, list[dict]]] = []
    for cell in cells:
        text = "".join(cell["source"])
        head = re.match(r"##? (.+)", text) if cell["cell_type"] == "markdown" else None
        if head or not found:
            found.append((_plain(head.group(1)) if head else "", []))
        found[-1][1].append(cell)
    return found


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


def _clicks(cells: list[dict]) -> str:
    code = ["".join(c["source"]) for c in cells if c["cell_type"] == "code"]
    if not code:
        return ""
    found = dict.fromkeys(name for text in code for name in _USED.findall(text))
    named = [WIDGETS[name] for name in found]
    named += [f"exercise {n}" for text in code for n in _EXERCISE.findall(text)]
    run = f"run {len(code)} cell{'s' if len(code) > 1 else ''}"
    return ", ".join([run, *named])


def _picture(cells: list[dict]) -> str:
    """Take the last line that the section's cells print."""
    for cell in reversed(cells):
        for output in reversed(cell.get("outputs", [])):
            text = output.get("text") or output.get("data", {}).get("text/plain", "")
            lines = [line for line in "".join(text).splitlines() if line.strip()]
            if lines:
                return lines[-1].strip()[:110]
    return ""


def _minutes(cells: list[dict]) -> int:
    words = sum(
        len("".join(c["source"]).split()) for c in cells if c["cell_type"] == "markdown"
    )
    code = ["".join(c["source"]) for c in cells if c["cell_type"] == "code"]
    exercises = sum(bool(_EXERCISE.search(text)) for text in code)
    widgets = sum(len(_USED.findall(text)) for text in code)
    spoken = words / READING + PER_CELL * (len(code) - exercises)
    return max(1, round(spoken + PER_EXERCISE * exercises + PER_WIDGET * widgets))
