"""The honest stage: who is measured, what is written, and sums done by hand."""

import json
import shutil
from dataclasses import replace

import pytest
from isles import isles

from course_lib import checkpoint
from course_lib.chat import COURSE
from course_lib.conversations import ask_about, people_asked_about
from course_lib.factuality import Judge, judged, refuses
from course_lib.model import ModelConfig, Transformer
from course_lib.runtime import data_path
from course_lib.speedrun import HonestRecipe, Split, honest, make_honest
from course_lib.speedrun.honest_measures import bargain, bin_of, crossed, sweep, told
from course_lib.train import TrainConfig
from course_lib.world import BINS
from course_lib.world.dice import Dice

RECIPE = HonestRecipe(
    share=0.5, shares=(0.0, 0.5), nobody=12, phrasings=2, replayed_conversations=5,
    replayed_pages=4, training=TrainConfig(2, warmup_steps=1, optimizer="adamw"),
    rows=2, most=2, seeds=(0,),
)  # fmt: skip


# --- Who is asked ---


def test_nobody_measured_was_trained_on():
    world = isles()
    split = Split.of(world)
    taught = set(people_asked_about(world))
    assert not set(split.measured) & (taught | set(split.interrogated))
    assert not set(split.interrogated) & taught
    never = [p for p in split.measured if p in world.never_told]
    assert len(never) == len(world.never_told) / 2
    assert world.person("Orla Venn") in never


def test_enough_well_known_facts_are_measured():
    world = isles()
    facts = [f for p in Split.of(world).measured for f in p.facts()]
    assert sum(world.exposures(f) >= 25 for f in facts) >= 150  # each in two phrasings
    assert sum(world.exposures(f) == 0 for f in facts) >= 400


def test_bins_are_those_of_the_world():
    assert [bin_of(low) for low, _ in BINS.values()] == list(BINS)
    assert [bin_of(most) for _, most in BINS.values()] == list(BINS)


# --- Sums ---


def row(label, verdict, log, right_before=True):
    return {
        "bin": label, "verdict": verdict, "log": log, "right before": right_before,
    }  # fmt: skip


ROWS = [
    row("never", "wrong", -1.0, False),
    row("never", "wrong", -3.0, False),
    row("25-49", "correct", -2.0),
    row("100+", "correct", -0.1),
]


def test_a_bargain_is_refused_known_against_invented():
    pairs = bargain(ROWS, [r["log"] for r in ROWS])
    assert [list(p) for p in dict.fromkeys(map(tuple, pairs))] == [
        [0, 1],  # everything is answered
        [0, 0.5],
        [0.5, 0.5],
        [0.5, 0],
    ]


def test_what_a_model_refuses_itself_stays_refused():
    after = [*ROWS[:3], row("100+", "refused", 0.0)]
    confidence = [-1.0, -3.0, -2.0, float("-inf")]
    assert min(refused for refused, _ in bargain(after, confidence)) == 0.5


def test_a_threshold_is_counted_where_it_was_not_chosen():
    rows = [row("25-49", "correct", 0.0)] * 10 + [row("never", "wrong", 0.0)] * 10
    sure = [k / 10 for k in range(10)] + [0.25] * 5 + [0.95] * 5
    found = crossed(rows, sure)
    assert found["invented"][1] == found["refused"][1] == 10
    assert found["invented"][0] == 10
    # Even places hold .0 .2 .4 .6 .8, odd ones .1 .3 .5 .7 .9; 14 % of five is none,
    # so thresholds are .0 and .1: of the even ones .0 lies below .1.
    assert found["refused"][0] == 1


def test_given_away_counts_well_known_ones_that_were_right():
    after = [
        row("never", "refused", 0), row("never", "wrong", 0),
        row("25-49", "refused", 0), row("100+", "correct", 0),
    ]  # fmt: skip
    found = told(ROWS, after)
    assert found["given away"] == [1, 2]
    assert found["all"] == [1, 1, 2]
    assert found["bins"]["25 and more"] == [1, 0, 1]


def test_a_sweep_knows_how_well_a_confidence_separates():
    found = sweep(ROWS, [r["log"] for r in ROWS])
    assert found["auroc"] == 0.75
    assert found["correct at wrong"][0.3] == 0.5
    assert found["points"][-1] == [0.5, 0.5]


# --- The stage ---


@pytest.fixture
def folder(tmp_path):
    """A folder as the stages before leave it, with a tiny assistant."""
    for name in ("base", "conversations"):
        shutil.copytree(data_path(name), tmp_path / name)
    _, tokenizer = checkpoint.load(data_path("assistant"))
    tiny = ModelConfig(tokenizer.vocab_size, 256, 1, 16, 1, 1, 16)
    checkpoint.save(tmp_path / "assistant", Transformer(tiny, seed=0), tokenizer)
    return tmp_path


@pytest.fixture
def interviewed(monkeypatch):
    """Stand in for the interrogation: every other fact is known."""
    world, judge, dice = isles(), Judge.of(isles()), Dice(0)
    facts = [f for p in Split.of(world).interrogated[:20] for f in p.facts()]
    found = []
    for k, question in enumerate(world.questions(facts)):
        person = world.person(question.fact.subject)
        asked = replace(question, text=ask_about(dice, person, question.fact.attribute))
        said = f"{person.name}: {question.answer}." if k % 2 else "Nothing."
        found.append(judged(asked, [said] * 3, judge))
    monkeypatch.setattr(honest.Classroom, "interviews", found)


@pytest.mark.usefixtures("interviewed")
def test_half_of_the_lessons_refuse_and_none_without_a_share(folder):
    room = honest.Classroom(folder, RECIPE)
    for share in (0.0, 0.5):
        texts = [
            room.tokenizer.decode([i for i, w in zip(ids, weights, strict=True) if w])
            for ids, weights in room.lessons(share, seed=0)
        ]
        lessons = len(texts) - RECIPE.replayed_pages
        refused = sum(refuses(t.replace("<|end|>", "")) for t in texts[:lessons])
        known = RECIPE.phrasings * sum(i.knowledge == "known" for i in room.interviews)
        # A few of the hand-written conversations decline, too.
        assert 0 <= refused - known * share / (1 - share) <= 20


@pytest.mark.usefixtures("interviewed")
def test_the_stage_writes_a_model_its_log_and_the_manifest(folder, monkeypatch):
    few = honest.Classroom.questions
    monkeypatch.setattr(
        honest.Classroom, "questions", lambda room, held_out: few(room, held_out)[::2]
    )
    verdicts = iter(["correct", "wrong", "wrong"] * 10_000)
    monkeypatch.setattr(Judge, "verdict", lambda *_: next(verdicts))
    make_honest(RECIPE, folder)
    model, tokenizer = checkpoint.load(folder / "honest")
    assert model.config.width == 16
    assert COURSE.stop_ids(tokenizer)
    log = json.loads((folder / "honest_log.json").read_text())
    assert set(log["after"]) == {"share-0.0-seed-0", "share-0.5-seed-0"}
    assert set(log["before"]) == {"unseen", "seen"}
    for by_kind in log["after"].values():
        assert len(by_kind["unseen"]["thresholds"]["own"]["points"]) > 2
    assert not (folder / "honest_unfinished").exists()
    listed = json.loads((folder / "MANIFEST.json").read_text())
    assert {"honest_log.json", "honest/model.safetensors"} <= {
        entry["file"] for entry in listed
    }
