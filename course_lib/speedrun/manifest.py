"""The list of what lies in `data/`: which command made a file, from which seed."""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from course_lib.runtime import atomic_write

MANIFEST = "MANIFEST.json"


def list_files(
    folder: Path, names: Iterable[str], made_by: str, seed: int, note: str = ""
) -> None:
    """Enter files, or all files of a folder, with their size and sha256.

    Older entries under the same names are replaced, others are kept.

    Raises:
        ValueError: if there is no such file.
    """
    path = folder / MANIFEST
    entries = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    for name in names:
        entries = [e for e in entries if not (e["file"] + "/").startswith(f"{name}/")]
        entries += [
            _entry(folder, file, made_by, seed, note) for file in _files(folder / name)
        ]
    entries.sort(key=lambda e: e["file"])
    atomic_write(path, json.dumps(entries, indent=1) + "\n")


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
