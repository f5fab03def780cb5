"""Copy the chapters, outputs cleared, into a folder: a home on a hub, a drive.

    python -m course_lib copy FOLDER
    python -m course_lib copy FOLDER --colab    # each begins with the cell Colab needs

The first can be run again at any time, as `start` does: what a student has worked in is
never overwritten, a newer version goes beside it. Standard library only.
"""

import argparse
from pathlib import Path

from course_lib.commands import address, copies, start
from course_lib.commands.console import CommandError
from course_lib.runtime import atomic_write
from course_lib.syllabus import CHAPTERS

HELP = "copy the chapters into a folder (a hub's home, Colab)"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", metavar="FOLDER", type=Path)
    parser.add_argument(
        "--colab", action="store_true", help="begin each with the cell Colab needs"
    )


def run(options: argparse.Namespace) -> int:
    """Copy, and say what happened."""
    folder = options.folder.expanduser()
    folder.mkdir(parents=True, exist_ok=True)
    if options.colab:
        names = copy_for_colab(folder)
        print(f"{len(names)} chapters for Colab in {folder}")
    else:
        print(start.tell(copies.update_copies(CHAPTERS, folder)))
    return 0


def copy_for_colab(folder: Path, chapters: Path = CHAPTERS) -> list[str]:
    """Write each chapter with Colab's first cell in front.

    Raises:
        CommandError: if the folder holds notebooks, or the course has no address.
    """
    if any(folder.glob("[!.]*.ipynb")):
        raise CommandError(f"{folder} holds notebooks already: choose an empty folder.")
    cell = address.colab_cell(address.known_address())
    names = []
    for path in sorted(chapters.glob("[!.]*.ipynb")):
        notebook = copies.cleared(copies.read_notebook(path))
        copies.begin_with(notebook, "colab", cell)
        atomic_write(folder / path.name, copies.as_bytes(notebook))
        names.append(path.name)
    return names
