"""What the steps of a run have cost: those that are done, and the one that goes on.

Both lie in files under `records/`: a record says that its step is done; what an
unfinished step has spent is kept every few seconds, so that a kill makes nothing look
cheap, and whoever waits can be told how far it is. A file that a power cut has damaged
counts as none.
"""

import contextlib
import json
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from course_lib.runtime import atomic_write

RECORDS = "records"
SPENT_EVERY_S = 5.0


@dataclass(frozen=True)
class Record:
    """What a step cost, once it is done."""

    seconds: float | None
    peak_mb: float | None
    tokens_per_s: float | None = None

    @classmethod
    def load(cls, folder: Path, name: str) -> "Record | None":
        """Read the record of a step; None if it is not done."""
        path = folder / RECORDS / f"{name}.json"
        if not path.is_file():
            return None
        try:
            return cls(**json.loads(path.read_text(encoding="utf-8")))
        except (ValueError, TypeError):  # damaged: the step is done again
            return None

    def save(self, folder: Path, name: str) -> None:
        """Say that a step is done."""
        content = json.dumps(asdict(self), indent=1)
        atomic_write(folder / RECORDS / f"{name}.json", content)


@dataclass(frozen=True)
class Spent:
    """What an unfinished step has cost so far, in all calls together."""

    seconds: float = 0.0
    share: float | None = None  # of its work, 0 to 1; None if it does not tell

    @classmethod
    def load(cls, folder: Path, name: str) -> "Spent":
        """Read what a step has spent; nothing, if it has not begun or is done."""
        try:
            found = json.loads(_spent_file(folder, name).read_text(encoding="utf-8"))
            if not isinstance(found, dict):
                return cls(float(found))  # as once
            share = found.get("share")
            return cls(float(found["seconds"]), None if share is None else float(share))
        except (FileNotFoundError, ValueError, TypeError, KeyError):
            return cls()


class SpentClock:
    """Keeps `Spent` in its file while a step works, from a thread of its own."""

    def __init__(self, folder: Path, name: str) -> None:
        self.before_s = Spent.load(folder, name).seconds
        self._path, self._share = _spent_file(folder, name), None
        self._over = threading.Event()
        self._writer = threading.Thread(target=self._keep, daemon=True)
        self._writer.start()

    def tell(self, share: float) -> None:
        """Say how much of the step's work is done, from 0 to 1."""
        self._share = share

    def _keep(self) -> None:
        began = time.perf_counter()
        while not self._over.wait(SPENT_EVERY_S):
            seconds = self.before_s + time.perf_counter() - began
            spent = Spent(round(seconds, 1), self._share)
            with contextlib.suppress(OSError):  # somebody is reading it: next time
                atomic_write(self._path, json.dumps(asdict(spent)), lasting=False)

    def forget(self) -> None:
        """Take the file away: the step has a record."""
        self._over.set()
        self._writer.join()
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)


def _spent_file(folder: Path, name: str) -> Path:
    return folder / RECORDS / f"{name}.spent.json"
