"""A real JupyterLab in a real browser: what a student clicks and types."""

import pytest
from browser_lab import (
    DARK_THEME,
    NEEDS_CHROMIUM,
    Chapter,
    running_browser,
    running_lab,
)

pytestmark = NEEDS_CHROMIUM


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lab")
    with running_lab(folder, {"COURSE_MODE": "test", "OMP_NUM_THREADS": "1"}) as lab:
        yield lab


@pytest.fixture(scope="module")
def browser():
    with running_browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def chapter(browser, lab):
    chapter = Chapter(browser, lab, "02_tokenization.ipynb")
    chapter.screenshot("02_first_screen")
    chapter.run_all()
    return chapter


def wait_for_text(chapter, view, selector, words):
    chapter.page.wait_for_function(
        "([view, selector, words]) =>"
        " view.querySelector(selector).textContent.includes(words)",
        arg=[view.element_handle(), selector, words],
    )


def test_a_prediction_is_answered_after_the_guess(chapter):
    view = chapter.show(".course.predict")
    assert view.locator(".verdict").text_content() == ""
    view.get_by_role("button", name="4").click()
    wait_for_text(chapter, view, ".verdict", "Right.")
    assert view.locator("button.right").text_content() == "✓ 4"
    chapter.screenshot("02_predict")


def test_a_class_votes_and_then_sees_the_answer(chapter):
    view = chapter.show(".course.predict", 1)
    view.get_by_role("checkbox").check()
    for option in ("at", "at", "th"):
        view.locator(".options button", has_text=option).click()
        chapter.page.wait_for_timeout(100)
    view.get_by_role("button", name="Show the answer").click()
    wait_for_text(chapter, view, ".verdict", "It is at: 2 of 3 votes.")


def test_the_slider_goes_from_bits_to_tokens(chapter):
    view = chapter.show(".course.merge-stepper")
    boxes = view.locator(".token")
    n_bits = boxes.count()
    chapter.screenshot("02_merge_stepper_bits")
    view.get_by_role("slider").focus()
    chapter.page.keyboard.press("ArrowRight")
    wait_for_text(chapter, view, ".info", "bytes")
    assert n_bits == 8 * boxes.count()
    chapter.page.keyboard.press("End")
    wait_for_text(chapter, view, ".info", "merge")
    assert boxes.count() < n_bits / 16
    chapter.screenshot("02_merge_stepper_end")


def test_typing_into_the_token_explorer_changes_the_tokens(chapter):
    view = chapter.show(".course.token-explorer")
    box = view.get_by_role("textbox")
    box.click()
    box.fill("")
    chapter.page.keyboard.type("the hat 🎩")
    wait_for_text(chapter, view, ".summary", "9 characters, 12 bytes")
    view.get_by_role("combobox").select_option("bytes")
    wait_for_text(chapter, view, ".tokens", "⟨f0⟩")
    assert view.locator(".token").count() == 12
    view.get_by_role("combobox").select_option("GPT-4")
    wait_for_text(chapter, view, ".tokens", "·hat")
    chapter.screenshot("02_token_explorer")


def test_the_token_explorer_needs_no_mouse(chapter):
    view = chapter.show(".course.token-explorer")
    view.get_by_role("textbox").fill("the hat")
    wait_for_text(chapter, view, ".summary", "7 characters")
    view.get_by_role("textbox").focus()
    chapter.page.keyboard.press("Tab")
    chapter.page.keyboard.press("ArrowRight")
    wait_for_text(chapter, view, ".info", "bytes 74 68 65")
    chapter.page.keyboard.press("ArrowRight")
    wait_for_text(chapter, view, ".info", "bytes 20 68 61 74")
    assert view.locator(".token[aria-selected=true]").text_content() == "·hat"


def test_hovering_over_a_token_shows_id_and_bytes(chapter):
    view = chapter.show(".course.token-explorer")
    view.locator(".token").first.hover()
    wait_for_text(chapter, view, ".info", "bytes 74 68 65")


def test_an_exercise_tells_wrong_from_right(chapter):
    marker = '@exercise("02.read_bits")'
    assert "you counted the ones" in chapter.answer(marker, 'return bits.count("1")')
    chapter.show("details")
    chapter.screenshot("02_exercise_wrong")
    told = chapter.answer(marker, "return int(bits, 2)")
    assert told == "✓ 02.read_bits: right. The chapter goes on with your version.\n"


def test_widgets_are_readable_in_the_dark_theme(chapter):
    chapter.page.evaluate(DARK_THEME)
    chapter.page.wait_for_timeout(1_500)
    view = chapter.show(".course.token-explorer")
    colours = view.evaluate(
        "v => [getComputedStyle(v).color,"
        " getComputedStyle(v.querySelector('.token')).color]"
    )
    chapter.screenshot("02_dark")
    own, chip = (
        sum(map(int, c[c.index("(") + 1 : -1].split(",")[:3])) for c in colours
    )
    assert own > 400, "text on the dark page is light"
    assert chip < 150, "text on the pale boxes is dark"


def test_the_page_had_no_error_and_asked_nobody_else(chapter):
    assert chapter.errors == []
    assert chapter.outside == []
