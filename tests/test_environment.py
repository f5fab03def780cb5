"""Facts about `.venv`: where its Python is, when it works, how it is made anew.

`python -m venv` is played by fakes, and so are the systems these tests do not run on.
"""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest

from course_lib.commands import (
    author,
    environment,
    fetch,
    machine,
    serve,
    speedrun,
    stage,
    start,
)
from course_lib.commands import test as test_verb
from course_lib.commands.console import CommandError
from course_lib.commands.environment import Environment, run_child
from course_lib.runtime import ROOT


@pytest.fixture
def env(tmp_path):
    return Environment(tmp_path)


def test_each_system_keeps_its_python_elsewhere():
    posix = environment.python_of(PurePosixPath(".venv"), "posix")
    windows = environment.python_of(PureWindowsPath(".venv"), "nt")
    assert str(posix) == ".venv/bin/python"
    assert str(windows) == r".venv\Scripts\python.exe"


@pytest.mark.parametrize(
    ("os_name", "below"), [("posix", "lib/python3.12"), ("nt", "Lib")]
)
def test_packages_are_found_from_outside(tmp_path, os_name, below):
    folder = tmp_path / ".venv" / below / "site-packages"
    folder.mkdir(parents=True)
    assert Environment(tmp_path, os_name).site_packages() == [folder]


@pytest.mark.parametrize(
    ("system", "processor", "bits", "reason"),
    [
        ("Linux", "x86_64", 64, None),
        ("Darwin", "arm64", 64, None),
        ("Windows", "AMD64", 64, None),
        ("Windows", "AMD64", 32, "64-bit Python"),
        ("Windows", "ARM64", 64, "for x64"),
        ("Darwin", "x86_64", 64, "Intel"),
    ],
)
def test_machines_without_pytorch_are_told_so(system, processor, bits, reason):
    told = machine.no_pytorch_because(system, processor, bits)
    assert told is None if reason is None else reason in told


@pytest.mark.parametrize(
    ("system", "long_paths", "letters", "fits"),
    [
        ("Windows", False, 64, True),
        ("Windows", False, 65, False),
        ("Windows", True, 65, True),
        ("Linux", True, 65, True),
    ],
)
def test_a_folder_too_deep_for_windows_is_told_before_anything_is_loaded(
    system, long_paths, letters, fits
):
    folder = Path("x" * letters)
    told = machine.too_deep_because(folder, system, long_paths)
    assert (told is None) == fits
    assert fits or "short path" in told


def test_memory_of_linux():
    told = machine.parse_meminfo("MemTotal: 8000 kB\nMemAvailable: 50 kB")
    assert told == machine.Memory(8000 * 1024, 50 * 1024)


def test_memory_of_macos():
    text = (
        "Mach Virtual Memory Statistics: (page size of 16384 bytes)\n"
        "Pages free:        10.\nPages active:      99.\nPages inactive:    5.\n"
    )
    assert machine.parse_vm_stat(text, 8 * 2**30).available == 15 * 16384


def test_memory_of_windows(monkeypatch):
    class Kernel32:
        @staticmethod
        def GlobalMemoryStatusEx(reference):
            status = reference._obj
            assert status.dwLength == 64  # the size that Windows checks
            status.ullTotalPhys, status.ullAvailPhys = 8_000, 3_000
            return 1

    class Windll:
        kernel32 = Kernel32

    monkeypatch.setattr(machine.ctypes, "windll", Windll, raising=False)
    monkeypatch.setattr(machine.platform, "system", lambda: "Windows")
    assert machine.memory() == machine.Memory(8_000, 3_000)


def test_missing_venv_module_names_the_package_to_install(env, monkeypatch):
    monkeypatch.setattr(environment.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(CommandError, match="sudo apt install python3-venv"):
        environment.make_environment(env)
    assert not env.folder.exists()


def test_half_made_environment_is_made_anew(env, monkeypatch):
    def stopped(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(environment.subprocess, "run", stopped)
    with pytest.raises(KeyboardInterrupt):
        environment.make_environment(env)
    leftover = env.folder / "leftover"
    leftover.touch()
    env.python.parent.mkdir(parents=True)
    env.python.touch()

    def works(command, **_):
        return subprocess.CompletedProcess(command, 0, "3.11.7", "")

    monkeypatch.setattr(environment.subprocess, "run", works)
    assert environment.working_python(env) is None  # whatever its Python answers
    environment.make_environment(env)
    assert not leftover.exists()
    assert not env.unfinished.exists()


def test_environment_whose_python_was_removed_does_not_count_as_working(env):
    env.python.parent.mkdir(parents=True)
    try:
        env.python.symlink_to("/no/such/python3")
    except OSError:
        pytest.skip("this system keeps symbolic links to administrators")
    assert environment.working_python(env) is None


def test_environment_whose_python_cannot_run_does_not_count_as_working(env):
    env.python.parent.mkdir(parents=True)
    env.python.write_text("not a program")
    assert environment.working_python(env) is None


@pytest.mark.parametrize(
    ("answer", "code", "expected"),
    [("3.11.7\n", 0, "3.11.7"), ("3.9.2\n", 0, None), ("", 1, None)],
)
def test_an_environment_works_if_its_python_answers(
    env, monkeypatch, answer, code, expected
):
    env.python.parent.mkdir(parents=True)
    env.python.touch()

    def run(command, **_):
        return subprocess.CompletedProcess(command, code, answer, "")

    monkeypatch.setattr(environment.subprocess, "run", run)
    assert environment.working_python(env) == expected


def test_failure_to_make_the_environment_is_passed_on(env, monkeypatch):
    def fails(command, **_):
        return subprocess.CompletedProcess(command, 1, "", "ensurepip is not available")

    monkeypatch.setattr(environment.subprocess, "run", fails)
    with pytest.raises(CommandError, match="ensurepip is not available"):
        environment.make_environment(env)


def test_a_broken_environment_is_not_deleted_from_inside(env, monkeypatch):
    env.folder.mkdir()
    monkeypatch.setattr(environment.sys, "prefix", str(env.folder))
    with pytest.raises(CommandError, match="deactivate"):
        environment.make_environment(env)
    assert env.folder.exists()


def test_foreign_packages_stay_outside(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    monkeypatch.setenv("PIP_USER", "1")
    clean = environment.clean_variables()
    assert "PYTHONPATH" not in clean
    assert clean["PIP_USER"] == "0"


# --- programs that are started and waited for ---

# Waits for a program of its own, which tells its number and then does what is said.
PARENT = """
import sys
from course_lib.commands import environment
environment.TIDIES_UP_S = float(sys.argv[1])
begin = "import os, signal, time; print(os.getpid(), flush=True); "
command = [sys.executable, "-c", begin + sys.argv[2]]
environment.run_child(command, environment.clean_variables())
"""
ON_POSIX = pytest.mark.skipif(os.name == "nt", reason="there a stop asks nobody")
FOR_EVER = "time.sleep(3600)"


@contextmanager
def parent_and_child(script: str, tidies_up_s: float):
    """Start both in a session of their own, as a terminal would."""
    command = [sys.executable, "-c", PARENT, str(tidies_up_s), script]
    how = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True}
    with subprocess.Popen(command, cwd=ROOT, start_new_session=True, **how) as parent:
        try:
            yield parent, int(parent.stdout.readline())
        finally:
            with suppress(ProcessLookupError):
                os.killpg(parent.pid, signal.SIGKILL)


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@ON_POSIX
@pytest.mark.parametrize(("name", "code"), [("SIGTERM", 128 + 15), ("SIGINT", -2)])
def test_a_program_does_not_outlive_whoever_waits_for_it(name, code):
    """An IDE sends its signal to us alone."""
    with parent_and_child(FOR_EVER, tidies_up_s=0.1) as (parent, child):
        parent.send_signal(getattr(signal, name))
        assert parent.wait(60) == code
        assert not is_running(child)


@ON_POSIX
def test_a_program_that_ctrl_c_has_reached_may_tidy_up(tmp_path):
    """A terminal sends it to both."""
    tidied = tmp_path / "tidied"
    tidy = f"time.sleep(0.5), open({str(tidied)!r}, 'w').close(), os._exit(0)"
    listen = f"signal.signal(signal.SIGINT, lambda *_: ({tidy})); print('on', flush=1)"
    with parent_and_child(f"{listen}; {FOR_EVER}", tidies_up_s=60) as (parent, child):
        assert parent.stdout.readline() == "on\n"
        os.killpg(parent.pid, signal.SIGINT)
        assert parent.wait(60) == -signal.SIGINT
        assert tidied.exists()
        assert not is_running(child)


@ON_POSIX
def test_a_program_that_does_not_listen_is_killed(tmp_path, monkeypatch):
    monkeypatch.setattr(environment, "ENDS_WITHIN_S", 0.1)
    deaf, script = tmp_path / "deaf", "import signal, time; "
    script += "signal.signal(signal.SIGTERM, signal.SIG_IGN); "
    script += f"open({str(deaf)!r}, 'w').close(); {FOR_EVER}"
    command, variables = [sys.executable, "-c", script], environment.clean_variables()
    with environment.child(command, variables) as process:
        while not deaf.exists() and process.poll() is None:
            time.sleep(0.01)
    assert process.returncode == -signal.SIGKILL


def test_a_program_that_ends_says_how_and_leaves_signals_as_they_were():
    before = signal.getsignal(signal.SIGTERM)
    command = [sys.executable, "-c", "raise SystemExit(3)"]
    assert run_child(command, environment.clean_variables()) == 3
    assert signal.getsignal(signal.SIGTERM) is before


@pytest.mark.parametrize("verb", [author, fetch, serve, speedrun, stage, test_verb])
def test_every_verb_that_waits_for_a_program_takes_it_along(verb):
    assert verb.run_child is run_child
    assert not hasattr(verb, "subprocess")


def test_jupyterlab_is_taken_along_too(tmp_path, monkeypatch, capsys):
    """And the next thing that is told to end does not end as JupyterLab did."""
    before = signal.getsignal(signal.SIGTERM)

    def told_to_end(process):
        signal.raise_signal(signal.SIGTERM)
        return process.wait()

    lab = start.Lab(tmp_path, "02_x.ipynb", 8899, "s3cret", browser=False)
    started = []

    def child(_command, variables, folder):
        started.append(folder)
        forever = [sys.executable, "-c", f"import time; {FOR_EVER}"]
        return environment.child(forever, variables, folder)

    monkeypatch.setattr(start, "child", child)
    monkeypatch.setattr(start, "wait_for", told_to_end)
    with pytest.raises(SystemExit) as ended:
        start.launch(Environment(tmp_path), lab)
    assert ended.value.code == 128 + signal.SIGTERM
    assert started == [tmp_path]
    assert signal.getsignal(signal.SIGTERM) is before
    capsys.readouterr()
