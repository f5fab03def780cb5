"""Let one at a time do what two at once would damage, whichever windows they are in.

The system holds a lock, not its file: whoever is killed leaves nothing locked. Needs
the standard library only: the commands use it before any package is installed.
"""

import importlib
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LOOK_EVERY_S = 0.02


@contextmanager
def locked(path: Path, patience_s: float = 0.0) -> Iterator[bool]:
    """Hold the lock of a file during a block; False if somebody else keeps it.

    Threads keep each other out as processes do. The file stays, and is empty: deleted,
    it could be locked by one and made anew by another.

    Raises:
        OSError: if one may not write there.
    Example: `with locked(folder / ".lock", patience_s=2) as alone: ...`
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    file = _opened(path)
    held, deadline = False, time.monotonic() + patience_s
    try:
        while not (held := _take(file)) and time.monotonic() < deadline:
            time.sleep(LOOK_EVERY_S)
        yield held
    finally:
        if held:
            _give_back(file)
        os.close(file)


def _opened(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    except PermissionError:
        if not path.exists():
            raise
        return os.open(path, os.O_RDONLY)  # another user's; to lock it, that is enough


def _take(file: int) -> bool:
    """Try to take the lock, without waiting."""
    try:
        if sys.platform == "win32":
            msvcrt = importlib.import_module("msvcrt")
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        else:
            fcntl = importlib.import_module("fcntl")  # not on Windows
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):  # the second is how Windows says it
        return False
    except OSError:  # some network drives have no locks: then nobody is kept out
        return True
    return True


def _give_back(file: int) -> None:
    """Closing would do it, but Windows takes its time over that."""
    if sys.platform == "win32":
        msvcrt = importlib.import_module("msvcrt")
        try:
            msvcrt.locking(file, msvcrt.LK_UNLCK, 1)
        except OSError:  # a drive without locks
            return
