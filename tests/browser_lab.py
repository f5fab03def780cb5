"""Start a real JupyterLab on a student's copy of the chapters, and drive it.

For the browser tests only. Chromium is the system's; where it, or Playwright, is
missing, the tests are skipped and say so.
"""

import contextlib
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from course_lib.commands import copies, start
from course_lib.commands.environment import Environment

ROOT = Path(__file__).resolve().parents[1]
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
KERNEL_IS_READY = """() => {
  const context = window.jupyterapp?.shell?.currentWidget?.sessionContext;
  return context?.isReady
    && context.session?.kernel?.connectionStatus === 'connected';
}"""
SHUT_DOWN = """async () => {
  const context = window.jupyterapp.shell.currentWidget.context;
  await context.save();  // or the page asks whether to leave
  await context.sessionContext.shutdown();
}"""
RUN_ALL = """() => {
  window.allCells = 'running';
  window.jupyterapp.commands.execute('notebook:run-all-cells')
    .then((well) => { window.allCells = well === false ? 'raised' : 'ran'; });
}"""
ALL_ENDED = "window.allCells !== 'running' && window.allCells"
EXECUTE = """async (code) => {
  const {kernel} = window.jupyterapp.shell.currentWidget.sessionContext.session;
  const reply = await kernel.requestExecute({code, silent: true}).done;
  if (reply.content.status !== 'ok') throw new Error(reply.content.evalue);
}"""
CODE_CELLS = """() => {
  const found = [];
  window.jupyterapp.shell.currentWidget.content.widgets.forEach(({model}, place) => {
    if (model.type !== 'code') return;
    const outputs = model.outputs.toJSON();
    found.push({
      place, source: model.sharedModel.source.trim(), count: model.executionCount,
      errors: outputs.filter((o) => o.output_type === 'error').map((o) => o.evalue),
      widgets: outputs.filter((o) =>
        'application/vnd.jupyter.widget-view+json' in (o.data ?? {})).length,
    });
  });
  return found;
}"""
LOOKS, LOOK_MS = 24, 10_000
GO_TO_CELL = """(place) =>
  window.jupyterapp.shell.currentWidget.content.scrollToItem(place, 'start')"""
DRAWN = """([place, count]) => {
  const {node} = window.jupyterapp.shell.currentWidget.content.widgets[place];
  const views = [...node.querySelectorAll('.jp-OutputArea-output .course')];
  return views.length === count && views.every((view) => {
    const {width, height} = view.getBoundingClientRect();
    return width > 200 && height > 30 && view.innerText.trim();
  });
}"""
ANSWER_EXERCISE = """async ([marker, body]) => {
  const notebook = window.jupyterapp.shell.currentWidget.content;
  const cells = notebook.widgets;
  const place = cells.findIndex((cell) =>
    cell.model.type === 'code' && cell.model.sharedModel.source.includes(marker));
  const shared = cells[place].model.sharedModel;
  const lines = shared.source.trimEnd().split('\\n');
  lines[lines.length - 1] = '    ' + body;
  shared.setSource(lines.join('\\n'));
  notebook.activeCellIndex = place;
  await window.jupyterapp.commands.execute('notebook:run-cell');
  const outputs = cells[place].model.outputs.toJSON();
  return outputs.filter((o) => o.output_type === 'stream')
    .map((o) => [].concat(o.text).join('')).join('');
}"""
# Where an outcome is kept, as Playwright's `evaluate` has no time limit.
BEGIN = """(given) => {
  const outcome = {};
  (%s)(given).then(
    (value) => Object.assign(outcome, {ended: true, value}),
    (error) => Object.assign(outcome, {ended: true, error: String(error)}));
  return outcome;
}"""
HAS_ENDED = "(outcome) => outcome.ended && outcome"
FULL_MODE = "import os; os.environ['COURSE_MODE'] = 'default'"
# JupyterLab now and then takes a cell away twice (its issue 15415, never quite mended).
LABS_OWN = "Failed to execute 'removeChild' on 'Node'"
OURS = "blob:"  # a widget's module is loaded from such an address
PATIENCE_S = 240  # a page that hangs is an error, a busy machine is none


def playwright_timeout() -> type[Exception]:
    """Import what Playwright raises when it has waited long enough."""
    from playwright.sync_api import TimeoutError as timeout

    return timeout


def find_chromium() -> str | None:
    """Return the system's Chromium, if there is one."""
    return next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


@contextlib.contextmanager
def running_browser() -> Iterator:
    """Start the system's Chromium, and close it afterwards.

    Its pages share what they loaded: JupyterLab's scripts are large.
    """
    playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright")
    if not (chromium := find_chromium()):
        pytest.skip("needs the system's Chromium (Debian: apt install chromium)")
    with playwright.sync_playwright() as p:
        browser = p.chromium.launch(executable_path=chromium, args=CHROMIUM_OPTIONS)
        try:
            yield browser.new_context(viewport={"width": 1280, "height": 800})
        finally:
            browser.close()


@contextlib.contextmanager
def running_lab(folder: Path, variables: dict[str, str]) -> Iterator[start.Lab]:
    """Copy the chapters as `start` does, serve them, and stop the server afterwards."""
    work = folder / "my_course"
    copies.update_copies(ROOT / "chapters", work)
    lab = start.Lab(work, "", unused_port(), secrets.token_hex(8), browser=False)
    env = Environment(Path(sys.prefix), os.name)
    command = start.lab_command(env, lab)
    command[0] = sys.executable
    own_folders = {
        f"JUPYTER_{name}_DIR": str(folder / name)
        for name in ("CONFIG", "DATA", "RUNTIME")
    }
    own_folders["JUPYTER_CONFIG_DIR"] = str(folder / "etc" / "jupyter")
    start.write_lab_settings(folder)
    with open(folder / "lab.log", "w") as log:
        process = subprocess.Popen(
            command,
            env={
                **start.lab_variables(lab),
                **own_folders,
                "PYTHONPATH": str(ROOT),  # this checkout, whatever else is installed
                **variables,
            },
            cwd=work,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_until_it_answers(lab, process, folder / "lab.log")
        yield lab
    finally:
        process.terminate()
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:  # a busy machine: its kernels end late
            process.kill()
            process.wait()


def unused_port() -> int:
    """Take any port the system gives; tests in parallel must not meet on one."""
    with socket.socket() as probe:
        probe.bind((start.HOST, 0))
        return probe.getsockname()[1]


def _wait_until_it_answers(lab: start.Lab, process, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        with contextlib.suppress(OSError):
            page = f"http://{start.HOST}:{lab.port}/api/status?token={lab.token}"
            urllib.request.urlopen(page, timeout=5).close()
            return
        time.sleep(0.3)
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text()[-2000:]}")


def awaited(page, script: str, given: object = None):
    """Run a script that returns a promise; return what that promise gives.

    Raises:
        RuntimeError: with the page's error, if the promise was not kept.
        playwright.sync_api.TimeoutError: if it does not settle.
    """
    outcome = page.evaluate_handle(BEGIN % script, given)
    told = page.wait_for_function(HAS_ENDED, arg=outcome).json_value()
    if "error" in told:
        raise RuntimeError(told["error"])
    return told.get("value")


class Chapter:
    """A chapter open in the browser, with what went wrong on the page."""

    def __init__(self, browser, lab: start.Lab, name: str) -> None:
        self.page, self._lab = browser.new_page(), lab
        self.outside: list[str] = []
        self.errors: list[str] = []
        home = f"http://{start.HOST}:{lab.port}"
        self.page.on("request", lambda request: self._note(request.url, home))
        self.page.on("pageerror", self._wince)
        self.page.on("console", self._hear)
        self.page.set_default_timeout(1_000 * PATIENCE_S)
        page = f"{home}/lab/tree/{name}?reset&token={lab.token}"
        self.page.goto(page, wait_until="commit")
        self.page.wait_for_function(KERNEL_IS_READY)

    def _note(self, url: str, home: str) -> None:
        own = (home, home.replace("http", "ws"), "data:", "blob:", "about:")
        if not url.startswith(own):
            self.outside.append(url)

    def _wince(self, error) -> None:
        told = f"{error.message}\n{error.stack}"
        if not (LABS_OWN in told and OURS not in told):
            self.errors.append(told)

    def _hear(self, message) -> None:
        if message.type == "error":
            self.errors.append(f"{message.text} ({message.location.get('url')})")

    def __enter__(self) -> "Chapter":
        return self

    def __exit__(self, *_error: object) -> None:
        """End the kernel and the page, which had no error and asked nobody else."""
        try:
            awaited(self.page, SHUT_DOWN)
        finally:
            self.page.close()
        assert not self.errors, f"errors on the page: {self.errors}"
        assert not self.outside, f"requests that left this machine: {self.outside}"

    def begin_all(self) -> None:
        """Run all cells; the page remembers the end."""
        self.page.evaluate(RUN_ALL)

    def wait_for_all(self, timeout_s: float) -> bool:
        """Wait until the cells begun last have run; tell whether none raised."""
        ended = self.page.wait_for_function(ALL_ENDED, timeout=timeout_s * 1000)
        return ended.json_value() == "ran"

    def execute(self, code: str) -> None:
        """Run code in the kernel, in no cell."""
        awaited(self.page, EXECUTE, code)

    def code_cells(self) -> list[dict]:
        """Tell of each code cell: place, source, count, errors, number of widgets."""
        return self.page.evaluate(CODE_CELLS)

    def wait_until_drawn(self, place: int, widgets: int) -> None:
        """Go to a cell, and wait until so many widgets below it can be seen.

        What is drawn late above the cell pushes it off the screen, where JupyterLab
        draws nothing: so go there anew, now and then.
        """
        for _ in range(LOOKS):
            self.page.evaluate(GO_TO_CELL, place)
            with contextlib.suppress(playwright_timeout()):
                self.page.wait_for_function(
                    DRAWN, arg=[place, widgets], timeout=LOOK_MS
                )
                return
        raise AssertionError(f"cell {place} does not show {widgets} widgets")

    def show(self, selector: str, number: int = 0):
        """Scroll a widget into view and return it.

        JupyterLab draws only the cells near the screen, so one may have to walk down.
        """
        found = self.page.locator(selector)
        for _ in range(200):
            if found.count() > number:
                found.nth(number).evaluate("v => v.scrollIntoView({block: 'center'})")
                return found.nth(number)
            self.page.mouse.move(640, 500)
            self.page.mouse.wheel(0, 600)
            self.page.wait_for_timeout(60)
        raise AssertionError(f"no {selector} number {number} on the page")

    def answer(self, marker: str, body: str) -> str:
        """Write the last line of the cell holding `marker`, run it, return its output.

        Stands for a student who replaces the `...` and presses Shift + Enter.
        """
        return awaited(self.page, ANSWER_EXERCISE, [marker, body])

    def screenshot(self, name: str) -> None:
        """Keep a picture where COURSE_SCREENSHOTS says; nothing without it."""
        if folder := os.environ.get("COURSE_SCREENSHOTS"):
            Path(folder).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=Path(folder) / f"{name}.png")
