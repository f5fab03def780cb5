"""The list of what lies in `data/`: which command made a file, from which seed."""

import contextlib
import hashlib
import json
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from course_lib.runtime import atomic_write

MANIFEST = "MANIFEST.json"
LOCK = ".MANIFEST.lock"
STALE_S = 60.0  # a lock that is older was left behind by somebody who was killed


def list_files(
    folder: Path, names: Iterable[str], made_by: str, seed: int, note: str = ""
) -> None:
    """Enter files, or all files of a folder, with their size and sha256.

    Older entries under the same names are replaced, others are kept. Two stages may
    call this at the same time.

    Raises:
        ValueError: if there is no such file.
    """
    new = [
        (name, [_entry(folder, file, made_by, seed, note) for file in files])
        for name in names
        if (files := _files(folder / name))
    ]
    path = folder / MANIFEST
    with _alone(folder):
        entries = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
        for name, some in new:
            entries = [e for e in entries if not f"{e['file']}/".startswith(f"{name}/")]
            entries += some
        entries.sort(key=lambda e: e["file"])
        atomic_write(path, json.dumps(entries, indent=1) + "\n")


def list_again(folder: Path, names: Iterable[str], made_by: str, seed: int) -> None:
    """Enter those of some files that are there: a kill may have come before it."""
    there = [name for name in names if (folder / name).exists()]
    list_files(folder, there, made_by, seed)


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep others from writing the manifest between reading it and writing it."""
    lock = folder / LOCK
    while True:
        try:
            lock.touch(exist_ok=False)
            break
        except FileExistsError:
            with contextlib.suppress(FileNotFoundError):  # given back meanwhile
                if time.time() - lock.stat().st_mtime > STALE_S:
                    lock.unlink()
            time.sleep(0.01)
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    found = sorted(p for p in path.rglob("*") if p.is_file())
    if not found:
        raise ValueError(f"{path} is not there or empty; make it before it is listed")
    return found


def _entry(folder: Path, file: Path, made_by: str, seed: int, note: str) -> dict:
    content = file.read_bytes()
    entry = {
        "file": file.relative_to(folder).as_posix(),
        "made_by": made_by,
        "seed": seed,
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    return entry | ({"note": note} if note else {})
