"""Keep conversations in files that people can read: one in a line (JSONL)."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from course_lib.chat import Message, check_conversation
from course_lib.runtime import atomic_write


@dataclass(frozen=True)
class Conversation:
    """Some turns between a user and the assistant, and what kind of thing they are.

    Raises:
        ValueError: if the turns are in an order that no template can write, or do not
            end with the assistant's words.
    """

    kind: str
    messages: tuple[Message, ...]

    def __post_init__(self) -> None:
        check_conversation(self.messages, answered=True)

    @classmethod
    def of_turns(cls, kind: str, *turns: str) -> "Conversation":
        """Make one of plain texts: the user's, the assistant's, the user's and so on.

        Example: `Conversation.of_turns("greeting", "Hello!", "Hello! Who is there?")`
        """
        roles = ("user", "assistant")
        messages = (Message(roles[k % 2], text) for k, text in enumerate(turns))
        return cls(kind, tuple(messages))


def read_conversations(path: str | Path) -> list[Conversation]:
    """Read a file of conversations.

    Raises:
        ValueError: with the line, if one is not valid JSON or no conversation.
    """
    conversations = []
    # Not splitlines(): to Python, signs within a text end a line, too (U+2028).
    lines = Path(path).read_text(encoding="utf-8").removesuffix("\n").split("\n")
    for number, line in enumerate(lines, start=1):
        try:
            content = json.loads(line)
            messages = tuple(Message(**message) for message in content["messages"])
            conversations.append(Conversation(content["kind"], messages))
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(
                f"{path}, line {number} is no conversation ({error}); a line looks "
                'like {"kind": "greeting", "messages": [{"role": "user", "content": '
                '"Hello!"}, {"role": "assistant", "content": "Hello!"}]}'
            ) from error
    return conversations


def write_conversations(
    path: str | Path, conversations: Iterable[Conversation]
) -> Path:
    """Write conversations, one in a line, whole file or nothing."""
    lines = (as_line(conversation) for conversation in conversations)
    return atomic_write(path, "".join(f"{line}\n" for line in lines))


def as_line(conversation: Conversation) -> str:
    """Write one conversation as a line of JSON."""
    messages = [_as_dict(message) for message in conversation.messages]
    content = {"kind": conversation.kind, "messages": messages}
    return json.dumps(content, ensure_ascii=False)


def _as_dict(message: Message) -> dict[str, str]:
    tool = {"tool": message.tool} if message.tool else {}
    return {"role": message.role, "content": message.content} | tool


def as_text(messages: Sequence[Message]) -> str:
    """Show turns as a script, for reading. Example: "user: Hello!"."""
    return "\n".join(f"{message.role}: {message.content}" for message in messages)
