"""Write a folder whole or not at all, and say no to a file that does not fit.

What every kind of checkpoint in this room shares; knows no format of its own.
"""

import json
import re
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from course_lib.model import ModelConfig, Transformer
from course_lib.runtime import rename, to_disk

# What systems and editors leave behind in a folder that somebody looked into.
CLUTTER = {".DS_Store", "Thumbs.db", "desktop.ini", ".ipynb_checkpoints"}

# What a foreign file may cause: a list in the place of a number, a zero that one
# divides by, shapes that do not fit (torch's RuntimeError), brackets without end.
MISFITS = (ValueError, TypeError, AttributeError, LookupError, ArithmeticError,
           RuntimeError)  # fmt: skip
# How torch's RuntimeErrors say that there is none left: "can't allocate memory" of a
# CPU, "out of memory" of a GPU.
_NO_MEMORY = re.compile("alloc|memory")

# --- Whole or not at all ---


@contextmanager
def new_folder(folder: Path) -> Iterator[Path]:
    """Give an empty folder beside `folder`, which takes its place if all goes well.

    Killed at any moment, no half-written file stands under the final name, nor after
    a power cut.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    unfinished = _beside(folder, "tmp")
    try:
        unfinished.mkdir()
        yield unfinished
        to_disk(unfinished)
        _take_place(unfinished, folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def check_replaceable(folder: Path, ours: set[str]) -> None:
    """Refuse to replace what is not ours: `save` into a home folder deletes nothing.

    Raises:
        ValueError: if it is a file, or holds what no checkpoint has.
    """
    if not folder.exists():
        return
    if not folder.is_dir():
        raise ValueError(f"{folder} is a file; a checkpoint is a folder, name another")
    known = ours | CLUTTER
    foreign = sorted(path.name for path in folder.iterdir() if path.name not in known)
    if foreign:
        raise ValueError(
            f"{folder} holds {some(foreign)}, which no checkpoint has; saving would "
            "delete it. Choose another folder"
        )


def _take_place(new: Path, folder: Path) -> None:
    """Rename a folder over another; no system can do that in one step."""
    if not folder.exists():
        rename(new, folder)
        return
    old = _beside(folder, "old")
    rename(folder, old)
    try:
        rename(new, folder)
    except OSError:
        rename(old, folder)
        raise
    shutil.rmtree(old, ignore_errors=True)  # the new one stands: no reason to fail


def _beside(folder: Path, suffix: str) -> Path:
    return folder.with_name(f".{folder.name}.{secrets.token_hex(4)}.{suffix}")


def write_weights(tensors: dict[str, Tensor], path: Path, like: Path) -> None:
    """Write tensors, readable for whoever may read the file `like` beside them.

    Raises:
        OSError: if there is no room, or no right to write.
    """
    try:
        save_file(tensors, path, metadata={"format": "pt"})
    except SafetensorError as error:  # which is no OSError
        raise OSError(f"{path} could not be written ({error})") from error
    shutil.copymode(like, path)  # safetensors lets the owner read, and nobody else


def as_json(content: dict[str, Any], name: str) -> str:
    try:
        return json.dumps(content, indent=2)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"{name} cannot be written as JSON ({error}); give plain numbers, strings, "
            "lists and dicts (a tensor has .tolist())"
        ) from error


# --- Reading ---


@contextmanager
def reading(where: str | Path) -> Iterator[None]:
    """Say which file it was, when what it holds makes Python or torch raise an error.

    Too little memory is no fault of the file's: torch's RuntimeError of it stays.

    Raises:
        ValueError: in the place of each of `MISFITS`.
    """
    try:
        yield
    except MISFITS as error:
        if isinstance(error, ValueError) and str(where) in str(error):
            raise  # it says so itself
        if isinstance(error, RuntimeError) and _NO_MEMORY.search(str(error)):
            raise
        reason = f"{type(error).__name__}: {error}"
        raise ValueError(
            f"{where} is damaged or not as it should be ({reason}); download or save "
            "it again"
        ) from error


def read_json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ValueError(
            f"{path} cannot be read as JSON ({error}); save or download it again"
        ) from error
    if not isinstance(content, dict):
        raise ValueError(f"{path} holds no object of names and values: {content!r}")
    return content


def read_weights(path: Path) -> dict[str, Tensor]:
    if not path.is_file():
        raise ValueError(f"{path} is missing; save the checkpoint again")
    try:
        return load_file(path)
    except (SafetensorError, OSError) as error:
        raise ValueError(
            f"{path} is damaged, cut off or no safetensors file ({error}); download or "
            "save it again"
        ) from error


# --- What belongs together ---


def unfilled(config: ModelConfig, where: str = "the model") -> Transformer:
    """Build the model without memory for its numbers, to know names and shapes.

    Raises:
        ValueError: naming `where` the config is from, if it asks for a tensor that is
            larger than any can be.
    """
    try:
        with torch.device("meta"):
            model = Transformer(config)
    except (RuntimeError, TypeError) as error:  # as torch says that 10**18 is too many
        raise ValueError(
            f"no tensor can be as large as {where} asks for; download or save it again:"
            f"\n{config}"
        ) from error
    assert not list(model.buffers()), "to_empty() would leave a buffer unfilled"
    return model


def fill(
    model: Transformer,
    tensors: dict[str, Tensor],
    device: str | torch.device,
    dtype: torch.dtype,
) -> Transformer:
    """Give an unfilled model its numbers; `tensors` is emptied, to need less memory.

    Copied, not adopted: the file stays free to be replaced or deleted.
    """
    numbers = {}
    for name in model.state_dict():
        numbers[name] = tensors.pop(name).to(device, dtype, copy=True).contiguous()
    model.load_state_dict(numbers, assign=True)
    return model


def check_layers(config: ModelConfig, n_tensors: int, where: str) -> None:
    """Refuse a stack that is not there before it is built: 10**9 layers take for ever.

    Raises:
        ValueError: if there are more layers than tensors.
    """
    if config.n_layers > n_tensors:
        raise ValueError(
            f"{where} has {n_tensors} tensors, its config asks for {config.n_layers} "
            "layers; download or save it again"
        )


def check_tensors(
    tensors: Mapping[str, Tensor], model: Transformer, where: str
) -> None:
    expected = {name: list(t.shape) for name, t in model.state_dict().items()}
    if extra := sorted(tensors.keys() - expected.keys()):
        raise ValueError(
            f"{where} has {some(extra)}, for which its config has no place; save the "
            "plain Transformer, without wrappers or adapters"
        )
    if missing := sorted(expected.keys() - tensors.keys()):
        raise ValueError(
            f"{where} lacks {some(missing)}, which its config asks for; save the "
            "checkpoint again"
        )
    for name, tensor in tensors.items():
        if list(tensor.shape) != expected[name]:
            raise ValueError(
                f"{where}: {name} has shape {list(tensor.shape)}, its config asks for "
                f"{expected[name]}"
            )
        if not tensor.is_floating_point():
            raise ValueError(f"{where}: {name} holds {tensor.dtype}, expected floats")


def check_vocabulary(tokenizer: Any, config: ModelConfig, where: str) -> None:
    if tokenizer is not None and tokenizer.vocab_size != config.vocab_size:
        raise ValueError(
            f"{where} has {tokenizer.vocab_size} tokens, the model "
            f"{config.vocab_size}; give the one that the model was trained with"
        )


def check_kind(name: str, value: Any, hint: Any, where: str) -> None:
    """Refuse a value that its place in a config was not made for."""
    if not _fits(value, hint):
        wanted = getattr(hint, "__name__", hint)
        raise ValueError(
            f"{where}: {name} must be {wanted}, got {value!r}; download or save it "
            "again"
        )


def check_kinds(config: ModelConfig, where: str) -> None:
    """Refuse a config that another format's values do not fit: a size that is a list.

    Raises:
        ValueError: naming the first of them.
    """
    for part in (config, config.rope_scaling):
        for name, hint in get_type_hints(type(part)).items() if part else ():
            check_kind(name, getattr(part, name), hint, where)


def _fits(value: Any, hint: Any) -> bool:
    if get_origin(hint) in (UnionType, Literal):
        return any(_fits(value, choice) for choice in get_args(hint))
    if hint is float:
        return type(value) in (float, int)
    if isinstance(hint, type):
        return type(value) is hint  # exact: True is no int here
    return value == hint  # one choice of a Literal


def some(names: list[str]) -> str:
    shown = ", ".join(repr(name) for name in names[:3])
    return shown if len(names) <= 3 else f"{shown} and {len(names) - 3} more"
