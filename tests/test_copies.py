"""Facts about a student's copies of the chapters: nothing overwrites their work."""

import json

import pytest

from course_lib.commands import copies
from course_lib.commands.console import CommandError

NAME = "02_tokenization.ipynb"
BESIDE = "02_tokenization.updated.ipynb"
SECOND = "02_tokenization.updated-2.ipynb"


def notebook(text="print(1)", output="1\n"):
    """A chapter as committed: run, with an output and a run count."""
    printed = {"output_type": "stream", "name": "stdout", "text": [output]}
    code = {
        "cell_type": "code",
        "id": "abc",
        "metadata": {"execution": {"iopub.execute_input": "now"}, "tags": ["x"]},
        "execution_count": 7,
        "outputs": [printed],
        "source": [text],
    }
    title = {"cell_type": "markdown", "id": "t", "metadata": {}, "source": "# Tökens"}
    return {
        "cells": [title, code],
        "metadata": {"widgets": {"state": {}}, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


class Course:
    """A course with one chapter, and a student's folder."""

    def __init__(self, root):
        self.chapters, self.mine = root / "chapters", root / "my_course"
        self.chapters.mkdir()

    def publish(self, text="print(1)", output="1\n"):
        content = json.dumps(notebook(text, output))
        (self.chapters / NAME).write_text(content, encoding="utf-8")

    def update(self):
        (outcome,) = copies.update_copies(self.chapters, self.mine)
        return outcome

    def student_edits(self, name=NAME, text="my own words"):
        (self.mine / name).write_text(json.dumps(notebook(text)), encoding="utf-8")

    def student_only_runs(self, name=NAME):
        """Do what JupyterLab does when a cell runs: same sources, new outputs."""
        content = json.loads((self.mine / name).read_text(encoding="utf-8"))
        content["cells"][1]["outputs"] = [{"output_type": "stream", "text": "mine"}]
        (self.mine / name).write_text(json.dumps(content), encoding="utf-8")

    def text(self, name=NAME):
        content = json.loads((self.mine / name).read_text(encoding="utf-8"))
        return "".join(content["cells"][1]["source"])

    def names(self):
        return sorted(path.name for path in self.mine.glob("*.ipynb"))


@pytest.fixture
def course(tmp_path):
    made = Course(tmp_path)
    made.publish("version 1")
    assert made.update() == copies.Outcome(NAME, "new")
    return made


def test_copy_has_no_outputs_and_keeps_the_rest(course):
    copied = json.loads((course.mine / NAME).read_text(encoding="utf-8"))
    code = copied["cells"][1]
    assert (code["outputs"], code["execution_count"]) == ([], None)
    assert (code["id"], code["metadata"]) == ("abc", {"tags": ["x"]})
    assert copied["cells"][0] == notebook()["cells"][0]
    assert copied["metadata"] == {"language_info": {"name": "python"}}
    assert (copied["nbformat"], copied["nbformat_minor"]) == (4, 5)


def test_the_course_itself_keeps_its_outputs(course):
    committed = json.loads((course.chapters / NAME).read_text(encoding="utf-8"))
    assert committed["cells"][1]["outputs"]


def test_what_a_mac_leaves_on_a_stick_is_no_chapter(course):
    (course.chapters / f"._{NAME}").write_bytes(b"\0\5\x16\7 no notebook")
    assert course.update().what == "same"
    assert course.names() == [NAME]


def test_unchanged_course_touches_nothing(course):
    before = (course.mine / NAME).stat().st_mtime_ns
    assert course.update().what == "same"
    assert (course.mine / NAME).stat().st_mtime_ns == before


def test_untouched_copy_is_replaced_by_a_newer_chapter(course):
    course.publish("version 2")
    assert course.update().what == "updated"
    assert (course.text(), course.names()) == ("version 2", [NAME])


def test_other_outputs_are_no_newer_chapter(course):
    course.student_edits()
    course.publish("version 1", output="other numbers\n")
    assert course.update().what == "same"
    assert course.names() == [NAME]


@pytest.mark.parametrize("change", [Course.student_edits, Course.student_only_runs])
def test_students_work_stays_and_the_new_version_is_beside_it(course, change):
    change(course)
    before = (course.mine / NAME).read_bytes()
    course.publish("version 2")
    assert course.update() == copies.Outcome(NAME, "beside", BESIDE)
    assert (course.mine / NAME).read_bytes() == before
    assert course.text(BESIDE) == "version 2"
    assert course.update().what == "same"  # said once
    assert course.names() == [NAME, BESIDE]


def test_untouched_version_beside_is_replaced(course):
    course.student_edits()
    for text in ("version 2", "version 3"):
        course.publish(text)
        assert course.update().beside == BESIDE
    assert course.text(BESIDE) == "version 3"
    assert course.names() == [NAME, BESIDE]


def test_edited_version_beside_stays_too(course):
    course.student_edits()
    course.publish("version 2")
    course.update()
    course.student_edits(BESIDE, "more words")
    course.publish("version 3")
    assert course.update().beside == SECOND
    texts = [course.text(name) for name in (NAME, BESIDE, SECOND)]
    assert texts == ["my own words", "more words", "version 3"]


def test_deleted_copy_comes_back(course):
    (course.mine / NAME).unlink()
    assert course.update().what == "new"


@pytest.mark.parametrize(
    "damage",
    [None, "", "{", "[]", "3", json.dumps({NAME: 1}), json.dumps({NAME: {"x": "y"}})],
)
@pytest.mark.parametrize("edited", [True, False])
def test_without_a_record_nothing_is_overwritten(course, damage, edited):
    if edited:
        course.student_edits()
    before = (course.mine / NAME).read_bytes()
    record = course.mine / copies.RECORD
    record.unlink() if damage is None else record.write_text(damage)
    course.publish("version 2")
    assert course.update().beside == BESIDE
    assert (course.mine / NAME).read_bytes() == before


def test_record_lost_and_course_unchanged_is_put_right(course):
    course.student_only_runs()
    (course.mine / copies.RECORD).unlink()
    assert course.update().what == "same"
    course.publish("version 2")
    assert course.update().beside == BESIDE  # still known to be the student's


def test_a_notebook_the_student_damaged_is_left_alone(course):
    (course.mine / NAME).write_text("{ half a note")
    course.publish("version 2")
    assert course.update().beside == BESIDE
    assert (course.mine / NAME).read_text() == "{ half a note"


def test_stop_between_copy_and_record_adds_no_second_file(course, monkeypatch):
    course.publish("version 2")
    with monkeypatch.context() as patch:
        patch.setattr(copies, "write_record", lambda *_: None)
        assert course.update().what == "updated"
    assert course.update().what == "same"
    assert course.names() == [NAME]


def test_damaged_chapter_of_the_course_names_the_remedy(course):
    (course.chapters / NAME).write_text("{")
    with pytest.raises(CommandError, match=f"git restore chapters/{NAME}"):
        course.update()
