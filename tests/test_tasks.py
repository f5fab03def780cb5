"""Checkable problems: right by hand, graded, kept apart, and rewarded strictly."""

import itertools
import re
from dataclasses import FrozenInstanceError

import pytest

from course_lib.runtime import data_path
from course_lib.tasks import (
    FAMILIES,
    Problem,
    final_answer,
    problems,
    reward,
    shows_steps,
)
from course_lib.tasks.letters import BACKWARDS, LETTERS
from course_lib.tasks.numbers import (
    CLOCK,
    DECIMALS,
    PRODUCTS,
    SHEET,
    SORTING,
    SUMS,
)
from course_lib.tokenizer import BPETokenizer
from course_lib.world import World
from course_lib.world.names import FIRST_NAMES
from course_lib.world.pages_spelling import UNSPELLED

FOUR = Problem("clock", "Keep the last digit: 7 * 3 + 3", "4", "Answer: 4", "", 3)
EVERY_LEVEL = [
    (name, level) for name, kind in FAMILIES.items() for level in kind.levels
]


def test_there_are_at_least_five_families_of_at_least_three_levels():
    assert len(FAMILIES) >= 5
    assert all(len(kind.levels) >= 3 for kind in FAMILIES.values())


# --- right, by hand


@pytest.mark.parametrize(
    ("family", "choices", "matter", "steps", "answer"),
    [
        (
            CLOCK,
            (7, ("*", 3), ("+", 3), ("+", 4), ("*", 7)),
            "7 * 3 + 3 + 4 * 7",
            ("7 * 3 = 1", "1 + 3 = 4", "4 + 4 = 8", "8 * 7 = 6"),
            "6",
        ),
        (
            SUMS,
            (347, 285),
            "347 + 285",
            ("7 + 5 = 12", "4 + 8 = 12", "12 + 1 = 13", "3 + 2 = 5", "5 + 1 = 6"),
            "632",
        ),
        (SUMS, (99, 99), "99 + 99", ("9 + 9 = 18",) * 2 + ("18 + 1 = 19",), "198"),
        (
            PRODUCTS,
            (347, 6),
            "347 * 6",
            ("7 * 6 = 42", "4 * 6 = 24", "24 + 4 = 28", "3 * 6 = 18", "18 + 2 = 20"),
            "2082",
        ),
        (
            SORTING,
            (47, 12, 5),
            "47 12 5",
            ("least of 47 12 5 = 5", "least of 47 12 = 12", "least of 47 = 47"),
            "5 12 47",
        ),
        (
            DECIMALS,
            (9, 9, 11, False),
            "9.11 or 9.9",
            ("9.9 = 9.90", "90 - 11 = 79"),
            "9.9",
        ),
        (
            DECIMALS,
            (9, 1, 25, True),
            "9.1 or 9.25",
            ("9.1 = 9.10", "25 - 10 = 15"),
            "9.25",
        ),
        (
            SHEET,
            (7, ("*", 3), ("+", 3)),
            "7 * 3 = _ + 3 = _" + ", _, _" * 6,
            ("7 * 3 = 1 + 3 = 4",),
            "4",
        ),
        (LETTERS, ("bee", 1), "e in bee", ("b = 0", "e = 1", "e = 2"), "2"),
        (BACKWARDS, ("bee",), "bee", ("bee = b-e-e",), "e-e-b"),
    ],
)
def test_written_as_by_hand(family, choices, matter, steps, answer):
    draft = family.write(choices)
    assert (draft.matter, draft.steps, draft.answer) == (matter, steps, answer)


def test_a_problem_reads_as_the_assistant_says_it():
    problem = CLOCK.problem(CLOCK.write((7, ("*", 3), ("+", 3))), 3)
    assert problem == Problem(
        family="clock",
        question="Keep the last digit: 7 * 3 + 3",
        answer="4",
        direct="Answer: 4",
        worked="7 * 3 = 1, 1 + 3 = 4. Answer: 4",
        level=3,
    )
    assert problem.step_by_step == "Keep the last digit, step by step: 7 * 3 + 3"
    assert problem.asked("Only this") == "Only this: 7 * 3 + 3"
    with pytest.raises(FrozenInstanceError):
        problem.answer = "5"


@pytest.mark.parametrize("equal", [(9, 9, 90, True), (9, 1, 10, True)])
def test_no_two_equal_decimals_are_compared(equal):
    assert DECIMALS.write(equal) is None


def test_no_number_stands_twice_in_a_list_to_sort():
    assert SORTING.write((5, 7, 5)) is None


@pytest.mark.parametrize(("name", "level"), EVERY_LEVEL)
@pytest.mark.parametrize("split", ["train", "test"])
def test_every_step_is_true_and_of_one_operation(name, level, split):
    for problem in problems(name, 5, level, seed=3, split=split):
        before, _, after = problem.worked.rpartition(". Answer: ")
        assert after == problem.answer
        for step in before.split(", "):
            left, equals, right = step.partition(" = ")
            assert equals
            found = re.fullmatch(r"(\d+) ([+*-]) (\d+)", left)
            if found and name != "sheet":  # a sheet has a test of its own
                whole = eval(left)  # our own digits and one sign
                assert int(right) == (whole % 10 if name == "clock" else whole)


def test_every_blank_of_a_sheet_is_filled_in_and_right():
    for problem in problems("sheet", 50, 7):
        worked = problem.worked.partition(". ")[0].split(" = ")
        assert len(worked) == 7 == problem.matter.count(" = _") + 1
        for done, then in itertools.pairwise(worked):
            assert eval(done) % 10 == int(then[0])
        assert problem.answer == worked[-1]


def test_all_sheets_are_equally_long_and_so_are_blank_and_filled_places():
    tokenizer = BPETokenizer.load(data_path("base") / "tokenizer.json")
    dealt = [p for level in SHEET.levels for p in problems("sheet", 20, level)]
    assert len({len(tokenizer.encode(p.matter)) for p in dealt}) == 1
    for problem in dealt:
        filled = tokenizer.encode(problem.worked.partition(". ")[0])
        blank = tokenizer.encode(problem.matter)
        (hole,) = set(tokenizer.encode(" _")) - set(tokenizer.encode(" "))
        pairs = zip(filled, blank, strict=False)
        assert all(a == b or b == hole for a, b in pairs)


def test_the_answers_are_those_that_python_finds():
    for problem in problems("sums", 50, 4) + problems("products", 50, 4):
        assert int(problem.answer) == eval(problem.matter)
    for problem in problems("sorting", 50, 5):
        assert problem.answer.split() == sorted(problem.matter.split(), key=int)
    for problem in problems("letters", 50, 7):
        letter, _, word = problem.matter.split()
        assert int(problem.answer) == word.count(letter)
    for problem in problems("decimals", 50, 3):
        pair = problem.matter.split(" or ")
        assert problem.answer == max(pair, key=float)


def test_a_story_has_as_many_steps_as_its_level_and_never_goes_below_zero():
    for problem in problems("stories", 40, 4):
        values = [int(step) for step in re.findall(r"= (\d+)", problem.worked)]
        assert len(values) == 4
        assert all(0 <= value <= 99 for value in values)


# --- dealt out


def test_the_same_call_deals_the_same_problems():
    assert problems("clock", 30, seed=4) == problems("clock", 30, seed=4)
    assert problems("clock", 30, seed=4) != problems("clock", 30, seed=5)


@pytest.mark.parametrize(("name", "level"), EVERY_LEVEL)
def test_problems_differ_from_each_other_and_have_the_level(name, level):
    dealt = problems(name, 6, level)
    assert len({p.question for p in dealt}) == 6
    assert {(p.family, p.level) for p in dealt} == {(name, level)}


@pytest.mark.parametrize("name", FAMILIES)
def test_training_and_tests_share_no_problem_whatever_the_seeds(name):
    level = FAMILIES[name].levels[0]
    train, test = (_all_of(name, level, split) for split in ("train", "test"))
    assert train
    assert test
    assert not {p.matter for p in train} & {p.matter for p in test}


def _all_of(name: str, level: int, split: str) -> list[Problem]:
    dealt = []
    for seed in range(8):
        dealt += problems(name, 6, level, seed=seed, split=split)
    return dealt


def test_a_sum_the_other_way_round_stands_on_the_same_side():
    train = {p.matter for p in problems("sums", 60, 1)}
    for problem in problems("sums", 18, 1, split="test"):
        a, b = problem.matter.split(" + ")
        assert f"{b} + {a}" not in train


def test_lists_of_the_same_numbers_stand_on_the_same_side():
    train = {p.answer for p in problems("sorting", 7000, 2)}
    test = {p.answer for p in problems("sorting", 1500, 2, split="test")}
    assert not train & test


def test_the_tests_ask_for_words_that_no_page_spells_and_people_training_lacks():
    words = {p.matter.split()[-1] for p in problems("letters", 100, 6, split="test")}
    assert words <= set(UNSPELLED)
    corpus = " ".join(d.text for d in World(0).documents() if d.kind == "spelling")
    assert not any("-".join(word) in corpus for word in words)
    told = [
        {name for p in problems("stories", 200, split=split) for name in _names(p)}
        for split in ("train", "test")
    ]
    assert all(told)
    assert not told[0] & told[1]


def _names(problem: Problem) -> set[str]:
    return set(re.findall(r"[A-Z][a-z]+", problem.matter)) & set(FIRST_NAMES)


def test_nothing_of_the_tests_is_asked_in_a_trained_phrasing_only():
    for kind in FAMILIES.values():
        assert kind.held_out
        assert not set(kind.held_out) & set(kind.instructions)
        assert not any(":" in line for line in kind.held_out + kind.instructions)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("clocks", 3), "unknown family 'clocks'; there are clock, sums"),
        (("clock", 0), "at least one"),
        (("clock", 3, 1), "levels 2 to 10, got 1"),
        (("clock", 3, 11), "levels 2 to 10, got 11"),
        (("sums", 82, 1), "there are 63 sums problems of level 1 for train, 82"),
        (("clock", 3, 6, 0, "dev"), "split must be 'train' or 'test', got 'dev'"),
    ],
)
def test_errors_say_what_there_is(arguments, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        problems(*arguments)


def test_all_problems_that_exist_can_be_had():
    both = problems("sums", 63, 1) + problems("sums", 18, 1, split="test")
    assert len({p.matter for p in both}) == 81  # 1 + 1 to 9 + 9


# --- read and rewarded


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Answer: 4", "4"),
        ("7 * 3 = 1, 1 + 3 = 4. Answer: 4", "4"),
        ("Answer:4", "4"),
        ("  Answer:   4 \n", "4"),
        ("Answer: 3. No. Answer: 4", "4"),
        ("Answer: 4 or 5", "4 or 5"),
        ("Answer: 4.", "4."),
        ("Answer: 4, I think", "4, I think"),
        ("Answer: 4\nAnswer:", None),
        ("Answer:", None),
        ("Answer:   ", None),
        ("4", None),
        ("", None),
        ("answer: 4", None),
        ("The answer is 4", None),
        ("1 + 3 = 4.", None),
    ],
)
def test_only_what_stands_behind_the_last_marker_is_the_answer(text, answer):
    assert final_answer(text) == answer


@pytest.mark.parametrize(
    "text",
    [
        "Answer: 5",
        "Answer: 04",
        "Answer: 4.0",
        "Answer: -4",
        "Answer: 4 5",
        "Answer: 4 or 5",
        "Answer: 4. Answer: 5",
        "Answer: 4 Answer:",
        "Answer: 4. Good luck!",
        "Answer: four",
        "Answer: \u0664",  # an Arabic-Indic four
        "4",
        "7 * 3 = 1, 1 + 3 = 4.",
        "",
        "Answer: 0 1 2 3 4 5 6 7 8 9",
    ],
)
def test_no_trick_is_rewarded(text):
    assert reward(FOUR, text) == 0.0


def test_the_reward_does_not_look_at_the_steps():
    right = ("Answer: 4", "Answer: 5. Answer: 4", "7 * 3 = 9, 9 + 3 = 2. Answer: 4")
    assert [reward(FOUR, text) for text in right] == [1.0, 1.0, 1.0]


@pytest.mark.parametrize("name", FAMILIES)
def test_both_labellers_are_right_and_only_one_shows_steps(name):
    for problem in problems(name, 6) + problems(name, 6, split="test"):
        assert reward(problem, problem.direct) == reward(problem, problem.worked) == 1.0
        assert shows_steps(problem.worked)
        assert not shows_steps(problem.direct)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", False),
        ("Well, let me see. Answer: 4", False),
        ("Answer: 4. 7 * 3 = 1", False),  # worked out afterwards: no help
        ("7 * 3 = 1, 1 + 3 =", True),  # cut off before the end
        ("1 + 3 = 4. Answer: 4", True),
    ],
)
def test_steps_are_shown_if_something_is_worked_out_before_the_answer(text, shown):
    assert shows_steps(text) is shown
