"""Run chapters and store the outputs that a reader should see (for maintainers).

    python -m course_lib author 02
    python -m course_lib author --check
    python -m course_lib author --record

Each chapter runs in a fresh kernel, without a network. What is stored is what the test
compares: no warnings, no widget state, no timings. The same run gives the same bytes.
With `--record` the live trainings' curves and lengths are kept in data/, too: `stage`
promises these lengths. Record on a quiet machine, after a training was changed.

    COURSE_RECORD=1 python -m course_lib author 07

With this variable, and the real model on the disk, what the chapter asks of it is kept
in data/, too.
"""

import argparse
import os

from course_lib.commands import bootstrap
from course_lib.commands.console import CommandError, Steps
from course_lib.commands.environment import clean_variables, run_child
from course_lib.runtime import DATA, ROOT

HELP = "run chapters and store their outputs (for maintainers)"
COMMAND_OF_RECORD = "COURSE_RECORD=1 python -m course_lib author"
INSIDE = "COURSE_AUTHOR_INSIDE"  # set for the run in .venv, which does the work


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "chapters", nargs="*", help="numbers, such as 02, or files; default: all"
    )
    parser.add_argument(
        "--check", action="store_true", help="write nothing; fail if a run differs"
    )
    parser.add_argument(
        "--record", action="store_true", help="keep the live trainings' curves in data/"
    )


def run(options: argparse.Namespace) -> int:
    """Set up as `test` does, then do the work in the environment of the course."""
    if os.environ.get(INSIDE):
        return _author(options)
    env = bootstrap.prepare(Steps(3), with_tests=True)
    command = [str(env.python), "-m", "course_lib", "author", *options.chapters]
    command += [f"--{name}" for name in ("check", "record") if vars(options)[name]]
    return run_child(command, clean_variables({INSIDE: "1"}))


def _author(options: argparse.Namespace) -> int:
    from course_lib.checkpoint import real
    from course_lib.commands.notebooks import author
    from course_lib.speedrun.manifest import list_files
    from course_lib.widgets.recorded import RECORD, RUNS

    if options.record:
        os.environ[RECORD] = str(DATA / RUNS)  # the chapters' kernels inherit it
    names = options.chapters or sorted((ROOT / "chapters").glob("[!.]*.ipynb"))
    try:
        failures = author(names, check=options.check)
    except ValueError as error:
        raise CommandError(str(error)) from error
    if options.record:
        list_files(DATA, [RUNS], "python -m course_lib author --record", seed=0)
    if os.environ.get(real.RECORDING) and real.RECORD.exists():
        note = "what SmolLM2-135M-Instruct said, fp32"
        list_files(DATA, [real.RECORD.name], COMMAND_OF_RECORD, seed=0, note=note)
    return failures
