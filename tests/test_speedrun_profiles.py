"""The study of few and many invented people: lessons, exam, log."""

import dataclasses
import json

import notebook_rules
import pytest

from course_lib import checkpoint
from course_lib.runtime import data_path
from course_lib.speedrun import profiles_study, search_exam, search_lessons
from course_lib.world import World

WORLD = World(0)


@pytest.mark.parametrize(("profiles", "count"), [(1, 5), (30, 60), (60, 60)])
def test_lessons_are_about_as_many_people_as_asked_for(profiles, count):
    written = search_lessons(WORLD, profiles, count)
    names = {" ".join(lesson[1].content.split()[:2]) for lesson in written}
    assert (len(written), len(names)) == (count, profiles)
    assert not names & {p.name for p in WORLD.people + WORLD.never_told}
    for lesson in written:
        assert [m.tool for m in lesson] == [None, "search", None, None]


@pytest.mark.parametrize("profiles", [0, 11])
def test_people_without_a_lesson_are_refused(profiles):
    with pytest.raises(ValueError, match=f"must be 1 to 10.*got {profiles}"):
        search_lessons(WORLD, profiles, 10)


def test_the_exam_tells_the_searcher_from_the_assistant():
    found = {}
    for name in ("assistant", "searcher"):
        model, tokenizer = checkpoint.load(data_path(name))
        found[name] = search_exam(model, tokenizer, WORLD, 30)
    assert found["assistant"]["calls closed"] == 0
    assert found["searcher"]["right query"] >= 24
    assert found["searcher"]["right answer"] >= 24


def test_the_study_writes_its_log_and_lists_it(tmp_path, monkeypatch):
    monkeypatch.setattr(profiles_study, "COUNTS", (5, 10))
    monkeypatch.setattr(profiles_study, "ROWS", 2)
    monkeypatch.setattr(profiles_study, "MEASURED_AT", (2,))
    study = dataclasses.replace(profiles_study.STUDY, steps=2, warmup_steps=1)
    monkeypatch.setattr(profiles_study, "STUDY", study)
    exam = {"asked": 1, "right query": 0}
    monkeypatch.setattr(profiles_study, "search_exam", lambda *_: dict(exam))
    profiles_study.study_profiles(tmp_path)
    log = json.loads((tmp_path / profiles_study.LOG).read_text())
    assert list(log) == ["5", "10"]
    assert [(e["step"], e["asked"]) for e in log["5"]] == [(2, 1)]
    assert notebook_rules.manifest_faults(tmp_path) == []


def test_many_people_teach_to_read():
    log = json.loads(data_path("profiles_log.json").read_text())
    last = {int(people): entries[-1] for people, entries in log.items()}
    few, many = last[min(last)], last[max(last)]
    assert few["train"] < many["train"]
    assert few["right answer"] + 10 < many["right answer"]
