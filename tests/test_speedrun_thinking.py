"""Chapter 12's runs: what each manner says, what it is tested on, what was measured."""

import json
import random

import pytest

from course_lib import checkpoint
from course_lib.chat import COURSE
from course_lib.runtime import data_path
from course_lib.speedrun import real_thinking, thinking
from course_lib.speedrun import thinking_lessons as lessons
from course_lib.tasks import Problem, reward
from course_lib.tools import run_python

CHAIN = Problem(
    "clock",
    "Keep the last digit: 7 * 3 + 3 + 4 * 7",
    "6",
    "Answer: 6",
    "7 * 3 = 1, 1 + 3 = 4, 4 + 4 = 8, 8 * 7 = 6. Answer: 6",
    5,
)
SUM = Problem("sums", "Add: 347 + 285", "632", "Answer: 632", "", 3)


@pytest.fixture(scope="module")
def tokenizer():
    return checkpoint.load(data_path("base"))[1]


def test_the_manners_by_hand():
    assert lessons.reasons_after(CHAIN) == (
        "Answer: 6. 7 * 3 = 1, 1 + 3 = 4, 4 + 4 = 8, 8 * 7 = 6."
    )
    assert lessons.in_larger_steps(CHAIN, 1) == CHAIN.worked
    assert lessons.in_larger_steps(CHAIN, 2) == (
        "7 * 3 + 3 = 4, 4 + 4 * 7 = 6. Answer: 6"
    )
    assert lessons.in_larger_steps(CHAIN, 3) == (
        "7 * 3 + 3 + 4 = 8, 8 * 7 = 6. Answer: 6"
    )
    assert lessons.ones_first(SUM) == "Answer: 236"
    assert lessons.program(CHAIN).splitlines() == [
        "v = 7", "v = v * 3", "v = v + 3", "v = v + 4", "v = v * 7", "v % 10"
    ]  # fmt: skip
    assert run_python(lessons.program(CHAIN)) == "6"


@pytest.mark.parametrize(
    ("manner", "text", "right"),
    [
        ("answer first", lessons.reasons_after(CHAIN), True),
        ("answer first", "Answer: 6. 7 * 3 = 1, Answer: 5", True),
        ("answer first", "Answer: 5. 8 * 7 = 6.", False),
        ("answer first", "Answer: 6", True),
        ("steps first", CHAIN.worked, True),
        ("steps first", lessons.reasons_after(CHAIN), False),
        ("answer only", "Answer: 6", True),
        ("answer only", "Answer: 5", False),
    ],
)
def test_each_manner_is_judged_where_its_answer_stands(manner, text, right):
    assert lessons.says_right(manner, CHAIN, text) is right


def test_reversed_sums_are_judged_reversed():
    assert lessons.says_right("digits reversed", SUM, "Answer: 236")
    assert not lessons.says_right("digits reversed", SUM, "Answer: 632")


def test_dots_take_at_least_as_many_tokens_as_steps(tokenizer):
    steps, dots = CHAIN.worked, lessons.with_dots(CHAIN)
    assert len(tokenizer.encode(dots)) >= len(tokenizer.encode(steps))
    assert reward(CHAIN, dots) == 1.0


def test_a_number_is_one_token_and_no_token_of_the_sentence(tokenizer):
    prompt = lessons.number_prompt(SUM, tokenizer)
    answer = lessons.number_answer(SUM, tokenizer)
    assert [i - 1000 for i in prompt if 1000 <= i < 2000] == [347, 285]
    assert [i - 1000 for i in answer if 1000 <= i < 2000] == [632]
    usual = tokenizer.encode(" + ") + tokenizer.encode("Answer: ")
    assert all(i < 1000 or i >= 2000 for i in usual)


@pytest.mark.parametrize("topic", thinking.MANNERS)
def test_no_test_problem_is_among_the_lessons(topic):
    dealt = [lessons._dealt(topic, split, 0) for split in ("train", "test")]
    train, test = ({p.matter for p in some} for some in dealt)
    assert train
    assert test
    assert not train & test


@pytest.mark.parametrize("topic", thinking.MANNERS)
def test_only_the_assistant_is_learned_and_all_fits(topic, tokenizer):
    dealt = lessons._dealt(topic, "train", 0)
    some = [*dealt[::300], *sorted(dealt, key=lambda p: len(p.worked))[-20:]]
    for manner in thinking.MANNERS[topic]:
        for k, problem in enumerate(some):
            ids, weights = lessons.example_of(manner, problem, k, tokenizer)
            assert len(ids) <= thinking.CONTEXT + 1
            start = ids.index(tokenizer.special_tokens["<|assistant|>"])
            assert not any(weights[: start + 1])
            assert weights[-1] == 1.0


def test_what_python_answers_is_not_learned(tokenizer):
    ids, weights = lessons.example_of("python", CHAIN, 0, tokenizer)
    segments = COURSE.segments(ids, tokenizer)
    (result,) = [s for s in segments if s.kind == "result"]
    assert not any(weights[result.start : result.stop])


def test_the_larger_of_two_decimals():
    made = real_thinking.tasks(random.Random(2))["larger: 9.11 or 9.9"]
    for question, answer in made:
        pair = question.removesuffix("?").removeprefix("Which number is larger, ")
        a, b = pair.split(" or ")
        assert float(answer) == max(float(a), float(b))
        assert float(a) != float(b)


def test_a_purchase_by_hand():
    some = real_thinking.Purchase("Emily", 3, 2, 4, 3)
    assert some.total == 18
    assert some.worked.endswith("The total is 6 + 12 = 18. The answer is $18.")
    assert real_thinking.last_number(some.worked) == 18
    assert real_thinking.last_number("no idea") is None


# --- what was measured, as the chapter tells it


@pytest.fixture(scope="module")
def log():
    return json.loads(data_path("thinking_log.json").read_text(encoding="utf-8"))


def rates(log, topic, manner, group):
    runs = [r for r in log if (r["topic"], r["manner"]) == (topic, manner)]
    return [run["right"][group][0] / run["right"][group][1] for run in runs]


def test_steps_first_beats_answer_first_in_every_seed(log):
    steps = rates(log, "order", "steps first", "clock 6")
    assert len(steps) == 3
    assert min(steps) >= 0.9
    for manner in ("answer first", "answer only"):
        others = rates(log, "order", manner, "clock 6")
        assert len(others) == 3
        assert max(others) <= 0.4


def test_all_runs_of_a_topic_had_the_same_tokens(log):
    for topic in thinking.MANNERS:
        assert len({r["tokens"] for r in log if r["topic"] == topic}) == 1
