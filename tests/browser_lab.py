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

playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright")
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
RUN_ALL = "window.jupyterapp.commands.execute('notebook:run-all-cells')"
DARK_THEME = (
    "window.jupyterapp.commands.execute("
    "'apputils:change-theme', {theme: 'JupyterLab Dark'})"
)
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
START_S = 90


def find_chromium() -> str | None:
    """Return the system's Chromium, if there is one."""
    return next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


NEEDS_CHROMIUM = pytest.mark.skipif(
    find_chromium() is None,
    reason="needs the system's Chromium (Debian: apt install chromium)",
)


@contextlib.contextmanager
def running_browser() -> Iterator:
    """Start the system's Chromium, and close it afterwards."""
    with playwright.sync_playwright() as p:
        browser = p.chromium.launch(
            executable_path=find_chromium(), args=CHROMIUM_OPTIONS
        )
        yield browser
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
    config = folder / "CONFIG" / "labconfig"
    config.mkdir(parents=True)
    (config / "page_config.json").write_text(
        str(start.NO_NEWS).replace("'", '"').replace("True", "true")
    )
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
        process.wait(30)


def unused_port() -> int:
    """Take any port the system gives; tests in parallel must not meet on one."""
    with socket.socket() as probe:
        probe.bind((start.HOST, 0))
        return probe.getsockname()[1]


def _wait_until_it_answers(lab: start.Lab, process, log: Path) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        with contextlib.suppress(OSError):
            page = f"http://{start.HOST}:{lab.port}/api/status?token={lab.token}"
            urllib.request.urlopen(page, timeout=5).close()
            return
        time.sleep(0.3)
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text()[-2000:]}")


class Chapter:
    """A chapter open in the browser, with what went wrong on the page."""

    def __init__(self, browser, lab: start.Lab, name: str) -> None:
        size = {"width": 1280, "height": 800}
        self.page = browser.new_context(viewport=size).new_page()
        self.outside: list[str] = []
        self.errors: list[str] = []
        home = f"http://{start.HOST}:{lab.port}"
        self.page.on("request", lambda request: self._note(request.url, home))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.goto(f"{home}/lab/tree/{name}?reset&token={lab.token}")
        self.page.wait_for_function(KERNEL_IS_READY, timeout=60_000)

    def _note(self, url: str, home: str) -> None:
        own = (home, home.replace("http", "ws"), "data:", "blob:", "about:")
        if not url.startswith(own):
            self.outside.append(url)

    def run_all(self, timeout_s: float = 180) -> None:
        self.page.set_default_timeout(timeout_s * 1000)
        assert self.page.evaluate(RUN_ALL) is not False, "a cell raised"
        self.page.set_default_timeout(20_000)

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
        return self.page.evaluate(ANSWER_EXERCISE, [marker, body])

    def screenshot(self, name: str) -> None:
        """Keep a picture where COURSE_SCREENSHOTS says; nothing without it."""
        if folder := os.environ.get("COURSE_SCREENSHOTS"):
            Path(folder).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=Path(folder) / f"{name}.png")
