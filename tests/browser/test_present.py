"""A notebook as slides in a real JupyterLab: a clicker's keys, live cells, notes."""

import pytest
from browser_cells import opened, run

CELLS = [
    """
from course_lib.widgets import Present, RunSheet, predict
show = Present([
    RunSheet("9.1 First", "Say this.", "run it", "a four", 3, "9.2"),
    RunSheet("9.2 Second", needs=["cell-1"]),
])
show
""",
    "total = 0",
    "predict('2 + 2?', [4, 5], lambda: 4)",
    "total += 1\nprint('total', total)",
    "print('never run', total)",
    "predict('3 + 3?', [6, 7], lambda: 6)",
    "print('behind a guess')",
]
LONG = "\n\n".join(f"Line {k} of more than a screen holds." for k in range(40))
MARKDOWN = """async (texts) => {
  const notebook = window.jupyterapp.shell.currentWidget.content;
  const shared = notebook.model.sharedModel;
  for (const [place, source] of texts) {
    shared.insertCell(place, {cell_type: 'markdown', source, metadata: {}});
  }
  await window.jupyterapp.commands.execute('notebook:render-all-markdown');
}"""
# Of each cell: what it is, and what it last printed.
STATE = """window.jupyterapp.shell.currentWidget.content.widgets.map((cell) => [
  cell.model.type,
  cell.model.outputs?.toJSON().map((o) => [].concat(o.text ?? '').join('')).join(''),
])"""
ACTIVE = "window.jupyterapp.shell.currentWidget.content.activeCellIndex"
SOURCE = """window.jupyterapp.shell.currentWidget.content.widgets[5].model
  .sharedModel.source"""
EDIT = """window.jupyterapp.shell.currentWidget.content.widgets[5].model
  .sharedModel.setSource('total += 10')"""


@pytest.fixture(scope="module")
def opened_page(browser, lab):
    with opened(browser, lab, "present.ipynb", CELLS) as page:
        for place in range(4):
            run(page, place)
        texts = [[2, "## 9.1 First"], [4, "## 9.2 Second"], [7, LONG]]
        page.page.evaluate(MARKDOWN, texts)
        yield page


@pytest.fixture
def on_stage(opened_page):
    """Present, at the first slide; back in the notebook afterwards."""
    page = opened_page.page
    page.locator(".present .start").click()
    page.locator(".course-hud").wait_for()
    press(opened_page, "Home")
    yield opened_page
    if page.locator(".course-hud").count():
        press(opened_page, "Escape")


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


def place(page):
    return page.page.locator(".course-hud").inner_text().split(" · ")[0]


def test_keys_walk_through_the_sections_and_escape_leaves(on_stage):
    page = on_stage.page
    n_cells = page.locator(".jp-Cell").count()
    assert place(on_stage) == "1 / 3"
    press(on_stage, "PageDown")
    assert place(on_stage) == "2 / 3"
    assert visible(on_stage)[0].startswith("9.1 First")
    assert not any("9.2 Second" in text for text in visible(on_stage))
    assert not page.locator("#jp-top-panel").is_visible()
    on_stage.screenshot("present_slide")
    press(on_stage, "c", "+")
    assert page.evaluate("document.body.classList.contains('course-no-code')")
    press(on_stage, "c", "-", "Escape")
    assert page.locator(".course-hud").count() == 0
    assert page.locator(".jp-Cell").count() == n_cells
    assert page.locator(".course-off").count() == 0
    page.locator(".present .start").click()  # left by mistake: the same slide
    page.locator(".course-hud").wait_for()
    assert place(on_stage) == "2 / 3"


def test_a_clicker_goes_down_a_long_section_before_the_next(on_stage):
    press(on_stage, "End")
    assert place(on_stage) == "3 / 3"
    scrolled = "document.querySelector('.jp-WindowedPanel-outer').scrollTop"
    press(on_stage, "PageDown")
    assert on_stage.page.evaluate(scrolled) > 300
    press(on_stage, "PageUp")
    assert on_stage.page.evaluate(scrolled) == 0
    press(on_stage, "PageUp")
    assert place(on_stage) == "2 / 3"


def test_keys_of_ours_are_no_commands_of_jupyterlab(on_stage):
    press(on_stage, "End")
    on_stage.page.evaluate(  # where b inserts a cell and r makes it raw
        "window.jupyterapp.shell.currentWidget.content.node.focus()"
    )
    before = on_stage.page.evaluate(STATE)
    press(on_stage, "b")
    assert on_stage.page.locator(".course-black").is_visible()
    press(on_stage, "r")
    assert on_stage.page.locator(".course-black").count() == 0
    assert on_stage.page.evaluate(STATE) == before


def test_shift_enter_runs_the_slide_and_never_a_hidden_cell(on_stage):
    press(on_stage, "PageDown")
    assert on_stage.page.evaluate(ACTIVE) == 3
    press(on_stage, "Shift+Enter")
    assert on_stage.page.evaluate(ACTIVE) == 4
    assert place(on_stage) == "2 / 3"
    press(on_stage, "Shift+Enter")
    assert place(on_stage) == "3 / 3"
    assert on_stage.page.evaluate(ACTIVE) == 5


def test_one_key_rewinds_a_demo(on_stage):
    page = on_stage.page
    press(on_stage, "End")
    run(on_stage, 5)  # a second time: the total goes up
    assert page.evaluate(STATE)[5][1] == "total 2\n"
    page.evaluate(EDIT)
    press(on_stage, "r")
    page.wait_for_function(f"({STATE})[5][1] === 'total 1\\n'")
    assert page.evaluate(SOURCE) == CELLS[3]
    assert page.evaluate(STATE)[6][1] == ""  # had not run, and does not now
    assert page.evaluate(ACTIVE) == 5


def test_a_rewound_widget_has_forgotten_its_guess(on_stage):
    page = on_stage.page
    press(on_stage, "PageDown")
    page.get_by_role("button", name="4", exact=True).click()
    page.locator(".predict button.right").wait_for()
    page.locator(".jp-MarkdownCell h2").first.click()  # the keys leave the widget
    press(on_stage, "r")
    page.locator(".predict button.right").wait_for(state="detached")
    page.get_by_role("button", name="4", exact=True).wait_for()


def test_widgets_are_live_on_a_slide_and_keys_typed_there_stay_there(on_stage):
    page = on_stage.page
    press(on_stage, "PageDown")
    page.get_by_role("button", name="4", exact=True).click()
    page.wait_for_function(
        "document.querySelector('.predict .verdict').textContent.length > 0"
    )
    page.locator(".jp-CodeCell .cm-content >> visible=true").first.click()
    press(on_stage, "ArrowRight", "n")  # typed into a cell: no slide moves
    assert place(on_stage) == "2 / 3"
    press(on_stage, "PageDown")
    assert place(on_stage) == "3 / 3"


def test_the_notes_open_in_a_window_of_their_own(on_stage):
    press(on_stage, "PageDown")
    with on_stage.page.expect_popup() as popup:
        press(on_stage, "n")
    notes = popup.value
    text = notes.inner_text("body")
    assert "9.1 First" in text
    assert "Say: Say this." in text
    assert "of 3 min" in text
    notes.keyboard.press("PageDown")
    notes.wait_for_function("document.body.innerText.includes('9.2 Second')")
    assert place(on_stage) == "3 / 3"
    notes.close()


def test_shift_enter_in_a_widget_runs_the_cell_behind_it(on_stage):
    page = on_stage.page
    press(on_stage, "PageDown")
    press(on_stage, "r")  # it had been guessed, and a letter typed into it
    page.locator(".predict button.right").wait_for(state="detached")
    page.get_by_role("button", name="4", exact=True).click()
    page.locator(".predict button.right").wait_for()
    press(on_stage, "Shift+Enter")
    assert place(on_stage) == "3 / 3", "no cell is behind it on its slide"
    run(on_stage, 8)
    page.get_by_role("button", name="6", exact=True).click()
    press(on_stage, "Shift+Enter")
    page.wait_for_function(f"({STATE})[9][1] === 'behind a guess\\n'")
    assert page.locator(".predict button.right").count() == 2, "both guesses stand"
