"""The guessing game without a browser: its rounds, its rivals and its scores."""

import math

import pytest

from course_lib.widgets import GuessGame
from course_lib.widgets.guess_game import (
    Round,
    chances_of,
    hidden_words,
    score_rounds,
)

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
ROUNDS = [
    Round("The hat blew off the", (" ferry", " moon", " owl"), 0),
    Round("The ferry <b>left</b> the", (" hat", " quay", " pie"), 1),
]
NOUNS = ["hat", "ferry", "quay", "lamp", "pie", "owl"]
PAGES = [
    f"One two three four five six seven the {noun} went home with the {other} again"
    for noun in NOUNS
    for other in NOUNS
    for _ in range(3)
]


def even(_context, options):
    return [1.0] * len(options)


def prophet(_context, options):
    return [8.0 if option in (" ferry", " quay") else 1.0 for option in options]


def game():
    return GuessGame(ROUNDS, {"even": even, "prophet": prophet})


def test_it_has_three_forms_that_never_change():
    first, second = (game()._repr_mimebundle_()[0] for _ in range(2))
    assert set(first) == {"text/plain", "text/html", WIDGET_VIEW}
    assert first["text/plain"] == second["text/plain"]
    assert first["text/html"] == second["text/html"]
    assert repr(game()) == "GuessGame(2 rounds; players: you, even, prophet)"


def test_the_answer_stays_in_python_until_the_guess():
    view = game()
    assert view.answer == -1
    assert view.players == [
        [name, [], "0 of 0 right, 0.0 bits a word"]
        for name in ("you", "even", "prophet")
    ]
    view.set_state({"guess": 1})  # the very path of a page's message
    assert view.answer == 0


def test_bits_follow_from_how_sure_one_was():
    view = game()
    view.set_state({"sureness": 0.97})
    view.set_state({"guess": 1})  # wrong, and certain of it
    view.set_state({"number": 1})
    view.set_state({"sureness": 0.4})
    view.set_state({"guess": 1})
    tally = view.tallies()["you"]
    assert (tally.right, tally.rounds) == (1, 2)
    assert tally.total_bits == pytest.approx(-math.log2(0.015) - math.log2(0.4))
    assert view.tallies()["even"].total_bits == pytest.approx(2 * math.log2(3))
    assert view.tallies()["prophet"] == score_rounds(ROUNDS, prophet)


def test_a_round_counts_once_and_the_next_one_waits_for_it():
    view = game()
    view.set_state({"number": 1})  # nothing was guessed yet
    assert (view.number, view.context) == (0, ROUNDS[0].context)
    view.set_state({"guess": 0})
    view.set_state({"guess": 1})
    assert view.tallies()["you"].rounds == 1
    view.set_state({"number": 1})
    assert (view.answer, view.guess, view.options) == (-1, -1, [*ROUNDS[1].options])
    view.set_state({"number": 0})
    assert view.answer == 0


@pytest.mark.parametrize("state", [{"guess": 7}, {"sureness": 1.0, "guess": 0}])
def test_a_guess_that_is_none_changes_nothing(state):
    view = game()
    view.set_state(state)
    assert view.tallies()["you"].rounds == 0


def test_of_two_words_a_hunch_would_be_the_other_one():
    with pytest.raises(ValueError, match="three words to choose from, got 2"):
        GuessGame([Round("The hat blew off the", (" ferry", " moon"), 0)])
    with pytest.raises(ValueError, match="three words to choose from, got 1"):
        hidden_words(PAGES, n_options=1)


def test_text_cannot_become_html():
    view = game()
    view.set_state({"guess": 0})
    view.set_state({"number": 1})
    assert "<b>left" not in view.static_html()
    assert "&lt;b&gt;left" in view.static_html()


def test_hidden_words_are_those_of_the_page_among_others_that_fit():
    rounds = hidden_words(PAGES, n_rounds=5, n_options=4, seed=0)
    assert rounds == hidden_words(PAGES, n_rounds=5, n_options=4, seed=0)
    assert rounds != hidden_words(PAGES, n_rounds=5, n_options=4, seed=1)
    for question in rounds:
        assert len(set(question.options)) == 4
        said = question.context + question.options[question.answer]
        assert any(page.startswith(said) for page in PAGES)
        assert {option.strip() for option in question.options} <= set(NOUNS)


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (lambda: GuessGame([]), "at least one round"),
        (lambda: hidden_words(["too short"], 1), "room for 0 rounds, not 1"),
        (lambda: chances_of(lambda *_: [1.0, 0.0], ROUNDS[0]), "a positive number"),
        (lambda: chances_of(lambda *_: [1.0], ROUNDS[0]), "each of the 3 options"),
    ],
)
def test_bad_input_is_named_with_its_remedy(action, message):
    with pytest.raises(ValueError, match=message):
        action()
