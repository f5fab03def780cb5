"""What each chapter is, read from the chapter itself, so that it cannot fall behind it.

Title, question, minutes, sections, exercises, and which chapters it leans on. Knows
notebooks as JSON and nothing more; standard library only.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path

from course_lib.runtime import ROOT

CHAPTERS = ROOT / "chapters"
# The words that a chapter introduces: a test finds each in bold there, and not before.
NEW_WORDS = {
    "00": ("cells",),
    "01": ("crawl", "filters", "boilerplate", "precision", "recall"),
    "02": ("byte", "token", "vocabulary", "tokenizer", "byte-pair encoding"),
    "03": ("loss", "tensor", "shape", "softmax", "gradient", "embeddings"),
    "04": ("Transformer", "query", "key", "value", "block"),
    "05": ("pretraining", "windows", "epoch", "Adam", "FLOPs"),
    "06": ("inference", "greedy", "temperature", "top-k", "top-p", "KV cache"),
    "07": ("base model", "knowledge cutoff", "examples in the context", "GGUF"),
    "08": ("supervised finetuning", "conversations", "labelling guideline"),
    "09": ("hallucination", "interrogated", "calibrated", "over-refusal"),
    "10": ("special tokens", "prompt injection"),
    "11": ("system message", "LoRA"),
    "12": ("chains of thought",),
    "13": ("policy", "rollout", "advantage", "policy gradient", "pass@k"),
    "14": ("reward model", "KL divergence", "log-ratio"),
    "15": ("report card", "model card"),
}
_TITLE = re.compile(r"# Chapter (\d\d) · (.+?): (.+)")
_ROW = r"(?m)^\| \*\*{}\*\* \| (.*) \|$"
_MINUTES = re.compile(r"(?<![\d.])\d+(?![\d.])")  # not the 4.6 of a section
_SECTION = re.compile(r"(?m)^## (.+)$")
_EXERCISE = re.compile(r"@exercise\(\"(\d\d\.\w+)\"\)")


@dataclass(frozen=True)
class Chapter:
    """One chapter, as its own first cell and headings describe it."""

    number: str  # "03"
    file: str
    title: str
    question: str
    minutes: int  # without exercises
    minutes_with_exercises: int
    leans_on: tuple[str, ...]  # numbers of chapters
    sections: tuple[str, ...]
    exercises: tuple[str, ...]

    @property
    def new_words(self) -> tuple[str, ...]:
        return NEW_WORDS.get(self.number, ())


def syllabus(folder: Path = CHAPTERS) -> list[Chapter]:
    """Read all chapters of a folder, in order."""
    return [read_chapter(path) for path in sorted(folder.glob("[!.]*.ipynb"))]


def read_chapter(path: Path) -> Chapter:
    """Read one chapter.

    Raises:
        ValueError: if its first cell does not say what every chapter's says.
    """
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    text = _joined(cells, "markdown")
    title, time = _TITLE.search(text), re.search(_ROW.format("Time"), text)
    if title is None or time is None:
        raise ValueError(
            f"{path.name} has no title “# Chapter NN · Name: question”, or no row "
            "**Time** below it"
        )
    needs = re.search(_ROW.format("You need"), text)
    without, with_exercises = minutes_of(time[1])
    return Chapter(
        number=title[1],
        file=path.name,
        title=title[2],
        question=title[3],
        minutes=without,
        minutes_with_exercises=with_exercises,
        leans_on=tuple(re.findall(r"\b\d\d\b", needs[1])) if needs else (),
        sections=tuple(_SECTION.findall(text)),
        exercises=tuple(dict.fromkeys(_EXERCISE.findall(_joined(cells, "code")))),
    )


def minutes_of(time: str) -> tuple[int, int]:
    """Read minutes without and with exercises.

    Raises:
        ValueError: if there is no number.
    Example: "about 60 minutes, 90 with all exercises" -> (60, 90)
    """
    found = [int(number) for number in _MINUTES.findall(time)]
    if not found:
        raise ValueError(f"no minutes in {time!r}: write “about 60 minutes, 90 with …”")
    times = 2 if time.startswith("two sittings") else 1
    return times * min(found), times * max(found)


def _joined(cells: list[dict], kind: str) -> str:
    return "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == kind)
