"""The scrubber in a real JupyterLab: pin a problem, move the slider, read answers."""

import pytest
from browser_cells import look, opened, run, run_until, wait_until

CELLS = [
    """
from course_lib.widgets import PracticeScrubber
stages = ["before", "step 10", "step 20", "after"]
def answers(right):
    worked = "7 * 3 = 1, 1 + 3 = 4. Answer: 4"
    return [(worked if k < right else "Answer: <b>9</b>", k < right) for k in range(8)]
view = PracticeScrubber({
    "Keep the last digit: 7 * 3 + 3": dict(zip(stages, map(answers, (2, 4, 7, 8)))),
    "Keep the last digit: 8 + 8 * 2": dict(zip(stages, map(answers, (0, 0, 5, 8)))),
})
view
""",
    "print([view.pinned, view.position])",
]


@pytest.fixture(scope="module")
def lab_page(browser, lab):
    with opened(browser, lab, "practice.ipynb", CELLS) as page:
        run(page, 0)
        yield page


def test_slider_and_list_choose_the_answers_that_are_shown(lab_page):
    view = lab_page.show(".course.practice-scrubber")
    assert "2 of 8 right" in view.locator(".info").text_content()
    look(lab_page, view, "practice_scrubber_before")
    view.get_by_role("slider").focus()
    for _ in range(2):
        lab_page.page.keyboard.press("ArrowRight")
    wait_until(
        lab_page, view, "view.querySelector('.info').textContent.startsWith('7 of 8')"
    )
    view.locator(".problem").select_option("1")
    wait_until(
        lab_page, view, "view.querySelector('.info').textContent.startsWith('5 of 8')"
    )
    assert view.locator(".answers b").count() == 0, "answers are text"
    assert view.locator(".answers .right").count() == 5
    assert run_until(lab_page, 1, lambda told: told == [1, 2]) == [1, 2]
    look(lab_page, view, "practice_scrubber")


def test_a_bar_can_be_clicked(lab_page):
    view = lab_page.show(".course.practice-scrubber")
    view.locator(".strip span").nth(3).click()
    wait_until(
        lab_page, view, "view.querySelector('.info').textContent.startsWith('8 of 8')"
    )
