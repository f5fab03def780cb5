"""Offer the real model once: ask who can answer, tell who cannot, wait for nobody else.

`start` asks before it begins, while somebody is at the keyboard, and fetches after it
has set up. A scripted run (no terminal, or CI) is told how, and never asked.
"""

import os
import sys
from pathlib import Path

from course_lib.commands import fetch
from course_lib.commands.console import CommandError
from course_lib.runtime import DOWNLOADS, atomic_write, real_model

MARK = ".offered"  # in downloads/: the question was answered, or the way was told
HOW = "    python -m course_lib fetch"
WHAT = (
    "Many chapters close with a look at a real model, SmolLM2-135M-Instruct (93 MB to\n"
    "download). They go on without it, and you can fetch it at any time:"
)


def is_wanted(folder: Path = DOWNLOADS, interactive: bool = True) -> bool:
    """Ask, if nobody has been asked yet, whether to fetch the real model now.

    Args:
        interactive: whether this run may ask at all; if not, or if nobody sits at a
            terminal, it says once how to fetch and goes on.
    """
    before = read_mark(folder)
    if real_model(folder) is not None or before == "asked":
        return False
    if not (interactive and somebody_is_there()):
        if before is None:
            print(f"{WHAT}\n\n{HOW}\n")
            atomic_write(folder / MARK, "told")
        return False
    print(f"{WHAT}\n\n{HOW}\n")
    try:
        answer = input("Shall it be fetched now, too? [y/N] ")
    except EOFError:
        print()
        answer = ""
    atomic_write(folder / MARK, "asked")
    print()
    return answer.strip().lower() in ("y", "yes")


def fetch_or_go_on(folder: Path = DOWNLOADS) -> None:
    """Fetch the model; where that fails, say so and let the course begin without it."""
    print("The real model:")
    try:
        fetch.fetch(folder)
    except (CommandError, OSError) as error:
        print(f"\n{error}\n\nThe course goes on without it. Later:\n\n{HOW}\n")


def somebody_is_there() -> bool:
    """Tell whether a person can read a question here and answer it."""
    streams = (sys.stdin, sys.stdout)
    at_terminal = all(s is not None and s.isatty() for s in streams)
    return at_terminal and not os.environ.get("CI")


def read_mark(folder: Path) -> str | None:
    path = folder / MARK
    return path.read_text(encoding="utf-8").strip() if path.is_file() else None
