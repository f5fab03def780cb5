"""The stage that imitates and then practises: its lessons, judges, and a tiny run."""

import dataclasses
import json

import pytest

from course_lib import checkpoint
from course_lib.model import ModelConfig, Transformer
from course_lib.rl import Attempts, Grade, Rollout
from course_lib.runtime import data_path
from course_lib.speedrun import practice, practice_runs
from course_lib.speedrun.practice_lessons import (
    FAMILY,
    badly_worked,
    chains,
    in_other_words,
    lessons,
)
from course_lib.tasks import problems, reward, shows_steps
from course_lib.world.dice import Dice


@pytest.fixture(scope="module")
def tokenizer():
    return checkpoint.load(data_path("base"))[1]


def test_chains_are_dealt_in_turn_and_never_from_the_tests():
    dealt = chains(400, (3, 4, 6), seed=1)
    assert len(chains(100, (2,), 99, "test")) == 100, "there are 28; they come again"
    assert [p.level for p in dealt[:4]] == [3, 4, 6, 3]
    held_out = {p.matter for p in chains(400, (3, 4, 6), seed=1, split="test")}
    assert not held_out & {p.matter for p in dealt}


def test_a_labeller_who_cannot_count_is_mostly_wrong():
    some = problems("sheet", 300, level=6)
    assert all(badly_worked(p, Dice(0), 0.0) == p.worked for p in some)
    right = sum(reward(p, badly_worked(p, Dice(k), 0.9)) for k, p in enumerate(some))
    assert right / 300 < 0.2


def test_wordings_of_the_tests_are_in_no_lesson(tokenizer):
    examples = lessons(300, 200, 0.08, (2, 3, 4, 5, 6), tokenizer, seed=0)
    texts = [tokenizer.decode(list(ids)) for ids, _ in examples]
    assert not any(way in text for text in texts for way in FAMILY.held_out)
    asked = in_other_words(problems("sheet", 20, split="test"), 0, held_out=True)
    assert all(p.question.partition(":")[0] in FAMILY.held_out for p in asked)


def test_the_first_labeller_mostly_blurts_and_the_second_never(tokenizer):
    examples = lessons(500, 300, 0.08, (2, 3, 4, 5, 6), tokenizer, seed=0)
    texts = [tokenizer.decode(list(ids)) for ids, _ in examples]
    in_steps = [shows_steps(text.partition("<|assistant|>")[2]) for text in texts]
    assert 0.04 < sum(in_steps[:500]) / 500 < 0.13
    assert all(in_steps[500:])
    longest = max(text.count(" = _") for text in texts)
    assert longest == 5, "nobody is shown a chain of more than six numbers"


@pytest.mark.parametrize(
    ("judge", "text", "earned"),
    [
        (practice_runs.any_number, "8 + 4 = 2. Answer: 2", 1.0),
        (practice_runs.any_number, "14. Answer: 2", 0.0),
        (practice_runs.long_is_good, "a" * 50, 0.5),
        (practice_runs.long_is_good, "a" * 500, 1.0),
    ],
)
def test_broken_judges(judge, text, earned):
    problem = next(p for p in problems("sheet", 50) if p.answer == "4")
    assert judge(problem, text) == earned


def test_no_problem_comes_twice_in_a_run():
    run = dataclasses.replace(practice_runs.RUNS[0], steps=5, levels=(5, 6))
    at = practice_runs.problems_of_step(run)
    met = [p.question for step in range(run.steps) for p in at(step)]
    assert len(met) == 5 * 12
    assert len(set(met)) > 0.97 * len(met)
    runs = practice_runs.RUNS
    assert len({(r.name, r.seed) for r in runs}) == len(runs)


def test_bare_chains_are_asked_as_the_thinker_knows_them():
    asked = practice_runs.problems_of_step(practice_runs.BARE)(3)
    assert len(asked) == practice_runs.BARE.per_step / practice_runs.BARE.answers
    assert {(p.family, p.level) for p in asked} == {("clock", 9)}
    assert not any("_" in p.question for p in asked)


def test_attempts_are_told_in_numbers():
    short, long = (Rollout((1,), (2,) * n, (0.0,) * n, True) for n in (3, 9))
    found = Attempts([[short, long]], [[Grade(0), Grade(1, True)]])
    told = practice.told(found, 6, "usual")
    assert told["pass"][1][0] == 0.5
    assert (told["in_steps"], told["length"]) == (0.5, 6)
    assert (told["right_in_steps"], told["right_blurted"]) == (1, 0)


def test_a_run_tells_what_chapter_13_reads(tokenizer, monkeypatch):
    real = practice.measure
    monkeypatch.setattr(
        practice,
        "measure",
        lambda model, tokenizer, level, _n, _answers, words="usual", **also: real(
            model, tokenizer, level, 2, 2, words, **also
        ),
    )
    config = ModelConfig(tokenizer.vocab_size, 256, 1, 16, 2, 2, 16)
    run = practice_runs.Run("x", steps=4, levels=(3,), answers=2, per_step=4, kl=0.1,
                       max_new_tokens=8, pinned=True)  # fmt: skip
    told = practice.run_once(run, Transformer(config), tokenizer)
    told = json.loads(json.dumps(told))
    assert [log["step"] for log in told["log"]] == [1, 2, 3, 4]
    assert told["log"][0]["kl"] is not None
    assert [m["words"] for m in told["after"]] == ["usual", "held out", "step by step"]
    (stages,) = {tuple(stages) for stages in told["answers_to"].values()}
    assert stages == ("before", "step 4")
