"""Set up the course, check the style, and run unit tests and every chapter.

What follows `--` goes to pytest, for example:

    python -m course_lib test -- -k tokenizer
    python -m course_lib test -- chapters/02_tokenization.ipynb
"""

import argparse
import time

from course_lib.commands import bootstrap
from course_lib.commands.console import Steps
from course_lib.commands.environment import Environment, clean_variables, run_child
from course_lib.runtime import ROOT, THREAD_VARIABLES

HELP = "set up the course, run its tests and every chapter"
NO_TESTS_RAN = 5  # pytest's exit code

# Two at a time, each file in one piece: a chapter is one kernel from top to bottom. A
# worker that dies ends the run: with a new one, pytest-xdist was seen to stand still.
# The root's conftest.py knows better than xdist which files should come first.
IN_PARALLEL = ["-n", "2", "--dist", "loadfile", "--no-loadscope-reorder",
               "--max-worker-restart", "0"]  # fmt: skip


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.usage = "%(prog)s [-h] [-- PYTEST_ARGUMENTS]"


def run(options: argparse.Namespace) -> int:
    """Do the four steps of `test`; the last line says how it went."""
    start = time.monotonic()
    steps = Steps(4)
    env = bootstrap.prepare(steps, with_tests=True)
    steps.start("Style (ruff)")
    style_code = call(env, ["ruff", "check", "."])
    steps.done("checked")
    steps.start("Unit tests and chapters (pytest)")
    tests_code = call(env, ["pytest", *pytest_arguments(options.passed_on)])
    print(verdict(style_code, tests_code, time.monotonic() - start))
    return tests_code or style_code


def call(env: Environment, module_and_arguments: list[str]) -> int:
    """Run a module in `.venv`, with its output shown as it comes."""
    command = [str(env.python), "-m", *module_and_arguments]
    return run_child(command, fixed_variables())


def fixed_variables() -> dict[str, str]:
    """Fix what could make two runs differ: threads, mode, device, kernel."""
    return clean_variables(
        dict.fromkeys(THREAD_VARIABLES, "1")
        | {
            "COURSE_MODE": "default",
            "COURSE_DEVICE": "cpu",  # a GPU's sums differ in the last digits
            "JUPYTER_PREFER_ENV_PATH": "1",
        }
    )


def pytest_arguments(passed_on: list[str]) -> list[str]:
    """Test everything, unless what was passed on names files or folders."""
    named = any((ROOT / arg.partition("::")[0]).exists() for arg in passed_on if arg)
    folders = [] if named else ["tests", "chapters"]
    return [*IN_PARALLEL, *passed_on, *(f for f in folders if (ROOT / f).is_dir())]


def verdict(style_code: int, tests_code: int, elapsed_s: float) -> str:
    """Say in one line how it went."""
    took = f"in {elapsed_s:.0f} s"
    if style_code == tests_code == 0:
        return f"All passed: style, unit tests and chapters, {took}"
    failed = ["style (ruff)"] if style_code else []
    if tests_code == NO_TESTS_RAN:
        failed.append("no test was run")
    elif tests_code:
        failed.append(f"tests (pytest's exit code {tests_code})")
    return f"FAILED: {' and '.join(failed)}, {took}; the reasons are above"
