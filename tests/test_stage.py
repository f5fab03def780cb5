"""A chapter is ready for a lecture: its run sheet, its copy with a button in front."""

import ast
import json
from dataclasses import replace

import pytest

from course_lib.commands import stage, start
from course_lib.commands.console import CommandError
from course_lib.commands.run_sheet import (
    CLOSING,
    as_text,
    closing_kind,
    notes_of,
    run_sheet,
    sections,
    split_at_headings,
)
from course_lib.runtime import ROOT
from course_lib.widgets import Present, RunSheet

CHAPTERS = sorted((ROOT / "chapters").glob("*.ipynb"))


def notebook(tmp_path, *cells):
    path = tmp_path / "77_x.ipynb"
    path.write_text(json.dumps({"cells": list(cells), "metadata": {}}))
    return path


def words(text):
    return {"cell_type": "markdown", "source": text, "metadata": {}}


def code(text, printed=""):
    outputs = [{"output_type": "stream", "text": printed}] if printed else []
    return {"cell_type": "code", "source": text, "outputs": outputs, "metadata": {}}


def test_a_sheet_says_what_to_say_click_and_expect(tmp_path):
    path = notebook(
        tmp_path,
        words("# Chapter 77 · *Hats*\n\nWhere are they? Nobody knows."),
        words("## 77.1 Counting\n\nOne `hat` first. Then two."),
        code("predict('?', [1, 2], f)"),
        code("print(1)", "first\nlast line\n"),
        words("**Exercise 77.count** *(6 minutes)*. Count."),
        code('@exercise("77.count")\ndef count(): ...'),
    )
    first, second = run_sheet(path)
    assert first.title == "Chapter 77 · Hats"
    assert first.sentence == "Where are they?"
    assert first.clicks == "nothing to run"
    assert first.skip == second.title == "77.1 Counting"
    assert second.sentence == "One hat first."
    assert second.clicks == "run 3 cells, vote, exercise 77.count"
    assert second.picture == "last line"
    assert second.minutes >= 6
    assert second.exercise_minutes == 6
    assert second.skip == "the end"
    text = as_text([first, second])
    assert "say:     One hat first." in text
    assert text.endswith(
        f"{first.minutes + second.minutes} minutes in all, "
        f"{first.minutes + second.minutes - 6} without exercises"
    )


def test_an_import_of_a_widget_is_no_click(tmp_path):
    path = notebook(tmp_path, words("# T"), code("from x import (TokenExplorer)"))
    assert run_sheet(path)[0].clicks == "run 1 cell"


def test_a_heading_in_the_middle_of_a_cell_begins_a_section(tmp_path):
    text = "Seen.\n\n## 77.1 A\n\n```\n## no title\n```\n## 77.2 B\nEnd."
    path = notebook(tmp_path, words("# T"), words(text))
    assert [one.title for one in run_sheet(path)] == ["T", "77.1 A", "77.2 B"]
    cells = list(split_at_headings([words(text) | {"id": "x"}]))
    assert "".join(cell["source"] for cell in cells) == text
    assert [cell["id"] for cell in cells] == ["x", "x-1", "x-2"]


NOTE = """
["77"."T"]
say = "Begin."
click = "wait"
expect = "a hat"
skip = "77.2"
needs = ["cell"]
"""


def test_what_is_written_for_a_section_comes_first(tmp_path):
    notes = tmp_path / "notes.toml"
    notes.write_text(NOTE, encoding="utf-8")
    path = notebook(tmp_path, words("# T"), words("## 77.1 A"), words("## 77.2 B"))
    one = run_sheet(path, notes)[0]
    assert (one.sentence, one.picture) == ("Begin.", "a hat")
    assert one.clicks == "wait"
    assert one.skip == "77.2 B"
    assert one.needs == ("cell",)
    notes.write_text(NOTE.replace("77.2", "77.3"), encoding="utf-8")
    with pytest.raises(ValueError, match=r"skips to '77.3'"):
        run_sheet(path, notes)


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_every_section_of_a_chapter_has_its_line(chapter):
    sheet = run_sheet(chapter)
    assert len(sheet) > 4
    titles = [one.title for one in sheet]
    assert len(set(titles)) == len(titles)
    for one in sheet:
        said = (one.title, one.sentence, one.clicks, one.picture, one.skip)
        assert all(said), said
        assert all(len(text) <= 250 for text in said), said
        assert 1 <= one.minutes <= 40, one.title
    assert 5 <= sum(one.minutes for one in sheet) <= 180


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_the_notes_are_about_sections_that_are_there(chapter):
    titles = [one.title for one in run_sheet(chapter)]
    written = notes_of()[chapter.name[:2]]
    assert set(written) <= set(titles)
    without = [title for title in titles if title not in written]
    assert {closing_kind(title) for title in without} <= set(CLOSING)
    cells = json.loads(chapter.read_text(encoding="utf-8"))["cells"]
    ids = {cell["id"] for cell in cells}
    for note in written.values():
        assert set(note) <= {"say", "click", "expect", "skip", "needs"}
        assert set(note.get("needs", ())) <= ids


LOOPS = ("train", "practise", "learn_preferences")


def parsed(cell):
    source = "".join(cell["source"]) if cell["cell_type"] == "code" else ""
    lines = [line for line in source.splitlines() if not line.startswith(("%", "!"))]
    return ast.parse("\n".join(lines))


def stored(cells):
    """Return the names that cells give a value."""
    nodes = [node for cell in cells for node in ast.walk(parsed(cell))]
    names = [
        node.id
        for node in nodes
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    ]
    return {*names, *(node.arg for node in nodes if isinstance(node, ast.arg))}


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_a_rewind_trains_a_fresh_model_and_not_the_trained_one(chapter):
    cells = json.loads(chapter.read_text(encoding="utf-8"))["cells"]
    for one, (_, some) in zip(run_sheet(chapter), sections(cells), strict=True):
        again = [cell for cell in cells if cell["id"] in one.needs]
        trained = {
            node.args[0].id
            for cell in some
            for node in ast.walk(parsed(cell))
            if isinstance(node, ast.Call)
            and getattr(node.func, "id", "") in LOOPS
            and isinstance(node.args[0], ast.Name)
        }
        assert trained <= stored([*again, *some]), one.title


@pytest.mark.parametrize("chapter", [CHAPTERS[0], CHAPTERS[10]])
def test_the_copy_begins_with_the_button_and_has_no_outputs(chapter, tmp_path):
    path = stage.stage_copy(chapter, tmp_path)
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    original = json.loads(chapter.read_text(encoding="utf-8"))["cells"]
    assert len(cells) == len(list(split_at_headings(original))) + 1
    assert len({cell["id"] for cell in cells}) == len(cells)
    assert not any(cell.get("outputs") for cell in cells)
    found = {}
    exec("".join(cells[0]["source"]), found)
    sheets = found["RunSheet"]
    assert sheets is RunSheet


def test_only_on_stage_are_live_runs_cut_off(tmp_path, monkeypatch):
    monkeypatch.delenv("COURSE_STAGE", raising=False)
    lab = start.Lab(tmp_path, "x.ipynb", 1, "t", browser=False)
    assert "COURSE_STAGE" not in start.lab_variables(lab)
    assert start.lab_variables(replace(lab, on_stage=True))["COURSE_STAGE"] == "1"


def test_an_unknown_chapter_is_named():
    with pytest.raises(CommandError, match="There is no chapter 77"):
        stage.chapter_named("77")
    assert stage.chapter_named("0") == CHAPTERS[0]


def test_the_widget_reads_well_on_paper():
    sheet = RunSheet("1.1 <b>", "Say.", "run", "see", 3, "1.2")
    picture = Present([sheet]).static_html()
    assert "1.1 &lt;b&gt;" in picture
    assert "<b>" not in picture
    assert "JupyterLab only" in Present().static_html()
    assert repr(Present([sheet])) == "Present: 1 sections with notes"
    with pytest.raises(ValueError, match="from 1 to 4"):
        Present(scale=9)
