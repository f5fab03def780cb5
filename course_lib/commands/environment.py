"""The folder `.venv`: where its Python is, whether it works, and how it is made.

Standard library only. What differs between systems comes in as an argument, so that
tests can play the other ones.
"""

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePath

from course_lib.commands import console
from course_lib.commands.console import CommandError
from course_lib.runtime import ROOT

STAMP = "course-installed.json"  # written last: what is in it is really installed
UNFINISHED = "course-unfinished"  # there from before .venv is made until it is
PIP_LOG = "course-pip.log"
TIDIES_UP_S = 10.0  # a program that Ctrl-C has reached, too
ENDS_WITHIN_S = 60.0  # one that was told to end


@dataclass(frozen=True)
class Environment:
    """The folder `.venv` of one checkout, on one kind of system."""

    root: Path
    os_name: str = os.name  # "nt" is Windows; macOS is "posix" like Linux

    @property
    def folder(self) -> Path:
        return self.root / ".venv"

    @property
    def python(self) -> Path:
        return self.root / python_of(PurePath(".venv"), self.os_name)

    @property
    def stamp(self) -> Path:
        return self.folder / STAMP

    @property
    def unfinished(self) -> Path:
        return self.folder / UNFINISHED

    @property
    def pip_log(self) -> Path:
        return self.folder / PIP_LOG

    def site_packages(self) -> list[Path]:
        """Find where packages lie, without running anything."""
        below = "Lib" if self.os_name == "nt" else "lib/python3*"
        return sorted(self.folder.glob(f"{below}/site-packages"))


def python_of(venv: PurePath, os_name: str) -> PurePath:
    """Say where a virtual environment keeps its Python.

    Example: python_of(PurePath(".venv"), "nt") -> .venv/Scripts/python.exe
    """
    return venv / ("Scripts/python.exe" if os_name == "nt" else "bin/python")


def environment(root: Path = ROOT) -> Environment:
    """Describe this checkout's `.venv`, whether it exists or not."""
    return Environment(root)


def clean_variables(extra: dict[str, str] | None = None) -> dict[str, str]:
    """Copy the environment without what makes a virtual environment leak.

    PYTHONPATH and PYTHONHOME would bring in other packages; PIP_USER and its like
    would put ours elsewhere. UTF-8 mode makes Windows read text as the others do.
    """
    leaks = {"PYTHONPATH", "PYTHONHOME", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT"}
    kept = {name: value for name, value in os.environ.items() if name not in leaks}
    return kept | {"PYTHONUTF8": "1", "PIP_USER": "0"} | (extra or {})


# --- Programs that we start and wait for ---


@contextmanager
def sigterm_ends_us() -> Iterator[None]:
    """Let SIGTERM, which an IDE's stop button sends, end us with every `finally`."""

    def leave(number: int, _frame: object) -> None:
        sys.exit(128 + number)

    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def child(
    command: Sequence[str], variables: dict[str, str], folder: Path = ROOT
) -> Iterator[subprocess.Popen]:
    """Start a program that does not outlive the block, however that is left."""
    with sigterm_ends_us():
        process = subprocess.Popen(command, cwd=folder, env=variables)
        try:
            yield process
        finally:
            _end(process)


def run_child(command: Sequence[str], variables: dict[str, str]) -> int:
    """Run a program in the course's folder to its end; return its exit code."""
    with child(command, variables) as process:
        try:
            return process.wait()
        except KeyboardInterrupt:  # a terminal has sent it to the program, too
            with suppress(subprocess.TimeoutExpired):
                process.wait(TIDIES_UP_S)
            raise


def _end(process: subprocess.Popen) -> None:
    if process.poll() is not None:
        return
    process.terminate()
    try:
        with suppress(subprocess.TimeoutExpired):
            process.wait(ENDS_WITHIN_S)
    finally:  # it takes too long, or we are told to end once more
        process.kill()
        process.wait()


# --- The folder ---


def working_python(env: Environment) -> str | None:
    """Return the version of a `.venv` that works, or None: absent, half-made, broken.

    A Python that was moved or removed leaves a `.venv` that looks whole, so it is
    asked and not looked at. pip is only missing where making the folder was cut off.
    """
    if env.unfinished.exists() or not env.python.exists():
        return None
    ask = "import sys, pip; print(*sys.version_info[:3], sep='.')"
    try:
        answer = subprocess.run(
            [str(env.python), "-c", ask],
            capture_output=True,
            text=True,
            timeout=120,
            env=clean_variables(),
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    version = answer.stdout.strip()
    if answer.returncode != 0 or not version[:1].isdecimal():
        return None
    return version if tuple(map(int, version.split(".")[:2])) >= (3, 11) else None


def make_environment(env: Environment) -> None:
    """Make `.venv`, in place of a half-made, broken or too old one."""
    if missing := [m for m in ("venv", "ensurepip") if not importlib.util.find_spec(m)]:
        raise CommandError(missing_module_message(missing[0]))
    if Path(sys.prefix).resolve() == env.folder.resolve():
        raise CommandError(
            "The environment in .venv is broken, and this command runs inside it.\n"
            "Leave it with `deactivate`, then run the same command again."
        )
    if env.folder.exists():
        print(f"      {env.folder} is unfinished or broken: it is made anew.")
        remove(env.folder)
    env.folder.mkdir()
    env.unfinished.touch()
    making = subprocess.run(
        [sys.executable, "-m", "venv", str(env.folder)],
        capture_output=True,
        text=True,
        env=clean_variables(),
        check=False,
    )
    if making.returncode != 0:
        raise CommandError(
            f"Python could not make the environment in {env.folder}. It said:\n"
            f"{console.last_lines(making.stdout + making.stderr)}"
        )
    env.unfinished.unlink()


def missing_module_message(module: str) -> str:
    """Explain a Python without venv: Debian and Ubuntu ship that part separately."""
    exact = "python{}.{}-venv".format(*sys.version_info[:2])
    return (
        f"This Python ({sys.executable}) lacks its module {module}, which makes the\n"
        "course's own environment. On Debian and Ubuntu:\n\n"
        f"    sudo apt install python3-venv        (or {exact})\n\n"
        "Elsewhere, install Python from python.org. Then run the same command again."
    )


def remove(folder: Path) -> None:
    """Delete `.venv`, or say what holds it."""
    try:
        if folder.is_dir() and not folder.is_symlink():
            shutil.rmtree(folder)
        else:
            folder.unlink()
    except OSError as error:
        raise CommandError(
            f"{folder} has to be made anew and cannot be deleted: {error}.\n"
            "Close JupyterLab and other programs that use it, then try again."
        ) from error
