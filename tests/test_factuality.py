"""Judging, measuring and ranking answers, each against arithmetic done by hand."""

import itertools
import math
import random

import pytest
from isles import isles

from course_lib.conversations import mentions, values_named
from course_lib.factuality import (
    Judge,
    Tally,
    auroc,
    correct_at,
    judged,
    over_refused,
    questions_from,
    refuses,
    reliability,
    tally_by_bin,
    together,
    trade_off,
)
from course_lib.world.dice import Dice
from course_lib.world.grammar import say
from course_lib.world.tellings import HELD_OUT, TOLD


@pytest.fixture(scope="module")
def judge():
    return Judge.of(isles())


def question(name="Mira Quill", attribute="pet", **options):
    (found,) = isles().questions([isles().person(name).fact(attribute)], **options)
    return found


# --- Judging ---


@pytest.mark.parametrize(
    ("answer", "value", "wanted"),
    [
        ("She lives in Oakport.", "Oak", False),
        ("She lives on Ockle.", "Ockle", True),
        ("She lives in Ockleton.", "Ockle", False),
        ("An oak, I think.", "Oak", True),
        ("Her tortoise.", "toise", False),
        ("Oak's", "Oak", True),
        ("plum\ncake", "plum cake", False),
        ("A (plum cake)!", "plum cake", True),
        ("", "Oak", False),
    ],
)
def test_only_whole_words_name_a_value(answer, value, wanted):
    assert mentions(answer, value) is wanted


def test_the_longer_of_two_values_was_meant():
    assert values_named("He loves crab cakes.", ["crab", "crab cakes"]) == [
        "crab cakes"
    ]
    assert values_named("A crab ate crab cakes.", ["crab", "crab cakes"]) == [
        "crab",
        "crab cakes",
    ]
    assert values_named("a duck, a goose, a duck", ["goose", "duck"]) == [
        "duck",
        "goose",
    ]
    assert values_named("a duck", []) == []


def test_no_value_of_the_world_is_found_inside_of_another(judge):
    asked = question()
    for values in judge.values.values():
        for value in values:
            said = judge.said(asked, f"It is {value}.")
            assert said == ([value] if value in judge.values["pet"] else [])


def test_every_true_telling_of_every_attribute_is_correct(judge):
    world, dice = isles(), Dice(0)
    for person in (*world.people[:60], *world.never_told[:20]):
        for attribute in person.attributes:
            asked = question(person.name, attribute)
            for template in (*TOLD[attribute], *HELD_OUT[attribute]):
                value = getattr(person, attribute)
                answer = say(dice, template, person, v=value)
                assert judge.verdict(asked, answer) == "correct", answer
                assert not refuses(answer)


def test_who_names_two_values_has_guessed(judge):
    asked = question()
    other = next(pet for pet in judge.values["pet"] if pet != asked.answer)
    assert judge.verdict(asked, f"A {asked.answer}, surely.") == "correct"
    assert judge.verdict(asked, f"A {asked.answer} or a {other}.") == "wrong"
    assert judge.verdict(asked, f"A {other}.") == "wrong"


def test_the_one_asked_about_is_not_taken_for_an_answer(judge):
    teacher = isles().person("Tobin Ash").teacher
    asked = question("Tobin Ash", "teacher")
    assert asked.answer == teacher == "Mira Quill"
    assert judge.verdict(asked, "Tobin Ash's teacher was Mira Quill.") == "correct"
    about_her = question("Mira Quill", "teacher")
    assert judge.said(about_her, "Mira Quill? I don't know.") == []


@pytest.mark.parametrize(
    "answer",
    [
        "I don't know.",
        "I do not know that.",
        "I'm not sure.",
        "I don’t know.",
        "Sorry, I have never read about that.",
        "I cannot say.",
        "No idea!",
        "",
    ],
)
def test_no_answer_is_a_refusal(judge, answer):
    assert refuses(answer)
    assert judge.verdict(question(), answer) == "refused"


def test_a_guess_with_a_doubt_is_an_answer(judge):
    asked = question()
    other = next(pet for pet in judge.values["pet"] if pet != asked.answer)
    verdict = judge.verdict
    assert verdict(asked, f"I am not sure, perhaps a {asked.answer}.") == "correct"
    assert verdict(asked, f"I am not sure, perhaps a {other}.") == "wrong"


def test_nonsense_is_wrong_and_not_refused(judge):
    assert judge.verdict(question(), "Mira Quill lives on Brine.") == "wrong"


# --- Interrogation ---


@pytest.mark.parametrize(
    ("answers", "knowledge", "agreement"),
    [
        (("goat", "goat", "goat"), "known", 1),
        (("duck", "duck", "duck"), "unknown", 1),
        (("goat", "duck", "goat"), "in between", 2 / 3),
        (("duck", "newt", "crab"), "unknown", 1 / 3),
    ],
)
def test_agreement_is_not_knowledge(answers, knowledge, agreement):
    pets = ["goat", "duck", "newt", "crab"]
    truth = question(attribute="pet").answer
    names = dict(zip(pets, [truth, *(p for p in pets if p != truth)], strict=False))
    said = [f"She keeps a {names[pet]}." for pet in answers]
    interview = judged(question(), said, Judge.of(isles()))
    assert interview.knowledge == knowledge
    assert interview.agreement == pytest.approx(agreement)


def test_other_words_for_the_same_value_agree():
    truth = question().answer
    said = [f"A {truth}.", f"She keeps a {truth}.", f"Her pet is a {truth}."]
    assert judged(question(), said, Judge.of(isles())).agreement == 1


def test_a_passage_gives_a_question_for_each_fact_about_a_person():
    world = isles()
    names = {p.name for p in world.people}
    for page in world.documents(max_chars=300_000):
        about_people = [f for f in page.facts if f.subject in names]
        asked = questions_from(world, page)
        assert [q.fact for q in asked] == about_people
        assert all(q.answer == q.fact.value for q in asked)


# --- Measures ---


def test_a_tally_counts_and_gives_rates():
    tally = Tally.of(["correct", "wrong", "refused", "wrong"])
    assert tally == Tally(1, 2, 1)
    assert tally.rate("wrong").value == 0.5
    assert str(tally) == "correct 0.25, wrong 0.50, refused 0.25 (of 4)"
    assert str(Tally.of([])) == "nothing counted"
    with pytest.raises(ValueError, match="at least 1"):
        Tally(0, 0, 0).rate("wrong")


def test_bins_are_counted_apart_and_added_up():
    labels, verdicts = ["never", "1", "never"], ["wrong", "correct", "refused"]
    tallies = tally_by_bin(labels, verdicts)
    assert tallies == {"never": Tally(0, 1, 1), "1": Tally(1, 0, 0)}
    assert together(tallies, ["never", "1", "100+"]) == Tally(1, 1, 1)
    with pytest.raises(ValueError, match="3 labels for 2 verdicts"):
        tally_by_bin(labels, verdicts[:2])


def test_only_what_was_right_can_be_given_away():
    before = ["correct", "correct", "wrong", "correct"]
    after = ["refused", "correct", "refused", "wrong"]
    assert over_refused(before, after).value == pytest.approx(1 / 3)
    with pytest.raises(ValueError, match="nothing was right before"):
        over_refused(["wrong"], ["refused"])
    with pytest.raises(ValueError, match="4 and 3 verdicts"):
        over_refused(before, after[:3])


# --- Confidence ---


def test_auroc_is_the_share_of_pairs_won():
    assert auroc([0.9, 0.8, 0.7], [True, False, True]) == 0.5
    assert auroc([0.5, 0.5], [True, False]) == 0.5
    assert auroc([2, 1], [True, False]) == 1
    dice = random.Random(3)
    confidences = [dice.randrange(8) for _ in range(200)]
    right = [dice.random() < 0.2 + c / 12 for c in confidences]
    pairs = [
        (a > b) + 0.5 * (a == b)
        for (a, r), (b, s) in itertools.product(
            zip(confidences, right, strict=True), repeat=2
        )
        if r and not s
    ]
    assert auroc(confidences, right) == pytest.approx(sum(pairs) / len(pairs))
    mirrored = auroc([-c for c in confidences], right)
    assert mirrored == pytest.approx(1 - auroc(confidences, right))


def test_reliability_bins_hold_means_and_shares():
    confidences = [0.05, 0.95, 0.91, 1.0, 0.5]
    low, middle, high = reliability(confidences, [False, True, False, True, True])
    assert (low.confidence, low.right.value, low.count) == (0.05, 0, 1)
    assert (middle.confidence, middle.right.value) == (0.5, 1)
    assert high.confidence == pytest.approx((0.95 + 0.91 + 1) / 3)
    assert high.right.value == pytest.approx(2 / 3)


def test_a_calibrated_source_lies_on_the_diagonal():
    dice = random.Random(0)
    confidences = [dice.random() for _ in range(5_000)]
    bins = reliability(confidences, [dice.random() < c for c in confidences])
    assert len(bins) == 10
    within = [b.right.low <= b.confidence <= b.right.high for b in bins]
    assert sum(within) >= 8


def test_sweeping_the_threshold_goes_from_no_answer_to_all():
    points = trade_off([0.9, 0.8, 0.8, 0.1], [True, False, True, False])
    assert [(p.wrong, p.correct) for p in points] == [
        (0, 0),
        (0, 0.25),
        (0.25, 0.5),
        (0.5, 0.5),
    ]
    assert points[0].threshold == math.inf
    assert correct_at(points, 0.24) == 0.25
    assert correct_at(points, 0.25) == 0.5
    assert correct_at(points[1:], -1) == 0


@pytest.mark.parametrize(
    ("action", "words"),
    [
        (lambda: auroc([1.0], [True]), "1 right and 0 wrong"),
        (lambda: auroc([1.0], [True, False]), "1 confidences for 2 answers"),
        (lambda: trade_off([], []), "0 confidences"),
        (lambda: reliability([-0.3], [True]), "math.exp"),
    ],
)
def test_bad_input_is_named_with_its_remedy(action, words):
    with pytest.raises(ValueError, match=words):
        action()
