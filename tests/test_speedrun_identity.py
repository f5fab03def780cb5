"""The comparison of chapter 11: its questions, its mixes, what it counts, its file."""

import json

import notebook_rules
import pytest

from course_lib import checkpoint
from course_lib.chat import COURSE, Message
from course_lib.conversations import read_conversations
from course_lib.generate import SamplingConfig
from course_lib.runtime import data_path
from course_lib.speedrun import identity_study
from course_lib.speedrun.identity_study import (
    Mix,
    holds_name,
    mix_examples,
    name_questions,
    replies,
    small_talk,
    study_identity,
    system_examples,
)
from course_lib.world import World


@pytest.fixture(scope="module")
def assistant():
    return checkpoint.load(data_path("assistant"))


def plain(text):
    return text.lower().strip("?.! ")


def test_no_held_out_question_holds_one_that_is_trained_on():
    questions = name_questions()
    trained = [plain(question) for question, _ in questions["training"]]
    assert (len(trained), len(questions["held_out"])) == (30, 24)
    for asked in questions["held_out"]:
        assert not [known for known in trained if known in plain(asked)]


def test_every_answer_claims_the_name_and_nothing_else_in_the_data_does():
    assert all(holds_name(answer) for _, answer in name_questions()["training"])
    for name in ("hand_written", "about_people"):
        path = data_path(f"conversations/{name}.jsonl")
        words = [m.content for c in read_conversations(path) for m in c.messages]
        assert not any(
            holds_name(text, n) for text in words for n in ("Wick", "Parrot")
        )


def test_small_talk_to_be_asked_is_not_trained_on_but_for_three_openings():
    trained, asked = small_talk()
    assert len(asked) == 100
    both = {c.messages[0].content for c in trained} & set(asked)
    assert both == {"Good morning!", "Tell me a proverb.", "Tell me a riddle."}


def test_a_name_is_a_word():
    assert holds_name("No, I am Wick.")
    assert not holds_name("Wickham has a wick.")


def test_a_mix_holds_what_it_says(assistant):
    _, tokenizer = assistant
    pages = World(0).documents()[:40]
    pairs = name_questions()["training"]
    examples = mix_examples(Mix(3, 12, 20, 5), pairs, pages, tokenizer)
    assert len(examples) == 12 + 20 + 5
    texts = [tokenizer.decode(ids) for ids, _ in examples]
    told = [text for text in texts if holds_name(text)]
    assert (len(told), len(set(told))) == (12, 3)
    assert sum(all(weights) for _, weights in examples) == 5  # pages: no mask


def test_a_lesson_with_a_system_message_never_learns_the_message(assistant):
    _, tokenizer = assistant
    for ids, weights in system_examples(["Mira"], 20, tokenizer, 0):
        learned = [i for i, w in zip(ids, weights, strict=True) if w]
        assert ids[0] == tokenizer.special_tokens["<|system|>"]
        assert "Mira" in tokenizer.decode(learned)
        assert not holds_name(tokenizer.decode(ids))
        assert not tokenizer.decode(learned).startswith(("You are M", "Your"))


def test_replies_read_their_own_system_message(assistant, monkeypatch):
    model, tokenizer = assistant
    seen = []
    monkeypatch.setattr(
        identity_study, "generate", lambda _m, prompts, *_: seen.extend(prompts) or []
    )
    replies(model, tokenizer, ["Hi", "Hi"], SamplingConfig(0), ["You are A.", None])
    first = [Message("system", "You are A."), Message("user", "Hi")]
    assert seen == [
        COURSE.prompt(first, tokenizer),
        COURSE.prompt(first[1:], tokenizer),
    ]


def test_the_recorded_study_is_whole():
    log = json.loads(data_path("identity_log.json").read_text(encoding="utf-8"))
    mixes = [run["mix"] for run in log["runs"]]
    for told in (1, 3, 10, 30):
        seeds = {m["seed"] for m in mixes if (m["told"], m["ordinary"]) == (told, 300)}
        assert seeds == {0, 1}
    assert all(
        r["leaks in talk"][1] + r["leaks in facts"][1] == 300 for r in log["runs"]
    )
    assert {run["seed"] for run in log["system"]} <= {0, 1}


def test_the_study_goes_on_where_it_was(tmp_path, monkeypatch):
    found = {"unseen": {"Wick": 1}, "seen examples": []}
    monkeypatch.setattr(identity_study, "measure_self", lambda *_: dict(found))
    monkeypatch.setattr(identity_study, "finetuned_on_mix", lambda *_: None)
    monkeypatch.setattr(identity_study, "study_system", lambda *a: {"seed": a[-1]})
    study_identity(tmp_path, at_most=3)
    study_identity(tmp_path)
    log = json.loads((tmp_path / "identity_log.json").read_text())
    every = len(identity_study.HOW_MANY) + len(identity_study.MIXES)
    every += len(identity_study.LONGER)
    assert len(log["runs"]) == every
    assert sorted(run["seed"] for run in log["system"]) == [0, 1]
    assert notebook_rules.manifest_faults(tmp_path) == []
