"""The stage `search` teaches from true lessons, and names nobody who is kept aside."""

import dataclasses
import json
import re
import shutil

import notebook_rules
import pytest

from course_lib import checkpoint
from course_lib.chat import COURSE
from course_lib.runtime import data_path
from course_lib.speedrun import (
    SearchRecipe,
    Split,
    islanders_aside,
    searcher,
    searcher_measures,
)
from course_lib.speedrun.manifest import list_files
from course_lib.speedrun.searcher import (
    islanders_learned,
    recalls,
    strangers,
    write_lessons,
)
from course_lib.speedrun.searcher_measures import COLUMNS, doubts, told_at, way_of
from course_lib.tools import calculate, run_python
from course_lib.tools.lessons import (
    HELD_OUT_WORDS,
    LEARNED_WORDS,
    NOT_FOUND,
    answered_at_once,
    calculated,
    not_found,
    programmed,
    searched,
)
from course_lib.train import TrainConfig
from course_lib.world import World
from course_lib.world.dice import Dice

WORLD = World(0)
SMALL = SearchRecipe(n_invented=60, n_not_found=5, n_calculated=20, n_programmed=20)


@pytest.fixture(scope="module")
def written():
    facts = [f for p in islanders_learned(WORLD)[::20] for f in p.facts()]
    return write_lessons(SMALL, WORLD, {f: k % 4 for k, f in enumerate(facts)})


def test_a_searched_answer_stands_on_the_page_and_nowhere_before():
    dice = Dice(1)
    for person in strangers(WORLD, dice, 50):
        asked, call, page, answer = searched(dice, person, "job")
        assert call.content == f"{person.name} job"
        assert person.job in page.content
        assert person.job in answer.content
        assert person.job not in asked.content + call.content


def test_what_was_not_found_is_not_answered():
    (person,) = strangers(WORLD, Dice(2), 1)
    *_, page, answer = not_found(Dice(2), person, "pet")
    assert page.content == NOT_FOUND
    assert answer.content == f"I found no page about {person.name}."


def test_known_facts_are_answered_at_once():
    asked, answer = answered_at_once(Dice(0), WORLD.person("Mira Quill"), "pet")
    assert "Mira" in asked.content
    assert answer.content == "Mira Quill keeps an owl."


def test_the_tools_say_what_the_lessons_say():
    dice = Dice(3)
    for _ in range(60):
        _, call, result, answer = calculated(dice)
        assert calculate(call.content) == result.content
        assert result.content in answer.content
    for _ in range(20):
        _, call, result, answer = programmed(dice)
        assert run_python(call.content) == result.content
        assert result.content in answer.content


def test_nobody_kept_aside_is_named(written):
    names = {person.name for person in (*islanders_aside(WORLD), *WORLD.never_told)}
    teachers = {p.teacher for p in WORLD.people} | {p.rival for p in WORLD.people}
    subjects = {
        " ".join(m.content.split()[:2]) for lesson in written for m in lesson
        if m.tool == "search"
    }  # fmt: skip
    assert not subjects & names
    asked = " ".join(lesson[0].content for lesson in written)
    assert not [n for n in names - teachers if re.search(rf"\b{n}\b", asked)]


def test_those_aside_are_enough_to_measure_with():
    well_known = [p for p in islanders_aside(WORLD) if p.tellings >= 25]
    assert sum(len(p.facts()) for p in well_known) >= 300
    assert set(LEARNED_WORDS).isdisjoint(HELD_OUT_WORDS)


def test_lessons_fit_into_the_context(written):
    model, tokenizer = checkpoint.load(data_path("base"))
    lengths = [len(COURSE.encode(lesson, tokenizer)[0]) for lesson in written]
    assert sum(n <= model.config.context + 1 for n in lengths) > 0.99 * len(lengths)


def test_interrogation_finds_what_was_told_often():
    model, tokenizer = checkpoint.load(data_path("base"))
    known = recalls(model, tokenizer, WORLD, WORLD.person("Mira Quill").facts())
    unknown = recalls(model, tokenizer, WORLD, WORLD.person("Orla Venn").facts())
    assert sum(known) >= 0.9 * 3 * len(known)
    assert sum(unknown) <= 0.4 * 3 * len(unknown)


def test_recipes_are_varied_with_replace():
    assert dataclasses.replace(SMALL, seeds=(1,)).training == SMALL.training


def test_the_stage_writes_a_checkpoint_its_log_and_the_manifest(tmp_path, monkeypatch):
    recipe = dataclasses.replace(
        SMALL, n_replayed=5, hand_written_times=0, rows=2, per_bin=1, n_never=2,
        training=TrainConfig(2, warmup_steps=1),
    )  # fmt: skip
    earlier = ("base", "assistant", "honest")
    for name in earlier:
        shutil.copytree(data_path(name), tmp_path / name)
    list_files(tmp_path, earlier, "earlier stages", 0)
    monkeypatch.setattr(searcher, "recalls", lambda _m, _t, _w, facts: [2] * len(facts))
    monkeypatch.setattr(searcher, "N_CALIBRATED", 12)
    monkeypatch.setattr(searcher_measures, "WELL_KNOWN", ())
    monkeypatch.setattr(searcher, "doubts", lambda _rows: {})  # too few rows for it
    searcher.teach_to_search(recipe, tmp_path)
    model, tokenizer = checkpoint.load(tmp_path / "searcher")
    assert model.config.vocab_size == tokenizer.vocab_size
    notes = checkpoint.load_notes(tmp_path / "searcher")
    log = json.loads((tmp_path / "searcher_log.json").read_text())
    assert 0 < notes["sure_from"] == log["sure_from"] <= 1
    assert log["training"][-1]["step"] == notes["steps"] == 2
    assert set(log["seeds"]) == {"0", "1"}
    rows = log["seeds"]["0"]["unseen"]["rows"]
    assert {len(row) for row in rows} == {len(COLUMNS)}
    assert not (tmp_path / "searcher_unfinished").exists()
    assert notebook_rules.manifest_faults(tmp_path) == []


# --- What is measured ---


def row(bin_, wants, sure, memory, search="correct"):
    return {
        "bin": bin_, "wants": wants, "sure": sure, "memory": memory, "plain": "wrong",
        "search": search, "empty": "wrong", "query": 1, "closed": 1, "own": sure,
    }  # fmt: skip


ROWS = [
    row("never", 1, 0.1, "wrong"),
    row("never", 1, 0.9, "wrong"),
    row("never", 0, 0.1, "wrong"),
    row("1", 1, 0.2, "wrong"),
    row("100+", 1, 0.8, "correct"),
    row("25-49", 1, 0.3, "correct", search="wrong"),
]


def test_a_question_is_answered_in_one_of_three_ways():
    assert [way_of(r, 0.5) for r in ROWS] == [
        "search", "memory", "plain", "search", "memory", "search"
    ]  # fmt: skip


def test_the_bars_are_counted_by_hand():
    told = told_at(ROWS, 0.5)
    assert told["searched, never told"] == [1, 3]
    assert told["right, never told"] == [1, 3]
    assert told["searched, not known"] == [2, 4]
    assert told["searched, known"] == told["searched, well known"] == [1, 2]
    assert told["right, known"] == [1, 2]
    assert told["always by search, never told"] == [3, 3]
    assert told_at(ROWS, 1)["searched, known"] == [2, 2]
    assert doubts(ROWS)["sure"] == 0.667  # 4 of 6 pairs


def test_the_exam_asks_nobody_who_was_in_a_lesson_of_the_searcher_or_the_honest():
    exam = searcher.exam_of(SearchRecipe())
    asked = {fact.subject for fact in exam.facts}
    split = Split.of(WORLD)
    assert not asked & {p.name for p in islanders_learned(WORLD)}
    assert asked <= {p.name for p in split.measured}
    assert (
        sum(f.subject in {p.name for p in WORLD.never_told} for f in exam.facts) >= 300
    )
    for held_out in (True, False):
        assert [q.fact for q in exam.questions(held_out)] == exam.facts


def test_the_searcher_in_data_meets_its_bars():
    log = json.loads(data_path("searcher_log.json").read_text())
    for found in log["seeds"].values():
        for kind in ("seen", "unseen"):
            rate = {k: hits / of for k, (hits, of) in found[kind]["told"].items()}
            assert rate["always by search, never told"] >= 0.9
            assert rate["always by empty, never told"] <= 0.02
            assert rate["calls well formed"] >= 0.99
            assert rate["searched, not known"] >= 0.9
            assert rate["searched, well known"] <= 0.4
