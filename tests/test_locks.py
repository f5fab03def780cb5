"""Facts about locks: one holder at a time, thread or process, and none is left over."""

import errno
import os
import subprocess
import sys
import threading
import time
import types

import pytest

from course_lib import locks
from course_lib.locks import locked
from course_lib.runtime import ROOT

# Holds the lock until its input ends.
HOLDER = """
import sys
from pathlib import Path
from course_lib.locks import locked
with locked(Path(sys.argv[1])) as alone:
    print(alone, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def elsewhere(tmp_path):
    """Another process that holds the lock of `x`."""
    command = [sys.executable, "-c", HOLDER, str(tmp_path / "x")]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, cwd=ROOT, text=True, **pipes) as process:
        assert process.stdout.readline() == "True\n"
        yield process
        process.kill()


def test_a_lock_has_one_holder_at_a_time(tmp_path):
    path = tmp_path / "new folder" / "x"
    with locked(path) as first, locked(path) as second, locked(tmp_path / "y") as other:
        assert (first, second, other) == (True, False, True)
    with locked(path) as again:
        assert again


def test_an_error_in_the_block_gives_it_back(tmp_path):
    with pytest.raises(KeyError), locked(tmp_path / "x"):
        raise KeyError
    with locked(tmp_path / "x") as again:
        assert again


def test_another_process_is_kept_out_and_one_that_is_killed_leaves_nothing(
    tmp_path, elsewhere
):
    with locked(tmp_path / "x") as alone:
        assert not alone
    elsewhere.kill()
    elsewhere.wait()
    with locked(tmp_path / "x", patience_s=60) as alone:  # Windows takes a moment
        assert alone


def test_the_patient_wait_until_it_is_given_back(tmp_path):
    here = threading.Event()

    def hold():
        with locked(tmp_path / "x"):
            here.set()
            time.sleep(0.2)

    thread = threading.Thread(target=hold)
    thread.start()
    assert here.wait(60)
    with locked(tmp_path / "x", patience_s=60) as alone:
        assert alone
    thread.join()


def test_a_drive_without_locks_keeps_nobody_out(tmp_path, monkeypatch):
    def without(*_):
        raise OSError(errno.ENOLCK, "no locks available")

    fake = types.SimpleNamespace(
        flock=without, locking=without, LOCK_EX=2, LOCK_NB=4, LK_NBLCK=2, LK_UNLCK=0
    )
    monkeypatch.setattr(locks.importlib, "import_module", lambda _: fake)
    with locked(tmp_path / "x") as first, locked(tmp_path / "x") as second:
        assert first
        assert second


def test_in_a_folder_of_several_users_one_may_lock_anothers_file(tmp_path, monkeypatch):
    """The umask of most lets only its maker write into it."""
    real = os.open

    def of_another_user(path, flags, *mode):
        if flags & os.O_RDWR:
            raise PermissionError(errno.EACCES, "permission denied")
        return real(path, flags, *mode)

    with locked(tmp_path / "x"):
        monkeypatch.setattr(os, "open", of_another_user)
        with locked(tmp_path / "x") as alone:
            assert not alone
    with locked(tmp_path / "x") as alone:
        assert alone
    with pytest.raises(PermissionError), locked(tmp_path / "not made yet"):
        pass


def test_windows_is_asked_in_its_own_way(tmp_path, monkeypatch):
    """Its locks are of bytes, and it says "permission denied" where they are taken."""
    asked, taken = [], []

    def locking(file, how, n_bytes):
        asked.append((how, n_bytes))
        if how == "take" and taken:
            raise PermissionError(errno.EACCES, "permission denied")
        taken.append(file) if how == "take" else taken.remove(file)

    fake = types.SimpleNamespace(locking=locking, LK_NBLCK="take", LK_UNLCK="give")
    monkeypatch.setitem(sys.modules, "msvcrt", fake)
    monkeypatch.setattr(locks.sys, "platform", "win32")
    with locked(tmp_path / "x") as first, locked(tmp_path / "x") as second:
        assert (first, second) == (True, False)
    assert asked == [("take", 1), ("take", 1), ("give", 1)]
