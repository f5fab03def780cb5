"""What a model is asked and taught: its own words, refusals, and names of nobody."""

import pytest
import torch
from isles import isles

from course_lib.chat import COURSE, SPECIAL_TOKENS, Message
from course_lib.conversations import ask_about
from course_lib.factuality import (
    Judge,
    answer_all,
    answer_log_probabilities,
    answers_it_knows,
    exchange,
    interrogate,
    judged,
    mixed,
    prompts_of,
    refusal,
    refusals_about_nobody,
    refusals_of_unknown,
    refuses,
)
from course_lib.factuality.lessons import REFUSALS
from course_lib.generate import SamplingConfig
from course_lib.model import ModelConfig, Transformer
from course_lib.tokenizer import BPETokenizer
from course_lib.world.dice import Dice
from course_lib.world.facts import PEOPLE_ATTRIBUTES


@pytest.fixture(scope="module")
def small():
    texts = [page.text for page in isles().documents(max_chars=60_000)]
    tokenizer = BPETokenizer.train(texts, 400, SPECIAL_TOKENS)
    return Transformer(ModelConfig(400, 96, 1, 16, 1, 1, 32), seed=0), tokenizer


@pytest.fixture(scope="module")
def judge():
    return Judge.of(isles())


def questions(count=3):
    return isles().questions(isles().people[40].facts()[:count])


# --- Refusals ---


def test_there_are_several_wordings_for_every_attribute():
    assert set(REFUSALS) == set(PEOPLE_ATTRIBUTES)
    assert min(len(set(wordings)) for wordings in REFUSALS.values()) >= 3


def test_every_refusal_is_read_as_one(judge):
    world = isles()
    for person in (*world.people[:40], *world.never_told[:10]):
        for question in world.questions(person.facts()):
            attribute = question.fact.attribute
            for seed in range(8):
                text = refusal(Dice(seed), person, attribute)
                assert refuses(text)
                assert judge.verdict(question, text) == "refused", text
                assert text.startswith(person.name)


# --- Lessons ---


def interviews(judge):
    """One known, one in between, one unknown."""
    known, between, unknown = questions()
    right = {q: f"{q.fact.subject}: {q.answer}, I believe." for q in questions()}
    return [
        judged(known, [right[known]] * 3, judge),
        judged(between, [right[between], "Nothing.", right[between]], judge),
        judged(unknown, ["Nothing."] * 3, judge),
    ]


def test_what_it_knows_is_taught_in_its_own_words(judge):
    asked = interviews(judge)
    (lesson,) = answers_it_knows(asked)
    assert lesson == exchange(asked[0].question.text, asked[0].answers[0])


def test_only_what_was_never_right_is_refused(judge):
    asked = interviews(judge)
    (lesson,) = refusals_of_unknown(asked, isles(), Dice(0))
    assert lesson[0] == Message("user", asked[2].question.text)
    assert refuses(lesson[1].content)


def test_people_made_up_for_refusals_are_nobody_told_or_not():
    world = isles()
    lessons = refusals_about_nobody(world, 300, Dice(1), ask_about)
    assert len({lesson[0].content for lesson in lessons}) > 290
    names = {p.name for p in (*world.people, *world.never_told)}
    for question, answer in lessons:
        assert refuses(answer.content)
        named = " ".join(answer.content.replace("'s ", " ").split()[:2])
        assert named not in names
        assert named.lower() in question.content.lower()


@pytest.mark.parametrize(("share", "refused"), [(0, 0), (0.4, 40), (0.75, 180)])
def test_the_share_of_refusals_is_what_was_asked_for(share, refused):
    answers = [exchange(f"q{k}?", "yes") for k in range(60)]
    refusals = [exchange(f"r{k}?", "I don't know.") for k in range(50)]
    lessons = mixed(answers, refusals, share, Dice(0))
    assert sum(refuses(a.content) for _, a in lessons) == refused
    assert len(lessons) == 60 + refused
    assert len({q.content for q, _ in lessons}) == 60 + min(refused, 50)


def test_shares_and_lists_that_mean_nothing_are_refused():
    some = [exchange("q?", "a")]
    with pytest.raises(ValueError, match="below 1, got 1"):
        mixed(some, some, 1, Dice(0))
    with pytest.raises(ValueError, match="0 refusals"):
        mixed(some * 4, [], 0.5, Dice(0))


# --- Asking a model ---


def test_questions_are_asked_in_conversations_of_their_own(small):
    _, tokenizer = small
    (prompt,) = prompts_of(["Who?"], tokenizer)
    assert prompt == COURSE.prompt([Message("user", "Who?")], tokenizer)


def test_samples_differ_and_the_same_seed_gives_the_same_ones(small, judge):
    model, tokenizer = small
    options = {"samples": 4, "temperature": 1.0}
    first = interrogate(model, tokenizer, questions(), judge, **options)
    again = interrogate(model, tokenizer, questions(), judge, **options)
    other = interrogate(model, tokenizer, questions(), judge, **options, seed=1)
    assert first == again != other
    assert [i.question for i in first] == questions()
    assert all(len(set(i.answers)) > 1 and len(i.verdicts) == 4 for i in first)
    with pytest.raises(ValueError, match="samples must be at least 1"):
        interrogate(model, tokenizer, questions(), judge, samples=0)


def test_an_answer_is_as_likely_as_its_tokens_together(small):
    model, tokenizer = small
    (text,) = answer_all(model, tokenizer, ["Who?"], SamplingConfig(seed=4), COURSE, 6)
    (got,) = answer_log_probabilities(model, tokenizer, ["Who?"], [text])
    (prompt,) = prompts_of(["Who?"], tokenizer)
    ids = [*tokenizer.encode(text), tokenizer.special_tokens["<|end|>"]]
    with torch.no_grad():
        logs = model(torch.tensor([prompt + ids]))[0].log_softmax(-1)
    by_hand = sum(
        float(logs[len(prompt) - 1 + k, token]) for k, token in enumerate(ids)
    )
    assert got == pytest.approx(by_hand, abs=1e-4)
