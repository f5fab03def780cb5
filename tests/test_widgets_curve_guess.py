"""The drawn curve without a browser: what waits in Python, and what is said of it."""

import json

import pytest

from course_lib.intervals import Interval, wilson
from course_lib.widgets import CurveGuess

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
LABELS = ["never", "1", "2–5"]
TRUTH = [wilson(8, 1000), wilson(71, 1000), wilson(613, 1000)]


def curve(truth=TRUTH) -> CurveGuess:
    return CurveGuess("Recall <b>by</b> readings", LABELS, truth)


def test_it_has_three_forms_that_never_change():
    view, other = curve(), curve(lambda: TRUTH)
    before = view._repr_mimebundle_()[0]
    assert set(before) == {"text/plain", "text/html", WIDGET_VIEW}
    view.set_state({"guess": [0.1, 0.2, 0.3], "reveal": True})
    for form in ("text/plain", "text/html"):
        assert view._repr_mimebundle_()[0][form] == before[form]
        assert other._repr_mimebundle_()[0][form] == before[form]
    assert repr(view) == "CurveGuess: Recall <b>by</b> readings [never] [1] [2–5]"


def test_text_cannot_become_html():
    page = CurveGuess("<b>t", ["<i>l", "m"], TRUTH[:2], "<u>x", "<s>y").static_html()
    for text in ("<b>t", "<i>l", "<u>x", "<s>y"):
        assert text not in page
        assert text.replace("<", "&lt;").replace(">", "&gt;") in page


def test_nothing_of_the_truth_is_in_the_page_before_it_is_asked_for():
    calls = []

    def measure():
        calls.append(1)
        return TRUTH

    view = curve(measure)
    listed = curve()
    for waiting in (view, listed):
        waiting.set_state({"guess": [0.25, 0.75, 1.0]})
        traits = waiting.get_state(k for k in waiting.keys if not k.startswith("_"))
        sent = json.dumps(traits) + waiting.static_html()
        assert "0.613" not in sent
        assert "0.071" not in sent
        assert (waiting.truth_points, waiting.verdict) == ([], "")
    assert calls == []
    view.set_state({"reveal": True})
    view.set_state({"reveal": False})
    view.set_state({"reveal": True})
    assert calls == [1], "measured once"
    assert view.truth_points == [[i.value, i.low, i.high] for i in TRUTH]


def test_every_point_starts_at_a_half_and_undrawn():
    view = curve()
    assert (view.guess, view.drawn) == ([0.5] * 3, [False] * 3)
    view.guess = [0.5, 0.6, 0.5]
    assert view.drawn == [False, True, False]
    view.set_state({"guess": [0.5, 0.6, 0.5], "drawn": [True, True, False]})
    assert view.drawn == [True, True, False], "a point drawn exactly at a half counts"


def test_the_verdict_is_the_mean_distance_and_the_worst_bin():
    view = curve([Interval(0.0, 0, 0.1), Interval(0.07, 0, 0.2), Interval(0.9, 0.8, 1)])
    view.set_state({"guess": [0.0, 0.6, 0.83], "reveal": True})
    assert view.verdict == (
        "On average you were 20 percentage points off; furthest off at '1' (you 60 %, "
        "measured 7 %)."
    )


def test_a_mean_of_one_is_one_point():
    view = curve([Interval(0.5, 0.4, 0.6)] * 3)
    view.set_state({"guess": [0.5, 0.51, 0.52], "reveal": True})
    assert view.verdict.startswith("On average you were 1 percentage point off;")


def test_the_guess_stays_once_the_truth_is_shown():
    view = curve()
    view.guess = [0.1, 0.2, 0.3]
    view.reveal = True
    with pytest.raises(ValueError, match="the guess stays"):
        view.guess = [0.0, 0.1, 0.6]
    with pytest.raises(ValueError, match="the guess stays"):
        view.set_state({"guess": [0.0, 0.1, 0.6]})  # the very path of a page's message
    assert view.guess == [0.1, 0.2, 0.3]


@pytest.mark.parametrize(
    "guess", [[0.1, 0.2, 1.01], [-0.1, 0, 0], [0.1], [0, 0, 1e999]]
)
def test_a_guess_that_is_none_is_refused(guess):
    view = curve()
    with pytest.raises(ValueError, match="3 shares from 0 to 1, one a label, got"):
        view.guess = guess
    assert view.guess == [0.5] * 3


def test_a_measurement_that_fails_is_said_and_can_be_asked_for_again():
    answers = [TRUTH[:2], TRUTH]
    view = curve(lambda: answers.pop(0))
    with pytest.raises(ValueError, match="one Interval a label, 3, got 2"):
        view.reveal = True
    assert not view.reveal
    assert view.verdict.startswith("The measurement failed: truth must hold")
    view.reveal = True
    assert len(view.truth_points) == 3


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (lambda: CurveGuess("?", ["one"], TRUTH[:1]), r"two or more.*\['one'\]"),
        (lambda: curve(TRUTH[:2]), "one Interval a label, 3, got 2"),
        (lambda: curve([Interval(7, 5, 9)] * 3), "at 'never': divide percent by 100"),
    ],
)
def test_bad_input_is_named_with_its_remedy(action, message):
    with pytest.raises(ValueError, match=message):
        action()
