"""Read and write tokenizer.json, the file of the `tokenizers` library.

Only byte-level BPE that our rooms can hold exactly; anything else is None, not a guess.
"""

from pathlib import Path
from typing import Any

from course_lib.checkpoint.whole import read_json, reading
from course_lib.tokenizer import BPETokenizer, PublishedTokenizer, Vocabulary

Tokenizer = BPETokenizer | PublishedTokenizer
BYTES = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True}
# Llama 3's own spelling of the pattern that PATTERNS has as "llama-bpe".
LLAMA3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
SPLITTERS: dict[str, list[dict[str, Any]]] = {
    "gpt-2": [BYTES | {"use_regex": True}],
    "smollm": [
        {"type": "Digits", "individual_digits": True},
        BYTES | {"use_regex": True},
    ],
    "llama-bpe": [
        {"type": "Split", "pattern": {"Regex": LLAMA3}, "behavior": "Isolated",
         "invert": False},
        BYTES | {"use_regex": False},
    ],
}  # fmt: skip


def read_tokenizer(path: Path) -> Tokenizer | None:
    """Read a tokenizer.json; None where it is missing or no plain byte-level BPE.

    Raises:
        ValueError: if the file is damaged.
    """
    if not path.exists():
        return None
    content = read_json(path)
    with reading(path):
        return _tokenizer_from(content)


def _tokenizer_from(content: dict[str, Any]) -> Tokenizer | None:
    pattern = _pattern(content.get("pre_tokenizer"))
    model = content.get("model")
    if pattern is None or content.get("normalizer") or not _is_plain_bpe(model):
        return None
    special = {one["content"]: one["id"] for one in content.get("added_tokens", ())}
    ids = model["vocab"] | special
    tokens = tuple(sorted(ids, key=ids.__getitem__))
    if [ids[token] for token in tokens] != list(range(len(tokens))):
        return None  # a hole in the ids: no place for the tokens between
    pairs = (m.split(" ") if isinstance(m, str) else m for m in model["merges"])
    merges = tuple((first, second) for first, second in pairs)
    try:
        return Vocabulary(tokens, merges, special, pattern).tokenizer()
    except ValueError:
        return None  # merging by rank would not give this file's ids


def _pattern(splitter: dict[str, Any] | None) -> str | None:
    """Find which of our patterns a file's splitting amounts to."""
    steps = (splitter or {}).get("pretokenizers", [splitter])
    found = [_essence(step) for step in steps if step]
    for name, known in SPLITTERS.items():
        if found == [_essence(step) for step in known]:
            return name
    return None


def _essence(step: dict[str, Any]) -> dict[str, Any]:
    """Leave out what changes no id, and fill in what old files leave out."""
    kept = {name: value for name, value in step.items() if name != "trim_offsets"}
    return {"use_regex": True} | kept if step.get("type") == "ByteLevel" else kept


def _is_plain_bpe(model: Any) -> bool:
    if not isinstance(model, dict) or model.get("type", "BPE") != "BPE":
        return False
    twists = ("dropout", "unk_token", "continuing_subword_prefix",
              "end_of_word_suffix", "byte_fallback")  # fmt: skip
    has_parts = isinstance(model.get("vocab"), dict) and "merges" in model
    return has_parts and not any(model.get(twist) for twist in twists)


def tokenizer_files(tokenizer: Tokenizer, context: int) -> dict[str, dict[str, Any]]:
    """Write a tokenizer as the two files that `transformers` reads, by their names."""
    vocabulary = Vocabulary.of(tokenizer)
    special = vocabulary.special_tokens
    added = [
        {"id": i, "content": name, "single_word": False, "lstrip": False,
         "rstrip": False, "normalized": False, "special": True}
        for name, i in special.items()
    ]  # fmt: skip
    ordinary = {t: i for i, t in enumerate(vocabulary.tokens) if t not in special}
    whole = {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": added,
        "normalizer": None,
        "pre_tokenizer": {
            "type": "Sequence", "pretokenizers": SPLITTERS[vocabulary.pattern],
        },
        "post_processor": None, "decoder": BYTES | {"use_regex": True},
        "model": {
            "type": "BPE", "dropout": None, "unk_token": None,
            "continuing_subword_prefix": None, "end_of_word_suffix": None,
            "fuse_unk": False, "byte_fallback": False, "ignore_merges": False,
            "vocab": ordinary, "merges": [list(pair) for pair in vocabulary.merges],
        },
    }  # fmt: skip
    settings: dict[str, Any] = {
        "tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": context,
        "clean_up_tokenization_spaces": False,
    }  # fmt: skip
    return {"tokenizer.json": whole, "tokenizer_config.json": settings}
