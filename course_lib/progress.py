"""Keep what a student has solved in a file of their own, beside their chapters.

Only a notebook that runs in the student's folder counts: a test, or the course's own
chapters, never are. `COURSE_PROGRESS` names another file (a class on one server), or
nothing at all when it is empty.
"""

import json
import os
from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path

from course_lib.locks import locked
from course_lib.runtime import ROOT, atomic_write
from course_lib.syllabus import Chapter

FOLDER = ROOT / "my_course"
FILE_NAME = "progress.json"
VARIABLE = "COURSE_PROGRESS"
PATIENCE_S = 2.0  # with another notebook that writes; then it is written all the same


def progress_file() -> Path | None:
    """Say where to write; None where nothing is to be kept."""
    if VARIABLE in os.environ:
        named = os.environ[VARIABLE]
        return Path(named) if named else None
    try:
        here = Path.cwd().resolve()
    except FileNotFoundError:  # the folder was deleted under a running kernel
        return None
    inside = here == FOLDER.resolve() or FOLDER.resolve() in here.parents
    return FOLDER / FILE_NAME if inside else None


def read_progress(path: Path) -> dict[str, str]:
    """Read exercise -> the day it was first solved; empty where there is no file.

    Raises:
        ValueError: if the file is damaged: it is the student's, and not overwritten.
    """
    if not path.exists():
        return {}
    try:
        solved = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(
            f"{path} is damaged ({error}): mend it, or move it away to begin anew"
        ) from error
    if not isinstance(solved, dict):
        raise ValueError(f"{path} holds no list of exercises: move it away")
    return {str(name): str(day) for name, day in solved.items()}


def keep_solved(name: str) -> None:
    """Note that an exercise is solved; a chapter never fails because of this."""
    path = progress_file()
    if path is None:
        return
    try:
        with _in_turn(path):
            solved = read_progress(path)
            if name not in solved:
                solved[name] = date.today().isoformat()
                _write(path, solved)
    except (OSError, ValueError) as error:
        print(f"  (Not kept in your progress: {error})")


def forget_solved(path: Path, chapter: str) -> int:
    """Forget the exercises of a chapter; return how many were solved."""
    with _in_turn(path):
        solved = read_progress(path)
        left = {n: day for n, day in solved.items() if not n.startswith(f"{chapter}.")}
        if len(left) < len(solved):
            _write(path, left)
    return len(solved) - len(left)


def _in_turn(path: Path) -> AbstractContextManager[bool]:
    """Read and write as one step: two notebooks may solve something at once."""
    return locked(path.with_name(f".{path.name}.lock"), PATIENCE_S)


def _write(path: Path, solved: dict[str, str]) -> None:
    atomic_write(path, json.dumps(solved, indent=1, sort_keys=True) + "\n")


def overview(chapters: Sequence[Chapter], solved: Collection[str]) -> str:
    """Lay out, for each chapter, what is solved, and say which exercise is next."""
    lines = [
        f"{one.number}  {one.title:24} {marks(one, solved):10} {count(one, solved)}"
        for one in chapters
    ]
    names = [name for one in chapters for name in one.exercises]
    open_ones = [name for name in names if name not in solved]
    told = f"{len(names) - len(open_ones)} of {len(names)} exercises solved."
    following = f" Next: {open_ones[0]}" if open_ones else ""
    return "\n".join([*lines, f"\n{told}{following}"])


def marks(chapter: Chapter, solved: Collection[str]) -> str:
    """Draw a full circle for each exercise that is solved, an empty one for others."""
    return "".join("●" if name in solved else "○" for name in chapter.exercises)


def count(chapter: Chapter, solved: Collection[str]) -> str:
    """Say how many are solved: "2 of 4"."""
    here = sum(name in solved for name in chapter.exercises)
    return f"{here} of {len(chapter.exercises)}"
