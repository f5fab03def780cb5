"""Serve models of the course behind an OpenAI-compatible endpoint on this machine.

    python -m course_lib serve                     # the assistant and the base model
    python -m course_lib serve searcher my/model   # of data/, or any folder of yours

Then any client can talk to it, for example OpenAI's own for Python:

    client = OpenAI(base_url="http://127.0.0.1:8000/v1", api_key="none")
    client.chat.completions.create(model="assistant", messages=[...])

Requests wait their turn. Set COURSE_API_KEY to ask for a key.
"""

import argparse
from pathlib import Path

from course_lib.commands import bootstrap
from course_lib.commands.console import Steps
from course_lib.commands.environment import clean_variables, run_child

HELP = "let any OpenAI client talk to the course's models, on this machine"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folders", nargs="*", help="default: assistant and base")
    parser.add_argument(
        "--host", default="127.0.0.1", help="default: this machine only"
    )
    parser.add_argument("--port", type=int, default=8000, help="default: 8000")


def run(options: argparse.Namespace) -> int:
    """Set up, then serve in the environment of the course."""
    python = bootstrap.python_for_programs(Steps(2))
    place = ["--host", options.host, "--port", str(options.port)]
    command = [str(python), "-m", "course_lib.serve", *place]
    command += [_whole(folder) for folder in options.folders]
    return run_child(command, clean_variables())


def _whole(folder: str) -> str:
    """Say where a folder lies that is named from here; others are names in data/."""
    path = Path(folder).expanduser()
    return str(path.resolve()) if path.is_dir() else folder
