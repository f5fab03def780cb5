"""A student's own copies of the chapters, which no update of the course overwrites.

A copy is replaced only while it is, byte for byte, what we wrote. JupyterLab rewrites
a notebook as soon as a cell runs, and that already counts as the student's. Then a new
version of the chapter goes beside theirs. Knows notebooks as JSON and nothing more.
"""

import copy
import hashlib
import itertools
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from course_lib.commands.console import CommandError
from course_lib.runtime import atomic_write, rename

RECORD = ".copied.json"


@dataclass(frozen=True)
class Copied:
    """What we know of one file that we wrote."""

    file_sha256: str  # of the bytes we wrote
    source_sha256: str  # of the chapter's cells it was made from, without outputs


@dataclass(frozen=True)
class Outcome:
    """What happened to one chapter: `new`, `same`, `updated`, or `beside`."""

    name: str
    what: str
    beside: str | None = None  # where the new version is, if not in its place


def read_notebook(path: Path) -> dict:
    """Read a chapter of the course.

    Raises:
        CommandError: if it is no notebook; then the course's own files are damaged.
    """
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        source_sha256(notebook)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CommandError(
            f"{path} is not a readable notebook ({error}).\n"
            f"Bring it back with: git restore {path.parent.name}/{path.name}\n"
            "or unpack the course's ZIP once more; your own copies stay as they are."
        ) from error
    return notebook


def cleared(notebook: dict) -> dict:
    """Copy a notebook without outputs, run counts and widget states."""
    result = copy.deepcopy(notebook)
    result.get("metadata", {}).pop("widgets", None)
    for cell in result["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = []
            cell["execution_count"] = None
            cell.get("metadata", {}).pop("execution", None)  # when it ran
    return result


def begin_with(notebook: dict, cell_id: str, source: str) -> None:
    """Put a code cell in front of all others."""
    cell = {
        "cell_type": "code",
        "id": cell_id,
        "metadata": {},
        "execution_count": None,
        "outputs": [],
        "source": source.splitlines(keepends=True),
    }
    notebook["cells"].insert(0, cell)


def source_sha256(notebook: dict) -> str:
    """Hash what an author writes: kinds and texts of the cells, whatever they print."""
    cells = [[cell["cell_type"], "".join(cell["source"])] for cell in notebook["cells"]]
    return sha256(json.dumps(cells).encode())


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def as_bytes(notebook: dict) -> bytes:
    """Write a notebook as JupyterLab does."""
    return (json.dumps(notebook, indent=1, ensure_ascii=False) + "\n").encode()


def read_record(folder: Path) -> dict[str, Copied]:
    """Read what we copied before. What cannot be read counts as never copied by us.

    That is the safe side: a file we do not know to be ours is never replaced.
    """
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        return {name: Copied(**entry) for name, entry in record.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def write_record(folder: Path, record: dict[str, Copied]) -> None:
    entries = {name: asdict(entry) for name, entry in sorted(record.items())}
    atomic_write(folder / RECORD, json.dumps(entries, indent=1))


def update_copies(chapters: Path, folder: Path) -> list[Outcome]:
    """Bring the student's folder up to date with the course's chapters."""
    folder.mkdir(exist_ok=True)
    record = read_record(folder)
    outcomes = []
    for path in sorted(chapters.glob("[!.]*.ipynb")):
        before = dict(record)
        outcomes.append(_update_one(read_notebook(path), path.name, folder, record))
        if record != before:  # a full disk must not stop one who has all chapters
            write_record(folder, record)  # after each: a stop here forgets nothing
    return outcomes


def reset_copy(path: Path, folder: Path) -> str | None:
    """Give the student a fresh copy of a chapter; keep theirs under another name.

    Returns:
        What theirs is called now; None if there was none, or it was as we wrote it.
    """
    folder.mkdir(exist_ok=True)
    notebook, record = read_notebook(path), read_record(folder)
    mine, known, kept = folder / path.name, record.get(path.name), None
    if mine.exists() and (
        known is None or sha256(mine.read_bytes()) != known.file_sha256
    ):
        stem = path.name.removesuffix(".ipynb")
        names = (f"{stem}.mine-{k}.ipynb" for k in itertools.count(1))
        kept = next(name for name in names if not (folder / name).exists())
        rename(mine, folder / kept)
    fresh = as_bytes(cleared(notebook))
    atomic_write(mine, fresh)
    record[path.name] = Copied(sha256(fresh), source_sha256(notebook))
    write_record(folder, record)
    return kept


def _update_one(
    notebook: dict, name: str, folder: Path, record: dict[str, Copied]
) -> Outcome:
    fresh = as_bytes(cleared(notebook))
    entry = Copied(sha256(fresh), source_sha256(notebook))
    mine, known = folder / name, record.get(name)
    if not mine.exists():
        atomic_write(mine, fresh)
        record[name] = entry
        return Outcome(name, "new")
    if known is not None and known.source_sha256 == entry.source_sha256:
        return Outcome(name, "same")
    if _has_source(mine, entry.source_sha256):  # known to us or not: it is this one
        record[name] = entry
        return Outcome(name, "same")
    if known is not None and sha256(mine.read_bytes()) == known.file_sha256:
        atomic_write(mine, fresh)
        record[name] = entry
        return Outcome(name, "updated")
    beside = _free_place(folder, name, entry, record)
    atomic_write(folder / beside, fresh)
    record[beside] = entry
    # Theirs has now been told of this version; its bytes are still not ours.
    bytes_we_wrote = known.file_sha256 if known is not None else ""
    record[name] = Copied(bytes_we_wrote, entry.source_sha256)
    return Outcome(name, "beside", beside)


def _has_source(path: Path, wanted_sha256: str) -> bool:
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        return source_sha256(notebook) == wanted_sha256
    except (ValueError, KeyError, TypeError, AttributeError):
        return False  # damaged or half-edited: theirs, and not this version


def _free_place(
    folder: Path, name: str, entry: Copied, record: dict[str, Copied]
) -> str:
    """Find a name for a new version: unused, or holding only what we wrote."""
    for candidate in _names_beside(name):
        path, known = folder / candidate, record.get(candidate)
        if not path.exists():
            return candidate
        ours = {entry.file_sha256, known.file_sha256 if known is not None else ""}
        if sha256(path.read_bytes()) in ours:
            return candidate
    raise AssertionError("the names never end")


def _names_beside(name: str) -> Iterator[str]:
    stem = name.removesuffix(".ipynb")
    yield f"{stem}.updated.ipynb"
    for number in itertools.count(2):
        yield f"{stem}.updated-{number}.ipynb"
