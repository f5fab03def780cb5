"""Conversations are true, follow the guideline, and keep the tests' people aside."""

import pytest

from course_lib.chat import Message
from course_lib.conversations import (
    Conversation,
    LookUp,
    answer,
    as_line,
    as_text,
    bare,
    commonest_values,
    complaints,
    is_about,
    judge,
    kept,
    mentions,
    people_asked_about,
    read_conversations,
    says_truly,
    write_about_people,
    write_about_places,
    write_conversations,
)
from course_lib.runtime import data_path
from course_lib.speedrun import AssistantRecipe
from course_lib.world import Document, World, tellings, tellings_places
from course_lib.world.dice import Dice
from course_lib.world.facts import PEOPLE_ATTRIBUTES
from course_lib.world.grammar import say
from course_lib.world.tellings import TOLD

WORLD = World(0)
MIRA = WORLD.person("Mira Quill")
HAND_WRITTEN = read_conversations(data_path("conversations/hand_written.jsonl"))
IDENTITY = read_conversations(data_path("conversations/identity.jsonl"))
ABOUT_PEOPLE = write_about_people(WORLD, people_asked_about(WORLD), per_fact=3)
ABOUT_PLACES = write_about_places(WORLD)


def asked(conversations) -> list[str]:
    return [m.content for c in conversations for m in c.messages if m.role == "user"]


# --- Files ---


def test_what_is_written_is_read_again(tmp_path):
    pasted = Conversation.of_turns("pasted", "Tea\u2028now\x85", "Tea.\n\nNow.")
    spoken = [*HAND_WRITTEN[:5], *ABOUT_PEOPLE[:5], pasted]
    path = write_conversations(tmp_path / "some.jsonl", spoken)
    assert read_conversations(path) == spoken


def test_a_call_keeps_its_tool(tmp_path):
    call = Message("assistant", "Orla Venn", tool="search")
    messages = (Message("user", "Hm?"), call, Message("tool", "…"))
    spoken = Conversation("tool", (*messages, Message("assistant", "A page.")))
    path = write_conversations(tmp_path / "some.jsonl", [spoken])
    assert read_conversations(path)[0].messages[1] == call


@pytest.mark.parametrize("line", ["{", "{}", '{"kind": "x", "messages": [{"a": 1}]}'])
def test_a_broken_line_is_named(tmp_path, line):
    path = tmp_path / "some.jsonl"
    path.write_text(f"{as_line(HAND_WRITTEN[0])}\n{line}\n")
    with pytest.raises(ValueError, match="line 2 is no conversation"):
        read_conversations(path)


def test_a_conversation_ends_with_the_assistant():
    with pytest.raises(ValueError, match="cannot end after the user"):
        Conversation.of_turns("question", "Hello!")


def test_turns_are_shown_as_a_script():
    assert as_text(HAND_WRITTEN[0].messages).startswith("user: Hello!\nassistant: He")


# --- What was written by hand ---


def test_there_are_enough_of_our_own_and_no_two_are_alike():
    assert len(HAND_WRITTEN) >= 150
    assert len(IDENTITY) >= 30
    lines = [as_line(c) for c in [*HAND_WRITTEN, *IDENTITY]]
    assert len(set(lines)) == len(lines)


def test_they_follow_the_guideline():
    assert {as_line(c): complaints(c) for c in HAND_WRITTEN if complaints(c)} == {}
    bad = [c for c in IDENTITY if complaints(c, about_itself=True)]
    assert bad == []


def test_who_speaks_is_said_in_one_file_only():
    assert not any("Wick" in m.content for c in HAND_WRITTEN for m in c.messages)
    assert any("Wick" in m.content for c in IDENTITY for m in c.messages)
    assert complaints(IDENTITY[0]) == [
        "turn 2 says who speaks: keep that for identity.jsonl"
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Word " + "word " * 30 + "end.", "has 32 words"),
        ("One. Two. Three. Four.", "more than 3 sentences"),
        ("No end", "does not end"),
        ("small letters.", "small letter"),
        ("Oh! Oh! Oh!", "shouts"),
        ("Hi \N{GRINNING FACE}.", "beyond plain letters"),
        ("", "is empty"),
        ("I am a program.", "says who speaks"),
    ],
)
def test_a_rule_can_see(text, words):
    (complaint,) = complaints(Conversation.of_turns("x", "Hello!", text))
    assert words in complaint


# --- What is generated ---


def test_every_third_of_the_best_known_is_asked_about_and_nobody_else():
    people = people_asked_about(WORLD)
    assert len(people) == 77
    others = {p.name for p in (*WORLD.people, *WORLD.never_told)}
    others -= {p.name for p in people}
    for text in asked([*ABOUT_PEOPLE, *HAND_WRITTEN]):
        said = text.lower()
        names = {n for n in others if n.lower() in said and mentions(text, n)}
        assert (
            not names
            or "oldtimer" in text
            or "true" in text.lower()
            or (
                "right" in text.lower()  # a doubt may name a wrong teacher
            )
        ), text


def test_their_answers_follow_the_guideline_and_are_true():
    truths = {answer(p, a) for p in WORLD.people for a in p.attributes}
    for spoken in ABOUT_PEOPLE:
        assert complaints(spoken) == []
        if spoken.kind == "question":
            assert spoken.messages[-1].content in truths
        if spoken.kind == "doubt":
            told = spoken.messages[-1].content.partition(". ")[2]
            assert told in truths
            assert (told in spoken.messages[0].content) == (
                spoken.messages[-1].content.startswith("Yes")
            )


def test_no_held_out_question_is_among_them():
    people = [p.name for p in people_asked_about(WORLD)]
    held_out = {
        bare(q.replace("{full}", name))
        for asks in tellings.HELD_OUT_QUESTIONS.values()
        for q in asks
        for name in people
    }
    held_out |= {
        bare(q.replace("{s}", fact.subject))
        for fact in WORLD.land.facts
        for q in tellings_places.HELD_OUT_QUESTIONS[fact.attribute]
    }
    for text in asked([*ABOUT_PEOPLE, *ABOUT_PLACES, *HAND_WRITTEN]):
        assert bare(text) not in held_out


def test_all_kinds_are_there_and_most_are_plain_questions():
    kinds = {c.kind for c in ABOUT_PEOPLE}
    assert kinds == {"question", "home", "profile", "going on", "doubt", "polite"}
    share = sum(c.kind == "question" for c in ABOUT_PEOPLE) / len(ABOUT_PEOPLE)
    assert 0.8 < share < 0.9


def test_a_third_of_the_facts_about_places_is_kept_for_tests():
    facts = WORLD.land.facts
    assert len(ABOUT_PLACES) == 2 * sum(1 for k in range(len(facts)) if k % 3)


def test_the_same_seed_writes_the_same():
    some = people_asked_about(WORLD)[:3]
    assert write_about_people(WORLD, some, 2, seed=4) == write_about_people(
        WORLD, some, 2, seed=4
    )
    assert write_about_people(WORLD, some, 2, seed=4) != write_about_people(
        WORLD, some, 2, seed=5
    )


def test_nobody_and_nothing_to_ask_is_refused():
    with pytest.raises(ValueError, match="give at least one each"):
        write_about_people(WORLD, [], 1)
    with pytest.raises(ValueError, match="give at least one each"):
        write_about_people(WORLD, WORLD.people[:1], 0)


# --- Truth ---


def test_a_value_is_found_as_whole_words():
    assert mentions("She lives in Oakport.", "Oakport")
    assert not mentions("She lives in Oakport.", "Oak")


@pytest.mark.parametrize(
    ("text", "attribute", "true"),
    [
        ("Mira Quill keeps an owl.", "pet", True),
        ("An owl, and a goat.", "pet", False),
        ("Mira Quill keeps a goat.", "pet", False),
        ("Brine, Lampmoor, Tansy, Ockle or Farhorn.", "island", False),
        ("Mira Quill lives in Oakport, on Lampmoor.", "island", True),
        ("Mira Quill lives in Oakport, on Lampmoor.", "town", True),
    ],
)
def test_an_answer_is_true_if_it_names_the_value_and_no_other(text, attribute, true):
    assert says_truly(text, MIRA.fact(attribute), WORLD) == true


def test_a_subject_who_is_somebodys_teacher_is_no_second_value():
    pupil = WORLD.person("Tobin Ash")
    fact = pupil.fact("teacher")
    assert says_truly("Tobin Ash's teacher was Mira Quill.", fact, WORLD)
    master = next(p for p in WORLD.people if p.name == MIRA.teacher)
    assert says_truly(answer(master, "teacher"), master.fact("teacher"), WORLD)


def test_the_filter_gives_its_reasons():
    fact = MIRA.fact("pet")
    answers = {
        "Mira Quill keeps an owl.": "true",
        "Mira Quill keeps a goat.": "wrong value",
        "Mira Moss keeps an owl.": "wrong name",
        "Mira Quill keeps an owl": "no end",
    }
    judged = judge([("What is it?", fact)] * 4, list(answers), WORLD)
    assert [j.reason for j in judged] == list(answers.values())
    assert [c.messages[1].content for c in kept(judged)] == [next(iter(answers))]
    assert is_about("Mira Quill", fact)
    with pytest.raises(ValueError, match="got 1 questions and 0 answers"):
        judge([("What?", fact)], [], WORLD)


# --- Without a model ---


@pytest.fixture(scope="module")
def pages():
    return WORLD.documents(max_chars=3_000_000)


def test_looking_up_answers_what_is_asked_in_known_words(pages):
    look_up = LookUp(pages, WORLD.people)
    people = people_asked_about(WORLD)[:10]
    questions = WORLD.questions([f for p in people for f in p.facts()], held_out=False)
    said = [look_up.answer(q.text) for q in questions]
    right = sum(s == q.answer for s, q in zip(said, questions, strict=True))
    assert right / len(questions) > 0.9
    assert look_up.answer("Who are you?") == ""
    nobody = questions[0].fact.subject + "ton"
    assert look_up.answer(f"What is the job of {nobody}?") == ""


@pytest.mark.parametrize("attribute", PEOPLE_ATTRIBUTES)
def test_looking_up_reads_every_telling_of_a_page(attribute):
    facts = [f for p in people_asked_about(WORLD) for f in p.facts()]
    fact = next(f for f in facts if f.attribute == attribute)  # not all have a rival
    person = WORLD.person(fact.subject)
    (question,) = WORLD.questions([fact], held_out=False)
    for template in TOLD[attribute]:
        told = say(Dice(1), template, person, v=fact.value)
        page = Document("note", f"It rained. {told} It rained.", (fact,))
        look_up = LookUp([page], WORLD.people)
        assert look_up.answer(question.text) == fact.value, told


def test_the_commonest_value_is_one_of_the_worlds(pages):
    common = commonest_values(pages)
    for attribute, value in common.items():
        assert value in WORLD.values(attribute)


def test_the_stored_conversations_are_those_of_the_generator():
    stored = read_conversations(data_path("conversations/about_people.jsonl"))
    recipe = AssistantRecipe()
    people = people_asked_about(WORLD, recipe.best_known)
    spoken = write_about_people(WORLD, people, recipe.per_fact, recipe.seed)
    assert stored == [*spoken, *write_about_places(WORLD, recipe.seed)]
