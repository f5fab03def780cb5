"""Labelling without a browser: what a click writes, what a restart finds."""

import json

import pytest

from course_lib.preferences import Pair, read_pairs
from course_lib.widgets import LabelPairs

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
ASKED = "A slogan for <tea>."
CANDIDATES = [(ASKED, f"Tea {k}!", f"<b>Golden</b> tea {k}.") for k in range(4)]


def click(desk: LabelPairs, action: str, **seen: str) -> None:
    """Take the very path of a page's message."""
    content = {"do": action, "request": desk.request}
    content |= {"left": desk.left, "right": desk.right} | seen
    desk._handle_custom_msg(content, [])


@pytest.fixture
def path(tmp_path):
    return tmp_path / "labels.jsonl"


def test_a_click_is_in_the_file_before_the_next_one(path):
    desk = LabelPairs(CANDIDATES, path, "Mira")
    assert not path.exists()
    click(desk, "right")
    assert read_pairs(path) == [Pair(ASKED, CANDIDATES[0][2], CANDIDATES[0][1], "Mira")]
    assert desk.left == CANDIDATES[1][1]
    click(desk, "left")
    assert [pair.chosen for pair in read_pairs(path)] == [
        "<b>Golden</b> tea 0.",
        "Tea 1!",
    ]
    assert desk.progress.startswith("2 labels by Mira, 2 in the file; 4 pairs")
    assert desk.note == "saved: Tea 1!"


def test_a_late_second_click_labels_nothing(path):
    desk = LabelPairs(CANDIDATES, path)
    first = desk.left
    click(desk, "left")
    click(desk, "left", left=first)  # the page had not heard of the next pair yet
    assert len(desk.pairs) == 1


def test_skip_and_undo(path):
    desk = LabelPairs(CANDIDATES, path)
    click(desk, "skip")
    assert not path.exists()
    assert desk.left == "Tea 1!"
    assert not desk.can_undo
    click(desk, "left")
    click(desk, "right")
    click(desk, "undo")
    assert [pair.chosen for pair in read_pairs(path)] == ["Tea 1!"]
    assert desk.left == "Tea 0!"  # what was skipped comes again
    click(desk, "undo")
    click(desk, "undo")
    assert read_pairs(path) == []
    assert desk.note == "nothing to take back"


def test_labels_survive_the_kernel_and_are_gone_on_with(path):
    first = LabelPairs(CANDIDATES, path, "Mira")
    for side in ("left", "right", "left"):
        first.choose(side)
    again = LabelPairs(CANDIDATES, path, "Mira")
    assert (again.left, len(again.pairs)) == ("Tea 3!", 3)
    again.undo()
    assert again.left == "Tea 2!"
    again.choose("left")
    again.choose("left")
    assert again.done
    again.choose("left")  # nothing is left to judge
    assert len(read_pairs(path)) == 4


def test_a_class_takes_turns_and_sees_how_often_it_agrees(path):
    desk = LabelPairs(CANDIDATES, path, "Mira")
    for side in ("left", "left", "right"):
        click(desk, side)
    desk.set_state({"labeller": "Tobin"})
    assert desk.left == "Tea 0!"
    for side in ("left", "right", "right"):
        click(desk, side)
    assert desk.agreed.startswith("Mira and Tobin chose alike: 0.67")
    click(desk, "undo")  # his own, not hers
    assert [pair.labeller for pair in desk.pairs].count("Mira") == 3
    desk.set_state({"labeller": "Mira"})
    assert desk.left == "Tea 3!"


def test_two_kernels_with_one_file_lose_nothing(path):
    one, other = LabelPairs(CANDIDATES, path, "a"), LabelPairs(CANDIDATES, path, "b")
    one.choose("left")
    other.choose("right")
    one.choose("left")
    assert [pair.labeller for pair in read_pairs(path)] == ["a", "b", "a"]


def test_the_button_learns_from_all_labels(path):
    got = []
    desk = LabelPairs(CANDIDATES, path, learn=lambda pairs: got.append(pairs) or "done")
    click(desk, "learn")
    assert (got, desk.learned) == ([], "Label at least one pair first.")
    click(desk, "left")
    click(desk, "learn")
    assert desk.learned == "done"
    assert got == [read_pairs(path)]

    def refuse(_pairs):
        raise ValueError("too few")

    failing = LabelPairs(CANDIDATES, path, learn=refuse)
    click(failing, "learn")
    assert (failing.learned, failing.busy) == ("That did not work: too few", False)


def test_it_tells_how_long_a_choice_takes(path, monkeypatch):
    clock = iter([0.0, 100.0, 100.0, 102.0, 102.0, 104.0, 104.0, 113.0, 113.0])
    monkeypatch.setattr("time.monotonic", lambda: next(clock))
    desk = LabelPairs(CANDIDATES, path)
    assert desk.seconds_a_label is None
    for _ in range(4):
        desk.choose("left")
    assert desk.seconds_a_label == 2.0  # of 2, 2 and 9; the first waited 100


def test_messages_that_mean_nothing_do_nothing(path):
    desk = LabelPairs(CANDIDATES, path)
    for content in ({}, {"do": "delete"}, {"do": "_save"}, [], {"do": None}):
        desk._handle_custom_msg(content, [])
    assert not path.exists()


def test_its_three_forms_never_change_and_text_is_no_html(path):
    desk = LabelPairs(CANDIDATES, path)
    page = desk.static_html()
    desk.choose("left")
    assert desk.static_html() == page
    assert "&lt;b&gt;Golden&lt;/b&gt;" in page
    assert "<b>Golden" not in page
    assert repr(desk) == "LabelPairs(4 pairs to judge)"
    assert set(desk._repr_mimebundle_()[0]) == {"text/plain", "text/html", WIDGET_VIEW}
    json.dumps(desk.get_state(k for k in desk.keys if not k.startswith("_")))


@pytest.mark.parametrize(
    ("action", "words"),
    [
        (lambda path: LabelPairs([], path), "at least one pair"),
        (lambda path: LabelPairs([("a", "b", "b")], path), "two different"),
        (lambda path: LabelPairs(CANDIDATES, path).choose("up"), "got 'up'"),
    ],
)
def test_bad_input_is_named(path, action, words):
    with pytest.raises(ValueError, match=words):
        action(path)


def test_a_file_of_something_else_is_not_overwritten(path):
    path.write_text("dear diary\n")
    with pytest.raises(ValueError, match="line 1 is no pair"):
        LabelPairs(CANDIDATES, path)
    assert path.read_text() == "dear diary\n"
