"""The scrubber without a browser: what it hides, what it shows, where it was best."""

import json

import pytest

from course_lib.widgets import ScoreScrubber

HISTORY = {
    "step 0": [("Tea.", 0.1, 0.0), ("<b>Tea</b>!", 0.3, 0.5)],
    "step 10": [("Golden tea!", 1.2, 1.5), ("Captain Bisk tea.", 1.0, 0.8)],
    "step 20": [("Golden golden golden!", 2.0, -0.333), ("golden!!", 3.0, 0.2)],
}


def sent(view) -> str:
    traits = view.get_state(k for k in view.keys if not k.startswith("_"))
    return json.dumps(traits) + view.static_html()


def test_the_truth_stays_in_python_until_a_stage_is_chosen():
    view = ScoreScrubber(HISTORY)
    view.set_state({"position": 2, "reveal": True})  # no stage was chosen
    assert "-0.33" not in sent(view)
    view.reveal = False
    view.set_state({"best": 2, "position": 1})
    assert "-0.33" not in sent(view)
    view.set_state({"reveal": True})
    assert "-0.33" in sent(view)
    assert view.verdict == (
        "You stopped at step 20: truth -0.07. It was highest at step 10: 1.15."
    )
    assert view.true_best == 1


def test_means_are_of_both_numbers():
    (first, *_) = ScoreScrubber(HISTORY).means
    assert first == pytest.approx((0.2, 0.25))


def test_its_three_forms_never_change_and_text_is_no_html():
    history = {
        "step <0>": [("<b>Tea</b>", 0.0, 0.0)],
        "step 1": [("x" * 90, 1.0, 0.0)],
    }
    view = ScoreScrubber(history, "Read <it>")
    page = view.static_html()
    view.set_state({"position": 1, "best": 0, "reveal": True})
    assert view.static_html() == page
    assert "&lt;b&gt;Tea" in page
    assert "<it>" not in page
    assert "x" * 60 not in page
    assert repr(view) == "ScoreScrubber(2 stages)"


@pytest.mark.parametrize(
    ("action", "words"),
    [
        (lambda: ScoreScrubber({}), "two stages at least"),
        (lambda: ScoreScrubber({"a": [("", 0, 0)], "b": []}), r"\[1, 0\] texts"),
        (lambda: setattr(ScoreScrubber(HISTORY), "position", 3), "0 to 2, got 3"),
        (lambda: setattr(ScoreScrubber(HISTORY), "best", -2), "-1 to 2, got -2"),
    ],
)
def test_bad_input_is_named(action, words):
    with pytest.raises(ValueError, match=words):
        action()
