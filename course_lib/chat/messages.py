"""A conversation: who said what, in an order that makes sense."""

from collections.abc import Sequence
from dataclasses import dataclass

ROLES = ("system", "user", "assistant", "tool")
TOOLS = ("search", "calc", "python")  # what an assistant may call


@dataclass(frozen=True)
class Message:
    """What one speaker said.

    An assistant's message that names a tool is a call: its content is what the tool is
    asked, and the next message, of role "tool", is what the tool answered.

    Raises:
        ValueError: at an unknown role or tool, at a tool named by anyone but the
            assistant, or if the content is no text.
    Example: `Message("assistant", "Orla Venn island", tool="search")`
    """

    role: str
    content: str
    tool: str | None = None

    def __post_init__(self) -> None:
        if self.role not in ROLES:
            raise ValueError(
                f"unknown role {self.role!r}; a message is from one of "
                f"{', '.join(ROLES)}"
            )
        if not isinstance(self.content, str):
            raise ValueError(
                f"a message's content must be a string, got {self.content!r}"
            )
        if self.tool is None:
            return
        if self.role != "assistant":
            raise ValueError(
                f"only the assistant calls tools, got tool={self.tool!r} in a message "
                f"of role {self.role!r}; a result names no tool"
            )
        if self.tool not in TOOLS:
            raise ValueError(
                f"unknown tool {self.tool!r}; there are {', '.join(TOOLS)}"
            )

    @property
    def is_call(self) -> bool:
        """Whether the assistant asks a tool here."""
        return self.tool is not None


def check_conversation(messages: Sequence[Message], answered: bool) -> None:
    """Refuse what no template can write, such as a call without a result.

    Args:
        answered: whether the assistant has spoken last (an example to learn from), or
            is about to (a prompt).

    Raises:
        ValueError: with the place, what stands there and what belongs there.
    """
    if isinstance(messages, Message) or not all(
        isinstance(message, Message) for message in messages
    ):
        raise ValueError(f"messages must be a list of Message, got {messages!r}")
    before = "start"
    for k, message in enumerate(messages):
        now = "call" if message.is_call else message.role
        if now not in NEXT[before]:
            raise ValueError(
                f"message {k} ({_named(now)}) cannot follow {_named(before)}: "
                f"{_options(NEXT[before])}"
            )
        before = now
    wanted = ("assistant",) if answered else ("user", "tool")
    if before not in wanted:
        what = "an example to learn from" if answered else "a prompt"
        other = "prompt(…)" if answered else "encode(…)"
        raise ValueError(
            f"{what} cannot end after {_named(before)}: {_options(wanted, 'last')}, or "
            f"use {other}"
        )


# What may follow what. An answer may go on with a call, never with a second answer.
NEXT = {
    "start": ("system", "user"),
    "system": ("user",),
    "user": ("assistant", "call"),
    "assistant": ("user", "call"),
    "call": ("tool",),
    "tool": ("assistant", "call"),
}
NAMES = {
    "start": "the start of a conversation",
    "system": "a system message",
    "user": "the user's message",
    "assistant": "the assistant's text",
    "call": "the assistant's call",
    "tool": "a tool's result",
}


def _named(kind: str) -> str:
    return NAMES[kind]


def _options(kinds: Sequence[str], place: str = "next") -> str:
    return f"{' or '.join(NAMES[kind] for kind in kinds)} comes {place}"
