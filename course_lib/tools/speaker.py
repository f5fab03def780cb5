"""Let a model speak piece by piece: what a chat panel shows while it is written."""

import codecs
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from course_lib.chat import TOOLS, ChatTemplate, Message, Piece, check_conversation
from course_lib.generate import SamplingConfig
from course_lib.model import Transformer
from course_lib.tokenizer import BPETokenizer
from course_lib.tokenizer.published import spelled
from course_lib.tools.loop import Step, Tokenizer, Toolbox, stream_steps

GREEDY = SamplingConfig(temperature=0)


class TooLongError(ValueError):
    """A text that no context of the model's size can hold, however it is cut."""


@dataclass(frozen=True)
class Speaker:
    """A model with its template and perhaps tools; called with messages, it answers.

    Where a conversation has outgrown the context, the oldest questions and answers are
    forgotten; what the system said first stays.

    Example: `speak = Speaker(model, Toolbox(COURSE, tokenizer, {}))`, then
        `for piece in speak([Message("user", "Hello!")]): print(piece.text, end="")`
    """

    model: Transformer
    box: Toolbox
    sampling: SamplingConfig = GREEDY

    def __call__(self, messages: Sequence[Message]) -> Iterator[Piece]:
        """Yield what the model says, with its probabilities, what it calls and reads.

        Raises:
            ValueError: if the messages are out of order, or too long at their shortest.
        """
        kept = self.remembered(messages)
        reader = _Reader(self.box)
        for step in stream_steps(self.model, kept, self.box, self.sampling):
            yield from reader.read(step)
        yield from reader.release()

    def prompt(self, messages: Sequence[Message]) -> list[Piece]:
        """Return every token that the model reads before it speaks.

        Raises:
            ValueError: as when it is called.
        """
        kept = self.remembered(messages)
        tokenizer = self.box.tokenizer
        special = set(tokenizer.special_tokens.values())
        pieces = []
        for i in self.box.template.prompt(kept, tokenizer):
            text = "" if i in special else tokenizer.decode([i])
            token = bytes_of_token(tokenizer, i)
            pieces.append(Piece(text, None, "prompt", token=token))
        return pieces

    def remembered(self, messages: Sequence[Message]) -> list[Message]:
        """Forget the oldest questions with their answers until an answer has room.

        As few as possible: a conversation gets shorter with each, so halving finds how
        many. What the system said and the last question stay.

        Raises:
            ValueError: if the messages are out of order.
            TooLongError: if not even the last question can fit into the context.
        """
        messages = list(messages)
        check_conversation(messages, answered=False)
        asked = [k for k, message in enumerate(messages) if message.role == "user"]

        def without(forgotten: int) -> list[Message]:
            return messages[: asked[0]] + messages[asked[forgotten] :]

        forgotten = bisect_left(
            range(len(asked) - 1), True, key=lambda n: self._leaves_room(without(n))
        )
        kept = without(forgotten)
        context = self.model.config.context
        refuse_too_long(_words(kept), self.box.tokenizer, context)
        return kept

    def _leaves_room(self, messages: list[Message]) -> bool:
        box = self.box
        room = self.model.config.context - box.bounds.answer_tokens
        if fewest_tokens(_words(messages), box.tokenizer) > room:
            return False  # without a look at tokens
        return len(box.template.prompt(messages, box.tokenizer)) <= room


class _Reader:
    """Turns the steps of a tool loop into pieces; characters and marks come whole."""

    def __init__(self, box: Toolbox) -> None:
        self._box, template = box, box.template
        self._special = set(box.tokenizer.special_tokens.values())
        calls = template.call_ids(box.tokenizer)
        self._starts = {start: tool for tool, (start, _) in calls.items()}
        # Where calls are marked by letters: what begins one, and what ends it.
        self._marks = _text_marks(template) if template.calls_are_text else {}
        self._characters = codecs.getincrementaldecoder("utf-8")("replace")
        self._tool: str | None = None  # whose call is being written
        self._asked: str | None = None  # whose call was written last
        self._held: list[Piece] = []  # what may become a mark

    def read(self, step: Step) -> Iterator[Piece]:
        if step.kind == "token":
            yield from self._token(step)
        elif step.kind == "call":
            yield from self.release()
            self._asked, self._tool = step.tool, None
        elif step.kind == "result":
            yield Piece(step.text, None, "result", self._asked)
        elif step.kind == "problem":
            yield from self.release()
            yield Piece(step.text, None, "problem")

    def release(self) -> Iterator[Piece]:
        """Let go of what has not become a mark."""
        held, self._held = self._held, []
        yield from held

    def _token(self, step: Step) -> Iterator[Piece]:
        (i,) = step.ids
        token = bytes_of_token(self._box.tokenizer, i)
        special = i in self._special
        if special:
            self._characters.reset()
            self._tool = self._starts.get(i, self._tool)
        text = "" if special else self._characters.decode(token)
        piece = Piece(text, step.probability, self._kind, self._tool, token)
        if i in self._box.closing_ids:
            self._tool = None
        if special or not self._marks:
            yield from self.release()
            yield piece
            return
        self._held.append(piece)
        yield from self._sort_out()

    @property
    def _kind(self) -> str:
        return "call" if self._tool else "assistant"

    def _sort_out(self) -> Iterator[Piece]:
        """Release what can no longer become a mark; take the letters out of one."""
        text = "".join(piece.text for piece in self._held)
        start = text.find("<")
        if self._tool:
            marks = {self._marks[self._tool][1]: None}
        else:
            marks = {begin: tool for tool, (begin, _) in self._marks.items()}
        tail = text[start:] if start >= 0 else ""
        for mark, tool in marks.items():
            if tail.startswith(mark):
                yield from self._without(start, start + len(mark), tool)
                return
        if not tail or not any(mark.startswith(tail) for mark in marks):
            yield from self.release()

    def _without(self, start: int, end: int, tool: str | None) -> Iterator[Piece]:
        """Release all that is held, without the letters of the mark in it."""
        at = 0
        self._tool = tool
        for piece in self.release():
            before = piece.text[: max(0, start - at)]
            behind = piece.text[max(0, end - at) :]
            at += len(piece.text)
            if before:
                yield replace(piece, text=before)
            if behind or not before:
                # The token is shown once, although it lies on both sides of the border.
                token = b"" if before else piece.token
                named = {"kind": self._kind, "tool": self._tool, "token": token}
                yield replace(piece, text=behind, **named)


def _text_marks(template: ChatTemplate) -> dict[str, tuple[str, str]]:
    begin, end = template.call
    end = end.removesuffix(template.end)
    return {tool: (begin.format(tool=tool), end.format(tool=tool)) for tool in TOOLS}


def _words(messages: Sequence[Message]) -> str:
    return "".join(message.content for message in messages)


def refuse_too_long(text: str, tokenizer: Tokenizer, context: int) -> None:
    """Refuse a text that cannot fit, whatever its tokens are, before they are made.

    Byte-pair encoding of one long word takes time that grows with its square: hours
    for a megabyte of letters.

    Raises:
        TooLongError: with the fewest tokens it can have, and what fits.
    """
    fewest = fewest_tokens(text, tokenizer)
    if fewest > context:
        raise TooLongError(
            f"this has at least {fewest} tokens, and the model's context holds "
            f"{context}, the answer included: send less"
        )


def fewest_tokens(text: str, tokenizer: Tokenizer) -> int:
    """Count the tokens that a text would have if each were the longest there is.

    Example: 900,000 letters, at most 14 of them in a token -> 64,286
    """
    longest, lost = _longest_token(tokenizer)
    data = text.encode("utf-8", "surrogatepass").translate(None, lost)
    return -(-len(data) // longest)


@lru_cache(maxsize=8)
def _longest_token(tokenizer: Tokenizer) -> tuple[int, bytes]:
    """Return its length in bytes, and the bytes that become no token at all."""
    lengths = (len(bytes_of_token(tokenizer, i)) for i in range(tokenizer.vocab_size))
    ours = isinstance(tokenizer, BPETokenizer)
    return max(lengths), b"" if ours else tokenizer.missing_bytes()


def bytes_of_token(tokenizer: Tokenizer, i: int) -> bytes:
    """Return the bytes of a token, a special token's name."""
    if isinstance(tokenizer, BPETokenizer):
        return tokenizer.token_bytes[i]
    token = tokenizer.vocabulary.tokens[i]
    return token.encode() if token in tokenizer.special_tokens else spelled(token)
