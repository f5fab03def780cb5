"""The course's own checkpoint: a folder with weights, sizes and tokenizer.

    model.safetensors   the numbers, each tensor under its name
    config.json         what to build before the numbers can be filled in
    tokenizer.json      how text becomes the ids that this model was trained on
    notes.json          whatever its maker wanted to remember

Other programs' formats are in `hugging_face` and `gguf_file`.
"""

from dataclasses import MISSING, asdict, fields
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

import torch

from course_lib import runtime
from course_lib.checkpoint.whole import (
    as_json,
    check_kind,
    check_layers,
    check_replaceable,
    check_tensors,
    check_vocabulary,
    fill,
    new_folder,
    read_json,
    read_weights,
    reading,
    some,
    unfilled,
    write_weights,
)
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

    Args:
        dtype: how to store the numbers; torch.bfloat16 halves the file and keeps 8
            significant bits of each. None keeps them as they are.

    Raises:
        ValueError: if the folder holds anything but a checkpoint, if model and
            tokenizer do not belong together, or if notes are no JSON.
        OSError: if the disk is full, or one may not write there.
    """
    folder = Path(folder).resolve()
    check_replaceable(folder, {WEIGHTS, CONFIG, TOKENIZER, NOTES})
    check_vocabulary(tokenizer, model.config, "the tokenizer")
    tensors = {
        name: tensor.detach().to("cpu", dtype).contiguous()
        for name, tensor in model.state_dict().items()
    }
    check_tensors(tensors, unfilled(model.config), "the model")
    config = {"format": FORMAT, "model": asdict(model.config)}
    texts = {CONFIG: as_json(config, "config")}
    if notes is not None:
        texts[NOTES] = as_json(notes, "notes")

    with new_folder(folder) as unfinished:
        for name, text in texts.items():
            (unfinished / name).write_text(text, encoding="utf-8")
        write_weights(tensors, unfinished / WEIGHTS, like=unfinished / CONFIG)
        if tokenizer is not None:
            tokenizer.save(unfinished / TOKENIZER)
    return folder


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
        with reading(folder / TOKENIZER):
            tokenizer = BPETokenizer.load(folder / TOKENIZER)
    check_vocabulary(tokenizer, config, str(folder / TOKENIZER))
    tensors = read_weights(folder / WEIGHTS)
    check_layers(config, len(tensors), str(folder / WEIGHTS))
    model = unfilled(config, str(folder / CONFIG))
    check_tensors(tensors, model, str(folder / WEIGHTS))
    return fill(model, tensors, device, dtype), tokenizer


def load_notes(folder: str | Path) -> dict[str, Any]:
    """Read the notes of a checkpoint; empty where there are none.

    Raises:
        ValueError: if the folder is missing, or the notes are damaged.
    """
    path = _existing(folder) / NOTES
    return read_json(path) if path.exists() else {}


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


def _read_config(path: Path) -> ModelConfig:
    content = read_json(path)
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
            f"{where} has {some(unknown)}, unknown to this version of the course; "
            "update it with `git pull`"
        )
    needed = {field.name for field in fields(kind) if field.default is MISSING}
    if missing := sorted(needed - values.keys()):
        raise ValueError(f"{where} lacks {some(missing)}; save the checkpoint again")
    for name, value in values.items():
        check_kind(name, value, hints[name], where)
    try:
        return kind(**values)
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from error
