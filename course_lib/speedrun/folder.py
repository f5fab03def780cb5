"""What stages find in the folder of a run: its pages and its models, on its device."""

import gzip
import json
import shutil
from collections.abc import Callable
from pathlib import Path

from course_lib import checkpoint, runtime
from course_lib.model import Transformer
from course_lib.tokenizer import BPETokenizer
from course_lib.world import Document, Fact, World

DOCUMENTS = "crawl_documents.jsonl.gz"  # a line of JSON for each page that was kept
Tell = Callable[[float], None]  # called with the share of a stage's work that is done


def nobody(_share: float) -> None:
    """Hear how far a stage is, and do nothing."""


def load_model(folder: Path) -> tuple[Transformer, BPETokenizer]:
    """Load a checkpoint onto the device of the run."""
    model, tokenizer = checkpoint.load(folder, runtime.device())
    assert tokenizer is not None
    return model, tokenizer


def pages_of(folder: Path | None, world_seed: int) -> list[Document]:
    """Read the pages that a crawl left in the folder; None: the world's, as written.

    Raises:
        ValueError: if the folder has none.
    """
    if folder is None:
        return World(world_seed).documents()
    path = folder / DOCUMENTS
    if not path.is_file():
        raise ValueError(f"{path} is missing: clean a crawl into {folder} first")
    pages = []
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            facts = tuple(Fact(*fact) for fact in row["facts"])
            pages.append(Document(row["kind"], row["text"], facts))
    return pages


def training_pages(folder: Path, world_seed: int) -> list[Document]:
    """Return the pages that the base model of the folder was trained on."""
    notes = checkpoint.load_notes(folder / "base")
    crawled = notes.get("crawled", False)  # the base in data/ read the world's own
    pages = pages_of(folder if crawled else None, world_seed)
    return pages[notes["held_out_pages"] :]


def discard(folder: Path) -> None:
    """Delete a folder; killed in between, no half of it is taken for the whole."""
    if folder.exists():
        doomed = folder.with_name(f".{folder.name}.old")
        shutil.rmtree(doomed, ignore_errors=True)
        runtime.rename(folder, doomed)
        shutil.rmtree(doomed, ignore_errors=True)
