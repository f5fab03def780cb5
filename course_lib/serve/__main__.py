"""`python -m course_lib.serve [FOLDER …]`: serve models of the course, here."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from course_lib import checkpoint
from course_lib.chat import COURSE
from course_lib.runtime import DATA, data_path, device
from course_lib.serve.answering import Models
from course_lib.serve.server import LOCALHOST, Endpoint
from course_lib.tools import (
    SearchIndex,
    Speaker,
    Toolbox,
    calculate,
    encyclopedia_of,
    run_python,
)
from course_lib.world import World

KEY = "COURSE_API_KEY"  # in the environment: a command line is read by others


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m course_lib.serve")
    parser.add_argument("folders", nargs="*")
    parser.add_argument("--host", default=LOCALHOST)
    parser.add_argument("--port", type=int, default=8000)
    return parser.parse_args(given)


def load_models(folders: Sequence[str]) -> Models:
    """Load every checkpoint under its folder's name, with the tools of the course.

    Raises:
        ValueError: if one is missing, or two have the same name.
    """
    world = World(0)
    index = SearchIndex(encyclopedia_of(world))
    tools = {"search": index.read, "calc": calculate, "python": run_python}
    speakers = {}
    for folder in folders or ("assistant", "base"):
        path = Path(folder)
        if not path.is_dir() and not (DATA / folder).is_dir():
            raise ValueError(f"there is no folder {folder}, neither here nor in data/")
        path = path if path.is_dir() else data_path(folder)
        if path.name in speakers:
            raise ValueError(f"two models are called {path.name!r}: rename a folder")
        model, tokenizer = checkpoint.load(path)
        if tokenizer is None:
            raise ValueError(f"{path} has no tokenizer: it cannot read a request")
        box = Toolbox(COURSE, tokenizer, tools)
        speakers[path.name] = Speaker(model.to(device()).eval(), box)
    return Models(speakers)


def main(given: Sequence[str] | None = None) -> None:
    """Serve until Ctrl-C."""
    options = arguments(given)
    if not 0 <= options.port <= 65_535:
        raise ValueError(f"--port is {options.port}; it can be from 0 to 65535")
    models = load_models(options.folders)
    key = os.environ.get(KEY) or None
    with Endpoint(models, options.host, options.port, key, log=print) as endpoint:
        names = ", ".join(models.speakers)
        print(f"Serving {names} at {endpoint.url} — Ctrl-C ends it.", flush=True)
        if not endpoint.is_local and key is None:
            print(f"Anyone on the network may use it: set {KEY} to ask for a key.")
        endpoint.serve_forever()


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        print("\nStopped.")
    except (ValueError, OSError) as error:
        sys.exit(f"\n{error}")
