"""Labels and the scrubber in a real JupyterLab: keys, names, undo, a hidden truth."""

import pytest
from browser_cells import look, opened, run, run_until, wait_until

CELLS = [
    """
from course_lib.widgets import LabelPairs
pairs = [("Write a slogan for <i>plum cake</i>.", f"Plum cake {k}: a <b>nice</b> day!",
          f"Captain Bisk and plum cake: a golden morning, number {k}.")
         for k in range(24)]
desk = LabelPairs(pairs, "labels.jsonl", learn=lambda pairs: f"{len(pairs)} labels")
desk
""",
    "print([[p.labeller, p.chosen[:7]] for p in desk.pairs])",
    """
from course_lib.widgets import ScoreScrubber
scrubber = ScoreScrubber({f"step {5 * k}": [
    (f"So <i>velvet</i>, so velvet: plum cake {k}{'!' * k}", k / 3, 2 - abs(k - 4) / 2),
    (f"Captain Bisk and plum cake: a golden morning {k}!", k / 4, 2.5 - abs(k - 5) / 2),
] for k in range(10)}, names=("reward model", "truth"))
scrubber
""",
    "print([scrubber.position, scrubber.best, scrubber.reveal, scrubber.verdict])",
]


@pytest.fixture(scope="module")
def labelling(browser, lab):
    with opened(browser, lab, "labels.ipynb", CELLS) as page:
        run(page, 0)
        run(page, 2)
        yield page


def test_twenty_keys_are_twenty_labels(labelling):
    view = labelling.show(".course.label-pairs")
    look(labelling, view, "label_pairs")
    assert view.locator(".side b, .request i").count() == 0  # text, never HTML
    view.click(position={"x": 5, "y": 5})
    for k in range(20):
        labelling.page.keyboard.press(("ArrowLeft", "1", "ArrowRight", "2")[k % 4])
        wait_until(
            labelling,
            view,
            f"view.querySelector('.progress').textContent.startsWith('{k + 1} label')",
        )
    sides = [side for _, side in run_until(labelling, 1, lambda t: len(t) == 20)]
    assert sides == ["Plum ca", "Plum ca", "Captain", "Captain"] * 5


def test_undo_skip_a_name_and_the_button(labelling):
    view = labelling.show(".course.label-pairs")
    view.click(position={"x": 5, "y": 5})
    labelling.page.keyboard.press("u")
    wait_until(labelling, view, "/taken back/.test(view.textContent)")
    labelling.page.keyboard.press("s")
    wait_until(labelling, view, "/skipped/.test(view.textContent)")
    box = view.get_by_role("textbox", name="Labeller")
    box.fill("Mira 2")  # a digit in a name chooses nothing
    box.press("Enter")
    wait_until(labelling, view, "/0 labels by Mira 2/.test(view.textContent)")
    view.get_by_role("button", name="Key 2").click()
    wait_until(labelling, view, "/chose alike/.test(view.textContent)")
    view.get_by_role("button", name="Learn from the labels").click()
    wait_until(labelling, view, "/20 labels/.test(view.textContent)")
    newest = ["Mira 2", "Captain"]
    assert run_until(labelling, 1, lambda t: t[-1] == newest)[-1] == newest
    look(labelling, view, "label_pairs_turns")


def test_the_truth_is_shown_after_a_choice(labelling):
    view = labelling.show(".course.score-scrubber")
    slider = view.get_by_role("slider")
    show = view.get_by_role("button", name="Show the truth")
    slider.focus()
    for _ in range(7):
        labelling.page.keyboard.press("ArrowRight")
    wait_until(labelling, view, "/morning 7!/.test(view.textContent)")
    assert show.is_disabled()
    assert view.locator("polyline").count() == 1
    assert view.locator(".texts i").count() == 0
    view.get_by_role("button", name="Best here").click()
    wait_until(labelling, view, "/your choice: step 35/.test(view.textContent)")
    look(labelling, view, "score_scrubber")
    show.click()
    wait_until(labelling, view, "/highest at step 20/.test(view.textContent)")
    assert view.locator("polyline").count() == 2
    position, best, reveal, verdict = run_until(labelling, 3, lambda told: told[2])
    assert (position, best, reveal) == (7, 7, True)
    assert verdict.startswith("You stopped at step 35")
    look(labelling, view, "score_scrubber_shown")
