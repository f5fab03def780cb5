"""Make `.venv` and put the course's packages into it; again and again if need be.

Every step looks at what is there, so an interrupted run goes on where it stopped and a
finished one takes a moment. Standard library only.
"""

import hashlib
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from course_lib.commands import console, machine, packages
from course_lib.commands.console import CommandError, Steps
from course_lib.commands.environment import (
    Environment,
    clean_variables,
    environment,
    make_environment,
    sigterm_ends_us,
    working_python,
)
from course_lib.locks import locked
from course_lib.runtime import atomic_write

COURSE_REQUIREMENTS = "requirements.txt"
TEST_REQUIREMENTS = "tests/requirements.txt"
CONSTRAINTS = "tests/constraints.txt"
LOCK = ".setup.lock"  # held by whoever makes or changes .venv
PATIENCE_S = 2.0  # with a window that was closed: Windows takes a moment to unlock

# Beside the installed packages there must be room for the largest one's download.
FREE_GB_NEEDED = 2.0
SIZE_AND_TIME = "about 1.5 GB on disk, 1 to 5 minutes on a fast line"
QUIETLY = [
    "--no-input", "--disable-pip-version-check", "--progress-bar", "off",
]  # fmt: skip
NOT_AS_TESTED = (
    f"The exact versions in {CONSTRAINTS} could not be had.\n"
    f"      Once more, with any versions that {COURSE_REQUIREMENTS} allows.\n"
    "      They are not the ones the tests ran with: most likely all is well,\n"
    "      but some printed numbers may differ."
)
LINUX_NOTE = (
    "On Linux, pip may choose the PyTorch that carries NVIDIA's libraries: 2.8 GB to\n"
    "download instead of 0.2. It runs without a GPU just as well. PyTorch's install\n"
    "page tells how to set pip up for the small one; such settings are respected here."
)


def prepare(
    steps: Steps, *, with_tests: bool = False, sources: Sequence[str] = ()
) -> Environment:
    """Make `.venv` and install: two steps. What is already done is only checked.

    Args:
        sources: options for pip that say where packages come from, if not as usual.

    Raises:
        CommandError: if it cannot be done; the message is the remedy.
    """
    env = environment()
    names = [COURSE_REQUIREMENTS, *([TEST_REQUIREMENTS] if with_tests else [])]
    version = working_python(env)
    if version is not None and is_installed(env, names, version):
        steps.start("Python environment")
        steps.done(f".venv is there, with Python {version}")
        steps.start("Packages")
        steps.done("installed")
        return env
    with locked(env.root / LOCK, PATIENCE_S) as alone, sigterm_ends_us():
        if not alone:
            raise CommandError("Another window is setting the course up: wait for it.")
        explain(env, from_index=not sources)
        _set_up(env, steps, names, sources)
    return env


def python_for_programs(steps: Steps) -> Path:
    """Choose the Python that runs a program of the course: that of `.venv`, if need be.

    Where there is no `.venv` and the running one has all packages, it is that: on a
    hub, a student may write nothing into the course's folder.

    Raises:
        CommandError: if `.venv` has to be made and cannot.
    """
    env = environment()
    wanted = packages.read_requirements(env.root / COURSE_REQUIREMENTS)
    if env.folder.exists() or packages.lacking(wanted, packages.installed_versions()):
        return prepare(steps).python
    steps.start("Python environment")
    steps.done(f"{sys.executable}, no .venv is needed")
    steps.start("Packages")
    steps.done("all are there")
    return Path(sys.executable)


def _set_up(
    env: Environment, steps: Steps, names: list[str], sources: Sequence[str]
) -> None:
    """Make what is missing; another window may have been at it just before."""
    steps.start("Python environment")
    version = working_python(env)
    if version is None:
        make_environment(env)
        version = working_python(env)
        if version is None:
            raise CommandError(
                f"The environment in {env.folder} was made and does not run.\n"
                "Delete that folder and try again; if it stays so, install Python anew."
            )
    steps.done(f".venv, with Python {version}")
    steps.start(f"Packages, {SIZE_AND_TIME}")
    if not is_installed(env, names, version):
        install(env, names, version, sources)
    steps.done("installed")


def _taken_gb(env: Environment) -> float:
    files = (path for path in env.folder.rglob("*") if path.is_file())
    return sum(path.stat().st_size for path in files) / 1e9


def explain(env: Environment, *, from_index: bool = True) -> None:
    """Say beforehand what will happen, how big it is and how long it takes."""
    problem = machine.no_pytorch_because(*machine.platform_key())
    if problem is not None:
        raise CommandError(f"The course cannot be installed here: {problem}")
    system, *_ = machine.platform_key()
    problem = machine.too_deep_because(env.root, system, machine.allows_long_paths())
    if problem is not None:
        raise CommandError(f"The course cannot be installed here: {problem}")
    if env.stamp.exists():
        print("Some of the packages are new or have changed since the last time.\n")
        return
    free_gb = shutil.disk_usage(env.root).free / 1e9
    # An installation that was interrupted has taken a part of it already.
    if free_gb < FREE_GB_NEEDED and free_gb + _taken_gb(env) < FREE_GB_NEEDED:
        raise CommandError(
            f"The course needs {FREE_GB_NEEDED:.0f} GB of free disk space; here are "
            f"{free_gb:.1f} GB ({env.root}).\nMake room and run the same command again."
        )
    print(
        f"Setting up the course in {env.root}.\n"
        f"Everything goes into the folder .venv there: {SIZE_AND_TIME}.\n"
        "Nothing else on this computer changes. Stop it with Ctrl-C whenever you\n"
        "like: the same command goes on from there."
    )
    if sys.platform == "linux" and from_index:
        print(LINUX_NOTE)
    print()


def key_of(env: Environment, name: str, python_version: str) -> str:
    """Hash all that decides what gets installed: files, Python, and where we are."""
    digest = hashlib.sha256()
    for part in (name, python_version, str(env.root)):  # course_lib lies at the root
        digest.update(part.encode() + b"\0")
    for file in (name, CONSTRAINTS):
        digest.update((env.root / file).read_bytes() + b"\0")
    return digest.hexdigest()


def read_stamp(env: Environment) -> dict[str, str]:
    """Read which requirement files are installed; nothing sure counts as nothing."""
    try:
        stamp = json.loads(env.stamp.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def is_installed(env: Environment, names: list[str], python_version: str) -> bool:
    stamp = read_stamp(env)
    return all(stamp.get(name) == key_of(env, name, python_version) for name in names)


def install(
    env: Environment,
    names: list[str],
    python_version: str,
    sources: Sequence[str] = (),
) -> None:
    """Install with the pinned versions; if that fails, once more with the ranges."""
    repair(env)
    still_true = {
        name: key
        for name, key in read_stamp(env).items()
        if name not in names and key == key_of(env, name, python_version)
    }
    env.stamp.unlink(missing_ok=True)  # until pip is done, nothing is certain
    env.pip_log.unlink(missing_ok=True)
    wanted = [*sources, *(part for name in names for part in ("-r", name))]
    if not run_pip(env, [*wanted, "-c", CONSTRAINTS]):
        print(f"      {NOT_AS_TESTED}")
        if not run_pip(env, wanted):
            log = env.pip_log.read_text(encoding="utf-8")
            version = tuple(map(int, python_version.split(".")))
            too_new = machine.maybe_too_new_because(version)
            raise CommandError(
                "The packages could not be installed. The last that pip said:\n\n"
                f"{console.last_lines(log)}\n\n"
                + (f"{too_new}\n" if too_new else "")
                + "If the network is the reason, run the same command again when it\n"
                f"is back: nothing is lost. All that pip said: {env.pip_log}"
            )
    keys = {name: key_of(env, name, python_version) for name in names}
    atomic_write(env.stamp, json.dumps(still_true | keys, indent=1))


def repair(env: Environment) -> None:
    """Forget packages whose unpacking was cut off, so that pip unpacks them again.

    A wheel's list of files, RECORD, is unpacked last. pip would see the rest of the
    package's description and take it for installed.
    """
    for folder in env.site_packages():
        for description in folder.glob("*.dist-info"):
            if not (description / "RECORD").exists():
                shutil.rmtree(description, ignore_errors=True)


def run_pip(env: Environment, arguments: list[str]) -> bool:
    """Run `pip install` in `.venv`."""
    command = [str(env.python), "-m", "pip", "install", *QUIETLY, *arguments]
    return follow(command, env, env.pip_log)


def follow(
    command: list[str],
    env: Environment,
    log_file: Path,
    variables: dict[str, str] | None = None,
) -> bool:
    """Run pip, show what takes long, keep the rest in a log; tell whether it worked."""
    with (
        open(log_file, "a", encoding="utf-8") as log,
        running(command, env, variables) as pip,
    ):
        for line in pip.stdout:
            log.write(line)
            if news := console.pip_news(line):
                print(f"      {news}", flush=True)
    return pip.returncode == 0


@contextmanager
def running(
    command: list[str], env: Environment, variables: dict[str, str] | None = None
) -> Iterator[subprocess.Popen]:
    """Run a program to be read line by line; never leave it behind on Ctrl-C."""
    process = subprocess.Popen(
        command,
        cwd=env.root,
        env=clean_variables() if variables is None else variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
    )
    try:
        yield process
        process.wait()
    finally:
        deadline = time.monotonic() + 5  # Ctrl-C reached it, too: let it tidy up
        while process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        if process.poll() is None:
            process.kill()
        process.stdout.close()
