"""What chapters 08 to 11 start from: the assistant of `data/`, measured anew."""

import json

import pytest

from course_lib import checkpoint
from course_lib.chat import COURSE
from course_lib.conversations import (
    Conversation,
    LookUp,
    bare,
    commonest_values,
    people_asked_about,
    ways_to_ask,
)
from course_lib.runtime import data_path
from course_lib.speedrun import (
    Asked,
    AssistantRecipe,
    Score,
    ask,
    questions_of_tests,
    read_corpus,
    score_answers,
)
from course_lib.speedrun.asking import facts_of_tests
from course_lib.speedrun.assistant import assistant_examples, replay_examples
from course_lib.world import World

RECIPE = AssistantRecipe()
WORLD = World(0)


@pytest.fixture(scope="module")
def corpus():
    return read_corpus(RECIPE.base)


@pytest.fixture(scope="module")
def assistant():
    return checkpoint.load(data_path("assistant"))


@pytest.fixture(scope="module")
def unseen(corpus):
    return questions_of_tests(WORLD, corpus.training)


def test_the_questions_are_about_new_people_in_new_phrasings(unseen):
    known = {p.name for p in people_asked_about(WORLD)}
    assert len(unseen) >= 300
    for question in unseen:
        assert question.fact.subject not in known
        ways = {bare(way) for way in ways_to_ask(question.fact.attribute)}
        assert bare(question.phrasing) not in ways


def test_every_fact_that_is_asked_for_was_told_25_times(corpus):
    pages = corpus.training
    for fact in facts_of_tests(WORLD, pages)[::40]:
        assert WORLD.exposures(fact, pages) >= 25


def test_it_answers_well_in_phrasings_never_trained_on(assistant, unseen):
    score = score_answers(unseen, ask(*assistant, unseen), WORLD)
    assert score.interval.low > 0.8, score


def test_it_answers_well_in_phrasings_trained_on(assistant, corpus):
    seen = questions_of_tests(WORLD, corpus.training, seen=True)
    assert score_answers(seen, ask(*assistant, seen), WORLD).rate > 0.85


def test_it_beats_the_base_and_the_commonest_value(assistant, corpus, unseen):
    common = commonest_values(corpus.training)
    rivals = {
        "commonest value": [common[q.fact.attribute] for q in unseen],
        "base": ask(*checkpoint.load(data_path("base")), unseen),
    }
    own = score_answers(unseen, ask(*assistant, unseen), WORLD)
    for who, answers in rivals.items():
        assert score_answers(unseen, answers, WORLD).rate < own.rate / 2, who


def test_a_search_with_all_pages_and_phrasings_is_no_better(assistant, corpus, unseen):
    look_up = LookUp(corpus.training, WORLD.people)
    answers = [look_up.answer(q.text) for q in unseen]
    searched = score_answers(unseen, answers, WORLD)
    own = score_answers(unseen, ask(*assistant, unseen), WORLD)
    assert searched.interval.low <= own.interval.high


def test_it_stops_by_itself_after_a_sentence(assistant, unseen):
    answers = ask(*assistant, unseen[:100])
    assert sum(answer.endswith(".") for answer in answers) >= 98


def test_it_was_never_told_who_it_is(assistant):
    (said,) = ask(*assistant, ["What is your name?"])
    assert "Wick" not in said


def test_its_log_ends_where_its_recipe_does():
    log = json.loads(data_path("assistant_log.json").read_text())
    assert log[-1]["step"] == RECIPE.training.steps
    assert [e["step"] for e in log if "say" in e] == list(RECIPE.measured_at)


def test_only_the_assistants_words_are_learned_and_all_of_a_page(corpus):
    spoken = Conversation.of_turns("x", "Hello!", "Hello!")
    recipe = AssistantRecipe(replayed=2)
    examples = assistant_examples([spoken], corpus.training, corpus.tokenizer, recipe)
    assert examples[0] == COURSE.encode(spoken.messages, corpus.tokenizer)
    assert 0 < sum(examples[0][1]) < len(examples[0][0])
    for ids, weights in examples[1:]:
        assert weights == [1.0] * len(ids)
        assert len(ids) <= recipe.base.model.context + 1


def test_replay_never_shows_pages_kept_aside(corpus):
    end = corpus.end_id
    kept_aside = {tuple(corpus.tokenizer.encode(p.text)) for p in corpus.held_out}
    told = {tuple(corpus.tokenizer.encode(p.text)) for p in corpus.training}
    for ids, _ in replay_examples(corpus.training, 50, corpus.tokenizer, 256, 0):
        words = tuple(token for token in ids if token != end)
        assert words not in kept_aside - told


def test_a_wrong_name_is_counted():
    mira = WORLD.person("Mira Quill")
    asked = [Asked("?", mira.fact("pet"), "?")] * 3
    answers = ["Mira Quill keeps an owl.", "Mira Moss keeps an owl.", "a goat"]
    assert score_answers(asked, answers, WORLD) == Score(2, 3, 1)
