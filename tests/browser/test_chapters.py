"""Every chapter in a real JupyterLab: Run All, and every widget is drawn.

Two chapters run side by side, as each needs one core.
"""

import shutil

import pytest
from browser_lab import FULL_MODE, ROOT, Chapter

CHAPTERS = sorted(path.name for path in (ROOT / "chapters").glob("*.ipynb"))
PAIRS = list(zip(CHAPTERS[::2], CHAPTERS[1::2], strict=True))
IN_FULL = "03_next_token.ipynb"
RUN_S = 600  # a cell that hangs is an error; a slow machine is none


@pytest.mark.parametrize("names", PAIRS, ids=" ".join)
def test_two_chapters_run_through_and_draw_their_widgets(browser, lab, names):
    first, second = names
    with Chapter(browser, lab, first) as one, Chapter(browser, lab, second) as other:
        one.begin_all()
        other.begin_all()
        for chapter in (one, other):
            assert_all_ran(chapter)
            assert_all_drawn(chapter)


def test_a_chapter_runs_through_in_full(browser, lab):
    name = f"in_full_{IN_FULL}"  # the other was saved with widgets of an ended kernel
    shutil.copy(ROOT / "chapters" / IN_FULL, lab.folder / name)
    with Chapter(browser, lab, name) as chapter:
        chapter.execute(FULL_MODE)
        chapter.begin_all()
        assert_all_ran(chapter)


def assert_all_ran(chapter: Chapter) -> None:
    assert chapter.wait_for_all(RUN_S), "a cell raised"
    cells = chapter.code_cells()
    assert [c["source"] for c in cells if c["source"] and not c["count"]] == []
    assert [c["errors"] for c in cells if c["errors"]] == []


def assert_all_drawn(chapter: Chapter) -> None:
    for cell in chapter.code_cells():
        if cell["widgets"]:
            chapter.wait_until_drawn(cell["place"], cell["widgets"])
