"""The guessing game and the tool's trace in a real JupyterLab, with the mouse."""

import pytest
from browser_cells import TRACING, look, opened, run, run_until, wait_until

CELLS = [
    """
from course_lib.widgets import GuessGame
from course_lib.widgets.guess_game import Round
rounds = [Round("Her <b>hat</b> blew off the", (" ferry", " pie", " moon"), 0),
          Round("Plum cake or onion", (" hat", " pie", " moon"), 1)]
game = GuessGame(rounds, {"counts": lambda text, words: [1, 3, 1]})
game
""",
    "print([[t.right, t.rounds] for t in game.tallies().values()])",
    TRACING,
    "print([trace.position])",
]


@pytest.fixture(scope="module")
def lab_page(browser, lab):
    with opened(browser, lab, "game_and_trace.ipynb", CELLS) as page:
        run(page, 0)
        run(page, 2)
        yield page


def test_a_guess_is_scored_against_its_rival(lab_page):
    view = lab_page.show(".course.guess-game")
    assert view.locator(".text b").count() == 0, "the text is no HTML"
    look(lab_page, view, "guess_game")
    view.get_by_label("certain").check()
    view.get_by_role("button", name="ferry").click()
    wait_until(lab_page, view, "view.querySelector('.info').textContent")
    assert view.locator(".options .right").text_content() == "✓ ferry"
    certain = view.locator(".scores tr", has_text="you").text_content()
    assert "97 %" in certain
    assert run_until(lab_page, 1, lambda t: t[0][1]) == [[1, 1], [0, 1]]
    look(lab_page, view, "guess_game_answered")


def test_the_next_word_is_open_and_a_wrong_guess_is_marked(lab_page):
    view = lab_page.show(".course.guess-game")
    view.get_by_role("button", name="Next word").click()
    wait_until(lab_page, view, "!view.querySelector('.info').textContent")
    view.get_by_role("button", name="moon").click()
    wait_until(lab_page, view, "view.querySelector('.options .wrong')")
    assert view.locator(".options .right").text_content() == "✓ pie"
    assert view.locator(".next").is_disabled()
    assert run_until(lab_page, 1, lambda t: t[0][1] == 2) == [[1, 2], [1, 2]]


def test_a_tool_call_is_followed_step_by_step(lab_page):
    view = lab_page.show(".course.tool-trace")
    info, steps = view.locator(".info"), view.locator(".step")
    assert info.text_content() == "The question"
    for told in ("assistant writes", "assistant calls search and waits"):
        view.get_by_role("button", name="Next").click()
        wait_until(lab_page, view, "view.querySelector('.info').textContent"
                   f".endsWith('{told}')")  # fmt: skip
    view.get_by_role("button", name="Next").click()
    wait_until(lab_page, view, "view.querySelector('.step.result.newest')")
    assert steps.last.locator(".words").text_content().endswith("<b>Brine</b>.")
    look(lab_page, view, "tool_trace")
    view.get_by_role("button", name="Back").click()
    wait_until(lab_page, view, "!view.querySelector('.step.result')")
    view.get_by_role("button", name="All").click()
    wait_until(lab_page, view, "view.querySelectorAll('.step').length === 5")
    assert run_until(lab_page, 3, lambda told: told == [4]) == [4]
