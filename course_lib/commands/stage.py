"""Prepare a chapter for a lecture: warm the machine up, print the run sheet, open it.

    python -m course_lib stage 09
    python -m course_lib stage 09 --sheet      # only print what to say, click, expect

Opens a copy in my_stage/ whose first cell is a ▶ Present button: full-screen slides
with live cells, one section at a time, speaker's notes on the key n, a rewind on r. A
live training that would take much longer than the sheet says ends in its recording.
"""

import argparse
import copy
import json
import secrets
from pathlib import Path

from course_lib.commands import bootstrap, copies, start
from course_lib.commands.console import CommandError, Steps
from course_lib.commands.environment import Environment, clean_variables, run_child
from course_lib.commands.run_sheet import Section, as_text, run_sheet, split_at_headings
from course_lib.runtime import ROOT, atomic_write

HELP = "prepare a chapter for a lecture, with slides and a run sheet"
FOLDER = ROOT / "my_stage"
FIRST_CELL = """\
# Added by `python -m course_lib stage`: run this cell, then press ▶ Present.
import json

from course_lib.widgets import Present, RunSheet

Present([RunSheet(**one) for one in json.loads({sheet!r})])"""
# What takes long the first time: libraries from the disk, the model and the pages.
WARM_UP = """\
import matplotlib.figure, torch
import course_lib.widgets, course_lib.exercises
from course_lib import checkpoint
from course_lib.runtime import DATA
from course_lib.world import World
World(0).documents()
for path in sorted(DATA.glob("*/model.safetensors")):
    checkpoint.load(path.parent)
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("chapter", metavar="NN", help="the number, such as 09")
    parser.add_argument("--sheet", action="store_true", help="print the run sheet only")
    parser.add_argument(
        "--no-browser", action="store_true", help="print the address to open, only"
    )


def run(options: argparse.Namespace) -> int:
    """Print the run sheet; unless that is all, warm up and open the stage."""
    chapter = chapter_named(options.chapter)
    print(as_text(run_sheet(chapter)))
    if options.sheet:
        return 0
    steps = Steps(3)
    env = bootstrap.prepare(steps)
    steps.start("Warming up")
    warm = warm_up(env)
    steps.done(
        "libraries, pages and models are in memory"
        if warm
        else "not all of it, see above: some cells will be slower"
    )
    path = stage_copy(chapter, FOLDER)
    lab = start.Lab(
        FOLDER,
        path.name,
        start.free_port(None),
        secrets.token_hex(16),
        not options.no_browser,
        on_stage=True,
    )
    return start.launch(env, lab)


def chapter_named(number: str) -> Path:
    """Find a chapter.

    Raises:
        CommandError: if there is none with this number.
    """
    chapters = sorted((ROOT / "chapters").glob("[!.]*.ipynb"))
    found = [p for p in chapters if p.name.startswith(f"{number.zfill(2)}_")]
    if not found:
        known = ", ".join(path.name[:2] for path in chapters)
        raise CommandError(f"There is no chapter {number}; there are {known}.")
    return found[0]


def stage_copy(chapter: Path, folder: Path) -> Path:
    """Write the chapter, outputs cleared, with the button in front."""
    notebook = copies.read_notebook(chapter)
    fresh = copies.cleared(copy.deepcopy(notebook))
    fresh["cells"] = list(split_at_headings(fresh["cells"]))
    sheet = json.dumps([for_widget(one) for one in run_sheet(chapter)])
    copies.begin_with(fresh, "present", FIRST_CELL.format(sheet=sheet))
    return atomic_write(folder / chapter.name, copies.as_bytes(fresh))


def for_widget(section: Section) -> dict:
    """Hand over what `widgets.RunSheet` takes."""
    return {k: v for k, v in vars(section).items() if k != "exercise_minutes"}


def warm_up(env: Environment) -> bool:
    """Read once what a lecture should not wait for; tell whether all of it was read."""
    command = [str(env.python), "-c", WARM_UP]
    return run_child(command, clean_variables()) == 0
