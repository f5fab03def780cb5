"""What a power cut would leave: of a folder whose files wait in memory, the name."""

import os
from pathlib import Path

import pytest

from course_lib import runtime


def names_given_safely(monkeypatch: pytest.MonkeyPatch, where: str) -> list[str]:
    """Watch the `rename` at `where`: fail if the folder's files are not on the disk.

    Returns:
        The names given, added to as it goes on.
    """
    on_disk, placed = set(), []
    monkeypatch.setattr(os, "fsync", lambda file: on_disk.add(os.fstat(file).st_ino))

    def rename(old: Path, new: Path) -> None:
        placed.append(new.name)
        assert {path.stat().st_ino for path in old.iterdir()} <= on_disk
        runtime.rename(old, new)

    monkeypatch.setattr(where, rename)
    return placed
