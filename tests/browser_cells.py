"""Small notebooks for the browser tests, and their cells run one at a time."""

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
from browser_lab import DARK_THEME, Chapter, running_browser, running_lab

# Starts one cell; the page remembers its end.
START_CELL = """(place) => {
  const notebook = window.jupyterapp.shell.currentWidget.content;
  notebook.activeCellIndex = place;
  notebook.deselectAll();
  window.cellHasEnded = window.jupyterapp.commands.execute('notebook:run-cell');
}"""
END_OF_CELL = """async (place) => {
  await window.cellHasEnded;
  const notebook = window.jupyterapp.shell.currentWidget.content;
  const outputs = notebook.widgets[place].model.outputs.toJSON();
  return outputs.map((o) => [].concat(o.text ?? o.evalue ?? '').join('')).join('');
}"""
INTERRUPT = "window.jupyterapp.commands.execute('notebook:interrupt-kernel')"
MIMES = """(place) => window.jupyterapp.shell.currentWidget.content
  .widgets[place].model.outputs.toJSON().map((o) => Object.keys(o.data ?? {}).sort())"""

CHART = [
    """
import math, time
from course_lib.widgets import LiveChart
def steps(n=2_000, pause_s=0.005):
    for step in range(n):
        time.sleep(pause_s)
        yield step
def draw(step):
    chart.add(step, train=6 * math.exp(-step / 300) + 2 + math.sin(step) / 9,
              counts=5.1, **({"held out": 6.2 * math.exp(-step / 310) + 2.1}
                             if step % 50 == 0 else {}))
    if step % 200 == 0:
        chart.say(f"Mira Quill of Saltport <b>{step}</b> has lost her hat again.")
""",
    """
chart = LiveChart("Learning to read the Lantern Isles", "step", "bits a token")
for step in chart.watch(steps()):
    draw(step)
print("went on", len(chart.series["train"]) == step + 1)
""",
    """
chart = LiveChart("In a thread", "step", "bits a token")
chart.run_in_thread(steps(), draw)
""",
    "chart.wait()\nprint(chart.running == '', len(chart.series['train']))",
    """
chart = LiveChart("Recorded", "step", "bits a token")
chart.replay([{"step": k, "train": 9 - k / 10} for k in range(80)], seconds=60)
print(len(chart.series["train"]))
""",
]
LOOKING = [
    """
import torch
from course_lib.widgets import AttentionView, NextTokenStepper, QueryArrow
words = "· the· hat· blew· off· ferry· and· sank· again· Mira<b>· lost·.".split("·")
rows = torch.randn(len(words), len(words), generator=torch.Generator().manual_seed(3))
stepper = NextTokenStepper(lambda ids: 2.5 * rows[ids[-1]],
                           lambda i: words[i].replace(" ", "·"), [1, 2])
stepper
""",
    """
text = ["The", "·hat", "·that", "·Mira", "·lost", "·blew", "·off", "·the", "·ferry",
        "·because", "·it", "·was"]
scores = torch.randn(2, 4, 12, 12, generator=torch.Generator().manual_seed(1)) * 1.5
hidden = torch.ones(12, 12).triu(1).bool()
attention = AttentionView(scores.masked_fill(hidden, -torch.inf).softmax(-1), text)
attention
""",
    """
keys = {"hat": (2, 1), "ferry": (-1, 2), "pie": (0.5, -2), "Mira": (-2, -1)}
values = {"hat": (1, 0), "ferry": (0, 1), "pie": (-1, 0), "Mira": (0, -1)}
arrow = QueryArrow(keys, values)
arrow
""",
    "print(stepper.ids, stepper.n_branches)",
    "print(attention.layer, attention.head, attention.query)",
    "print([arrow.query, list(arrow.weights.values()), arrow.output])",
]


def opened(browser, lab, name: str, cells: list[str]) -> Chapter:
    """Open a notebook made of these cells, none of them run."""
    notebook = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_code_cell(cell.strip(), id=f"cell-{k}")
            for k, cell in enumerate(cells)
        ],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    )
    nbformat.write(notebook, lab.folder / name)
    return Chapter(browser, lab, name)


@contextlib.contextmanager
def own_page(folder: Path, name: str, cells: list[str]) -> Iterator[Chapter]:
    """Open such a notebook in a JupyterLab and a browser of its own."""
    with (
        running_lab(folder, {"OMP_NUM_THREADS": "1"}) as lab,
        running_browser() as browser,
    ):
        yield opened(browser, lab, name, cells)


def look(page: Chapter, view, name: str) -> None:
    """Take pictures in the dark and the light theme, and leave the light one."""
    light = DARK_THEME.replace("Dark", "Light")
    for theme, command in (("dark", DARK_THEME), ("light", light)):
        page.page.evaluate(command)
        page.page.wait_for_timeout(1_200)
        view.evaluate("v => v.scrollIntoView({block: 'center'})")
        page.page.wait_for_timeout(200)
        page.screenshot(f"{name}_{theme}")
        colour = view.evaluate("v => getComputedStyle(v).color")
        brightness = sum(map(int, re.findall(r"\d+", colour)[:3]))
        assert (brightness > 400) == (theme == "dark")


def begin(page: Chapter, place: int) -> None:
    """Start a cell that takes its time."""
    page.page.evaluate(START_CELL, place)


def printed(page: Chapter, place: int) -> str:
    """Wait for the end of the cell begun last; return what it printed."""
    return page.page.evaluate(END_OF_CELL, place)


def run(page: Chapter, place: int) -> str:
    begin(page, place)
    return printed(page, place)


def wait_until(page: Chapter, view, condition: str) -> None:
    """Wait for a condition over the widget's element, called `view` in it."""
    page.page.wait_for_function(
        f"(view) => {condition}", arg=view.element_handle(), timeout=20_000
    )
