"""The instructor's guide and the chapters say the same; what the guide names exists."""

import json
import re

import pytest

from course_lib.commands.run_sheet import WIDGETS
from course_lib.runtime import ROOT
from course_lib.syllabus import CHAPTERS, syllabus

GUIDE = (ROOT / "docs/instructors.md").read_text(encoding="utf-8")
# One line of text, whatever was broken where.
FLAT = " ".join(GUIDE.split())
BY_NUMBER = {chapter.number: chapter for chapter in syllabus()}
SECTIONS = [section for chapter in syllabus() for section in chapter.sections]
SERVER_MB = 130  # docs/hub.md: a student's JupyterLab server
PARTS = ("Minutes", "Demo", "Goes wrong", "Ask", "Homework", "Misconceptions")


def entry(chapter):
    """The part of the guide about one chapter."""
    head = f"### {chapter.number} · {chapter.title}\n"
    assert head in GUIDE, f"the guide has no entry {head!r}"
    return GUIDE.split(head)[1].split("\n### ")[0]


def plan(title):
    """The rows of a plan, as cells, and the text below its heading."""
    text = GUIDE.split(f"## {title}\n")[1].split("\n## ")[0]
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in text.splitlines()
        if line.startswith("| ")
    ]
    return rows[1:], " ".join(text.split())


def code_of(chapter):
    cells = json.loads((CHAPTERS / chapter.file).read_text(encoding="utf-8"))["cells"]
    return "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "code")


@pytest.mark.parametrize("number", BY_NUMBER)
def test_a_chapter_has_an_entry_with_every_part(number):
    text = entry(BY_NUMBER[number])
    found = re.findall(r"(?m)^\*\*([\w ]+)\.\*\*", text)
    assert found == list(PARTS)
    assert len(re.findall(r"(?m)^- ", text)) >= 2, "discussion questions"


@pytest.mark.parametrize("number", BY_NUMBER)
def test_minutes_are_those_of_the_chapter_and_of_readme(number):
    chapter = BY_NUMBER[number]
    said = re.search(r"\*\*Minutes\.\*\* (\d+), with exercises (\d+)", entry(chapter))
    minutes = (chapter.minutes, chapter.minutes_with_exercises)
    assert tuple(map(int, said.groups())) == minutes
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    row = next(line for line in readme.splitlines() if f"/{chapter.file})" in line)
    assert f"| {chapter.minutes_with_exercises} min |" in row


@pytest.mark.parametrize("number", BY_NUMBER)
def test_the_demo_uses_a_widget_that_the_chapter_has(number):
    chapter = BY_NUMBER[number]
    demo = entry(chapter).split("**Goes wrong.**")[0]
    named = [name for name in re.findall(r"`(\w+)`", demo) if name in WIDGETS]
    for name in named:
        assert f"{name}(" in code_of(chapter), f"{number} has no {name}"


def test_every_section_that_is_named_exists():
    named = re.findall(r"“(\d+\.\d+ .+?)”", FLAT)
    assert len(named) > 80
    assert [name for name in named if name not in SECTIONS] == []


@pytest.mark.parametrize("number", BY_NUMBER)
def test_a_misconception_of_a_chapter_is_in_its_entry(number):
    chapter = BY_NUMBER[number]
    told = entry(chapter).partition("**Misconceptions.**")[2].lower()
    told = " ".join(told.split())
    cells = json.loads((CHAPTERS / chapter.file).read_text(encoding="utf-8"))["cells"]
    text = "\n".join("".join(cell["source"]) for cell in cells)
    quoted = re.findall(r"> \*\*Misconception \d: “(.+?)”", text, re.DOTALL)
    for words in quoted:
        begins = " ".join(words.replace(">", " ").split()[:3]).lower()
        assert f"“{begins}" in told, words
    assert quoted or number in ("00", "15")  # these show theirs in other words


def test_every_exercise_that_is_named_exists():
    known = {name for chapter in BY_NUMBER.values() for name in chapter.exercises}
    named = set(re.findall(r"`(\d\d\.\w+)`", GUIDE))
    assert named - known == set()
    assert {name[:2] for name in named} | {"00"} == set(BY_NUMBER)


@pytest.mark.parametrize("title", ["A talk of two hours", "A day"])
def test_the_minutes_of_a_plan_add_up(title):
    rows, text = plan(title)
    minutes = [int(row[0]) for row in rows if row[0].isdecimal()]
    assert f"**{sum(minutes)} minutes in all" in text


def test_a_term_takes_every_chapter_with_its_minutes():
    rows, _ = plan("A term")
    taken = {}
    for _, chapters, minutes, _ in [row for row in rows if row[2].isdecimal()]:
        for number in (numbers := re.findall(r"\b\d\d\b", chapters.split("“")[0])):
            taken[number] = taken.get(number, 0) + int(minutes) / len(numbers)
        together = sum(BY_NUMBER[number].minutes for number in numbers)
        assert int(minutes) in (together, together / 2)  # 04 takes two weeks
    assert set(taken) == set(BY_NUMBER)


def test_the_hubs_table_has_readmes_memory_and_keeps_the_promise():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    hub = (ROOT / "docs/hub.md").read_text(encoding="utf-8")
    for number, chapter in BY_NUMBER.items():
        row = next(line for line in readme.splitlines() if f"/{chapter.file})" in line)
        kernel = re.search(r"([\d,]+) MB", row)[1]
        here = next(line for line in hub.splitlines() if f"| {number} |" in line)
        _, _, _, alone, student, real, student_real, seconds, _ = map(
            str.strip, here.split("|")
        )
        assert (alone, f"| {seconds} s |") == (
            kernel,
            re.search(r"\| \d+ s \|", row)[0],
        )
        assert megabytes(student) == megabytes(alone) + SERVER_MB <= 1_500
        if real != "–":
            assert f"{real} MB" in " ".join(readme.split())
            assert megabytes(student_real) == megabytes(real) + SERVER_MB <= 2_500


def megabytes(cell):
    return int(cell.replace(",", ""))


def test_readme_leads_to_the_guide():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for page in ("docs/instructors.md", "docs/elsewhere.md", "docs/hub.md"):
        assert f"]({page})" in readme
        assert (ROOT / page).exists()
