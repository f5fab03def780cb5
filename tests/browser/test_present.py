"""A notebook as slides in a real JupyterLab: a clicker's keys, live cells, notes."""

import pytest
from browser_cells import opened, run

CELLS = [
    """
from course_lib.widgets import Present, RunSheet, predict
show = Present([RunSheet("9.1 First", "Say this.", "run it", "a four", 3, "9.2")])
show
""",
    "print(show.slide, show.count, show.show_code, round(show.scale, 1))",
    "predict('2 + 2?', [4, 5], lambda: 4)",
]
MARKDOWN = """async (texts) => {
  const notebook = window.jupyterapp.shell.currentWidget.content;
  const shared = notebook.model.sharedModel;
  for (const [place, source] of texts) {
    shared.insertCell(place, {cell_type: 'markdown', source, metadata: {}});
  }
  await window.jupyterapp.commands.execute('notebook:render-all-markdown');
}"""


@pytest.fixture(scope="module")
def lab_page(browser, lab):
    with opened(browser, lab, "present.ipynb", CELLS) as page:
        for place in (0, 2):
            run(page, place)
        texts = [[2, "## 9.1 First"], [4, "## 9.2 Second"], [5, "Some words."]]
        page.page.evaluate(MARKDOWN, texts)
        yield page


def visible(page):
    return [
        cell.inner_text().split("\n")[0]
        for cell in page.page.locator(".jp-Cell").all()
        if cell.is_visible()
    ]


def press(page, *keys):
    for key in keys:
        page.page.keyboard.press(key)
    page.page.wait_for_timeout(300)


def test_keys_walk_through_the_sections_and_escape_leaves(lab_page):
    page = lab_page.page
    n_cells = page.locator(".jp-Cell").count()
    page.locator(".present .start").click()
    page.wait_for_timeout(600)
    hud = page.locator(".course-hud")
    assert hud.inner_text().startswith("1 / 3")
    press(lab_page, "PageDown")
    assert hud.inner_text().startswith("2 / 3")
    assert any("9.1 First" in text for text in visible(lab_page))
    assert not any("9.2 Second" in text for text in visible(lab_page))
    assert not page.locator("#jp-top-panel").is_visible()
    lab_page.screenshot("present_slide")
    press(lab_page, "End", "PageDown")
    assert hud.inner_text().startswith("3 / 3")
    press(lab_page, "c", "+")
    assert page.evaluate("document.body.classList.contains('course-no-code')")
    press(lab_page, "c", "Home", "Escape")
    assert page.locator(".course-hud").count() == 0
    assert page.locator(".jp-Cell").count() == n_cells
    assert page.locator(".course-off").count() == 0


def test_widgets_are_live_on_a_slide_and_keys_typed_there_stay_there(lab_page):
    page = lab_page.page
    page.locator(".present .start").click()
    page.wait_for_timeout(400)
    press(lab_page, "PageDown")
    page.get_by_role("button", name="4", exact=True).click()
    page.wait_for_function(
        "document.querySelector('.predict .verdict').textContent.length > 0"
    )
    page.locator(".cm-content").nth(3).click(force=True)
    press(lab_page, "ArrowRight", "n")  # typed into a cell: no slide moves
    assert page.locator(".course-hud").inner_text().startswith("2 / 3")
    press(lab_page, "PageDown")
    assert page.locator(".course-hud").inner_text().startswith("3 / 3")
    press(lab_page, "Escape")


def test_the_notes_open_in_a_window_of_their_own(lab_page):
    page = lab_page.page
    page.locator(".present .start").click()
    page.wait_for_timeout(400)
    press(lab_page, "PageDown")
    with page.expect_popup() as popup:
        press(lab_page, "n")
    notes = popup.value
    text = notes.inner_text("body")
    assert "9.1 First" in text
    assert "Say: Say this." in text
    assert "of 3 min" in text
    notes.close()
    press(lab_page, "Escape")
