"""Show that strict nbval fails where it should, and passes where it should.

Every rule is one cell in one of a few small notebooks, since starting a kernel
costs more than anything a cell does here. A failing cell does not stop the next.
"""

import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

TESTS = Path(__file__).parent
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


@dataclass(frozen=True)
class Case:
    """One cell as committed, and what the strict run has to say about it."""

    name: str
    source: str
    stored: tuple = ()
    tags: tuple[str, ...] = ()
    fails_with: tuple[str, ...] = ()  # every one in the message; none: it passes
    was_run: bool = True

    def cell(self, count: int) -> nbformat.NotebookNode:
        """Write the cell as a notebook stores it."""
        return new_code_cell(
            self.source,
            outputs=list(self.stored),
            execution_count=count if self.was_run else None,
            metadata={"tags": list(self.tags)} if self.tags else {},
        )


def out(text: str, name: str = "stdout") -> nbformat.NotebookNode:
    return new_output("stream", name=name, text=text)


def shown(kind: str = "display_data", **data: str) -> nbformat.NotebookNode:
    mimes = {key.replace("_", "/"): value for key, value in data.items()}
    return new_output(kind, data=mimes)


def error(ename: str, evalue: str) -> nbformat.NotebookNode:
    return new_output("error", ename=ename, evalue=evalue, traceback=["at /x/y.py"])


VIEW = """
class View:
    def __init__(self, n, html="<b>3</b>"):
        self.n, self.html = n, html
    def _repr_mimebundle_(self, **kwargs):
        view = {"model_id": str(id(self)), "version_major": 2, "version_minor": 0}
        return {"text/plain": f"View({self.n})", "text/html": self.html,
                "application/vnd.jupyter.widget-view+json": view}
View(3)"""
PICTURE = "from IPython.display import Image\nImage(b'\\x89PNG\\r\\n\\x1a\\nx')"
CAPTURE = """
import ipywidgets, warnings
from IPython.display import clear_output, display
box = ipywidgets.Output()
with box:
    print("captured"); display("captured"); 1 / 0
print("outside")"""
UPDATE = """
handle = display("first", display_id=True)
handle.update("second")"""
CONNECT = "import socket\nsocket.create_connection(('192.0.2.1', 80), timeout=1)"
SUBPROCESS = (
    "import subprocess, sys\n"
    "code = 'import urllib.request as u; u.urlopen(\"http://example.org\")'\n"
    "run = subprocess.run([sys.executable, '-c', code], capture_output=True)\n"
    "print('must run without a network' in run.stderr.decode())"
)
ENVIRONMENT = (
    "import os\n"
    "names = 'OMP_NUM_THREADS', 'MKL_NUM_THREADS', 'COURSE_MODE', 'HTTPS_PROXY'\n"
    "print([os.environ.get(name) for name in names])\n"
    "print('inline' in os.environ['MPLBACKEND'], 'PYTHONHASHSEED' in os.environ)"
)
MANY = (
    "for i in range(3000):\n    display('x' * 20_000)\n"  # nbval alone loses the end
    "clear_output()\nprint('end')"
)
LATE = "handle.update('third')"

PASS = [
    Case("same_output", "print(6 * 7)", (out("42\n"),)),
    Case("empty_cell_never_run", "", was_run=False),
    Case("no_output", "x = 1"),
    Case("raises", "1 / 0", (error("ZeroDivisionError", "division by zero"),),
         ("raises-exception",)),
    Case("stderr_noise", "import sys\nprint('pid 7', file=sys.stderr)",
         (out("pid 1234\n", "stderr"),)),
    Case("stderr_not_stored", "import sys\nprint('pid 7', file=sys.stderr)"),
    Case("widget_view_stripped", VIEW,
         (shown("execute_result", text_plain="View(3)", text_html="<b>3</b>"),)),
    Case("picture", PICTURE,
         (shown("execute_result", text_plain="<IPython.core.display.Image object>",
                image_png="b3RoZXIgcGl4ZWxz"),)),
    Case("output_widget", CAPTURE, (out("outside\n"),)),
    Case("output_widget_read", "print([o['output_type'] for o in box.outputs])",
         (out("['stream', 'display_data', 'error']\n"),)),
    Case("output_widget_cleared",
         "with box:\n    clear_output(wait=True); print('new')\nprint('out')",
         (out("out\n"),)),
    Case("output_widget_read_again", "print([o['text'] for o in box.outputs])",
         (out("['new\\n']\n"),)),
    Case("clear_output", "print('gone')\nclear_output()\nprint('here')",
         (out("here\n"),)),
    Case("clear_output_wait",
         "print('gone')\nclear_output(wait=True)\nprint('here')", (out("here\n"),)),
    Case("clear_output_wait_for_nothing",
         "print('here')\nclear_output(wait=True)", (out("here\n"),)),
    Case("update_display", UPDATE, (shown(text_plain="'second'"),)),
    Case("more_messages_than_a_socket_holds", MANY, (out("end\n"),)),
    Case("ignored_output", "import random\nrandom.random()",
         (shown("execute_result", text_plain="0.1"),), ("nbval-ignore-output",)),
    Case("reality_check_absent", "print('no model here')",
         (out("Paris\n"),), ("reality-check",)),
    Case("network_refused", CONNECT,
         (error("NetworkIsCutError", "the course must run without a network: "
                "getaddrinfo to 192.0.2.1"),), ("raises-exception",)),
    Case("network_refused_in_subprocess", SUBPROCESS, (out("True\n"),)),
    Case("timing", "print('took   9.8 s, 1,234 tokens/s, 53x faster')",
         (out("took 10.1 s, 987 tokens/s, 48.5x faster\n"),)),
    Case("environment", ENVIRONMENT,
         (out("['1', '1', 'default', None]\nTrue False\n"),)),
]  # fmt: skip

FAIL = [
    Case("changed_output", "a = 6\nprint('the answer', a * 7)",
         (out("the answer 41\n"),),
         fails_with=("bad.ipynb, code cell 0", ": a = 6", "stdout differs",
                     "- the answer 41", "+ the answer 42")),
    Case("missing_output", "x = 1", (out("42\n"),),
         fails_with=("stdout differs", "- 42")),
    Case("unexpected_output", "print(42)", fails_with=("+ 42",)),
    Case("never_run", "print(42)", was_run=False, fails_with=("never run",)),
    Case("never_run_with_output", "print(42)", (out("42\n"),), was_run=False,
         fails_with=("Unrun reference cell",)),
    Case("skipped", "print(42)", (out("42\n"),), ("nbval-skip",),
         fails_with=("skipped: every cell",)),
    Case("does_not_raise", "1 / 1", (error("ZeroDivisionError", "division by zero"),),
         ("raises-exception",), ("did not raise",)),
    Case("raises_something_else", "1 / 0", (error("KeyError", "'x'"),),
         ("raises-exception",), ("ename differs", "+ ZeroDivisionError")),
    Case("raises_untagged", "{}['Mira']", fails_with=("exception", "KeyError")),
    Case("stored_error", "x = 1", (error("ValueError", "no"),),
         fails_with=("stored error (ValueError)",)),
    Case("stored_error_ignored", "x = 1", (error("ValueError", "no"),),
         ("nbval-ignore-output",), ("stored error (ValueError)",)),
    Case("widget_text", VIEW,
         (shown("execute_result", text_plain="View(4)", text_html="<b>3</b>"),),
         fails_with=("text/plain differs", "- View(4)")),
    Case("widget_html", "View(3, '<b>x</b>')",
         (shown("execute_result", text_plain="View(3)", text_html="<b>3</b>"),),
         fails_with=("text/html differs", "- <b>3</b>")),
    Case("picture_missing", "print(1)",
         (out("1\n"), shown(image_png="b3RoZXIgcGl4ZWxz")),
         fails_with=("image/png differs",)),
    Case("picture_unexpected", PICTURE,
         (shown("execute_result", text_plain="<IPython.core.display.Image object>"),),
         fails_with=("image/png differs",)),
    Case("captured_but_stored", CAPTURE, (out("captured\noutside\n"),),
         fails_with=("- captured",)),
    Case("cleared_but_stored", "print('gone')\nclear_output(wait=True)\nprint('here')",
         (out("gone\nhere\n"),), fails_with=("- gone",)),
    Case("update_not_stored", UPDATE, (shown(text_plain="'first'"),),
         fails_with=("- 'first'", "+ 'second'")),
    Case("update_of_an_earlier_cell", LATE, fails_with=("earlier cell displayed",)),
    Case("network", CONNECT, fails_with=("must run without a network: ",)),
    Case("a_loss_is_no_timing", "print('loss 3.21')", (out("loss 3.22\n"),),
         fails_with=("- loss 3.22",)),
    Case("reality_check_raises", "1 / 0", (), ("reality-check",),
         ("ZeroDivisionError",)),
]  # fmt: skip

# With the real model present and a limit of memory that a list of zeros breaks.
PRESENT = [
    Case("reality_check_same", "print('Paris')", (out("Paris\n"),), ("reality-check",)),
    Case("reality_check_differs", "print('Rome')", (out("Paris\n"),),
         ("reality-check",), ("- Paris", "+ Rome")),
    Case("memory", "zeros = bytearray(400_000_000); zeros[::4096] = b'x' * 97657",
         fails_with=("memory: this cell took the kernel to", "over the limit")),
    Case("memory_blames_one_cell", "del zeros"),
    Case("kernel_dies", "import os; os._exit(1)", fails_with=("the kernel died",)),
]  # fmt: skip

ABSENT_CONFTEST = """
import strict_nbval
strict_nbval.real_model = lambda: None
"""
PRESENT_CONFTEST = """
import pathlib, strict_nbval
strict_nbval.real_model = lambda: pathlib.Path(__file__)
strict_nbval.MEMORY_LIMIT_MB["present"] = 300
"""


def write_notebook(path: Path, cases: list[Case]) -> None:
    cells = [case.cell(count) for count, case in enumerate(cases, start=1)]
    nbformat.write(new_notebook(cells=cells), path)


def run_pytest(folder: Path, *options: str) -> tuple[dict[str, str], str]:
    """Run strict nbval over a folder: failure by 'notebook cell', and the screen."""
    xml, ini = folder / "result.xml", folder / "pytest.ini"
    ini.write_text("[pytest]\n")  # nothing of this checkout's configuration
    command = [
        *(sys.executable, "-m", "pytest", str(folder), "--rootdir", str(folder)),
        *("-c", str(ini), "-p", "no:cacheprovider", "-p", "strict_nbval"),
        *("--nbval", "--nbval-current-env", f"--junitxml={xml}", *options),
        f"--nbval-sanitize-with={TESTS / 'sanitize.cfg'}",
    ]
    env = os.environ | {
        "PYTHONPATH": os.pathsep.join([str(TESTS), str(TESTS.parent)]),
        "COURSE_CHAPTER_TABLE": str(folder / "table.json"),
        "HTTPS_PROXY": "http://127.0.0.1:9",  # must not reach a kernel
        "COURSE_MODE": "long",
    }
    # xdist tells its workers by environment; this run is no worker of the outer one
    env = {k: v for k, v in env.items() if not k.startswith("PYTEST_")}
    run = subprocess.run(command, env=env, capture_output=True, text=True, timeout=300)
    failures = {}
    for case in ET.parse(xml).iter("testcase"):
        failed = case.find("failure")
        where = f"{case.get('classname')} {case.get('name')}"
        failures[where] = "" if failed is None else str(failed.text)
    return failures, run.stdout


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, str], str]:
    folder = tmp_path_factory.mktemp("plain")
    (folder / "conftest.py").write_text(ABSENT_CONFTEST)
    write_notebook(folder / "good.ipynb", PASS)
    write_notebook(folder / "bad.ipynb", [*FAIL])
    return run_pytest(folder)


@pytest.fixture(scope="module")
def present(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, str], str]:
    folder = tmp_path_factory.mktemp("present")
    (folder / "conftest.py").write_text(PRESENT_CONFTEST)
    write_notebook(folder / "present.ipynb", PRESENT)
    write_notebook(folder / "second.ipynb", PASS[:3])
    failures, screen = run_pytest(folder, "-n", "2", "--dist", "loadfile")
    return failures, screen + (folder / "table.json").read_text()


def outcome(failures: dict[str, str], notebook: str, cell: int) -> str:
    found = [v for k, v in failures.items() if k.endswith(f"{notebook} Cell {cell}")]
    assert len(found) == 1, f"{notebook} {cell} in {sorted(failures)}"
    return found[0]


def names(cases: list[Case]) -> list[str]:
    return [case.name for case in cases]


@pytest.mark.parametrize("index", range(len(PASS)), ids=names(PASS))
def test_a_faithful_cell_passes(plain: tuple[dict[str, str], str], index: int) -> None:
    assert outcome(plain[0], "good.ipynb", index) == ""


@pytest.mark.parametrize("index", range(len(FAIL)), ids=names(FAIL))
def test_an_unfaithful_cell_fails_and_says_why(
    plain: tuple[dict[str, str], str], index: int
) -> None:
    message = outcome(plain[0], "bad.ipynb", index)
    assert message, "passed, but must fail"
    for part in FAIL[index].fails_with:
        assert part in message


@pytest.mark.parametrize("index", range(len(PRESENT)), ids=names(PRESENT))
def test_with_the_real_model_reality_is_compared(
    present: tuple[dict[str, str], str], index: int
) -> None:
    message = outcome(present[0], "present.ipynb", index)
    assert bool(message) == bool(PRESENT[index].fails_with)
    for part in PRESENT[index].fails_with:
        assert part in message


def test_the_chapter_table_survives_parallel_runs(
    present: tuple[dict[str, str], str],
) -> None:
    screen = present[1]
    assert "sum (MB: largest)" in screen
    rows = json.loads(screen[screen.rindex("\n[\n") :])
    assert [(row["chapter"], row["cells"]) for row in rows] == [
        ("present", 5),
        ("second", 3),
    ]
    assert 400 < rows[0]["peak_mb"] < 800
    assert rows[1]["peak_mb"] < 300
    assert all(row["seconds"] > 0 for row in rows)
