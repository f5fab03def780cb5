"""Read ids back into who said what, also ids that no template would have written.

A model may open a call and never close it, answer itself in the user's name, or drop a
closing token nowhere: whatever it writes is shown, nothing raises, nothing is lost.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from course_lib.chat.special import END_OF_TEXT
from course_lib.tokenizer import BPETokenizer, PublishedTokenizer


@dataclass(frozen=True)
class Segment:
    """A stretch of ids that belongs together: `ids[start:stop]`, marks included.

    Kinds: system, user, assistant (its words), call, result, stray (said by nobody).
    """

    kind: str
    text: str  # without the marks
    start: int
    stop: int
    tool: str | None = None  # which one a call asks
    closed: bool = False  # whether the token that ends it was there


@dataclass(frozen=True)
class Opening:
    """A special token, and the text right behind it, that begin a segment."""

    special: str
    text: str
    kind: str
    tool: str | None = None


@dataclass(frozen=True)
class Layout:
    """What begins and ends each kind of segment in one template."""

    openings: tuple[Opening, ...]
    # Closing token -> the kind and tool it closes; then the assistant goes on.
    backs: dict[str, tuple[str, str | None]]
    end: str  # closes a turn
    text_call: re.Pattern[str] | None = None  # groups "tool" and "query"


@dataclass
class Open:
    """The segment being read."""

    kind: str
    start: int
    tool: str | None = None
    texts: list[str] = field(default_factory=list)

    def close(self, stop: int, closed: bool = False) -> Segment:
        """End it before the id at `stop`."""
        return Segment(
            self.kind, "".join(self.texts), self.start, stop, self.tool, closed
        )


def read_segments(
    ids: Sequence[int],
    tokenizer: BPETokenizer | PublishedTokenizer,
    layout: Layout,
    speaker: str | None = None,
) -> list[Segment]:
    """Cut ids into segments; see `ChatTemplate.segments`."""
    segments: list[Segment] = []
    for segment in _cut(list(ids), tokenizer, layout, speaker):
        if layout.text_call and segment.kind == "assistant":
            segments += _with_text_calls(segment, ids, tokenizer, layout)
        elif segment.text or segment.kind not in ("assistant", "stray"):
            segments.append(segment)
    return segments


def _cut(
    ids: list[int],
    tokenizer: BPETokenizer | PublishedTokenizer,
    layout: Layout,
    speaker: str | None,
) -> Iterator[Segment]:
    now = Open(speaker or "stray", 0)
    runs = list(_runs(ids, tokenizer))
    skip = ""  # the text of an opening, already read
    for k, (special, text, start, stop) in enumerate(runs):
        if not special:
            words = text.removeprefix(skip)
            skip = ""
            if now.kind != "stray" or now.texts or words.strip():
                now.texts.append(words)
            continue
        behind = "" if k + 1 == len(runs) or runs[k + 1][0] else runs[k + 1][1]
        opening = _opening(layout, text, behind)
        if opening:
            yield now.close(start)
            now = Open(opening.kind, start, opening.tool)
            skip = opening.text
        elif layout.backs.get(text) == (now.kind, now.tool):
            yield now.close(stop, closed=True)
            now = Open("assistant", stop)
        elif text == END_OF_TEXT or (text == layout.end and now.kind != "stray"):
            yield now.close(stop, closed=text == layout.end and now.kind != "call")
            now = Open("stray", stop)
        else:
            now.texts.append(text)
    yield now.close(len(ids))


def _runs(
    ids: list[int], tokenizer: BPETokenizer | PublishedTokenizer
) -> Iterator[tuple[bool, str, int, int]]:
    """Yield (special, text, start, stop): special tokens singly, the rest joined."""
    names = {i: name for name, i in tokenizer.special_tokens.items()}
    at = 0
    for special, group in groupby(ids, names.__contains__):
        some = list(group)
        if special:
            yield from (
                (True, names[i], at + k, at + k + 1) for k, i in enumerate(some)
            )
        else:
            yield False, tokenizer.decode(some), at, at + len(some)
        at += len(some)


def _opening(layout: Layout, special: str, behind: str) -> Opening | None:
    fitting = (
        opening
        for opening in layout.openings
        if opening.special == special and behind.startswith(opening.text)
    )
    return next(fitting, None)


def _with_text_calls(
    segment: Segment,
    ids: Sequence[int],
    tokenizer: BPETokenizer | PublishedTokenizer,
    layout: Layout,
) -> Iterator[Segment]:
    """Cut calls whose marks are letters out of what the assistant said."""
    ends = []  # where each id's text ends, counted from the end of the opening
    for k in range(segment.start, segment.stop):
        ends.append(len(tokenizer.decode(ids[segment.start : k + 1])))
    opening = next(o for o in layout.openings if o.kind == "assistant")
    head = opening.special + opening.text
    has_head = ends and tokenizer.decode(ids[segment.start : segment.stop]).startswith(
        head
    )
    before = len(head) if has_head else 0

    def position(letter: int) -> int:
        """Return the place of the id in which a letter of the text stands."""
        passed = sum(end <= before + letter for end in ends)
        return segment.start + passed

    at, start = 0, segment.start
    for call in layout.text_call.finditer(segment.text):
        begin = position(call.start())
        stop = segment.stop if call.end() == len(segment.text) else position(call.end())
        if segment.text[at : call.start()]:
            words = segment.text[at : call.start()]
            yield Segment("assistant", words, start, begin, closed=True)
            start = begin
        closed = call["closed"] is not None
        yield Segment("call", call["query"], start, stop, call["tool"], closed)
        at, start = call.end(), stop
    if segment.text[at:]:
        yield replace(segment, text=segment.text[at:], start=start)
