"""Read and write folders as Hugging Face publishes them: config.json and safetensors.

The network stays outside: `python -m course_lib fetch --from-hub NAME` brings a folder.
"""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from course_lib.chat import ChatTemplate
from course_lib.checkpoint.endings import Endings, jinja_of
from course_lib.checkpoint.hf_names import config_for, config_from, to_ours, to_theirs
from course_lib.checkpoint.hf_tokenizer import (
    Tokenizer,
    read_tokenizer,
    tokenizer_files,
)
from course_lib.checkpoint.whole import (
    as_json,
    check_layers,
    check_replaceable,
    check_tensors,
    fill,
    new_folder,
    read_json,
    read_weights,
    reading,
    unfilled,
    write_weights,
)
from course_lib.model import ModelConfig, Transformer

WEIGHTS, INDEX, CONFIG = (
    "model.safetensors",
    "model.safetensors.index.json",
    "config.json",
)
PICKLES = ("*.bin", "*.pt", "*.pth", "*.pkl", "*.ckpt")
GENERATION = "generation_config.json"
OURS = {WEIGHTS, CONFIG, GENERATION, "tokenizer.json",
        "tokenizer_config.json", "source.json"}  # fmt: skip


def load_hf(
    folder: str | Path,
    device: str | torch.device = "cpu",
    dtype: torch.dtype = torch.float32,
) -> tuple[Transformer, Tokenizer | None]:
    """Read a published model of the Llama or GPT-2 family into our own class.

    The tokenizer is None where the folder has none, or one that is no byte-level BPE.

    Raises:
        ValueError: at another architecture, at pickled weights, or if a file is
            missing, damaged or does not fit the others.
    Example: `model, tokenizer = load_hf("downloads/gpt2")`
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise ValueError(f"no folder {folder}: give one with config.json and weights")
    config = config_from(read_json(folder / CONFIG), str(folder / CONFIG))
    tensors = _read_shards(folder)
    check_layers(config, len(tensors), str(folder))
    with reading(folder):
        tensors = to_ours(tensors, config)
    tokenizer = read_tokenizer(folder / "tokenizer.json")
    check_ids(tokenizer, config, str(folder / "tokenizer.json"))
    return filled(config, tensors, str(folder), device, dtype), tokenizer


def filled(
    config: ModelConfig,
    tensors: dict[str, Tensor],
    where: str,
    device: str | torch.device = "cpu",
    dtype: torch.dtype = torch.float32,
) -> Transformer:
    """Build the model and copy the tensors in; each is freed when it is copied."""
    model = unfilled(config, where)
    check_tensors(tensors, model, where)
    return fill(model, tensors, device, dtype).eval()


def export_hf(
    folder: str | Path,
    model: Transformer,
    tokenizer: Tokenizer | None = None,
    dtype: torch.dtype | None = None,
    chat: ChatTemplate | None = None,
) -> Path:
    """Write a folder that `transformers` loads, whole or not at all.

    Args:
        chat: how an assistant was taught to converse, so that others' software can
            chat with it and knows where its answers end; None for a base model.

    Raises:
        ValueError: if the model is of neither family, if its tokenizer has other ids
            or lacks tokens of the chat, or if the folder holds files of another kind.
    Example: `AutoModelForCausalLM.from_pretrained(export_hf("mine", model, tokenizer))`
    """
    return write_hf(folder, model, tokenizer, dtype, chat, {})


def write_hf(
    folder: str | Path,
    model: Transformer,
    tokenizer: Tokenizer | None,
    dtype: torch.dtype | None,
    chat: ChatTemplate | None,
    more_files: dict[str, dict[str, Any]],
) -> Path:
    """Do what `export_hf` promises, with further JSON files in the same folder."""
    folder = Path(folder).resolve()
    check_replaceable(folder, OURS)
    check_ids(tokenizer, model.config, "the tokenizer")
    ours = {name: t.detach().to("cpu", dtype) for name, t in model.state_dict().items()}
    check_tensors(ours, unfilled(model.config), "the model")
    theirs = to_theirs(ours, model.config)
    dtype_name = str(next(iter(theirs.values())).dtype).removeprefix("torch.")
    files = {CONFIG: config_for(model.config) | {"torch_dtype": dtype_name}}
    if tokenizer is not None:
        files |= tokenizer_files(tokenizer, model.config.context)
        _add_endings(files, tokenizer, chat)
    elif chat is not None:
        raise ValueError("a chat needs the tokenizer whose special tokens it writes")
    with new_folder(folder) as unfinished:
        for name, content in (files | more_files).items():
            text = as_json(content, name)
            (unfinished / name).write_text(text, encoding="utf-8")
        whole = {name: tensor.contiguous() for name, tensor in theirs.items()}
        write_weights(whole, unfinished / WEIGHTS, like=unfinished / CONFIG)
    return folder


def _add_endings(
    files: dict[str, dict[str, Any]], tokenizer: Tokenizer, chat: ChatTemplate | None
) -> None:
    """Say where a text begins and ends, in the three files where programs look."""
    endings = Endings.of(tokenizer, chat)
    ids = {f"{kind}_token_id": i for kind, i in endings.ids(tokenizer).items()}
    files[CONFIG] |= ids
    stops = [tokenizer.special_tokens[name] for name in endings.stops]
    if stops:
        files[GENERATION] = ids | {"eos_token_id": stops}
    names = {"bos": endings.begin, "eos": endings.end, "pad": endings.fill}
    settings = {f"{k}_token": name for k, name in names.items() if name is not None}
    if chat is not None:
        settings["chat_template"] = jinja_of(chat)
    files["tokenizer_config.json"] |= settings


def _read_shards(folder: Path) -> dict[str, Tensor]:
    """Read one weight file, or the several that an index names."""
    if (folder / WEIGHTS).exists():
        return read_weights(folder / WEIGHTS)
    if (folder / INDEX).exists():
        places = read_json(folder / INDEX).get("weight_map")
        names = list(places.values()) if isinstance(places, dict) else []
        if not names or not all(isinstance(name, str) for name in names):
            raise ValueError(
                f"{folder / INDEX} has no weight_map that names files; download it "
                "again"
            )
        tensors: dict[str, Tensor] = {}
        for name in sorted(set(names)):
            if Path(name).name != name:
                raise ValueError(f"{folder / INDEX} points outside its folder: {name}")
            tensors |= read_weights(folder / name)
        return tensors
    if pickles := sorted(p.name for kind in PICKLES for p in folder.glob(kind)):
        raise ValueError(
            f"{folder} has its weights in {pickles[0]}, a pickle: a program that runs "
            "when it is opened. Look for the same model as .safetensors"
        )
    raise ValueError(f"{folder} has no {WEIGHTS}; download the whole model")


def check_ids(tokenizer: Tokenizer | None, config: ModelConfig, where: str) -> None:
    """Published embeddings may be padded; an id past the embedding may not be."""
    if tokenizer is not None and tokenizer.vocab_size > config.vocab_size:
        raise ValueError(
            f"{where} has {tokenizer.vocab_size} tokens, the model only "
            f"{config.vocab_size}; give the one that it was trained with"
        )
