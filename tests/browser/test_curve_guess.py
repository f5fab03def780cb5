"""The drawn curve in a real JupyterLab: one sweep, the keys, and the reveal."""

import ast

import pytest
from browser_cells import look, opened, run, run_until, wait_until

CELLS = [
    """
from course_lib.intervals import wilson
from course_lib.widgets import CurveGuess
labels = ["never", "1", "2–5", "6–11", "12–24", "25–49", "50–99", "100+"]
known = [2, 9, 40, 88, 130, 171, 186, 197]
curve = CurveGuess("How well is a fact known that was read so often?", labels,
                   lambda: [wilson(k, 200) for k in known])
curve
""",
    "print([curve.guess, curve.drawn, curve.reveal, curve.verdict])",
]
# Where the plot lies within its drawing of 800 to 380 (BOX in curve_guess.js).
LEFT, RIGHT, TOP, BOTTOM, WIDTH = 82, 790, 24, 310, 800


@pytest.fixture(scope="module")
def guessing(browser, lab):
    with opened(browser, lab, "guessing.ipynb", CELLS) as page:
        run(page, 0)
        yield page


def test_nothing_can_be_shown_before_something_is_drawn(guessing):
    view = guessing.show(".course.curve-guess")
    look(guessing, view, "curve_guess_untouched")
    assert view.locator(".show").is_disabled()
    assert view.locator(".truth .mark:visible").count() == 0


def test_one_fast_sweep_draws_every_point_where_the_stroke_met_it(guessing):
    view = guessing.show(".course.curve-guess")
    box = view.locator(".chart").bounding_box()
    scale = box["width"] / WIDTH

    def place(bin_number: float, share: float) -> tuple[float, float]:
        x = LEFT + (bin_number + 0.5) * (RIGHT - LEFT) / 8
        y = BOTTOM - share * (BOTTOM - TOP)
        return box["x"] + scale * x, box["y"] + scale * y

    mouse = guessing.page.mouse
    mouse.move(*place(0, 0.0))
    mouse.down()
    mouse.move(*place(3.5, 0.7), steps=3)
    mouse.move(*place(7, 0.7), steps=2)
    mouse.up()
    mouse.move(*place(5, 0.1), steps=5)  # the mouse is up: nothing follows
    met = pytest.approx([0, 0.2, 0.4, 0.6, 0.7, 0.7, 0.7, 0.7], abs=0.015)
    guess, drawn, _, _ = run_until(guessing, 1, lambda told: told[0] == met)
    assert guess == met
    assert drawn == [True] * 8


def test_arrow_keys_choose_a_point_and_move_it(guessing):
    view = guessing.show(".course.curve-guess")
    sliders = view.get_by_role("slider")
    before = run_until(guessing, 1, lambda told: all(told[1]))[0]
    sliders.nth(7).focus()
    for key in ("ArrowLeft", "ArrowUp", "ArrowUp", "ArrowLeft", "ArrowDown", "Home"):
        guessing.page.keyboard.press(key)
    moved = pytest.approx([*before[:5], 0, before[6] + 0.1, before[7]])
    after = run_until(guessing, 1, lambda told: told[0] == moved)[0]
    assert after == moved
    assert sliders.nth(6).get_attribute("aria-valuenow") == str(round(100 * after[6]))
    sliders.nth(5).focus()
    look(guessing, view, "curve_guess_drawn")


def test_the_truth_is_drawn_beside_the_guess_which_then_stays(guessing):
    view = guessing.show(".course.curve-guess")
    view.get_by_role("button").click()
    wait_until(guessing, view, "view.querySelector('.verdict').textContent")
    before = run_until(guessing, 1, lambda told: told[2])
    assert before[2:] == [True, view.locator(".verdict").text_content()]
    assert "furthest off at '25–49' (you 0 %, measured 86 %)" in before[3]
    assert view.locator(".chart .truth .interval").count() == 8
    assert view.get_by_role("button").count() == 0
    view.locator(".chart").click(position={"x": 300, "y": 60})
    view.get_by_role("slider").nth(2).focus()
    guessing.page.keyboard.press("ArrowUp")
    assert ast.literal_eval(run(guessing, 1)) == before
    look(guessing, view, "curve_guess_revealed")
