"""Keep a model on disk: a folder with its weights, its sizes and its tokenizer.

    model.safetensors   the numbers, each tensor under its name
    config.json         what to build before the numbers can be filled in
    tokenizer.json      how text becomes the ids that this model was trained on
    notes.json          whatever its maker wanted to remember

No pickles: a pickle is a program that runs when it is opened, and people download
weights from strangers.
"""

import json
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import MISSING, asdict, fields
from pathlib import Path
from types import UnionType
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from course_lib import runtime
from course_lib.model import ModelConfig, RopeScaling, Transformer
from course_lib.tokenizer import BPETokenizer

FORMAT = "course-model-1"  # written into every config.json, checked on loading
WEIGHTS, CONFIG = "model.safetensors", "config.json"
TOKENIZER, NOTES = "tokenizer.json", "notes.json"
T = TypeVar("T")


# --- Saving ---


def save(
    folder: str | Path,
    model: Transformer,
    tokenizer: BPETokenizer | None = None,
    notes: dict[str, Any] | None = None,
    dtype: torch.dtype | None = None,
) -> Path:
    """Write a checkpoint, whole or not at all; an older one there is replaced.

    Everything is written into a folder beside it, which takes the place by a rename:
    killed at any moment, no half-written file stands under the final name.

    Args:
        dtype: how to store the numbers; torch.bfloat16 halves the file and keeps 8
            significant bits of each. None keeps them as they are.

    Raises:
        ValueError: if the folder holds anything but a checkpoint, if model and
            tokenizer do not belong together, or if notes are no JSON.
    """
    folder = Path(folder).resolve()
    _check_replaceable(folder)
    _check_vocabulary(tokenizer, model.config, "the tokenizer")
    tensors = {
        name: tensor.detach().to("cpu", dtype).contiguous()
        for name, tensor in model.state_dict().items()
    }
    _check_tensors(tensors, _unfilled(model.config), "the model")
    config = {"format": FORMAT, "model": asdict(model.config)}
    texts = {CONFIG: _as_json(config, "config")}
    if notes is not None:
        texts[NOTES] = _as_json(notes, "notes")

    folder.parent.mkdir(parents=True, exist_ok=True)
    unfinished = _beside(folder, "tmp")
    try:
        unfinished.mkdir()
        for name, text in texts.items():
            (unfinished / name).write_text(text, encoding="utf-8")
        save_file(tensors, unfinished / WEIGHTS, metadata={"format": "pt"})
        if tokenizer is not None:
            tokenizer.save(unfinished / TOKENIZER)
        _take_place(unfinished, folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return folder


def _check_replaceable(folder: Path) -> None:
    """Refuse to replace what is not ours: `save` into a home folder deletes nothing."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise ValueError(f"{folder} is a file; a checkpoint is a folder, name another")
    ours = {WEIGHTS, CONFIG, TOKENIZER, NOTES}
    foreign = sorted(path.name for path in folder.iterdir() if path.name not in ours)
    if foreign:
        raise ValueError(
            f"{folder} holds {_some(foreign)}, which no checkpoint has; saving would "
            "delete it. Choose another folder"
        )


def _take_place(new: Path, folder: Path) -> None:
    """Rename a folder over another; no system can do that in one step."""
    if not folder.exists():
        new.rename(folder)
        return
    old = _beside(folder, "old")
    folder.rename(old)
    try:
        new.rename(folder)
    except OSError:
        old.rename(folder)
        raise
    shutil.rmtree(old)


def _beside(folder: Path, suffix: str) -> Path:
    return folder.with_name(f".{folder.name}.{secrets.token_hex(4)}.{suffix}")


def _as_json(content: dict[str, Any], name: str) -> str:
    try:
        return json.dumps(content, indent=2)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"{name} cannot be written as JSON ({error}); give plain numbers, strings, "
            "lists and dicts (a tensor has .tolist())"
        ) from error


# --- Loading ---


def load(
    folder: str | Path,
    device: str | torch.device = "cpu",
    dtype: torch.dtype = torch.float32,
) -> tuple[Transformer, BPETokenizer | None]:
    """Read what `save` wrote: the model, and its tokenizer where one was saved.

    Raises:
        ValueError: if the folder is missing, a file is damaged or foreign, or the
            files do not belong together.
    """
    folder = _existing(folder)
    config = _read_config(folder / CONFIG)
    tokenizer = None
    if (folder / TOKENIZER).exists():
        tokenizer = BPETokenizer.load(folder / TOKENIZER)
    _check_vocabulary(tokenizer, config, str(folder / TOKENIZER))
    tensors = _read_weights(folder / WEIGHTS)
    model = _unfilled(config)
    _check_tensors(tensors, model, str(folder / WEIGHTS))
    model.to(dtype).to_empty(device=device)
    # Copied, not adopted: the file stays free to be replaced or deleted.
    model.load_state_dict(tensors)
    return model, tokenizer


def load_notes(folder: str | Path) -> dict[str, Any]:
    """Read the notes of a checkpoint; empty where there are none.

    Raises:
        ValueError: if the folder is missing, or the notes are damaged.
    """
    path = _existing(folder) / NOTES
    return _read_json(path) if path.exists() else {}


def _existing(folder: str | Path) -> Path:
    folder = Path(folder).resolve()
    if not folder.exists() and folder.is_relative_to(runtime.DATA):
        return runtime.data_path(folder.relative_to(runtime.DATA).as_posix())
    if not folder.is_dir():
        raise ValueError(
            f"no checkpoint at {folder}: train a model and save it there with "
            "checkpoint.save(folder, model, tokenizer)"
        )
    return folder


def _read_json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ValueError(
            f"{path} cannot be read as JSON ({error}); save the checkpoint again"
        ) from error
    if not isinstance(content, dict):
        raise ValueError(f"{path} holds no object of names and values: {content!r}")
    return content


def _read_config(path: Path) -> ModelConfig:
    content = _read_json(path)
    if content.get("format") != FORMAT or not isinstance(content.get("model"), dict):
        raise ValueError(
            f"{path} has format {content.get('format')!r}, expected {FORMAT!r} and a "
            "model; was it written by checkpoint.save?"
        )
    values = content["model"]
    scaling = values.get("rope_scaling")
    if isinstance(scaling, dict):
        scaling = _filled(RopeScaling, scaling, f"{path}, rope_scaling")
        values = values | {"rope_scaling": scaling}
    return _filled(ModelConfig, values, str(path))


def _filled(kind: type[T], values: dict[str, Any], where: str) -> T:
    """Make a dataclass of what a file says, and take nothing that does not fit."""
    hints = get_type_hints(kind)
    if unknown := sorted(values.keys() - hints.keys()):
        raise ValueError(
            f"{where} has {_some(unknown)}, unknown to this version of the course; "
            "update it with `git pull`"
        )
    needed = {field.name for field in fields(kind) if field.default is MISSING}
    if missing := sorted(needed - values.keys()):
        raise ValueError(f"{where} lacks {_some(missing)}; save the checkpoint again")
    for name, value in values.items():
        if not _fits(value, hints[name]):
            wanted = getattr(hints[name], "__name__", hints[name])
            raise ValueError(f"{where}: {name} must be {wanted}, got {value!r}")
    try:
        return kind(**values)
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from error


def _fits(value: Any, hint: Any) -> bool:
    if get_origin(hint) in (UnionType, Literal):
        return any(_fits(value, choice) for choice in get_args(hint))
    if hint is float:
        return type(value) in (float, int)
    if isinstance(hint, type):
        return type(value) is hint  # exact: True is no int here
    return value == hint  # one choice of a Literal


def _read_weights(path: Path) -> dict[str, Tensor]:
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


def _unfilled(config: ModelConfig) -> Transformer:
    """Build the model without memory for its numbers, to know names and shapes."""
    with torch.device("meta"):
        model = Transformer(config)
    assert not list(model.buffers()), "to_empty() would leave a buffer unfilled"
    return model


def _check_tensors(
    tensors: Mapping[str, Tensor], model: Transformer, where: str
) -> None:
    expected = {name: list(t.shape) for name, t in model.state_dict().items()}
    if extra := sorted(tensors.keys() - expected.keys()):
        raise ValueError(
            f"{where} has {_some(extra)}, for which its config has no place; save the "
            "plain Transformer, without wrappers or adapters"
        )
    if missing := sorted(expected.keys() - tensors.keys()):
        raise ValueError(
            f"{where} lacks {_some(missing)}, which its config asks for; save the "
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


def _check_vocabulary(
    tokenizer: BPETokenizer | None, config: ModelConfig, where: str
) -> None:
    if tokenizer is not None and tokenizer.vocab_size != config.vocab_size:
        raise ValueError(
            f"{where} has {tokenizer.vocab_size} tokens, the model "
            f"{config.vocab_size}; give the one that the model was trained with"
        )


def _some(names: list[str]) -> str:
    shown = ", ".join(repr(name) for name in names[:3])
    return shown if len(names) <= 3 else f"{shown} and {len(names) - 3} more"
