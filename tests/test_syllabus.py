"""What is said about the chapters is read from them, or found in them."""

import json
import re

import pytest

from course_lib import progress as keeping
from course_lib.syllabus import CHAPTERS, NEW_WORDS, minutes_of, read_chapter, syllabus
from course_lib.widgets import CourseMap


def bold_of(chapter):
    """The words in bold before a chapter's summary, in small letters."""
    cells = json.loads((CHAPTERS / chapter.file).read_text(encoding="utf-8"))["cells"]
    text = "\n".join("".join(c["source"]) for c in cells if c["cell_type"] != "code")
    text = re.split(r"(?m)^## (?:\d+\.\d+ )?Summary", text)[0]
    return {" ".join(b.lower().split()) for b in re.findall(r"\*\*([^*]+)\*\*", text)}


def test_a_chapter_is_read_as_it_describes_itself():
    one = next(c for c in syllabus() if c.number == "13")
    assert one.title == "Reinforcement learning"
    assert one.question == "how does practice beat imitation?"
    assert (one.minutes, one.minutes_with_exercises) == (75, 120)
    assert one.leans_on == ("03", "08", "12")
    assert "13.5 Practice" in one.sections
    assert "13.advantages" in one.exercises


def test_a_chapter_leans_on_earlier_ones_only():
    for chapter in syllabus():
        assert all(number < chapter.number for number in chapter.leans_on), chapter
        assert chapter.exercises


@pytest.mark.parametrize(
    ("time", "minutes"),
    [
        ("about 15 minutes", (15, 15)),
        ("about 90 minutes with the exercises, 35 without", (35, 90)),
        ("two sittings of 40 minutes (4.1 to 4.6); with exercises 60 each", (80, 120)),
    ],
)
def test_minutes_are_read_in_each_wording(time, minutes):
    assert minutes_of(time) == minutes


def test_a_chapter_that_says_nothing_about_itself_is_refused(tmp_path):
    path = tmp_path / "99_nothing.ipynb"
    path.write_text('{"cells": [{"cell_type": "markdown", "source": ["# Hello"]}]}')
    with pytest.raises(ValueError, match=r"99_nothing.ipynb has no title"):
        read_chapter(path)
    with pytest.raises(ValueError, match="no minutes in 'an afternoon'"):
        minutes_of("an afternoon")


def test_new_words_are_bold_in_their_chapter_and_in_none_before():
    chapters, before = syllabus(), set()
    assert set(NEW_WORDS) == {chapter.number for chapter in chapters}
    for chapter in chapters:
        here = bold_of(chapter)
        for word in chapter.new_words:
            assert word.lower() in here, (chapter.number, word)
            assert word.lower() not in before, (chapter.number, word)
        before |= here


# --- the map -----------------------------------------------------------------------


def test_the_map_shows_what_is_solved_to_eyes_and_ears():
    some = [chapter for chapter in syllabus() if chapter.number in ("03", "04")]
    shown = CourseMap(some, {"03.sample"})
    assert "○●○○○○" in repr(shown)
    page = shown._repr_html_()
    assert '<span role="img" aria-label="1 of 6 solved"' in page
    assert "○●○○○○</span>" in page
    assert '<a href="04_transformer.ipynb">04 Transformer</a>' in page
    assert "<caption" in page
    assert page.count('scope="row"') == 2
    assert "1 of 12 exercises solved. Next: 03.bigram_counts" in page


def test_the_map_leaves_colours_to_the_theme():
    assert "color" not in CourseMap()._repr_html_()


def test_the_map_reads_the_students_file(tmp_path, monkeypatch):
    path = tmp_path / "ada.json"
    monkeypatch.setenv(keeping.VARIABLE, str(path))
    path.write_text('{"00.longest_word": "2026-01-01"}')
    assert "●○" in repr(CourseMap())
    path.write_text("<b>")
    assert "cannot be read" in repr(CourseMap())
    assert "<b>" not in CourseMap()._repr_html_()
    monkeypatch.setenv(keeping.VARIABLE, "")
    assert "Nothing is kept here" in repr(CourseMap())
