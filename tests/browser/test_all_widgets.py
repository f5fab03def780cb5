"""Every widget on a real page: names for screen readers, keys, ink that can be read."""

import pytest
from browser_cells import CHANGE_THEME, opened, run
from browser_lab import ROOT, Chapter, awaited
from widget_samples import SAMPLES

CELL = f"""
import sys
sys.path.insert(0, {str(ROOT / "tests")!r})
from IPython.display import display
from widget_samples import SAMPLES
shown = [make() for make in SAMPLES.values()]
display(*shown)
"""
# What a screen reader stops at, and has to say something about.
NAMED = {
    "application", "button", "checkbox", "combobox", "group", "image", "listbox",
    "log", "option", "radio", "radiogroup", "slider", "table", "textbox", "tree",
    "treeitem",
}  # fmt: skip
FOCUSABLE = """(view) => [...view.querySelectorAll(
  'button, input, select, textarea, [tabindex="0"]')].filter((e) =>
  !e.disabled && e.tabIndex >= 0 && e.getClientRects().length).length"""
# The contrast (WCAG 2) of each text with the ground painted behind it, if too small.
FAINT = """(view) => {
  const canvas = document.createElement('canvas').getContext('2d',
    {willReadFrequently: true});
  canvas.canvas.width = canvas.canvas.height = 1;
  const paint = (colours) => {
    canvas.clearRect(0, 0, 1, 1);
    for (const one of colours) {
      canvas.fillStyle = one;
      canvas.fillRect(0, 0, 1, 1);
    }
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const light = (rgb) => rgb.map((v) => v / 255)
    .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, k) => sum + [0.2126, 0.7152, 0.0722][k] * v, 0);
  const found = [];
  const walker = document.createTreeWalker(view, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent.trim();
    const parent = walker.currentNode.parentElement;
    if (!text || !parent.getClientRects().length) continue;
    if (parent.closest('[aria-hidden=true], :disabled, style, option')) continue;
    const grounds = [];
    for (let e = parent; e; e = e.parentElement) {
      grounds.unshift(getComputedStyle(e).backgroundColor);
    }
    const style = getComputedStyle(parent);
    const svg = parent.closest('svg');
    const ground = paint(grounds);
    const ink = paint([...grounds, svg ? style.fill : style.color]);
    const [a, b] = [light(ink), light(ground)].sort((p, q) => q - p);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) {
      found.push(`${text.slice(0, 30)} (${parent.className.baseVal
        ?? parent.className}): ${ratio.toFixed(1)}`);
    }
  }
  return found;
}"""


@pytest.fixture(scope="module")
def page(browser, lab):
    with opened(browser, lab, "all.ipynb", [CELL]) as page:
        run(page, 0)
        page.page.locator(".course").nth(len(SAMPLES) - 1).wait_for()
        page.page.wait_for_timeout(1_000)
        yield page


def each(page):
    """Yield every widget's name and place on the page."""
    for k, name in enumerate(SAMPLES):
        yield name, page.page.locator(".course").nth(k)


def heard(page, view):
    """Return what Chromium tells a screen reader of a widget: (role, name) each."""
    session = page.page.context.new_cdp_session(page.page)
    view.evaluate("v => { window.heard = v; }")
    handle = session.send("Runtime.evaluate", {"expression": "window.heard"})
    nodes = session.send(
        "Accessibility.queryAXTree", {"objectId": handle["result"]["objectId"]}
    )["nodes"]
    session.detach()
    return [
        (node["role"]["value"], node.get("name", {}).get("value", "").strip())
        for node in nodes
        if not node["ignored"]
    ]


def test_whatever_can_be_operated_or_seen_has_a_name(page):
    told = {name: heard(page, view) for name, view in each(page)}
    assert all(told.values()), "nothing to hear"
    nameless = [
        (widget, role)
        for widget, nodes in told.items()
        for role, name in nodes
        if role in NAMED and not name
    ]
    assert nameless == []


def test_the_keyboard_gets_into_every_widget(page):
    assert [name for name, view in each(page) if not view.evaluate(FOCUSABLE)] == []


@pytest.mark.parametrize("theme", ["Dark", "Light"])
def test_every_word_can_be_read(page, theme):
    awaited(page.page, CHANGE_THEME, f"JupyterLab {theme}")
    page.page.wait_for_timeout(1_500)
    faint = {name: view.evaluate(FAINT) for name, view in each(page)}
    assert {name: found for name, found in faint.items() if found} == {}


def test_saved_with_their_notebook_they_are_drawn_again_by_another_kernel(browser, lab):
    with opened(browser, lab, "again.ipynb", [CELL]) as page:
        run(page, 0)
        page.page.locator(".course").nth(len(SAMPLES) - 1).wait_for()
        page.page.wait_for_timeout(1_000)
        before = [view.inner_text().split() for _, view in each(page)]
    with Chapter(browser, lab, "again.ipynb") as page:
        page.page.locator(".course").nth(len(SAMPLES) - 1).wait_for()
        page.page.wait_for_timeout(1_000)
        assert [view.inner_text().split() for _, view in each(page)] == before
