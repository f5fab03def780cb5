"""Pieces of an answer as it comes, token by token, and the messages they amount to."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from course_lib.chat.messages import TOOLS, Message

PIECE_KINDS = ("prompt", "assistant", "call", "result", "problem")


@dataclass(frozen=True)
class Piece:
    """A token of an answer, or a stretch of text that no model wrote.

    Kinds: assistant (its words), call (what it asks a tool), result (what the tool
    answers), problem (what went wrong, in our words), prompt (what it had read).
    Tokens that only mark a border have no text.

    Raises:
        ValueError: at an unknown kind, at a call that names no tool, or at a
            probability outside 0 to 1.
    Example: `Piece(" hat", 0.31)`
    """

    text: str  # what a reader sees of it
    probability: float | None = None  # the model's own; None where no model chose
    kind: str = "assistant"
    tool: str | None = None  # of a call or a result
    token: bytes = b""  # as the tokenizer knows it; empty where text is all there is

    def __post_init__(self) -> None:
        if self.kind not in PIECE_KINDS:
            raise ValueError(
                f"unknown kind {self.kind!r}; a piece is one of "
                f"{', '.join(PIECE_KINDS)}"
            )
        if self.kind == "call" and self.tool not in TOOLS:
            raise ValueError(
                f"a call asks one of {', '.join(TOOLS)}, got tool={self.tool!r}"
            )
        if self.probability is not None and not 0 <= self.probability <= 1:
            raise ValueError(
                f"a probability lies between 0 and 1, got {self.probability}"
            )


def messages_of(pieces: Iterable[Piece]) -> list[Message]:
    """Read an answer as messages that a template can write.

    A call without a result is left out: it was broken off, and nobody answered. The
    last message is the assistant's text, and empty if it said nothing.

    Example: words, a call, its result -> three messages and an empty one
    """
    read = [
        piece
        for piece in pieces
        if piece.kind in ("call", "result")
        or (piece.kind == "assistant" and piece.text)
    ]
    parts = [
        (kind, tool, "".join(piece.text for piece in group))
        for (kind, tool), group in groupby(read, key=_part)
    ]
    messages: list[Message] = []
    for k, (kind, tool, text) in enumerate(parts):
        answered = k + 1 < len(parts) and parts[k + 1][0] == "result"
        if kind == "result" and messages and messages[-1].is_call:
            messages.append(Message("tool", text))
        elif kind == "call" and answered:
            messages.append(Message("assistant", text, tool))
        elif kind == "assistant":
            if messages and messages[-1] == Message("assistant", messages[-1].content):
                text = messages.pop().content + text  # around a call left out
            messages.append(Message("assistant", text))
    if not messages or messages[-1].role == "tool":
        messages.append(Message("assistant", ""))
    return messages


def _part(piece: Piece) -> tuple[str, str | None]:
    return piece.kind, piece.tool if piece.kind == "call" else None
