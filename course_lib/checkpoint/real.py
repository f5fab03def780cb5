"""The real model of the reality checks, or what it said when the course was made.

A chapter has to run where the model is not on the disk, and its stored text has to
hold there too. So each result of the real model is recorded in `data/`; where the
model is there it is measured afresh, and a difference is said aloud.

For maintainers: `COURSE_RECORD=1 python -m course_lib author NN` writes the record, and
lists it.
"""

import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from course_lib.checkpoint.gguf_file import load_gguf
from course_lib.checkpoint.hf_tokenizer import Tokenizer
from course_lib.model import Transformer
from course_lib.runtime import DATA, DOWNLOADS, REAL_MODEL, atomic_write, mode

REAL_FILE = DOWNLOADS / REAL_MODEL
REAL_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
RECORD = DATA / "real_model.json"
RECORDING = "COURSE_RECORD"  # the variable that has results written into the record
FETCH = "`python -m course_lib fetch` brings it (93 MB), once"


@dataclass(frozen=True)
class RealModel:
    """SmolLM2-135M-Instruct in our own class; without it, `model` is None."""

    model: Transformer | None
    tokenizer: Tokenizer | None
    said: str  # what is the case, and how to get the file where it is missing
    record: Path = RECORD

    def result(self, name: str, measure: Callable[[], Any]) -> Any:
        """Measure where the model is there; else return what was recorded.

        The result has to be plain JSON: lists, dicts, strings, whole numbers.

        Raises:
            ValueError: if the model is missing and nothing was recorded.
        """
        known = (
            json.loads(self.record.read_text("utf-8")) if self.record.exists() else {}
        )
        if self.model is None:
            if name not in known:
                raise ValueError(f"nothing is recorded as {name!r}; {FETCH}")
            return known[name]
        fresh = json.loads(json.dumps(measure()))
        if os.environ.get(RECORDING):
            known = dict(sorted((known | {name: fresh}).items()))
            text = json.dumps(known, indent=1, ensure_ascii=False)
            atomic_write(self.record, text + "\n")
        elif name in known and known[name] != fresh:
            print(f"({name}: this machine gives another result than the recorded one)")
        return fresh


def load_real(
    path: str | Path = REAL_FILE, sha256: str = REAL_SHA256, record: Path = RECORD
) -> RealModel:
    """Load the real model if it is there and whole; say so, or say what is wrong.

    Nothing is raised, whatever the file is: a chapter goes on with its own model.
    """
    path = Path(path)
    if mode() == "test":
        said = "The real model is left out, as COURSE_MODE is test."
        return RealModel(None, None, f"{said}\nWhat follows was recorded.", record)
    if not path.is_file():
        said = f"The real model is not on this disk: {FETCH}."
        return RealModel(None, None, f"{said}\nWhat follows was recorded.", record)
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != sha256:
        said = (
            f"{path.name} is cut off, or is another file than the one that the course "
            f"knows.\nIt was not opened. Delete it; then {FETCH}."
        )
        return RealModel(None, None, f"{said}\nWhat follows was recorded.", record)
    try:
        model, tokenizer = load_gguf(path, dtype=torch.float32)
    except (ValueError, OSError) as error:
        said = f"{path.name} could not be loaded: {error}"
        return RealModel(None, None, f"{said}\nWhat follows was recorded.", record)
    return RealModel(model, tokenizer, "The real model is here.", record)
