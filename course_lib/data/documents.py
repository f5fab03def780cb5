"""Write texts as one long row of ids, and keep that row on disk."""

import secrets
from collections.abc import Iterable
from pathlib import Path

import numpy
from jaxtyping import UInt

from course_lib.runtime import rename
from course_lib.tokenizer import BPETokenizer


def encode_documents(
    texts: Iterable[str], tokenizer: BPETokenizer, end_of_text_id: int
) -> UInt[numpy.ndarray, " T"]:
    """Write all texts into one long row of ids, a separator after each.

    One row, because a model learns from windows that know nothing of where a text
    begins; the separator is how it learns that. Two bytes an id, as long as the
    vocabulary has no more than 65,536 tokens.

    Raises:
        ValueError: if `texts` is one string or empty, or if the separator is not in
            the vocabulary.
    """
    if isinstance(texts, str):
        raise ValueError(
            "texts must be an iterable of strings, got one string, whose letters would "
            "be read as texts; pass [text]"
        )
    if not 0 <= end_of_text_id < tokenizer.vocab_size:
        raise ValueError(
            f"end_of_text_id is {end_of_text_id}, the vocabulary has ids 0 to "
            f"{tokenizer.vocab_size - 1}; look it up in tokenizer.special_tokens"
        )
    dtype = numpy.min_scalar_type(tokenizer.vocab_size - 1)
    parts = [
        numpy.array([*tokenizer.encode(text), end_of_text_id], dtype) for text in texts
    ]
    if not parts:
        raise ValueError("there are no texts to encode; was an iterator used up?")
    return numpy.concatenate(parts)


def save_ids(path: str | Path, ids: UInt[numpy.ndarray, " T"]) -> Path:
    """Write ids to one .npy file, whole or not at all.

    Raises:
        ValueError: if it is not one row of unsigned ids, which `load_ids` would refuse.
    """
    path = Path(path)
    _check_row(ids, "the array")
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        with unfinished.open("wb") as file:
            numpy.save(file, ids, allow_pickle=False)
        rename(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)
    return path


def load_ids(path: str | Path, vocab_size: int) -> UInt[numpy.ndarray, " T"]:
    """Open what `save_ids` wrote, without reading all of it into memory.

    It is looked through once all the same: an id outside the vocabulary would only
    show as an index error deep inside a model.

    Raises:
        ValueError: if the file is missing, damaged, or not one row of ids below
            `vocab_size`.
    """
    path = Path(path)
    if not path.is_file():
        raise ValueError(
            f"no token ids at {path}: make them with encode_documents and save_ids"
        )
    try:
        ids = numpy.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, EOFError, OSError) as error:
        raise ValueError(
            f"{path} holds no token ids, or only a part of them ({error}); make it "
            "again with encode_documents and save_ids"
        ) from error
    if not isinstance(ids, numpy.ndarray):
        ids.close()
        raise ValueError(
            f"{path} holds several arrays (.npz), not one row of token ids; make it "
            "again with encode_documents and save_ids"
        )
    _check_row(ids, str(path))
    if (largest := int(ids.max())) >= vocab_size:
        raise ValueError(
            f"{path} holds the id {largest}, the vocabulary has ids 0 to "
            f"{vocab_size - 1}; it was made with another tokenizer"
        )
    return ids


def _check_row(ids: numpy.ndarray, where: str) -> None:
    if ids.ndim != 1 or ids.dtype.kind != "u" or not len(ids):
        raise ValueError(
            f"{where} holds {ids.dtype} of shape {ids.shape}, expected one row of "
            "unsigned ids, as encode_documents makes it"
        )
