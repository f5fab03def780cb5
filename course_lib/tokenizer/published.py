"""Tokenizers of published models: their words and ids, as other programs write them.

A published vocabulary puts its special tokens where it likes and may lack bytes, so
`BPETokenizer` cannot hold it. Here it becomes a `tiktoken.Encoding`: same ids, in Rust.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from course_lib.tokenizer.bpe import BPETokenizer
from course_lib.tokenizer.pieces import PATTERNS, checked_text, compiled_pattern

if TYPE_CHECKING:
    import tiktoken


def byte_letters() -> list[str]:
    """Return the visible letter by which GPT-2's files write each byte.

    A space is written Ġ, a line break Ċ; printable Latin letters are themselves.
    Source: `bytes_to_unicode` in OpenAI's GPT-2 code.
    """
    visible = {*range(33, 127), *range(161, 173), *range(174, 256)}
    others = [value for value in range(256) if value not in visible]
    stand_in = {value: 256 + k for k, value in enumerate(others)}
    return [chr(stand_in.get(value, value)) for value in range(256)]


LETTERS = byte_letters()
BYTE_OF = {letter: value for value, letter in enumerate(LETTERS)}


def spelled(token: str) -> bytes:
    """Turn a token as files write it into its bytes.

    Raises:
        ValueError: if a letter stands for no byte.
    Example: "Ġthe" -> b" the"
    """
    try:
        return bytes(BYTE_OF[letter] for letter in token)
    except KeyError as error:
        raise ValueError(
            f"token {token!r} has {error.args[0]!r}, which stands for no byte: this is "
            "no byte-level BPE vocabulary"
        ) from None


@dataclass(frozen=True)
class Vocabulary:
    """A tokenizer as files carry it: letters for bytes, ids by place.

    Raises:
        ValueError: if plain BPE by rank would not give the ids that these merges give.
    """

    tokens: tuple[str, ...]  # by id; a special token as it is shown
    merges: tuple[tuple[str, str], ...]  # in the order in which they were learned
    special_tokens: dict[str, int]
    pattern: str = "gpt-2"  # a key of PATTERNS

    def __post_init__(self) -> None:
        compiled_pattern(self.pattern)
        ids = {token: i for i, token in enumerate(self.tokens)}
        if len(ids) < len(self.tokens):
            raise ValueError("two ids have the same token; the vocabulary is damaged")
        for name, i in self.special_tokens.items():
            if ids.get(name) != i:
                raise ValueError(f"special token {name!r} is not the token with id {i}")
        made, last = set(), -1
        for first, second in self.merges:
            new = ids.get(first + second)
            if new is None or first not in ids or second not in ids:
                raise ValueError(f"merge {first!r} {second!r} names no known token")
            if new < last and new not in made:
                raise ValueError(
                    f"merge {first!r} {second!r} stands out of the order of ids, so "
                    "merging by rank would give other ids"
                )
            made.add(new)
            last = max(last, new)
        for token, i in ids.items():
            if token in self.special_tokens or i in made or len(token) == 1:
                continue
            raise ValueError(f"token {token!r} (id {i}) is made by no merge")

    @classmethod
    def of(cls, tokenizer: "BPETokenizer | PublishedTokenizer") -> "Vocabulary":
        """Write a tokenizer out as files carry it.

        Raises:
            ValueError: if a special token's name is also an ordinary token.
        """
        if isinstance(tokenizer, PublishedTokenizer):
            return tokenizer.vocabulary
        n_ordinary = tokenizer.vocab_size - len(tokenizer.special_tokens)
        ordinary = [
            "".join(LETTERS[value] for value in token)
            for token in tokenizer.token_bytes[:n_ordinary]
        ]
        merges = tuple((ordinary[a], ordinary[b]) for a, b in tokenizer.merges)
        tokens = (*ordinary, *tokenizer.special_tokens)
        special = dict(tokenizer.special_tokens)
        return cls(tokens, merges, special, tokenizer.pattern)

    def tokenizer(self) -> "BPETokenizer | PublishedTokenizer":
        """Read a tokenizer: our own kind where the ids lie as ours do."""
        ids = {token: i for i, token in enumerate(self.tokens)}
        pairs = [(ids[first], ids[second]) for first, second in self.merges]
        if list(self.tokens[:256]) == LETTERS:
            made = [256 + k for k in range(len(pairs))]
            in_order = made == [ids[first + second] for first, second in self.merges]
            at_end = range(256 + len(pairs), len(self.tokens))
            if in_order and sorted(self.special_tokens.values()) == list(at_end):
                names = sorted(self.special_tokens, key=self.special_tokens.__getitem__)
                return BPETokenizer(pairs, names, self.pattern)
        return PublishedTokenizer(self)


class PublishedTokenizer:
    """Encode and decode as a published model does; used like a `BPETokenizer`.

    Bytes that the vocabulary lacks are left out of the ids, as the `tokenizers` library
    does where there is no token for the unknown. tiktoken wants all 256 bytes; the
    missing ones get ranks past the vocabulary, which never reach a model.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.special_tokens = dict(vocabulary.special_tokens)
        self.vocab_size = len(vocabulary.tokens)
        self._encoding = self.to_tiktoken()
        self._cut = compiled_pattern(vocabulary.pattern)

    def __repr__(self) -> str:
        return f"PublishedTokenizer({self.vocab_size} tokens)"

    def missing_bytes(self) -> bytes:
        """Return the bytes for which the vocabulary has no token."""
        known = set(self.vocabulary.tokens) - self.special_tokens.keys()
        return bytes(v for v, letter in enumerate(LETTERS) if letter not in known)

    def to_tiktoken(self, name: str = "published") -> "tiktoken.Encoding":
        """Build OpenAI's tokenizer of it; ids from `vocab_size` on are no tokens."""
        import tiktoken

        ranks = {
            spelled(token): i
            for i, token in enumerate(self.vocabulary.tokens)
            if token not in self.special_tokens
        }
        for k, value in enumerate(self.missing_bytes()):
            ranks[bytes([value])] = self.vocab_size + k
        return tiktoken.Encoding(
            name,
            pat_str=PATTERNS[self.vocabulary.pattern],
            mergeable_ranks=ranks,
            special_tokens=self.special_tokens,
        )

    def encode(
        self, text: str, allowed_special: Collection[str] | str = ()
    ) -> list[int]:
        """Return the ids of `text`; names of special tokens are text unless allowed.

        Raises:
            ValueError: if text is no string or half a surrogate pair, or if
                `allowed_special` names an unknown token.
        """
        names = self.special_tokens if allowed_special == "all" else allowed_special
        if isinstance(names, str) or (unknown := set(names) - set(self.special_tokens)):
            known = ", ".join(self.special_tokens) or "none"
            wrong = names if isinstance(names, str) else sorted(unknown)
            raise ValueError(f"unknown special tokens {wrong!r}; known: {known}")
        ids = self._encoding.encode(
            checked_text(text), allowed_special=set(names), disallowed_special=()
        )
        if not ids or max(ids) < self.vocab_size:
            return ids
        # Left out before merging, not after: neighbours of a missing byte may merge.
        return self._encode_without_missing(text, set(names))

    def _encode_without_missing(self, text: str, names: set[str]) -> list[int]:
        import regex

        missing = self.missing_bytes()
        longest_first = sorted(names, key=len, reverse=True)
        parts = [text]
        if names:
            parts = regex.split(f"({'|'.join(map(regex.escape, longest_first))})", text)
        ids: list[int] = []
        for k, part in enumerate(parts):  # names stand at the odd places
            if k % 2:
                ids.append(self.special_tokens[part])
                continue
            for piece in self._cut.findall(part):
                left = piece.encode().translate(None, missing)
                if left:
                    ids.extend(self._encoding._encode_single_piece(left))
        return ids

    def decode(self, ids: Iterable[int]) -> str:
        """Join the bytes of `ids` and read them as UTF-8, with U+FFFD where it is cut.

        Raises:
            ValueError: if an id lies outside the vocabulary.
        """
        ids = list(ids)
        for i in ids:
            if not 0 <= i < self.vocab_size:
                raise ValueError(
                    f"id {i!r} is not in the vocabulary: ids go from 0 to "
                    f"{self.vocab_size - 1}; was it made by another tokenizer?"
                )
        return self._encoding.decode(ids)
