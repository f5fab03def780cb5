"""The bank of questions is wide, and shares nothing with the questions of the tests."""

import pytest

from course_lib.conversations import ask_about, ask_about_place, bare, ways_to_ask
from course_lib.conversations.phrasings import CLAUSES, DESCRIPTIONS, DIRECT, THINGS
from course_lib.conversations.questions_places import DIRECT_PLACES
from course_lib.world import World, tellings, tellings_places
from course_lib.world.dice import Dice
from course_lib.world.facts import PEOPLE_ATTRIBUTES

WORLD = World(0)


@pytest.mark.parametrize("attribute", PEOPLE_ATTRIBUTES)
def test_there_are_more_than_150_ways_to_ask_for_each_attribute(attribute):
    ways = ways_to_ask(attribute)
    assert len(ways) == len(set(ways)) > 150
    assert all("{full}" in way for way in ways)
    assert len(DIRECT[attribute]) >= 30


@pytest.mark.parametrize("attribute", PEOPLE_ATTRIBUTES)
def test_no_held_out_question_is_asked_whatever_stands_around_it(attribute):
    person, dice = WORLD.person("Mira Quill"), Dice(1)
    held_out = [
        bare(question.replace("{full}", person.name))
        for question in tellings.HELD_OUT_QUESTIONS[attribute]
    ]
    for _ in range(2000):
        asked = bare(ask_about(dice, person, attribute))
        assert not any(held in asked for held in held_out), asked


@pytest.mark.parametrize("attribute", PEOPLE_ATTRIBUTES)
def test_no_held_out_question_holds_a_known_one(attribute):
    for held_out in tellings.HELD_OUT_QUESTIONS[attribute]:
        assert not any(bare(way) in bare(held_out) for way in ways_to_ask(attribute))


def test_no_held_out_question_about_places_is_asked():
    for attribute, asks in DIRECT_PLACES.items():
        held_out = {bare(q) for q in tellings_places.HELD_OUT_QUESTIONS[attribute]}
        assert held_out.isdisjoint(bare(ask) for ask in asks)
        assert set(asks).isdisjoint(tellings_places.QUESTIONS[attribute])


def test_no_question_is_asked_for_two_attributes():
    asks = {a: {bare(way) for way in ways_to_ask(a)} for a in PEOPLE_ATTRIBUTES}
    for one in PEOPLE_ATTRIBUTES:
        for other in PEOPLE_ATTRIBUTES:
            assert one == other or asks[one].isdisjoint(asks[other])


def test_every_attribute_has_every_kind_of_question():
    for parts in (THINGS, DESCRIPTIONS, CLAUSES, DIRECT):
        assert set(parts) == set(PEOPLE_ATTRIBUTES)
    assert set(DIRECT_PLACES) == set(tellings_places.QUESTIONS)


def test_questions_name_whom_they_are_about_and_leave_no_mark():
    dice = Dice(2)
    for person in WORLD.people[:50]:
        for attribute in person.attributes:
            asked = ask_about(dice, person, attribute)
            assert person.name in asked
            assert not set(asked) & set("{}[]<>~")
    for fact in WORLD.land.facts:
        assert fact.subject in ask_about_place(dice, fact)


def test_the_same_dice_ask_the_same():
    person = WORLD.people[3]
    assert ask_about(Dice(5), person, "pet") == ask_about(Dice(5), person, "pet")


def test_an_unknown_attribute_is_named():
    with pytest.raises(ValueError, match="'hat': choose one of island, town"):
        ways_to_ask("hat")
