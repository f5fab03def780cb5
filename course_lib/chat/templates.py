"""Lay a conversation out as token ids, and weigh each id: to be learned, or only read.

What stands around the words (the frame) is written by the template and may hold special
tokens; the words themselves are encoded as ordinary text, whatever they spell. So a
user who types "<|end|>" has typed seven characters, and ended nothing.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from course_lib.chat.messages import ROLES, TOOLS, Message, check_conversation
from course_lib.chat.segments import Layout, Opening, Segment, read_segments
from course_lib.chat.special import END_OF_TEXT
from course_lib.tokenizer import BPETokenizer, PublishedTokenizer

Tokenizer = BPETokenizer | PublishedTokenizer


@dataclass(frozen=True)
class Part:
    """A stretch of the layout: one special token, or text that can hold none."""

    text: str
    learned: bool = False
    special: bool = False


@dataclass(frozen=True)
class ChatTemplate:
    """How a conversation is written for one family of models.

    `{role}` and `{tool}` stand for names. The assistant learns to write its words, its
    calls with both their marks, and `end`; all else is read and never learned, above
    all what a tool answered: to predict a result is to make it up.
    """

    name: str
    special_tokens: tuple[str, ...]  # those that the strings below may hold
    opening: str  # of a turn
    closing: str  # of a turn that is not the assistant's
    end: str  # of the assistant's turn: it says so itself
    after_end: str
    call: tuple[str, str]  # around what a tool is asked
    result: tuple[str, str]  # around what it answers; then the assistant goes on
    default_system: str | None = None  # put first where a conversation has none

    # --- Writing ---

    def encode(
        self, messages: Sequence[Message], tokenizer: Tokenizer
    ) -> tuple[list[int], list[float]]:
        """Return ids and weights (1 learned, 0 only read): an example for `data`.

        Raises:
            ValueError: if the conversation is out of order or does not end with the
                assistant's text, or if the tokenizer lacks a special token.
        """
        check_conversation(messages, answered=True)
        return self._encoded(self._parts(messages), tokenizer)

    def prompt(self, messages: Sequence[Message], tokenizer: Tokenizer) -> list[int]:
        """Return ids that end where the assistant is to speak, or to go on.

        They are the ids with which `encode` of the same conversation begins.

        Raises:
            ValueError: as `encode`, but the last to speak is the user or a tool.
        """
        check_conversation(messages, answered=False)
        parts = list(self._parts(messages))
        if messages[-1].role == "user":
            parts += self._frame(self.opening.format(role="assistant"))
        return self._encoded(parts, tokenizer)[0]

    def stop_ids(self, tokenizer: Tokenizer) -> frozenset[int]:
        """Return the ids after which the assistant has nothing to add."""
        self._check(tokenizer)
        known = tokenizer.special_tokens
        return frozenset(known[t] for t in (self.end, END_OF_TEXT) if t in known)

    def call_ids(self, tokenizer: Tokenizer) -> dict[str, tuple[int, int]]:
        """Return each tool's two ids; empty where calls are marked by plain text.

        There a call ends at one of the `stop_ids`; `said` tells it from an answer.
        """
        self._check(tokenizer)
        if self.calls_are_text:
            return {}
        ids = tokenizer.special_tokens
        marks = {tool: [mark.format(tool=tool) for mark in self.call] for tool in TOOLS}
        return {tool: (ids[start], ids[end]) for tool, (start, end) in marks.items()}

    # --- Reading ---

    def segments(
        self,
        ids: Sequence[int],
        tokenizer: Tokenizer,
        speaker: str | None = None,
    ) -> list[Segment]:
        """Cut any ids, also what a model made up, into who said what.

        Args:
            speaker: whose turn the first id belongs to: "assistant" for ids that were
                generated after a prompt; None where nobody has begun.

        Raises:
            ValueError: if an id lies outside the vocabulary.
        """
        return read_segments(ids, tokenizer, self._layout(), speaker)

    def said(self, new_ids: Sequence[int], tokenizer: Tokenizer) -> list[Message]:
        """Read what the assistant just generated: text, then perhaps a call.

        Reading ends with the first call, closed or not (generation stops before the
        closing token), and where the model begins to speak for somebody else.

        Raises:
            ValueError: if an id lies outside the vocabulary.
        """
        messages: list[Message] = []
        for segment in self.segments(new_ids, tokenizer, "assistant"):
            if segment.kind == "call":
                return [*messages, Message("assistant", segment.text, segment.tool)]
            if segment.kind != "assistant" or messages:
                break
            messages.append(Message("assistant", segment.text))
        return messages or [Message("assistant", "")]

    @property
    def calls_are_text(self) -> bool:
        """Whether the marks of a call are letters that anybody can type."""
        return self.call[0].format(tool=TOOLS[0]) not in self.special_tokens

    # --- The layout ---

    def _parts(self, messages: Sequence[Message]) -> Iterator[Part]:
        if self.default_system is not None and messages[0].role != "system":
            messages = [Message("system", self.default_system), *messages]
        going_on = False  # the assistant's turn is open
        for k, message in enumerate(messages):
            role, words = message.role, message.content
            if role == "tool":
                yield from self._around(self.result, words)
                continue
            if role != "assistant":
                yield from self._around((self.opening, self.closing), words, role)
                continue
            if not going_on:
                yield from self._frame(self.opening.format(role=role))
            self._check_marks(message)
            going_on = message.is_call or (
                k + 1 < len(messages) and messages[k + 1].is_call
            )
            if message.tool:
                marks = [mark.format(tool=message.tool) for mark in self.call]
                yield from self._frame(marks[0], learned=True)
                yield Part(words, learned=True)
                yield from self._frame(marks[1], learned=True)
            else:
                yield Part(words, learned=True)
            if not going_on:
                yield from self._frame(self.end, learned=True)
                yield from self._frame(self.after_end)

    def _around(
        self, frame: tuple[str, str], words: str, role: str = ""
    ) -> Iterator[Part]:
        yield from self._frame(frame[0].format(role=role))
        yield Part(words)
        yield from self._frame(frame[1])

    def _frame(self, text: str, learned: bool = False) -> Iterator[Part]:
        names = "|".join(map(re.escape, self.special_tokens))
        for k, piece in enumerate(re.split(f"({names})", text)):
            yield Part(piece, learned, special=bool(k % 2))

    def _encoded(
        self, parts: Sequence[Part] | Iterator[Part], tokenizer: Tokenizer
    ) -> tuple[list[int], list[float]]:
        """Encode neighbouring texts as one: that is how a whole page is read.

        Only the border between read and learned is always one between tokens: there
        a prompt ends, and the model goes on.
        """
        self._check(tokenizer)
        ids: list[int] = []
        weights: list[float] = []
        whole = (part for part in parts if part.text)
        for (special, learned), group in groupby(
            whole, lambda part: (part.special, part.learned)
        ):
            if special:
                new = [tokenizer.special_tokens[part.text] for part in group]
            else:
                new = tokenizer.encode("".join(part.text for part in group))
            ids += new
            weights += [float(learned)] * len(new)
        return ids, weights

    def _check(self, tokenizer: Tokenizer) -> None:
        lacking = [t for t in self.special_tokens if t not in tokenizer.special_tokens]
        if lacking:
            raise ValueError(
                f"{tokenizer!r} lacks {', '.join(lacking)}, which the template "
                f"{self.name!r} writes; use the template that its model learned"
            )

    def _check_marks(self, message: Message) -> None:
        """Where calls are text, words that spell a mark would become a call."""
        if not self.calls_are_text:
            return
        for tool in TOOLS:
            for mark in self._marks(tool):
                if mark in message.content:
                    raise ValueError(
                        f"the assistant's words hold {mark}, which template "
                        f"{self.name!r} reads as a call; give it as "
                        f"Message('assistant', query, tool={tool!r}), or other words"
                    )

    def _marks(self, tool: str) -> tuple[str, str]:
        """Return what stands around a call, without the end of the turn."""
        start, end = (mark.format(tool=tool) for mark in self.call)
        return start, end.removesuffix(self.end)

    def _layout(self) -> Layout:
        """Say how each kind of segment begins and ends, for `read_segments`."""
        if self.calls_are_text:  # then a result is a turn of its own
            openings = [self._opening(role) for role in ROLES]
            return Layout(tuple(openings), {}, self.end, self._text_call())
        openings = [self._opening(role) for role in ROLES if role != "tool"]
        openings.append(Opening(self.result[0], "", "result"))
        backs = {self.result[1]: ("result", None)}
        for tool in TOOLS:
            start, end = self._marks(tool)
            openings.append(Opening(start, "", "call", tool))
            backs[end] = ("call", tool)
        return Layout(tuple(openings), backs, self.end)

    def _opening(self, role: str) -> Opening:
        text = self.opening.format(role=role)
        special = next(name for name in self.special_tokens if text.startswith(name))
        kind = "result" if role == "tool" else role
        return Opening(special, text.removeprefix(special), kind)

    def _text_call(self) -> re.Pattern[str]:
        """Find a call in words: the first closing mark ends it, or the words' end."""
        start, end = self.call[0], self.call[1].removesuffix(self.end)
        opening = re.escape(start).replace(r"\{tool\}", f"(?P<tool>{'|'.join(TOOLS)})")
        closing = re.escape(end).replace(r"\{tool\}", "(?P=tool)")
        return re.compile(f"{opening}(?P<query>.*?)(?:(?P<closed>{closing})|\\Z)", re.S)


COURSE = ChatTemplate(
    name="course",
    special_tokens=(
        "<|system|>",
        "<|user|>",
        "<|assistant|>",
        "<|end|>",
        *(f"<{tool}_{side}>" for tool in TOOLS for side in ("start", "end")),
        "<result_start>",
        "<result_end>",
    ),
    opening="<|{role}|>",
    closing="",
    end="<|end|>",
    after_end="",
    call=("<{tool}_start>", "<{tool}_end>"),
    result=("<result_start>", "<result_end>"),
)

# What SmolLM2 was trained with (`tokenizer.chat_template` in its files). It knows no
# tools: calls are our own, in letters, and fill a turn's end; a result is the turn of
# one more speaker, so that no page can spell the border between itself and the answer.
CHATML = ChatTemplate(
    name="chatml",
    special_tokens=("<|im_start|>", "<|im_end|>"),
    opening="<|im_start|>{role}\n",
    closing="<|im_end|>\n",
    end="<|im_end|>",
    after_end="\n",
    call=("<{tool}>", "</{tool}><|im_end|>"),
    result=("\n<|im_start|>tool\n", "<|im_end|>\n<|im_start|>assistant\n"),
    default_system=(
        "You are a helpful AI assistant named SmolLM, trained by Hugging Face"
    ),
)
