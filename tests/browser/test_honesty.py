"""The threshold and the list of odd ones in a real JupyterLab: drag, tick, reveal."""

import pytest
from browser_cells import look, opened, run, run_until, wait_until

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
def lab_page(browser, lab):
    with opened(browser, lab, "honesty.ipynb", CELLS) as page:
        run(page, 0)
        run(page, 2)
        yield page


def test_python_and_page_count_the_same_at_every_threshold(lab_page):
    view = lab_page.show(".course.threshold-bars")
    view.get_by_role("slider").focus()
    for key in ("End", "Home", *["ArrowRight"] * 40):
        lab_page.page.keyboard.press(key)
    threshold, counts = run_until(lab_page, 1, lambda t: t[0] == pytest.approx(0.4))
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
    picked, reveal, verdict = run_until(lab_page, 3, lambda told: told[1])
    assert (picked, reveal) == ([0, 1], True)
    assert verdict.startswith("You found 1 of 2.")
    assert "told 3 times" in view.locator("li").nth(3).text_content()
    look(lab_page, view, "pick_out_shown")
