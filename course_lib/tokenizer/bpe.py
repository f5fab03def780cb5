"""Turn text into token ids and back, with byte-pair encoding (BPE).

This module owns the alphabet: which byte strings are tokens, and which id each
one has. Ids are plain ints in plain lists; tensors belong to `data` and `model`.

Sources: Sennrich et al. 2016 (BPE on words), Radford et al. 2019, section 2.2
(BPE on bytes: nothing is ever out of vocabulary).
"""

import json
import os
import secrets
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise
from numbers import Integral
from pathlib import Path
from typing import TYPE_CHECKING, Self

import regex

from course_lib.tokenizer.merges import (
    Pair,
    bytes_of_tokens,
    learn_merges,
    replace_pair,
)
from course_lib.tokenizer.pieces import PATTERNS, checked_text, compiled_pattern

if TYPE_CHECKING:
    import tiktoken

FORMAT = "course-bpe-1"  # written into every saved file, checked on loading
LONGEST_REMEMBERED = 64  # characters; words come again, a page of one letter does not


class BPETokenizer:
    """Encode text as ids 0..255 (bytes), then merges, then special tokens.

    Attributes:
        merges: the learned pairs; `merges[k]` made the token with id `256 + k`.
        token_bytes: the bytes of every token, by id (a special token's name).
        special_tokens: name -> id.
        pattern: the key of `PATTERNS` by which text is cut into pieces.

    Raises:
        ValueError: if a merge names an id that does not exist yet or repeats an
            earlier token, or if a special token is empty or named twice.
    """

    def __init__(
        self,
        merges: Sequence[Pair],
        special_tokens: Sequence[str] = (),
        pattern: str = "smollm",
    ) -> None:
        self.pattern = pattern
        self.token_bytes = bytes_of_tokens(merges)
        self.merges = [(first, second) for first, second in merges]
        first_special = len(self.token_bytes)
        self.special_tokens = _special_ids(special_tokens, first_special)
        self.token_bytes += [name.encode() for name in self.special_tokens]
        self._rank = {pair: 256 + k for k, pair in enumerate(self.merges)}
        self._cut = compiled_pattern(pattern)
        self._ids_of_piece: dict[str, list[int]] = {}

    def __repr__(self) -> str:
        return (
            f"BPETokenizer(256 bytes + {len(self.merges)} merges + "
            f"{len(self.special_tokens)} special tokens, {self.pattern})"
        )

    @property
    def vocab_size(self) -> int:
        """Count every id: bytes, merges and special tokens."""
        return len(self.token_bytes)

    @classmethod
    def train(
        cls,
        texts: Iterable[str],
        vocab_size: int,
        special_tokens: Sequence[str] = (),
        pattern: str = "smollm",
    ) -> Self:
        """Learn merges from texts until the vocabulary has `vocab_size` entries.

        The most frequent pair becomes a token, again and again; among equally
        frequent pairs the one with the smallest ids wins, so the result depends
        on nothing but the texts.

        Raises:
            ValueError: if `texts` is one string, if `vocab_size` has no room for
                the 256 bytes and the special tokens, or if the texts run out of
                pairs first.
        Example: `train(["aaab aaab"], 257).merges -> [(97, 97)]`
        """
        if isinstance(texts, str):
            raise ValueError(
                "texts must be an iterable of strings, got one string, whose "
                "letters would be read as texts; pass [text]"
            )
        n_merges = vocab_size - 256 - len(special_tokens)
        if n_merges < 0:
            raise ValueError(
                f"vocab_size must be at least {256 + len(special_tokens)} (256 bytes "
                f"and {len(special_tokens)} special tokens), got {vocab_size}"
            )
        cut = compiled_pattern(pattern)
        piece_counts: Counter[str] = Counter()
        for text in texts:
            piece_counts.update(cut.findall(checked_text(text)))
        as_bytes = {piece.encode(): count for piece, count in piece_counts.items()}
        return cls(learn_merges(as_bytes, n_merges), special_tokens, pattern)

    def split(self, text: str) -> list[str]:
        """Cut text into the pieces that merging never crosses.

        Example (smollm): `split("I'm 42 now") -> ["I", "'m", " ", "4", "2", " now"]`
        """
        return self._cut.findall(checked_text(text))

    def encode(
        self, text: str, allowed_special: Collection[str] | str = ()
    ) -> list[int]:
        """Return the ids of `text`; `decode` gives the very same text back.

        Special tokens are what separates a user's words from the conversation's
        machinery, so text that merely spells one stays ordinary text unless the
        caller names it in `allowed_special` (or passes "all").

        Raises:
            ValueError: if text is no string or holds half a surrogate pair, or if
                `allowed_special` names an unknown token.
        """
        allowed = self._known_special(allowed_special)
        if not allowed:
            return self._encode_ordinary(text)
        # The longest name first: <|python_start|> before a shorter <|python.
        names = sorted(allowed, key=len, reverse=True)
        parts = regex.split(
            f"({'|'.join(map(regex.escape, names))})", checked_text(text)
        )
        ids: list[int] = []
        for k, part in enumerate(parts):  # names stand at the odd places
            if k % 2:
                ids.append(self.special_tokens[part])
            else:
                ids.extend(self._encode_ordinary(part))
        return ids

    def decode(self, ids: Iterable[int]) -> str:
        """Join the bytes of `ids` and read them as UTF-8.

        Ids that stop in the middle of a character give U+FFFD there, as a model
        that is cut off in the middle of an emoji does.

        Raises:
            ValueError: if an id lies outside the vocabulary.
        """
        return self.decode_bytes(ids).decode("utf-8", errors="replace")

    def decode_bytes(self, ids: Iterable[int]) -> bytes:
        """Join the bytes of `ids`, whether or not they are valid UTF-8.

        Raises:
            ValueError: if an id lies outside the vocabulary.
        """
        pieces = []
        for token_id in ids:
            is_id = isinstance(token_id, Integral)
            if not is_id or not 0 <= token_id < self.vocab_size:
                raise ValueError(
                    f"id {token_id!r} is not in the vocabulary: ids go from 0 to "
                    f"{self.vocab_size - 1}; was it made by another tokenizer?"
                )
            pieces.append(self.token_bytes[token_id])
        return b"".join(pieces)

    def save(self, path: str | Path) -> None:
        """Write merges, special tokens and pattern to one JSON file, whole or not."""
        content = {
            "format": FORMAT,
            "pattern": self.pattern,
            "special_tokens": list(self.special_tokens),
            "merges": self.merges,
        }
        path = Path(path)
        unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
        try:
            unfinished.write_text(json.dumps(content), encoding="utf-8")
            os.replace(unfinished, path)
        finally:
            unfinished.unlink(missing_ok=True)

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read what `save` wrote.

        Raises:
            ValueError: if the file is missing, damaged or of another format.
        """
        path = Path(path)
        if not path.is_file():
            raise ValueError(f"no tokenizer at {path}: train one and save it there")
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            found = content["format"]
            parts = content["merges"], content["special_tokens"], content["pattern"]
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(
                f"{path} is not a tokenizer saved by this course ({error}); "
                "train it again and save it, or restore the file"
            ) from error
        if found != FORMAT:
            raise ValueError(f"{path} has format {found!r}, expected {FORMAT!r}")
        return cls(*parts)

    def to_tiktoken(self, name: str = "course") -> "tiktoken.Encoding":
        """Build OpenAI's tokenizer from the same merges: equal ids, written in Rust.

        (Equal up to the Unicode version: the two regex engines may disagree on
        whether a character that was added to Unicode last year is a letter.)
        """
        import tiktoken

        n_ordinary = 256 + len(self.merges)
        return tiktoken.Encoding(
            name,
            pat_str=PATTERNS[self.pattern],
            mergeable_ranks={b: i for i, b in enumerate(self.token_bytes[:n_ordinary])},
            special_tokens=self.special_tokens,
        )

    def _encode_ordinary(self, text: str) -> list[int]:
        ids: list[int] = []
        known = self._ids_of_piece
        for piece in self._cut.findall(checked_text(text)):
            found = known.get(piece)
            if found is None:
                found = self._encode_piece(piece)
                if len(piece) <= LONGEST_REMEMBERED:
                    if len(known) >= 100_000:  # bounds the memory of a long session
                        known.clear()
                    known[piece] = found
            ids.extend(found)
        return ids

    def _encode_piece(self, piece: str) -> list[int]:
        """Replay the merges on one piece, in the order in which they were learned."""
        ids = list(piece.encode())
        never = self.vocab_size
        while len(ids) > 1:
            pair = min(pairwise(ids), key=lambda p: self._rank.get(p, never))
            if pair not in self._rank:
                break
            ids = replace_pair(ids, pair, self._rank[pair])
        return ids

    def _known_special(self, allowed: Collection[str] | str) -> list[str]:
        names = list(self.special_tokens) if allowed == "all" else list(allowed)
        if isinstance(allowed, str) and allowed != "all":
            raise ValueError(
                f"allowed_special must be a collection of names or 'all', got the "
                f"string {allowed!r}; pass [{allowed!r}]"
            )
        for name in names:
            if name not in self.special_tokens:
                known = ", ".join(self.special_tokens) or "none"
                raise ValueError(f"unknown special token {name!r}; known: {known}")
        return names


def _special_ids(names: Sequence[str], first_id: int) -> dict[str, int]:
    if isinstance(names, str):
        raise ValueError(f"special_tokens must be a list of names, got {names!r}")
    ids = {name: first_id + k for k, name in enumerate(names)}
    if len(ids) < len(names) or not all(isinstance(n, str) and n for n in names):
        raise ValueError(
            f"special tokens must be different, non-empty strings, got {list(names)!r}"
        )
    return ids
