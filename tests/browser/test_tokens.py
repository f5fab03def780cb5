"""Predictions, merges, tokens and an exercise in a real JupyterLab."""

import pytest
from browser_cells import EXPLORING, look, opened, run, run_until


@pytest.fixture(scope="module")
def chapter(browser, lab):
    with opened(browser, lab, "tokens.ipynb", EXPLORING) as page:
        for place in range(len(EXPLORING)):
            run(page, place)
        yield page


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


def test_every_key_is_told_at_once_and_once(chapter):
    view = chapter.show(".course.token-explorer")
    view.get_by_role("textbox").fill("")
    wait_for_text(chapter, view, ".summary", "0 characters")
    view.get_by_role("textbox").focus()
    for k, key in enumerate("hats", 1):
        chapter.page.keyboard.press(key)
        wait_for_text(chapter, view, ".summary", f"{k} character")
    heard = run_until(chapter, 5, lambda told: told[-1] == "hats")
    assert heard[-5:] == ["", "h", "ha", "hat", "hats"]


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


def test_tokens_are_dark_on_pale_boxes_in_either_theme(chapter):
    view = chapter.show(".course.token-explorer")
    look(chapter, view, "token_explorer")
    colour = view.locator(".token").first.evaluate("t => getComputedStyle(t).color")
    assert colour == "rgb(17, 17, 17)"
