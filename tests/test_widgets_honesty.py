"""Threshold and odd ones out without a browser: what Python keeps, what is shown."""

import json

import pytest

from course_lib.widgets import PickOut, ThresholdBars

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
GROUPS = {
    "never <told>": [(0.1, False), (0.4, False), (0.7, False)],
    "often": [(0.35, True), (0.9, True), (0.95, False), (1.0, True)],
}


def sent(widget) -> str:
    """All that a page could read of a widget."""
    traits = widget.get_state(k for k in widget.keys if not k.startswith("_"))
    return json.dumps(traits) + widget.static_html()


# --- The threshold ---


@pytest.mark.parametrize(
    ("threshold", "never", "often"),
    [
        (0.0, (0, 3, 0), (3, 1, 0)),
        (0.4, (0, 2, 1), (2, 1, 1)),
        (0.71, (0, 0, 3), (2, 1, 1)),
        (1.0, (0, 0, 3), (1, 0, 3)),
    ],
)
def test_answers_at_or_above_the_threshold_are_given(threshold, never, often):
    view = ThresholdBars(GROUPS)
    view.set_state({"threshold": threshold})  # the very path of a page's message
    assert list(view.shares.values()) == [never, often]


def test_its_static_form_is_the_present_threshold_and_no_html():
    view = ThresholdBars(GROUPS, "Drag <it>", threshold=0.5)
    page = view.static_html()
    assert "threshold 0.50" in page
    assert "never &lt;told&gt;" in page
    assert "Drag &lt;it&gt;" in page
    assert "<td>0%</td><td>33%</td><td>67%</td>" in page
    assert repr(view) == "ThresholdBars(threshold 0.50; never <told>, often)"
    again = ThresholdBars(GROUPS, "Drag <it>", threshold=0.5)
    assert again.static_html() == page
    assert set(view._repr_mimebundle_()[0]) == {"text/plain", "text/html", WIDGET_VIEW}


@pytest.mark.parametrize(
    ("action", "words"),
    [
        (lambda: ThresholdBars({}), "leave empty groups out"),
        (lambda: ThresholdBars({"a": []}), "leave empty groups out"),
        (lambda: ThresholdBars({"a": [(-1.2, True)]}), "math.exp"),
        (lambda: ThresholdBars(GROUPS, threshold=2.0), "from 0 to 1, got 2"),
    ],
)
def test_bad_input_of_the_threshold_is_named(action, words):
    with pytest.raises(ValueError, match=words):
        action()


# --- The odd ones ---

TEXTS = ["a hat", "a <dragon>", "a ferry", "a unicorn"]
NOTES = ["told 12 times", "never told", "told 3 times", "never told"]


def odd_ones() -> PickOut:
    return PickOut("Which are <made> up?", TEXTS, [False, True, False, True], NOTES)


def test_nothing_of_the_truth_is_in_the_page_before_it_is_asked_for():
    view = odd_ones()
    view.set_state({"picked": [0, 1]})
    assert "never told" not in sent(view)
    assert (view.odd, view.notes, view.verdict, view.found) == ([], [], "", None)
    view.set_state({"reveal": True})
    assert view.odd == [1, 3]
    assert view.notes == NOTES
    assert view.found == 1
    assert "You found 1 of 2. Ticking blindly finds 1.0" in view.verdict


def test_its_three_forms_never_change_and_text_is_no_html():
    view = odd_ones()
    page = view.static_html()
    view.set_state({"picked": [1, 3], "reveal": True})
    assert view.static_html() == page
    assert "&lt;dragon&gt;" in page
    assert "<made>" not in page
    assert repr(view) == "PickOut: Which are <made> up? (2 of 4)"


@pytest.mark.parametrize(
    ("action", "words"),
    [
        (lambda: PickOut("?", TEXTS, [True]), "4 texts, 1 marks"),
        (lambda: PickOut("?", TEXTS, [True] * 4), "4 of 4"),
        (lambda: PickOut("?", TEXTS, [False] * 4), "0 of 4"),
        (lambda: PickOut("?", TEXTS[:2], [True, False], NOTES), "4 notes"),
    ],
)
def test_bad_input_of_the_odd_ones_is_named(action, words):
    with pytest.raises(ValueError, match=words):
        action()


def test_what_becomes_of_the_others_has_its_own_word():
    bars = ThresholdBars(
        {"often": [(0.9, True)]}, threshold=0.95, instead="<looked> up"
    )
    assert bars.title.endswith("all others <looked> up")
    assert "<th>&lt;looked&gt; up" in bars.static_html()
    assert "refused" not in bars.static_html()
