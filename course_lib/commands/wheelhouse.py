"""Gather in one folder all that a class without a network needs, and check it.

    python -m course_lib wheelhouse FOLDER
    python -m course_lib wheelhouse FOLDER --with-model    # the real model, too: 98 MB

Carry that folder and the course's own to each machine, and begin there with

    python -m course_lib start --wheelhouse FOLDER

The packages are for this kind of machine and this version of Python. A class with other
kinds: run the verb once on one of each, into the same folder. Standard library only.
"""

import argparse
import os
import shutil
import tomllib
from pathlib import Path

from course_lib.commands import bootstrap, console, fetch, packages
from course_lib.commands.console import CommandError, Steps
from course_lib.commands.environment import clean_variables, environment
from course_lib.runtime import DOWNLOADS, REAL_MODEL, ROOT, atomic_write, real_model

HELP = "gather the packages for a class without a network"
SUMS = "SHA256SUMS"  # as sha256sum -c reads it
LOG = "pip.log"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", metavar="FOLDER", type=Path)
    parser.add_argument(
        "--with-model", action="store_true", help="bring the real model, too (98 MB)"
    )


def run(options: argparse.Namespace) -> int:
    """Download, try whether it is enough, and write the sums."""
    folder = options.folder.expanduser().resolve()
    folder.mkdir(parents=True, exist_ok=True)
    if options.with_model:
        fetch.fetch(folder)
    steps = Steps(3)
    steps.start("Download the packages, about 0.4 GB (on Linux perhaps 3)")
    download(folder)
    steps.done(f"{len(wheels(folder))} packages in {folder}")
    steps.start("Try whether they are enough, without a network")
    check_complete(folder)
    steps.done("nothing is missing")
    steps.start(f"Write {SUMS}")
    write_sums(folder)
    steps.done(f"{sum(p.stat().st_size for p in contents(folder)) / 1e6:,.0f} MB")
    print(f"\nOn each machine:\n\n    python -m course_lib start --wheelhouse {folder}")
    return 0


def wanted(root: Path = ROOT) -> list[str]:
    """List what pip has to bring: the requirements, and what builds course_lib."""
    lines = packages.read_requirements(root / bootstrap.COURSE_REQUIREMENTS)
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    build = project["build-system"]["requires"]
    return [*(one.name + one.versions for one in lines), *build]


def download(folder: Path, root: Path = ROOT) -> None:
    """Let pip download: the tested versions, or where they do not exist, others.

    Raises:
        CommandError: if pip fails both times; what it said last is the reason.
    """
    command = [*fetch.pip(), "download", *bootstrap.QUIETLY, "--only-binary=:all:"]
    command += ["--dest", str(folder), *wanted(root)]
    tested = ["-c", str(root / bootstrap.CONSTRAINTS)]
    if follow([*command, *tested], folder):
        return
    print(f"      {bootstrap.NOT_AS_TESTED}")
    if not follow(command, folder):
        raise CommandError(
            "The packages could not be downloaded. The last that pip said:\n\n"
            f"{console.last_lines((folder / LOG).read_text(encoding='utf-8'))}\n\n"
            "If the network is the reason, run the same command again when it is back."
        )


def check_complete(folder: Path, root: Path = ROOT) -> None:
    """Resolve everything from the folder alone, installing nothing.

    Raises:
        CommandError: if a package is missing.
    """
    command = [*fetch.pip(), "install", *bootstrap.QUIETLY, *offline(folder)]
    command += ["--dry-run", "--ignore-installed", *wanted(root)]
    if not follow(command, folder, variables=without_pip_settings()):
        raise CommandError(
            f"The packages in {folder} are not enough. pip said:\n\n"
            f"{console.last_lines((folder / LOG).read_text(encoding='utf-8'))}"
        )
    (folder / LOG).unlink(missing_ok=True)


def follow(
    command: list[str], folder: Path, variables: dict[str, str] | None = None
) -> bool:
    return bootstrap.follow(command, environment(), folder / LOG, variables)


def offline(folder: Path) -> list[str]:
    """Write pip's options for installing from a folder and from nowhere else."""
    return ["--no-index", "--find-links", str(folder)]


def without_pip_settings() -> dict[str, str]:
    """Copy the environment without this machine's own sources of packages.

    A Python that belongs to the system refuses even the rehearsal of an installation,
    which changes nothing.
    """
    kept = {k: v for k, v in clean_variables().items() if not k.startswith("PIP_")}
    chosen = {"PIP_CONFIG_FILE": os.devnull, "PIP_BREAK_SYSTEM_PACKAGES": "1"}
    return kept | chosen


# --- The sums ---


def wheels(folder: Path) -> list[Path]:
    return sorted(folder.glob("[!.]*.whl"))  # a Mac's stick has a ._NAME beside each


def contents(folder: Path) -> list[Path]:
    """List what is carried: the wheels, and the real model where it is there."""
    model = real_model(folder)
    return [*wheels(folder), *([model] if model else [])]


def write_sums(folder: Path) -> None:
    lines = [f"{fetch.sha256_of(path)}  {path.name}\n" for path in contents(folder)]
    atomic_write(folder / SUMS, "".join(lines))


def check(folder: Path) -> Path:
    """Compare every file with its sum; return the folder's full path.

    Raises:
        CommandError: if the folder is none of ours, or a file did not survive the way.
    """
    folder = folder.expanduser().resolve()
    if not (folder / SUMS).is_file():
        raise CommandError(
            f"{folder} has no {SUMS}, so it is no finished wheelhouse. Make one where "
            "there is a network:\n\n    python -m course_lib wheelhouse FOLDER"
        )
    listed = (folder / SUMS).read_text(encoding="utf-8").splitlines()
    pairs = [line.partition("  ")[::2] for line in listed]
    sums = {name: digest for digest, name in pairs}
    whole = all(len(digest) == 64 and name for digest, name in pairs)
    if not sums or not whole or {path.name for path in contents(folder)} - set(sums):
        raise CommandError(
            f"{folder / SUMS} is damaged, or does not list all that lies there. Copy "
            "the folder anew."
        )
    damaged = [
        name
        for name, digest in sums.items()
        if not (folder / name).is_file() or fetch.sha256_of(folder / name) != digest
    ]
    if damaged:
        raise CommandError(
            f"These files of {folder} are missing, or were cut off on the way:\n\n"
            + "".join(f"    {name}\n" for name in damaged)
            + "\nCopy the folder anew."
        )
    return folder


def bring_model(folder: Path, downloads: Path = DOWNLOADS) -> bool:
    """Copy the real model to its place, whole or not at all; tell whether it is new."""
    carried = real_model(folder)
    if carried is None or real_model(downloads) is not None:
        return False
    downloads.mkdir(parents=True, exist_ok=True)
    unfinished = downloads / f".{REAL_MODEL}.unfinished"
    shutil.copyfile(carried, unfinished)
    unfinished.replace(downloads / REAL_MODEL)
    return True
