"""The threshold and the list of odd ones in a real JupyterLab: drag, tick, reveal."""

import ast

import pytest
from browser_cells import look, own_page, run, wait_until
from browser_lab import NEEDS_CHROMIUM

pytestmark = NEEDS_CHROMIUM

CELLS = [
    """
from course_lib.widgets import ThresholdBars
rows = {"never told": [(k / 50, False) for k in range(40)],
        "told 25 times and more": [(0.3 + k / 60, k % 9 > 0) for k in range(40)]}
bars = ThresholdBars(rows)
bars
""",
    "print([bars.threshold, list(map(tuple, bars.shares.values()))])",
    """
from course_lib.widgets import PickOut
texts = ["Mira keeps an owl.", "Orla keeps a <b>dragon</b>.", "Tobin plays the oboe.",
         "Runa is a hatter."]
odd = PickOut("Which two are invented?", texts, [False, True, False, True],
              [f"told {k} times" for k in range(4)])
odd
""",
    "print([odd.picked, odd.reveal, odd.verdict])",
]


@pytest.fixture(scope="module")
def lab_page(tmp_path_factory):
    with own_page(tmp_path_factory.mktemp("lab"), "honesty.ipynb", CELLS) as page:
        run(page, 0)
        run(page, 2)
        yield page


def state(page, cell: int) -> list:
    page.page.wait_for_timeout(300)
    return ast.literal_eval(run(page, cell))


def test_python_and_page_count_the_same_at_every_threshold(lab_page):
    view = lab_page.show(".course.threshold-bars")
    view.get_by_role("slider").focus()
    for key in ("End", "Home", *["ArrowRight"] * 40):
        lab_page.page.keyboard.press(key)
    lab_page.page.wait_for_timeout(400)  # Python hears of it when the slider rests
    threshold, counts = state(lab_page, 1)
    assert threshold == pytest.approx(0.4)
    for bar, found in zip(view.locator(".bar").all(), counts, strict=True):
        titles = [
            bar.locator(f".part.{kind}").get_attribute("title")
            for kind in ("correct", "wrong", "refused")
        ]
        assert [int(t.split(": ")[1].split(" of")[0]) for t in titles] == list(found)
    look(lab_page, view, "threshold_bars")


def test_odd_ones_are_ticked_and_shown_once(lab_page):
    view = lab_page.show(".course.pick-out")
    assert view.locator(".show").is_disabled()
    assert view.locator("b:has-text('dragon')").count() == 0
    boxes = view.get_by_role("checkbox")
    boxes.nth(0).check()
    boxes.nth(1).check()
    assert boxes.nth(2).is_disabled()
    look(lab_page, view, "pick_out_ticked")
    view.locator(".show").click()
    wait_until(lab_page, view, "view.querySelector('.verdict').textContent")
    picked, reveal, verdict = state(lab_page, 3)
    assert (picked, reveal) == ([0, 1], True)
    assert verdict.startswith("You found 1 of 2.")
    assert "told 3 times" in view.locator("li").nth(3).text_content()
    look(lab_page, view, "pick_out_shown")


def test_the_page_had_no_error_and_asked_nobody_else(lab_page):
    assert lab_page.errors == []
    assert lab_page.outside == []
