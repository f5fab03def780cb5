"""Show which exercises you have solved, or begin a chapter anew.

    python -m course_lib progress
    python -m course_lib progress --reset 03

What is solved is kept in my_course/progress.json; no update of the course touches it.
A reset keeps your notebook under another name and gives you a fresh one.
"""

import argparse
from pathlib import Path

from course_lib.commands import copies
from course_lib.commands.console import CommandError
from course_lib.progress import (
    FILE_NAME,
    FOLDER,
    forget_solved,
    overview,
    progress_file,
    read_progress,
)
from course_lib.syllabus import CHAPTERS, syllabus

HELP = "show which exercises you have solved; begin a chapter anew"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--reset", metavar="NN", help="begin chapter NN anew")


def run(options: argparse.Namespace) -> int:
    """Print the table, or reset one chapter."""
    kept = progress_file() or FOLDER / FILE_NAME
    try:
        if options.reset:
            chapters = sorted(CHAPTERS.glob("[!.]*.ipynb"))
            print(reset(options.reset, chapters, kept))
        else:
            print(overview(syllabus(), read_progress(kept)))
    except ValueError as error:
        raise CommandError(str(error)) from error
    return 0


def reset(number: str, chapters: list[Path], kept: Path) -> str:
    """Begin a chapter anew, beside the file of progress; say what became of the old.

    Raises:
        ValueError: if there is no such chapter, or the progress file is damaged.
    """
    found = [path for path in chapters if path.name.startswith(f"{number}_")]
    if not found:
        known = ", ".join(path.name[:2] for path in chapters)
        raise ValueError(f"no chapter {number!r}: there are {known}")
    forgotten = forget_solved(kept, number)
    renamed = copies.reset_copy(found[0], kept.parent)
    where = f" Yours is now called {renamed}." if renamed else ""
    return f"{found[0].name} is fresh; {forgotten} exercises are open again.{where}"
