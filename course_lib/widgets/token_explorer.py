"""Type text and see the tokens that each vocabulary makes of it."""

import html
from collections.abc import Mapping
from typing import Protocol

import traitlets

from course_lib.widgets.base import CourseWidget, chips_html, script, token_label

MAX_CHARACTERS = 2_000  # more would only slow typing down; the widget says so


class Vocabulary(Protocol):
    """What the explorer needs of a tokenizer: ours and tiktoken's both have it."""

    def encode(self, text: str) -> list[int]: ...


class TokenExplorer(CourseWidget):
    """An editable text box with its tokens below, in a vocabulary of one's choice.

    Hovering over a token, or moving to it with the arrow keys, shows its id and its
    bytes. `.ids` follows what the student types.

    Raises:
        ValueError: if no vocabulary is given.
    Example: `TokenExplorer({"ours": tokenizer, "GPT-4": cl100k}, "The hat blew off.")`
    """

    _esm = script("token_explorer.js")
    text = traitlets.Unicode().tag(sync=True)
    vocabulary = traitlets.Unicode().tag(sync=True)
    names = traitlets.List(traitlets.Unicode()).tag(sync=True)
    tokens = traitlets.List().tag(sync=True)  # [id, label, hex bytes] each
    summary = traitlets.Unicode().tag(sync=True)

    def __init__(self, vocabularies: Mapping[str, Vocabulary], text: str = "") -> None:
        if not vocabularies:
            raise ValueError(
                "TokenExplorer needs at least one vocabulary, got none; pass for "
                "example {'bytes': BPETokenizer([])}"
            )
        self._vocabularies = dict(vocabularies)
        names = list(self._vocabularies)
        super().__init__(text=text, names=names, vocabulary=names[0])
        self.observe(self._tokenize, ["text", "vocabulary"])
        self._tokenize()

    @property
    def ids(self) -> list[int]:
        """The token ids of the present text in the present vocabulary."""
        return [token[0] for token in self.tokens]

    def _tokenize(self, _change: object = None) -> None:
        text = self.text[:MAX_CHARACTERS]
        if self.vocabulary not in self._vocabularies:
            raise ValueError(
                f"unknown vocabulary {self.vocabulary!r}; "
                f"known: {', '.join(self.names)}"
            )
        ids = {name: _ids(v, text) for name, v in self._vocabularies.items()}
        current = self._vocabularies[self.vocabulary]
        spelled = [(i, _bytes_of(current, i)) for i in ids[self.vocabulary]]
        counts = " · ".join(f"{name}: {len(ids[name]):,}" for name in self.names)
        cut = f" (first {MAX_CHARACTERS:,})" if len(self.text) > MAX_CHARACTERS else ""
        with self.hold_sync():
            self.tokens = [[i, token_label(b), b.hex(" ")] for i, b in spelled]
            self.summary = (
                f"{_counted(len(text), 'character')}{cut}, "
                f"{_counted(len(text.encode()), 'byte')}. Tokens: {counts}"
            )

    def static_html(self) -> str:
        """Show text and tokens of the present state."""
        labels = [label for _, label, _ in self.tokens]
        titles = [f"id {i}, bytes {hex_bytes}" for i, _, hex_bytes in self.tokens]
        return (
            f"<p><b>{html.escape(self.vocabulary)}</b>: {html.escape(self.summary)}</p>"
            f"<p>{chips_html(labels, titles)}</p>"
        )

    def __repr__(self) -> str:
        return f"TokenExplorer({self.vocabulary}: {self.summary})"


def _ids(vocabulary: Vocabulary, text: str) -> list[int]:
    # tiktoken refuses text that spells a special token; here it is just text.
    ordinary = getattr(vocabulary, "encode_ordinary", vocabulary.encode)
    return ordinary(text)


def _bytes_of(vocabulary: Vocabulary, token_id: int) -> bytes:
    if hasattr(vocabulary, "token_bytes"):
        return vocabulary.token_bytes[token_id]
    return vocabulary.decode_single_token_bytes(token_id)


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
