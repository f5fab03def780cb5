"""What is solved is kept in the student's folder, and nowhere else."""

import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from course_lib import __main__ as cli
from course_lib import progress as keeping
from course_lib.commands import copies, progress
from course_lib.exercises.first_steps import exercise
from course_lib.locks import locked
from course_lib.syllabus import CHAPTERS, syllabus

RIGHT = "00.longest_word"


@pytest.fixture
def mine(tmp_path, monkeypatch):
    """A student's folder, with the process inside it."""
    folder = tmp_path / "my_course"
    folder.mkdir()
    monkeypatch.setattr(keeping, "FOLDER", folder)
    monkeypatch.delenv(keeping.VARIABLE, raising=False)
    monkeypatch.chdir(folder)
    return folder


def solve():
    @exercise(RIGHT)
    def longest_word(text):
        return max(text.split(), key=len)

    return longest_word


def test_a_solved_exercise_is_kept_with_its_first_day(mine):
    solve()
    path = mine / "progress.json"
    (day,) = keeping.read_progress(path).values()
    path.write_text(json.dumps({RIGHT: "2020-01-01"}))
    solve()
    assert keeping.read_progress(path) == {RIGHT: "2020-01-01"}
    assert len(day) == 10


def test_a_wrong_or_blank_answer_is_not_kept(mine):
    @exercise(RIGHT)
    def longest_word(text): ...

    @exercise(RIGHT)
    def shortest_word(text):
        return min(text.split(), key=len)

    assert not (mine / "progress.json").exists()


def test_outside_of_the_students_folder_nothing_is_written(mine, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    solve()
    assert list(mine.iterdir()) == []
    assert keeping.progress_file() is None


def test_a_server_may_name_another_file_or_none(mine, tmp_path, monkeypatch):
    monkeypatch.setenv(keeping.VARIABLE, str(tmp_path / "ada.json"))
    solve()
    assert RIGHT in keeping.read_progress(tmp_path / "ada.json")
    monkeypatch.setenv(keeping.VARIABLE, "")
    solve()
    assert list(mine.iterdir()) == []


def test_a_damaged_file_is_left_alone_and_the_chapter_goes_on(mine, capsys):
    path = mine / "progress.json"
    path.write_text("{")
    assert solve()("a bee") == "bee"
    assert path.read_text() == "{"
    assert "damaged" in capsys.readouterr().out
    path.write_text("[]")
    with pytest.raises(ValueError, match="move it away"):
        keeping.read_progress(path)


def test_notebooks_that_solve_something_at_once_forget_nothing(mine, monkeypatch):
    read = keeping.read_progress

    def slowly(path):
        found = read(path)
        time.sleep(0.01)  # long enough for another to read the same
        return found

    monkeypatch.setattr(keeping, "read_progress", slowly)
    monkeypatch.setattr(keeping, "PATIENCE_S", 60)
    names = [f"00.exercise_{k}" for k in range(20)]
    with ThreadPoolExecutor(20) as pool:
        list(pool.map(keeping.keep_solved, names))
    assert sorted(read(mine / "progress.json")) == sorted(names)


def test_a_notebook_that_hangs_keeps_no_other_from_writing(mine, monkeypatch):
    monkeypatch.setattr(keeping, "PATIENCE_S", 0.05)
    with locked(mine / ".progress.json.lock") as alone:
        assert alone
        solve()
    assert list(keeping.read_progress(mine / "progress.json")) == [RIGHT]


def test_the_overview_counts_and_names_the_next_one():
    chapters = [one for one in syllabus() if one.number in ("00", "02")]
    text = keeping.overview(chapters, {RIGHT: "2026-01-01"})
    assert "00  Start here" in text
    assert "●" in text.splitlines()[0]
    names = [name for chapter in chapters for name in chapter.exercises]
    assert f"1 of {len(names)} exercises solved" in text
    following = next(name for name in names if name != RIGHT)
    assert text.endswith(f"Next: {following}")
    everything = keeping.overview(chapters, dict.fromkeys(names, "x"))
    assert everything.endswith(f"{len(names)} of {len(names)} exercises solved.")


def test_the_command_reads_the_file_that_a_server_names(mine, monkeypatch, capsys):
    monkeypatch.setenv(keeping.VARIABLE, str(mine / "ada.json"))
    solve()
    capsys.readouterr()
    assert cli.main(["progress"]) == 0
    assert "1 of 2" in capsys.readouterr().out.splitlines()[0]


def test_a_reset_keeps_the_students_notebook_beside_a_fresh_one(mine):
    chapters = sorted(CHAPTERS.glob("00_*.ipynb"))
    name = chapters[0].name
    assert copies.update_copies(CHAPTERS, mine)
    path = mine / "progress.json"
    path.write_text(json.dumps({RIGHT: "x", "02.merge": "x"}))
    worked_in = (mine / name).read_text(encoding="utf-8") + " "
    (mine / name).write_text(worked_in, encoding="utf-8")
    told = progress.reset("00", chapters, path)
    kept = name.replace(".ipynb", ".mine-1.ipynb")
    assert kept in told
    assert (mine / kept).read_text(encoding="utf-8") == worked_in
    assert (mine / name).read_text(encoding="utf-8") + " " == worked_in
    assert keeping.read_progress(path) == {"02.merge": "x"}
    assert "called" not in progress.reset("00", chapters, path)  # nothing to keep
    outcomes = {o.name: o.what for o in copies.update_copies(CHAPTERS, mine)}
    assert outcomes[name] == "same"


def test_an_unknown_chapter_is_refused(mine):
    with pytest.raises(ValueError, match="no chapter '77'"):
        progress.reset("77", sorted(CHAPTERS.glob("*.ipynb")), mine / "progress.json")
