"""Read and write GGUF, the one-file format of llama.cpp: Llama models, also quantised.

A parsed file is kept beside it as a Hugging Face folder, which loads much faster.
"""

import secrets
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from course_lib.chat import ChatTemplate
from course_lib.checkpoint.endings import Endings, jinja_of
from course_lib.checkpoint.gguf_names import (
    config_from,
    frequency_factors,
    metadata_for,
    our_name,
    their_names,
    turned_back,
    turned_pairs,
)
from course_lib.checkpoint.hf_tokenizer import Tokenizer
from course_lib.checkpoint.hugging_face import check_ids, filled, load_hf, write_hf
from course_lib.checkpoint.whole import (
    check_layers,
    check_tensors,
    read_json,
    reading,
    unfilled,
)
from course_lib.model import ModelConfig, Transformer
from course_lib.runtime import rename
from course_lib.tokenizer import PATTERNS, Vocabulary

if TYPE_CHECKING:
    import gguf

SOURCE = "source.json"  # says of which file a parsed folder was made
SPECIAL_TYPES = (3, 4)  # control and user-defined, as llama.cpp numbers them
ORDINARY, CONTROL = 1, 3


# --- Reading ---


def load_gguf(
    path: str | Path,
    device: str | torch.device = "cpu",
    dtype: torch.dtype = torch.float32,
    cache: bool = True,
    cache_folder: str | Path | None = None,
) -> tuple[Transformer, Tokenizer | None]:
    """Read a model of the Llama architecture; quantised numbers become plain ones.

    The first time takes long, since the format's reader is written in Python. What it
    gave is kept as safetensors, in a folder beside the file or in `cache_folder`, if
    there is room and one may write there (a class may share somebody else's file).

    Raises:
        ValueError: at another architecture, or if the file is missing, cut off or
            damaged; nothing is kept then.
    Example: `model, tokenizer = load_gguf("SmolLM2-135M-Instruct.Q4_1.gguf")`
    """
    path = Path(path).resolve()
    if not path.is_file():
        raise ValueError(f"no file {path}; `python -m course_lib fetch` brings one")
    place = Path(cache_folder or path.parent).resolve()
    kept = place / f"{path.stem}.{str(dtype).removeprefix('torch.')}"
    source = {"bytes": path.stat().st_size, "changed_ns": path.stat().st_mtime_ns}
    if cache:
        with suppress(OSError, ValueError):  # damaged, or not for us to read
            if (kept / SOURCE).exists() and read_json(kept / SOURCE) == source:
                return load_hf(kept, device, dtype)
    config, tensors, tokenizer = _parsed(path, dtype)
    model = filled(config, tensors, str(path), device, dtype)
    if cache:
        with suppress(OSError, ValueError):  # no room, no right: slow again next time
            write_hf(kept, model, tokenizer, None, None, {SOURCE: source})
    return model, tokenizer


def load_gguf_tokenizer(path: str | Path) -> Tokenizer | None:
    """Read the tokenizer alone, in the file's own order of ids; None if it is no BPE.

    Raises:
        ValueError: if the file is missing, cut off or damaged.
    """
    path = Path(path).resolve()
    if not path.is_file():
        raise ValueError(f"no file {path}; `python -m course_lib fetch` brings one")
    return _tokenizer(_opened(path)[1], path)


def _parsed(
    path: Path, dtype: torch.dtype
) -> tuple[ModelConfig, dict[str, Tensor], Tokenizer | None]:
    reader, metadata = _opened(path)
    names = {tensor.name for tensor in reader.tensors}
    factors = None
    if "rope_freqs.weight" in names:
        factors = _plain(next(t for t in reader.tensors if t.name.startswith("rope_f")))
    config = config_from(metadata, names, factors, str(path))
    check_layers(config, len(names), str(path))
    tensors = {}
    for tensor in reader.tensors:
        if tensor.name != "rope_freqs.weight":
            plain = _plain(tensor)
            with reading(path):
                plain = turned_back(tensor.name, plain, config)
            tensors[our_name(tensor.name)] = plain.to(dtype)  # never all in fp32
    tokenizer = _tokenizer(metadata, path)
    check_ids(tokenizer, config, str(path))
    return config, tensors, tokenizer


def _opened(path: Path) -> tuple["gguf.GGUFReader", dict[str, Any]]:
    import gguf

    try:
        reader = gguf.GGUFReader(path)
        return reader, {name: f.contents() for name, f in reader.fields.items()}
    except (ValueError, IndexError, KeyError, OSError, OverflowError) as error:
        raise ValueError(
            f"{path} is damaged, cut off or no GGUF file ({error}); download it again"
        ) from error


def _plain(tensor: "gguf.ReaderTensor") -> Tensor:
    """Undo the quantisation and copy, so that the file is free to be replaced."""
    import gguf

    try:
        numbers = gguf.quants.dequantize(tensor.data, tensor.tensor_type)
    except NotImplementedError as error:
        raise ValueError(
            f"{tensor.name} is quantised as {tensor.tensor_type.name}, which the gguf "
            f"package cannot undo ({error}); choose a file of another kind"
        ) from error
    return torch.from_numpy(numbers.copy()).float()


def _tokenizer(metadata: dict[str, Any], path: Path) -> Tokenizer | None:
    """Make the tokenizer of byte-level BPE; None for every other kind."""
    with reading(path):
        return _tokenizer_from(metadata)


def _tokenizer_from(metadata: dict[str, Any]) -> Tokenizer | None:
    name = "tokenizer.ggml."
    pattern = metadata.get(f"{name}pre")
    if metadata.get(f"{name}model") != "gpt2" or pattern not in PATTERNS:
        return None
    tokens = metadata[f"{name}tokens"]
    kinds = metadata.get(f"{name}token_type") or [ORDINARY] * len(tokens)
    special = {
        token: i
        for i, (token, kind) in enumerate(zip(tokens, kinds, strict=True))
        if kind in SPECIAL_TYPES
    }
    pairs = (merge.split(" ") for merge in metadata[f"{name}merges"])
    merges = tuple((first, second) for first, second in pairs)
    try:
        return Vocabulary(tuple(tokens), merges, special, pattern).tokenizer()
    except ValueError:
        return None  # merging by rank would not give this file's ids


# --- Writing ---


def export_gguf(
    path: str | Path,
    model: Transformer,
    tokenizer: Tokenizer | None = None,
    dtype: torch.dtype = torch.float32,
    chat: ChatTemplate | None = None,
) -> Path:
    """Write one file that llama.cpp runs, whole or not at all.

    Args:
        dtype: of the matrices: float32, float16 or bfloat16. Norms stay in float32,
            as llama.cpp wants them.
        chat: how an assistant was taught to converse; None for a base model.

    Raises:
        ValueError: if the model is no plain Llama, if the tokenizer has other ids or
            lacks tokens of the chat, or at another dtype.
    """
    path = Path(path).resolve()
    kinds = {torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16"}
    if dtype not in kinds:
        raise ValueError(f"dtype must be one of {list(kinds)}, got {dtype}")
    metadata = metadata_for(model.config)
    if tokenizer is not None and tokenizer.vocab_size != model.config.vocab_size:
        raise ValueError(
            f"the tokenizer has {tokenizer.vocab_size} tokens, the model "
            f"{model.config.vocab_size}; give the one that it was trained with"
        )
    if tokenizer is not None:
        Endings.of(tokenizer, chat)  # refuses a chat of other tokens
    elif chat is not None:
        raise ValueError("a chat needs the tokenizer whose special tokens it writes")
    state = {name: t.detach().cpu().float() for name, t in model.state_dict().items()}
    check_tensors(state, unfilled(model.config), "the model")
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        _write(unfinished, model.config, metadata, state, tokenizer, kinds[dtype], chat)
        rename(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)
    return path


def _write(
    path: Path,
    config: ModelConfig,
    metadata: dict[str, Any],
    state: dict[str, Tensor],
    tokenizer: Tokenizer | None,
    kind: str,
    chat: ChatTemplate | None,
) -> None:
    import gguf

    writer = gguf.GGUFWriter(path, "llama")
    file_types = gguf.LlamaFileType
    writer.add_file_type({"F32": file_types.ALL_F32, "F16": file_types.MOSTLY_F16,
                          "BF16": file_types.MOSTLY_BF16}[kind])  # fmt: skip
    for name, value in metadata.items():
        add = writer.add_float32 if isinstance(value, float) else writer.add_uint32
        (writer.add_string if isinstance(value, str) else add)(name, value)
    if tokenizer is not None:
        _add_tokenizer(writer, Vocabulary.of(tokenizer))
        for role, i in Endings.of(tokenizer, chat).ids(tokenizer).items():
            name = {"bos": "bos", "eos": "eos", "pad": "padding"}[role]
            writer.add_uint32(f"tokenizer.ggml.{name}_token_id", i)
        if chat is not None:
            writer.add_chat_template(jinja_of(chat))
    for ours, theirs in their_names(config).items():
        plain = turned_pairs(theirs, state[ours], config).contiguous().numpy()
        stored = gguf.GGMLQuantizationType[kind if plain.ndim == 2 else "F32"]
        packed = gguf.quants.quantize(plain, stored)
        writer.add_tensor(theirs, packed, raw_dtype=stored)
    if config.rope_scaling is not None:
        writer.add_tensor("rope_freqs.weight", frequency_factors(config).numpy())
    try:
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
    finally:
        writer.close()


def _add_tokenizer(writer: "gguf.GGUFWriter", vocabulary: Vocabulary) -> None:
    special = vocabulary.special_tokens
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(vocabulary.pattern)
    writer.add_token_list(list(vocabulary.tokens))
    writer.add_token_types(
        [CONTROL if token in special else ORDINARY for token in vocabulary.tokens]
    )
    writer.add_token_merges(
        [f"{first} {second}" for first, second in vocabulary.merges]
    )
    writer.add_add_bos_token(False)
