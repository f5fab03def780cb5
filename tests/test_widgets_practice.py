"""One problem through all stages of practice: what Python keeps, what is shown."""

import pytest

from course_lib.widgets import PracticeScrubber

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
HISTORY = {
    "2 + <2>": {
        "before": [("5", False), ("<b>4</b>", True)],
        "step 10": [("2 + 2 = 4. " * 9, True), ("4", True)],
    },
    "3 * 3": {"before": [("6", False)], "step 10": [("6", False)]},
}


def test_the_page_chooses_problem_and_stage():
    view = PracticeScrubber(HISTORY)
    assert view.right == [1, 2]
    view.set_state({"pinned": 1, "position": 1})  # the very path of a page's message
    assert (view.pinned, view.position, view.right) == (1, 1, [0, 0])


def test_its_three_forms_never_change_and_text_is_no_html():
    view, again = PracticeScrubber(HISTORY), PracticeScrubber(HISTORY)
    page = view.static_html()
    assert again.static_html() == page
    view.set_state({"position": 1})
    assert view.static_html() == page, "all stages are shown anyway"
    assert "2 + &lt;2&gt;" in page
    assert "<td>1 of 2</td>" in page
    assert "…</code>" in page
    assert repr(view) == "PracticeScrubber(2 problems, 2 stages)"
    assert set(view._repr_mimebundle_()[0]) == {"text/plain", "text/html", WIDGET_VIEW}


@pytest.mark.parametrize(
    ("action", "words"),
    [
        (lambda: PracticeScrubber({}), "at least one problem"),
        (lambda: PracticeScrubber({"a": {}}), "at least one stage"),
        (
            lambda: PracticeScrubber(HISTORY | {"b": {"after": [("", True)]}}),
            "the same stages",
        ),
        (lambda: PracticeScrubber({"a": {"before": []}}), "needs an answer"),
        (lambda: PracticeScrubber(HISTORY).set_trait("position", 2), "0 to 1, got 2"),
        (lambda: PracticeScrubber(HISTORY).set_trait("pinned", -1), "0 to 1, got -1"),
    ],
)
def test_bad_input_is_named(action, words):
    with pytest.raises(ValueError, match=words):
        action()
