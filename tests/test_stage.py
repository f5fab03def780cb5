"""A chapter is ready for a lecture: its run sheet, its copy with a button in front."""

import json

import pytest

from course_lib.commands import stage
from course_lib.commands.console import CommandError
from course_lib.commands.run_sheet import as_text, run_sheet
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
        code('@exercise("77.count")\ndef count(): ...'),
    )
    first, second = run_sheet(path)
    assert first.title == "Chapter 77 · Hats"
    assert first.sentence == "Where are they?"
    assert first.skip == second.title == "77.1 Counting"
    assert second.sentence == "One hat first."
    assert second.clicks == "run 3 cells, vote, exercise 77.count"
    assert second.picture == "last line"
    assert second.minutes >= 4
    assert second.skip == ""
    assert "say:    One hat first." in as_text([first, second])


def test_an_import_of_a_widget_is_no_click(tmp_path):
    path = notebook(tmp_path, words("# T"), code("from x import (LiveChart)"))
    assert run_sheet(path)[0].clicks == "run 1 cell"


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_every_section_of_a_chapter_has_its_line(chapter):
    sheet = run_sheet(chapter)
    assert len(sheet) > 4
    titles = [one.title for one in sheet]
    assert len(set(titles)) == len(titles)
    assert all(titles)
    assert 5 <= sum(one.minutes for one in sheet) <= 150


def test_the_copy_begins_with_the_button_and_has_no_outputs(tmp_path):
    path = stage.stage_copy(CHAPTERS[0], tmp_path)
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    original = json.loads(CHAPTERS[0].read_text(encoding="utf-8"))["cells"]
    assert len(cells) == len(original) + 1
    assert not any(cell.get("outputs") for cell in cells)
    found = {}
    exec("".join(cells[0]["source"]), found)
    sheets = found["RunSheet"]
    assert sheets is RunSheet


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
