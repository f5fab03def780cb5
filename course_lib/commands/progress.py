"""Show which exercises you have solved, or begin a chapter anew.

    python -m course_lib progress
    python -m course_lib progress --reset 03

What is solved is kept in my_course/progress.json; no update of the course touches it.
A reset keeps your notebook under another name and gives you a fresh one.
"""

import argparse
import json
import re
from pathlib import Path

from course_lib.commands import copies
from course_lib.commands.console import CommandError
from course_lib.progress import (
    FILE_NAME,
    FOLDER,
    forget_solved,
    read_progress,
)
from course_lib.runtime import ROOT

HELP = "show which exercises you have solved; begin a chapter anew"
_EXERCISE = re.compile(r"@exercise\(\"(\d\d\.\w+)\"\)")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--reset", metavar="NN", help="begin chapter NN anew")


def run(options: argparse.Namespace) -> int:
    """Print the table, or reset one chapter."""
    chapters = sorted((ROOT / "chapters").glob("*.ipynb"))
    try:
        if options.reset:
            print(reset(options.reset, chapters, FOLDER))
        else:
            print(overview(chapters, read_progress(FOLDER / FILE_NAME)))
    except ValueError as error:
        raise CommandError(str(error)) from error
    return 0


def exercises_of(chapter: Path) -> list[str]:
    """List the exercises of a chapter, in its order."""
    cells = json.loads(chapter.read_text(encoding="utf-8"))["cells"]
    text = "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "code")
    return list(dict.fromkeys(_EXERCISE.findall(text)))


def overview(chapters: list[Path], solved: dict[str, str]) -> str:
    """Lay out, for each chapter, what is solved and what comes next."""
    lines, done, total, following = [], 0, 0, None
    for chapter in chapters:
        names = exercises_of(chapter)
        marks = "".join("●" if name in solved else "○" for name in names)
        here = sum(name in solved for name in names)
        done, total = done + here, total + len(names)
        number, _, title = chapter.stem.partition("_")
        title = title.replace("_", " ")
        lines.append(f"{number}  {title:24} {marks:10} {here} of {len(names)}")
        if following is None and here < len(names):
            following = next(name for name in names if name not in solved)
    lines.append(f"\n{done} of {total} exercises solved.")
    if following:
        lines[-1] += f" Next: {following}"
    return "\n".join(lines)


def reset(number: str, chapters: list[Path], folder: Path) -> str:
    """Begin a chapter anew; say what became of the old one.

    Raises:
        ValueError: if there is no such chapter, or the progress file is damaged.
    """
    found = [path for path in chapters if path.name.startswith(f"{number}_")]
    if not found:
        known = ", ".join(path.name[:2] for path in chapters)
        raise ValueError(f"no chapter {number!r}: there are {known}")
    forgotten = forget_solved(folder / FILE_NAME, number)
    kept = copies.reset_copy(found[0], folder)
    where = f" Yours is now called {kept}." if kept else ""
    return f"{found[0].name} is fresh; {forgotten} exercises are open again.{where}"
